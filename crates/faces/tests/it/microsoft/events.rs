//! Single events: what is answered, what is refused.

use network::Request;
use serde_json::json;

use super::{Mailbox, appointment, code};

#[tokio::test]
async fn an_event_is_made_read_changed_and_removed() {
    let mailbox = Mailbox::open().await;
    let made = mailbox
        .send(Request::post(mailbox.url("me/events")).json(&appointment("Prophylaxis")))
        .await;
    assert_eq!(made.status, 201);
    let (event, id) = (&made.body, made.body["id"].as_str().unwrap());
    assert_eq!(made.response.header("etag"), event["@odata.etag"].as_str());
    assert!(made.response.header("location").unwrap().ends_with(id));
    assert_eq!(
        event["start"],
        json!({"dateTime": "2026-11-24T08:00:00.0000000", "timeZone": "UTC"})
    );
    assert_eq!(event["originalStartTimeZone"], "W. Europe Standard Time");
    assert_eq!(event["type"], "singleInstance");
    assert_eq!(
        (&event["isReminderOn"], &event["reminderMinutesBeforeStart"]),
        (&json!(true), &json!(15))
    );
    assert_eq!(
        event["organizer"]["emailAddress"]["address"],
        "ada@example.com"
    );
    assert!(event.get("singleValueExtendedProperties").is_none());

    let path = format!("me/events/{id}");
    let read = mailbox.get(&path).await;
    assert_eq!(read["subject"], "Prophylaxis");
    let changed = mailbox.patch(&path, &json!({"subject": "Recall", "body": {"contentType": "Text", "content": "Bring < card"}})).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.body["@odata.etag"], read["@odata.etag"]);
    let body = &changed.body["body"];
    assert_eq!(body["contentType"], "html", "whatever was written");
    assert!(
        body["content"]
            .as_str()
            .unwrap()
            .contains("Bring &lt; card")
    );
    assert_eq!(changed.body["bodyPreview"], "Bring < card");
    assert_eq!(
        changed.body["start"], read["start"],
        "what was not named stays"
    );

    assert_eq!(mailbox.delete(&path).await, 204);
    let gone = mailbox.send(Request::get(mailbox.url(&path))).await;
    assert_eq!((gone.status, code(&gone)), (404, "ErrorItemNotFound"));
    assert!(gone.body["error"]["innerError"]["request-id"].is_string());
    assert_eq!(mailbox.delete(&path).await, 404);
}

#[tokio::test]
async fn versions_are_conditions() {
    let mailbox = Mailbox::open().await;
    let event = mailbox.post("me/events", &appointment("x")).await;
    let path = mailbox.url(&format!("me/events/{}", event["id"].as_str().unwrap()));
    let etag = event["@odata.etag"].as_str().unwrap();
    let patch = |tag: &str| {
        Request::patch(&path)
            .header("if-match", tag)
            .json(&json!({"subject": "y"}))
    };
    assert_eq!(mailbox.send(patch(etag)).await.status, 200);
    let stale = mailbox.send(patch(etag)).await;
    assert_eq!(
        (stale.status, code(&stale)),
        (412, "ErrorIrresolvableConflict")
    );
    let stale = mailbox
        .send(Request::delete(&path).header("if-match", etag))
        .await;
    assert_eq!(stale.status, 412);
    assert_eq!(mailbox.send(patch("W/\"nonsense\"")).await.status, 412);
    assert_eq!(mailbox.send(patch("*")).await.status, 200);
    let now = mailbox.get(&path).await;
    let same = Request::get(&path).header("if-none-match", now["@odata.etag"].as_str().unwrap());
    assert_eq!(mailbox.send(same).await.status, 304);
}

#[tokio::test]
async fn a_creation_is_repeated_in_vain() {
    let mailbox = Mailbox::open().await;
    let mut body = appointment("Once");
    body["transactionId"] = json!("7E163156-7762-4BEB-A1C6-729EA81755A7");
    let (first, second) = (
        mailbox.post("me/events", &body).await,
        mailbox.post("me/events", &body).await,
    );
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["transactionId"], body["transactionId"]);
    assert_eq!(
        mailbox.get("me/events").await["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn days_are_midnight_to_midnight_in_whatever_zone() {
    let mailbox = Mailbox::open().await;
    let mut body = appointment("Leave");
    body["isAllDay"] = json!(true);
    let refused = mailbox
        .send(Request::post(mailbox.url("me/events")).json(&body))
        .await;
    assert_eq!(
        (refused.status, code(&refused)),
        (400, "ErrorPropertyValidationFailure")
    );
    body["start"] = json!({"dateTime": "2026-12-24T00:00:00", "timeZone": "Pacific Standard Time"});
    body["end"] = json!({"dateTime": "2026-12-27T00:00:00", "timeZone": "Pacific Standard Time"});
    let made = mailbox.post("me/events", &body).await;
    let path = mailbox.url(&format!("me/events/{}", made["id"].as_str().unwrap()));
    let asked = Request::get(path).header("prefer", "outlook.timezone=\"Tokyo Standard Time\"");
    let answer = mailbox.send(asked).await;
    assert_eq!(
        answer.body["start"],
        json!({"dateTime": "2026-12-24T00:00:00.0000000", "timeZone": "Tokyo Standard Time"})
    );
    assert_eq!(
        answer.body["end"]["dateTime"],
        "2026-12-27T00:00:00.0000000"
    );
}

#[tokio::test]
async fn preferences_are_honoured_and_said() {
    let mailbox = Mailbox::open().await;
    let mut body = appointment("x");
    body["body"] = json!({"contentType": "HTML", "content": "<p>one<br><b>two</b></p>"});
    let made = mailbox.post("me/events", &body).await;
    let path = mailbox.url(&format!("me/events/{}", made["id"].as_str().unwrap()));
    let preferences = "outlook.timezone=\"Europe/Berlin\", outlook.body-content-type=\"text\"";
    let answer = mailbox
        .send(Request::get(&path).header("prefer", preferences))
        .await;
    assert_eq!(
        answer.body["start"],
        json!({"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "Europe/Berlin"})
    );
    assert_eq!(
        answer.body["body"],
        json!({"contentType": "text", "content": "one\ntwo"})
    );
    assert!(
        answer
            .response
            .header("preference-applied")
            .unwrap()
            .contains("outlook.timezone")
    );
    let unknown = mailbox
        .send(Request::get(&path).header("prefer", "outlook.timezone=\"Middle Earth\""))
        .await;
    assert_eq!(
        (unknown.status, code(&unknown)),
        (400, "ErrorInvalidParameter")
    );
}

#[tokio::test]
async fn clients_of_all_kinds_are_read() {
    let mailbox = Mailbox::open().await;
    // The O365 library, and the SDKs, which say the type of everything.
    let body = json!({
        "@odata.type": "#microsoft.graph.event", "subject": "x", "isOnlineMeeting": "false", "transactionId": null,
        "isReminderOn": false, "showAs": "Tentative", "sensitivity": "private", "importance": "High", "categories": ["Blue category"],
        "start": {"@odata.type": "#microsoft.graph.dateTimeTimeZone", "dateTime": "2026-11-24T09:00:00", "timeZone": "Pacific Standard Time"},
        "end": {"@odata.type": "#microsoft.graph.dateTimeTimeZone", "dateTime": "2026-11-24T18:00:00+01:00"},
        "location": {"displayName": "Room 2", "locationEmailAddress": "room2@contoso.example"},
        "singleValueExtendedProperties": [{"id": "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color", "value": "Green"}]
    });
    let made = mailbox.post("me/calendar/events", &body).await;
    assert_eq!(
        (&made["showAs"], &made["importance"]),
        (&json!("tentative"), &json!("high"))
    );
    assert_eq!(made["isReminderOn"], false);
    assert_eq!(made["isOnlineMeeting"], false);
    assert_eq!(
        made["locations"][0]["locationEmailAddress"],
        "room2@contoso.example"
    );
    assert_eq!(made["end"]["dateTime"], "2026-11-24T17:00:00.0000000");
    let id = made["id"].as_str().unwrap();
    let expanded = mailbox
        .get(&format!("me/events/{id}?$expand=singleValueExtendedProperties($filter=id eq 'String {{66f5a359-4659-4830-9070-00047ec6ac6e}} Name Color')&$select=subject"))
        .await;
    assert_eq!(
        expanded["singleValueExtendedProperties"][0]["value"],
        "Green"
    );
    assert!(expanded.get("showAs").is_none() && expanded["subject"] == "x");
    let found = mailbox
        .get("me/events?$filter=singleValueExtendedProperties/Any(ep: ep/id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color' and ep/value eq 'Green')")
        .await;
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_an_event_does_not_have_is_refused_by_name() {
    let mailbox = Mailbox::open().await;
    for (name, value, expected) in [
        ("subjekt", json!("x"), "RequestBodyRead"),
        ("Subject", json!("x"), "RequestBodyRead"),
        ("subject", json!(7), "RequestBodyRead"),
        ("showAs", json!("asleep"), "RequestBodyRead"),
        ("hideAttendees", json!(1), "RequestBodyRead"),
        ("webLink", json!({}), "RequestBodyRead"),
        ("onlineMeetingProvider", json!("x"), "RequestBodyRead"),
    ] {
        let mut body = appointment("x");
        body[name] = value;
        let post = Request::post(mailbox.url("me/events")).json(&body);
        let refused = mailbox.send(post).await;
        assert_eq!((refused.status, code(&refused)), (400, expected), "{name}");
        let message = refused.body["error"]["message"].as_str().unwrap();
        let told = match name {
            "showAs" => "asleep",
            // The place in the text.
            "subject" => "column",
            name => name,
        };
        assert!(message.contains(told), "{message}");
    }
    // A client may send back what it has read.
    let made = mailbox.post("me/events", &appointment("x")).await;
    let path = format!("me/events/{}", made["id"].as_str().unwrap());
    let again = mailbox.patch(&path, &made).await;
    assert_eq!(again.status, 200, "{}", again.body);
}

#[tokio::test]
async fn whoever_is_not_known_gets_nothing() {
    let mut mailbox = Mailbox::open().await;
    let made = mailbox.post("me/events", &appointment("Secret")).await;
    let path = format!("me/events/{}", made["id"].as_str().unwrap());
    let bare = network::Request::get(mailbox.url("me"));
    mailbox.token = "wrong".to_owned();
    let refused = mailbox.send(bare).await;
    assert_eq!(
        (refused.status, code(&refused)),
        (401, "InvalidAuthenticationToken")
    );
    assert!(
        refused
            .response
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );

    // Another person of the same house does not see the calendar, nor the event by its id.
    let identity = &mailbox.world.app.identity;
    let new = identity::NewUser {
        email: "ben@example.com".into(),
        name: "Ben".into(),
        time_zone: "UTC".into(),
        ..Default::default()
    };
    let ben = identity.create_user(new).await.unwrap();
    mailbox.token = identity
        .new_api_token(ben.id, "graph", ["Calendars.ReadWrite".to_owned()].into())
        .await
        .unwrap();
    assert_eq!(mailbox.get("me").await["mail"], "ben@example.com");
    let missing = mailbox.send(Request::get(mailbox.url(&path))).await;
    assert_eq!(missing.status, 404);
    let other = mailbox
        .send(Request::get(mailbox.url("users/ada@example.com/calendars")))
        .await;
    assert_eq!(other.status, 403);
    assert_eq!(
        mailbox.get("users/ben@example.com/calendars").await["value"],
        json!([])
    );
}

#[tokio::test]
async fn reading_tokens_cannot_write() {
    let mut mailbox = Mailbox::open().await;
    let scopes = ["Calendars.Read".to_owned()].into();
    let user = mailbox.world.user.id;
    mailbox.token = mailbox
        .world
        .app
        .identity
        .new_api_token(user, "r", scopes)
        .await
        .unwrap();
    mailbox.get("me/calendars").await;
    let refused = mailbox
        .send(Request::post(mailbox.url("me/events")).json(&appointment("x")))
        .await;
    assert_eq!((refused.status, code(&refused)), (403, "ErrorAccessDenied"));
}

#[tokio::test]
async fn nonsense_is_named() {
    let mailbox = Mailbox::open().await;
    let post =
        |body: &'static str| Request::post(mailbox.url("me/events")).body("application/json", body);
    for (request, status, expected) in [
        (post("{"), 400, "BadRequest"),
        (post("{}"), 400, "ErrorPropertyValidationFailure"),
        (
            post(r#"{"start":{"dateTime":"soon"},"end":{"dateTime":"later"}}"#),
            400,
            "ErrorPropertyValidationFailure",
        ),
        (
            Request::get(mailbox.url("me/events?$filter=subject")),
            400,
            "BadRequest",
        ),
        (
            Request::get(mailbox.url("me/events?$top=x")),
            400,
            "BadRequest",
        ),
        (
            Request::get(mailbox.url("me/events/AAMk")),
            404,
            "ErrorItemNotFound",
        ),
        (
            Request::get(mailbox.url("me/messages")),
            403,
            "ErrorAccessDenied",
        ),
        (Request::get(mailbox.url("me/nonsense")), 400, "BadRequest"),
        (
            Request::get(mailbox.url("me/events/nonsense")),
            400,
            "ErrorInvalidIdMalformed",
        ),
        (
            Request::delete(mailbox.url("me")),
            405,
            "Request_BadRequest",
        ),
        (
            Request::get(mailbox.url("me/calendarView")),
            400,
            "ErrorInvalidParameter",
        ),
        (
            Request::get(
                mailbox.url("me/calendarView?startDateTime=2020-01-01&endDateTime=2026-01-01"),
            ),
            400,
            "ErrorCalendarViewRangeTooBig",
        ),
    ] {
        let refused = mailbox.send(request).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (status, expected),
            "{}",
            refused.body
        );
    }
}

#[tokio::test]
async fn mails_that_the_real_service_would_send_are_counted() {
    let mailbox = Mailbox::open().await;
    let mails = || {
        mailbox
            .world
            .app
            .mails
            .load(std::sync::atomic::Ordering::Relaxed)
    };
    let quiet = mailbox.post("me/events", &appointment("quiet")).await;
    mailbox
        .patch(
            &format!("me/events/{}", quiet["id"].as_str().unwrap()),
            &json!({"subject": "x"}),
        )
        .await;
    assert_eq!(mails(), 0);
    let mut meeting = appointment("Meeting");
    meeting["attendees"] = json!([
        {"type": "required", "emailAddress": {"address": "ben@example.com", "name": "Ben"}},
        {"type": "optional", "emailAddress": {"address": "cy@example.com"}}
    ]);
    let made = mailbox.post("me/events", &meeting).await;
    assert_eq!(mails(), 2);
    assert_eq!(made["attendees"].as_array().unwrap().len(), 2);
    assert_eq!(made["isOrganizer"], true);
    let path = format!("me/events/{}", made["id"].as_str().unwrap());
    assert_eq!(
        mailbox
            .patch(&path, &json!({"subject": "Moved"}))
            .await
            .status,
        200
    );
    assert_eq!(mails(), 4);
    assert_eq!(mailbox.delete(&path).await, 204);
    assert_eq!(mails(), 6);
}
