//! The fault layer and the control port.

use kalends_sandbox::{Kind, Plan};
use network::Request;
use serde_json::{Value, json};

use crate::fixture;

#[tokio::test]
async fn a_lost_reply_leaves_the_client_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Google).await;
    let twin = &sandbox.twins()[0];
    let url = format!("{}calendar/v3/nothing", twin.app.public_url);
    assert_eq!(
        sandbox
            .network()
            .send(Request::get(&url))
            .await
            .unwrap()
            .status,
        404
    );
    twin.faults.set(Plan {
        lose_reply_every: 1,
        ..Plan::default()
    });
    let error = sandbox
        .network()
        .send(Request::get(&url))
        .await
        .unwrap_err();
    assert!(matches!(error, network::Error::Unknown { .. }), "{error:?}");
    assert_eq!(twin.faults.requests(), 2);
    sandbox.stop().await;
}

/// The work of a write is done, its reply never comes; whoever reads afterwards sees it.
#[tokio::test]
async fn replies_to_writes_can_be_lost_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Google).await;
    let twin = &sandbox.twins()[0];
    twin.faults.set(Plan {
        lose_write_reply_every: 1,
        ..Plan::default()
    });
    let token = &twin.people[0].token;
    let url = format!(
        "{}calendar/v3/calendars/primary/events",
        twin.app.public_url
    );
    let event = json!({
        "summary": "Done all the same",
        "start": {"date": "2026-11-28"}, "end": {"date": "2026-11-29"},
    });
    let write = Request::post(&url).bearer(token).json(&event);
    let error = sandbox.network().send(write).await.unwrap_err();
    assert!(matches!(error, network::Error::Unknown { .. }), "{error:?}");
    let read = Request::get(&url).bearer(token);
    let list: Value = sandbox.network().send(read).await.unwrap().json().unwrap();
    assert_eq!(list["items"][0]["summary"], "Done all the same");
    assert_eq!(twin.faults.writes(), 1);
    sandbox.stop().await;
}

/// One write never arrives, one arrives when nobody thinks of it any more, and one is of somebody who is spared.
#[tokio::test]
async fn requests_get_lost_or_come_late() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::alone(&folder, Kind::Google).await;
    let twin = &sandbox.twins()[0];
    let token = &twin.people[0].token;
    let url = format!(
        "{}calendar/v3/calendars/primary/events",
        twin.app.public_url
    );
    let write = |title: &str| {
        let event = json!({
            "summary": title, "start": {"date": "2026-11-28"}, "end": {"date": "2026-11-29"},
        });
        Request::post(&url).bearer(token).json(&event)
    };
    let titles = async || -> Vec<String> {
        let read = Request::get(&url)
            .bearer(token)
            .header(kalends_sandbox::SPARED, "yes");
        let list: Value = sandbox.network().send(read).await.unwrap().json().unwrap();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|i| i["summary"].as_str().unwrap().to_owned())
            .collect()
    };
    let sent = async |request: Request| sandbox.network().send(request).await;
    twin.faults.set(Plan {
        lose_request_every: 1,
        ..Plan::default()
    });
    let error = sent(write("Lost")).await.unwrap_err();
    assert!(matches!(error, network::Error::Unknown { .. }), "{error:?}");
    let spared = write("Spared").header(kalends_sandbox::SPARED, "yes");
    assert!(sent(spared).await.unwrap().is_success());
    assert_eq!(
        (twin.faults.requests(), twin.faults.writes()),
        (1, 0),
        "what is lost was no write, who is spared is not counted"
    );
    twin.faults.set(Plan {
        late_write_every: 1,
        late_ms: 200,
        ..Plan::default()
    });
    let error = sent(write("Late")).await.unwrap_err();
    assert!(matches!(error, network::Error::Unknown { .. }), "{error:?}");
    assert_eq!(titles().await, ["Spared"], "not yet");
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while titles().await.len() < 2 {
        assert!(std::time::Instant::now() < end, "it never arrives");
        tokio::task::yield_now().await;
    }
    let mut titles = titles().await;
    titles.sort();
    assert_eq!(titles, ["Late", "Spared"]);
    sandbox.stop().await;
}

#[tokio::test]
async fn faults_are_set_and_counted_through_the_control_port() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::start(fixture::settings(&folder)).await;
    let control = sandbox.control().to_owned();
    let post = async |path: &str, body: Value| {
        sandbox
            .network()
            .send(Request::post(format!("{control}{path}")).json(&body))
            .await
            .unwrap()
    };
    let set = post(
        "faults",
        json!({"provider": "google", "throttle_every": 1, "retry_after": 7}),
    )
    .await;
    assert_eq!(set.status, 200);
    let twins = sandbox.twins();
    let url = |twin: usize, path: &str| format!("{}{path}", twins[twin].app.public_url);
    let throttled = sandbox
        .network()
        .send(Request::get(url(0, "calendar/v3/x")))
        .await
        .unwrap();
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (429, Some("7"))
    );
    let other = sandbox
        .network()
        .send(Request::get(url(1, "v1.0/x")))
        .await
        .unwrap();
    assert_eq!(other.status, 401, "the others go on: they ask who it is");
    let sign_in = sandbox
        .network()
        .send(Request::get(url(0, ".well-known/openid-configuration")))
        .await
        .unwrap();
    assert_eq!(sign_in.status, 200, "sign-in is spared");
    let state: Value = sandbox
        .network()
        .send(Request::get(format!("{control}state")))
        .await
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(state["google"]["requests"], 1);
    assert_eq!(state["google"]["refused"], 1);
    assert_eq!(state["microsoft"]["refused"], 0);
    assert_eq!(state["google"]["faults"]["retry_after"], 7);
    assert_eq!(state["caldav"]["mails"], 0);
    assert_eq!(
        post("faults", json!({"provider": "yahoo"})).await.status,
        400
    );
    assert_eq!(
        post("faults", json!({"delay": 1})).await.status,
        400,
        "a field that there is not"
    );
    assert_eq!(
        post("expire_sync_tokens", json!({"provider": "google"}))
            .await
            .status,
        200
    );
    assert!(!twins[0].app.accepts_position(0));
    assert!(twins[1].app.accepts_position(0));
    sandbox.stop().await;
}
