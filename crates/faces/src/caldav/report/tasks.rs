//! When tasks, journals and busy times happen (RFC 4791 9.9), read from their properties.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use protocols::{
    caldav::TimeRange,
    icalendar::{
        self,
        component::{Component, Property},
        parse::Parsed,
        value,
    },
    zones::zone_named,
};

use super::window;

/// Occurrences of one task that are looked at.
const OCCURRENCES_MAX: usize = 5_000;

/// When a component begins, ends, was made and was done, as far as it says so.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    start: Option<Timestamp>,
    due: Option<Timestamp>,
    length: Option<SignedDuration>,
    completed: Option<Timestamp>,
    created: Option<Timestamp>,
    /// Its start is a day.
    day: bool,
}

impl Times {
    fn of(component: &Component<'_>, zone: &TimeZone) -> Self {
        let at = |name| component.property(name).and_then(|p| instant(p, zone));
        let length = component.property("DURATION");
        let length = length.and_then(|p| value::signed_duration(p.value.trim()));
        let start = component.property("DTSTART");
        Self {
            start: at("DTSTART"),
            due: at("DUE").or_else(|| at("DTEND")),
            length: length.map(SignedDuration::from_secs),
            completed: at("COMPLETED"),
            created: at("CREATED"),
            day: start.is_some_and(|p| value::date(p.value.trim()).is_some()),
        }
    }

    fn end(&self) -> Option<Timestamp> {
        let by_length = self.start.zip(self.length);
        let by_length = by_length.and_then(|(start, length)| start.checked_add(length).ok());
        self.due.or(by_length)
    }

    /// The table of RFC 4791 9.9 for VTODO.
    fn task(&self, from: Timestamp, to: Timestamp) -> bool {
        match (self.start, self.end(), self.completed, self.created) {
            (Some(start), Some(end), ..) if self.due.is_some() => {
                (from < end || from <= start) && (to > start || to >= end)
            }
            (Some(start), Some(end), ..) => from <= end && (to > start || to >= end),
            (Some(start), None, ..) => from <= start && to > start,
            (None, Some(due), ..) => from < due && to >= due,
            (None, None, Some(completed), Some(created)) => {
                (from <= created || from <= completed) && (to >= created || to >= completed)
            }
            (None, None, Some(completed), None) => from <= completed && to >= completed,
            (None, None, None, Some(created)) => to > created,
            (None, None, None, None) => true,
        }
    }

    /// The same for VJOURNAL, and for VFREEBUSY without periods.
    fn journal(&self, from: Timestamp, to: Timestamp) -> bool {
        let Some(start) = self.start else {
            return false;
        };
        let day = SignedDuration::from_hours(24);
        let end = match self.end() {
            Some(end) => end,
            None if self.day => start.saturating_add(day).unwrap_or(start),
            None => return from <= start && to > start,
        };
        from < end && to > start
    }

    fn moved(self, by: SignedDuration) -> Self {
        let shift = |at: Option<Timestamp>| at.map(|at| at.saturating_add(by).unwrap_or(at));
        Self {
            start: shift(self.start),
            due: shift(self.due),
            ..self
        }
    }
}

/// The instant that a property names; days and floating times are seen in a zone.
fn instant(property: &Property<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let text = property.value.trim();
    let (local, is_utc) = match value::date(text) {
        Some(day) => (day.to_datetime(jiff::civil::Time::midnight()), false),
        None => value::date_time(text)?,
    };
    if is_utc {
        return Some(value::utc(local));
    }
    let named = property.parameter("TZID").and_then(|id| zone_named(&id));
    match named {
        Some(named) => Some(named.to_instant(local)),
        None => zone.to_ambiguous_timestamp(local).compatible().ok(),
    }
}

/// Whether a task, a journal or a busy time happens in a range.
pub(super) fn happens(component: &Component<'_>, range: TimeRange, zone: &TimeZone) -> bool {
    let (from, to) = (window(range).from, window(range).to);
    let times = Times::of(component, zone);
    let holds = |times: Times| match &*component.name {
        "VTODO" => times.task(from, to),
        "VFREEBUSY" => free_busy(component, from, to) || times.journal(from, to),
        _ => times.journal(from, to),
    };
    holds(times) || repeated(component, times, range, zone).any(holds)
}

/// Whether an alarm of a task goes off in a range.
pub(super) fn rings(
    alarm: &Component<'_>,
    task: &Component<'_>,
    range: TimeRange,
    zone: &TimeZone,
) -> bool {
    let (from, to) = (window(range).from, window(range).to);
    let Some(trigger) = alarm.property("TRIGGER") else {
        return false;
    };
    let inside = |at: Timestamp| from <= at && at < to;
    let Some(seconds) = value::signed_duration(trigger.value.trim()) else {
        return instant(trigger, zone).is_some_and(inside);
    };
    let at_end = trigger
        .parameter("RELATED")
        .is_some_and(|r| r.eq_ignore_ascii_case("END"));
    let number = |name| {
        alarm
            .property(name)
            .and_then(|p| p.value.trim().parse().ok())
    };
    let again: i64 = number("REPEAT").unwrap_or_default();
    let pause = alarm.property("DURATION");
    let pause = pause.and_then(|p| value::signed_duration(p.value.trim()));
    let times = Times::of(task, zone);
    let mut all = [times]
        .into_iter()
        .chain(repeated(task, times, range, zone));
    all.any(|times| {
        let base = if at_end {
            times.end()
        } else {
            times.start.or(times.due)
        };
        (0..=again.clamp(0, 100)).any(|n| {
            let by = seconds.saturating_add(pause.unwrap_or_default().saturating_mul(n));
            let at = base.and_then(|at| at.checked_add(SignedDuration::from_secs(by)).ok());
            at.is_some_and(inside)
        })
    })
}

/// The occurrences of a component around a range.
fn repeated(
    component: &Component<'_>,
    times: Times,
    range: TimeRange,
    zone: &TimeZone,
) -> impl Iterator<Item = Times> {
    let shifts = shifts(component, times, range, zone).into_iter();
    shifts.map(move |by| times.moved(by))
}

/// How much later than the first one the occurrences of a component are around a range: those of an event with the same start
/// and rule.
fn shifts(
    component: &Component<'_>,
    times: Times,
    range: TimeRange,
    zone: &TimeZone,
) -> Vec<SignedDuration> {
    let names = ["DTSTART", "RRULE", "RDATE", "EXDATE", "UID"];
    let mut event = Component::new("VEVENT");
    let kept = component
        .properties
        .iter()
        .filter(|p| names.iter().any(|n| p.is(n)));
    event.properties.extend(kept.cloned());
    // A task without a start repeats from when it is due.
    if let (None, Some(due)) = (component.property("DTSTART"), component.property("DUE")) {
        let mut start = due.clone();
        start.name = "DTSTART".into();
        event.properties.push(start);
    }
    let repeats = ["RRULE", "RDATE"]
        .iter()
        .any(|n| component.property(n).is_some());
    let mut tree = icalendar::empty_calendar();
    tree.components.push(event.into_owned());
    let parsed = Parsed {
        components: vec![tree],
        ..Parsed::default()
    };
    let read = icalendar::read_parsed(&parsed).into_iter().next();
    let event = read.and_then(Result::ok).filter(|_| repeats);
    let first = times.start.or(times.due);
    let length = times
        .start
        .zip(times.end())
        .map(|(start, end)| end.duration_since(start));
    let margin = length.unwrap_or_default() + SignedDuration::from_hours(48);
    let wide = window(TimeRange {
        start: range.start.and_then(|at| at.checked_sub(margin).ok()),
        end: range
            .end
            .and_then(|at| at.checked_add(SignedDuration::from_hours(48)).ok()),
    });
    let shifted = event.zip(first).map(|(event, first)| {
        let occurrences = event.value.occurrences(wide, zone).take(OCCURRENCES_MAX);
        let starts = occurrences.map(|o| o.start.duration_since(first));
        starts.collect::<Vec<_>>()
    });
    shifted.unwrap_or_default()
}

/// Each occurrence of a task or a journal in a range as a component of its own, in UTC and without zones (RFC 4791 9.6.5).
pub(super) fn expanded(
    mut tree: Component<'static>,
    range: TimeRange,
    zone: &TimeZone,
) -> Component<'static> {
    let is_own = |c: &&Component<'_>| c.property("RECURRENCE-ID").is_some();
    let own: Vec<Timestamp> = (tree.components.iter().filter(is_own))
        .filter_map(|c| instant(c.property("RECURRENCE-ID")?, zone))
        .collect();
    let mut components = Vec::new();
    for component in std::mem::take(&mut tree.components) {
        if component.is("VTIMEZONE") {
            continue;
        }
        let times = Times::of(&component, zone);
        let first = times.start.or(times.due);
        let is_series = ["RRULE", "RDATE"]
            .iter()
            .any(|n| component.property(n).is_some());
        let shifts = match (is_series, first) {
            (true, Some(_)) => shifts(&component, times, range, zone),
            _ => vec![SignedDuration::ZERO],
        };
        for by in shifts {
            let planned = first.and_then(|at| at.checked_add(by).ok());
            let instance = occurrence(&component, planned.filter(|_| is_series), by, zone);
            let is_other = is_series && planned.is_some_and(|at| own.contains(&at));
            if !is_other && happens(&instance, range, zone) {
                components.push(instance);
            }
        }
    }
    tree.components = components;
    tree
}

/// One occurrence, so much later than the component says; `planned` is when it was planned, if it is one of a series.
fn occurrence(
    component: &Component<'static>,
    planned: Option<Timestamp>,
    by: SignedDuration,
    zone: &TimeZone,
) -> Component<'static> {
    let mut one = component.clone();
    let of_series = ["RRULE", "RDATE", "EXDATE"];
    one.properties
        .retain(|p| !of_series.iter().any(|n| p.is(n)));
    let mut id = None;
    for property in &mut one.properties {
        let name = property.name.clone();
        let moves = ["DTSTART", "DUE"].contains(&&*name);
        if !moves && name != "RECURRENCE-ID" {
            continue;
        }
        let at = instant(property, zone);
        let at = at.and_then(|at| {
            at.checked_add(if moves { by } else { SignedDuration::ZERO })
                .ok()
        });
        let Some(at) = at else { continue };
        *property = if value::date(property.value.trim()).is_some() {
            let day = at.to_zoned(zone.clone()).date();
            Property::new(name, day.strftime("%Y%m%d").to_string()).with("VALUE", "DATE")
        } else {
            Property::new(name, value::write_utc(at))
        };
        if moves && (id.is_none() || property.is("DTSTART")) {
            id = Some(property.clone());
        }
    }
    if let (Some(_), Some(mut id)) = (planned, id) {
        id.name = "RECURRENCE-ID".into();
        one.properties.push(id);
    }
    one
}

/// Whether one of the periods of a VFREEBUSY is in a range.
fn free_busy(component: &Component<'_>, from: Timestamp, to: Timestamp) -> bool {
    let mut periods = component.all("FREEBUSY").flat_map(Property::as_list);
    periods.any(|period| {
        value::utc_period(period).is_some_and(|(start, end)| from < end && to > start)
    })
}
