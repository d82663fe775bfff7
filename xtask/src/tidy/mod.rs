//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows. It is an ordinary test as well.

mod examples;
mod finding;
mod manifests;
mod names;
mod rules;
mod sizes;
mod texts;
mod tokens;

use std::fs;
use std::path::Path;

use crate::Result;
use crate::command::{cargo, command, stdout};
use finding::{Finding, except};

/// Files beyond this many bytes are data, not text that somebody wrote.
const TEXT_BYTES_MAX: u64 = 4 << 20;

/// Prints the findings and the sizes; false when there are findings.
pub fn report(root: &Path) -> Result<bool> {
    let files = Files::read(root)?;
    let findings = check(&files, &metadata(root)?)?;
    for finding in &findings {
        println!("{finding}");
    }
    print!("{}", sizes::summary(&files.sizes(), 0));
    match findings.len() {
        0 => println!("tidy"),
        n => println!("{n} findings"),
    }
    Ok(findings.is_empty())
}

/// Prints how large the files are.
pub fn print_sizes(root: &Path) -> Result<()> {
    print!("{}", sizes::summary(&Files::read(root)?.sizes(), 10));
    Ok(())
}

/// The text files of the repository: those that Git knows or would take.
struct Files {
    /// Paths from the root, all of them.
    paths: Vec<String>,
    /// Path and text of those that are text.
    texts: Vec<(String, String)>,
}

impl Files {
    fn read(root: &Path) -> Result<Self> {
        let arguments = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let list = stdout(command("git").args(arguments).current_dir(root))?;
        let paths: Vec<String> = list
            .split_terminator('\0')
            // A file that was deleted and not yet committed is still listed.
            .filter(|path| root.join(path).is_file())
            .map(str::to_owned)
            .collect();
        let texts = paths
            .iter()
            .filter_map(|path| Some((path.clone(), text(&root.join(path))?)))
            .collect();
        Ok(Self { paths, texts })
    }

    fn sizes(&self) -> Vec<(usize, String)> {
        self.texts
            .iter()
            .filter(|(path, text)| sizes::counts(path, text))
            .map(|(path, text)| (text.lines().count(), path.clone()))
            .collect()
    }
}

/// Whether the path is of a Rust source.
fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "rs")
}

/// The file as text; `None` for data.
fn text(path: &Path) -> Option<String> {
    let small = fs::metadata(path).ok()?.len() <= TEXT_BYTES_MAX;
    let text = small.then(|| fs::read_to_string(path).ok())??;
    (!text.contains('\0')).then_some(text)
}

fn metadata(root: &Path) -> Result<String> {
    let arguments = [
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--offline",
    ];
    stdout(cargo(arguments).current_dir(root))
}

fn check(files: &Files, metadata: &str) -> Result<Vec<Finding>> {
    let mut findings = manifests::check(&manifests::rooms(metadata)?);
    findings.extend(texts::required(&files.paths));
    for (path, text) in &files.texts {
        findings.extend(texts::header(path, text));
        findings.extend(texts::places(path, text));
        findings.extend(examples::check(path, text));
        if names::concerns(path) {
            findings.extend(names::check(path, text));
        }
        if sizes::counts(path, text) {
            findings.extend(sizes::file(path, text));
            if is_rust(path) {
                findings.extend(sizes::functions(path, text));
            }
        }
    }
    Ok(except(findings, rules::EXCEPTIONS))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let root = crate::command::root();
        let files = Files::read(&root).unwrap();
        let findings = check(&files, &metadata(&root).unwrap()).unwrap();
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
