//! Apple's caldavtester against the sandbox's CalDAV server. It is in no registry and runs on Python 2.7 only, so this is no
//! part of `cargo xtask test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::command::{cargo, find, outcome, target};
use crate::report::Outcome;
use crate::{Result, command};

/// The suites that calendar clients live from, without scheduling.
const CORE: [&str; 35] = [
    "propfind",
    "proppatch",
    "put",
    "get",
    "delete",
    "mkcalendar",
    "copymove",
    "conditional",
    "ctag",
    "current-user-principal",
    "depthreports",
    "errors",
    "expandproperty",
    "floating",
    "freebusy",
    "nonascii",
    "options",
    "recurrenceput",
    "reports",
    "sync-report",
    "timezones",
    "vtodos",
    "well-known",
    "encodedURIs",
    "caldavIOP",
    "ical-client",
    "bad-ical",
    "attachments",
    "aclreports",
    "acl",
    "duplicate_uids",
    "prefer",
    "brief",
    "rscale",
    "resourceid",
];
/// How long a sandbox may take to be ready: a new one makes seventy accounts.
const READY: Duration = Duration::from_secs(300);
/// First port of the sandbox that is tested; free ones are taken.
const PORT: &str = "0";

/// Where the tester is.
#[derive(clap::Args)]
pub struct Options {
    /// Its directory (the one with testcaldav.py).
    #[arg(long, env = "KALENDS_CALDAVTESTER")]
    tester: Option<PathBuf>,
    /// The directory of pycalendar (the one with src/pycalendar).
    #[arg(long, env = "KALENDS_PYCALENDAR")]
    pycalendar: Option<PathBuf>,
    /// A Python 2.7.
    #[arg(long, env = "KALENDS_PYTHON2", default_value = "python2.7")]
    python: PathBuf,
    /// Only these suites, by file name without `.xml`; all of the core ones if there is none.
    suites: Vec<String>,
}

/// What became of the cases of one suite.
#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// Runs suites, each against a sandbox of its own, and prints how many cases passed.
pub fn run(options: &Options) -> Result<bool> {
    let place = Place::of(options)?;
    let built = outcome(&mut cargo(["build", "--quiet", "--package", "kalends"]));
    if !matches!(built, Outcome::Passed) {
        return Err("kalends could not be built".into());
    }
    // The accounts are made once; each suite gets a copy.
    let template = place.results.join("template");
    clear(&template)?;
    stop(Place::sandbox(&template)?);
    let suites: Vec<&str> = match &options.suites[..] {
        [] => CORE.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    let mut sum = Count::default();
    println!(
        "{:<24}{:>8}{:>8}{:>8}",
        "suite", "passed", "failed", "ignored"
    );
    for suite in suites {
        let count = place.suite(&template, suite)?;
        line(suite, count);
        sum.passed += count.passed;
        sum.failed += count.failed;
        sum.ignored += count.ignored;
    }
    line("sum", sum);
    println!("What each case said is in {}", place.results.display());
    Ok(true)
}

fn line(what: &str, count: Count) {
    let Count {
        passed,
        failed,
        ignored,
    } = count;
    println!("{what:<24}{passed:>8}{failed:>8}{ignored:>8}");
}

/// Where everything is that a run needs.
struct Place {
    tester: PathBuf,
    pycalendar: PathBuf,
    python: PathBuf,
    results: PathBuf,
}

impl Place {
    fn of(options: &Options) -> Result<Self> {
        let given = |path: &Option<PathBuf>, file: &str, what: &str| -> Result<PathBuf> {
            let path = path.clone().filter(|path| path.join(file).exists());
            path.ok_or_else(|| format!("no {file}: {what}").into())
        };
        let python = Some(options.python.clone()).filter(|path| path.is_file());
        let python = python
            .or_else(|| find(&options.python.to_string_lossy()))
            .ok_or("no Python 2.7: say where it is with --python or KALENDS_PYTHON2")?;
        Ok(Self {
            tester: given(
                &options.tester,
                "testcaldav.py",
                "say where apple/ccs-caldavtester is checked out with --tester or KALENDS_CALDAVTESTER",
            )?,
            pycalendar: given(
                &options.pycalendar,
                "src/pycalendar",
                "say where apple/ccs-pycalendar is checked out with --pycalendar or KALENDS_PYCALENDAR",
            )?,
            python,
            results: target().join("caldavtester"),
        })
    }

    /// Starts a sandbox on a data directory, and waits until it is ready.
    #[expect(clippy::disallowed_methods, reason = "a tool that waits for a program")]
    fn sandbox(data: &Path) -> Result<Child> {
        let ready = data.join("serverinfo.xml");
        if ready.exists() {
            fs::remove_file(&ready)?;
        }
        let mut child = command::command(target().join("debug/kalends"))
            .args(["sandbox", "--caldavtester", "--port", PORT, "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .spawn()?;
        let begun = Instant::now();
        while !ready.exists() {
            if let Some(status) = child.try_wait()? {
                return Err(format!("the sandbox ended with {status}").into());
            }
            if begun.elapsed() > READY {
                stop(child);
                return Err("the sandbox did not become ready".into());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(child)
    }

    /// Runs one suite against a copy of the template.
    fn suite(&self, template: &Path, suite: &str) -> Result<Count> {
        let file = format!("CalDAV/{suite}.xml");
        let path = self.tester.join("scripts/tests").join(&file);
        let all = fs::read_to_string(&path).map_err(|_| format!("there is no suite {suite}"))?;
        let data = self.results.join("run");
        clear(&data)?;
        copy(template, &data)?;
        let sandbox = Self::sandbox(&data)?;
        let answer = Command::new(&self.python)
            .current_dir(&self.tester)
            .env("PYTHONPATH", self.pycalendar.join("src"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg("testcaldav.py")
            .args(["--observer", "log", "--print-details-onfail", "-s"])
            .arg(data.join("serverinfo.xml"))
            .arg(&file)
            .output();
        stop(sandbox);
        let answer = answer?;
        let said = String::from_utf8_lossy(&answer.stdout).into_owned();
        let all_said = format!("{said}\n{}", String::from_utf8_lossy(&answer.stderr));
        fs::write(self.results.join(format!("{suite}.txt")), all_said)?;
        let ended = |word: &str| {
            let of_case = |line: &&str| line.starts_with("    Test: ") && line.ends_with(word);
            said.lines().filter(of_case).count()
        };
        let (passed, failed) = (ended("[OK]"), ended("[FAILED]") + ended("[ERROR]"));
        // Cases that were not run are not named one by one.
        let rest = all.matches("<test ").count();
        let rest = rest.saturating_sub(passed + failed);
        let (failed, ignored) = if said.contains("Start items failed") {
            // What the suite prepares was refused: that is no case that does not apply.
            (failed + rest, 0)
        } else {
            (failed, rest)
        };
        Ok(Count {
            passed,
            failed,
            ignored,
        })
    }
}

fn stop(mut child: Child) {
    // It may have ended by itself.
    let _ended = child.kill();
    let _status = child.wait();
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}
