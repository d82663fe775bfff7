//! What Graph's subscriptions tell of themselves: that their program is to prove itself, that they have ended, and that
//! something was missed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
};
use faces::{Flavour, Terms, Watcher, Watchers};
use hub::Access;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};
use uuid::Uuid;

use crate::house::House;

/// How long nothing may come until we believe it.
const SILENCE: Duration = Duration::from_millis(300);

/// Where a program is told: of changes at `/changes`, of its orders at `/life`.
pub struct Listener {
    pub root: String,
    pub arrived: UnboundedReceiver<(String, Value)>,
    /// What `/changes` answers.
    status: Arc<AtomicU16>,
}

#[derive(Clone)]
struct Ear {
    sender: UnboundedSender<(String, Value)>,
    status: Arc<AtomicU16>,
}

async fn take(State(ear): State<Ear>, request: Request) -> (StatusCode, String) {
    let query = request.uri().query().unwrap_or_default();
    if let Some(token) = query.strip_prefix("validationToken=") {
        return (StatusCode::OK, token.to_owned());
    }
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1_000_000).await;
    let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
    let status = if path == "/changes" {
        StatusCode::from_u16(ear.status.load(Ordering::SeqCst)).unwrap()
    } else {
        StatusCode::ACCEPTED
    };
    let _ = ear.sender.send((path, body));
    (status, String::new())
}

impl Listener {
    pub async fn start() -> Self {
        let (sender, arrived) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(202));
        let ear = Ear {
            sender,
            status: status.clone(),
        };
        let router = Router::new().fallback(take).with_state(ear);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            root,
            arrived,
            status,
        }
    }

    /// An order of three hours, in Graph's manner.
    fn order(&self, house: &House) -> Watcher {
        let order = house.order();
        Watcher {
            address: format!("{}/changes", self.root),
            token: "secret".into(),
            expires: order.expires + SignedDuration::from_hours(2),
            flavour: Flavour::Graph,
            terms: Terms {
                lifecycle: Some(format!("{}/life", self.root)),
                ..Terms::default()
            },
            ..order
        }
    }

    /// The path and the one value of the next message.
    async fn next(&mut self) -> (String, Value) {
        let next = timeout(Duration::from_secs(10), self.arrived.recv());
        let (path, mut body) = next.await.unwrap().unwrap();
        (path, body["value"][0].take())
    }

    /// What the next message says of an order, which must be one of its life.
    async fn event(&mut self) -> String {
        let (path, value) = self.next().await;
        assert_eq!(path, "/life", "{value}");
        value["lifecycleEvent"].as_str().unwrap().to_owned()
    }

    async fn is_silent(&mut self) -> bool {
        timeout(SILENCE, self.arrived.recv()).await.is_err()
    }
}

#[tokio::test]
async fn whoever_is_due_is_asked_by_one_node_and_again_before_the_end() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let mut order = listener.order(&house);
    order.due = Some(order.expires - SignedDuration::from_mins(135));
    house.notifier().open(order.clone()).await.unwrap();
    for _ in 0..2 {
        tokio::spawn(house.notifier().run());
    }
    house.forward(44 * 60);
    assert!(listener.is_silent().await, "it is not due");
    house.forward(2 * 60);
    let (path, value) = listener.next().await;
    assert_eq!(path, "/life");
    let expected = json!({
        "subscriptionId": Uuid::from_u128(7).to_string(),
        "subscriptionExpirationDateTime": order.expires.to_string(),
        "tenantId": value["tenantId"],
        "clientState": "secret",
        "lifecycleEvent": "reauthorizationRequired",
    });
    assert_eq!(value, expected);
    assert!(listener.is_silent().await, "it was asked");
    // Changes are told meanwhile.
    house.change("x").await;
    assert_eq!(listener.next().await.0, "/changes");
    house.forward(118 * 60);
    assert!(listener.is_silent().await);
    house.forward(2 * 60);
    assert_eq!(listener.event().await, "reauthorizationRequired");
    house.forward(10 * 60);
    assert!(listener.is_silent().await, "it ends soon enough");
}

#[tokio::test]
async fn nobody_is_asked_who_proved_it_meanwhile() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let mut order = listener.order(&house);
    order.due = Some(order.expires - SignedDuration::from_mins(135));
    let notifier = house.notifier();
    notifier.open(order.clone()).await.unwrap();
    assert_eq!(notifier.get(order.id).await, Some(order.clone()));
    let proved = Watcher {
        due: Some(order.expires - SignedDuration::from_mins(15)),
        ..order
    };
    assert_eq!(notifier.renew(proved.clone()).await, Ok(true));
    assert_eq!(notifier.get(proved.id).await, Some(proved));
    tokio::spawn(house.notifier().run());
    house.forward(60 * 60);
    assert!(listener.is_silent().await);
    house.forward(110 * 60);
    assert_eq!(listener.event().await, "reauthorizationRequired");
}

#[tokio::test]
async fn another_address_shakes_hands() {
    let (house, listener) = (House::new().await, Listener::start().await);
    let (notifier, order) = (house.notifier(), listener.order(&house));
    notifier.open(order.clone()).await.unwrap();
    let at = |address: String| Watcher {
        address,
        ..order.clone()
    };
    let deaf = notifier.renew(at("http://127.0.0.1:1/x".into())).await;
    assert!(deaf.is_err());
    let outside = notifier.renew(at("ftp://example.com/".into())).await;
    assert!(outside.is_err());
    assert_eq!(notifier.get(order.id).await, Some(order.clone()));
    let other = at(format!("{}/other", listener.root));
    assert_eq!(notifier.renew(other.clone()).await, Ok(true));
    assert_eq!(notifier.get(order.id).await, Some(other));
    let unknown = Watcher {
        id: Uuid::from_u128(9),
        ..order
    };
    assert_eq!(notifier.renew(unknown).await, Ok(false));
}

#[tokio::test]
async fn an_order_ends_with_the_grant_at_once_and_says_so() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let order = Watcher {
        user: house.another().await.user(),
        ..listener.order(&house)
    };
    house.open_to_another(Access::Read).await;
    let notifier = house.notifier();
    notifier.open(order.clone()).await.unwrap();
    tokio::spawn(house.notifier().run());
    house.open_to_another(Access::Write).await;
    assert!(listener.is_silent().await, "they may still see it");
    house.open_to_another(Access::FreeBusy).await;
    assert_eq!(listener.event().await, "subscriptionRemoved");
    assert_eq!(notifier.get(order.id).await, None);
}

#[tokio::test]
async fn an_order_ends_with_its_calendar_and_says_so() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let notifier = house.notifier();
    notifier.open(listener.order(&house)).await.unwrap();
    // Also if nobody ran at that moment.
    house.delete_calendar().await;
    tokio::spawn(house.notifier().run());
    assert_eq!(listener.event().await, "subscriptionRemoved");
    assert_eq!(notifier.list().await, []);
    assert!(listener.is_silent().await, "it is said once");
}

#[tokio::test]
async fn an_order_ends_with_its_program_and_says_so() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let order = Watcher {
        program: Some("crm".into()),
        ..listener.order(&house)
    };
    house.let_in("crm").await;
    let notifier = house.notifier();
    notifier.open(order).await.unwrap();
    tokio::spawn(house.notifier().run());
    house.change("x").await;
    assert_eq!(listener.next().await.0, "/changes");
    house.let_out("crm").await;
    assert_eq!(listener.event().await, "subscriptionRemoved");
    assert_eq!(notifier.list().await, []);
}

#[tokio::test]
async fn what_was_not_taken_is_missed() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let order = listener.order(&house);
    house.notifier().open(order).await.unwrap();
    tokio::spawn(house.notifier().run());
    listener.status.store(404, Ordering::SeqCst);
    house.change("x").await;
    assert_eq!(listener.next().await.0, "/changes");
    assert_eq!(listener.event().await, "missed");
    listener.status.store(200, Ordering::SeqCst);
    house.change("y").await;
    assert_eq!(listener.next().await.0, "/changes");
    assert!(listener.is_silent().await);
}

#[tokio::test]
async fn what_is_too_much_for_one_message_is_missed() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    house.notifier().open(listener.order(&house)).await.unwrap();
    for n in 0..101 {
        house.change(&n.to_string()).await;
    }
    tokio::spawn(house.notifier().run());
    let next = timeout(Duration::from_secs(10), listener.arrived.recv());
    let (path, body) = next.await.unwrap().unwrap();
    assert_eq!(path, "/changes");
    assert_eq!(body["value"].as_array().unwrap().len(), 100);
    assert_eq!(listener.event().await, "missed");
}
