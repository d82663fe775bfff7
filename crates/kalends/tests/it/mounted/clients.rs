//! The vendors' official clients, unmodified, against the hub: pointed at it as README.md says.

use std::{env, process::Stdio, time::Duration};

use network::Request;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::Command,
    time::timeout,
};

use super::{Hub, Program, REDIRECT};
use crate::process::free_ports;

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The Python that can import the clients. Without it says what is not tested, or fails where nothing may be skipped.
fn python(client: &str) -> Option<Command> {
    let place = env::var_os("KALENDS_CLIENTS_PYTHON").filter(|value| !value.is_empty());
    if place.is_none() {
        let missing = format!("{client}: KALENDS_CLIENTS_PYTHON is not set (cargo xtask clients)");
        assert!(env::var_os("KALENDS_REQUIRE_ALL").is_none(), "{missing}");
        println!("SKIPPED: {missing}");
    }
    place.map(Command::new)
}

/// Runs a script, and consents at whatever address it prints: `answer` says where the browser is sent from there.
async fn run(
    mut python: Command,
    script: &str,
    arguments: &[&str],
    answer: impl AsyncFn(&str) -> String,
) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mounted/clients");
    let mut running = python
        .arg(format!("{folder}/{script}"))
        .args(arguments)
        // These would count for more than the authority that a script names.
        .env_remove("REQUESTS_CA_BUNDLE")
        .env_remove("CURL_CA_BUNDLE")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut answers = running.stdin.take().unwrap();
    let mut said = BufReader::new(running.stdout.take().unwrap()).lines();
    let last = timeout(PATIENCE, async {
        let mut last = String::new();
        while let Some(line) = said.next_line().await.unwrap() {
            if line.starts_with("http") {
                let line = format!("{}\n", answer(&line).await);
                answers.write_all(line.as_bytes()).await.unwrap();
            }
            last = line;
        }
        last
    });
    let last = last.await.unwrap();
    let mut complained = String::new();
    let mut errors = running.stderr.take().unwrap();
    errors.read_to_string(&mut complained).await.unwrap();
    assert!(running.wait().await.unwrap().success(), "{complained}");
    assert_eq!(last, "done", "{complained}");
}

async fn registered(hub: &Hub) -> Program {
    hub.calendar("Practice").await;
    Program::register(hub, json!({"name": "CRM", "redirectUris": [REDIRECT]})).await
}

#[tokio::test]
async fn googles_clients_work_with_their_api_endpoint_set() {
    let Some(python) = python("google-api-python-client, google-auth-oauthlib") else {
        return;
    };
    let hub = Hub::start("").await;
    let program = registered(&hub).await;
    let arguments = [hub.root.as_str(), &program.id, &program.secret, REDIRECT];
    let consent = async |url: &str| Program::consent(&hub, url).await;
    run(python, "google_api.py", &arguments, consent).await;
    hub.stop().await;
}

/// MSAL speaks TLS only: the script is the proxy that stands before a hub.
#[tokio::test]
async fn microsofts_clients_work_with_their_base_url_set() {
    let Some(python) = python("msal, msgraph-sdk") else {
        return;
    };
    let port = free_ports().to_string();
    let public = format!("https://localhost:{port}/");
    let hub = Hub::behind(&public).await;
    let program = registered(&hub).await;
    let hub_port = hub.root.rsplit(':').next().unwrap().trim_end_matches('/');
    let arguments = [
        port.as_str(),
        hub_port,
        &program.id,
        &program.secret,
        REDIRECT,
    ];
    let consent = async |url: &str| {
        let here = url.replace(&public, &hub.root);
        assert_ne!(here, url, "it leads to the public address");
        Program::consent(&hub, &here).await
    };
    run(python, "microsoft_graph.py", &arguments, consent).await;
    hub.stop().await;
}

#[tokio::test]
async fn the_caldav_library_finds_its_way() {
    let Some(python) = python("caldav") else {
        return;
    };
    let hub = Hub::start("").await;
    hub.calendar("Practice").await;
    let request = hub.rest(Request::post, "app-passwords");
    let made = hub.ok(request.json(&json!({"name": "laptop"}))).await;
    let text = |key: &str| made[key].as_str().unwrap();
    let arguments = [hub.root.as_str(), text("username"), text("password")];
    run(python, "device.py", &arguments, async |_: &str| {
        String::new()
    })
    .await;
    hub.stop().await;
}
