//! Deletions.

use serde_json::json;

use super::{Checked, pair::Pair};

pub async fn there(pair: &Pair) -> Checked {
    for title in ["Old 1", "Brunch for two", "Hygiene"] {
        pair.server.delete(&pair.there, title).await?;
        pair.until_gone(title).await?;
    }
    Ok(())
}

pub async fn here(pair: &Pair) -> Checked {
    for title in ["Old 2", "Late lunch", "Rounds"] {
        pair.here().delete(title).await?;
        pair.until_gone(title).await?;
    }
    Ok(())
}

/// A deletion that did not know of the edit does not win.
pub async fn while_edited(pair: &Pair) -> Checked {
    let when = json!({"start": "2027-06-03T09:00:00"});
    pair.here().make("Recall", when).await?;
    pair.until_there("Recall", |_| true).await?;
    pair.server.delete(&pair.there, "Recall").await?;
    let edited = json!({"title": "Recall, with an X-ray"});
    if pair.here().edit("Recall", edited).await.is_err() {
        // Heard of before the edit: then it is gone.
        return pair.until_gone("Recall").await;
    }
    pair.until_there("Recall, with an X-ray", |_| true).await?;
    pair.until_here("Recall, with an X-ray", |_| true).await
}
