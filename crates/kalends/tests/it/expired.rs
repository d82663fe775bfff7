//! The providers forget every sync token.

use serde_json::json;

use crate::{
    apps::{ALL, HOP, Titles, When, ahead, all_have, titles},
    practice::Practice,
    quiet::{nothing_follows, settled},
};

/// A full reading follows; it deletes nothing and writes nothing but the change that brought it about.
pub async fn expired_tokens_delete_nothing(practice: &Practice) {
    settled(practice).await;
    let before = everything(practice).await;
    let writes = practice.writes().await;
    practice.control("expire_sync_tokens", &json!({})).await;
    // One change each, so that every calendar is asked for changes with a token that is gone.
    let mut expected: Vec<(String, When)> = Vec::new();
    for at in ALL {
        let title = format!("Expired at {at:?}");
        at.create(practice, &title, ahead(10, 9)).await;
        expected.push((title, ahead(10, 9)));
    }
    let ours = |title: &str| title.starts_with("Expired ");
    all_have(practice, "with expired tokens", HOP, &expected, ours).await;
    nothing_follows(practice).await;
    let mut after = everything(practice).await;
    for titles in &mut after {
        titles.retain(|title, _| !ours(title));
    }
    assert_eq!(after, before, "events that were there before");
    let expected = writes.map(|writes| writes + 3);
    assert_eq!(
        practice.writes().await,
        expected,
        "writes at Google, Microsoft, CalDAV"
    );
}

async fn everything(practice: &Practice) -> Vec<Titles> {
    let mut all = Vec::new();
    for at in ALL {
        let mut titles = titles(practice, at, |_| true).await;
        titles.values_mut().for_each(|starts| starts.sort());
        all.push(titles);
    }
    all
}
