//! Calendars, pages, order, filters.

use network::Request;
use serde_json::json;

use super::{Mailbox, appointment, code, ids};

#[tokio::test]
async fn calendars_are_listed_made_changed_and_removed() {
    let mailbox = Mailbox::open().await;
    let all = mailbox.get("me/calendars").await;
    assert_eq!(all["value"][0]["name"], "Praxis & Söhne");
    assert_eq!(
        (
            &all["value"][0]["isDefaultCalendar"],
            &all["value"][0]["hexColor"]
        ),
        (&json!(true), &json!("#ff2d55"))
    );
    let default = mailbox.get("me/calendar").await;
    assert_eq!(default["id"], all["value"][0]["id"]);
    let made = mailbox
        .post(
            "me/calendars",
            &json!({"name": "Team", "@odata.type": "#microsoft.graph.calendar"}),
        )
        .await;
    assert_eq!(
        (&made["name"], &made["isDefaultCalendar"]),
        (&json!("Team"), &json!(false))
    );
    let path = format!("me/calendars/{}", made["id"].as_str().unwrap());
    assert_eq!(
        mailbox.patch(&path, &json!({"name": "Crew"})).await.body["name"],
        "Crew"
    );
    assert_eq!(ids(&mailbox.get("me/calendars?$top=1").await).len(), 1);
    let filtered = mailbox
        .get("me/calendars?$filter=name eq 'Crew'&$select=name")
        .await;
    assert_eq!(
        filtered["value"],
        json!([{"id": made["id"], "name": "Crew"}])
    );
    // Events of one calendar are not those of another.
    let event = mailbox
        .post(&format!("{path}/events"), &appointment("x"))
        .await;
    let id = event["id"].as_str().unwrap();
    assert_eq!(mailbox.get("me/events").await["value"], json!([]));
    assert_eq!(
        mailbox.get(&format!("{path}/events/{id}")).await["id"],
        json!(id)
    );
    let wrong = mailbox
        .send(Request::get(
            mailbox.url(&format!("me/calendar/events/{id}")),
        ))
        .await;
    assert_eq!((wrong.status, code(&wrong)), (404, "ErrorItemNotFound"));
    assert_eq!(mailbox.delete(&path).await, 204);
    assert_eq!(mailbox.delete("me/calendar").await, 400);
}

#[tokio::test]
async fn pages_are_ten_and_their_links_lead_to_the_next() {
    let mailbox = Mailbox::open().await;
    for n in 0..23 {
        let mut body = appointment(&format!("Event {n:02}"));
        body["start"]["dateTime"] = json!(format!("2026-11-{:02}T09:00:00", 25 - n));
        body["end"]["dateTime"] = json!(format!("2026-11-{:02}T09:30:00", 25 - n));
        mailbox.post("me/events", &body).await;
    }
    let mut link =
        Some(mailbox.url("me/events?$orderby=start/dateTime&$select=subject&$count=true"));
    let (mut pages, mut subjects) = (Vec::new(), Vec::new());
    while let Some(url) = link {
        let page = mailbox.get(&url).await;
        assert_eq!(page["@odata.count"], 23);
        pages.push(ids(&page).len());
        subjects.extend(
            page["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e["subject"].as_str().unwrap().to_owned()),
        );
        link = page["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(link.as_ref().is_none_or(|l| l.starts_with(&mailbox.root())));
    }
    assert_eq!(pages, [10, 10, 3]);
    assert_eq!(
        (subjects[0].as_str(), subjects[22].as_str()),
        ("Event 22", "Event 00")
    );
    let most = mailbox
        .send(
            Request::get(mailbox.url("me/events?%24top=999"))
                .header("prefer", "odata.maxpagesize=5"),
        )
        .await;
    assert_eq!(ids(&most.body).len(), 23, "$top counts for more");
    let filter = "me/events?$top=50&$filter=start/dateTime ge '2026-11-20T00:00:00' and start/dateTime lt '2026-11-22T00:00:00Z'";
    assert_eq!(ids(&mailbox.get(filter).await).len(), 2);
}
