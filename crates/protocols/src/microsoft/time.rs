//! Start, end and zone.
//!
//! Graph answers in UTC (or in the zone that was asked for) and names the zone in which the event was set beside it.
//! That name is usually a Windows name, which stands for many IANA zones; the exact one is in `kalendsZone`.
//! All-day events are at midnight whatever zone is asked for, so only the date part is read.

use std::borrow::Cow;

use calendar::{Duration, Event as Model, Loss, When, Zone};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
};

use super::{
    Error, Side,
    fields::Out,
    property::Property,
    wire::{DateTimeTimeZone, Event},
};
use crate::zones::{iana_to_windows, in_known_zones, zone_named};

const OWN_RULES: &str = "the zone brought its own rules";

/// The start and length that `wire` has, over those of `base`; `None` if it says nothing about them.
pub(super) fn read(
    wire: &Event,
    base: &When,
    side: Side<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Option<When>, Error> {
    if wire.start.is_none() && wire.end.is_none() && wire.is_all_day.is_none() {
        return Ok(None);
    }
    if wire.is_all_day.unwrap_or(base.is_all_day()) {
        return all_day(wire, base).map(Some);
    }
    timed(wire, base, side, losses).map(Some)
}

fn all_day(wire: &Event, base: &When) -> Result<When, Error> {
    let date = |time: &Option<DateTimeTimeZone>, field| match time {
        Some(time) => civil(time, field).map(|local| Some(local.date())),
        None => Ok(None),
    };
    let start = date(&wire.start, "start.dateTime")?;
    let end = date(&wire.end, "end.dateTime")?;
    let first: Date = start.unwrap_or_else(|| base.local_start().date());
    let days = match end {
        Some(end) => first.until(end).map_or(1, |span| span.get_days()),
        None => i32::try_from(base.duration().days).unwrap_or(1),
    };
    Ok(When::all_day(first, u32::try_from(days).unwrap_or(1)))
}

fn timed(wire: &Event, base: &When, side: Side<'_>, losses: &mut Vec<Loss>) -> Result<When, Error> {
    let hint = Hint::of(wire);
    let named = zone_of(wire, side, losses);
    let zone = named
        .or_else(|| side.series_zone().or(base.zone()).cloned())
        .unwrap_or_else(Zone::utc);
    let exact = [hint.as_ref().map(|h| &h.start), side.series_zone()]
        .into_iter()
        .flatten()
        .find(|exact| same_windows(exact, &zone));
    let floating = match &hint {
        Some(hint) => hint.floating && same_windows(&hint.start, &zone),
        None => false,
    };
    let zone = exact.cloned().unwrap_or(zone);

    let start = match &wire.start {
        Some(time) => local_in(time, &zone, "start.dateTime")?,
        None => base.local_start(),
    };
    let began = zone.to_instant(start);
    let duration = match &wire.end {
        Some(time) => length(began, instant(time, "end.dateTime")?)?,
        None => base.duration(),
    };
    let end_zone = end_zone(wire, side, exact_end(hint.as_ref(), base), &zone);
    // An end that its zone's clocks show twice was written in UTC.
    let hinted = hint.as_ref().and_then(|hint| hint.end.clone());
    let end_zone = match (end_zone, hinted) {
        (Some(end), Some(exact))
            if end.is_utc() && is_shown_twice(ends(began, duration), &exact) =>
        {
            Some(exact)
        }
        (end, _) => end,
    };
    let own = hint.is_some_and(|hint| hint.end.is_none());
    let end_zone = end_zone
        .filter(|end| !(own && end.is_utc() && is_shown_twice(ends(began, duration), &zone)));
    Ok(When::Timed {
        start,
        zone: (!floating).then_some(zone),
        duration,
        end_zone,
    })
}

fn ends(began: Timestamp, duration: Duration) -> Timestamp {
    let length = SignedDuration::from_secs(duration.seconds.into());
    began.checked_add(length).unwrap_or(began)
}

fn length(began: Timestamp, ended: Timestamp) -> Result<Duration, Error> {
    let seconds = ended.as_second() - began.as_second();
    let seconds = u32::try_from(seconds)
        .map_err(|_| Error::malformed("end", "is before the start, or a century after it"))?;
    Ok(Duration { days: 0, seconds })
}

/// The zone that the event is set in. Of a series: that in which it recurs.
fn zone_of(wire: &Event, side: Side<'_>, losses: &mut Vec<Loss>) -> Option<Zone> {
    let asked = wire.start.as_ref().and_then(|s| s.time_zone.as_deref());
    let range = wire.recurrence.as_ref().map(|r| &r.range);
    let recurs = range.and_then(|r| r.recurrence_time_zone.as_deref());
    let names = match side {
        Side::Client => [asked, None, None],
        Side::Server => [recurs, wire.original_start_time_zone.as_deref(), asked],
        // What was asked for is no zone of the event: a stub has that of its series.
        Side::Exception { .. } => [wire.original_start_time_zone.as_deref(), None, None],
    };
    let mut names = names.into_iter().flatten().filter(|name| !name.is_empty());
    let first = names.next()?;
    zone_named(first).or_else(|| {
        losses.push(Loss::new(
            "timeZone",
            "the mailbox has a zone of its own whose rules it does not tell",
            "the next best zone that the event names",
        ));
        names.find_map(zone_named)
    })
}

/// The exact end zone that we once wrote, or, if we did not, that of the series.
fn exact_end<'a>(hint: Option<&'a Hint>, base: &'a When) -> Option<&'a Zone> {
    match (hint, base) {
        (Some(hint), _) => hint.end.as_ref(),
        (None, When::Timed { end_zone, .. }) => end_zone.as_ref(),
        (None, When::AllDay { .. }) => None,
    }
}

fn end_zone(wire: &Event, side: Side<'_>, exact: Option<&Zone>, start: &Zone) -> Option<Zone> {
    let name = match side {
        Side::Client => wire.end.as_ref().and_then(|e| e.time_zone.as_deref()),
        Side::Server | Side::Exception { .. } => wire.original_end_time_zone.as_deref(),
    };
    let zone = zone_named(name?)?;
    match exact.filter(|exact| same_windows(exact, &zone)) {
        Some(exact) => Some(exact.clone()),
        None => (!same_windows(&zone, start)).then_some(zone),
    }
}

/// Whether two zones are one for Windows.
fn same_windows(a: &Zone, b: &Zone) -> bool {
    a == b || (a.is_utc() && b.is_utc()) || {
        let windows = iana_to_windows(a.name());
        windows.is_some() && windows == iana_to_windows(b.name())
    }
}

/// The civil time that is written, whatever its zone.
fn civil(time: &DateTimeTimeZone, field: &'static str) -> Result<DateTime, Error> {
    let text = time.date_time.trim_end_matches(['Z', 'z']);
    text.parse()
        .map_err(|_| Error::malformed(field, "is not a civil time such as 2026-11-23T09:00:00"))
}

/// The instant that a time means. One with an offset of its own needs no zone.
pub(super) fn instant(time: &DateTimeTimeZone, field: &'static str) -> Result<Timestamp, Error> {
    if let Ok(at) = time.date_time.parse() {
        return Ok(at);
    }
    let zone = own_zone(time, field)?;
    civil(time, field).map(|local| zone.to_instant(local))
}

fn local_in(time: &DateTimeTimeZone, zone: &Zone, field: &'static str) -> Result<DateTime, Error> {
    let own = own_zone(time, field)?;
    match time.date_time.parse::<Timestamp>() {
        // No detour for a time in the very zone: it may be in a gap.
        Err(_) if same_windows(&own, zone) => civil(time, field),
        Err(_) => civil(time, field).map(|local| zone.to_local(own.to_instant(local))),
        Ok(at) => Ok(zone.to_local(at)),
    }
}

fn own_zone(time: &DateTimeTimeZone, field: &'static str) -> Result<Zone, Error> {
    match time.time_zone.as_deref().filter(|name| !name.is_empty()) {
        None => Ok(Zone::utc()),
        Some(name) => zone_named(name)
            .ok_or_else(|| Error::malformed(field, "is in a zone whose name we do not know")),
    }
}

/// `kalendsZone`: `Europe/Vienna`, `floating Europe/Vienna`, `Europe/Vienna > America/New_York`.
struct Hint {
    floating: bool,
    start: Zone,
    end: Option<Zone>,
}

impl Hint {
    fn of(wire: &Event) -> Option<Self> {
        let text = Property::Zone.of(wire)?;
        let (floating, text) = match text.strip_prefix("floating ") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (start, end) = match text.split_once(" > ") {
            Some((start, end)) => (start, Zone::iana(end)),
            None => (text, None),
        };
        let start = Zone::iana(start)?;
        Some(Self {
            floating,
            start,
            end,
        })
    }
}

/// Writes start, end, whether it is all day, and the exact zones. `viewer` is the zone for floating times.
pub(super) fn write(when: &When, viewer: &Zone, repeats: bool, out: &mut Out) -> Result<(), Error> {
    let (start, end) = match when {
        When::AllDay { .. } => {
            let utc = |local| DateTimeTimeZone::new(local, "UTC");
            (utc(when.local_start()), utc(when.local_end()))
        }
        When::Timed { .. } => timed_fields(when, viewer, repeats, out)?,
    };
    out.set("start", &start);
    out.set("end", &end);
    out.set("isAllDay", &when.is_all_day());
    Ok(())
}

fn timed_fields(
    when: &When,
    viewer: &Zone,
    repeats: bool,
    out: &mut Out,
) -> Result<(DateTimeTimeZone, DateTimeTimeZone), Error> {
    let zone = series_zone(when, viewer, repeats, &mut out.losses)?;
    let start_local = match when.zone() {
        // A zone that cannot be written: the same moment in the one that can.
        Some(own @ Zone::Custom(_)) => zone.to_local(own.to_instant(when.local_start())),
        _ => when.local_start(),
    };
    let ended = zoned(when, &zone).end_instant(&jiff::tz::TimeZone::UTC);
    let end_zone = match when {
        When::Timed {
            end_zone: Some(Zone::Custom(_)),
            ..
        } => {
            out.lose("timeZone", OWN_RULES, "the end in the zone of the start");
            None
        }
        When::Timed { end_zone, .. } => end_zone.as_ref(),
        When::AllDay { .. } => None,
    };
    if zone.to_local(zone.to_instant(start_local)) != start_local {
        let reason = "the clocks of its zone skip this time";
        out.lose("start", reason, "the time that they show then");
    }
    if when.duration().days > 0 {
        let reason = "lengths are hours there, which a change of clocks does not stretch";
        out.lose("duration", reason, "so many hours");
    }
    let mut hint = zone.name().to_owned();
    if let Some(end) = end_zone {
        hint = format!("{hint} > {}", end.name());
    }
    if when.zone().is_none() {
        hint = format!("floating {hint}");
    }
    out.property(Property::Zone, hint);
    let end = end_in(ended, end_zone.unwrap_or(&zone));
    Ok((DateTimeTimeZone::new(start_local, wire_name(&zone)), end))
}

/// An end that its zone's clocks show twice is written in UTC.
fn end_in(at: Timestamp, zone: &Zone) -> DateTimeTimeZone {
    if is_shown_twice(at, zone) {
        DateTimeTimeZone::new(Zone::utc().to_local(at), "UTC")
    } else {
        DateTimeTimeZone::new(zone.to_local(at), wire_name(zone))
    }
}

/// Whether the clocks of a zone show the time of an instant twice, and this is the second time.
fn is_shown_twice(at: Timestamp, zone: &Zone) -> bool {
    zone.to_instant(zone.to_local(at)) != at
}

/// The same time with the zone that it is written in.
fn zoned(when: &When, written: &Zone) -> When {
    match when.zone() {
        Some(_) => when.clone(),
        None => When::zoned(when.local_start(), written.clone(), when.duration()),
    }
}

/// The event with its own zones replaced by those of the database that show the same times, and the losses.
pub(super) fn known<'e>(event: &'e Model, preferred: &[&Zone]) -> (Cow<'e, Model>, Vec<Loss>) {
    in_known_zones(event, preferred, OWN_RULES)
}

/// The zone that is written: the event's own, the viewer's for floating times, UTC where the own one has rules that
/// Graph cannot have.
pub(super) fn series_zone(
    when: &When,
    viewer: &Zone,
    repeats: bool,
    losses: &mut Vec<Loss>,
) -> Result<Zone, Error> {
    match when.zone() {
        None => Ok(viewer.clone()),
        Some(zone @ Zone::Iana(_)) => Ok(zone.clone()),
        Some(Zone::Custom(_)) if repeats => Err(Error::cannot_express(
            "timeZone",
            "the series recurs in a zone that brought its own rules",
        )),
        Some(Zone::Custom(_)) => {
            losses.push(Loss::new("timeZone", OWN_RULES, "the same moment in UTC"));
            Ok(Zone::utc())
        }
    }
}

/// The name under which a zone is written: the Windows name, which every version of Exchange knows, if it has one.
pub fn wire_name(zone: &Zone) -> &str {
    if zone.is_utc() {
        return "UTC";
    }
    iana_to_windows(zone.name()).unwrap_or_else(|| zone.name())
}
