//! Series: views, instances, exceptions.

use network::Request;
use serde_json::{Value, json};

use super::{Mailbox, WINDOW, appointment, code, ids, weekly};

async fn instances(mailbox: &Mailbox, id: &str) -> Value {
    mailbox
        .get(&format!("me/events/{id}/instances?{WINDOW}&$top=50"))
        .await
}

#[tokio::test]
async fn a_series_is_expanded_changed_and_cut() {
    let mailbox = Mailbox::open().await;
    let master = mailbox.post("me/events", &weekly("Recall")).await;
    let id = master["id"].as_str().unwrap();
    assert_eq!(master["type"], "seriesMaster");
    assert_eq!(master["recurrence"]["range"]["numberOfOccurrences"], 5);
    assert_eq!(master["recurrence"]["range"]["endDate"], "0001-01-01");
    assert_eq!(master["recurrence"]["pattern"]["dayOfMonth"], 0);
    let all = instances(&mailbox, id).await;
    assert_eq!(ids(&all).len(), 5);
    let second = &all["value"][1];
    assert_eq!(second["seriesMasterId"], master["id"]);
    assert_eq!(
        (&second["type"], &second["originalStart"]),
        (&json!("occurrence"), &json!("2026-11-30T08:00:00Z"))
    );
    let (first, second) = (ids(&all)[0], ids(&all)[1]);

    let moved = mailbox
        .patch(
            &format!("me/events/{second}"),
            &json!({
                "subject": "Recall, later",
                "start": {"dateTime": "2026-12-01T11:00:00", "timeZone": "Europe/Berlin"},
                "end": {"dateTime": "2026-12-01T12:00:00", "timeZone": "Europe/Berlin"}
            }),
        )
        .await;
    assert_eq!(moved.status, 200);
    assert_eq!(
        (&moved.body["type"], &moved.body["id"]),
        (&json!("exception"), &json!(second))
    );
    assert_eq!(moved.body["originalStart"], "2026-11-30T08:00:00Z");
    assert_eq!(mailbox.delete(&format!("me/events/{first}")).await, 204);
    assert_eq!(
        mailbox
            .send(Request::get(mailbox.url(&format!("me/events/{first}"))))
            .await
            .status,
        404
    );

    let told = mailbox
        .get(&format!("me/events/{id}?$select=subject,exceptionOccurrences,cancelledOccurrences&$expand=exceptionOccurrences"))
        .await;
    assert_eq!(
        told["cancelledOccurrences"],
        json!([format!("OID.{id}.2026-11-23")])
    );
    assert_eq!(told["exceptionOccurrences"][0]["subject"], "Recall, later");
    let view = mailbox.get(&format!("me/calendarView?{WINDOW}")).await;
    let starts: Vec<&str> = view["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["start"]["dateTime"].as_str().unwrap())
        .collect();
    assert_eq!(starts.len(), 4);
    assert!(starts[0].starts_with("2026-12-01T10:00") && starts[1].starts_with("2026-12-07T08:00"));
    let plain = mailbox.get(&format!("me/events/{id}")).await;
    assert!(
        plain.get("cancelledOccurrences").is_none(),
        "only when asked for"
    );
}

#[tokio::test]
async fn occurrences_stay_between_their_neighbours() {
    let mailbox = Mailbox::open().await;
    let master = mailbox.post("me/events", &weekly("x")).await;
    let all = instances(&mailbox, master["id"].as_str().unwrap()).await;
    let second = format!("me/events/{}", ids(&all)[1]);
    let to = |day: &str| json!({"start": {"dateTime": format!("{day}T07:00:00"), "timeZone": "UTC"}, "end": {"dateTime": format!("{day}T08:00:00"), "timeZone": "UTC"}});
    let refused = mailbox.patch(&second, &to("2026-12-07")).await;
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "ErrorOccurrenceCrossingBoundary")
    );
    assert_eq!(mailbox.patch(&second, &to("2026-12-06")).await.status, 200);
    // Once the neighbour is gone there is room.
    assert_eq!(
        mailbox.delete(&format!("me/events/{}", ids(&all)[2])).await,
        204
    );
    assert_eq!(mailbox.patch(&second, &to("2026-12-07")).await.status, 200);
}

#[tokio::test]
async fn a_new_time_or_pattern_resets_exceptions_and_other_changes_do_not() {
    let mailbox = Mailbox::open().await;
    let master = mailbox.post("me/events", &weekly("x")).await;
    let path = format!("me/events/{}", master["id"].as_str().unwrap());
    let all = instances(&mailbox, master["id"].as_str().unwrap()).await;
    mailbox.delete(&format!("me/events/{}", ids(&all)[1])).await;
    assert_eq!(
        mailbox.patch(&path, &json!({"subject": "y"})).await.status,
        200
    );
    assert_eq!(
        ids(&instances(&mailbox, master["id"].as_str().unwrap()).await).len(),
        4
    );
    let same = mailbox
        .patch(&path, &json!({"recurrence": weekly("x")["recurrence"]}))
        .await;
    assert_eq!(same.status, 200);
    assert_eq!(
        ids(&instances(&mailbox, master["id"].as_str().unwrap()).await).len(),
        4
    );
    let later = json!({"start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Europe/Berlin"}, "end": {"dateTime": "2026-11-23T11:00:00", "timeZone": "Europe/Berlin"}});
    assert_eq!(mailbox.patch(&path, &later).await.status, 200);
    assert_eq!(
        ids(&instances(&mailbox, master["id"].as_str().unwrap()).await).len(),
        5
    );
    let single = mailbox.patch(&path, &json!({"recurrence": null})).await;
    assert_eq!(
        (&single.body["type"], &single.body["recurrence"]),
        (&json!("singleInstance"), &Value::Null)
    );
}

#[tokio::test]
async fn a_series_begins_on_the_first_day_of_its_pattern() {
    let mailbox = Mailbox::open().await;
    let mut body = weekly("x");
    body["recurrence"]["pattern"]["daysOfWeek"] = json!(["wednesday"]);
    let master = mailbox.post("me/events", &body).await;
    assert_eq!(master["start"]["dateTime"], "2026-11-25T08:00:00.0000000");
    assert_eq!(master["recurrence"]["range"]["startDate"], "2026-11-25");
}

#[tokio::test]
async fn singles_have_no_instances_and_views_have_no_masters() {
    let mailbox = Mailbox::open().await;
    let single = mailbox.post("me/events", &appointment("x")).await;
    let path = format!(
        "me/events/{}/instances?{WINDOW}",
        single["id"].as_str().unwrap()
    );
    assert_eq!(
        mailbox.send(Request::get(mailbox.url(&path))).await.status,
        400
    );
    let master = mailbox.post("me/events", &weekly("y")).await;
    let view = mailbox
        .get(&format!("me/calendar/calendarView?{WINDOW}&$top=100"))
        .await;
    assert!(!ids(&view).contains(&master["id"].as_str().unwrap()));
    assert_eq!(ids(&view).len(), 6);
    assert_eq!(ids(&mailbox.get("me/events").await).len(), 2);
}
