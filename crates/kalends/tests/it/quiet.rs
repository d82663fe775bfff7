//! After a change there is silence.

use std::time::Duration;

use crate::{
    apps::{ALL, HOP, ahead, all_have},
    practice::{Practice, quiet_interval, until},
};

/// Nothing is written without a cause; a new event costs one write at each provider, and no echo.
pub async fn one_change_is_one_write_each(practice: &Practice) {
    settled(practice).await;
    let before = practice.writes().await;
    quiet_interval().await;
    assert_eq!(
        practice.writes().await,
        before,
        "writes without a cause: Google, Microsoft, CalDAV"
    );
    for at in ALL {
        let before = practice.writes().await;
        let title = format!("Quiet at {at:?}");
        at.create(practice, &title, ahead(8, 9)).await;
        all_have(
            practice,
            &title,
            HOP,
            &[(title.clone(), ahead(8, 9))],
            |found| found == title,
        )
        .await;
        quiet_interval().await;
        let expected = before.map(|writes| writes + 1);
        assert_eq!(
            practice.writes().await,
            expected,
            "{title}: writes at Google, Microsoft, CalDAV"
        );
    }
}

/// Waits until a second has passed without a write.
pub async fn settled(practice: &Practice) {
    until("silence", Duration::from_secs(30), async || {
        let before = practice.writes().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let after = practice.writes().await;
        if before == after {
            Ok(())
        } else {
            Err(format!("writes went from {before:?} to {after:?}"))
        }
    })
    .await;
}
