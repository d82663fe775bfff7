//! VTIMEZONE components for the zones that events use (RFC 5545 3.6.5), from the time-zone database's transitions.

use std::collections::BTreeMap;

use calendar::{Event, Override, Until, When, Zone};
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use super::{
    component::{Component, Property},
    other::tzids,
    text::escape,
    value, vtimezone,
};
use crate::zones::zone_named;

/// Years that an endless series is written for at least; its last regular change of clocks is written without an end.
const YEARS: i64 = 12;

/// Changes of clocks that are written of one zone.
const TRANSITIONS_MAX: usize = 400;

/// Changes in a row that make a regular one.
const REGULAR: usize = 4;

/// The VTIMEZONEs of all zones that `events` use, by name; none for UTC and floating times.
pub fn write(events: &[&Event], now: Timestamp) -> Vec<Component<'static>> {
    let mut zones: BTreeMap<String, (Zone, Timestamp, Timestamp)> = BTreeMap::new();
    for event in events {
        let overrides = event.overrides.values().filter_map(|o| match o {
            Override::Patch(patch) => patch.when.as_ref(),
            Override::Excluded => None,
        });
        let last = last_instant(event, now);
        for when in overrides.chain([&event.when]) {
            let (from, to) = span(when);
            for zone in zones_of(when) {
                let entry = zones
                    .entry(zone.name().to_owned())
                    .or_insert_with(|| (zone.clone(), from, to));
                entry.1 = entry.1.min(from);
                entry.2 = entry.2.max(to).max(last);
            }
        }
    }
    zones
        .into_values()
        .filter_map(|(zone, from, to)| match &zone {
            Zone::Custom(custom) => vtimezone::write_custom(custom),
            Zone::Iana(name) => Some(zone_component(name, from, to)),
        })
        .collect()
}

/// Adds a VTIMEZONE for each TZID that something kept as it came names and that has none yet: its own, if it is among
/// `own`, else that of the zone that the name means.
pub fn complete<'a>(
    calendar: &mut Component,
    own: impl IntoIterator<Item = &'a Component<'static>>,
    now: Timestamp,
) {
    let mut named = Vec::new();
    tzids(calendar, &mut named);
    let timezones = calendar.components.iter().filter(|c| c.is("VTIMEZONE"));
    let mut there: Vec<String> = timezones.filter_map(tzid_of).collect();
    let mut missing = Vec::new();
    for zone in own {
        let new = tzid_of(zone).filter(|id| !there.contains(id));
        if let Some(id) = new {
            there.push(id);
            missing.push(zone.clone());
        }
    }
    for tzid in named.into_iter().filter(|id| !there.contains(id)) {
        if let Some(zone) = zone_named(&tzid) {
            let (from, to) = (Timestamp::UNIX_EPOCH, horizon(now));
            missing.push(named_component(&tzid, zone.name(), from, to));
        }
    }
    // RFC 5545 3.6.5: anywhere in the calendar; some readers want them first.
    calendar.components.splice(0..0, missing);
}

fn tzid_of(zone: &Component) -> Option<String> {
    zone.property("TZID").map(Property::as_text)
}

fn horizon(from: Timestamp) -> Timestamp {
    let from = Offset::UTC.to_datetime(from);
    value::utc(from.saturating_add(Span::new().years(YEARS)))
}

fn zones_of(when: &When) -> impl Iterator<Item = &Zone> {
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
    named_component(name, name, from, to)
}

/// The same under a name of somebody else's.
fn named_component(tzid: &str, name: &str, from: Timestamp, to: Timestamp) -> Component<'static> {
    let mut component =
        Component::new("VTIMEZONE").with(Property::new("TZID", escape(tzid).into_owned()));
    let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    let (changes, goes_on) = changes(&zone, from, to);
    let mut kinds: Vec<&Kind> = Vec::new();
    for change in &changes {
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

/// The change in force at `from` and all that follow until `to`; and whether more follow.
fn changes(zone: &TimeZone, from: Timestamp, to: Timestamp) -> (Vec<Change>, bool) {
    let first = zone.preceding(from).next().map(|t| t.timestamp());
    let mut following = zone.following(from);
    let mut instants: Vec<Timestamp> = first.into_iter().collect();
    let mut goes_on = false;
    for next in following.by_ref().map(|t| t.timestamp()) {
        if next > to || instants.len() >= TRANSITIONS_MAX {
            goes_on = true;
            break;
        }
        instants.push(next);
    }
    let mut changes: Vec<Change> = instants.iter().map(|at| change(zone, *at)).collect();
    if first.is_none() {
        // Always as it is at `from`, up to the first change.
        let mut start = change(zone, from);
        start.kind.from = start.kind.to;
        start.onset = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).min(start.onset);
        changes.insert(0, start);
    }
    (changes, goes_on)
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
