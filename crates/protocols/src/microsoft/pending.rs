//! The redo note of a write that takes several requests.
//!
//! A series is written in steps: the master first, its single instances afterwards. Whoever reads it in between would
//! take the missing changes for somebody's edit. So the master's write carries a note, `kalendsPending`, of what the
//! instances will get; it is cleared after the last step, and a reader who finds it completes the work before
//! believing what is there.

use std::collections::BTreeMap;

use calendar::{Event, Override, RecurrenceId};

use super::{property::Property, wire};

/// The longest note that is written, in bytes. A longer one is left out.
const NOTE_BYTES_MAX: usize = 8 * 1024;

/// What single occurrences shall be: `None` is «as the pattern has it».
pub type Pending = BTreeMap<RecurrenceId, Option<Override>>;

/// The value that clears a note. Properties cannot be taken away.
pub const CLEARED: &str = "-";

/// The note on an event, if there is one.
pub fn pending(event: &wire::Event) -> Option<Pending> {
    let note = Property::Pending.of(event)?;
    serde_json::from_str(note).ok()
}

/// The event with everything done that the note says.
#[must_use]
pub fn completed(event: &Event, pending: &Pending) -> Event {
    let mut event = event.clone();
    for (id, what) in pending {
        match what {
            Some(what) => drop(event.overrides.insert(*id, what.clone())),
            None => drop(event.overrides.remove(id)),
        }
    }
    event
}

/// The note for these occurrences of `next`.
pub(super) fn note(ids: impl Iterator<Item = RecurrenceId>, next: &Event) -> Option<String> {
    let pending: Pending = ids
        .map(|id| (id, next.overrides.get(&id).cloned()))
        .collect();
    let note = serde_json::to_string(&pending).ok()?;
    (!pending.is_empty() && note.len() <= NOTE_BYTES_MAX).then_some(note)
}
