//! Somebody else who ordered notifications of the Practice calendars, and keeps every byte of them.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Request as Arriving, State},
};
use jiff::ToSpan;
use network::Request;
use serde_json::json;

use crate::{apps::At, practice::Practice};

/// What arrived: from whom, and head and body as text.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<(At, String)>>>);

impl Heard {
    /// How many notifications of changes one provider has sent.
    pub fn count(&self, at: At) -> usize {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(from, _)| *from == at).count()
    }

    /// All of them.
    pub fn texts(&self) -> Vec<String> {
        let all = self.0.lock().unwrap();
        all.iter().map(|(_, text)| text.clone()).collect()
    }
}

/// Orders notifications at Google and Microsoft, which have them, for a listener of our own.
pub async fn listen(practice: &Practice) -> Heard {
    let heard = Heard::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let channel = json!({
        "id": "acceptance", "type": "web_hook", "address": format!("{root}/google"), "token": "acceptance",
    });
    let url = format!("{}/events/watch", At::Google.calendar(practice));
    At::Google
        .write(practice, Request::post(url).json(&channel))
        .await;
    let calendar = practice.stage["demo"]["practice"]["microsoft"]["calendar_id"]
        .as_str()
        .unwrap();
    let subscription = json!({
        "changeType": "created,updated,deleted", "notificationUrl": format!("{root}/microsoft"),
        "resource": format!("me/calendars/{calendar}/events"), "clientState": "acceptance",
        "expirationDateTime": (identity::Clock::now(&identity::SystemClock) + 2.hours()).to_string(),
    });
    let root = practice.stage["microsoft"]["root"].as_str().unwrap();
    let order = Request::post(format!("{root}v1.0/subscriptions")).json(&subscription);
    At::Microsoft.write(practice, order).await;
    heard
}

async fn take(State(heard): State<Heard>, request: Arriving) -> String {
    let (head, body) = request.into_parts();
    if let Some(token) = head
        .uri
        .query()
        .and_then(|q| q.strip_prefix("validationToken="))
    {
        return token.to_owned();
    }
    let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    let at = if head.uri.path() == "/google" {
        At::Google
    } else {
        At::Microsoft
    };
    // The first message of a channel says that it works, and is about no change.
    if head
        .headers
        .get("x-goog-resource-state")
        .is_none_or(|state| state != "sync")
    {
        let text = format!("{:?} {}", head.headers, String::from_utf8_lossy(&body));
        heard.0.lock().unwrap().push((at, text));
    }
    String::new()
}
