//! DTSTART, DTEND and DURATION (RFC 5545 3.8.2) to and from [`When`].

use calendar::{Duration, Loss, When, Zone};
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{
    Error,
    component::Property,
    names::{Name, Table},
    out::Out,
    value::{self, Moment},
    vtimezone::Zones,
};

/// The length in nominal days where DTEND can only say an exact one.
pub const NOMINAL: &str = "X-KALENDS-DURATION";

/// Reads when a component happens. An end that cannot be understood is left out: the start says where it belongs.
///
/// # Errors
/// DTSTART is missing, or is no date or time. Of an occurrence, RECURRENCE-ID stands for it.
pub fn read(table: &Table, zones: &Zones, losses: &mut Vec<Loss>) -> Result<When, Error> {
    let start = beginning(table, losses)?;
    let end = table.get(Name::DtEnd).and_then(|p| {
        let end = value::moment(p, &p.value, zones).ok();
        let lost = || {
            Loss::new(
                "duration",
                "DTEND is no date or time",
                "as if it were not there",
            )
        };
        losses.extend(end.is_none().then(lost));
        end
    });
    let length = match table.get(Name::Duration) {
        Some(p) if end.is_none() => duration(&p.value, losses),
        _ => None,
    };
    let (local, zone) = match value::moment(start, &start.value, zones)? {
        Moment::Date(date) => return Ok(all_day(date, end, length)),
        Moment::Floating(local) => (local, None),
        Moment::Zoned(local, zone) => (local, Some(zone)),
        Moment::Utc(at) => (Zone::utc().to_local(at), Some(Zone::utc())),
    };
    let Some(end) = end else {
        return Ok(timed(local, zone, length.unwrap_or_default()));
    };
    let from = instant(local, zone.as_ref());
    let to = match (&zone, &end) {
        (None, end) => value::utc(end.civil()),
        (Some(_), end) => end.instant(zone.as_ref()),
    };
    let seconds = u32::try_from(to.as_second() - from.as_second()).unwrap_or_else(|_| {
        losses.push(Loss::new(
            "duration",
            "the end is before the start",
            "no duration",
        ));
        0
    });
    let exact = timed(local, zone.clone(), Duration { days: 0, seconds });
    let nominal = table
        .get(Name::Nominal)
        .and_then(|p| p.value.parse().ok())
        .map(|duration| timed(local, zone, duration))
        .filter(|when| ends(when) == ends(&exact));
    let mut when = nominal.unwrap_or(exact);
    if let (
        When::Timed {
            zone: Some(start),
            end_zone,
            ..
        },
        Moment::Zoned(_, other),
    ) = (&mut when, end)
        && *start != other
    {
        *end_zone = Some(other);
    }
    Ok(when)
}

/// The property that says when it begins.
fn beginning<'a, 't>(
    table: &Table<'a, 't>,
    losses: &mut Vec<Loss>,
) -> Result<&'a Property<'t>, Error> {
    if let Some(own) = table.get(Name::DtStart) {
        return Ok(own);
    }
    let id = table.get(Name::RecurrenceId);
    let id = id.ok_or_else(|| Error::Missing {
        line: table.component.line.0,
        component: table.component.name.to_string(),
        property: "DTSTART",
    })?;
    losses.push(Loss::new(
        "start",
        "an occurrence without DTSTART",
        "it begins where RECURRENCE-ID says",
    ));
    Ok(id)
}

fn ends(when: &When) -> Timestamp {
    when.end_instant(&TimeZone::UTC)
}

fn instant(local: DateTime, zone: Option<&Zone>) -> Timestamp {
    zone.map_or_else(|| value::utc(local), |zone| zone.to_instant(local))
}

fn timed(start: DateTime, zone: Option<Zone>, duration: Duration) -> When {
    When::Timed {
        start,
        zone,
        duration,
        end_zone: None,
    }
}

fn all_day(start: Date, end: Option<Moment>, length: Option<Duration>) -> When {
    let days = match (end, length) {
        (Some(end), _) => {
            let end = end.civil();
            let whole = start.until(end.date()).map_or(1, |span| span.get_days());
            // An end within a day includes it.
            whole + i32::from(end.time() > jiff::civil::Time::midnight())
        }
        (None, Some(length)) => {
            let more = length.seconds.div_ceil(86_400);
            i32::try_from(length.days.saturating_add(more)).unwrap_or(i32::MAX)
        }
        (None, None) => 1,
    };
    When::all_day(start, u32::try_from(days).unwrap_or(1))
}

/// The value of DURATION, bent where it is none.
fn duration(text: &str, losses: &mut Vec<Loss>) -> Option<Duration> {
    let text = text.trim();
    let (length, reason, fallback) = if let Ok(length) = text.parse() {
        return Some(length);
    } else if let Some(length) = with_late_days(text) {
        let reason = "weeks or days behind the T of a duration";
        (Some(length), reason, "read as such")
    } else if let Some(length) = text.strip_prefix('-').and_then(|rest| rest.parse().ok()) {
        let length: Duration = length;
        if length == Duration::default() {
            return Some(length);
        }
        (None, "the end is before the start", "no duration")
    } else {
        (None, "DURATION is none", "no duration")
    };
    losses.push(Loss::new("duration", reason, fallback));
    length
}

/// `PT1W`, `PT2D3H`: seen, and nothing but one length can be meant.
fn with_late_days(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix("PT")?;
    let (days, times) = rest.split_at_checked(rest.rfind(['W', 'D'])? + 1)?;
    format!("P{days}T{times}").parse().ok()
}

/// Writes when an event happens. DTEND is always there: iCloud refuses events without it.
pub fn write(when: &When, out: &mut Out) {
    match when {
        When::AllDay { start, days } => {
            let end = start.saturating_add(Span::new().days(i64::from(*days)));
            out.start("DTSTART").date(*start);
            out.start("DTEND").date(end);
        }
        When::Timed {
            start,
            zone,
            duration,
            end_zone,
        } => {
            out.start("DTSTART").moment(*start, zone.as_ref());
            out.start("DTEND");
            match zone {
                None => out.local(when.local_end()),
                Some(zone) => write_end(ends(when), zone, end_zone.as_ref(), out),
            }
            if duration.days > 0 {
                out.start(NOMINAL).value(&duration.to_string());
            }
        }
    }
}

fn write_end(end: Timestamp, start_zone: &Zone, end_zone: Option<&Zone>, out: &mut Out) {
    let zone = end_zone.unwrap_or(start_zone);
    let local = zone.to_local(end);
    if zone.to_instant(local) != end {
        // The second of two equal local times: only UTC can name it.
        return out.utc(end);
    }
    match end_zone {
        // Written with `Z` it would read as «in the zone of the start».
        Some(zone) => out.parameter("TZID", zone.name()).local(local),
        None => out.moment(local, Some(zone)),
    }
}
