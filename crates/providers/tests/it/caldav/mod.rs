//! The CalDAV connector.

mod server;
mod servers;

use std::{sync::Arc, time::Duration};

use calendar::{Event, When};
use jiff::Timestamp;
use kalends_providers::{
    Changes, Connector, Create, Delete, Failure, Place, Seen, Update,
    caldav::{Caldav, limits},
};
use network::{Budget, Clock, Network, Reach, Settings};
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

use server::{Server, reply};

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }
}

fn connector(server: &Server, path: &str, password: &str) -> Caldav {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    let network = Network::new(settings).unwrap();
    let budget = Arc::new(Budget::new(limits("dav.example")));
    Caldav::new(
        network,
        Arc::new(Now),
        budget,
        &server.url(path),
        "ada",
        password,
    )
    .unwrap()
}

/// A server, a connector and the address of the calendar.
async fn start() -> (Server, Caldav, String) {
    let server = Server::start().await;
    let caldav = connector(&server, "/", "secret");
    let calendar = server.url("/home/work/");
    (server, caldav, calendar)
}

fn at(id: &str) -> Place<'_> {
    Place {
        id,
        time_zone: "Europe/Berlin",
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    }
}

fn event(title: &str) -> Event {
    let mut event = Event::new("uid-1", When::all_day("2026-12-24".parse().unwrap(), 1));
    event.title = title.into();
    event
}

fn text(uid: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn stamp(n: u128) -> Stamp {
    Stamp(Uuid::from_u128(n))
}

fn stored(reply: Reply) -> (String, Version, Event) {
    match reply {
        Reply::Stored { id, version, body } => (id, version, *body),
        other => panic!("{other:?}"),
    }
}

fn ids(changes: &Changes) -> Vec<(&str, bool)> {
    let mut ids: Vec<_> = changes
        .sightings
        .iter()
        .map(|s| (s.id.as_str(), s.found.is_some()))
        .collect();
    ids.sort_unstable();
    ids
}

/// Row 74.
#[tokio::test]
async fn a_long_listing_is_read_some_at_a_time() {
    let (server, caldav, calendar) = start().await;
    for n in 0..1_001 {
        server
            .state()
            .edit(&format!("{n}.ics"), Some(&text(&format!("uid-{n}"))));
    }
    let all = caldav.changes(at(&calendar), None).await.unwrap();
    assert_eq!(
        (all.sightings.len(), all.later.len(), all.full),
        (0, 1_001, true)
    );
    let before = server.state().count("REPORT");
    let some = caldav.read(at(&calendar), &all.later[..60]).await.unwrap();
    assert_eq!(some.sightings.len(), 60);
    assert_eq!(server.state().count("REPORT") - before, 2);
    // What changed since is no long listing.
    server.state().edit("0.ics", None);
    let since = caldav
        .changes(at(&calendar), Some(&all.cursor))
        .await
        .unwrap();
    assert_eq!(
        (ids(&since), since.later.len()),
        (vec![("0.ics", false)], 0)
    );
}

#[tokio::test]
async fn calendars_are_found_from_the_host_a_home_or_a_calendar() {
    let server = Server::start().await;
    for (path, count) in [
        ("/", 2),
        ("/dav/", 2),
        ("/principals/ada", 2),
        ("/home/work/", 1),
    ] {
        let calendars = connector(&server, path, "secret")
            .calendars()
            .await
            .unwrap();
        assert_eq!(calendars.len(), count, "{path}: {calendars:?}");
        assert_eq!(calendars[0].id, server.url("/home/work/"));
        assert_eq!(calendars[0].name, "Praxis & Söhne");
        assert_eq!(calendars[0].color.as_deref(), Some("#ff2d55"));
        assert!(calendars[0].writable && calendars[0].primary);
        if count == 2 {
            assert!(!calendars[1].writable);
            assert_eq!(calendars[1].name, "read%20only");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_address_are_told() {
    let server = Server::start().await;
    let failure = connector(&server, "/", "wrong")
        .calendars()
        .await
        .unwrap_err();
    assert!(matches!(failure, Failure::Reauthorise(_)), "{failure}");
    let server = Server::start().await;
    server
        .state()
        .instead
        .push_back(("PROPFIND", reply(200, "", "<html/>")));
    server
        .state()
        .instead
        .push_back(("PROPFIND", reply(404, "", "")));
    let failure = connector(&server, "/", "secret")
        .calendars()
        .await
        .unwrap_err();
    assert!(matches!(failure, Failure::CalendarGone), "{failure}");
    for wrong in [
        "ftp://example.com/",
        "https://ada:x@example.com/",
        "https://",
    ] {
        let network = Network::new(Settings::default()).unwrap();
        let budget = Arc::new(Budget::new(limits("dav.example")));
        let new = Caldav::new(network, Arc::new(Now), budget, wrong, "a", "b");
        assert!(new.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn writes_are_conditional_and_return_what_is_stored() {
    let (server, caldav, calendar) = start().await;
    let id = caldav.choose_id(Uuid::from_u128(7), 2).unwrap();
    let body = event("Leave 😀");
    let create = Create {
        theirs: false,
        stamp: stamp(1),
        id: Some(&id),
        body: &body,
    };
    let (stored_id, version, returned) =
        stored(caldav.create(at(&calendar), create).await.unwrap());
    assert_eq!((stored_id.as_str(), &returned), (id.as_str(), &body));
    assert_eq!(server.state().headers["if-none-match"], "*");
    assert_eq!(
        caldav.create(at(&calendar), create).await.unwrap(),
        Reply::Exists
    );

    let Seen::Event(seen) = caldav
        .find(at(&calendar), Some(&id), stamp(1))
        .await
        .unwrap()
    else {
        panic!("not found");
    };
    let found = seen.found.unwrap();
    assert_eq!(
        (found.body, found.stamp, &found.version),
        (body.clone(), Some(stamp(1)), &version)
    );

    let changed = event("Holiday");
    let update = |version| Update {
        id: &id,
        version,
        stamp: stamp(2),
        previous: &body,
        body: &changed,
    };
    let (_, newer, _) = stored(
        caldav
            .update(at(&calendar), update(&version))
            .await
            .unwrap(),
    );
    assert_eq!(server.state().headers["if-match"], version.tag);
    assert_eq!(
        caldav
            .update(at(&calendar), update(&version))
            .await
            .unwrap(),
        Reply::Stale
    );

    let delete = |version| Delete { id: &id, version };
    assert_eq!(
        caldav
            .delete(at(&calendar), delete(&version))
            .await
            .unwrap(),
        Reply::Stale
    );
    assert_eq!(
        caldav.delete(at(&calendar), delete(&newer)).await.unwrap(),
        Reply::Deleted
    );
    assert_eq!(caldav.get(at(&calendar), &id).await.unwrap(), Seen::Nothing);
    let weak = Version {
        tag: "W/\"9\"".into(),
        order: None,
    };
    assert_eq!(
        caldav.delete(at(&calendar), delete(&weak)).await.unwrap(),
        Reply::Stale
    );
    assert_eq!(server.state().headers["if-match"], "\"9\"");
    // RFC 6638 8.1: the organizer hears nothing of it.
    assert_eq!(server.state().headers["schedule-reply"], "F");
}

#[tokio::test]
async fn a_put_without_etag_must_be_read() {
    let (server, caldav, calendar) = start().await;
    server.state().no_put_etag = true;
    let body = event("Leave");
    let create = Create {
        theirs: false,
        stamp: stamp(1),
        id: Some("1.ics"),
        body: &body,
    };
    assert_eq!(
        caldav.create(at(&calendar), create).await.unwrap(),
        Reply::StoredUnread
    );
}

#[tokio::test]
async fn refusals_and_doubts_are_told_apart() {
    let (server, caldav, calendar) = start().await;
    let body = event("Leave");
    let create = Create {
        theirs: false,
        stamp: stamp(1),
        id: Some("1.ics"),
        body: &body,
    };
    let answer = |status, headers: &str, body: &str| {
        server
            .state()
            .instead
            .push_back(("PUT", reply(status, headers, body)));
    };
    answer(502, "", "");
    assert_eq!(
        caldav.create(at(&calendar), create).await.unwrap(),
        Reply::Unknown
    );
    answer(
        403,
        "",
        "<d:error xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><c:no-uid-conflict/></d:error>",
    );
    let Reply::Refused(reason) = caldav.create(at(&calendar), create).await.unwrap() else {
        panic!("not refused");
    };
    assert!(reason.starts_with("uid"), "{reason}");
    answer(
        403,
        "",
        "<d:error xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><c:valid-calendar-data/></d:error>",
    );
    let Reply::Refused(reason) = caldav.create(at(&calendar), create).await.unwrap() else {
        panic!("not refused");
    };
    assert!(reason.contains("valid-calendar-data"), "{reason}");
    // Whatever else is answered is this event's affair, and none of the calendar's.
    for status in [402, 403, 405, 501] {
        answer(status, "", "");
        let refused = caldav.create(at(&calendar), create).await.unwrap();
        let Reply::Refused(reason) = refused else {
            panic!("{status}: {refused:?}");
        };
        assert!(reason.ends_with(&format!("status {status}")), "{reason}");
    }
    server.state().drop_replies = 1;
    assert_eq!(
        caldav.create(at(&calendar), create).await.unwrap(),
        Reply::Unknown
    );
    assert_eq!(
        caldav.create(at(&calendar), create).await.unwrap(),
        Reply::Exists
    );
    answer(429, "retry-after: 40\r\n", "");
    let failure = caldav.create(at(&calendar), create).await.unwrap_err();
    let Failure::Later { after, .. } = failure else {
        panic!("{failure}");
    };
    assert_eq!(after, Duration::from_secs(40));
}

#[tokio::test]
async fn changes_by_sync_collection() {
    let (server, caldav, calendar) = start().await;
    for n in 0..120 {
        server
            .state()
            .edit(&format!("{n:03}.ics"), Some(&text(&n.to_string())));
    }
    server.state().edit(
        "todo.ics",
        Some("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nEND:VTODO\nEND:VCALENDAR"),
    );
    server.state().edit(
        "bad.ics",
        Some("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:b\nEND:VEVENT\nEND:VCALENDAR"),
    );
    let all = caldav.changes(at(&calendar), None).await.unwrap();
    assert!(all.full);
    assert_eq!((all.sightings.len(), all.malformed.len()), (120, 1));
    assert_eq!(all.malformed[0].id, "bad.ics");
    assert!(all.malformed[0].reason.contains("DTSTART"));
    // One sync and three multigets of at most 50.
    assert_eq!(server.state().count("REPORT"), 4);
    assert_eq!(server.state().count("GET"), 0);

    let none = caldav
        .changes(at(&calendar), Some(&all.cursor))
        .await
        .unwrap();
    assert!(none.sightings.is_empty() && !none.full);
    server.state().edit("001.ics", Some(&text("1")));
    server.state().edit("002.ics", None);
    let some = caldav
        .changes(at(&calendar), Some(&none.cursor))
        .await
        .unwrap();
    assert_eq!(ids(&some), [("001.ics", true), ("002.ics", false)]);
}

#[tokio::test]
async fn a_sync_in_parts_is_read_to_its_end() {
    let (server, caldav, calendar) = start().await;
    server.state().part = Some(2);
    for n in 0..5 {
        server
            .state()
            .edit(&format!("{n}.ics"), Some(&text(&n.to_string())));
    }
    server.state().edit("0.ics", None);
    let all = caldav.changes(at(&calendar), None).await.unwrap();
    assert_eq!(all.sightings.len(), 4, "{:?}", ids(&all));
}

#[tokio::test]
async fn an_invalid_token_asks_for_everything() {
    let (server, caldav, calendar) = start().await;
    let cursor = r#"{"sync":"999"}"#;
    for answer in [
        None,
        Some(reply(412, "", "")),
        Some(reply(500, "", "")),
        Some(reply(409, "", "")),
    ] {
        server.state().bad_token = answer;
        let failure = caldav
            .changes(at(&calendar), Some(cursor))
            .await
            .unwrap_err();
        assert_eq!(failure, Failure::CursorInvalid);
    }
    let failure = caldav.changes(at(&calendar), Some("{}")).await.unwrap_err();
    assert_eq!(failure, Failure::CursorInvalid);
}

#[tokio::test]
async fn changes_by_etags_where_there_is_no_sync() {
    let (server, caldav, calendar) = start().await;
    server.state().no_sync = true;
    server.state().no_multiget = true;
    for n in 0..3 {
        server
            .state()
            .edit(&format!("{n}.ics"), Some(&text(&n.to_string())));
    }
    let all = caldav.changes(at(&calendar), None).await.unwrap();
    assert_eq!((all.sightings.len(), all.full), (3, true));
    assert_eq!(server.state().count("GET"), 3);
    server.state().requests.clear();
    let none = caldav
        .changes(at(&calendar), Some(&all.cursor))
        .await
        .unwrap();
    assert_eq!(server.state().requests, ["PROPFIND /home/work/"]);
    assert_eq!(none.cursor, all.cursor);
    server.state().edit("1.ics", Some(&text("1")));
    server.state().edit("2.ics", None);
    let some = caldav
        .changes(at(&calendar), Some(&none.cursor))
        .await
        .unwrap();
    assert_eq!(ids(&some), [("1.ics", true)]);
    assert_eq!(some.doubtful, ["2.ics"]);
}

#[tokio::test]
async fn a_calendar_elsewhere_does_not_get_the_password() {
    let (server, caldav, _) = start().await;
    let other = Server::start().await;
    let failure = caldav
        .changes(at(&other.url("/home/work/")), None)
        .await
        .unwrap_err();
    assert!(matches!(failure, Failure::Protocol(_)), "{failure}");
    assert!(other.state().requests.is_empty() && server.state().requests.is_empty());
}

#[tokio::test]
async fn an_object_that_the_server_falls_over_does_not_hold_up_the_others() {
    let (server, caldav, calendar) = start().await;
    for n in 0..3 {
        server
            .state()
            .edit(&format!("{n}.ics"), Some(&text(&n.to_string())));
    }
    server.state().no_multiget = true;
    server
        .state()
        .instead
        .push_back(("GET", reply(403, "", "")));
    let changes = caldav.changes(at(&calendar), None).await.unwrap();
    assert_eq!(ids(&changes), [("1.ics", true), ("2.ics", true)]);
    let bad: Vec<&str> = changes.malformed.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(bad, ["0.ics"]);
    // A server that falls over all of them is not read.
    for n in 0..20 {
        server
            .state()
            .edit(&format!("{n}.ics"), Some(&text(&n.to_string())));
        server
            .state()
            .instead
            .push_back(("GET", reply(403, "", "")));
    }
    let failure = caldav.changes(at(&calendar), None).await.unwrap_err();
    assert!(matches!(failure, Failure::Forbidden(_)), "{failure}");
}
