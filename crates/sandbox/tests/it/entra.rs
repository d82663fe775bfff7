//! Microsoft's own library for signing in, unmodified, against the stand-in for Entra ID (`entra.py`). It speaks TLS only.

use std::process::Stdio;

use kalends_sandbox::{Kind, Settings, robot};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::{clients, fixture};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/entra.py");

#[tokio::test]
async fn msal_works_unmodified() {
    let Some(mut python) = clients::python("msal") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        kinds: vec![Kind::Microsoft],
        tls: true,
        ..fixture::settings(&folder)
    };
    let sandbox = fixture::start(settings).await;
    let (twin, oauth) = (&sandbox.twins()[0], sandbox.clients());
    let (ada, ben) = (&twin.people[0], &twin.people[1]);
    let mut running = python
        .args([SCRIPT, &twin.tls_app.as_ref().unwrap().public_url])
        .arg(folder.path().join("ca.pem"))
        .args([&oauth.client_id, &oauth.client_secret])
        .args(["http://127.0.0.1:8420/oauth/callback", &ben.refresh_token])
        // These would count for more than the authority that the script names.
        .env_remove("REQUESTS_CA_BUNDLE")
        .env_remove("CURL_CA_BUNDLE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut answers = running.stdin.take().unwrap();
    let mut said = BufReader::new(running.stdout.take().unwrap()).lines();
    let mut last = String::new();
    while let Some(line) = said.next_line().await.unwrap() {
        if line.starts_with("https://") {
            let network = sandbox.network();
            let location = robot::consent(network, &line, &ada.email, &ada.password).await;
            let location = format!("{}\n", location.unwrap());
            answers.write_all(location.as_bytes()).await.unwrap();
        }
        last = line;
    }
    let mut complained = String::new();
    let mut errors = running.stderr.take().unwrap();
    errors.read_to_string(&mut complained).await.unwrap();
    assert!(running.wait().await.unwrap().success(), "{complained}");
    assert_eq!(last, "done", "{complained}");
    sandbox.stop().await;
}
