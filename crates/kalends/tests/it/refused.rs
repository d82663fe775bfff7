//! Providers that have had enough, or are not there for a moment.

use std::time::Duration;

use serde_json::json;

use crate::{
    apps::{ALL, When, ahead, all_have},
    practice::Practice,
};

/// How long changes may take while the providers refuse.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request in so many is refused. A prime that is no number of requests that one attempt takes: a fault that comes
/// round with the attempts would meet the same request each time, which no real provider does.
const ONE_IN: u64 = 7;

/// With requests answered 429, then 503, changes still arrive everywhere, each once.
pub async fn refusals_lose_nothing(practice: &Practice) {
    for fault in ["throttle_every", "unavailable_every"] {
        let mut plan = json!({ "retry_after": 1 });
        plan[fault] = json!(ONE_IN);
        practice.faults(plan).await;
        let mut expected: Vec<(String, When)> = Vec::new();
        for (n, at) in (0..).zip(ALL) {
            let (title, edited) = (
                format!("Busy {fault} {n}"),
                format!("Busy {fault} {n} edited"),
            );
            at.create(practice, &title, ahead(14, 6 + n)).await;
            at.change(practice, &title, &edited, None).await;
            expected.push((edited, ahead(14, 6 + n)));
        }
        let ours = |title: &str| title.starts_with(&format!("Busy {fault}"));
        all_have(practice, fault, PATIENCE, &expected, ours).await;
        practice.no_faults().await;
        let state = practice.state().await;
        let refused = ALL.map(|at| state[at.name()]["refused"].as_u64());
        assert!(refused.iter().all(|n| *n > Some(0)), "{refused:?}");
        all_have(practice, "without refusals", PATIENCE, &expected, ours).await;
    }
}
