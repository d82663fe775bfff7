//! Shapes from Google's documentation: what they mean, and that writing them and reading them again loses nothing.
//!
//! One JSON file each in `tests/data/google`: `master` and `exceptions` as Google sends them, `event` and `losses` (their
//! properties) as they have to be read.

use std::{fs, path::PathBuf};

use calendar::{Event, Zone};
use kalends_protocols::google::{Event as Wire, Exclusions, patch, read, write};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    zone: String,
    master: Wire,
    #[serde(default)]
    exceptions: Vec<Wire>,
    event: Value,
    #[serde(default)]
    losses: Vec<String>,
}

fn cases() -> Vec<(PathBuf, Case)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/google");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut cases: Vec<_> = files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let case = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()));
            (path, case.unwrap())
        })
        .collect();
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert!(cases.len() > 8, "the data is missing");
    cases
}

#[test]
fn documented_shapes_mean_what_they_say() {
    for (path, case) in cases() {
        let zone = Zone::iana(&case.zone).unwrap();
        let event = read(&case.master, &case.exceptions, &zone).unwrap();
        let json = serde_json::to_value(&event.value).unwrap();
        let shown = serde_json::to_string_pretty(&json).unwrap();
        assert!(json == case.event, "{}: {shown}", path.display());
        let losses: Vec<_> = event.losses.iter().map(|loss| &loss.property).collect();
        assert_eq!(
            losses,
            case.losses.iter().collect::<Vec<_>>(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn documented_shapes_come_back_and_nothing_is_sent_for_nothing() {
    for (path, case) in cases() {
        if !case.losses.is_empty() {
            continue;
        }
        let zone = Zone::iana(&case.zone).unwrap();
        let event: Event = read(&case.master, &case.exceptions, &zone).unwrap().value;
        let written = write(&event, &zone, Exclusions::Instances).value;
        let exceptions: Vec<_> = written.exceptions.into_values().collect();
        let again = read(&written.master, &exceptions, &zone).unwrap().value;
        assert_eq!(again, event, "{}", path.display());
        assert!(
            patch(&event, &event, &zone).value.is_empty(),
            "{}",
            path.display()
        );
    }
}
