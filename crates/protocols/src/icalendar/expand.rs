//! Occurrences as components of their own: what `expand` of CalDAV asks for (RFC 4791 9.6.5).

use calendar::{Event, Override, When, Window, Zone};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    component::Component,
    compose::{empty_calendar, without_overrides, write_single},
    kept::Kept,
    out::Out,
};

/// A VCALENDAR with each occurrence that touches the window as a VEVENT, its times in UTC, at most `max` of them.
/// `viewer` is the zone in which days and floating times meet the window. `None`: there are more.
pub fn expand(
    event: &Event,
    window: Window,
    viewer: &TimeZone,
    now: Timestamp,
    max: usize,
) -> Option<Component<'static>> {
    let mut calendar = empty_calendar();
    let bare = without_overrides(event);
    let (mut out, mut count) = (Out::tree(), 0);
    for occurrence in event.occurrences(window, viewer) {
        if count >= max {
            return None;
        }
        count += 1;
        let mut single = match occurrence.id {
            Some(id) => bare.occurrence(id)?,
            None => event.clone(),
        };
        let change = occurrence.id.and_then(|id| event.overrides.get(&id));
        if let Some(Override::Patch(patch)) = change {
            patch.apply(&mut single);
        }
        let first = event.when.recurrence_id();
        let write_id = |out: &mut Out| {
            // The first instance has none, if it is as its series has it (RFC 4791 9.6.5).
            let plain = |id| id == first && change.is_none();
            let Some(id) = occurrence.id.filter(|id| !plain(*id)) else {
                return;
            };
            let original = event.when.starting_at(id);
            let out = out.start("RECURRENCE-ID");
            match &original {
                When::Timed {
                    zone: Some(zone), ..
                } => out.utc(zone.to_instant(id.0)),
                _ => out.occurrence(id.0, &original),
            }
        };
        let single = in_utc(single);
        let mut kept = Kept::of(&single.unknown);
        kept.take(|p| p.is("RECURRENCE-ID"));
        write_single(&single, kept, now, &mut out, write_id, |_| {});
    }
    calendar.components = out.into_components().0;
    Some(calendar)
}

/// The same event with its times in UTC; days and floating times stay what they are.
fn in_utc(mut event: Event) -> Event {
    if let When::Timed { zone: Some(_), .. } = &event.when {
        let start = event.when.start_instant(&TimeZone::UTC);
        let end = event.when.end_instant(&TimeZone::UTC);
        let seconds = u32::try_from(end.as_second() - start.as_second()).unwrap_or(u32::MAX);
        let duration = calendar::Duration { days: 0, seconds };
        event.when = When::zoned(Zone::utc().to_local(start), Zone::utc(), duration);
    }
    event
}
