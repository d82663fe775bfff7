//! When the alarms of an event go off (RFC 4791 9.9).

use calendar::{Event, Override, Reminder, Trigger, Window};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Occurrences of one event that are looked at. A stretch without an end would otherwise never be searched through.
const OCCURRENCES_MAX: usize = 5_000;

/// Whether an alarm of an event goes off in a window.
pub(super) fn ring(event: &Event, window: Window, zone: &TimeZone) -> bool {
    let inside = |at: Timestamp| window.from <= at && at < window.to;
    let mut offsets = Vec::new();
    for reminder in reminders(event) {
        match reminder.trigger {
            Trigger::At(at) if inside(at) => return true,
            Trigger::At(_) => {}
            Trigger::Start(seconds) | Trigger::End(seconds) => offsets.push(seconds),
        }
    }
    let (Some(least), Some(most)) = (offsets.iter().min(), offsets.iter().max()) else {
        return false;
    };
    // What rings in the window happens around it: later than its alarm, or earlier.
    let around = Window {
        from: shifted(window.from, most.saturating_neg().saturating_sub(1)),
        to: shifted(window.to, least.saturating_neg()),
    };
    let mut occurrences = event.occurrences(around, zone).take(OCCURRENCES_MAX);
    occurrences.any(|occurrence| {
        let single = occurrence.id.and_then(|id| event.occurrence(id));
        let own = single.as_ref().unwrap_or(event).reminders.iter().flatten();
        own.into_iter().any(|reminder| match reminder.trigger {
            Trigger::Start(seconds) => inside(shifted(occurrence.start, seconds)),
            Trigger::End(seconds) => inside(shifted(occurrence.end, seconds)),
            Trigger::At(_) => false,
        })
    })
}

/// The alarms of an event, those of changed occurrences among them.
fn reminders(event: &Event) -> impl Iterator<Item = &Reminder> {
    let changed = event.overrides.values().filter_map(|change| match change {
        Override::Patch(patch) => patch.reminders.as_ref(),
        Override::Excluded => None,
    });
    let own = event.reminders.iter().flatten();
    own.chain(changed.flatten().flatten())
}

fn shifted(at: Timestamp, seconds: i64) -> Timestamp {
    let by = SignedDuration::from_secs(seconds);
    let end = if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    at.checked_add(by).unwrap_or(end)
}
