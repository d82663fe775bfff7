//! The official Python client, unmodified.

use std::process::Command;

use super::{schema::python, world::World};

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_works_unmodified() {
    let Some(python) = python() else {
        #[expect(clippy::print_stderr, reason = "says what was not tested")]
        {
            eprintln!(
                "SKIPPED: google-api-python-client: KALENDS_CLIENTS_PYTHON is not set (cargo xtask clients)"
            );
        }
        return;
    };
    let world = World::start().await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/google/client.py");
    let root = format!("http://{}/", world.address);
    let token = world.token.clone();
    let run = move || Command::new(python).args([script, &root, &token]).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{complained}");
    assert_eq!(said.trim(), "done");
}
