//! Feeds: files that are read on condition, in many bad forms, and never written.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use kalends_providers::{Changes, Connector, Failure, Place, Seen, feed};
use network::{Budget, Clock, Network, Reach, Settings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A clock that is moved by hand.
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A server that answers every request with what was put there last.
struct Server {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
    clock: Arc<Hands>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answer, asked) = (
            Arc::<Mutex<Vec<u8>>>::default(),
            Arc::<Mutex<Vec<String>>>::default(),
        );
        let (answers, log) = (answer.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                log.lock().unwrap().push(String::from_utf8(head).unwrap());
                let answer = answers.lock().unwrap().clone();
                let _ = stream.write_all(&answer).await;
            }
        });
        Self {
            port,
            answer,
            asked,
            clock: Arc::new(Hands(Mutex::new("2026-11-29T12:00:00Z".parse().unwrap()))),
        }
    }

    fn url(&self) -> String {
        format!(
            "http://127.0.0.1:{}/private-k3y/basic.ics?secret=1",
            self.port
        )
    }

    fn answers(&self, status: u16, headers: &str, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        *self.answer.lock().unwrap() = [head.as_bytes(), body].concat();
    }

    fn last(&self) -> String {
        self.asked
            .lock()
            .unwrap()
            .last()
            .cloned()
            .unwrap_or_default()
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// A connector as the hub makes one for each job.
    fn feed(&self) -> feed::Feed {
        self.feed_for(None)
    }

    fn feed_for(&self, sign_in: Option<(&str, &str)>) -> feed::Feed {
        let settings = Settings {
            reach: Reach::AlsoLoopback,
            ..Settings::default()
        };
        let network = Network::new(settings).unwrap();
        let budget = Arc::new(Budget::new(feed::limits()));
        feed::Feed::new(network, self.clock.clone(), budget, &self.url(), sign_in).unwrap()
    }

    async fn read(&self, cursor: Option<&str>) -> Result<Changes, Failure> {
        self.feed().changes(place(), cursor).await
    }
}

fn place() -> Place<'static> {
    Place {
        id: "feed",
        time_zone: "Europe/Zurich",
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    }
}

fn event(uid: &str, title: &str, stamp: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\nLAST-MODIFIED:{stamp}\r\nDTSTART:20261201T090000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
    )
}

fn file(head: &str, events: &[String]) -> String {
    let events = events.concat();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{events}END:VCALENDAR\r\n")
}

const THEN: &str = "20261101T000000Z";
const NOW: &str = "20261129T120000Z";

fn titles(changes: &Changes) -> Vec<&str> {
    let found = changes.sightings.iter().filter_map(|s| s.found.as_ref());
    found.map(|found| found.body.title.as_str()).collect()
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = Server::start().await;
    let text = file("", &[event("1", "Flat 1", THEN)]);
    server.answers(
        200,
        "etag: W/\"7\"\r\nlast-modified: Sun, 29 Nov 2026 10:00:00 GMT\r\n",
        &text,
    );
    let first = server.read(None).await.unwrap();
    assert!(first.full && titles(&first) == ["Flat 1"]);
    assert!(!server.last().contains("if-none-match"));
    server.answers(304, "", "");
    let second = server.read(Some(&first.cursor)).await.unwrap();
    assert!(!second.full && second.sightings.is_empty() && second.doubtful.is_empty());
    let asked = server.last();
    assert!(asked.contains("if-none-match: W/\"7\"\r\n"), "{asked}");
    assert!(
        asked.contains("if-modified-since: Sun, 29 Nov 2026 10:00:00 GMT\r\n"),
        "{asked}"
    );
    assert!(asked.contains("accept-encoding: gzip\r\n"), "{asked}");
    // Once a day it is read whole, whatever the server says.
    *server.clock.0.lock().unwrap() += jiff::SignedDuration::from_hours(25);
    server.answers(200, "etag: W/\"7\"\r\n", &text);
    server.read(Some(&second.cursor)).await.unwrap();
    assert!(!server.last().contains("if-none-match"));
}

#[tokio::test]
async fn the_same_with_other_time_stamps_is_no_news() {
    let server = Server::start().await;
    server.answers(
        200,
        "",
        file(
            "",
            &[event("1", "Flat 1", THEN), event("2", "Flat 2", THEN)],
        ),
    );
    let first = server.read(None).await.unwrap();
    server.answers(
        200,
        "",
        file("", &[event("2", "Flat 2", NOW), event("1", "Flat 1", NOW)]),
    );
    let second = server.read(Some(&first.cursor)).await.unwrap();
    assert!(!second.full && second.sightings.is_empty());
    server.answers(200, "", file("", &[event("2", "Flat 2b", NOW)]));
    let third = server.read(Some(&second.cursor)).await.unwrap();
    assert!(third.full && titles(&third) == ["Flat 2b"]);
}

#[tokio::test]
async fn a_file_that_is_no_whole_calendar_says_nothing() {
    let server = Server::start().await;
    let whole = file("", &[event("1", "Flat 1", THEN)]);
    for (headers, body, wanted) in [
        (
            "content-type: text/html\r\n",
            "<!doctype html><title>Sorry</title>".to_owned(),
            "web page",
        ),
        (
            "content-type: text/calendar\r\n",
            " \r\n".to_owned(),
            "empty",
        ),
        ("content-type: text/calendar\r\n", String::new(), "empty"),
        (
            "content-type: text/calendar\r\n",
            whole[..whole.len() - 20].to_owned(),
            "END:VCALENDAR is missing",
        ),
        (
            "content-type: application/json\r\n",
            "{\"error\":1}".to_owned(),
            "no calendar",
        ),
        ("content-encoding: gzip\r\n", whole.clone(), "not the gzip"),
    ] {
        server.answers(200, headers, &body);
        let failure = server.read(None).await.unwrap_err();
        assert!(
            matches!(&failure, Failure::Protocol(why) if why.contains(wanted)),
            "{failure}"
        );
        assert!(!failure.to_string().contains("k3y"));
    }
    // It may say that it is something else.
    server.answers(200, "content-type: text/plain\r\n", &whole);
    assert_eq!(titles(&server.read(None).await.unwrap()), ["Flat 1"]);
    server.answers(200, "content-type: text/calendar\r\n", file("", &[]));
    let empty = server.read(None).await.unwrap();
    assert!(empty.full && empty.sightings.is_empty());
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let server = Server::start().await;
    let mut told = Vec::new();
    for status in [401, 403, 404, 410, 500, 206] {
        server.answers(status, "", "");
        told.push(server.read(None).await.unwrap_err());
    }
    assert!(
        matches!(&told[0], Failure::Reauthorise(why) if why.contains("asks for")),
        "{:?}",
        told[0]
    );
    assert!(matches!(told[1], Failure::Forbidden(_)));
    assert_eq!(told[2..4], [Failure::CalendarGone, Failure::CalendarGone]);
    assert!(
        told[4..]
            .iter()
            .all(|failure| matches!(failure, Failure::Protocol(_)))
    );
    server.answers(429, "retry-after: 600\r\n", "");
    let later = server.read(None).await.unwrap_err();
    assert!(matches!(later, Failure::Later { after, .. } if after == Duration::from_secs(600)));
    // With a password the refusal is another one, and it goes where it belongs.
    server.answers(401, "", "");
    let signed = server
        .feed_for(Some(("ada", "pass")))
        .changes(place(), None)
        .await;
    assert!(
        matches!(&signed, Err(Failure::Reauthorise(why)) if why.contains("refuses")),
        "{signed:?}"
    );
    assert!(server.last().contains("authorization: Basic YWRhOnBhc3M="));
}

#[tokio::test]
async fn the_publisher_says_how_often() {
    let server = Server::start().await;
    for (header, head, minutes) in [
        ("", "", 15),
        ("", "X-PUBLISHED-TTL:PT1H\r\n", 60),
        ("cache-control: max-age=60\r\n", "", 5),
        (
            "cache-control: max-age=60\r\n",
            "REFRESH-INTERVAL;VALUE=DURATION:P1W\r\nX-PUBLISHED-TTL:PT1H\r\n",
            1440,
        ),
    ] {
        server.answers(200, header, file(head, &[]));
        let read = server.read(None).await.unwrap();
        assert_eq!(
            read.again,
            Some(Duration::from_mins(minutes)),
            "{header}{head}"
        );
        server.answers(304, "", "");
        let again = server.read(Some(&read.cursor)).await.unwrap();
        assert_eq!(again.again, read.again);
    }
}

#[tokio::test]
async fn what_it_is_called_and_that_it_is_only_read() {
    let server = Server::start().await;
    let head = "X-WR-CALNAME:Flats\\, all\r\nX-WR-TIMEZONE:W. Europe Standard Time\r\nX-APPLE-CALENDAR-COLOR:#FF8800FF\r\n";
    server.answers(200, "", file(head, &[]));
    let feed = server.feed();
    let calendars = feed.calendars().await.unwrap();
    let [calendar] = &calendars[..] else { panic!() };
    assert_eq!(
        (calendar.name.as_str(), calendar.writable),
        ("Flats, all", false)
    );
    assert_eq!(calendar.time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(calendar.color.as_deref(), Some("#ff8800"));
    assert_eq!(feed.account().await.unwrap().as_deref(), Some("127.0.0.1"));
    server.answers(200, "", file("", &[]));
    let calendars = server.feed().calendars().await.unwrap();
    assert_eq!(
        calendars[0].name, "127.0.0.1",
        "the rest of the address is secret"
    );
    assert!(!feed.ids_last());
}

#[tokio::test]
async fn events_without_uid_and_with_one_for_all_and_unreadable_ones() {
    let server = Server::start().await;
    let bare = |title: &str| event("", title, NOW).replace("UID:\r\n", "");
    let bad = event("bad", "Never", NOW).replace("DTSTART:2026", "DTSTART:whenever");
    let events = [
        bare("a"),
        bare("b"),
        event("all", "c", NOW),
        event("all", "d", NOW),
        bad,
    ];
    server.answers(200, "", file("", &events));
    let feed = server.feed();
    let read = feed.changes(place(), None).await.unwrap();
    assert_eq!(titles(&read), ["a", "b", "c", "d"]);
    let ids: Vec<&str> = read.sightings.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids[2..], ["all", "all#2"]);
    assert_eq!(read.malformed.len(), 1);
    assert_eq!(read.malformed[0].id, "bad");
    // What was read answers for the rest of the job; single events are asked for with one request.
    let asked = server.count();
    assert_eq!(feed.get(place(), "other").await.unwrap(), Seen::Nothing);
    assert_eq!(server.count(), asked);
    assert!(matches!(
        feed.get(place(), "bad").await.unwrap(),
        Seen::Malformed(_)
    ));
    assert!(matches!(
        feed.get(place(), "all#2").await.unwrap(),
        Seen::Event(_)
    ));
    assert_eq!(server.count(), asked + 1);
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_the_guard_lets_them() {
    let server = Server::start().await;
    server.answers(302, "location: http://10.0.0.1/feed.ics\r\n", "");
    let failure = server.read(None).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Protocol(why) if why.contains("public internet")),
        "{failure}"
    );
}
