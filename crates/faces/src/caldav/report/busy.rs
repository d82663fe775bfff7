//! Busy time as periods: without saying what it is.

use axum::http::StatusCode;
use calendar::Window;
use hub::{EventView, Takes, events::Taken};
use jiff::{Timestamp, tz::TimeZone};
use protocols::icalendar::{component::Property, value};

use super::super::answer::{Fault, Result};

/// Periods of one answer.
const PERIODS_MAX: usize = 20_000;

/// What kind of time it is (RFC 5545 3.2.9), from when until when.
pub(in super::super) type Period = (&'static str, Timestamp, Timestamp);

/// Adds the time that is taken in a window.
pub(in super::super) fn add(
    periods: &mut Vec<Period>,
    taken: &[Taken],
    window: Window,
    zone: &TimeZone,
) -> Result<()> {
    for one in taken {
        match one {
            Taken::Stretch(takes, when) => push(periods, window, *takes, *when)?,
            Taken::Event(view) => add_event(periods, view, window, zone)?,
        }
    }
    Ok(())
}

fn add_event(
    periods: &mut Vec<Period>,
    view: &EventView,
    window: Window,
    zone: &TimeZone,
) -> Result<()> {
    for occurrence in view.event.occurrences(window, zone) {
        let single = occurrence.id.and_then(|id| view.event.occurrence(id));
        let event = single.as_ref().unwrap_or(&view.event);
        let (from, to) = (occurrence.start, occurrence.end);
        let takes = Takes::of(event.busy, event.status);
        push(periods, window, takes, Window { from, to })?;
    }
    Ok(())
}

/// What is in the window of a stretch of time, if anything is taken of it.
fn push(periods: &mut Vec<Period>, window: Window, takes: Takes, when: Window) -> Result<()> {
    let (from, to) = (when.from.max(window.from), when.to.min(window.to));
    if let Some(kind) = kind(takes)
        && from < to
    {
        periods.push((kind, from, to));
    }
    if periods.len() > PERIODS_MAX {
        let detail = "too many periods: ask for less time";
        return Err(Fault::status(StatusCode::FORBIDDEN, detail));
    }
    Ok(())
}

/// FREEBUSY (RFC 5545 3.8.2.6).
pub(in super::super) fn property((kind, from, to): &Period) -> Property<'static> {
    let period = format!("{}/{}", value::write_utc(*from), value::write_utc(*to));
    Property::new("FREEBUSY", period).with("FBTYPE", kind)
}

/// FBTYPE (RFC 5545 3.2.9); `None` where the time is free.
fn kind(takes: Takes) -> Option<&'static str> {
    match takes {
        Takes::Nothing => None,
        Takes::Busy => Some("BUSY"),
        Takes::Tentative => Some("BUSY-TENTATIVE"),
        Takes::Away => Some("BUSY-UNAVAILABLE"),
    }
}

/// Periods of one kind that touch become one.
pub(in super::super) fn joined(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_unstable();
    let mut out: Vec<Period> = Vec::new();
    for (kind, from, to) in periods {
        match out.last_mut() {
            Some(last) if last.0 == kind && from <= last.2 => last.2 = last.2.max(to),
            _ => out.push((kind, from, to)),
        }
    }
    out.sort_unstable_by_key(|period| period.1);
    out
}
