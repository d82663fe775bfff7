//! What stands in the files: a header in each source, no registry host, no path of one machine.

use super::finding::{Finding, Rule};
use super::is_rust;
use super::rules::{MACHINE_PATHS, REGISTRY_HOSTS, REQUIRED_FILES};

/// A Rust source that does not begin with what it is for.
pub fn header(path: &str, text: &str) -> Option<Finding> {
    let source = is_rust(path) && path.contains("/src/");
    let says = text
        .strip_prefix("//!")
        .and_then(|rest| rest.lines().next())
        .is_some_and(|line| line.chars().any(char::is_alphanumeric));
    (source && !says).then(|| {
        let message = "does not begin with `//!` and what the file is for".to_owned();
        finding(Rule::Header, path, 1, "", message)
    })
}

/// Registry hosts and machine paths.
pub fn places(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for host in REGISTRY_HOSTS.iter().filter(|host| line.contains(**host)) {
            let message = format!("names the registry {host}: every machine has its own mirror");
            findings.push(finding(Rule::Place, path, number, host, message));
        }
        for folder in MACHINE_PATHS.iter().filter(|it| names_folder(line, it)) {
            let message = format!("names {folder}, a folder of one machine");
            findings.push(finding(Rule::Place, path, number, folder, message));
        }
        if path.ends_with("package-lock.json") && line.contains("\"resolved\": \"http") {
            let message = "has a `resolved` address: set `omit-lockfile-registry-resolved=true` in .npmrc and lock again";
            findings.push(finding(
                Rule::Place,
                path,
                number,
                "resolved",
                message.to_owned(),
            ));
        }
    }
    findings
}

/// Whether a line has this folder as the start of a path, and not within one or within an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./~}*>)".contains(c))
    })
}

/// Files that must be there and are not.
pub fn required(files: &[String]) -> Vec<Finding> {
    REQUIRED_FILES
        .iter()
        .filter(|name| !files.iter().any(|file| file == *name))
        .map(|name| finding(Rule::Required, name, 0, "", "is missing".to_owned()))
        .collect()
}

fn finding(rule: Rule, path: &str, line: usize, subject: &str, message: String) -> Finding {
    Finding {
        rule,
        path: path.to_owned(),
        line,
        subject: subject.to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_without_a_header_is_found() {
        assert_eq!(header("crates/hub/src/a.rs", "//! Why.\n"), None);
        assert!(header("crates/hub/src/a.rs", "use x;\n").is_some());
        assert!(header("crates/hub/src/a.rs", "//! .\n").is_some());
        assert!(header("crates/hub/src/a.rs", "").is_some());
        assert_eq!(header("crates/hub/tests/it/a.rs", ""), None);
    }

    #[test]
    fn a_registry_is_found() {
        let lock = format!("\"resolved\": \"https://{}/a\"", REGISTRY_HOSTS[0]);
        assert_eq!(places("a/package-lock.json", &lock).len(), 2);
        assert_eq!(
            places("a/package-lock.json", "\"resolved\": \"https://mirror/a\"").len(),
            1
        );
        assert_eq!(places("a.md", "see https://docs.rs/jiff").len(), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_an_address_is_not() {
        for folder in MACHINE_PATHS {
            assert_eq!(places("a.rs", &format!("let a = \"{folder}x\";")).len(), 1);
            assert_eq!(
                places("a.rs", &format!("https://example.com{folder}x")).len(),
                0
            );
            assert_eq!(places("a.rs", &format!("..{folder}x")).len(), 0);
        }
    }

    #[test]
    fn a_missing_licence_is_found() {
        let all: Vec<String> = REQUIRED_FILES.iter().map(ToString::to_string).collect();
        assert_eq!(required(&all), []);
        assert_eq!(required(&all[1..]).len(), 1);
    }
}
