//! Notifications arrive at a small listener.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    response::IntoResponse,
};
use faces::{Flavour, Terms, Watched, Watcher};
use hub::{CalendarId, events::NewEvent};
use identity::Actor;
use jiff::{SignedDuration, Timestamp};
use kalends_sandbox::{Kind, Plan, Sandbox};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

use crate::fixture;

/// Headers and body of what arrived.
type Arrived = (axum::http::HeaderMap, String);

/// Takes notifications and shakes hands as Graph wants it.
async fn listener() -> (String, UnboundedReceiver<Arrived>) {
    let (sender, receiver) = unbounded_channel();
    let router = Router::new().fallback(take).with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/push", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, receiver)
}

async fn take(
    State(sender): State<UnboundedSender<Arrived>>,
    request: Request,
) -> impl IntoResponse {
    let token = request
        .uri()
        .query()
        .and_then(|q| q.strip_prefix("validationToken="))
        .map(str::to_owned);
    if let Some(token) = token {
        return token;
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    sender
        .send((parts.headers, String::from_utf8(body.to_vec()).unwrap()))
        .unwrap();
    String::new()
}

/// Ada and her calendar.
async fn ada(sandbox: &Sandbox) -> (Actor, CalendarId) {
    let twin = &sandbox.twins()[0];
    let actor = twin
        .app
        .identity
        .authenticate_bearer(&twin.people[0].token)
        .await
        .unwrap()
        .unwrap();
    let calendar = twin.app.hub.calendars(&actor).await.unwrap()[0].id;
    (actor, calendar)
}

async fn add_event(sandbox: &Sandbox, actor: &Actor, calendar: CalendarId, uid: &str) {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\nSUMMARY:secret title\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let event = protocols::icalendar::read(&text).unwrap().value.remove(0);
    let hub = &sandbox.twins()[0].app.hub;
    hub.create_event(actor, calendar, NewEvent { name: None, event })
        .await
        .unwrap();
}

fn order(calendar: CalendarId, address: &str, flavour: Flavour) -> Watcher {
    let now = Timestamp::from_second(4_000_000_000).unwrap();
    Watcher {
        id: Uuid::from_u128(7),
        client_id: "the-channel".to_owned(),
        watched: Watched::Events(calendar),
        address: address.to_owned(),
        token: "shibboleth".to_owned(),
        expires: now + SignedDuration::from_hours(1),
        due: None,
        flavour,
        terms: Terms::default(),
        user: None,
        program: None,
    }
}

async fn next(arrived: &mut UnboundedReceiver<Arrived>) -> Arrived {
    tokio::time::timeout(Duration::from_secs(10), arrived.recv())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_google_channel_says_sync_then_exists() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Google).await;
    let (address, mut arrived) = listener().await;
    let (actor, calendar) = ada(&sandbox).await;
    let watchers = &sandbox.twins()[0].app.watchers;
    watchers
        .open(order(calendar, &address, Flavour::Google))
        .await
        .unwrap();
    let header =
        |headers: &axum::http::HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    let (headers, body) = next(&mut arrived).await;
    assert_eq!(header(&headers, "x-goog-resource-state"), "sync");
    assert_eq!(header(&headers, "x-goog-message-number"), "1");
    assert_eq!(header(&headers, "x-goog-channel-id"), "the-channel");
    assert_eq!(body, "");
    add_event(&sandbox, &actor, calendar, "1").await;
    let (headers, body) = next(&mut arrived).await;
    assert_eq!(header(&headers, "x-goog-resource-state"), "exists");
    assert_eq!(header(&headers, "x-goog-message-number"), "2");
    assert_eq!(header(&headers, "x-goog-channel-token"), "shibboleth");
    assert_eq!(body, "");
    assert!(watchers.close(Uuid::from_u128(7)).await);
    assert!(!watchers.close(Uuid::from_u128(7)).await);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_graph_subscription_shakes_hands_and_names_the_event_but_not_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Microsoft).await;
    let (address, mut arrived) = listener().await;
    let (actor, calendar) = ada(&sandbox).await;
    let watchers = &sandbox.twins()[0].app.watchers;
    watchers
        .open(order(calendar, &address, Flavour::Graph))
        .await
        .unwrap();
    add_event(&sandbox, &actor, calendar, "1").await;
    let (_, body) = next(&mut arrived).await;
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let note = &body["value"][0];
    assert_eq!(note["clientState"], "shibboleth");
    assert_eq!(note["changeType"], "created");
    assert_eq!(note["subscriptionId"], Uuid::from_u128(7).to_string());
    assert!(!body.to_string().contains("secret title"));
    sandbox.stop().await;
}

#[tokio::test]
async fn orders_survive_a_restart_and_silence_can_be_had() {
    let folder = tempfile::tempdir().unwrap();
    let (address, mut arrived) = listener().await;
    let first = fixture::alone(&folder, Kind::Microsoft).await;
    let (_, calendar) = ada(&first).await;
    first.twins()[0]
        .app
        .watchers
        .open(order(calendar, &address, Flavour::Graph))
        .await
        .unwrap();
    first.stop().await;
    let second = fixture::alone(&folder, Kind::Microsoft).await;
    let (actor, calendar) = ada(&second).await;
    let twin = &second.twins()[0];
    twin.faults.set(Plan {
        no_push: true,
        ..Plan::default()
    });
    add_event(&second, &actor, calendar, "1").await;
    let silence = tokio::time::timeout(Duration::from_millis(400), arrived.recv()).await;
    assert!(silence.is_err(), "no_push");
    twin.faults.set(Plan::default());
    add_event(&second, &actor, calendar, "2").await;
    next(&mut arrived).await;
    second.stop().await;
}

#[tokio::test]
async fn nobody_outside_is_told_and_a_wrong_handshake_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Microsoft).await;
    let (_, calendar) = ada(&sandbox).await;
    let twin = &sandbox.twins()[0];
    let outside = order(calendar, "https://example.com/push", Flavour::Google);
    assert!(twin.app.watchers.open(outside).await.is_err());
    let deaf = order(
        calendar,
        &format!("{}v1.0/nothing", twin.app.public_url),
        Flavour::Graph,
    );
    assert!(twin.app.watchers.open(deaf).await.is_err());
    assert!(twin.app.watchers.list().await.is_empty());
    sandbox.stop().await;
}
