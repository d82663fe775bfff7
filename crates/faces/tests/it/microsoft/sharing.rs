//! Calendars that are shared: `calendarPermissions`, and what each role opens.

use hub::Access;
use network::Request;
use serde_json::{Value, json};

use super::{Mailbox, WINDOW, appointment, code, program};
use crate::anothers::Other;

async fn other(mailbox: &Mailbox) -> Other {
    let app = &mailbox.world.app;
    let tenant = mailbox.world.actor.tenant;
    let store = app.hub.store(tenant).await.unwrap();
    Other::new(&app.hub, &app.identity, &store).await
}

async fn calendars(mailbox: &Mailbox) -> Vec<Value> {
    let all = mailbox.get("me/calendars").await;
    all["value"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_shared_calendar_is_in_the_mailbox_of_whoever_may_read_it() {
    let mailbox = Mailbox::open().await;
    let other = other(&mailbox).await;
    for level in [Access::None, Access::FreeBusy, Access::Limited] {
        other.open(level).await;
        assert_eq!(calendars(&mailbox).await.len(), 1, "{level:?}");
    }
    other.open(Access::Read).await;
    let shared = calendars(&mailbox).await.remove(1);
    assert_eq!(shared["owner"]["address"], "cleo@example.com");
    for name in [
        "canEdit",
        "canShare",
        "canViewPrivateItems",
        "isDefaultCalendar",
    ] {
        assert_eq!(shared[name], false, "{name}");
    }
    let one = format!("me/calendars/{}", shared["id"].as_str().unwrap());
    let events = format!("{one}/events");
    let listed = mailbox.get(&format!("{one}/calendarView?{WINDOW}")).await;
    let listed = listed["value"].as_array().unwrap().clone();
    let subjects: Vec<_> = listed
        .iter()
        .map(|e| e["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["Visit", ""]);
    assert_eq!(listed[1]["sensitivity"], "private");
    let event = format!("me/events/{}", listed[0]["id"].as_str().unwrap());
    let changed = mailbox.patch(&event, &json!({"subject": "x"})).await;
    assert_eq!((changed.status, code(&changed)), (403, "ErrorAccessDenied"));
    let made = mailbox.act(&events, &appointment("x")).await;
    assert_eq!((made.status, code(&made)), (403, "ErrorAccessDenied"));
    assert_eq!(mailbox.delete(&event).await, 403);
    assert_eq!(mailbox.delete(&one).await, 403);
    let renamed = mailbox.patch(&one, &json!({"name": "x"})).await;
    assert_eq!(code(&renamed), "ErrorAccessDenied");

    other.open(Access::Write).await;
    let shared = calendars(&mailbox).await.remove(1);
    assert_eq!(
        (&shared["canEdit"], &shared["canShare"]),
        (&json!(true), &json!(false))
    );
    mailbox.post(&events, &appointment("Mine")).await;
    let changed = mailbox.patch(&event, &json!({"subject": "New"})).await;
    assert_eq!(
        (changed.status, &changed.body["subject"]),
        (200, &json!("New"))
    );

    // What is closed again is closed at once, whatever one holds.
    other.close().await;
    assert_eq!(calendars(&mailbox).await.len(), 1);
    for path in [&event, &one, &events] {
        let gone = mailbox.send(network::Request::get(mailbox.url(path))).await;
        assert_eq!(
            (gone.status, code(&gone)),
            (404, "ErrorItemNotFound"),
            "{path}"
        );
    }
    other.open(Access::FreeBusy).await;
    for path in [&event, &one, &events] {
        let busy = mailbox.send(network::Request::get(mailbox.url(path))).await;
        assert_eq!(
            (busy.status, code(&busy)),
            (404, "ErrorItemNotFound"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn schedules_of_others_say_what_they_opened() {
    let mailbox = Mailbox::open().await;
    let other = other(&mailbox).await;
    let asked = json!({
        "schedules": ["cleo@example.com", "nobody@example.com", "ada@example.com"],
        "startTime": {"dateTime": "2026-11-24T08:00:00", "timeZone": "W. Europe Standard Time"},
        "endTime": {"dateTime": "2026-11-24T12:00:00", "timeZone": "W. Europe Standard Time"},
        "availabilityViewInterval": 60,
    });
    let ask = async || {
        let answer = mailbox.act("me/calendar/getSchedule", &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["value"].clone()
    };
    let closed = ask().await;
    let error = |answer: &Value| answer["error"]["responseCode"].clone();
    assert_eq!(error(&closed[0]), "ErrorNoFreeBusyAccess");
    assert_eq!(error(&closed[1]), "ErrorMailRecipientNotFound");
    assert_eq!(closed[2]["availabilityView"], "0000");
    for (level, subject, private) in [
        (Access::FreeBusy, None, None),
        (Access::Limited, Some(json!("Visit")), Some(json!(true))),
        (Access::Read, Some(json!("Visit")), Some(json!(true))),
    ] {
        other.open(level).await;
        let open = ask().await;
        assert_eq!(open[0]["availabilityView"], "0202");
        let items = &open[0]["scheduleItems"];
        assert_eq!(items[0].get("subject"), subject.as_ref(), "{level:?}");
        assert_eq!(items[1].get("subject"), None, "{level:?}");
        assert_eq!(items[1].get("isPrivate"), private.as_ref(), "{level:?}");
        assert_eq!(error(&open[1]), "ErrorMailRecipientNotFound");
    }
}

#[tokio::test]
async fn permissions_are_made_changed_and_taken_away() {
    let mailbox = Mailbox::open().await;
    other(&mailbox).await;
    let path = "me/calendar/calendarPermissions";
    let all = mailbox.get(path).await;
    let everybody = &all["value"][0];
    assert_eq!(everybody["emailAddress"]["name"], "My Organization");
    assert_eq!(
        (&everybody["role"], &everybody["isRemovable"]),
        (&json!("none"), &json!(false))
    );
    let wanted = |role: &str, address: &str| {
        json!({
            "emailAddress": {"name": "Somebody", "address": address},
            "isInsideOrganization": true, "isRemovable": true, "role": role,
        })
    };
    let made = mailbox
        .post(path, &wanted("read", "cleo@example.com"))
        .await;
    assert_eq!(
        made["emailAddress"],
        json!({"name": "Cleo", "address": "cleo@example.com"})
    );
    assert_eq!(
        (&made["role"], &made["isInsideOrganization"]),
        (&json!("read"), &json!(true))
    );
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(mailbox.get(&one).await["role"], "read");
    let changed = mailbox.patch(&one, &json!({"role": "limitedRead"})).await;
    assert_eq!(changed.body["role"], "limitedRead");
    let outside = mailbox
        .post(path, &wanted("write", "who@elsewhere.example"))
        .await;
    assert_eq!(outside["isInsideOrganization"], false);
    let id = ids_of(&mailbox, path).await;
    assert_eq!(id.len(), 3);
    let everybody = format!("{path}/{}", id[0]);
    let opened = mailbox
        .patch(&everybody, &json!({"role": "freeBusyRead"}))
        .await;
    assert_eq!(
        (opened.status, &opened.body["role"]),
        (200, &json!("freeBusyRead"))
    );
    assert_eq!(ids_of(&mailbox, path).await, id);
    assert_eq!(mailbox.delete(&everybody).await, 400);
    let more = mailbox.patch(&everybody, &json!({"role": "write"})).await;
    assert_eq!(code(&more), "ErrorPropertyValidationFailure");
    assert_eq!(mailbox.delete(&one).await, 204);
    let gone = mailbox.send(network::Request::get(mailbox.url(&one))).await;
    assert_eq!(code(&gone), "ErrorItemNotFound");
    for (body, refusal) in [
        (json!({"role": "read"}), "ErrorPropertyValidationFailure"),
        (wanted("king", "cleo@example.com"), "RequestBodyRead"),
        (
            wanted("custom", "cleo@example.com"),
            "ErrorPropertyValidationFailure",
        ),
        (
            wanted("read", "ada@example.com"),
            "ErrorPropertyValidationFailure",
        ),
    ] {
        let refused = mailbox.act(path, &body).await;
        assert_eq!((refused.status, code(&refused)), (400, refusal), "{body}");
    }
}

async fn ids_of(mailbox: &Mailbox, path: &str) -> Vec<String> {
    let all = mailbox.get(path).await;
    let all = all["value"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_mailbox_of_another_is_what_they_opened_of_it() {
    let mut mailbox = Mailbox::open().await;
    let other = other(&mailbox).await;
    let nobody = mailbox
        .send(Request::get(mailbox.url("users/nobody@example.com/events")))
        .await;
    assert_eq!((nobody.status, code(&nobody)), (404, "ErrorInvalidUser"));
    let id = other.actor.user().unwrap().to_string();
    let theirs = [
        "users/cleo@example.com/events".to_owned(),
        format!("users/{id}/calendar/events"),
        format!("users/CLEO@example.com/calendarView?{WINDOW}"),
        format!("users('{id}')/calendar/calendarView/delta?{WINDOW}"),
    ];
    for level in [Access::None, Access::FreeBusy, Access::Limited] {
        other.open(level).await;
        for path in theirs
            .iter()
            .map(String::as_str)
            .chain(["users/cleo@example.com/calendar"])
        {
            let refused = mailbox.send(Request::get(mailbox.url(path))).await;
            assert_eq!(
                (refused.status, code(&refused)),
                (403, "ErrorAccessDenied"),
                "{path} {level:?}"
            );
        }
    }
    other.open(Access::Read).await;
    for path in &theirs {
        let listed = mailbox.get(path).await;
        assert_eq!(listed["value"].as_array().unwrap().len(), 2, "{path}");
    }
    let calendar = mailbox.get("users/cleo@example.com/calendar").await;
    assert_eq!(calendar["owner"]["address"], "cleo@example.com");
    let named = format!(
        "users/cleo@example.com/calendars/{}",
        calendar["id"].as_str().unwrap()
    );
    assert_eq!(mailbox.get(&named).await["id"], calendar["id"]);
    let own = mailbox.get("me/calendar").await;
    let own = format!(
        "users/cleo@example.com/calendars/{}",
        own["id"].as_str().unwrap()
    );
    assert_eq!(
        mailbox.send(Request::get(mailbox.url(&own))).await.status,
        404,
        "it is Ada's"
    );
    let made = mailbox.act(&theirs[0], &appointment("x")).await;
    assert_eq!((made.status, code(&made)), (403, "ErrorAccessDenied"));
    other.open(Access::Write).await;
    let made = mailbox.post(&theirs[0], &appointment("x")).await;
    let event = format!("{}/{}", theirs[0], made["id"].as_str().unwrap());
    assert_eq!(mailbox.get(&event).await["subject"], "x");
    for path in [
        "users/cleo@example.com/messages",
        "users/cleo@example.com/mailboxSettings",
        "users/cleo@example.com/calendars",
    ] {
        let refused = mailbox.send(Request::get(mailbox.url(path))).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (403, "ErrorAccessDenied"),
            "{path}"
        );
    }
    let person = mailbox
        .send(Request::get(mailbox.url("users/cleo@example.com")))
        .await;
    assert_eq!(
        (person.status, code(&person)),
        (403, "Authorization_RequestDenied")
    );

    // A program sees of others what it was let in for.
    for (scope, reads, writes) in [
        ("Calendars.ReadWrite", 403, 403),
        ("Calendars.Read.Shared", 200, 403),
        ("Calendars.ReadWrite.Shared", 200, 201),
    ] {
        mailbox.token = program(&mailbox, scope).await;
        let read = mailbox.send(Request::get(mailbox.url(&theirs[0]))).await;
        assert_eq!(read.status, reads, "{scope}");
        let made = mailbox.act(&theirs[0], &appointment("y")).await;
        assert_eq!(made.status, writes, "{scope}");
    }
}
