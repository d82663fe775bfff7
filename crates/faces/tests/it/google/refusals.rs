//! What Google refuses, by its reasons; what it takes and cuts; and in which shape it shows events.

use serde_json::{Value, json};

use super::world::World;

const EVENTS: &str = "calendars/primary/events";

fn event(more: Value) -> Value {
    let at = |time: &str| json!({"dateTime": format!("2027-02-02T{time}:00"), "timeZone": "Europe/Berlin"});
    let mut event = json!({"summary": "x", "start": at("09:00"), "end": at("10:00")});
    if let Value::Object(more) = more {
        event.as_object_mut().unwrap().extend(more);
    }
    event
}

#[tokio::test]
async fn events_that_cannot_be_are_refused_and_a_patch_cannot_make_them_so() {
    let world = World::start().await;
    let made = world.post(EVENTS, event(json!({}))).await.ok();
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let six: Vec<Value> = (0..6)
        .map(|minutes| json!({"method": "popup", "minutes": minutes}))
        .collect();
    for (more, reason) in [
        (
            json!({"end": {"dateTime": "2027-02-02T08:00:00", "timeZone": "Europe/Berlin"}}),
            "timeRangeEmpty",
        ),
        (
            json!({"end": {"date": "2027-02-03", "dateTime": null}}),
            "invalid",
        ),
        (
            json!({"start": {"dateTime": "2027-02-02T08:00:00", "timeZone": "Middle/Earth"}}),
            "invalid",
        ),
        (json!({"recurrence": ["RRULE:FREQ=NEVER"]}), "invalid"),
        (json!({"recurrence": ["DTSTART:20270202"]}), "invalid"),
        (json!({"colorId": "12"}), "invalid"),
        (json!({"status": "perhaps"}), "invalid"),
        (json!({"visibility": "dim"}), "invalid"),
        (json!({"transparency": "grey"}), "invalid"),
        (json!({"attendees": [{"displayName": "Ben"}]}), "required"),
        (json!({"attendees": [{"email": "nonsense"}]}), "invalid"),
        (
            json!({"attendees": [{"email": "b@c.example", "responseStatus": "yes"}]}),
            "invalid",
        ),
        (
            json!({"reminders": {"useDefault": false, "overrides": six}}),
            "eventRemindersCountExceedsLimit",
        ),
        (
            json!({"reminders": {"useDefault": true, "overrides": [six[0]]}}),
            "cannotUseDefaultRemindersAndSpecifyOverride",
        ),
    ] {
        let refused = (400, reason.to_owned());
        let posted = world.post(EVENTS, event(more.clone())).await;
        assert_eq!(posted.fault(), refused, "{more}");
        let patched = world.patch(&one, more.clone()).await;
        assert_eq!(patched.fault(), refused, "{more}");
    }
    let party = world
        .post(EVENTS, event(json!({"eventType": "party"})))
        .await;
    assert_eq!(party.fault(), (400, "invalid".to_owned()));
    assert_eq!(world.get(&one).await.ok(), made, "nothing of it was kept");
}

#[tokio::test]
async fn reminders_are_cut_and_replaced_as_one_thing() {
    let world = World::start().await;
    let own = json!([{"method": "popup", "minutes": 50_000}, {"method": "sms", "minutes": 1}, {"method": "popup", "minutes": 50_000}]);
    let reminders = json!({"reminders": {"useDefault": false, "overrides": own}});
    let made = world.post(EVENTS, event(reminders)).await.ok();
    let cut = json!([{"method": "popup", "minutes": 40_320}]);
    assert_eq!(made["reminders"]["overrides"], cut);
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let back = json!({"reminders": {"useDefault": true}});
    let back = world.patch(&one, back).await.ok();
    assert_eq!(back["reminders"], json!({"useDefault": true}));
}

#[tokio::test]
async fn times_are_in_the_zone_that_is_asked_for_and_of_many_guests_only_oneself() {
    let world = World::start().await;
    let guests = json!([{"email": "ben@example.com"}, {"email": "ada@example.com", "responseStatus": "accepted"}]);
    let ny = json!({"dateTime": "2027-02-02T03:00:00", "timeZone": "America/New_York"});
    let made = event(json!({"start": ny, "attendees": guests}));
    let made = world.post(EVENTS, made).await.ok();
    // In the calendar's zone, whatever its own.
    assert_eq!(
        made["start"],
        json!({"dateTime": "2027-02-02T09:00:00+01:00", "timeZone": "America/New_York"})
    );
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let tokyo = world.get(&format!("{one}?timeZone=Asia/Tokyo")).await.ok();
    assert_eq!(tokyo["start"]["dateTime"], "2027-02-02T17:00:00+09:00");
    let listed = world.get(&format!("{EVENTS}?timeZone=UTC")).await.ok();
    assert_eq!(listed["timeZone"], "UTC");
    assert_eq!(
        listed["items"][0]["start"]["dateTime"],
        "2027-02-02T08:00:00Z"
    );
    let nowhere = world.get(&format!("{EVENTS}?timeZone=Middle/Earth")).await;
    assert_eq!(nowhere.fault(), (400, "invalid".to_owned()));
    let few = world.get(&format!("{one}?maxAttendees=1")).await.ok();
    assert_eq!(few["attendeesOmitted"], true);
    let left = few["attendees"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (&left[0]["self"], &left[0]["organizer"]),
        (&json!(true), &json!(true))
    );
}

#[tokio::test]
async fn a_request_may_mean_another_method_and_nobody_is_told_so() {
    let world = World::start().await;
    let made = world.post(EVENTS, event(json!({}))).await.ok();
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let means = |method| [("x-http-method-override", method)];
    let patched = world
        .send("POST", &one, &means("PATCH"), json!({"summary": "y"}))
        .await;
    assert_eq!(patched.ok()["summary"], "y");
    let form = [
        ("x-http-method-override", "GET"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let listed = world
        .form(EVENTS, &form, "q=nothing&timeZone=Asia/Tokyo")
        .await
        .ok();
    assert_eq!(
        (&listed["items"], &listed["timeZone"]),
        (&json!([]), &json!("Asia/Tokyo"))
    );
    let gone = world
        .send("POST", &one, &means("DELETE"), Value::Null)
        .await;
    assert_eq!(gone.status, 204);
    let mut world = world;
    world.token.clear();
    assert_eq!(
        world.get(EVENTS).await.fault(),
        (401, "required".to_owned())
    );
}

#[tokio::test]
async fn another_time_is_another_sequence_and_calendars_have_conditions() {
    let world = World::start().await;
    let made = world.post(EVENTS, event(json!({}))).await.ok();
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    let later = json!({"end": {"dateTime": "2027-02-02T11:00:00", "timeZone": "Europe/Berlin"}});
    for (change, sequence) in [
        (json!({"summary": "y"}), 0),
        (later, 1),
        (json!({"summary": "z"}), 1),
    ] {
        assert_eq!(world.patch(&one, change).await.ok()["sequence"], sequence);
    }
    for path in ["calendars/primary", "users/me/calendarList/primary"] {
        let there = world.get(path).await.ok();
        let tag = there["etag"].as_str().unwrap();
        let known = world
            .send("GET", path, &[("if-none-match", tag)], Value::Null)
            .await;
        assert_eq!(known.status, 304, "{path}");
        let stale = world
            .send("PATCH", path, &[("if-match", "\"1\"")], json!({}))
            .await;
        assert_eq!(stale.fault(), (412, "conditionNotMet".to_owned()), "{path}");
        let fresh = world
            .send("PATCH", path, &[("if-match", tag)], json!({}))
            .await;
        assert_eq!(fresh.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_was_deleted_comes_back_for_whoever_says_so() {
    let world = World::start().await;
    let made = world.post(EVENTS, event(json!({}))).await.ok();
    let one = format!("{EVENTS}/{}", made["id"].as_str().unwrap());
    assert_eq!(world.delete(&one).await.status, 204);
    let gone = (404, "notFound".to_owned());
    assert_eq!(
        world.patch(&one, json!({"summary": "y"})).await.fault(),
        gone
    );
    let tag = world.get(&one).await.ok()["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    let confirmed = json!({"status": "confirmed", "summary": "back"});
    let on_condition = world
        .send("PATCH", &one, &[("if-match", &tag)], confirmed.clone())
        .await;
    assert_eq!(on_condition.fault(), gone);
    let back = world.patch(&one, confirmed).await.ok();
    assert_eq!(
        (&back["status"], &back["summary"]),
        (&json!("confirmed"), &json!("back"))
    );
    assert_eq!(back["start"], made["start"]);
    let listed = world.get(EVENTS).await.ok();
    assert_eq!(listed["items"][0]["id"], made["id"]);
}

#[tokio::test]
async fn a_sentence_becomes_an_event_and_the_primary_calendar_can_be_cleared() {
    let world = World::start().await;
    let quick = format!("{EVENTS}/quickAdd?text=Lunch%20with%20Ben");
    let made = world.post(&quick, Value::Null);
    assert_eq!(made.await.ok()["summary"], "Lunch with Ben");
    let nothing = world.post(&format!("{EVENTS}/quickAdd"), Value::Null).await;
    assert_eq!(nothing.fault(), (400, "required".to_owned()));
    let other = world
        .post("calendars", json!({"summary": "Other"}))
        .await
        .ok();
    let other = other["id"].as_str().unwrap();
    let refused = world
        .post(&format!("calendars/{other}/clear"), Value::Null)
        .await;
    assert_eq!(refused.fault(), (400, "invalid".to_owned()));
    assert_eq!(
        world
            .post("calendars/primary/clear", Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(world.get(EVENTS).await.ok()["items"], json!([]));
    let stays = world.delete("calendars/primary").await;
    let reason = "cannotDeletePrimaryCalendar".to_owned();
    assert_eq!(stays.fault(), (400, reason));
}

#[tokio::test]
async fn a_conference_is_set_up_where_there_are_any_and_the_hub_has_none() {
    let asked = json!({"conferenceData": {"createRequest": {"requestId": "r"}}});
    let path = format!("{EVENTS}?conferenceDataVersion=1");
    let status =
        |event: &Value| event["conferenceData"]["createRequest"]["status"]["statusCode"].clone();
    let hub = World::start().await;
    let made = hub.post(&path, event(asked.clone())).await.ok();
    assert_eq!(status(&made), "failure");
    assert_eq!(made.get("hangoutLink"), None);
    let sandbox = World::with(kalends_faces::Dialect {
        conferences: true,
        ..kalends_faces::Dialect::default()
    })
    .await;
    let made = sandbox.post(&path, event(asked)).await.ok();
    assert_eq!(status(&made), "success");
    let link = made["hangoutLink"].as_str().unwrap();
    assert_eq!(made["conferenceData"]["entryPoints"][0]["uri"], link);
    let one = format!(
        "{EVENTS}/{}?conferenceDataVersion=1",
        made["id"].as_str().unwrap()
    );
    let gone = sandbox
        .patch(&one, json!({"conferenceData": null}))
        .await
        .ok();
    assert_eq!(
        (gone.get("conferenceData"), gone.get("hangoutLink")),
        (None, None)
    );
}
