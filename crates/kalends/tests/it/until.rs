//! Waiting for something, with a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `look` is content; fails with its last complaint when the deadline is over.
pub async fn until(what: &str, deadline: Duration, look: impl AsyncFn() -> Result<(), String>) {
    let end = Instant::now() + deadline;
    while let Err(complaint) = look().await {
        assert!(
            Instant::now() < end,
            "{what}: not within {deadline:?}: {complaint}"
        );
        sleep(LOOK).await;
    }
}
