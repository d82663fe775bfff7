//! Both sides edited before either heard of the other.

use network::Request;
use serde_json::json;

use super::{
    Checked,
    pair::{HOP, Pair},
};
use crate::until::within;

/// So often the two edits are tried: whether the hub hears of one before the other is chance.
const TRIES: u32 = 20;

/// A title there, a place here: both stand on both sides.
pub async fn different(pair: &Pair) -> Checked {
    let when = json!({"start": "2027-06-01T09:00:00"});
    pair.here().make("Review", when).await?;
    pair.until_there("Review", |_| true).await?;
    pair.edit_there("Review", |text| {
        text.replace("SUMMARY:Review", "SUMMARY:Yearly review")
    })
    .await?;
    let place = json!({"locations": {"1": {"@type": "Location", "name": "Attic"}}});
    // The hub may have heard of the title already; then the event has another name.
    if pair.here().edit("Review", place.clone()).await.is_err() {
        pair.here().edit("Yearly review", place).await?;
    }
    pair.until_here("Yearly review", |event| {
        event["locations"].to_string().contains("Attic")
    })
    .await?;
    pair.until_there("Yearly review", |object| {
        object.text.contains("LOCATION:Attic")
    })
    .await
}

/// Two titles: one stands on both sides, and the other is kept.
pub async fn clash(pair: &Pair) -> Checked {
    let before = conflicts(pair).await;
    for n in 0..TRIES {
        let title = format!("Clash {n}");
        let when = json!({"start": "2027-06-02T09:00:00"});
        pair.here().make(&title, when).await?;
        pair.until_there(&title, |_| true).await?;
        pair.edit_there(&title, |text| {
            text.replace(
                &format!("SUMMARY:{title}"),
                &format!("SUMMARY:{title} there"),
            )
        })
        .await?;
        let edited = json!({"title": format!("{title} here")});
        let raced = pair.here().edit(&title, edited).await.is_ok();
        if !raced {
            // It was heard of already, and was no clash.
            pair.until_here(&format!("{title} there"), |_| true).await?;
            continue;
        }
        within(&title, HOP, async || agree(pair, &title).await).await?;
        if conflicts(pair).await > before {
            return Ok(());
        }
    }
    Err(format!("in {TRIES} tries what lost was never kept"))
}

/// Whether one of the two titles is on both sides.
async fn agree(pair: &Pair, title: &str) -> Checked {
    let mut why = String::new();
    for side in ["here", "there"] {
        let title = format!("{title} {side}");
        let both = async {
            pair.server.one(&pair.there, &title).await?;
            pair.here().one(&title).await
        };
        match both.await {
            Ok(_) => return Ok(()),
            Err(other) => why += &other,
        }
    }
    Err(why)
}

async fn conflicts(pair: &Pair) -> usize {
    let page = pair.hub.rest(Request::get, "conflicts");
    let page = pair.hub.ok(page).await;
    page["items"].as_array().map_or(0, Vec::len)
}
