//! The dentist's private calendar: time is shared, nothing else.

use std::path::{Path, PathBuf};

use network::Request;
use serde_json::Value;

use crate::{
    apps::{ALL, At, HOP, ahead, day},
    ics::{objects, vevents},
    listener::Heard,
    practice::Practice,
    until::until,
};

/// Texts that occur nowhere by chance: title, description, place.
const SECRETS: [&str; 3] = ["Planted7f3a9c", "Confided8e1b5d", "Hidden2c6f04"];
/// What demo and hub log while the secrets are about: as much as they can.
pub const LOG: &str = "debug,kalends=trace,kalends_hub=trace,kalends_providers=trace,kalends_faces=trace,\
                       kalends_storage=trace,kalends_network=trace,kalends_sandbox=trace,kalends_identity=trace";

/// Puts an event into the private calendar, waits for its "Busy", and moves it.
pub async fn plant(practice: &Practice) {
    for (hour, old) in [(7, None), (8, Some(7))] {
        put(practice, hour, old.is_some()).await;
        let start = ahead(3, hour).text();
        let before = old.map(|hour| ahead(3, hour).text());
        until("Busy for a private event", HOP, async || {
            for at in ALL {
                let mut busy = at.events(practice).await;
                busy.retain(|event| event.title == "Busy");
                let count = busy.iter().filter(|event| event.start == start).count();
                let stale = busy
                    .iter()
                    .any(|event| Some(&event.start) == before.as_ref());
                if count != 1 || stale {
                    return Err(format!("{at:?} has {busy:?}, not one at {start}"));
                }
            }
            Ok(())
        })
        .await;
    }
}

async fn put(practice: &Practice, hour: i64, again: bool) {
    let [title, description, place] = SECRETS;
    let (start, end) = (
        ahead(3, hour).ics("DTSTART"),
        ahead(3, hour).end().ics("DTEND"),
    );
    let object = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acceptance//EN\r\nBEGIN:VEVENT\r\nUID:private@acceptance\r\n\
         DTSTAMP:20260101T000000Z\r\n{start}\r\n{end}\r\nSUMMARY:{title}\r\nDESCRIPTION:{description}\r\n\
         LOCATION:{place}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let request = Request::put(format!("{}planted.ics", calendar(practice)));
    let request = if again {
        request
    } else {
        request.header("if-none-match", "*")
    };
    At::Caldav
        .write(
            practice,
            request.body("text/calendar; charset=utf-8", object),
        )
        .await;
}

/// No private text is in any answer about a Practice calendar, in a notification, in a log line, or in a file.
pub async fn is_nowhere(practice: &Practice, heard: &Heard) {
    let private = texts(practice).await;
    assert!(
        SECRETS
            .iter()
            .all(|secret| private.iter().any(|text| text == secret)),
        "{private:?}"
    );
    assert!(private.len() > SECRETS.len() + 1, "{private:?}");
    let answers = answers(practice).await;
    let busy = answers
        .iter()
        .filter(|(_, text)| text.contains("Busy"))
        .count();
    assert!(busy >= 8, "most answers show the block; {busy} do");
    for (what, text) in &answers {
        assert_eq!(found(text.as_bytes(), &private), None, "{what}");
    }
    assert!(
        [At::Google, At::Microsoft]
            .iter()
            .all(|at| heard.count(*at) > 10)
    );
    for text in heard.texts() {
        assert_eq!(
            found(text.as_bytes(), &private),
            None,
            "a notification: {text}"
        );
    }
    // That the search can find: every database seals its texts, so a file made for it has to show it.
    let sample = practice.data().join("sample");
    std::fs::write(&sample, format!("\0\u{1}{}\0", SECRETS[1])).unwrap();
    assert!(found(&std::fs::read(&sample).unwrap(), &private).is_some());
    std::fs::remove_file(sample).unwrap();
    let files = files(&practice.data());
    for name in ["google.db", "microsoft.db", "caldav.db", "kalends.db"] {
        assert!(
            files.iter().any(|file| file.ends_with(name)),
            "{name} in {files:?}"
        );
    }
    for file in files.iter().chain([&practice.stderr()]) {
        let bytes = std::fs::read(file).unwrap();
        assert_eq!(found(&bytes, &private), None, "{}", file.display());
    }
    let log = std::fs::read_to_string(practice.stderr()).unwrap();
    assert!(
        log.contains("DEBUG") && log.lines().count() > 100,
        "the log is on"
    );
}

fn calendar(practice: &Practice) -> String {
    let place = &practice.stage["demo"]["private"]["caldav"];
    place["calendar_url"].as_str().unwrap().to_owned()
}

/// Titles, descriptions and places of the private calendar.
async fn texts(practice: &Practice) -> Vec<String> {
    let answer = At::Caldav
        .read(practice, || report(&calendar(practice), "calendar-query"))
        .await;
    let objects = objects(answer.text().unwrap());
    let mut texts = Vec::new();
    for event in objects.iter().flat_map(|(_, object)| vevents(object)) {
        texts.extend([
            event.title(),
            event.raw("DESCRIPTION").to_owned(),
            event.raw("LOCATION").to_owned(),
        ]);
    }
    // The demo's own places are short words that may stand elsewhere too.
    texts.retain(|text| text.len() > 10);
    texts
}

fn report(url: &str, name: &str) -> Request {
    let body = match name {
        "calendar-query" => {
            "<c:calendar-query xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/>\
             <c:calendar-data/></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\"/></c:filter></c:calendar-query>"
        }
        _ => {
            "<d:sync-collection xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:sync-token/><d:sync-level>1\
             </d:sync-level><d:prop><d:getetag/><c:calendar-data/></d:prop></d:sync-collection>"
        }
    };
    let depth = if name == "calendar-query" { "1" } else { "0" };
    Request::report(url)
        .header("depth", depth)
        .body("application/xml", body)
}

/// Everything that can be read of the Practice calendars, as it comes: at the providers, and at the hub.
async fn answers(practice: &Practice) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    for at in ALL {
        let url = at.calendar(practice);
        let (from, to) = (day(-30), day(60));
        let requests = match at {
            At::Google => vec![
                Request::get(&url),
                Request::get(format!("{url}/events?maxResults=2500&showDeleted=true")),
                Request::get(format!(
                    "{url}/events?maxResults=2500&singleEvents=true&timeMin={from}T00:00:00Z&timeMax={to}T00:00:00Z"
                )),
            ],
            At::Microsoft => {
                let range = format!("startDateTime={from}T00:00:00Z&endDateTime={to}T00:00:00Z");
                vec![
                    Request::get(format!("{url}/events?$top=500")),
                    Request::get(format!("{url}/calendarView?{range}&$top=500")),
                    Request::get(format!("{url}/calendarView/delta?{range}"))
                        .header("prefer", "odata.maxpagesize=500"),
                ]
            }
            At::Caldav => vec![
                Request::propfind(&url).header("depth", "1"),
                report(&url, "calendar-query"),
                report(&url, "sync-collection"),
            ],
        };
        for (n, request) in requests.into_iter().enumerate() {
            let answer = at.read(practice, || request.clone()).await;
            answers.push((format!("{at:?}, answer {n}"), whole(&answer)));
        }
        for event in at
            .events(practice)
            .await
            .iter()
            .filter(|event| event.title == "Busy")
        {
            let answer = at
                .read(practice, || Request::get(at.event(practice, &event.id)))
                .await;
            answers.push((format!("{at:?}, a block"), whole(&answer)));
        }
    }
    answers.extend(hub(practice).await);
    answers
}

/// What the hub's own API says of the Practice calendars, and why of the blocks.
async fn hub(practice: &Practice) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    let calendars = practice.hub_json("api/v1/calendars").await;
    for calendar in calendars.as_array().unwrap() {
        if calendar["name"] != "Practice" {
            continue;
        }
        let mut cursor = String::new();
        loop {
            let path = format!(
                "api/v1/events?calendar={}{cursor}",
                calendar["id"].as_str().unwrap()
            );
            let text = practice.hub_text(Request::get, &path).await;
            let page: Value = serde_json::from_str(&text).unwrap();
            answers.push(("the hub's events".to_owned(), text));
            for event in page["events"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|e| e["title"] == "Busy")
            {
                let path = format!(
                    "api/v1/events/{}/why",
                    event["kalends.dev:id"].as_str().unwrap()
                );
                let why = practice.hub_text(Request::get, &path).await;
                answers.push(("the hub's why".to_owned(), why));
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    let changes = practice
        .hub_text(Request::get, "api/v1/changes?after=0")
        .await;
    answers.push(("the hub's changes".to_owned(), changes));
    answers
}

/// Head and body.
fn whole(response: &network::Response) -> String {
    format!("{:?} {}", response.headers, response.text().unwrap())
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// The first of the texts that is in there.
fn found(bytes: &[u8], texts: &[String]) -> Option<String> {
    let holds = |text: &&String| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    texts.iter().find(holds).cloned()
}
