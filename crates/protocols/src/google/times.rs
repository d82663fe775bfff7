//! Start and end: days, and civil times with zones.

use calendar::{Duration, Loss, When, Zone};
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

use super::{Error, Event as Wire, EventDateTime, extended, zones};

/// When an event is. `zone` is the calendar's, for times that do not say theirs.
pub(super) fn read(wire: &Wire, zone: &Zone, losses: &mut Vec<Loss>) -> Result<When, Error> {
    let start = wire
        .start
        .as_ref()
        .ok_or(Error::Missing { field: "start" })?;
    let end = wire.end.as_ref();
    if let Some(day) = &start.date {
        let first = date(day, "start.date")?;
        let days = match end.and_then(|end| end.date.as_deref()) {
            Some(last) => date(last, "end.date")?
                .since(first)
                .map_or(1, |s| s.get_days()),
            None => 1,
        };
        return Ok(When::all_day(first, u32::try_from(days).unwrap_or(1)));
    }
    let timed = Timed::read(start, None, zone, "start.dateTime", losses)?;
    let ended = match end.filter(|end| end.date_time.is_some()) {
        Some(end) => Timed::read(end, Some(&timed.zone), zone, "end.dateTime", losses)?,
        None => timed.clone(),
    };
    Ok(timed.until(&ended, wire, losses))
}

/// A local time in its zone, and the instant that was meant.
#[derive(Clone)]
struct Timed {
    local: DateTime,
    zone: Zone,
    at: Timestamp,
}

impl Timed {
    fn read(
        wire: &EventDateTime,
        start: Option<&Zone>,
        calendar: &Zone,
        field: &'static str,
        losses: &mut Vec<Loss>,
    ) -> Result<Self, Error> {
        let text = wire.date_time.as_deref().ok_or(Error::Missing { field })?;
        let malformed = Error::Malformed {
            field,
            expected: "an RFC 3339 time such as 2026-11-24T09:00:00+01:00",
        };
        let instant = text.parse::<Timestamp>().ok();
        let Some(civil) = civil(text) else {
            return Err(malformed);
        };
        let offset = instant.map_or(0, |at| seconds_between(at, civil));
        let zone = match wire.time_zone.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => zones::read(name, offset, losses),
            None => start.unwrap_or(calendar).clone(),
        };
        let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        Ok(match instant.map(whole) {
            Some(at) => Self {
                local: zone.to_local(at),
                zone,
                at,
            },
            None => Self {
                at: zone.to_instant(civil),
                local: civil,
                zone,
            },
        })
    }

    fn until(self, end: &Self, wire: &Wire, losses: &mut Vec<Loss>) -> When {
        let Self { local, zone, at } = self;
        let mut seconds = end.at.as_second().saturating_sub(at.as_second());
        if seconds < 0 {
            losses.push(Loss::new(
                "duration",
                "the end is before the start",
                "no duration",
            ));
            seconds = 0;
        }
        let exact = Duration {
            days: 0,
            seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
        };
        let end_zone = (end.zone != zone).then(|| end.zone.clone());
        if zone.to_instant(local) != at && wire.recurrence.is_none() {
            // The second 02:30 of the night in which clocks are put back has no local name in the model.
            losses.push(Loss::new(
                "timeZone",
                "this local time happens twice",
                "written in UTC",
            ));
            let local = Offset::UTC.to_datetime(at);
            return When::Timed {
                start: local,
                zone: Some(Zone::utc()),
                duration: exact,
                end_zone,
            };
        }
        let is_floating = wire.start.as_ref().and_then(|s| s.time_zone.as_deref())
            == extended::get(wire, extended::FLOATING)
            && wire.start.as_ref().is_some_and(|s| s.time_zone.is_some());
        let nominal = extended::get(wire, extended::DURATION)
            .and_then(|text| text.parse::<Duration>().ok())
            .filter(|hint| end_of(local, *hint, &zone) == end.at);
        When::Timed {
            start: local,
            zone: (!is_floating).then_some(zone),
            duration: nominal.unwrap_or(exact),
            end_zone,
        }
    }
}

/// Sets start and end, and the hints for what they cannot say.
pub(super) fn write(when: &When, calendar: &Zone, wire: &mut Wire, losses: &mut Vec<Loss>) {
    let When::Timed {
        start,
        zone,
        duration,
        end_zone,
    } = when
    else {
        let first = when.local_start().date();
        let day = |date: Date| EventDateTime {
            date: Some(date.to_string()),
            ..EventDateTime::default()
        };
        wire.start = Some(day(first));
        wire.end = Some(day(when.local_end().date()));
        return;
    };
    let asked = zone.as_ref().unwrap_or(calendar);
    let shown = zones::write(asked, calendar, losses);
    // The instant is that of the asked zone: a replaced zone must not move the event.
    let at = asked.to_instant(*start);
    if asked.to_local(at) != *start {
        let reason = "this local time does not exist in the zone";
        losses.push(Loss::new("start", reason, "the instant that it stands for"));
    }
    let end_shown = match end_zone {
        Some(end) => zones::write(end, calendar, losses),
        None => shown.clone(),
    };
    let end = end_of(*start, *duration, asked);
    if zone.is_none() {
        extended::set(wire, extended::FLOATING, zones::name(&shown));
        let reason = "Google has no floating times";
        losses.push(Loss::new("timeZone", reason, "the calendar's zone"));
    }
    if duration.days > 0 {
        extended::set(wire, extended::DURATION, duration.to_string());
    }
    wire.start = Some(date_time(at, &shown));
    wire.end = Some(date_time(end, &end_shown));
}

/// An instant as Google writes it: local time with offset, and the zone's name.
pub(super) fn date_time(at: Timestamp, zone: &Zone) -> EventDateTime {
    let local = zone.to_local(at);
    let offset = Offset::from_seconds(seconds_between(at, local)).unwrap_or(Offset::UTC);
    let text = at.display_with_offset(offset).to_string();
    EventDateTime {
        date: None,
        date_time: Some(if zone.is_utc() { at.to_string() } else { text }),
        time_zone: Some(zones::name(zone)),
    }
}

/// Nominal days first, then exact seconds (RFC 8984 1.4.6).
fn end_of(start: DateTime, duration: Duration, zone: &Zone) -> Timestamp {
    let day = start.saturating_add(Span::new().days(i64::from(duration.days)));
    zone.to_instant(day)
        .checked_add(Span::new().seconds(i64::from(duration.seconds)))
        .unwrap_or(Timestamp::MAX)
}

/// The civil part of an RFC 3339 time, with or without an offset, in whole seconds.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let civil: DateTime = text.parse().ok()?;
    civil.with().subsec_nanosecond(0).build().ok()
}

/// Seconds that `local` is ahead of `at` in UTC.
fn seconds_between(at: Timestamp, local: DateTime) -> i32 {
    let as_utc = Offset::UTC.to_timestamp(local).unwrap_or(at);
    i32::try_from(as_utc.as_second() - at.as_second()).unwrap_or(0)
}

fn date(text: &str, field: &'static str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Malformed {
        field,
        expected: "a day such as 2026-11-24",
    })
}
