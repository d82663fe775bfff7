//! `Idempotency-Key`: a create that is sent twice happens once, and gets the same answer.

use axum::http::HeaderMap;
use identity::Actor;
use serde::{Serialize, de::DeserializeOwned};

use super::Problem;
use crate::App;

const HEADER: &str = "idempotency-key";
/// Longest key, in bytes.
const KEY_MAX: usize = 255;

/// Runs `create` unless this actor has sent the same key before; then the first answer comes back.
///
/// The same key with another request is refused: it would hide a mistake.
pub(super) async fn once<T, F>(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    request: &impl Serialize,
    create: F,
) -> Result<T, Problem>
where
    T: Serialize + DeserializeOwned,
    F: Future<Output = Result<T, Problem>>,
{
    let Some(key) = headers.get(HEADER) else {
        return create.await;
    };
    let key = key
        .to_str()
        .ok()
        .filter(|k| !k.is_empty() && k.len() <= KEY_MAX);
    let key = key.ok_or_else(|| {
        Problem::field(
            "Idempotency-Key",
            format!("1 to {KEY_MAX} printable characters"),
        )
    })?;
    let fingerprint = serde_json::to_string(request).unwrap_or_default();
    if let Some(reply) = app.hub.replay(actor, key, &fingerprint).await? {
        let bad = |_| Problem::field("Idempotency-Key", "was used for another kind of request");
        return serde_json::from_slice(&reply).map_err(bad);
    }
    let made = create.await?;
    let reply = serde_json::to_vec(&made).unwrap_or_default();
    app.hub.remember(actor, key, &fingerprint, &reply).await?;
    Ok(made)
}
