//! Busy time as periods: without saying what it is.

use axum::http::StatusCode;
use calendar::{FreeBusy, Status, Window};
use hub::EventView;
use jiff::{Timestamp, tz::TimeZone};
use protocols::icalendar::{component::Property, value};

use super::super::answer::{Fault, Result};

/// Periods of one answer.
const PERIODS_MAX: usize = 20_000;

/// What kind of time it is (RFC 5545 3.2.9), from when until when.
pub(in super::super) type Period = (&'static str, Timestamp, Timestamp);

/// Adds the time that events take in a window.
pub(in super::super) fn add(
    periods: &mut Vec<Period>,
    events: &[EventView],
    window: Window,
    zone: &TimeZone,
) -> Result<()> {
    for view in events {
        for occurrence in view.event.occurrences(window, zone) {
            let single = occurrence.id.and_then(|id| view.event.occurrence(id));
            let event = single.as_ref().unwrap_or(&view.event);
            if let Some(kind) = kind(event.busy, event.status)
                && occurrence.start < occurrence.end
            {
                let start = occurrence.start.max(window.from);
                periods.push((kind, start, occurrence.end.min(window.to)));
            }
            if periods.len() > PERIODS_MAX {
                let detail = "too many periods: ask for less time";
                return Err(Fault::status(StatusCode::FORBIDDEN, detail));
            }
        }
    }
    Ok(())
}

/// FREEBUSY (RFC 5545 3.8.2.6).
pub(in super::super) fn property((kind, from, to): &Period) -> Property<'static> {
    let period = format!("{}/{}", value::write_utc(*from), value::write_utc(*to));
    Property::new("FREEBUSY", period).with("FBTYPE", kind)
}

/// FBTYPE (RFC 5545 3.2.9); `None` where the time is free.
fn kind(busy: FreeBusy, status: Status) -> Option<&'static str> {
    match (busy, status) {
        (_, Status::Cancelled) | (FreeBusy::Free | FreeBusy::WorkingElsewhere, _) => None,
        (FreeBusy::OutOfOffice, _) => Some("BUSY-UNAVAILABLE"),
        (FreeBusy::Tentative, _) | (FreeBusy::Busy, Status::Tentative) => Some("BUSY-TENTATIVE"),
        (FreeBusy::Busy, Status::Confirmed) => Some("BUSY"),
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
