//! Groups that people make, colours of calendars, what query options may name, and addresses that clients write in their
//! own ways.

use network::Request;
use serde_json::json;

use super::{Mailbox, appointment, code};

#[tokio::test]
async fn groups_are_made_filled_renamed_and_removed_when_empty() {
    let mailbox = Mailbox::open().await;
    let made = mailbox
        .post("me/calendarGroups", &json!({"name": "Private"}))
        .await;
    let group = format!("me/calendarGroups/{}", made["id"].as_str().unwrap());
    let calendars = format!("{group}/calendars");
    let inside = mailbox.post(&calendars, &json!({"name": "Inside"})).await;
    let listed = mailbox.get(&calendars).await;
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    assert_eq!(listed["value"][0]["id"], inside["id"]);
    let all = mailbox.get("me/calendarGroups").await;
    let first = format!(
        "me/calendarGroups/{}",
        all["value"][0]["id"].as_str().unwrap()
    );
    let others = mailbox.get(&format!("{first}/calendars")).await;
    assert_eq!(others["value"].as_array().unwrap().len(), 1);
    let remove = |path: &str| mailbox.send(Request::delete(mailbox.url(path)));
    let full = remove(&group).await;
    assert_eq!(
        (full.status, code(&full)),
        (400, "ErrorCalendarGroupNotEmpty")
    );
    let renamed = mailbox.patch(&group, &json!({"name": "Own"})).await.body;
    assert_eq!(renamed["name"], "Own");
    assert_ne!(renamed["changeKey"], made["changeKey"]);
    let taken = mailbox
        .act("me/calendarGroups", &json!({"name": "Own"}))
        .await;
    assert_eq!((taken.status, code(&taken)), (409, "ErrorFolderExists"));
    let stays = remove(&first).await;
    assert_eq!((stays.status, code(&stays)), (400, "ErrorInvalidRequest"));
    let inside = format!("me/calendars/{}", inside["id"].as_str().unwrap());
    assert_eq!(mailbox.delete(&inside).await, 204);
    assert_eq!(mailbox.delete(&group).await, 204);
    assert_eq!(
        mailbox.send(Request::get(mailbox.url(&group))).await.status,
        404
    );
}

#[tokio::test]
async fn a_calendar_has_a_colour_of_the_palette_or_its_own_and_a_name_of_its_own() {
    let mailbox = Mailbox::open().await;
    let calendars = "me/calendars";
    let made = json!({"name": "A", "color": "lightGreen"});
    let made = mailbox.post(calendars, &made).await;
    assert_eq!(
        (&made["color"], &made["hexColor"]),
        (&json!("lightGreen"), &json!(""))
    );
    let one = format!("{calendars}/{}", made["id"].as_str().unwrap());
    let own = mailbox.patch(&one, &json!({"hexColor": "#123456"})).await;
    let own = own.body;
    assert_eq!(
        (&own["color"], &own["hexColor"]),
        (&json!("auto"), &json!("#123456"))
    );
    assert_ne!(own["changeKey"], made["changeKey"]);
    let beige = json!({"name": "B", "color": "beige"});
    let word = mailbox.act(calendars, &beige).await;
    assert_eq!((word.status, code(&word)), (400, "RequestBodyRead"));
    let twice = mailbox.act(calendars, &json!({"name": "a"})).await;
    assert_eq!((twice.status, code(&twice)), (409, "ErrorFolderExists"));
    let default = Request::delete(mailbox.url("me/calendar"));
    let default = mailbox.send(default).await;
    assert_eq!(code(&default), "ErrorDeleteDistinguishedFolder");
}

#[tokio::test]
async fn options_name_what_there_is_and_ids_come_in_brackets() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("me/events", &appointment("x")).await;
    let id = made["id"].as_str().unwrap();
    for option in [
        "$select=colour",
        "$expand=colour",
        "$orderby=colour",
        "$filter=colour eq 'red'",
        "$filter=not (subject eq 'x' or startswith(colour,'r'))",
        "$filter=subject eq",
        "$top=-1",
        "$orderby=start",
    ] {
        let url = mailbox.url(&format!("me/events?{option}"));
        let refused = mailbox.send(Request::get(url)).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (400, "BadRequest"),
            "{option}"
        );
    }
    let known = "me/events?$select=subject,start/dateTime&$orderby=start/dateTime\
                 &$filter=categories/any(c:c eq 'x') or subject eq 'x'";
    let found = mailbox.get(known).await;
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let keyed = format!("me/events('{id}')?$expand=calendar&$select=subject");
    let keyed = mailbox.get(&keyed).await;
    assert_eq!(keyed["calendar"]["isDefaultCalendar"], true);
    let url = mailbox.url(&format!("me/events/{id}"));
    let whole = json!({"requests": [{"id": "1", "method": "GET", "url": url}]});
    let batch = mailbox.act("$batch", &whole).await;
    assert_eq!(batch.body["responses"][0]["status"], 200);
    for (filter, number) in [
        ("", "1"),
        ("?$filter=subject in ('x','y')", "1"),
        ("?$filter=subject eq 'y'", "0"),
    ] {
        let url = mailbox.url(&format!("me/events/$count{filter}"));
        let counted = mailbox.send(Request::get(url)).await.response;
        assert_eq!(counted.text().unwrap(), number, "{filter}");
    }
    let mut day = appointment("day");
    day["isAllDay"] = json!(true);
    day["start"]["dateTime"] = json!("2026-11-24T00:00:00");
    day["end"] = day["start"].clone();
    let short = mailbox.act("me/events", &day).await;
    assert_eq!(code(&short), "ErrorPropertyValidationFailure");
}

#[tokio::test]
async fn an_event_is_forwarded_and_its_reminder_put_off() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("me/events", &appointment("x")).await;
    let at = format!("me/events/{}", made["id"].as_str().unwrap());
    let time = json!({"dateTime": "2026-11-24T08:00:00", "timeZone": "UTC"});
    let to = json!([{"emailAddress": {"address": "dan@example.com"}}]);
    for (action, body, status) in [
        (
            "forward",
            json!({"Comment": "fyi", "ToRecipients": to}),
            202,
        ),
        ("forward", json!({"ToRecipients": []}), 400),
        ("dismissReminder", json!({}), 200),
        ("snoozeReminder", json!({"newReminderTime": time}), 200),
        ("snoozeReminder", json!({}), 400),
        ("permanentDelete", json!({}), 204),
        ("permanentDelete", json!({}), 404),
    ] {
        let done = mailbox.act(&format!("{at}/{action}"), &body).await;
        assert_eq!(done.status, status, "{action} {body}");
    }
}
