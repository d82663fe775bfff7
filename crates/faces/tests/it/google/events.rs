//! Single events: made, read, changed, deleted; and what is refused.

use serde_json::{Value, json};

use super::world::{EVENTS, World, hour, path};

#[tokio::test]
async fn an_event_is_made_read_changed_and_deleted() {
    let world = World::start().await;
    let made = world.post(EVENTS, hour("Check-up")).await;
    let header = made.headers["etag"].to_str().unwrap().to_owned();
    let made = made.ok();
    assert_eq!(made["etag"], header);
    for (name, value) in [
        ("kind", "calendar#event"),
        ("status", "confirmed"),
        ("summary", "Check-up"),
        ("eventType", "default"),
    ] {
        assert_eq!(made[name], value);
    }
    assert_eq!(
        made["creator"],
        json!({"email": "ada@example.com", "self": true})
    );
    assert_eq!(
        made["organizer"],
        json!({"email": "ada@example.com", "self": true})
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["iCalUID"], format!("{id}@google.com"));
    assert_eq!(world.get(&path(id)).await.ok(), made);

    let changed = world
        .patch(
            &path(id),
            json!({"summary": "Recall", "location": "Room 1", "colorId": "11"}),
        )
        .await
        .ok();
    assert_eq!(
        (&changed["summary"], &changed["colorId"]),
        (&json!("Recall"), &json!("11"))
    );
    assert_eq!(changed["start"], made["start"]);
    assert_ne!(changed["etag"], made["etag"]);
    let cleared = world.patch(&path(id), json!({"location": null})).await.ok();
    assert_eq!(cleared.get("location"), None);
    let replaced = world.put(&path(id), hour("All new")).await.ok();
    assert_eq!(
        (&replaced["summary"], replaced.get("colorId")),
        (&json!("All new"), None)
    );

    let gone = world.delete(&path(id)).await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(world.get(&path(id)).await.ok()["status"], "cancelled");
    assert_eq!(
        world.delete(&path(id)).await.fault(),
        (410, "deleted".to_owned())
    );
    assert_eq!(world.patch(&path(id), json!({})).await.fault().0, 404);
}

#[tokio::test]
async fn writes_are_conditional_on_the_tag_and_reads_too() {
    let world = World::start().await;
    let made = world.post(EVENTS, hour("One")).await.ok();
    let (id, first) = (made["id"].as_str().unwrap(), made["etag"].as_str().unwrap());
    let with = |method, tag| {
        let (world, id) = (&world, path(id));
        async move {
            world
                .send(method, &id, &[("if-match", tag)], json!({"summary": "Two"}))
                .await
        }
    };
    let second = with("PATCH", first).await.ok()["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    for method in ["PATCH", "DELETE"] {
        assert_eq!(
            with(method, first).await.fault(),
            (412, "conditionNotMet".to_owned())
        );
    }
    let known = world
        .send("GET", &path(id), &[("if-none-match", &second)], Value::Null)
        .await;
    assert_eq!(known.status, 304);
    assert_eq!(with("PATCH", "*").await.status, 200);
    // A change that changes nothing makes no version.
    let again = world.patch(&path(id), json!({"summary": "Two"})).await.ok();
    assert_eq!(again["etag"], second);
}

#[tokio::test]
async fn ids_that_clients_choose_are_taken_for_ever() {
    let world = World::start().await;
    let mut body = hour("One");
    body["id"] = json!("kalends0001");
    assert_eq!(
        world.post(EVENTS, body.clone()).await.ok()["id"],
        "kalends0001"
    );
    assert_eq!(
        world.post(EVENTS, body.clone()).await.fault(),
        (409, "duplicate".to_owned())
    );
    world.delete(&path("kalends0001")).await.ok();
    assert_eq!(
        world.post(EVENTS, body.clone()).await.fault(),
        (409, "duplicate".to_owned())
    );
    body["id"] = json!("UPPER");
    assert_eq!(
        world.post(EVENTS, body).await.fault(),
        (400, "invalid".to_owned())
    );
}

#[tokio::test]
async fn what_a_client_keeps_in_an_event_comes_back() {
    let world = World::start().await;
    let mut body = hour("Kept");
    let kept = json!({
        "description": "<b>x</b>", "visibility": "private", "transparency": "transparent",
        "attendees": [{"email": "ben@example.com", "responseStatus": "needsAction", "optional": true}],
        "extendedProperties": {"private": {"kalendsStamp": "s1", "theirs": "1"}, "shared": {"a": "b"}},
        "reminders": {"useDefault": false, "overrides": [{"method": "email", "minutes": 30}]},
        "source": {"title": "t", "url": "https://example.com"}, "guestsCanModify": true,
        "attachments": [{"fileUrl": "https://drive.google.com/x"}],
    });
    for (name, value) in kept.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = world
        .post(
            &format!("{EVENTS}?supportsAttachments=true&sendUpdates=all"),
            body,
        )
        .await
        .ok();
    for (name, value) in kept.as_object().unwrap() {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(world.mails(), 1);
    let id = made["id"].as_str().unwrap();
    let change = json!({"extendedProperties": {"private": {"kalendsStamp": "s2", "theirs": null}}});
    let changed = world.patch(&path(id), change).await.ok();
    assert_eq!(
        changed["extendedProperties"],
        json!({"private": {"kalendsStamp": "s2"}, "shared": {"a": "b"}})
    );
    assert_eq!(
        changed["attachments"], kept["attachments"],
        "an update that does not support them leaves them"
    );
    assert_eq!(world.mails(), 1, "sendUpdates is none if it is not said");
}

#[tokio::test]
async fn conferences_count_only_for_clients_that_know_them() {
    let world = World::start().await;
    let mut body = hour("Call");
    body["conferenceData"] = json!({
        "conferenceSolution": {"key": {"type": "addOn"}, "name": "Call"},
        "entryPoints": [{"entryPointType": "video", "uri": "https://call.example.com/1", "label": "Call"}],
    });
    let made = world.post(EVENTS, body.clone()).await.ok();
    assert_eq!(made.get("conferenceData"), None);
    let made = world
        .post(&format!("{EVENTS}?conferenceDataVersion=1"), body.clone())
        .await
        .ok();
    assert_eq!(made["conferenceData"], body["conferenceData"]);
    let id = made["id"].as_str().unwrap();
    let cleared = world
        .patch(&path(id), json!({"conferenceData": null}))
        .await
        .ok();
    assert_eq!(cleared["conferenceData"], body["conferenceData"]);
    let cleared = world
        .patch(
            &format!("{}?conferenceDataVersion=1", path(id)),
            json!({"conferenceData": null}),
        )
        .await
        .ok();
    assert_eq!(cleared.get("conferenceData"), None);
}

#[tokio::test]
async fn an_all_day_event_becomes_a_timed_one_and_back() {
    let world = World::start().await;
    let body =
        json!({"summary": "Leave", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-27"}});
    let made = world.post(EVENTS, body).await.ok();
    assert_eq!(made["end"], json!({"date": "2026-12-27"}));
    let id = path(made["id"].as_str().unwrap());
    let timed = hour("x");
    let (start, end) = (&timed["start"], &timed["end"]);
    let beside = world.patch(&id, json!({"start": start, "end": end})).await;
    assert_eq!(
        beside.fault(),
        (400, "invalid".to_owned()),
        "a time beside a day"
    );
    let instead = |time: &Value| {
        let mut time = time.clone();
        time["date"] = Value::Null;
        time
    };
    let changed = json!({"start": instead(start), "end": instead(end)});
    let changed = world.patch(&id, changed).await.ok();
    assert_eq!(changed["start"], timed["start"]);
    let day = |day: &str| json!({"date": day, "dateTime": null, "timeZone": null});
    let back = json!({"start": day("2026-12-24"), "end": day("2026-12-25")});
    let back = world.patch(&id, back).await.ok();
    assert_eq!(back["start"], json!({"date": "2026-12-24"}));
}

#[tokio::test]
async fn an_import_keeps_uid_and_organizer_and_a_second_one_is_an_update() {
    let world = World::start().await;
    let mut body = hour("Foreign");
    body["iCalUID"] = json!("foreign@elsewhere.example");
    body["organizer"] = json!({"email": "boss@elsewhere.example", "displayName": "Boss"});
    let made = world
        .post(&format!("{EVENTS}/import"), body.clone())
        .await
        .ok();
    assert_eq!(made["iCalUID"], "foreign@elsewhere.example");
    assert_eq!(made["organizer"], body["organizer"]);
    body["summary"] = json!("Foreign, moved");
    let again = world
        .post(&format!("{EVENTS}/import"), body.clone())
        .await
        .ok();
    assert_eq!(
        (&again["id"], &again["summary"]),
        (&made["id"], &body["summary"])
    );
    body.as_object_mut().unwrap().remove("iCalUID");
    assert_eq!(
        world.post(&format!("{EVENTS}/import"), body).await.fault(),
        (400, "required".to_owned())
    );
}

#[tokio::test]
async fn nonsense_is_refused_with_googles_words() {
    let world = World::start().await;
    let mut late = weekly_without_zone();
    assert_eq!(
        world.post(EVENTS, late.clone()).await.fault(),
        (400, "required".to_owned())
    );
    late["recurrence"] = json!([]);
    assert_eq!(world.post(EVENTS, late).await.status, 200);
    for (body, fault) in [
        (json!({"summary": "x"}), (400, "required")),
        (json!({"start": {"date": "2026-11-24"}}), (400, "required")),
        (
            json!({"start": {"date": "soon"}, "end": {"date": "later"}}),
            (400, "invalid"),
        ),
        (json!({"start": 5, "end": 6}), (400, "invalid")),
        (json!([1]), (400, "parseError")),
    ] {
        assert_eq!(
            world.post(EVENTS, body).await.fault(),
            (fault.0, fault.1.to_owned())
        );
    }
    for (path, fault) in [
        ("calendars/nobody@example.com/events", (404, "notFound")),
        // Ben's calendar is not Ada's to see.
        ("calendars/ben@example.com/events", (404, "notFound")),
        ("calendars/primary/events/abcde", (404, "notFound")),
        ("calendars/primary/events/abcde_20261124", (404, "notFound")),
        (
            "calendars/primary/events?orderBy=startTime",
            (400, "invalid"),
        ),
        (
            "calendars/primary/events?timeMin=yesterday",
            (400, "badRequest"),
        ),
        (
            "calendars/primary/events?timeMin=2027-01-02T00:00:00Z&timeMax=2027-01-01T00:00:00Z",
            (400, "timeRangeEmpty"),
        ),
        (
            "calendars/primary/events?maxResults=0",
            (400, "invalidParameter"),
        ),
        (
            "calendars/primary/events?fields=items(nonsense)",
            (400, "invalidParameter"),
        ),
        (
            "calendars/primary/events?singleEvents=perhaps",
            (400, "invalidParameter"),
        ),
        ("calendars/primary/events?pageToken=x", (400, "invalid")),
        (
            "calendars/primary/events?syncToken=x",
            (410, "fullSyncRequired"),
        ),
        ("calendars/primary/nothing", (404, "notFound")),
    ] {
        assert_eq!(
            world.get(path).await.fault(),
            (fault.0, fault.1.to_owned()),
            "{path}"
        );
    }
    let mut world = world;
    world.token = "wrong".to_owned();
    assert_eq!(
        world.get(EVENTS).await.fault(),
        (401, "authError".to_owned())
    );
}

fn weekly_without_zone() -> Value {
    json!({
        "start": {"dateTime": "2026-11-24T09:00:00+01:00"}, "end": {"dateTime": "2026-11-24T10:00:00+01:00"},
        "recurrence": ["RRULE:FREQ=DAILY"],
    })
}
