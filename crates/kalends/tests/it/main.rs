//! The acceptance test of the program: the demo's practice, run as it ships, changed only through the providers' own APIs.
#![expect(
    clippy::unwrap_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::needless_for_each,
    reason = "tests"
)]

mod apps;
mod expired;
mod hops;
mod ics;
mod killed;
mod lost;
mod practice;
mod private;
mod quiet;
mod series;

use practice::Practice;

/// One practice for all stages: each starts from what the one before left, as in life.
#[tokio::test(flavor = "multi_thread")]
async fn three_calendars_stay_the_same() {
    let practice = Practice::start().await;
    let secret = private::plant(&practice).await;
    hops::every_change_reaches_both_others(&practice).await;
    hops::an_edit_of_a_copy_comes_back(&practice).await;
    series::exceptions_arrive(&practice).await;
    quiet::one_change_is_one_write_each(&practice).await;
    lost::lost_replies_double_nothing(&practice).await;
    expired::expired_tokens_delete_nothing(&practice).await;
    killed::a_killed_hub_loses_nothing(&practice).await;
    private::is_nowhere(&practice, &secret).await;
    practice.stop().await;
}
