//! Every second reply is lost after the work was done.

use std::time::Duration;

use serde_json::json;

use crate::{
    apps::{ALL, At, HOP, When, ahead, all_have, titles},
    practice::Practice,
    quiet::settled,
    until::until,
};

/// How many replies each provider loses before it stops.
const LOSSES: u64 = 60;
/// How long it may take until all is well again.
const RECOVERY: Duration = Duration::from_secs(60);

/// Creates, edits and deletes. Nothing is doubled while replies get lost, and when they come again all is as it was made.
pub async fn lost_replies_double_nothing(practice: &Practice) {
    let ours = |title: &str| title.starts_with("Lossy ");
    let title = |n: usize| format!("Lossy {n}");
    let mut expected: Vec<(String, When)> = Vec::new();
    for n in 0..12 {
        let when = ahead(9, n);
        let n = usize::try_from(n).unwrap();
        ALL[n % 3].create(practice, &title(n), when).await;
        expected.push((title(n), when));
    }
    all_have(practice, "before any loss", HOP * 2, &expected, ours).await;
    practice.faults(json!({ "lose_reply_every": 2 })).await;
    // At the copies: their providers lose these replies, and those to what the hub then does at the others.
    for (n, event) in expected.iter_mut().enumerate().take(8) {
        let copy = ALL[(n + 1) % 3];
        let edited = format!("Lossy {n} edited");
        let when = ahead(12, i64::try_from(n).unwrap());
        let change = async || copy.change(practice, &title(n), &edited, Some(when)).await;
        surely(practice, copy, (&edited, true), change).await;
        *event = (edited, when);
    }
    for (n, (gone, _)) in expected.drain(8..).collect::<Vec<_>>().iter().enumerate() {
        let delete = async || ALL[n % 3].delete(practice, gone).await;
        surely(practice, ALL[n % 3], (gone, false), delete).await;
    }
    for n in 20..26 {
        let when = ahead(13, i64::try_from(n % 20).unwrap());
        let create = async || ALL[n % 3].create(practice, &title(n), when).await;
        surely(practice, ALL[n % 3], (&title(n), true), create).await;
        expected.push((title(n), when));
    }
    // The hub's retries go wrong here, if anywhere.
    until("enough losses", RECOVERY, async || {
        for at in ALL {
            let found = titles(practice, at, ours).await;
            let twice = found.iter().find(|(_, starts)| starts.len() > 1);
            assert_eq!(twice, None, "{at:?}: doubled");
        }
        let state = practice.state().await;
        let lost = ALL.map(|at| state[at.name()]["lost"].as_u64().unwrap());
        let enough = lost.iter().all(|lost| *lost >= LOSSES);
        enough.then_some(()).ok_or_else(|| format!("{lost:?}"))
    })
    .await;
    practice.no_faults().await;
    all_have(practice, "with replies again", RECOVERY, &expected, ours).await;
    settled(practice).await;
    all_have(practice, "when all is still", RECOVERY, &expected, ours).await;
    let state = practice.state().await;
    assert!(
        ALL.iter().all(|at| state[at.name()]["mails"] == 0),
        "{state}"
    );
}

/// Writes as a person does whose app was not answered: looks, and writes again what is not there. The reply that was lost may
/// have been a refusal.
async fn surely(practice: &Practice, at: At, (title, there): (&str, bool), write: impl AsyncFn()) {
    for _ in 0..8 {
        write().await;
        let found = titles(practice, at, |found| found == title).await;
        if found.is_empty() != there {
            return;
        }
        println!(
            "{at:?}: {title} is written again, for what was answered with a lost reply did nothing"
        );
    }
    panic!("{at:?}: {title} cannot be written");
}
