//! The vendors' APIs on the hub itself: a program is registered, let in by a person, and uses their calendars through either
//! API and CalDAV, as its makers would write it for Google or for Microsoft.

mod clients;
mod device;
mod feeds;
pub mod hub;
pub mod mirrored;
mod pages;
mod program;
mod push;

use jiff::ToSpan;
use network::Request;
use serde_json::{Value, json};

use crate::apps::ahead;
use hub::{Hub, REDIRECT};
use program::{GOOGLE, MICROSOFT, Program};

/// Google's scope for everything.
const ALL: &str = "https://www.googleapis.com/auth/calendar";

/// Nine o'clock, some days from now, and half an hour later.
fn times(days: i64) -> (String, String) {
    let crate::apps::When::At(start) = ahead(days, 9) else {
        unreachable!()
    };
    (start.to_string(), (start + 30.minutes()).to_string())
}

#[tokio::test]
async fn one_calendar_through_every_api() {
    let hub = Hub::start("").await;
    let calendar = hub.calendar("Practice").await;
    let program = Program::register(&hub, json!({"name": "CRM", "redirectUris": [REDIRECT]})).await;
    let token = program.let_in(&hub, GOOGLE, ALL).await;
    let google = |path: &str| format!("{}google/calendar/v3/{path}", hub.root);

    // Google's API: the calendar, an event, a change to it.
    let list = hub
        .ok(Request::get(google("users/me/calendarList")).bearer(&token))
        .await;
    let entry = list["items"].as_array().unwrap().iter();
    let id = entry
        .clone()
        .find(|entry| entry["summary"] == "Practice")
        .unwrap()["id"]
        .clone();
    let id = id.as_str().unwrap();
    let (start, end) = times(5);
    let event =
        json!({"summary": "Check-up", "start": {"dateTime": start}, "end": {"dateTime": end}});
    let url = google(&format!("calendars/{id}/events"));
    let made = hub
        .ok(Request::post(&url).bearer(&token).json(&event))
        .await;
    let event = format!("{url}/{}", made["id"].as_str().unwrap());
    let patch = json!({"summary": "Check-up 🦷"});
    hub.ok(Request::patch(&event).bearer(&token).json(&patch))
        .await;

    // The same through Microsoft's.
    let scope = "Calendars.ReadWrite User.Read offline_access openid";
    let token = program.let_in(&hub, MICROSOFT, scope).await;
    let graph = format!("{}microsoft/v1.0/", hub.root);
    let me = hub
        .ok(Request::get(format!("{graph}me")).bearer(&token))
        .await;
    assert_eq!(me["mail"], "owner@localhost");
    let list = hub
        .ok(Request::get(format!("{graph}me/calendars")).bearer(&token))
        .await;
    let mut all = list["value"].as_array().unwrap().iter();
    let id = all.find(|one| one["name"] == "Practice").unwrap()["id"].clone();
    let (start, end) = times(6);
    let body = json!({
        "subject": "Filling", "start": {"dateTime": start.trim_end_matches('Z'), "timeZone": "UTC"},
        "end": {"dateTime": end.trim_end_matches('Z'), "timeZone": "UTC"},
    });
    let events = format!("{graph}me/calendars/{}/events", id.as_str().unwrap());
    let made = hub
        .send(Request::post(&events).bearer(&token).json(&body))
        .await;
    assert_eq!(made.status, 201, "{:?}", made.text());
    let location = made.header("location").unwrap();
    assert!(location.starts_with(&graph), "{location}");
    let read = hub.ok(Request::get(location).bearer(&token)).await;
    assert_eq!(read["subject"], "Filling");
    // One a page: the link to the next page leads back through the same door.
    let mut next = Some(format!("{events}?$top=1&$select=subject"));
    let mut subjects = Vec::new();
    while let Some(url) = next {
        assert!(url.starts_with(&graph), "{url}");
        let page = hub.ok(Request::get(url).bearer(&token)).await;
        let found = page["value"].as_array().unwrap().iter();
        subjects.extend(found.map(|event| event["subject"].as_str().unwrap().to_owned()));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    subjects.sort();
    assert_eq!(subjects, ["Check-up 🦷", "Filling"]);
    let (from, to) = (times(1).0, times(9).0);
    let delta = format!(
        "{graph}me/calendars/{}/calendarView/delta?startDateTime={from}&endDateTime={to}",
        id.as_str().unwrap()
    );
    let round = hub.ok(Request::get(delta).bearer(&token)).await;
    let link = round["@odata.deltaLink"].as_str().unwrap();
    assert!(link.starts_with(&graph), "{link}");
    hub.ok(Request::get(link).bearer(&token)).await;

    // And by CalDAV, with an app password.
    device::sees_and_is_locked_out(&hub, &["Check-up 🦷", "Filling"]).await;

    // The REST API says the same, and the program is out once it is removed.
    let events = hub.rest(Request::get, &format!("events?calendar={calendar}"));
    let events = hub.ok(events).await["events"].clone();
    assert_eq!(events.as_array().unwrap().len(), 2, "{events}");
    let removed = hub.rest(Request::delete, &format!("apps/{}", program.id));
    assert_eq!(hub.send(removed).await.status, 204);
    let refused = hub
        .send(Request::get(format!("{graph}me")).bearer(&token))
        .await;
    assert_eq!(refused.status, 401);
    hub.stop().await;
}

#[tokio::test]
async fn a_program_may_do_what_it_was_let_in_for() {
    let hub = Hub::start("").await;
    hub.calendar("Practice").await;
    let program = Program::register(&hub, json!({"name": "CRM", "redirectUris": [REDIRECT]})).await;
    let readonly = format!("{ALL}.readonly openid");
    let token = program.let_in(&hub, GOOGLE, &readonly).await;
    let list = format!("{}google/calendar/v3/users/me/calendarList", hub.root);
    let listed = hub.ok(Request::get(&list).bearer(&token)).await;
    let id = listed["items"][0]["id"].as_str().unwrap();
    let events = format!("{}google/calendar/v3/calendars/{id}/events", hub.root);
    let (start, end) = times(5);
    let event = json!({"summary": "No", "start": {"dateTime": start}, "end": {"dateTime": end}});
    let refused = hub
        .send(Request::post(&events).bearer(&token).json(&event))
        .await;
    let said: Value = refused.json().unwrap();
    assert_eq!(refused.status, 403);
    assert_eq!(
        said["error"]["errors"][0]["reason"],
        "insufficientPermissions"
    );

    // It is what a request means that counts, not how it comes.
    let anew = |method: &str, url: &str| {
        let request = Request::post(url).bearer(&token);
        request.header("x-http-method-override", method)
    };
    hub.ok(anew("GET", &events)).await;
    let refused = hub.send(anew("DELETE", &format!("{events}/nothing"))).await;
    assert_eq!(refused.status, 403);

    // A word of one vendor opens nothing at the other.
    let graph = format!("{}microsoft/v1.0/me/events", hub.root);
    let refused = hub.send(Request::get(&graph).bearer(&token)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json::<Value>().unwrap()["error"]["code"],
        "ErrorAccessDenied"
    );
    let reader = program.let_in(&hub, MICROSOFT, "Calendars.Read").await;
    hub.ok(Request::get(&graph).bearer(&reader)).await;
    let refused = hub
        .send(
            Request::post(&graph)
                .bearer(&reader)
                .json(&json!({"subject": "No"})),
        )
        .await;
    assert_eq!(refused.status, 403);

    // The REST API lets a program see calendars, and leaves everything else to people.
    let rest = |path: &str| format!("{}api/v1/{path}", hub.root);
    hub.ok(Request::get(rest("calendars")).bearer(&token)).await;
    for path in ["links", "connections", "apps", "app-passwords", "conflicts"] {
        let refused = hub.send(Request::get(rest(path)).bearer(&token)).await;
        assert_eq!(refused.status, 403, "{path}");
    }
    let identified = program.let_in(&hub, GOOGLE, "openid email").await;
    for url in [&list, &events, &rest("events")] {
        let refused = hub.send(Request::get(url).bearer(&identified)).await;
        assert_eq!(refused.status, 403, "{url}");
    }

    // A browser's session is no token, and nobody is let in without being asked.
    let by_cookie = Request::get(&list).secret_header("cookie", &hub.cookie);
    assert_eq!(hub.send(by_cookie).await.status, 401);

    // What a program is registered for is the most that it can ask for.
    let new = json!({"name": "Viewer", "redirectUris": [REDIRECT], "scopes": ["calendar.read"]});
    let viewer = Program::register(&hub, new).await;
    let refused = viewer.ask(&hub, GOOGLE, ALL).await;
    assert!(refused.contains("error=invalid_scope"), "{refused}");
    viewer.let_in(&hub, GOOGLE, &readonly).await;
    hub.stop().await;
}

/// From the terminal, beside the running hub.
#[tokio::test]
async fn a_program_is_registered_listed_and_removed_at_the_terminal() {
    let hub = Hub::start("").await;
    let bad = ["--redirect-uri", "http://crm.example.com/"];
    let refused = hub.command(&["app", "add", "CRM"], &bad).await;
    assert!(refused.contains("https://"), "{refused}");
    let said = hub
        .command(&["app", "add", "CRM"], &["--redirect-uri", REDIRECT])
        .await;
    let value = |name: &str| {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.split_whitespace().next().unwrap().to_owned()
    };
    let program = Program {
        id: value("client id"),
        secret: value("client secret"),
    };
    assert!(
        said.contains(&format!("{}google/calendar/v3/", hub.root)),
        "{said}"
    );
    let token = program.let_in(&hub, GOOGLE, ALL).await;
    let list = format!("{}google/calendar/v3/users/me/calendarList", hub.root);
    hub.ok(Request::get(&list).bearer(&token)).await;
    let listed = hub.command(&["app", "list"], &[]).await;
    assert!(
        listed.contains(&program.id) && !listed.contains(&program.secret),
        "{listed}"
    );
    hub.command(&["app", "remove", &program.id], &[]).await;
    let out = hub.send(Request::get(&list).bearer(&token)).await;
    assert_eq!(out.status, 401);
    let listed = hub.command(&["app", "list"], &[]).await;
    assert!(!listed.contains(&program.id), "{listed}");
    hub.stop().await;
}

#[tokio::test]
async fn a_closed_api_is_not_there() {
    let hub = Hub::start("[faces]\ngoogle = false\ncaldav = false\n").await;
    for (path, status) in [
        ("google/calendar/v3/colors", 404),
        ("google/.well-known/openid-configuration", 404),
        ("caldav/", 404),
        (".well-known/caldav", 404),
        ("google/", 404),
        ("google/x", 404),
        ("microsoft/v1.0/me", 401),
        ("microsoft/nothing", 404),
        ("health", 200),
    ] {
        let answer = hub.send(Request::get(format!("{}{path}", hub.root))).await;
        assert_eq!(answer.status, status, "{path}");
    }
    hub.stop().await;
}
