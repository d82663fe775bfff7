//! The functional tests of the Python library `caldav`, which are in its source package, told nothing of what kind of server this is.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{Place, Verdict, heard, told};
use crate::Result;
use crate::command::root;

/// The part of its tests that needs a server.
const TESTS: &str = "tests/test_caldav.py";
/// How it names those that were made for ours.
const OURS: &str = "kalends";
/// The one of its tests that asks for everything that a server may have, and says in a line each what it has not.
const EVERYTHING: &str = "testCheckCompatibility";
const HAS_NOT: &str = "Server checker found something unexpected for ";
/// What is not had on purpose, and why.
const REFUSED: [(&str, &str); 1] = [(
    "scheduling.schedule-tag.stable-partstat",
    "whose own answer has changed gets another schedule tag (RFC 6638 3.2.10), or their second device would undo the first one's",
)];

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let source = place.folder.join("source");
    fs::create_dir_all(&source)?;
    let mut pip = Command::new(place.python);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps"]);
    pip.args(["--disable-pip-version-check", "--no-binary", "caldav"]);
    pip.args([&pinned()?, "--dest"]);
    told(pip.arg(&place.folder))?;
    let archive = fs::read_dir(&place.folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|e| e == "gz"))
        .ok_or("pip brought no source package")?;
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(archive).arg("--strip-components=1");
    told(tar.arg("--directory").arg(&source))?;
    let config = json!({ "test-servers": { OURS: server(place)? } });
    fs::write(
        source.join("tests/caldav_test_servers.json"),
        config.to_string(),
    )?;
    let mut pytest = Command::new(place.python);
    pytest.current_dir(&source);
    pytest.args(["-m", "pytest", "-q", "--tb=short", "-rf", "-W", "ignore"]);
    pytest.args(["-o", "asyncio_default_fixture_loop_scope=function"]);
    pytest.args(["-k", OURS, TESTS]);
    pytest.env("PYTHON_CALDAV_TEST_DOCKER", "0");
    pytest.env("PYTHON_CALDAV_TEST_EMBEDDED", "0");
    let (success, said) = heard(&mut pytest)?;
    fs::write(place.folder.join("said.txt"), &said)?;
    let sum = said.lines().last().unwrap_or_default();
    let failed: Vec<&str> = said.lines().filter(|l| l.starts_with("FAILED")).collect();
    if success {
        return Ok(Verdict::Works(sum.to_owned()));
    }
    if let [one] = &failed[..]
        && one.contains(EVERYTHING)
        && let Some(why) = refused(&said)
    {
        return Ok(Verdict::Works(format!("{sum}; refused on purpose: {why}")));
    }
    let lacks: Vec<&str> = said.lines().filter(|l| l.contains(HAS_NOT)).collect();
    let told = [&[sum], &failed[..], &lacks].concat();
    Ok(Verdict::Fails(told.join("\n")))
}

/// Why, if nothing is lacking but what is refused.
fn refused(said: &str) -> Option<String> {
    let mut reasons = Vec::new();
    for (_, lack) in said.lines().filter_map(|line| line.split_once(HAS_NOT)) {
        let name = lack.split(".  ").next()?;
        let (_, why) = REFUSED.iter().find(|(refused, _)| *refused == name)?;
        reasons.push(format!("{name}: {why}"));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// The version that is installed.
fn pinned() -> Result<String> {
    let all = fs::read_to_string(root().join(super::super::PYTHON.requirements))?;
    let line = all.lines().find(|line| line.starts_with("caldav=="));
    Ok(line.ok_or("caldav is not pinned")?.to_owned())
}

/// An account for most of it, and three who invite each other.
fn server(place: &Place<'_>) -> Result<Value> {
    let account = || -> Result<Value> {
        let one = place.house.account()?;
        Ok(json!({ "url": one.root, "username": one.user, "password": one.password }))
    };
    let mut server = account()?;
    server["type"] = json!("external");
    server["enabled"] = json!(true);
    server["features"] = json!([]);
    server["scheduling_users"] = json!([account()?, account()?, account()?]);
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn only_what_is_refused_may_be_lacking() {
        let line = |name: &str| {
            format!(
                "ERROR root:x.py:1 {}{name}.  Expected: full\n",
                super::HAS_NOT
            )
        };
        let known = line(super::REFUSED[0].0);
        assert!(refused(&known).is_some_and(|why| why.contains("3.2.10")));
        assert_eq!(refused(&(known + &line("sync-token"))), None);
        assert_eq!(refused(""), None);
    }
}
