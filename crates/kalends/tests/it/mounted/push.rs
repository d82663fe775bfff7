//! Programs are told of changes by the hub, through its guard, and also of those that happen right before it is killed.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request as Arriving, State},
    http::HeaderMap,
};
use jiff::ToSpan;
use network::Request;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

use super::{ALL, GOOGLE, Hub, MICROSOFT, Program, REDIRECT, times};

/// How long a message may take.
const SOON: Duration = Duration::from_secs(10);
/// How long nothing may come until we believe it.
const SILENCE: Duration = Duration::from_millis(1_200);

/// The hub may talk to this machine.
const HERE: &str = "[network]\nreach = \"loopback\"\n";

type Arrived = (HeaderMap, String);

/// Where a program is told: it shakes hands as Graph wants it, and says what arrives.
struct Listener {
    address: String,
    arrived: UnboundedReceiver<Arrived>,
}

impl Listener {
    async fn start() -> Self {
        let (sender, arrived) = unbounded_channel();
        let router = Router::new().fallback(take).with_state(sender);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/push", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, arrived }
    }

    async fn next(&mut self) -> Arrived {
        timeout(SOON, self.arrived.recv()).await.unwrap().unwrap()
    }

    async fn is_silent(&mut self) -> bool {
        timeout(SILENCE, self.arrived.recv()).await.is_err()
    }
}

async fn take(State(sender): State<UnboundedSender<Arrived>>, request: Arriving) -> String {
    let query = request.uri().query().unwrap_or_default();
    if let Some(token) = query.strip_prefix("validationToken=") {
        return token.to_owned();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let _ = sender.send((parts.headers, text));
    String::new()
}

/// A program that was let in through Google's API, and the events of a calendar there.
struct Desk {
    program: Program,
    token: String,
    events: String,
}

impl Desk {
    async fn open(hub: &Hub) -> Self {
        hub.calendar("Practice").await;
        let new = json!({"name": "CRM", "redirectUris": [REDIRECT]});
        let program = Program::register(hub, new).await;
        let token = program.let_in(hub, GOOGLE, ALL).await;
        let list = format!("{}google/calendar/v3/users/me/calendarList", hub.root);
        let list = hub.ok(Request::get(list).bearer(&token)).await;
        let id = list["items"][0]["id"].as_str().unwrap();
        let events = format!("{}google/calendar/v3/calendars/{id}/events", hub.root);
        Self {
            program,
            token,
            events,
        }
    }

    async fn watch(&self, hub: &Hub, address: &str) -> Value {
        let channel =
            json!({"id": "crm-1", "type": "web_hook", "address": address, "token": "shibboleth"});
        let url = format!("{}/watch", self.events);
        hub.ok(Request::post(url).bearer(&self.token).json(&channel))
            .await
    }

    async fn add(&self, hub: &Hub, title: &str) -> Value {
        let (start, end) = times(5);
        let event =
            json!({"summary": title, "start": {"dateTime": start}, "end": {"dateTime": end}});
        hub.ok(Request::post(&self.events).bearer(&self.token).json(&event))
            .await
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

fn subscription(address: &str) -> Value {
    json!({
        "changeType": "created,updated,deleted", "notificationUrl": address, "resource": "me/events",
        "clientState": "shibboleth",
        "expirationDateTime": (identity::Clock::now(&identity::SystemClock) + 2.hours()).to_string(),
    })
}

#[tokio::test]
async fn a_channel_of_google_outlives_a_restart_and_ends_with_its_program() {
    let hub = Hub::start(HERE).await;
    let mut listener = Listener::start().await;
    let desk = Desk::open(&hub).await;
    let channel = desk.watch(&hub, &listener.address).await;
    let uri = channel["resourceUri"].as_str().unwrap();
    assert!(uri.starts_with(&format!("{}google/", hub.root)), "{uri}");
    let (headers, _) = listener.next().await;
    assert_eq!(header(&headers, "x-goog-resource-state"), "sync");
    desk.add(&hub, "secret title").await;
    let (headers, body) = listener.next().await;
    assert_eq!(header(&headers, "x-goog-resource-state"), "exists");
    assert_eq!(header(&headers, "x-goog-channel-token"), "shibboleth");
    assert_eq!(header(&headers, "x-goog-message-number"), "2");
    assert_eq!(header(&headers, "x-goog-resource-uri"), uri);
    assert_eq!(
        header(&headers, "x-goog-resource-id"),
        channel["resourceId"]
    );
    assert_eq!(body, "");

    let hub = hub.restart().await;
    assert!(
        listener.is_silent().await,
        "what was told is not told again"
    );
    desk.add(&hub, "another").await;
    let (headers, _) = listener.next().await;
    assert_eq!(header(&headers, "x-goog-message-number"), "3");

    // Nobody else's program can stop it, and its own can.
    let new = json!({"name": "Other", "redirectUris": [REDIRECT]});
    let other = Program::register(&hub, new).await;
    let others = other.let_in(&hub, GOOGLE, ALL).await;
    let stop = format!("{}google/calendar/v3/channels/stop", hub.root);
    let named = json!({"id": "crm-1", "resourceId": channel["resourceId"]});
    let refused = hub
        .send(Request::post(&stop).bearer(&others).json(&named))
        .await;
    assert_eq!(refused.status, 404);
    hub.command(&["app", "remove", &desk.program.id], &[]).await;
    let (start, end) = times(6);
    let event = json!({"summary": "x", "start": {"dateTime": start}, "end": {"dateTime": end}});
    hub.ok(Request::post(&desk.events).bearer(&others).json(&event))
        .await;
    assert!(listener.is_silent().await, "its program is gone");
    hub.stop().await;
}

#[tokio::test]
async fn a_subscription_of_graph_names_what_changed_and_nothing_of_it() {
    let hub = Hub::start(HERE).await;
    let mut listener = Listener::start().await;
    let desk = Desk::open(&hub).await;
    let scope = "Calendars.Read offline_access";
    let token = desk.program.let_in(&hub, MICROSOFT, scope).await;
    let graph = format!("{}microsoft/v1.0/", hub.root);
    let order = Request::post(format!("{graph}subscriptions")).bearer(&token);
    let made = hub.ok(order.json(&subscription(&listener.address))).await;
    desk.add(&hub, "secret title").await;
    let (_, body) = listener.next().await;
    let said: Value = serde_json::from_str(&body).unwrap();
    let note = &said["value"][0];
    assert_eq!(note["subscriptionId"], made["id"]);
    assert_eq!(note["clientState"], "shibboleth");
    assert_eq!(note["changeType"], "created");
    assert!(!body.contains("secret title"));
    // What it names can be read.
    let resource = note["resource"].as_str().unwrap();
    let event = hub
        .ok(Request::get(format!("{graph}{resource}")).bearer(&token))
        .await;
    assert_eq!(event["subject"], "secret title");
    let one = format!("{graph}subscriptions/{}", made["id"].as_str().unwrap());
    let ended = hub.send(Request::delete(&one).bearer(&token)).await;
    assert_eq!(ended.status, 204);
    desk.add(&hub, "another").await;
    assert!(listener.is_silent().await);
    hub.stop().await;
}

#[tokio::test]
async fn a_subscription_says_that_it_ends_with_its_program() {
    let hub = Hub::start(HERE).await;
    let mut listener = Listener::start().await;
    let desk = Desk::open(&hub).await;
    let token = desk.program.let_in(&hub, MICROSOFT, "Calendars.Read").await;
    let mut order = subscription(&listener.address);
    order["lifecycleNotificationUrl"] = json!(format!("{}/life", listener.address));
    let url = format!("{}microsoft/v1.0/subscriptions", hub.root);
    let made = hub.ok(Request::post(url).bearer(&token).json(&order)).await;
    let new = json!({"name": "Other", "redirectUris": [REDIRECT]});
    let other = Program::register(&hub, new).await;
    let others = other.let_in(&hub, GOOGLE, ALL).await;
    hub.command(&["app", "remove", &desk.program.id], &[]).await;
    // What happens next is none of its business.
    let (start, end) = times(6);
    let event = json!({"summary": "x", "start": {"dateTime": start}, "end": {"dateTime": end}});
    hub.ok(Request::post(&desk.events).bearer(&others).json(&event))
        .await;
    let (_, body) = listener.next().await;
    let said: Value = serde_json::from_str(&body).unwrap();
    let note = &said["value"][0];
    assert_eq!(note["lifecycleEvent"], "subscriptionRemoved", "{said}");
    assert_eq!(note["subscriptionId"], made["id"]);
    assert!(listener.is_silent().await);
    hub.stop().await;
}

/// As it ships, the hub talks to the public internet and to nobody else, whatever address a program names.
#[tokio::test]
async fn nobody_is_told_at_addresses_inside() {
    let hub = Hub::start("").await;
    let mut listener = Listener::start().await;
    let desk = Desk::open(&hub).await;
    let token = desk.program.let_in(&hub, MICROSOFT, "Calendars.Read").await;
    let order = |address: &str| {
        Request::post(format!("{}microsoft/v1.0/subscriptions", hub.root))
            .bearer(&token)
            .json(&subscription(address))
    };
    let inside = [
        "http://10.0.0.1/",
        "https://169.254.169.254/latest",
        "ftp://x/",
    ];
    for address in inside.iter().chain([&listener.address.as_str()]) {
        let refused = hub.send(order(address)).await;
        assert_eq!(refused.status, 400, "{address}");
        let said: Value = refused.json().unwrap();
        assert_eq!(said["error"]["code"], "ValidationError", "{said}");
    }
    desk.watch(&hub, &listener.address).await;
    desk.add(&hub, "x").await;
    assert!(listener.is_silent().await);
    hub.stop().await;
}
