//! VTIMEZONE components for the zones that events use (RFC 5545 3.6.5), from the time-zone database's transitions.

mod recent;

use std::{collections::BTreeMap, rc::Rc};

use calendar::{Event, Override, Until, When, Zone};
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use super::{
    component::{Component, Property},
    compose::Calendar,
    out::Out,
    text::escape,
    value, vtimezone,
};
use crate::zones::zone_named;

/// Years that an endless series is written for at least; its last regular change of clocks is written without an end.
const YEARS: i64 = 12;

/// Seconds by which a wall clock differs from UTC and from itself in any zone, and a day on each side, with room to spare.
const MARGIN: i64 = 5 * 86_400;

/// Changes of clocks that are written of one zone.
const TRANSITIONS_MAX: usize = 400;

/// Changes in a row that make a regular one.
const REGULAR: usize = 4;

/// Writes a VTIMEZONE for each zone that a calendar names, each once, by TZID: as it came where that is known, else that of
/// the zone that the TZID means. None for UTC and floating times.
pub(super) fn write(calendar: &Calendar, tzids: &[String], now: Timestamp, out: &mut Out) {
    let mut zones: BTreeMap<String, Timezone> = BTreeMap::new();
    for used in used(calendar, now) {
        let timezone = match used.zone {
            Zone::Custom(custom) => {
                let as_it_came = calendar.zones.iter().find(|c| is_of(c, used.zone));
                let as_it_came = as_it_came.map(|zone| Timezone::Kept(zone));
                as_it_came.or_else(|| vtimezone::write_custom(custom).map(Timezone::new))
            }
            Zone::Iana(name) => {
                let named = recent::named_component(name, name, used.from, used.to);
                Some(Timezone::Made(named))
            }
        };
        if let Some(timezone) = timezone {
            zones.insert(used.zone.name().to_owned(), timezone);
        }
    }
    let others = calendar.others.iter().map(|(other, _)| *other);
    let others = others.filter(|other| other.is("VTIMEZONE"));
    let there: Vec<String> = others.filter_map(tzid_of).collect();
    for zone in &calendar.zones {
        if let Some(id) = tzid_of(zone).filter(|id| !there.contains(id)) {
            zones.entry(id).or_insert(Timezone::Kept(zone));
        }
    }
    for tzid in tzids.iter().filter(|id| !there.contains(id)) {
        if let (false, Some(zone)) = (zones.contains_key(tzid), zone_named(tzid)) {
            let (from, to) = (Timestamp::UNIX_EPOCH, horizon(now));
            let made = recent::named_component(tzid, zone.name(), from, to);
            zones.insert(tzid.clone(), Timezone::Made(made));
        }
    }
    // RFC 5545 3.6.5: anywhere in the calendar; some readers want them first.
    for zone in zones.values() {
        out.component(zone.component());
    }
}

/// A VTIMEZONE that is written.
enum Timezone<'c> {
    Kept(&'c Component<'static>),
    Made(Rc<Component<'static>>),
}

impl Timezone<'_> {
    fn new(component: Component<'static>) -> Self {
        Self::Made(Rc::new(component))
    }

    fn component(&self) -> &Component<'static> {
        match self {
            Self::Kept(component) => component,
            Self::Made(component) => component,
        }
    }
}

/// Whether a VTIMEZONE says what this zone is.
fn is_of(timezone: &Component, zone: &Zone) -> bool {
    tzid_of(timezone).is_some_and(|id| id == zone.name() && vtimezone::zone(&id, timezone) == *zone)
}

/// A zone of events, and between which instants it must be right.
struct Used<'e> {
    zone: &'e Zone,
    from: Timestamp,
    to: Timestamp,
}

/// The zones of events. What is copied needs those alone that came without their VTIMEZONE; but where one is written, it is
/// right for all events.
fn used<'c>(calendar: &Calendar<'c>, now: Timestamp) -> Vec<Used<'c>> {
    let copied = calendar.events.iter().any(|(_, origin)| origin.is_some());
    let needed = copied.then(|| needed(calendar));
    let mut used: Vec<Used<'c>> = Vec::new();
    if needed.as_ref().is_some_and(Vec::is_empty) {
        return used;
    }
    for (event, _) in &calendar.events {
        let mut last = None;
        for (when, zone) in named(event) {
            if needed.as_ref().is_some_and(|n| !n.contains(&zone.name())) {
                continue;
            }
            let mut known = used.iter();
            let at = known.position(|u| u.zone.name() == zone.name());
            if !event.is_series() && at.is_some_and(|at| covers(&used[at], when)) {
                continue;
            }
            let (from, to) = span(when);
            let last = *last.get_or_insert_with(|| last_instant(event, now));
            let at = at.unwrap_or_else(|| {
                used.push(Used { zone, from, to });
                used.len() - 1
            });
            let known = &mut used[at];
            known.from = known.from.min(from);
            known.to = known.to.max(to).max(last);
        }
    }
    used
}

/// The names of zones for which a VTIMEZONE has to be there that does not come from where events are copied from.
fn needed<'c>(calendar: &Calendar<'c>) -> Vec<&'c str> {
    let mut needed = calendar.bare.clone();
    let written = calendar.events.iter();
    for (event, _) in written.filter(|(_, origin)| origin.is_none()) {
        for (_, zone) in named(event) {
            if !needed.contains(&zone.name()) {
                needed.push(zone.name());
            }
        }
    }
    needed
}

/// The zones that an event names, each with the time that it is the zone of.
pub(super) fn named(event: &Event) -> impl Iterator<Item = (&When, &Zone)> + Clone {
    let overrides = event.overrides.values().filter_map(|o| match o {
        Override::Patch(patch) => patch.when.as_ref(),
        Override::Excluded => None,
    });
    let whens = overrides.chain([&event.when]);
    whens.flat_map(|when| zones_of(when).map(move |zone| (when, zone)))
}

/// Whether a single event lies so far inside of what is known to be needed that its zone need not be asked.
fn covers(used: &Used, when: &When) -> bool {
    let When::Timed {
        start, duration, ..
    } = when
    else {
        return true;
    };
    let (begins, days) = (value::utc(*start), i64::from(duration.days));
    let length = days.saturating_mul(86_400) + i64::from(duration.seconds);
    begins.as_second() - MARGIN > used.from.as_second()
        && begins.as_second().saturating_add(length + MARGIN) < used.to.as_second()
}

fn tzid_of(zone: &Component) -> Option<String> {
    zone.property("TZID").map(Property::as_text)
}

fn horizon(from: Timestamp) -> Timestamp {
    let from = Offset::UTC.to_datetime(from);
    value::utc(from.saturating_add(Span::new().years(YEARS)))
}

fn zones_of(when: &When) -> impl Iterator<Item = &Zone> + Clone {
    let (zone, end_zone) = match when {
        When::AllDay { .. } => (None, None),
        When::Timed { zone, end_zone, .. } => (zone.as_ref(), end_zone.as_ref()),
    };
    // An end zone is always named by TZID, a start in UTC never.
    zone.filter(|z| !z.is_utc()).into_iter().chain(end_zone)
}

fn span(when: &When) -> (Timestamp, Timestamp) {
    let day = SignedDuration::from_hours(24);
    (
        when.start_instant(&TimeZone::UTC)
            .saturating_sub(day)
            .unwrap_or(Timestamp::MIN),
        when.end_instant(&TimeZone::UTC)
            .saturating_add(day)
            .unwrap_or(Timestamp::MAX),
    )
}

/// The instant up to which the zone must be right.
fn last_instant(event: &Event, now: Timestamp) -> Timestamp {
    let start = event.when.start_instant(&TimeZone::UTC);
    let ids = event.overrides.keys().map(|id| value::utc(id.0));
    let horizon = || horizon(start.max(now));
    let rules = event.rules.iter().map(|rule| match rule.until {
        Some(Until::Utc(at)) => at,
        Some(Until::Local(at)) => value::utc(at),
        Some(Until::Date(date)) => value::utc(date.to_datetime(jiff::civil::Time::midnight())),
        None => horizon(),
    });
    rules
        .chain(ids)
        .chain([start])
        .max()
        .unwrap_or(start)
        .min(horizon())
}

/// One change of clocks.
#[derive(Clone, Debug)]
struct Change {
    /// Local time before the change.
    onset: DateTime,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    from: i32,
    to: i32,
    name: String,
    daylight: bool,
}

/// The VTIMEZONE of an IANA zone, right from `from` to `to` at least.
pub fn zone_component(name: &str, from: Timestamp, to: Timestamp) -> Component<'static> {
    let component = recent::named_component(name, name, from, to);
    Rc::unwrap_or_clone(component)
}

/// The component of some changes of clocks; the last regular one goes on if `goes_on`.
fn component(tzid: &str, changes: &[Change], goes_on: bool) -> Component<'static> {
    let mut component =
        Component::new("VTIMEZONE").with(Property::new("TZID", escape(tzid).into_owned()));
    let mut kinds: Vec<&Kind> = Vec::new();
    for change in changes {
        if !kinds.contains(&&change.kind) {
            kinds.push(&change.kind);
        }
    }
    for kind in kinds {
        let onsets: Vec<DateTime> = changes
            .iter()
            .filter(|c| c.kind == *kind)
            .map(|c| c.onset)
            .collect();
        let mut rest = &onsets[..];
        while !rest.is_empty() {
            let (length, rule) = run(rest);
            let (these, others) = rest.split_at(length);
            let open = goes_on && others.is_empty() && length >= REGULAR;
            component
                .components
                .push(observance(kind, these, &rule, open));
            rest = others;
        }
    }
    component
}

/// The changes of clocks of a zone that matter in a span.
struct Changes {
    /// When the one in force at its beginning was, if there was one.
    first: Option<Timestamp>,
    /// When those in it are.
    within: Vec<Timestamp>,
    /// When the next one is, if it is known that there is one.
    next: Option<Timestamp>,
}

impl Changes {
    fn of(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Self {
        // One at `from` itself is in force there.
        let beyond = from.saturating_add(SignedDuration::from_nanos(1));
        let mut before = zone.preceding(beyond.unwrap_or(from));
        let first = before.next().map(|t| t.timestamp());
        let mut changes = Self {
            first,
            within: Vec::new(),
            next: None,
        };
        let limit = TRANSITIONS_MAX - usize::from(first.is_some());
        for next in zone.following(from).map(|t| t.timestamp()) {
            if next > to || changes.within.len() >= limit {
                changes.next = Some(next);
                break;
            }
            changes.within.push(next);
        }
        changes
    }

    /// What they change.
    fn described(&self, zone: &TimeZone, from: Timestamp) -> Vec<Change> {
        let instants = self.first.iter().chain(&self.within);
        let mut changes: Vec<Change> = instants.map(|at| change(zone, *at)).collect();
        if self.first.is_none() {
            // Always as it is at `from`, up to the first change.
            let mut start = change(zone, from);
            start.kind.from = start.kind.to;
            start.onset = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).min(start.onset);
            changes.insert(0, start);
        }
        changes
    }
}

fn change(zone: &TimeZone, at: Timestamp) -> Change {
    let second = SignedDuration::from_secs(1);
    let before = zone.to_offset(at.saturating_sub(second).unwrap_or(at));
    let after = zone.to_offset_info(at);
    Change {
        onset: before.to_datetime(at),
        kind: Kind {
            from: before.seconds(),
            to: after.offset().seconds(),
            name: after.abbreviation().to_owned(),
            daylight: after.dst().is_dst(),
        },
    }
}

/// The longest beginning of `onsets` that one yearly rule makes, and that rule's BYDAY.
fn run(onsets: &[DateTime]) -> (usize, String) {
    let mut nths: Vec<i8> = nths(onsets[0]);
    let mut length = 1;
    for pair in onsets.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let alike = b.year() == a.year() + 1
            && (a.month(), a.time(), a.weekday()) == (b.month(), b.time(), b.weekday());
        let common: Vec<i8> = self::nths(b)
            .into_iter()
            .filter(|n| nths.contains(n))
            .collect();
        if !alike || common.is_empty() {
            break;
        }
        nths = common;
        length += 1;
    }
    let day = calendar::rule::weekday::name(onsets[0].weekday()).to_ascii_uppercase();
    // Where both fit, «the last one» is what legislators mean.
    let nth = nths.iter().min().copied().unwrap_or(1);
    (length, format!("{nth}{day}"))
}

/// Which weekday of its month a day is, counted from the front and, if it is the last one, from the end.
fn nths(at: DateTime) -> Vec<i8> {
    let mut nths = vec![(at.day() - 1) / 7 + 1];
    if at.day() + 7 > at.days_in_month() {
        nths.push(-1);
    }
    nths
}

fn observance(kind: &Kind, onsets: &[DateTime], by_day: &str, open: bool) -> Component<'static> {
    let mut part = Component::new(if kind.daylight {
        "DAYLIGHT"
    } else {
        "STANDARD"
    })
    .with(Property::new("DTSTART", value::write_local(onsets[0])))
    .with(Property::new(
        "TZOFFSETFROM",
        value::write_offset(kind.from),
    ))
    .with(Property::new("TZOFFSETTO", value::write_offset(kind.to)));
    if let (Some(last), true) = (onsets.last(), onsets.len() > 1) {
        let offset = Offset::from_seconds(kind.from).unwrap_or(Offset::UTC);
        let until = match offset.to_timestamp(*last) {
            Ok(at) if !open => format!("UNTIL={};", value::write_utc(at)),
            _ => String::new(),
        };
        let month = onsets[0].month();
        let rule = format!("FREQ=YEARLY;{until}BYMONTH={month};BYDAY={by_day}");
        part = part.with(Property::new("RRULE", rule));
    }
    part.with(Property::new("TZNAME", escape(&kind.name).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_clocks_at_the_beginning_of_the_span_counts() {
        let at = |second| Timestamp::constant(second, 0);
        // 29 March 2026, 01:00 UTC.
        let change = at(1_774_746_000);
        let zone = zone_component("Europe/Berlin", change, at(1_774_900_000));
        let names: Vec<&str> = zone.components.iter().map(|c| &*c.name).collect();
        assert_eq!(names, ["DAYLIGHT"]);
        let zone = zone_component("Europe/Berlin", at(1_774_745_999), at(1_774_900_000));
        assert_eq!(zone.components.len(), 2);
    }
}
