//! Starting, describing, restarting.

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use identity::{SystemClock, SystemIds};
use kalends_sandbox::{Sandbox, Settings};
use network::Request;
use serde_json::{Value, json};

use crate::fixture;

#[tokio::test]
async fn sandbox_json_has_the_promised_shape() {
    let folder = tempfile::tempdir().unwrap();
    let mut sandbox = fixture::start(Settings {
        tls: true,
        ..fixture::settings(&folder)
    })
    .await;
    sandbox
        .describe_demo(json!({"hub": {"root": "http://127.0.0.1:8420/", "token": "t"}}))
        .unwrap();
    let file = folder.path().join("sandbox.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let all: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for twin in ["google", "microsoft"] {
        assert!(
            all[twin]["root"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:")
        );
        assert!(
            all[twin]["tls_root"]
                .as_str()
                .unwrap()
                .starts_with("https://localhost:")
        );
        let users = all[twin]["users"].as_array().unwrap();
        assert_eq!(users.len(), 2);
        for field in ["email", "password", "token", "refresh_token"] {
            assert!(users[0][field].is_string(), "{twin} {field}");
        }
    }
    let dav = &all["caldav"]["users"][1];
    assert!(dav["email"].is_string() && dav["username"].is_string() && dav["password"].is_string());
    for field in [
        "client_id",
        "client_secret",
        "redirect_uri",
        "public_client_id",
    ] {
        assert!(all["oauth"][field].is_string(), "{field}");
    }
    assert!(
        std::fs::read(all["ca"].as_str().unwrap())
            .unwrap()
            .starts_with(b"-----BEGIN CERTIFICATE")
    );
    assert!(
        all["control"]["expire_sync_tokens"]
            .as_str()
            .unwrap()
            .starts_with("POST http://127.0.0.1:")
    );
    assert_eq!(all["hub"]["token"], "t");
    sandbox.stop().await;
}

#[tokio::test]
async fn tls_is_trusted_by_those_who_trust_the_authority_and_answers_with_https_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::start(Settings {
        tls: true,
        ..fixture::settings(&folder)
    })
    .await;
    let root = sandbox.description()["microsoft"]["tls_root"]
        .as_str()
        .unwrap()
        .to_owned();
    let url = format!("{root}common/v2.0/.well-known/openid-configuration");
    let answer: Value = sandbox
        .network()
        .send(Request::get(&url))
        .await
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(
        answer["token_endpoint"],
        format!("{root}common/oauth2/v2.0/token")
    );
    let stranger = network::Network::new(network::Settings {
        reach: network::Reach::AlsoLoopback,
        ..network::Settings::default()
    })
    .unwrap();
    assert!(matches!(
        stranger.send(Request::get(&url)).await,
        Err(network::Error::NotSent { .. })
    ));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_people_clients_and_authority() {
    let folder = tempfile::tempdir().unwrap();
    let first = fixture::start(Settings {
        tls: true,
        ..fixture::settings(&folder)
    })
    .await;
    let before = first.description();
    first.stop().await;
    let ca = std::fs::read(folder.path().join("ca.pem")).unwrap();
    let second = fixture::start(Settings {
        tls: true,
        ..fixture::settings(&folder)
    })
    .await;
    let after = second.description();
    for twin in ["google", "microsoft", "caldav"] {
        assert_eq!(before[twin]["users"], after[twin]["users"]);
    }
    assert_eq!(before["oauth"], after["oauth"]);
    assert_eq!(ca, std::fs::read(folder.path().join("ca.pem")).unwrap());
    for twin in second.twins() {
        for person in &twin.people {
            let actor = twin
                .app
                .identity
                .authenticate_bearer(&person.token)
                .await
                .unwrap()
                .unwrap();
            let calendars = twin.app.hub.calendars(&actor).await.unwrap();
            assert_eq!(
                calendars.len(),
                1,
                "each sees their own calendar and no other"
            );
        }
    }
    second.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let settings = Settings {
        port,
        ..fixture::settings(&folder)
    };
    let error = Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .err()
        .unwrap();
    assert!(
        error.to_string().contains(&format!("port {port} ")),
        "{error}"
    );
}

#[tokio::test]
async fn people_whose_file_is_lost_get_new_secrets_and_keep_their_calendars() {
    let folder = tempfile::tempdir().unwrap();
    let first = fixture::alone(&folder, kalends_sandbox::Kind::Caldav).await;
    let before = first.twins()[0].people[0].clone();
    first.stop().await;
    std::fs::remove_file(folder.path().join("people-caldav.json")).unwrap();
    let second = fixture::alone(&folder, kalends_sandbox::Kind::Caldav).await;
    let twin = &second.twins()[0];
    let after = &twin.people[0];
    assert_ne!(before.password, after.password);
    let identity = &twin.app.identity;
    let (actor, _) = identity
        .authenticate_basic(&after.email, &after.password)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(twin.app.hub.calendars(&actor).await.unwrap().len(), 1);
    second.stop().await;
}
