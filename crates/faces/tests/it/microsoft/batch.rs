//! `$batch`.

use serde_json::{Value, json};

use super::{Mailbox, appointment, code};

fn part<'a>(answer: &'a Value, id: &str) -> &'a Value {
    let all = answer["responses"].as_array().unwrap();
    all.iter().find(|part| part["id"] == id).unwrap()
}

#[tokio::test]
async fn requests_are_answered_under_their_ids_and_in_their_order() {
    let mailbox = Mailbox::open().await;
    let json_body = json!({"Content-Type": "application/json"});
    let batch = json!({"requests": [
        {"id": "make", "method": "POST", "url": "/me/events", "headers": json_body, "body": appointment("One")},
        {"id": "list", "method": "GET", "url": "/me/events?$select=subject", "dependsOn": ["make"]},
        {"id": "nowhere", "method": "GET", "url": "me/events/AAMkAGnothing"},
        {"id": "after", "method": "GET", "url": "/me", "dependsOn": ["nowhere"]},
        {"id": "bare", "method": "POST", "url": "/me/events", "body": appointment("Two")},
        {"id": "inner", "method": "POST", "url": "/$batch", "headers": json_body, "body": {"requests": []}},
    ]});
    let answer = mailbox.act("$batch", &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = &answer.body;
    let made = part(answer, "make");
    assert_eq!(
        (&made["status"], &made["body"]["subject"]),
        (&json!(201), &json!("One"))
    );
    assert!(made["headers"]["ETag"].is_string() && made["headers"]["Location"].is_string());
    assert_eq!(part(answer, "list")["body"]["value"][0]["subject"], "One");
    let nowhere = part(answer, "nowhere");
    assert_eq!(
        (&nowhere["status"], &nowhere["body"]["error"]["code"]),
        (&json!(404), &json!("ErrorItemNotFound"))
    );
    assert_eq!(part(answer, "after")["status"], 424);
    assert_eq!(part(answer, "bare")["status"], 400);
    assert_eq!(part(answer, "inner")["status"], 400);
}

#[tokio::test]
async fn a_batch_that_makes_no_sense_is_refused_as_a_whole() {
    let mailbox = Mailbox::open().await;
    let me = |id: &str, after: &[&str]| json!({"id": id, "method": "GET", "url": "/me", "dependsOn": after});
    let many: Vec<Value> = (0..21).map(|n| me(&n.to_string(), &[])).collect();
    for requests in [
        vec![],
        many,
        vec![me("a", &[]), me("a", &[])],
        vec![me("a", &["b"]), me("b", &[])],
        vec![me("", &[])],
    ] {
        let refused = mailbox.act("$batch", &json!({"requests": requests})).await;
        assert_eq!(
            (refused.status, code(&refused)),
            (400, "ErrorInvalidRequest")
        );
    }
    let refused = mailbox.act("$batch", &json!({"request": []})).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn without_a_token_nothing_in_it_is_done() {
    let mut mailbox = Mailbox::open().await;
    mailbox.token = "wrong".to_owned();
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": "/me"}]});
    let answer = mailbox.act("$batch", &batch).await;
    assert_eq!(part(&answer.body, "1")["status"], 401);
}
