//! A series has one visibility at Google: what makes one occurrence more restricted changes all of them, and what makes one less so
//! is ignored (`Events.visibility`).

use std::borrow::Cow;

use calendar::{Event, Override};
use serde_json::{Map, Value};

/// The event as Google can have it: as private as its most private occurrence. Sent for that occurrence alone it would have the
/// same effect, and look like somebody's edit afterwards.
pub(super) fn even(event: &Event) -> Cow<'_, Event> {
    let own = |change: &Override| match change {
        Override::Patch(patch) => patch.privacy,
        Override::Excluded => None,
    };
    let Some(strictest) = event.overrides.values().filter_map(own).max() else {
        return Cow::Borrowed(event);
    };
    let mut event = event.clone();
    event.privacy = event.privacy.max(strictest);
    for change in event.overrides.values_mut() {
        if let Override::Patch(patch) = change {
            patch.privacy = None;
        }
    }
    Cow::Owned(event)
}

/// What is sent for one occurrence: its series says how visible it is.
pub(super) fn unsaid(mut change: Map<String, Value>) -> Option<Map<String, Value>> {
    change.remove("visibility");
    (!change.is_empty()).then_some(change)
}
