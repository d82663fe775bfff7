//! The dentist's private calendar: time is shared, nothing else.

use std::path::{Path, PathBuf};

use network::Request;

use crate::{
    apps::{ALL, At, HOP, ahead, put_new},
    ics::{objects, vevents},
    practice::{Practice, until},
};

/// A title that occurs nowhere by chance.
const SECRET: &str = "Planted7f3a9c secret";

/// Puts an event into the private calendar and waits for its "Busy". Returns its title.
pub async fn plant(practice: &Practice) -> String {
    put_new(practice, &calendar(practice), SECRET, ahead(3, 7)).await;
    let start = ahead(3, 7).text();
    until("Busy for a private event", HOP, async || {
        for at in ALL {
            let events = at.events(practice).await;
            let busy = events
                .iter()
                .filter(|event| event.title == "Busy" && event.start == start);
            match busy.count() {
                1 => {}
                count => return Err(format!("{at:?} has {count} at {start}")),
            }
        }
        Ok(())
    })
    .await;
    SECRET.to_owned()
}

/// No private title is in a Practice calendar, in the databases behind them, in the hub's or in a log line.
pub async fn is_nowhere(practice: &Practice, secret: &str) {
    let private = titles(practice).await;
    assert!(
        private.len() > 1 && private.iter().any(|title| title == secret),
        "{private:?}"
    );
    for at in ALL {
        for event in at.events(practice).await {
            assert!(
                !private.contains(&event.title),
                "{at:?} shows {:?}",
                event.title
            );
        }
    }
    let data = practice.data();
    // That the search can find: every database seals its texts, so a file made for it has to show it.
    let sample = data.join("sample");
    std::fs::write(&sample, format!("\0\u{1}{secret}\0")).unwrap();
    assert!(search(&[sample], &private).is_some());
    let mut hidden = files(&data, "google.db");
    hidden.extend(files(&data, "microsoft.db"));
    let hub = files(&data.join("hub"), "kalends.db");
    assert!(hidden.len() >= 2 && !hub.is_empty(), "{hidden:?} {hub:?}");
    hidden.extend(hub);
    hidden.push(practice.stderr());
    assert_eq!(search(&hidden, &private), None, "a private title in a file");
}

fn calendar(practice: &Practice) -> String {
    let place = &practice.stage["demo"]["private"]["caldav"];
    place["calendar_url"].as_str().unwrap().to_owned()
}

/// Titles of the private calendar.
async fn titles(practice: &Practice) -> Vec<String> {
    let query = "<c:calendar-query xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><c:calendar-data/>\
         </d:prop><c:filter><c:comp-filter name=\"VCALENDAR\"/></c:filter></c:calendar-query>";
    let url = calendar(practice);
    let report = || {
        Request::report(&url)
            .header("depth", "1")
            .body("application/xml", query)
    };
    let answer = At::Caldav.read(practice, report).await;
    let objects = objects(answer.text().unwrap());
    objects
        .iter()
        .flat_map(|(_, object)| vevents(object))
        .map(|event| event.title())
        .collect()
}

/// A database with its journal.
fn files(dir: &Path, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(name)
        })
        .collect()
}

/// The first file that holds one of the texts, and which.
fn search(files: &[PathBuf], texts: &[String]) -> Option<(PathBuf, String)> {
    files.iter().find_map(|file| {
        let bytes = std::fs::read(file).unwrap();
        let holds = |text: &&String| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        Some((file.clone(), texts.iter().find(holds)?.clone()))
    })
}
