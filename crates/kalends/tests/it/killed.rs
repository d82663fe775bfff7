//! `kill -9` of the hub while people work.

use std::time::Duration;

use crate::{
    apps::{ALL, When, ahead, all_have},
    practice::Practice,
};

/// Sixty edits spread over the three, with the hub killed twice in their midst: all arrive, once.
pub async fn a_killed_hub_loses_nothing(practice: &Practice) {
    let mut expected: Vec<(String, When)> = Vec::new();
    for n in 0..30 {
        let at = ALL[n % 3];
        let (title, edited) = (format!("Plug {n}"), format!("Plug {n} edited"));
        let when = ahead(
            11 + i64::try_from(n).unwrap() / 8,
            i64::try_from(n).unwrap() % 8 + 8,
        );
        at.create(practice, &title, when).await;
        at.change(practice, &title, &edited, None).await;
        expected.push((edited, when));
        if n == 10 || n == 20 {
            practice.kill_hub().await;
        }
    }
    let ours = |title: &str| title.starts_with("Plug ");
    all_have(
        practice,
        "after kill -9",
        Duration::from_secs(60),
        &expected,
        ours,
    )
    .await;
}
