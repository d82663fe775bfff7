//! Create, retitle, move, delete at each provider; and edits of copies.

use crate::{
    apps::{ALL, At, HOP, When, ahead, all_have, day},
    practice::Practice,
};

/// Emoji outside the basic plane, and right-to-left letters.
const TITLE: &str = "Hop 🦷 موعد";
const RETITLED: &str = "Hop ✅ שלום 👩🏽‍⚕️";

/// A change made at any provider is soon so at both others.
pub async fn every_change_reaches_both_others(practice: &Practice) {
    for (n, at) in (4..).zip(ALL) {
        life(practice, at, ahead(n, 9), ahead(n, 15)).await;
        life(practice, at, When::Day(day(n)), When::Day(day(n + 3))).await;
    }
}

async fn life(practice: &Practice, at: At, first: When, then: When) {
    let title = format!("{TITLE} {at:?}");
    let renamed = format!("{RETITLED} {at:?}");
    at.create(practice, &title, first).await;
    everywhere(
        practice,
        &format!("created at {at:?}"),
        &[(title.clone(), first)],
    )
    .await;
    at.change(practice, &title, &renamed, None).await;
    everywhere(
        practice,
        &format!("retitled at {at:?}"),
        &[(renamed.clone(), first)],
    )
    .await;
    at.change(practice, &renamed, &renamed, Some(then)).await;
    everywhere(
        practice,
        &format!("moved at {at:?}"),
        &[(renamed.clone(), then)],
    )
    .await;
    at.delete(practice, &renamed).await;
    everywhere(practice, &format!("deleted at {at:?}"), &[]).await;
}

/// What an app does to a copy, the original has too.
pub async fn an_edit_of_a_copy_comes_back(practice: &Practice) {
    for (n, origin) in (4..).zip(ALL) {
        for copy in origin.others() {
            visit(practice, origin, copy, ahead(n, 10), ahead(n, 12)).await;
            visit(
                practice,
                origin,
                copy,
                When::Day(day(n)),
                When::Day(day(n + 2)),
            )
            .await;
        }
    }
}

async fn visit(practice: &Practice, origin: At, copy: At, first: When, then: When) {
    let title = format!("Hop from {origin:?}");
    let edited = format!("Hop from {origin:?}, edited at {copy:?}");
    origin.create(practice, &title, first).await;
    everywhere(practice, &title, &[(title.clone(), first)]).await;
    copy.change(practice, &title, &edited, Some(then)).await;
    everywhere(practice, &edited, &[(edited.clone(), then)]).await;
    copy.delete(practice, &edited).await;
    everywhere(practice, &format!("{edited}, deleted there"), &[]).await;
}

async fn everywhere(practice: &Practice, what: &str, expected: &[(String, When)]) {
    all_have(practice, what, HOP, expected, |title| {
        title.starts_with("Hop ")
    })
    .await;
}
