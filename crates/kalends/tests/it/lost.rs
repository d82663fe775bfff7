//! Every second reply is lost after the work was done.

use std::time::Duration;

use serde_json::json;

use crate::{
    apps::{ALL, When, ahead, all_have},
    practice::Practice,
    quiet::settled,
};

/// Nothing is doubled, nothing lost: neither while replies get lost nor afterwards.
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
    let deadline = Duration::from_secs(60);
    all_have(practice, "with lost replies", deadline, &expected, ours).await;
    practice.no_faults().await;
    settled(practice).await;
    all_have(practice, "with replies again", deadline, &expected, ours).await;
}
