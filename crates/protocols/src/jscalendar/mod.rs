//! JSCalendar (RFC 8984): JSON to and from events. The REST API speaks it.
//!
//! What RFC 8984 lacks is a property with the prefix `kalends.dev:` (its section 3.3); what the event has no field for
//! is kept by path and given back.
//!
//! ```
//! use kalends_protocols::jscalendar;
//! use serde_json::json;
//!
//! let event = jscalendar::from_json(&json!({
//!     "uid": "1", "title": "Check-up", "start": "2026-11-23T09:00:00", "timeZone": "Europe/Berlin", "duration": "PT1H",
//! }))?.value;
//! let later = json!({"start": "2026-11-23T10:00:00"});
//! let moved = jscalendar::apply_patch(&event, later.as_object().unwrap())?.value;
//! assert_eq!(jscalendar::to_json(&moved)["start"], "2026-11-23T10:00:00");
//! # Ok::<(), jscalendar::Error>(())
//! ```

mod alert;
mod error;
mod object;
mod patch;
mod people;
mod place;
mod pointer;
mod read;
mod rule;
mod write;
mod zone;

pub use error::Error;
pub use patch::{apply_patch, replace};
pub use people::id as participant_id;
pub use read::from_json;
pub use write::to_json;

/// The name of this dialect in [`calendar::Unknown`].
pub const DIALECT: &str = "jscalendar";

/// Key that says that an occurrence has none of its series' unknown properties.
const NOTHING: &str = "";
