//! What the crates depend on, against the table of directions. Dev-dependencies are free: a test may use anything.

use serde_json::Value;

use super::finding::{Finding, Rule};
use super::rules::{DIRECTIONS, IMPURE, OWNERS, PURE};
use crate::Result;

/// A crate of the workspace.
#[derive(Debug, Default)]
pub struct Room {
    /// Its folder's name: `calendar` for `crates/calendar`.
    name: String,
    /// Its manifest, from the root of the repository.
    manifest: String,
    /// The rooms that it uses.
    rooms: Vec<String>,
    /// The other libraries that it names.
    libraries: Vec<String>,
}

/// Reads what `cargo metadata --no-deps` prints.
pub fn rooms(metadata: &str) -> Result<Vec<Room>> {
    let metadata: Value = serde_json::from_str(metadata)?;
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let packages = metadata["packages"].as_array();
    let packages = packages.ok_or("cargo metadata lists no packages")?;
    Ok(packages.iter().map(|package| room(package, root)).collect())
}

fn room(package: &Value, root: &str) -> Room {
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    let folder = manifest.trim_end_matches("/Cargo.toml");
    let mut room = Room {
        name: last(folder).to_owned(),
        manifest: manifest
            .trim_start_matches(root)
            .trim_start_matches('/')
            .to_owned(),
        ..Room::default()
    };
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        if dependency["kind"] == "dev" {
            continue;
        }
        match dependency["path"].as_str() {
            Some(path) => room.rooms.push(last(path).to_owned()),
            None => room
                .libraries
                .extend(dependency["name"].as_str().map(str::to_owned)),
        }
    }
    room
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Checks directions, owners and purity.
pub fn check(rooms: &[Room]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in rooms {
        directions(room, &mut findings);
        owners(room, &mut findings);
        purity(room, &mut findings);
    }
    findings
}

fn directions(room: &Room, findings: &mut Vec<Finding>) {
    let Some((_, allowed)) = DIRECTIONS.iter().find(|(name, _)| *name == room.name) else {
        let message = format!(
            "the crate {} has no row in the table of directions (xtask/src/tidy/rules.rs and ARCHITECTURE.md)",
            room.name
        );
        findings.push(finding(Rule::Direction, room, &room.name, message));
        return;
    };
    for used in &room.rooms {
        if !allowed.contains(&used.as_str()) {
            let message = format!("{} may not use {used} (ARCHITECTURE.md)", room.name);
            findings.push(finding(Rule::Direction, room, used, message));
        }
    }
}

fn owners(room: &Room, findings: &mut Vec<Finding>) {
    for (library, owners) in OWNERS {
        if !names(room, library) || owners.contains(&room.name.as_str()) {
            continue;
        }
        let message = format!("only {} may name {library}", owners.join(", "));
        findings.push(finding(Rule::Owner, room, library, message));
    }
}

fn purity(room: &Room, findings: &mut Vec<Finding>) {
    if !PURE.contains(&room.name.as_str()) {
        return;
    }
    for library in IMPURE.iter().filter(|library| names(room, library)) {
        let message = format!(
            "{} is pure (no I/O, clock or randomness) and may not use {library}",
            room.name
        );
        findings.push(finding(Rule::Purity, room, library, message));
    }
}

fn names(room: &Room, library: &str) -> bool {
    room.libraries.iter().any(|name| name == library)
}

fn finding(rule: Rule, room: &Room, subject: &str, message: String) -> Finding {
    Finding {
        rule,
        path: room.manifest.clone(),
        line: 0,
        subject: subject.to_owned(),
        message,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A workspace of one crate with one dependency: a room when it has a path, else a library.
    fn findings(name: &str, dependency: &str, kind: &str) -> Vec<Rule> {
        let (path, dependency) = match dependency.strip_prefix("room:") {
            Some(room) => (format!("\"/k/crates/{room}\""), room),
            None => ("null".to_owned(), dependency),
        };
        let metadata = format!(
            r#"{{"workspace_root": "/k", "packages": [{{"manifest_path": "/k/crates/{name}/Cargo.toml",
            "dependencies": [{{"name": "{dependency}", "kind": {kind}, "path": {path}}}]}}]}}"#
        );
        let rooms = rooms(&metadata).unwrap();
        check(&rooms).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_direction_that_is_not_in_the_table_is_found() {
        assert_eq!(findings("storage", "room:calendar", "null"), []);
        assert_eq!(
            findings("calendar", "room:storage", "null"),
            [Rule::Direction]
        );
        assert_eq!(
            findings("calendar", "room:storage", "\"build\""),
            [Rule::Direction]
        );
        assert_eq!(findings("calendar", "room:storage", "\"dev\""), []);
    }

    #[test]
    fn a_crate_that_is_not_in_the_table_is_found() {
        assert_eq!(findings("attic", "serde", "null"), [Rule::Direction]);
    }

    #[test]
    fn a_library_outside_its_room_is_found() {
        assert_eq!(findings("storage", "sqlx", "null"), []);
        assert_eq!(findings("hub", "sqlx", "null"), [Rule::Owner]);
        assert_eq!(findings("hub", "axum", "null"), [Rule::Owner]);
        assert_eq!(findings("providers", "reqwest", "null"), [Rule::Owner]);
        assert_eq!(findings("providers", "axum", "\"dev\""), []);
    }

    #[test]
    fn io_in_a_pure_crate_is_found() {
        assert_eq!(findings("sync", "tokio", "null"), [Rule::Purity]);
        assert_eq!(findings("protocols", "rand", "null"), [Rule::Purity]);
        assert_eq!(findings("network", "tokio", "null"), []);
    }

    #[test]
    fn the_table_names_only_crates_that_it_has() {
        let known = |name: &str| DIRECTIONS.iter().any(|(room, _)| *room == name);
        let used = DIRECTIONS.iter().flat_map(|(_, used)| used.iter());
        assert!(used.chain(PURE).all(|name| known(name)));
    }
}
