//! A rule that changes at a provider under occurrences that people had changed.

use calendar::{Event, Override, RecurrenceId, Unit, Window};
use jiff::tz::TimeZone;

use crate::{Conflict, Copy, Ruling, Side};

/// What people had made of occurrences for which the provider's new rule has no slot, and which it has dropped: it is kept.
/// What lies after the end of the series went with its end.
pub(super) fn slotless(was: &Event, copy: &Copy, taken: &[Unit]) -> Vec<Conflict> {
    if !taken.contains(&Unit::Rule) {
        return Vec::new();
    }
    let now = &copy.local;
    let dropped = was.overrides.iter().filter(|(id, entry)| {
        let said = matches!(entry, Override::Patch(patch) if !patch.is_empty());
        said && !now.overrides.contains_key(id) && !now.has_occurrence(**id)
    });
    let goes_on = |id: &RecurrenceId| {
        let from = now.when.starting_at(*id).start_instant(&TimeZone::UTC);
        let window = Window {
            from,
            ..Window::ALL
        };
        now.occurrences(window, &TimeZone::UTC).next().is_some()
    };
    dropped
        .filter(|(id, _)| goes_on(id))
        .map(|(id, _)| Conflict {
            unit: Unit::Override(*id),
            base: was.clone(),
            local: was.clone(),
            remote: now.clone(),
            remote_won: Some(true),
            by: Ruling::default(),
            local_side: None,
            remote_side: Some(Side::of_calendar(copy.calendar, None)),
        })
        .collect()
}
