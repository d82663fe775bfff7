//! The redo note of a write that takes several requests.
//!
//! A series is written in steps: the master first, its single instances afterwards. Whoever reads it in between would
//! take the missing changes for somebody's edit. So the master's write carries a note, `kalendsPending`, of what the
//! instances will get, and of what they had, so that nobody's edit in between is overwritten; it is cleared after the
//! last step, and a reader who finds it completes the work before believing what is there.

use std::collections::BTreeMap;

use calendar::{Event, Override, RecurrenceId};
use serde::{Deserialize, Serialize};

use super::{Instance, property::Property, wire};

/// The longest note that is written, in bytes. A longer one is left out.
const NOTE_BYTES_MAX: usize = 8 * 1024;

/// What is to be done to single occurrences.
pub type Pending = BTreeMap<RecurrenceId, Redo>;

/// What one occurrence shall be, and what it was; `None` is «as the pattern has it».
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redo {
    /// What it shall be.
    pub to: Option<Override>,
    /// What it was before the write.
    pub from: Option<Override>,
}

impl Redo {
    /// What becomes of this occurrence when `previous` becomes `next`.
    pub(super) fn between(previous: Option<&Event>, next: &Event, id: RecurrenceId) -> Self {
        let of = |event: &Event| event.overrides.get(&id).cloned();
        Self {
            to: of(next),
            from: previous.and_then(of),
        }
    }

    /// Whether somebody was faster: it is neither as it was nor as it shall be. A new pattern makes all of them plain.
    pub(super) fn is_overtaken(&self, now: Option<&Override>) -> bool {
        now.is_some() && now != self.from.as_ref() && now != self.to.as_ref()
    }
}

/// The value that clears a note. Properties cannot be taken away.
pub const CLEARED: &str = "-";

/// The note on an event, if there is one.
pub fn pending(event: &wire::Event) -> Option<Pending> {
    let note = Property::Pending.of(event)?;
    serde_json::from_str(note).ok()
}

/// The event with everything done that the note says. What somebody has changed since stays as they have it.
#[must_use]
pub fn completed(event: &Event, pending: &Pending) -> Event {
    let mut event = event.clone();
    for (id, redo) in pending {
        if redo.is_overtaken(event.overrides.get(id)) {
            continue;
        }
        match &redo.to {
            Some(what) => drop(event.overrides.insert(*id, what.clone())),
            None => drop(event.overrides.remove(id)),
        }
    }
    event
}

/// The note for these instances.
pub(super) fn note(instances: &[Instance]) -> Option<String> {
    let pending: Pending = instances.iter().map(|i| (i.id, i.redo.clone())).collect();
    let note = serde_json::to_string(&pending).ok()?;
    (!pending.is_empty() && note.len() <= NOTE_BYTES_MAX).then_some(note)
}
