//! Orders for change notifications.

use base64::{Engine, prelude::BASE64_STANDARD};
use hub::Access;
use jiff::{SignedDuration, Timestamp};
use network::Request;
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SignatureAlgorithm,
};
use serde_json::{Value, json};

use super::{Mailbox, code, program};
use crate::anothers::Other;

fn order(mailbox: &Mailbox, minutes: i64) -> Value {
    let expires: Timestamp =
        mailbox.world.app.hub.clock().now() + SignedDuration::from_mins(minutes);
    json!({
        "changeType": "created,updated,deleted", "resource": "/me/events", "clientState": "secret",
        "notificationUrl": "https://hub.example/push/1", "lifecycleNotificationUrl": "https://hub.example/push/1",
        "expirationDateTime": expires
    })
}

#[tokio::test]
async fn an_order_is_taken_prolonged_and_ended() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("subscriptions", &order(&mailbox, 60)).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(
        (&made["clientState"], &made["notificationUrl"]),
        (&json!("secret"), &json!("https://hub.example/push/1"))
    );
    assert_eq!(
        mailbox.get("subscriptions").await["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let later: Timestamp = mailbox.world.app.hub.clock().now() + SignedDuration::from_hours(24);
    let renewed = mailbox
        .patch(&path, &json!({"expirationDateTime": later}))
        .await;
    let expires: Timestamp = renewed.body["expirationDateTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(expires, later);
    assert_eq!(mailbox.delete(&path).await, 204);
    assert_eq!(mailbox.delete(&path).await, 404);
}

/// Minutes from now until whoever gave the one order is asked to prove themselves.
async fn asked_in(mailbox: &Mailbox) -> Option<i64> {
    let orders = mailbox.world.app.watchers.list().await;
    let now = mailbox.world.app.hub.clock().now();
    let due = orders[0].due?;
    Some((due.duration_since(now) + SignedDuration::from_secs(30)).as_mins())
}

#[tokio::test]
async fn whoever_may_be_told_proves_it_again() {
    let mut mailbox = Mailbox::open().await;
    let made = mailbox.post("subscriptions", &order(&mailbox, 180)).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    // A token without an end: it is the order that ends.
    assert_eq!(asked_in(&mailbox).await, Some(165));

    // That of a program ends in an hour.
    mailbox.token = program(&mailbox, "Calendars.Read").await;
    let mut other = order(&mailbox, 180);
    other["clientState"] = json!("program's");
    let foreign = mailbox
        .act(&format!("{path}/reauthorize"), &json!({}))
        .await;
    assert_eq!(foreign.status, 404, "another's order");
    mailbox
        .world
        .app
        .watchers
        .close(mailbox.world.app.watchers.list().await[0].id)
        .await;
    let made = mailbox.post("subscriptions", &other).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(asked_in(&mailbox).await, Some(45));

    let mut watcher = mailbox.world.app.watchers.list().await.remove(0);
    watcher.due = None;
    mailbox.world.app.watchers.renew(watcher).await.unwrap();
    let proved = mailbox
        .act(&format!("{path}/reauthorize"), &json!({}))
        .await;
    assert_eq!(proved.status, 204);
    assert_eq!(asked_in(&mailbox).await, Some(45));
    let now = mailbox.get(&path).await;
    assert_eq!(now["expirationDateTime"], made["expirationDateTime"]);
    let wrong = mailbox
        .send(Request::get(mailbox.url(&format!("{path}/reauthorize"))))
        .await;
    assert_eq!(wrong.status, 405);
    let unknown = mailbox
        .act("subscriptions/none/reauthorize", &json!({}))
        .await;
    assert_eq!(unknown.status, 404);

    // Nobody is asked who named no address for that.
    assert_eq!(mailbox.delete(&path).await, 204);
    other["lifecycleNotificationUrl"] = Value::Null;
    mailbox.post("subscriptions", &other).await;
    assert_eq!(asked_in(&mailbox).await, None);
}

#[tokio::test]
async fn of_an_order_its_end_and_its_address_can_be_changed() {
    let mailbox = Mailbox::open().await;
    let mut plain = order(&mailbox, 60);
    plain["lifecycleNotificationUrl"] = Value::Null;
    let made = mailbox.post("subscriptions", &plain).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    let address = json!({"notificationUrl": "https://other.example/push"});
    let changed = mailbox.patch(&path, &address).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.body["notificationUrl"], address["notificationUrl"]);
    assert_eq!(
        changed.body["expirationDateTime"],
        made["expirationDateTime"]
    );
    assert_eq!(
        mailbox.get(&path).await["notificationUrl"],
        address["notificationUrl"]
    );
    for (body, expected) in [
        (
            json!({"lifecycleNotificationUrl": "https://hub.example/push/1", "expirationDateTime": made["expirationDateTime"]}),
            "ErrorInvalidRequest",
        ),
        (
            json!({"notificationUrl": "https://refuses.example/"}),
            "ValidationError",
        ),
        (
            json!({"notificationUrl": "x".repeat(2_001)}),
            "ErrorInvalidRequest",
        ),
        (json!({}), "ErrorInvalidRequest"),
    ] {
        let refused = mailbox.patch(&path, &body).await;
        assert_eq!((refused.status, code(&refused)), (400, expected), "{body}");
    }
    assert_eq!(
        mailbox.get(&path).await["lifecycleNotificationUrl"],
        Value::Null
    );
}

#[tokio::test]
async fn whoever_may_not_read_the_calendar_any_more_proves_nothing() {
    let mailbox = Mailbox::open().await;
    let (hub, identity) = (&mailbox.world.app.hub, &mailbox.world.app.identity);
    let store = hub.store(mailbox.world.actor.tenant).await.unwrap();
    let other = Other::new(hub, identity, &store).await;
    other.open(Access::Read).await;
    let all = mailbox.get("me/calendars").await;
    let all = all["value"].as_array().unwrap();
    let id = all.iter().find(|one| one["name"] == "Cleo's").unwrap()["id"].as_str();
    let mut order = order(&mailbox, 60);
    order["resource"] = json!(format!("me/calendars/{}/events", id.unwrap()));
    let made = mailbox.post("subscriptions", &order).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    let proof = format!("{path}/reauthorize");
    assert_eq!(mailbox.act(&proof, &json!({})).await.status, 204);
    other.open(Access::FreeBusy).await;
    let end = json!({"expirationDateTime": made["expirationDateTime"]});
    for refused in [
        mailbox.act(&proof, &json!({})).await,
        mailbox.patch(&path, &end).await,
    ] {
        assert_eq!((refused.status, code(&refused)), (403, "ErrorAccessDenied"));
    }
}

/// A certificate in base64, with a key of this kind.
fn certificate(kind: &'static SignatureAlgorithm) -> String {
    let key = KeyPair::generate_for(kind).unwrap();
    let params = CertificateParams::new(Vec::new()).unwrap();
    BASE64_STANDARD.encode(params.self_signed(&key).unwrap().der())
}

#[tokio::test]
async fn resource_data_is_ordered_with_a_certificate_for_a_day() {
    let mailbox = Mailbox::open().await;
    let certificate_of = certificate;
    let certificate = certificate_of(&PKCS_RSA_SHA256);
    let rich = |minutes: i64, changes: Value| {
        let mut order = order(&mailbox, minutes);
        order["resource"] = json!(
            "me/events?$select=subject,start,end&$expand=singleValueExtendedProperties($filter=id eq 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color')"
        );
        order["includeResourceData"] = json!(true);
        order["encryptionCertificate"] = json!(certificate);
        order["encryptionCertificateId"] = json!("mine");
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    };
    let made = mailbox.post("subscriptions", &rich(1_440, json!({}))).await;
    assert_eq!(
        (
            &made["includeResourceData"],
            &made["encryptionCertificateId"],
            &made["encryptionCertificate"]
        ),
        (&json!(true), &json!("mine"), &json!(certificate))
    );
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    let later = mailbox.world.app.hub.clock().now() + SignedDuration::from_mins(1_441);
    let longer = mailbox
        .patch(&path, &json!({"expirationDateTime": later}))
        .await;
    assert_eq!((longer.status, code(&longer)), (400, "ExtensionError"));
    let bad = "ErrorInvalidRequest";
    for (minutes, changes, expected) in [
        (1_441, json!({}), "ExtensionError"),
        (60, json!({"encryptionCertificate": null}), bad),
        (60, json!({"encryptionCertificateId": null}), bad),
        (60, json!({"encryptionCertificate": "AAAA"}), bad),
        (
            60,
            json!({"encryptionCertificate": certificate_of(&PKCS_ECDSA_P256_SHA256)}),
            bad,
        ),
        (60, json!({"encryptionCertificateId": "x".repeat(129)}), bad),
        (60, json!({"resource": "me/events"}), bad),
        (60, json!({"resource": "me/events?$select=body"}), bad),
        (
            60,
            json!({"resource": "me/events?$select=subject&$top=5"}),
            bad,
        ),
        (
            60,
            json!({"resource": "me/events?$select=subject&$expand=attachments"}),
            bad,
        ),
        (
            60,
            json!({"resource": "me/events?$select=nonsense"}),
            "BadRequest",
        ),
        (60, json!({"includeResourceData": false}), bad),
    ] {
        let refused = mailbox
            .act("subscriptions", &rich(minutes, changes.clone()))
            .await;
        assert_eq!(
            (refused.status, code(&refused)),
            (400, expected),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn too_short_is_raised_too_long_and_unproved_are_refused() {
    let mailbox = Mailbox::open().await;
    let made = mailbox.post("subscriptions", &order(&mailbox, 1)).await;
    let expires: Timestamp = made["expirationDateTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        expires.duration_since(mailbox.world.app.hub.clock().now()) > SignedDuration::from_mins(40)
    );
    let with = |name: &str, value: Value| {
        let mut order = order(&mailbox, 60);
        order[name] = value;
        order
    };
    for (order, expected) in [
        (order(&mailbox, 10_081), "ExtensionError"),
        (order(&mailbox, -5), "ErrorInvalidRequest"),
        (
            with("resource", json!("me/messages")),
            "ErrorInvalidRequest",
        ),
        (
            with("changeType", json!("everything")),
            "ErrorInvalidRequest",
        ),
        (
            with("clientState", json!("x".repeat(129))),
            "ErrorInvalidRequest",
        ),
        (
            with("notificationUrl", json!("https://refuses.example/")),
            "ValidationError",
        ),
    ] {
        let refused = mailbox
            .send(Request::post(mailbox.url("subscriptions")).json(&order))
            .await;
        assert_eq!((refused.status, code(&refused)), (400, expected), "{order}");
    }
}
