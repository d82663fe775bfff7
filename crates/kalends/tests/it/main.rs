//! The acceptance test of the program: the demo's practice, run as it ships, changed only through the providers' own APIs.
#![expect(
    clippy::unwrap_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::needless_for_each,
    clippy::print_stdout,
    reason = "tests"
)]

mod apart;
mod apps;
mod demo;
mod doctor;
mod expired;
mod full;
mod hops;
mod ics;
mod interop;
mod killed;
mod listener;
mod listing;
mod lost;
mod mounted;
mod pairs;
mod practice;
mod private;
mod process;
mod push;
mod quiet;
mod refusals;
mod refused;
mod restored;
mod series;
mod sign_in;
mod torture;
mod until;

use practice::Practice;

/// One practice for all stages: each starts from what the one before left, as in life.
#[tokio::test(flavor = "multi_thread")]
async fn three_calendars_stay_the_same() {
    let practice = Practice::start_in(
        tempfile::TempDir::new().unwrap(),
        &[("KALENDS_LOG", private::LOG)],
    )
    .await;
    let heard = listener::listen(&practice).await;
    private::plant(&practice).await;
    hops::every_change_reaches_both_others(&practice).await;
    hops::an_edit_of_a_copy_comes_back(&practice).await;
    series::a_series_with_exceptions_goes_every_way(&practice).await;
    quiet::one_change_is_one_write_each(&practice).await;
    quiet::a_quiet_minute(&practice).await;
    private::is_nowhere(&practice, &heard).await;
    practice.stop().await;
}

/// Series between every two providers, what one of them cannot have, and calendars that are written through others' APIs.
#[tokio::test(flavor = "multi_thread")]
async fn series_are_the_same_everywhere() {
    let practice = Practice::start().await;
    pairs::what_graph_cannot_have_is_single_events(&practice).await;
    pairs::an_extra_date_stands_beside_its_series(&practice).await;
    pairs::every_pair_agrees(&practice).await;
    mounted::mirrored::reach_their_providers(&practice).await;
    practice.stop().await;
}

/// What goes wrong out there, one thing after the other, at a practice that goes on working.
#[tokio::test(flavor = "multi_thread")]
async fn bad_days_lose_and_double_nothing() {
    let practice = Practice::start().await;
    let heard = listener::listen(&practice).await;
    push::polling_does_without_push(&practice, &heard).await;
    lost::lost_replies_double_nothing(&practice).await;
    expired::expired_tokens_delete_nothing(&practice).await;
    refused::refusals_lose_nothing(&practice).await;
    killed::a_killed_hub_loses_nothing(&practice).await;
    practice.stop().await;
}
