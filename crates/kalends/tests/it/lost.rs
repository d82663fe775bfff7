//! Every second reply is lost after the work was done.

use std::time::Duration;

use serde_json::json;

use crate::{
    apps::{ALL, When, ahead, all_have, titles},
    practice::{Practice, quiet_interval},
    quiet::settled,
};

/// Nothing is doubled while replies get lost, and when they come again nothing is lost or doubled.
pub async fn lost_replies_double_nothing(practice: &Practice) {
    practice.faults(json!({ "lose_reply_every": 2 })).await;
    let mut expected: Vec<(String, When)> = Vec::new();
    for n in 0..12 {
        let (title, when) = (format!("Lossy {n}"), ahead(9, n));
        let turn = usize::try_from(n).unwrap();
        ALL[turn % 3].create(practice, &title, when).await;
        expected.push((title, when));
    }
    let ours = |title: &str| title.starts_with("Lossy ");
    // The hub's retries go wrong here, if anywhere.
    quiet_interval().await;
    for at in ALL {
        for (title, starts) in titles(practice, at, ours).await {
            assert_eq!(starts.len(), 1, "{at:?}: {title} is doubled");
        }
    }
    practice.no_faults().await;
    let deadline = Duration::from_secs(60);
    all_have(practice, "with replies again", deadline, &expected, ours).await;
    settled(practice).await;
    all_have(practice, "when all is still", deadline, &expected, ours).await;
}
