//! Delta rounds.

use std::collections::BTreeSet;

use network::Request;
use serde_json::{Value, json};

use super::{Mailbox, WINDOW, appointment, code, ids, weekly};

/// Follows a round to its end: the items, and the link for the next one.
async fn round(mailbox: &Mailbox, start: &str, page: usize) -> (Vec<Value>, String) {
    let mut url = mailbox.url(start);
    let mut items = Vec::new();
    loop {
        let request = Request::get(&url).header("prefer", format!("odata.maxpagesize={page}"));
        let answer = mailbox.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let value = answer.body["value"].as_array().unwrap();
        let last = answer.body["@odata.nextLink"].is_null();
        assert!(
            value.len() == page || last && value.len() < page,
            "{}",
            answer.body
        );
        items.extend(value.iter().cloned());
        match (
            &answer.body["@odata.nextLink"],
            &answer.body["@odata.deltaLink"],
        ) {
            (Value::String(next), Value::Null) => url.clone_from(next),
            (Value::Null, Value::String(end)) => return (items, end.clone()),
            other => panic!("{other:?}"),
        }
    }
}

fn of_kind(items: &[Value], kind: &str) -> usize {
    items.iter().filter(|item| item["type"] == kind).count()
}

fn removed(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .filter(|i| i.get("@removed").is_some())
        .map(|i| i["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn rounds_tell_everything_once_and_then_what_changed() {
    let mailbox = Mailbox::open().await;
    let master = mailbox.post("me/events", &weekly("Recall")).await;
    for n in 0..7 {
        mailbox
            .post("me/events", &appointment(&format!("{n}")))
            .await;
    }
    let (items, link) = round(&mailbox, &format!("me/calendarView/delta()?{WINDOW}"), 3).await;
    assert_eq!(
        (
            of_kind(&items, "singleInstance"),
            of_kind(&items, "seriesMaster"),
            of_kind(&items, "occurrence")
        ),
        (7, 1, 5)
    );
    let unique: BTreeSet<&str> = items.iter().map(|i| i["id"].as_str().unwrap()).collect();
    assert_eq!(unique.len(), items.len());
    let stub = items.iter().find(|i| i["type"] == "occurrence").unwrap();
    assert!(stub.get("subject").is_none(), "occurrences come bare");
    let (nothing, link) = round(&mailbox, &link, 3).await;
    assert!(nothing.is_empty());

    // One changed, one gone, one that left the window, one occurrence cancelled.
    let singles: Vec<&str> = items
        .iter()
        .filter(|i| i["type"] == "singleInstance")
        .map(|i| i["id"].as_str().unwrap())
        .collect();
    mailbox
        .patch(
            &format!("me/events/{}", singles[0]),
            &json!({"subject": "new"}),
        )
        .await;
    mailbox.delete(&format!("me/events/{}", singles[1])).await;
    let away = json!({"start": {"dateTime": "2029-01-01T09:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2029-01-01T10:00:00", "timeZone": "UTC"}});
    mailbox
        .patch(&format!("me/events/{}", singles[2]), &away)
        .await;
    let all = mailbox
        .get(&format!(
            "me/events/{}/instances?{WINDOW}",
            master["id"].as_str().unwrap()
        ))
        .await;
    mailbox.delete(&format!("me/events/{}", ids(&all)[1])).await;
    let (items, link) = round(&mailbox, &link, 50).await;
    let gone: BTreeSet<&str> = removed(&items).into_iter().collect();
    assert_eq!(gone, [singles[1], singles[2], ids(&all)[1]].into());
    let changed: Vec<&Value> = items.iter().filter(|i| i["subject"] == "new").collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (
            of_kind(&items, "seriesMaster"),
            of_kind(&items, "occurrence")
        ),
        (1, 4)
    );

    // Back into the window.
    let back = json!({"start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": "UTC"}});
    mailbox
        .patch(&format!("me/events/{}", singles[2]), &back)
        .await;
    let (items, _) = round(&mailbox, &link, 50).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["id"], singles[2]);
}

/// Ids with what is told of them, in order.
fn told(items: &[Value]) -> Vec<(&str, bool)> {
    let of = |item: &Value| item.get("@removed").is_some();
    items
        .iter()
        .map(|item| (item["id"].as_str().unwrap(), of(item)))
        .collect()
}

#[tokio::test]
async fn pages_are_as_long_as_asked_for_and_hold_the_same() {
    let mailbox = Mailbox::open().await;
    let start = format!("me/calendarView/delta?{WINDOW}");
    let (_, empty) = round(&mailbox, &start, 50).await;
    let mut masters = Vec::new();
    for n in 0..3 {
        let made = mailbox.post("me/events", &weekly(&format!("{n}"))).await;
        masters.push(made["id"].as_str().unwrap().to_owned());
        mailbox.post("me/events", &appointment("x")).await;
    }
    let (whole, link) = round(&mailbox, &start, 50).await;
    let (grown, _) = round(&mailbox, &empty, 50).await;
    assert_eq!((whole.len(), grown.len()), (21, 21));
    // A pattern that is shorter takes occurrences away.
    for master in &masters[..2] {
        let made = mailbox.get(&format!("me/events/{master}")).await;
        let mut shorter = json!({"recurrence": made["recurrence"]});
        shorter["recurrence"]["range"]["numberOfOccurrences"] = json!(2);
        mailbox
            .patch(&format!("me/events/{master}"), &shorter)
            .await;
    }
    let (changed, _) = round(&mailbox, &link, 50).await;
    assert_eq!(removed(&changed).len(), 6);
    let (whole, _) = round(&mailbox, &start, 50).await;
    let (grown, _) = round(&mailbox, &empty, 50).await;
    for size in [1, 2, 3, 4, 7] {
        let (items, _) = round(&mailbox, &start, size).await;
        assert_eq!(told(&items), told(&whole), "pages of {size}");
        let (items, _) = round(&mailbox, &link, size).await;
        assert_eq!(told(&items), told(&changed), "pages of {size}");
        let (items, _) = round(&mailbox, &empty, size).await;
        // In small pieces something may be taken back that was never there.
        let living = |items: &[Value]| -> BTreeSet<String> {
            let all = items.iter().filter(|item| item.get("@removed").is_none());
            all.map(|item| item["id"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(living(&items), living(&grown), "pages of {size}");
    }
}

/// Whatever happens to a series while it is told, its reader has it as it is in the end.
#[tokio::test]
async fn what_changes_between_two_pages_is_told_afterwards() {
    let mailbox = Mailbox::open().await;
    let start = format!("me/calendarView/delta?{WINDOW}");
    let (_, empty) = round(&mailbox, &start, 50).await;
    for from in [start, empty] {
        let made = mailbox.post("me/events", &weekly("Recall")).await;
        let master = format!("me/events/{}", made["id"].as_str().unwrap());
        let request = Request::get(mailbox.url(&from)).header("prefer", "odata.maxpagesize=4");
        let first = mailbox.send(request).await.body;
        let days = mailbox.get(&format!("{master}/instances?{WINDOW}")).await;
        for id in [ids(&days)[0], ids(&days)[4]] {
            assert_eq!(mailbox.delete(&format!("me/events/{id}")).await, 204);
        }
        mailbox.patch(&master, &json!({"subject": "Renamed"})).await;
        let next = first["@odata.nextLink"].as_str().unwrap();
        let (rest, link) = round(&mailbox, next, 4).await;
        let (later, _) = round(&mailbox, &link, 4).await;
        let mut known = std::collections::BTreeMap::new();
        let first = first["value"].as_array().unwrap();
        for item in first.iter().chain(&rest).chain(&later) {
            if item.get("@removed").is_some() {
                known.remove(item["id"].as_str().unwrap());
            } else {
                known.insert(item["id"].as_str().unwrap(), item["subject"].clone());
            }
        }
        let days = mailbox.get(&format!("{master}/instances?{WINDOW}")).await;
        let mut expected = ids(&days);
        expected.push(made["id"].as_str().unwrap());
        assert_eq!(
            known.keys().copied().collect::<BTreeSet<_>>(),
            expected.into_iter().collect()
        );
        assert_eq!(known[made["id"].as_str().unwrap()], "Renamed");
        assert_eq!(mailbox.delete(&master).await, 204);
    }
}

#[tokio::test]
async fn of_events_without_a_window_no_changes_are_tracked() {
    let mailbox = Mailbox::open().await;
    for path in [
        "me/events/delta",
        "me/calendar/events/delta()",
        "me/events/microsoft.graph.delta()",
    ] {
        let refused = mailbox.send(Request::get(mailbox.url(path))).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (400, "BadRequest"),
            "{path}"
        );
        let said = refused.body["error"]["message"].as_str().unwrap();
        assert!(said.contains("Change tracking is not supported"), "{said}");
    }
}

#[tokio::test]
async fn expired_and_foreign_tokens_are_refused() {
    let mailbox = Mailbox::open().await;
    mailbox.post("me/events", &appointment("x")).await;
    let (_, link) = round(&mailbox, &format!("me/calendarView/delta?{WINDOW}"), 50).await;
    mailbox.world.app.expire_sync_tokens(
        mailbox
            .world
            .app
            .hub
            .position(&mailbox.world.actor)
            .await
            .unwrap(),
    );
    let refused = mailbox.send(Request::get(&link)).await;
    assert_eq!((refused.status, code(&refused)), (410, "SyncStateNotFound"));
    // A new round works, and so do its tokens once something has happened.
    mailbox.post("me/events", &appointment("y")).await;
    let (items, link) = round(&mailbox, &format!("me/calendarView/delta?{WINDOW}"), 50).await;
    assert_eq!(items.len(), 2);
    round(&mailbox, &link, 50).await;

    let other = mailbox
        .post("me/calendars", &json!({"name": "Other"}))
        .await;
    let token = link.split("$deltatoken=").nth(1).unwrap();
    let path = format!(
        "me/calendars/{}/calendarView/delta?$deltatoken={token}",
        other["id"].as_str().unwrap()
    );
    for path in [
        path.as_str(),
        "me/calendarView/delta?$deltatoken=nonsense",
        "me/calendarView/delta",
    ] {
        assert_eq!(
            mailbox.send(Request::get(mailbox.url(path))).await.status,
            400,
            "{path}"
        );
    }
    let select = format!("me/calendarView/delta?{WINDOW}&$select=subject");
    assert_eq!(
        mailbox
            .send(Request::get(mailbox.url(&select)))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn an_occurrence_that_has_gone_is_told_once_however_it_went() {
    let mailbox = Mailbox::open().await;
    let master = mailbox.post("me/events", &weekly("Recall")).await;
    let master = format!("me/events/{}", master["id"].as_str().unwrap());
    let instances = format!("{master}/instances?{WINDOW}");
    let instances = mailbox.get(&instances).await;
    let instances = ids(&instances);
    let view = format!("me/calendarView/delta()?{WINDOW}");
    let (_, link) = round(&mailbox, &view, 50).await;
    let second = format!("me/events/{}", instances[1]);
    assert_eq!(mailbox.delete(&second).await, 204);
    let (items, link) = round(&mailbox, &link, 50).await;
    assert_eq!(removed(&items), [instances[1]]);
    // Not again, when something else changes.
    mailbox.patch(&master, &json!({"subject": "All"})).await;
    let (items, link) = round(&mailbox, &link, 50).await;
    assert_eq!(removed(&items), Vec::<&str>::new());
    // A shorter pattern has fewer.
    let mut shorter = weekly("")["recurrence"].clone();
    shorter["range"]["numberOfOccurrences"] = json!(4);
    let shorter = json!({"recurrence": shorter});
    assert_eq!(mailbox.patch(&master, &shorter).await.status, 200);
    let (items, _) = round(&mailbox, &link, 50).await;
    assert_eq!(removed(&items), [instances[4]]);
}
