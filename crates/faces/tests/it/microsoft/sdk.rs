//! The official SDK, unmodified, against the face (`sdk.py`).

use super::Mailbox;
use crate::official;

#[tokio::test]
async fn microsofts_own_sdk_works_unmodified() {
    let mailbox = Mailbox::open().await;
    let root = mailbox.world.url("/v1.0");
    official::run("msgraph-sdk", "microsoft/sdk.py", &[&root, &mailbox.token]).await;
}
