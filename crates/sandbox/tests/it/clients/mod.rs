//! The vendors' official clients, unmodified, against the sandbox as `kalends sandbox` starts it: a script for each, which
//! is told where `sandbox.json` is and ends by printing "done". Anybody can run them against a sandbox of their own.

use std::{
    env,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use kalends_sandbox::{Kind, Settings};
use tokio::process::Command;

use crate::fixture;

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a variable says, which `cargo xtask test` sets. Without it says what is not tested, or fails where nothing may be
/// skipped.
fn installed(client: &str, variable: &str) -> Option<PathBuf> {
    let place = env::var_os(variable).filter(|value| !value.is_empty());
    if place.is_none() {
        let missing = format!("{client}: {variable} is not set (cargo xtask clients)");
        assert!(env::var_os("KALENDS_REQUIRE_ALL").is_none(), "{missing}");
        #[expect(clippy::print_stderr, reason = "says what was not tested")]
        {
            eprintln!("SKIPPED: {missing}");
        }
    }
    place.map(PathBuf::from)
}

/// The Python that can import the vendors' clients.
pub fn python(client: &str) -> Option<Command> {
    installed(client, "KALENDS_CLIENTS_PYTHON").map(Command::new)
}

/// Node, to which their packages are known.
fn node(client: &str) -> Option<Command> {
    let place = installed(client, "KALENDS_CLIENTS_NODE")?;
    let mut node = Command::new("node");
    node.env("NODE_PATH", place.join("node_modules"));
    Some(node)
}

/// Runs a script against a sandbox of its own.
async fn run(kind: Kind, command: Option<Command>, script: &str) {
    let Some(mut command) = command else { return };
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        kinds: vec![kind],
        tls: true,
        ..fixture::settings(&folder)
    };
    let sandbox = fixture::start(settings).await;
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients");
    command
        .arg(scripts.join(script))
        .arg(sandbox.file())
        .env("NODE_EXTRA_CA_CERTS", folder.path().join("ca.pem"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .kill_on_drop(true);
    let ran = tokio::time::timeout(PATIENCE, command.output()).await;
    let Output {
        status,
        stdout,
        stderr,
    } = ran.unwrap().unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(status.success(), "{said}\n{complained}");
    assert_eq!(said.trim(), "done", "{complained}");
    sandbox.stop().await;
}

#[tokio::test]
async fn google_api_python_client_works_unmodified() {
    let python = python("google-api-python-client");
    run(Kind::Google, python, "google_api.py").await;
}

#[tokio::test]
async fn each_field_of_google_is_written_and_read() {
    let python = python("google-api-python-client");
    run(Kind::Google, python, "google_fields.py").await;
}

#[tokio::test]
async fn each_resource_of_google_is_written_and_read() {
    let python = python("google-api-python-client");
    run(Kind::Google, python, "google_resources.py").await;
}

#[tokio::test]
async fn google_auth_oauthlib_works_unmodified() {
    let python = python("google-auth-oauthlib");
    run(Kind::Google, python, "google_oauth.py").await;
}

#[tokio::test]
async fn npm_googleapis_works_unmodified() {
    let node = node("npm googleapis");
    run(Kind::Google, node, "google_node.cjs").await;
}

#[tokio::test]
async fn msgraph_sdk_works_unmodified() {
    let python = python("msgraph-sdk");
    run(Kind::Microsoft, python, "graph_sdk.py").await;
}

#[tokio::test]
async fn each_property_of_graph_is_written_and_read() {
    let python = python("msgraph-sdk");
    run(Kind::Microsoft, python, "graph_fields.py").await;
}

#[tokio::test]
async fn npm_microsoft_graph_client_works_unmodified() {
    let node = node("npm @microsoft/microsoft-graph-client");
    run(Kind::Microsoft, node, "graph_node.cjs").await;
}

#[tokio::test]
async fn npm_msal_node_works_unmodified() {
    let node = node("npm @azure/msal-node");
    run(Kind::Microsoft, node, "msal_node.cjs").await;
}
