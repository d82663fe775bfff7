//! Change keys and entity tags: `@odata.etag` is `W/"<changeKey>"`.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use hub::{EventView, Precondition};

use super::fault::Fault;

/// The change key of an event, and of every occurrence of it.
pub(super) fn change_key(view: &EventView) -> String {
    let (_, tail) = view.id.0.as_bytes().split_at(8);
    let mut bytes = tail.to_vec();
    bytes.extend_from_slice(&view.revision.to_be_bytes());
    BASE64_STANDARD.encode(bytes)
}

/// As a weak entity tag.
pub(super) fn etag(change_key: &str) -> String {
    format!("W/\"{change_key}\"")
}

/// What `If-Match` asks for. A tag that we never gave out cannot match.
pub(super) fn precondition(headers: &HeaderMap) -> Result<Precondition, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(Precondition::None);
    };
    let text = value.to_str().map_err(|_| Fault::stale())?.trim();
    if text == "*" {
        return Ok(Precondition::None);
    }
    let key = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    let bytes = BASE64_STANDARD.decode(key).map_err(|_| Fault::stale())?;
    let revision = bytes.get(8..).and_then(|bytes| bytes.try_into().ok());
    let revision = revision.map(i64::from_be_bytes).ok_or_else(Fault::stale)?;
    Ok(Precondition::Revision(revision))
}
