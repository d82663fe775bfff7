//! Waiting for something, with a deadline.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `look` is content; fails with its last complaint when the deadline is over.
pub async fn until(what: &str, deadline: Duration, look: impl AsyncFn() -> Result<(), String>) {
    if let Err(late) = within(what, deadline, look).await {
        panic!("{late}");
    }
}

/// The same; returns the last complaint.
pub async fn within(
    what: &str,
    deadline: Duration,
    look: impl AsyncFn() -> Result<(), String>,
) -> Result<(), String> {
    let end = Instant::now() + deadline;
    while let Err(complaint) = look().await {
        if Instant::now() >= end {
            return Err(format!("{what}: not within {deadline:?}: {complaint}"));
        }
        sleep(LOOK).await;
    }
    Ok(())
}
