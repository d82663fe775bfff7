//! The official SDK, unmodified, against the face (`sdk.py`). `cargo xtask clients` installs it.

use tokio::process::Command;

use super::Mailbox;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/microsoft/sdk.py");

#[tokio::test]
async fn microsofts_own_sdk_works_unmodified() {
    let Ok(python) = std::env::var("KALENDS_CLIENTS_PYTHON") else {
        eprintln!(
            "SKIPPED: KALENDS_CLIENTS_PYTHON is not set; `cargo xtask clients` installs msgraph-sdk"
        );
        return;
    };
    let mailbox = Mailbox::open().await;
    let root = mailbox.world.url("/v1.0");
    let run = Command::new(python)
        .args([SCRIPT, &root, &mailbox.token])
        .output()
        .await
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(
        run.status.success() && out.contains("all went well"),
        "{out}\n{err}"
    );
}
