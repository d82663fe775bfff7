//! Notifications, and life without them.

use std::time::Duration;

use serde_json::json;

use crate::{
    apps::{ALL, At, HOP, When, ahead, all_have},
    listener::Heard,
    practice::Practice,
    quiet::settled,
};

/// How often the demo looks, whoever should notify it.
const POLL: Duration = Duration::from_secs(5);

/// With push switched off nobody is notified, and changes arrive within the polling interval; then it works again.
pub async fn polling_does_without_push(practice: &Practice, heard: &Heard) {
    // What is on its way has arrived.
    settled(practice).await;
    practice.faults(json!({ "no_push": true })).await;
    let before = [At::Google, At::Microsoft].map(|at| heard.count(at));
    let mut expected: Vec<(String, When)> = Vec::new();
    for at in ALL {
        let title = format!("Pushless at {at:?}");
        at.create(practice, &title, ahead(7, 9)).await;
        expected.push((title, ahead(7, 9)));
    }
    let ours = |title: &str| title.starts_with("Pushless ");
    all_have(practice, "without push", POLL + HOP, &expected, ours).await;
    let after = [At::Google, At::Microsoft].map(|at| heard.count(at));
    assert_eq!(after, before, "notifications although push is off");
    practice.no_faults().await;
}
