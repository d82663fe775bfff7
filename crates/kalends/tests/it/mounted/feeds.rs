//! A feed among the calendars of a hub: read, mirrored, never written, and believed only as far as it makes sense.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use network::Request;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::hub::Hub;
use crate::until::until;

const SOON: Duration = Duration::from_secs(20);

/// The publisher of a feed: answers each request with what was put there last.
pub(super) struct Publisher {
    pub(super) url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<Mutex<usize>>,
}

impl Publisher {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let publisher = Self {
            url: format!("http://127.0.0.1:{port}/flats.ics"),
            answer: Arc::default(),
            asked: Arc::default(),
        };
        let (answer, asked) = (publisher.answer.clone(), publisher.asked.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else {
                        break;
                    };
                    head.push(byte);
                }
                let text = answer.lock().unwrap().clone();
                let _ = stream.write_all(text.as_bytes()).await;
                *asked.lock().unwrap() += 1;
            }
        });
        publisher
    }

    fn says(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
    }

    /// Publishes these bookings, by UID and title, each a day after the one before.
    fn publishes(&self, bookings: &[(String, String)]) {
        self.says(200, &text(bookings));
    }
}

fn text(bookings: &[(String, String)]) -> String {
    let event = |(uid, title): &(String, String)| {
        let day: u32 = title.trim_start_matches("Flat ").parse().unwrap();
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;VALUE=DATE:2027{:02}{:02}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n",
            day / 28 + 1,
            day % 28 + 1
        )
    };
    let events: String = bookings.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Flats\r\n{events}END:VCALENDAR\r\n")
}

/// So many bookings, with UIDs of that round.
fn bookings(round: &str, count: usize) -> Vec<(String, String)> {
    let one = |n: usize| (format!("{round}-{n}@example.com"), format!("Flat {n}"));
    (0..count).map(one).collect()
}

async fn events(hub: &Hub, calendar: &str) -> Vec<Value> {
    let read = hub.ok(hub.rest(Request::get, &format!("events?calendar={calendar}")));
    read.await["events"].as_array().unwrap().clone()
}

/// Ids of the events of a calendar.
async fn ids(hub: &Hub, calendar: &str) -> BTreeSet<String> {
    let all = events(hub, calendar).await;
    let id = |event: &Value| {
        event["kalends.dev:id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    all.iter().map(id).collect()
}

/// Has a feed read now, and waits for that.
async fn read(hub: &Hub, publisher: &Publisher, connection: &str) {
    let before = *publisher.asked.lock().unwrap();
    let sync = hub.rest(Request::post, &format!("connections/{connection}/sync"));
    assert_eq!(hub.send(sync).await.status, 202);
    until("the feed is asked", SOON, async || {
        let asked = *publisher.asked.lock().unwrap();
        (asked > before).then_some(()).ok_or_else(String::new)
    })
    .await;
}

async fn connection(hub: &Hub) -> Value {
    let all = hub.ok(hub.rest(Request::get, "connections")).await;
    all.as_array().unwrap()[0].clone()
}

/// Waits until the connection's state and message are so.
async fn is_told(hub: &Hub, state: &str, part: &str) {
    until("what is wrong is told", SOON, async || {
        let told = connection(hub).await;
        let message = told["message"].as_str().unwrap_or_default();
        let fits = told["state"] == state && message.contains(part);
        fits.then_some(()).ok_or_else(|| told.to_string())
    })
    .await;
}

async fn has(hub: &Hub, calendar: &str, count: usize) {
    until("the events are there", SOON, async || {
        let there = events(hub, calendar).await.len();
        (there == count)
            .then_some(())
            .ok_or_else(|| format!("{there}"))
    })
    .await;
}

/// Waits until so many deletions are held of a calendar.
async fn are_held(hub: &Hub, calendar: &str, count: u64) {
    until("deletions are held", SOON, async || {
        let all = hub.ok(hub.rest(Request::get, "calendars")).await;
        let mut all = all.as_array().unwrap().iter();
        let one = all.find(|one| one["id"] == calendar).unwrap();
        let held = one["held"]["deletions"].as_u64().unwrap_or_default();
        (held == count).then_some(()).ok_or_else(|| one.to_string())
    })
    .await;
}

#[tokio::test]
async fn a_feed_is_read_mirrored_and_never_written() {
    let hub = Hub::start("[network]\nreach = \"loopback\"\n").await;
    let publisher = Publisher::start().await;
    let connect = || {
        let form = json!({"provider": "feed", "url": publisher.url});
        hub.send(hub.rest(Request::post, "connections").json(&form))
    };
    publisher.says(200, "<html>Sorry</html>");
    let refused = connect().await;
    assert!(refused.status == 502 && refused.text().unwrap().contains("web page"));
    publisher.publishes(&bookings("a", 30));
    let made = connect().await;
    assert_eq!(made.status, 201, "{:?}", made.text());
    let made: Value = made.json().unwrap();
    let id = made["id"].as_str().unwrap();
    let calendars = hub.ok(hub.rest(Request::get, "calendars")).await;
    let feed = calendars.as_array().unwrap().iter();
    let feed = feed.clone().find(|one| one["name"] == "Flats").unwrap();
    assert_eq!(
        (&feed["readOnly"], &feed["provider"]),
        (&json!(true), &json!("feed"))
    );
    let feed = feed["id"].as_str().unwrap().to_owned();
    has(&hub, &feed, 30).await;

    // It can be a source and nothing else, and nobody writes into it.
    let local = hub.calendar("Practice").await;
    let link = |role: &str| {
        let members = json!([
            {"calendar": feed, "role": role}, {"calendar": local, "role": "both"},
        ]);
        hub.send(
            hub.rest(Request::post, "links")
                .json(&json!({"name": "Flats", "members": members})),
        )
    };
    assert_eq!(link("both").await.status, 400);
    let linked = link("source").await;
    assert!(linked.is_success(), "{:?}", linked.text());
    has(&hub, &local, 30).await;
    let body = json!({
        "calendar": feed, "@type": "Event", "title": "x", "start": "2027-01-01T09:00:00", "duration": "PT1H",
        "timeZone": "Etc/UTC",
    });
    let written = hub
        .send(hub.rest(Request::post, "events").json(&body))
        .await;
    assert!((400..500).contains(&written.status), "{}", written.status);
    let (known, mirrors) = (ids(&hub, &feed).await, ids(&hub, &local).await);

    // All get other UIDs: they are the same events.
    publisher.publishes(&bookings("b", 30));
    read(&hub, &publisher, id).await;
    // What is no calendar says nothing, and is told.
    publisher.says(200, "<html>Maintenance</html>");
    read(&hub, &publisher, id).await;
    is_told(&hub, "failing", "web page").await;
    let whole = text(&bookings("c", 30));
    publisher.says(200, &whole[..whole.len() / 2]);
    read(&hub, &publisher, id).await;
    is_told(&hub, "failing", "END:VCALENDAR is missing").await;
    publisher.says(410, "");
    read(&hub, &publisher, id).await;
    is_told(&hub, "failing", "not there any more").await;
    publisher.says(401, "");
    read(&hub, &publisher, id).await;
    is_told(&hub, "reconnect", "user name and a password").await;
    // Many that are gone at once are held for a person.
    publisher.publishes(&bookings("d", 10));
    read(&hub, &publisher, id).await;
    are_held(&hub, &feed, 20).await;
    assert_eq!(ids(&hub, &feed).await, known);
    assert_eq!(ids(&hub, &local).await, mirrors);
    // Of those that are there again nobody is asked any more; the others go when a person says so.
    publisher.publishes(&bookings("e", 25));
    read(&hub, &publisher, id).await;
    are_held(&hub, &feed, 5).await;
    let confirm = hub.rest(Request::post, &format!("calendars/{feed}/held/confirm"));
    hub.ok(confirm).await;
    has(&hub, &feed, 25).await;
    has(&hub, &local, 25).await;
    let left = ids(&hub, &local).await;
    assert!(left.is_subset(&mirrors));
    hub.stop().await;
}

#[tokio::test]
async fn a_hub_reads_what_it_publishes() {
    let hub = Hub::start("[network]\nreach = \"loopback\"\n").await;
    let practice = hub.calendar("Practice").await;
    let event = |title: &str, privacy: &str| {
        json!({
            "calendar": practice, "@type": "Event", "title": title, "start": "2027-01-01T09:00:00", "duration": "PT1H",
            "timeZone": "Europe/Zurich", "privacy": privacy,
            "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}],
        })
    };
    for event in [event("Check-up", "public"), event("Surgery", "private")] {
        hub.ok(hub.rest(Request::post, "events").json(&event)).await;
    }
    let form = json!({"name": "Front desk", "shows": "whole"});
    let feeds = format!("calendars/{practice}/feeds");
    let made = hub.ok(hub.rest(Request::post, &feeds).json(&form)).await;
    let url = made["url"].as_str().unwrap();
    let form = json!({"provider": "feed", "url": url});
    let connected = hub.send(hub.rest(Request::post, "connections").json(&form));
    assert_eq!(connected.await.status, 201);
    let calendars = hub.ok(hub.rest(Request::get, "calendars")).await;
    let mut calendars = calendars.as_array().unwrap().iter();
    let read = calendars.find(|one| one["provider"] == "feed").unwrap();
    assert_eq!(
        (&read["name"], &read["timeZone"]),
        (&json!("Practice"), &json!("Etc/UTC"))
    );
    let read = read["id"].as_str().unwrap();
    has(&hub, read, 2).await;
    let there = events(&hub, read).await;
    let mut titles: Vec<&str> = there.iter().map(|e| e["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Busy", "Check-up"]);
    assert!(
        there
            .iter()
            .all(|event| event["recurrenceRules"].is_array())
    );
    // A feed of a feed is one like any other; one that was taken back leads nowhere, and not to the web app.
    let one = format!("{feeds}/{}", made["id"].as_str().unwrap());
    assert_eq!(hub.send(hub.rest(Request::delete, &one)).await.status, 204);
    assert_eq!(hub.send(Request::get(url)).await.status, 404);
    hub.stop().await;
}
