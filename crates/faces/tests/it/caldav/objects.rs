//! GET, PUT and DELETE of events.

use super::*;

const LUNCH: &str = "DTSTART;TZID=Europe/Berlin:20261123T120000\r\nDTEND;TZID=Europe/Berlin:20261123T130000\r\nSUMMARY:Lunch 😀 שלום";

#[tokio::test]
async fn an_event_comes_back_with_all_that_its_client_wrote() {
    let dav = Dav::start().await;
    let more = "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nX-KALENDS-STAMP:0190d3c1-0000-7000-8000-000000000000";
    dav.have("1.ics", &format!("{LUNCH}\r\n{more}")).await;
    let response = dav.send("GET", &dav.object("1.ics"), &[], "").await;
    let text = response.text().unwrap().replace("\r\n ", "");
    for line in LUNCH.split("\r\n").chain(more.split("\r\n")) {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.contains("BEGIN:VTIMEZONE"));
    assert!(
        response
            .header("content-type")
            .unwrap()
            .starts_with("text/calendar")
    );
    assert!(response.header("last-modified").is_some());
    // The same version is the same octets.
    let again = dav.send("GET", &dav.object("1.ics"), &[], "").await;
    assert_eq!(again.body, response.body);
    let tag = response.header("etag").unwrap();
    let known = dav
        .send("GET", &dav.object("1.ics"), &[("if-none-match", tag)], "")
        .await;
    assert_eq!((known.status, known.body.len()), (304, 0));
}

#[tokio::test]
async fn writes_hold_to_their_conditions() {
    let dav = Dav::start().await;
    let stale = [("if-match", "\"x\"")];
    assert_eq!(dav.put("1.ics", LUNCH, &stale).await.status, 412);
    assert_eq!(
        dav.put("1.ics", LUNCH, &[("if-match", "*")]).await.status,
        412
    );
    dav.have("1.ics", LUNCH).await;
    assert_eq!(
        dav.put("1.ics", LUNCH, &[("if-none-match", "*")])
            .await
            .status,
        412
    );
    let first = dav.etag("1.ics").await;
    let moved = LUNCH.replace("T12", "T11");
    assert_eq!(
        dav.put("1.ics", &moved, &[("if-match", &first)])
            .await
            .status,
        204
    );
    let second = dav.etag("1.ics").await;
    assert_ne!(first, second);
    assert_eq!(
        dav.put("1.ics", LUNCH, &[("if-match", &first)])
            .await
            .status,
        412
    );
    let delete = |tag: String| {
        let dav = &dav;
        async move {
            dav.send("DELETE", &dav.object("1.ics"), &[("if-match", &tag)], "")
                .await
                .status
        }
    };
    assert_eq!(delete(first).await, 412);
    assert_eq!(delete(second.clone()).await, 204);
    assert_eq!(delete(second.clone()).await, 404);
    // A name may be used again, and the old tag is not its.
    dav.have("1.ics", LUNCH).await;
    assert_ne!(dav.etag("1.ics").await, second);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_by_name() {
    let dav = Dav::start().await;
    dav.have("1.ics", LUNCH).await;
    let body = |uid: &str, inner: &str| {
        format!(
            "BEGIN:VCALENDAR\r\n{inner}BEGIN:VEVENT\r\nUID:{uid}\r\n{LUNCH}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let todo = "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n";
    let other = format!("BEGIN:VEVENT\r\nUID:z\r\n{LUNCH}\r\nEND:VEVENT\r\n");
    for (name, body, condition) in [
        ("2.ics", body("1.ics", ""), "no-uid-conflict"),
        ("1.ics", body("another", ""), "no-uid-conflict"),
        ("2.ics", body("2", todo), "valid-calendar-object-resource"),
        (
            "2.ics",
            format!("BEGIN:VCALENDAR\r\n{todo}END:VCALENDAR\r\n"),
            "supported-calendar-component",
        ),
        ("2.ics", body("2", &other), "valid-calendar-object-resource"),
        (
            "2.ics",
            body("2", "METHOD:REQUEST\r\n"),
            "valid-calendar-object-resource",
        ),
        (
            "2.ics",
            body("2", "").replace("DTSTART", "X-START"),
            "valid-calendar-data",
        ),
        ("2.ics", "hello".to_owned(), "valid-calendar-data"),
    ] {
        let response = dav.send("PUT", &dav.object(name), &[], &body).await;
        assert_eq!(response.status, 403, "{condition}");
        assert_eq!(conditions(&response), [condition]);
    }
    let nowhere = dav.home() + "none/2.ics";
    assert_eq!(
        dav.send("PUT", &nowhere, &[], &body("2", "")).await.status,
        409
    );
    let large = "x".repeat(5 << 20);
    let response = dav.send("PUT", &dav.object("2.ics"), &[], &large).await;
    assert_eq!(
        (response.status, conditions(&response)),
        (413, vec!["max-resource-size".to_owned()])
    );
    assert_eq!(dav.send("PUT", &dav.calendar(), &[], "").await.status, 403);
    assert_eq!(
        dav.send("PATCH", &dav.object("1.ics"), &[], "")
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn events_that_others_made_have_addresses_too() {
    let dav = Dav::start().await;
    let when = calendar::When::all_day("2026-12-24".parse().unwrap(), 1);
    let new = hub::events::NewEvent {
        name: None,
        event: calendar::Event::new("u", when),
    };
    let hub = &dav.world.app.hub;
    let made = hub
        .create_event(&dav.world.actor, dav.world.calendar.id, new)
        .await
        .unwrap();
    let name = format!("{}.ics", made.id);
    let text = dav.send("GET", &dav.object(&name), &[], "").await;
    assert!(text.text().unwrap().contains("DTSTART;VALUE=DATE:20261224"));
    assert_eq!(
        dav.send("DELETE", &dav.object(&name), &[], "").await.status,
        204
    );
    assert!(!hub.event(&dav.world.actor, made.id).await.unwrap().alive);
}

#[tokio::test]
async fn a_client_keeps_what_other_protocols_know() {
    let dav = Dav::start().await;
    dav.have("1.ics", LUNCH).await;
    let hub = &dav.world.app.hub;
    let find = || async {
        let id = dav.world.calendar.id;
        hub.event_by_name(&dav.world.actor, id, "1.ics")
            .await
            .unwrap()
            .unwrap()
    };
    let id = find().await.id;
    let edit = |event: &mut calendar::Event| {
        event.unknown.set("google", ["kept"].into_iter().collect());
        Ok(())
    };
    hub.edit_event(&dav.world.actor, id, hub::Precondition::None, edit)
        .await
        .unwrap();
    let moved = LUNCH.replace("T12", "T11");
    assert_eq!(dav.put("1.ics", &moved, &[]).await.status, 204);
    assert!(find().await.event.unknown.get("google").is_some());
}
