//! Calendars that are kept in step with providers, through the APIs of others: what is written there arrives at the provider
//! and at all that is linked, like any other edit.

use network::Request;
use serde_json::{Value, json};

use crate::{
    apps::{HOP, When, ahead, all_have},
    practice::Practice,
};

/// What all titles of this test begin with.
const OURS: &str = "Through";

/// A request to the practice's hub, by its owner's token.
async fn ask(
    practice: &Practice,
    of: impl Fn(String) -> Request,
    path: &str,
    body: Value,
) -> Value {
    let hub = &practice.stage["hub"];
    let url = format!("{}{path}", hub["root"].as_str().unwrap());
    let request = of(url).bearer(hub["token"].as_str().unwrap());
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    let answer = practice.send(request).await.unwrap();
    let (status, text) = (answer.status, answer.text());
    assert!(answer.is_success(), "{path}: {status} {text:?}");
    answer.json().unwrap()
}

/// The ids of the practice's calendars: one at each provider.
async fn calendars(practice: &Practice, path: &str, list: &str, name: &str) -> Vec<String> {
    let all = ask(practice, Request::get, path, Value::Null).await;
    let all = all[list].as_array().unwrap().iter();
    let named = all.filter(|one| one[name] == "Practice");
    let ids = named.map(|one| one["id"].as_str().unwrap().replace('@', "%40"));
    ids.collect()
}

/// Each provider's calendar, through Google's API and through Microsoft's.
pub async fn reach_their_providers(practice: &Practice) {
    let mut expected: Vec<(String, When)> = Vec::new();
    let google = "google/calendar/v3";
    let list = format!("{google}/users/me/calendarList");
    let ids = calendars(practice, &list, "items", "summary").await;
    assert_eq!(ids.len(), 3, "{ids:?}");
    for (hour, id) in (8..).zip(&ids) {
        let (title, when) = (format!("{OURS} Google's {hour}"), ahead(9, hour));
        let event = json!({
            "summary": title, "start": {"dateTime": when.text()}, "end": {"dateTime": when.end().text()},
        });
        let path = format!("{google}/calendars/{id}/events");
        ask(practice, Request::post, &path, event).await;
        expected.push((title, when));
    }
    let graph = "microsoft/v1.0/me/calendars";
    let ids = calendars(practice, graph, "value", "name").await;
    assert_eq!(ids.len(), 3, "{ids:?}");
    let at = |when: When| json!({"dateTime": when.text().replace('Z', ""), "timeZone": "UTC"});
    for (hour, id) in (13..).zip(&ids) {
        let (title, when) = (format!("{OURS} Microsoft's {hour}"), ahead(9, hour));
        let event = json!({"subject": "x", "start": at(when), "end": at(when.end())});
        let path = format!("{graph}/{id}/events");
        let made = ask(practice, Request::post, &path, event).await;
        let path = format!("microsoft/v1.0/me/events/{}", made["id"].as_str().unwrap());
        ask(practice, Request::patch, &path, json!({"subject": title})).await;
        expected.push((title, when));
    }
    let ours = |title: &str| title.starts_with(OURS) || title == "x";
    all_have(practice, "through other APIs", HOP * 2, &expected, ours).await;
}
