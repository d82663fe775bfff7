//! Files and extensions beside an event.

use network::Request;
use serde_json::{Value, json};

use super::{Mailbox, appointment, code, weekly};

#[tokio::test]
async fn files_are_kept_beside_an_event() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("me/events", &appointment("x")).await;
    assert_eq!(made["hasAttachments"], false);
    let event = format!("me/events/{}", made["id"].as_str().unwrap());
    let files = format!("{event}/attachments");
    let sent = json!({
        "@odata.type": "#microsoft.graph.fileAttachment", "name": "plan.txt", "contentType": "text/html", "contentBytes": "aGVsbG8=",
    });
    let file = mailbox.post(&files, &sent).await;
    assert_eq!(
        (&file["size"], &file["name"]),
        (&json!(5), &json!("plan.txt"))
    );
    let one = format!("{files}/{}", file["id"].as_str().unwrap());
    assert_eq!(mailbox.get(&one).await["contentBytes"], "aGVsbG8=");
    let listed = mailbox.get(&format!("{files}?$select=name")).await;
    assert_eq!(listed["value"][0]["name"], "plan.txt");
    assert_eq!(listed["value"][0].get("contentBytes"), None);
    let value = Request::get(mailbox.url(&format!("{one}/$value")));
    let value = mailbox.send(value).await.response;
    assert_eq!(&value.body[..], b"hello");
    // Whatever somebody says that it is, no browser shows it as a page of ours.
    assert_eq!(
        value.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(value.header("content-disposition"), Some("attachment"));
    let expanded = mailbox
        .get(&format!("{event}?$expand=attachments&$select=subject"))
        .await;
    assert_eq!(expanded["attachments"][0]["id"], file["id"]);
    for path in [
        "me/events",
        "me/calendarView?startDateTime=2026-11-01&endDateTime=2026-12-01",
    ] {
        assert_eq!(
            mailbox.get(path).await["value"][0]["hasAttachments"],
            true,
            "{path}"
        );
    }
    for (body, status, expected) in [
        (json!({"name": "x"}), 400, "ErrorPropertyValidationFailure"),
        (
            json!({"contentBytes": "aGVsbG8="}),
            400,
            "ErrorPropertyValidationFailure",
        ),
        (
            json!({"name": "x", "contentBytes": "?"}),
            400,
            "RequestBodyRead",
        ),
        (
            json!({"@odata.type": "#microsoft.graph.referenceAttachment", "name": "x"}),
            400,
            "ErrorInvalidRequest",
        ),
        (
            json!({"name": "x", "contentBytes": "A".repeat(4_194_400 - 400)}),
            413,
            "ErrorMessageSizeExceeded",
        ),
    ] {
        let refused = mailbox.act(&files, &body).await;
        assert_eq!((refused.status, code(&refused)), (status, expected));
    }
    assert_eq!(mailbox.delete(&one).await, 204);
    assert_eq!(mailbox.delete(&one).await, 404);
    assert_eq!(mailbox.get(&event).await["hasAttachments"], false);
}

#[tokio::test]
async fn extensions_are_kept_beside_an_event_and_come_with_it_when_asked_for() {
    let mailbox = Mailbox::open().await;
    let mut new = appointment("x");
    new["extensions"] = json!([{"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.example.a", "room": "2"}]);
    let made = mailbox.post("me/events", &new).await;
    assert_eq!(made.get("extensions"), None);
    let event = format!("me/events/{}", made["id"].as_str().unwrap());
    let all = format!("{event}/extensions");
    let second = json!({"extensionName": "com.example.b", "count": 3, "list": ["x"]});
    let second = mailbox.post(&all, &second).await;
    let id = second["id"].as_str().unwrap();
    assert_eq!(
        id,
        "Microsoft.OutlookServices.OpenTypeExtension.com.example.b"
    );
    let by_id = mailbox.get(&format!("{all}/{id}")).await;
    let by_name = mailbox.get(&format!("{all}/com.example.b")).await;
    assert_eq!(by_id["count"], 3);
    assert_eq!(by_name["list"], by_id["list"]);
    assert_eq!(
        mailbox.get(&all).await["value"].as_array().unwrap().len(),
        2
    );
    for filter in [
        "com.example.a",
        "Microsoft.OutlookServices.OpenTypeExtension.com.example.a",
    ] {
        let asked = format!("me/events?$expand=extensions($filter=id eq '{filter}')");
        let found = mailbox.get(&asked).await;
        let found = found["value"][0]["extensions"].as_array().unwrap().clone();
        assert_eq!(found.len(), 1, "{filter}");
        assert_eq!(found[0]["room"], "2");
    }
    let one = format!("{all}/com.example.a");
    let changed = mailbox
        .patch(&one, &json!({"room": null, "floor": 1}))
        .await
        .body;
    assert_eq!((changed.get("room"), &changed["floor"]), (None, &json!(1)));
    let twice = mailbox
        .act(&all, &json!({"extensionName": "com.example.A"}))
        .await;
    assert_eq!(twice.status, 409);
    let nameless = mailbox.act(&all, &json!({"x": 1})).await;
    assert_eq!(code(&nameless), "ErrorPropertyValidationFailure");
    let large = json!({"extensionName": "c", "x": "x".repeat(9_000)});
    assert_eq!(mailbox.act(&all, &large).await.status, 413);
    assert_eq!(mailbox.delete(&one).await, 204);
    assert_eq!(mailbox.delete(&one).await, 404);
}

#[tokio::test]
async fn an_occurrence_has_what_is_beside_its_series_and_its_own() {
    let mailbox = Mailbox::open().await;
    let mut new = weekly("x");
    new["attachments"] = json!([{"name": "a.txt", "contentBytes": "YQ=="}]);
    let made = mailbox.post("me/events", &new).await;
    let master = format!("me/events/{}", made["id"].as_str().unwrap());
    let window = "startDateTime=2026-11-01&endDateTime=2027-01-01";
    let instances = mailbox.get(&format!("{master}/instances?{window}")).await;
    assert_eq!(instances["value"][1]["hasAttachments"], true);
    let one = format!(
        "me/events/{}/attachments",
        instances["value"][1]["id"].as_str().unwrap()
    );
    let listed = mailbox.get(&one).await;
    assert_eq!(listed["value"][0]["name"], "a.txt");
    let of_series = listed["value"][0]["id"].as_str().unwrap();
    let removed = mailbox.send(Request::delete(mailbox.url(&format!("{one}/{of_series}"))));
    let removed = removed.await;
    assert_eq!(
        (removed.status, code(&removed)),
        (400, "ErrorInvalidRequest")
    );
    let own = mailbox
        .post(&one, &json!({"name": "own.txt", "contentBytes": "Yg=="}))
        .await;
    let names = async |path: &str| -> Vec<String> {
        let listed = mailbox.get(path).await;
        let all = listed["value"].as_array().unwrap().clone().into_iter();
        all.map(|file| file["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&one).await, ["a.txt", "own.txt"]);
    assert_eq!(names(&format!("{master}/attachments")).await, ["a.txt"]);
    let file = format!("{one}/{}", own["id"].as_str().unwrap());
    assert_eq!(mailbox.get(&file).await["name"], "own.txt");
    let at_series = format!("{master}/attachments/{}", own["id"].as_str().unwrap());
    let at_series = mailbox.send(Request::get(mailbox.url(&at_series))).await;
    assert_eq!(at_series.status, 404);
    // Only this one has files once the series has none.
    let removed = mailbox
        .delete(&format!("{master}/attachments/{of_series}"))
        .await;
    assert_eq!(removed, 204);
    let filed = mailbox
        .get(&format!("{master}/instances?{window}&$expand=attachments"))
        .await;
    let filed = filed["value"].as_array().unwrap();
    let has = |item: &Value| {
        (
            item["hasAttachments"] == true,
            item["attachments"].as_array().unwrap().len(),
        )
    };
    let filed: Vec<_> = filed.iter().map(has).collect();
    let none = (false, 0);
    assert_eq!(filed, [none, (true, 1), none, none, none]);
    assert_eq!(mailbox.get(&master).await["hasAttachments"], false);
    assert_eq!(mailbox.delete(&file).await, 204);
    assert_eq!(names(&one).await, [""; 0]);
    // A round of changes tells of the series again.
    let view = format!("me/calendarView/delta?{window}");
    let link = mailbox.get(&view).await["@odata.deltaLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let more = json!({"name": "b.txt", "contentBytes": "Yg=="});
    mailbox.post(&format!("{master}/attachments"), &more).await;
    let told = mailbox.get(&link).await;
    assert_eq!(told["value"][0]["id"], made["id"]);
}
