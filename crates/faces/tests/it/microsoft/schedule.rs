//! When people are busy; groups of calendars; the mailbox's settings.

use serde_json::{Value, json};

use super::{Mailbox, appointment, code, weekly};

fn asked(schedules: &[&str]) -> Value {
    json!({
        "schedules": schedules,
        "startTime": {"dateTime": "2026-11-24T08:00:00", "timeZone": "W. Europe Standard Time"},
        "endTime": {"dateTime": "2026-11-24T12:00:00", "timeZone": "W. Europe Standard Time"},
        "availabilityViewInterval": 30,
    })
}

#[tokio::test]
async fn a_schedule_has_a_digit_for_each_half_hour() {
    let mailbox = Mailbox::open().await;
    let owner = mailbox.world.user.email.clone();
    mailbox.post("me/events", &appointment("Visit")).await;
    let mut other = appointment("Out");
    other["showAs"] = json!("oof");
    other["sensitivity"] = json!("private");
    other["start"]["dateTime"] = json!("2026-11-24T09:15:00");
    other["end"]["dateTime"] = json!("2026-11-24T10:30:00");
    mailbox.post("me/events", &other).await;
    let mut free = appointment("Free");
    free["showAs"] = json!("free");
    mailbox.post("me/events", &free).await;
    mailbox.post("me/events", &weekly("On Mondays")).await;

    let answer = mailbox
        .act(
            "me/calendar/getSchedule",
            &asked(&[&owner, "nobody@example.com"]),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let own = &answer.body["value"][0];
    // From eight: 9:00 to 9:30 both, then out until half past ten.
    assert_eq!(own["availabilityView"], "00333000");
    let items = own["scheduleItems"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let out = items.iter().find(|item| item["status"] == "oof").unwrap();
    assert_eq!(
        (&out["isPrivate"], out.get("subject")),
        (&json!(true), None)
    );
    assert_eq!(out["start"]["dateTime"], "2026-11-24T08:15:00.0000000");
    let nobody = &answer.body["value"][1];
    assert_eq!(
        nobody["error"]["responseCode"],
        "ErrorMailRecipientNotFound"
    );

    // As the SDK writes it.
    let capitals: serde_json::Map<_, _> = asked(&[&owner])
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .map(|(name, value)| (format!("{}{}", name[..1].to_uppercase(), &name[1..]), value))
        .collect();
    let same = mailbox
        .act(
            "me/calendar/microsoft.graph.getSchedule",
            &Value::Object(capitals),
        )
        .await;
    assert_eq!(same.status, 200, "{}", same.body);
    assert_eq!(same.body["value"][0]["availabilityView"], "00333000");
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let mailbox = Mailbox::open().await;
    let owner = mailbox.world.user.email.clone();
    let with = |name: &str, value: Value| {
        let mut body = asked(&[&owner]);
        body[name] = value;
        body
    };
    let many: Vec<String> = (0..21).map(|n| format!("{n}@example.com")).collect();
    let end = |day: &str| json!({"dateTime": format!("{day}T12:00:00"), "timeZone": "UTC"});
    for body in [
        with("schedules", json!([])),
        with("schedules", json!(many)),
        with("availabilityViewInterval", json!(4)),
        with("endTime", end("2026-11-01")),
        with("endTime", end("2027-11-01")),
        with("startTime", json!({"dateTime": "soon"})),
    ] {
        let refused = mailbox.act("me/calendar/getSchedule", &body).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (400, "ErrorInvalidParameter"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn calendars_are_in_a_group_and_the_mailbox_has_settings() {
    let mailbox = Mailbox::open().await;
    let groups = mailbox.get("me/calendarGroups").await;
    assert_eq!(groups["value"][0]["name"], "My Calendars");
    let at = format!(
        "me/calendarGroups/{}",
        groups["value"][0]["id"].as_str().unwrap()
    );
    assert_eq!(mailbox.get(&at).await["name"], "My Calendars");
    let there = mailbox.get(&format!("{at}/calendars")).await;
    assert_eq!(there["value"], mailbox.get("me/calendars").await["value"]);
    let made = mailbox
        .post(&format!("{at}/calendars"), &json!({"name": "New"}))
        .await;
    let events = format!("{at}/calendars/{}/events", made["id"].as_str().unwrap());
    mailbox.post(&events, &appointment("There")).await;
    assert_eq!(mailbox.get(&events).await["value"][0]["subject"], "There");
    let settings = mailbox.get("me/mailboxSettings").await;
    assert_eq!(settings["timeZone"], "W. Europe Standard Time");
}
