//! Calendars published as feeds: made, read, changed, given another address, ended.

use axum::{Router, body::to_bytes, http::Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::world::{World, list, text, visit, weekly};
use crate::anothers::Other;

/// What is read at an address: status, headers of interest and text.
struct Read {
    status: u16,
    etag: String,
    modified: String,
    disposition: String,
    encoding: String,
    text: String,
}

async fn read(world: &World, url: &str, header: Option<(&str, &str)>) -> Read {
    let path = url.strip_prefix("https://hub.example").unwrap();
    let mut request = Request::builder().uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(axum::body::Body::empty()).unwrap();
    let router: Router = world.router.clone();
    let answer = router.oneshot(request).await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or(String::new(), |v| v.to_str().unwrap().to_owned())
    };
    let (status, etag, modified) = (
        answer.status().as_u16(),
        header("etag"),
        header("last-modified"),
    );
    let (disposition, encoding) = (header("content-disposition"), header("content-encoding"));
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Read {
        status,
        etag,
        modified,
        disposition,
        encoding,
        text,
    }
}

async fn publish(world: &World, shows: &str, private: bool) -> (String, String) {
    let feeds = format!("/api/v1/calendars/{}/feeds", world.calendars[0]);
    let form = json!({"name": "Front desk", "shows": shows, "showPrivate": private});
    let made = world.post(&feeds, &form).await;
    assert_eq!(made.status, 201, "{made:#?}");
    (
        format!("{feeds}/{}", text(&made.body["id"])),
        text(&made.body["url"]),
    )
}

fn with(mut event: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[tokio::test]
async fn an_address_opens_what_it_was_made_for_and_nothing_after_its_end() {
    for world in World::all().await {
        world.event(&visit("Check-up")).await;
        let (one, url) = publish(&world, "whole", false).await;
        assert!(
            url.starts_with("https://hub.example/feeds/") && url.ends_with("/Practice.ics"),
            "{url}"
        );
        let first = read(&world, &url, None).await;
        assert!(
            first.status == 200 && first.text.contains("SUMMARY:Check-up"),
            "{}",
            first.text
        );
        assert_eq!(first.disposition, "inline; filename=\"Practice.ics\"");
        assert!(
            first
                .text
                .contains("REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n")
        );
        assert!(first.text.contains("X-WR-CALNAME:Practice\r\n"));
        assert!(first.text.ends_with("END:VCALENDAR\r\n"));
        // Nobody is told the address again, and of the secret nothing is kept.
        let listed = world.get(&one[..one.rfind('/').unwrap()]).await;
        let listed = list(&listed);
        assert_eq!((listed.len(), listed[0].get("url")), (1, None));
        assert!(listed[0]["lastRead"].is_string());
        let rotated = world.post(&format!("{one}/rotate"), &json!({})).await.ok();
        assert_eq!(read(&world, &url, None).await.status, 404);
        let url = text(&rotated["url"]);
        assert_eq!(read(&world, &url, None).await.status, 200);
        assert_eq!(world.ask("DELETE", &one).send().await.status, 204);
        assert_eq!(read(&world, &url, None).await.status, 404);
        assert_eq!(world.ask("DELETE", &one).send().await.problem().0, 404);
        let nobody = json!({"name": " ", "shows": "busy"});
        let feeds = &one[..one.rfind('/').unwrap()];
        assert_eq!(world.post(feeds, &nobody).await.problem(), (400, "name"));
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    for world in World::all().await {
        world.event(&visit("Check-up")).await;
        let (one, url) = publish(&world, "whole", false).await;
        let first = read(&world, &url, None).await;
        for (name, value) in [
            ("if-none-match", &first.etag),
            ("if-modified-since", &first.modified),
        ] {
            let again = read(&world, &url, Some((name, value))).await;
            assert_eq!(
                (again.status, again.text.as_str()),
                (304, ""),
                "{name}: {value}"
            );
            assert_eq!(again.etag, first.etag);
        }
        // What happens in other calendars is nothing to it.
        let other = with(visit("Elsewhere"), &json!({"calendar": world.calendars[1]}));
        assert_eq!(world.post("/api/v1/events", &other).await.status, 201);
        let known = Some(("if-none-match", first.etag.as_str()));
        assert_eq!(read(&world, &url, known).await.status, 304);
        world.event(&visit("Filling")).await;
        let second = read(&world, &url, known).await;
        assert!(second.status == 200 && second.text.contains("SUMMARY:Filling"));
        // It shows something else from now on.
        let known = Some(("if-none-match", second.etag.as_str()));
        let form = json!({"name": "Front desk", "shows": "busy"});
        assert_eq!(world.ask("PUT", &one).json(&form).send().await.status, 200);
        let third = read(&world, &url, known).await;
        assert!(third.status == 200 && !third.text.contains("Filling"));
        let packed = read(&world, &url, Some(("accept-encoding", "gzip"))).await;
        assert_eq!(
            (packed.encoding.as_str(), packed.etag),
            ("gzip", third.etag)
        );
    }
}

#[tokio::test]
async fn private_events_are_blocks_whatever_else_it_shows() {
    let world = World::sqlite().await;
    let notes = json!({"description": "Bring the X-rays", "locations": {"1": {"@type": "Location", "name": "Room 2"}}});
    world.event(&with(visit("Check-up"), &notes)).await;
    let secret = with(
        visit("Surgery"),
        &with(notes.clone(), &json!({"privacy": "private"})),
    );
    world.event(&secret).await;
    let free = with(visit("Holiday"), &json!({"freeBusyStatus": "free"}));
    world.event(&free).await;
    for (shows, private, wanted, hidden) in [
        (
            "whole",
            false,
            &["Check-up", "X-rays", "Room 2", "Holiday", "SUMMARY:Busy"][..],
            &["Surgery"][..],
        ),
        (
            "outline",
            false,
            &["Check-up", "Room 2", "Holiday"],
            &["Surgery", "X-rays"],
        ),
        (
            "busy",
            false,
            &["SUMMARY:Busy"],
            &["Surgery", "Check-up", "X-rays", "Room 2", "Holiday"],
        ),
        ("whole", true, &["Check-up", "Surgery", "X-rays"], &[]),
        ("outline", true, &["Surgery", "Room 2"], &["X-rays"]),
        (
            "busy",
            true,
            &["SUMMARY:Busy"],
            &["Surgery", "Check-up", "X-rays", "Room 2"],
        ),
    ] {
        let (_, url) = publish(&world, shows, private).await;
        let told = read(&world, &url, None).await.text;
        for part in wanted {
            assert!(
                told.contains(part),
                "{shows} {private}: {part} is not in {told}"
            );
        }
        for part in hidden {
            assert!(
                !told.contains(part),
                "{shows} {private}: {part} is in {told}"
            );
        }
        let events = told.matches("BEGIN:VEVENT").count();
        assert_eq!(events, if shows == "busy" { 2 } else { 3 });
    }
}

#[tokio::test]
async fn a_large_calendar_comes_whole_and_its_zones_once() {
    let world = World::sqlite().await;
    for n in 0..401 {
        world.event(&visit(&format!("Visit {n}"))).await;
    }
    world.event(&weekly("Team")).await;
    let (_, url) = publish(&world, "whole", false).await;
    let told = read(&world, &url, None).await.text;
    let read = protocols::icalendar::read(&told).unwrap();
    assert_eq!((read.value.len(), read.losses.len()), (402, 0));
    assert_eq!(told.matches("BEGIN:VTIMEZONE").count(), 1);
    assert_eq!(told.matches("END:VCALENDAR").count(), 1);
}

#[tokio::test]
async fn only_its_owner_publishes_a_calendar() {
    let world = World::sqlite().await;
    let other = Other::new(&world.hub, &world.identity, &world.store).await;
    other.open(hub::Access::Write).await;
    let feeds = format!("/api/v1/calendars/{}/feeds", other.calendar.0);
    let form = json!({"name": "Everybody", "shows": "whole"});
    assert_eq!(world.post(&feeds, &form).await.problem().0, 403);
    assert_eq!(world.ask("GET", &feeds).send().await.problem().0, 403);
}
