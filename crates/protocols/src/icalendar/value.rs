//! Values of properties: dates, times, offsets, durations (RFC 5545 3.3).

use calendar::{When, Zone};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::{Error, component::Property, text::trim, vtimezone::Zones};

/// A DATE or DATE-TIME value with what its TZID means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A day.
    Date(Date),
    /// A civil time without a zone.
    Floating(DateTime),
    /// A civil time in a zone that was named by TZID.
    Zoned(DateTime, Zone),
    /// An instant (`…Z`).
    Utc(Timestamp),
}

impl Moment {
    /// The civil time that stands in the text, midnight for a day.
    pub fn civil(&self) -> DateTime {
        match self {
            Self::Date(date) => date.to_datetime(Time::midnight()),
            Self::Floating(local) | Self::Zoned(local, _) => *local,
            Self::Utc(at) => Offset::UTC.to_datetime(*at),
        }
    }

    /// The instant, with floating times and days read in `zone`.
    pub fn instant(&self, zone: Option<&Zone>) -> Timestamp {
        let local = |at: DateTime| match zone {
            Some(zone) => zone.to_instant(at),
            None => utc(at),
        };
        match self {
            Self::Utc(at) => *at,
            Self::Zoned(at, zone) => zone.to_instant(*at),
            Self::Floating(_) | Self::Date(_) => local(self.civil()),
        }
    }

    /// The local start of the occurrence that this value names in a series that starts at `first`.
    pub fn local_in(&self, first: &When) -> DateTime {
        match (first, self) {
            // A day may stand for the occurrence on it.
            (When::Timed { start, .. }, Self::Date(date)) => date.to_datetime(start.time()),
            (When::AllDay { .. }, _) => self.civil().date().to_datetime(Time::midnight()),
            (When::Timed { zone, .. }, Self::Utc(_) | Self::Zoned(..)) => match zone {
                Some(own) if !matches!(self, Self::Zoned(_, z) if z == own) => {
                    own.to_local(self.instant(None))
                }
                _ => self.civil(),
            },
            (When::Timed { .. }, Self::Floating(at)) => *at,
        }
    }
}

/// The instant of a civil time in UTC.
pub fn utc(local: DateTime) -> Timestamp {
    Offset::UTC.to_timestamp(local).unwrap_or(Timestamp::MAX)
}

/// Reads a DATE or DATE-TIME property value; `value` is one element where the property is a list.
pub fn moment(property: &Property, value: &str, zones: &Zones) -> Result<Moment, Error> {
    let value = trim(value);
    if let Some(date) = date(value) {
        return Ok(Moment::Date(date));
    }
    let (local, is_utc) = date_time(value)
        .or_else(|| overgrown(value))
        .ok_or_else(|| {
            bad(
                property,
                "a date such as 20261123 or a time such as 20261123T090000Z is needed",
            )
        })?;
    let tzid = property.parameter("TZID").filter(|id| !id.is_empty());
    Ok(match (tzid, is_utc) {
        (None, true) => Moment::Utc(utc(local)),
        (None, false) => Moment::Floating(local),
        (Some(id), false) => Moment::Zoned(local, zones.named(&id)),
        // Both are forbidden together; the instant is certain, so it is kept and shown in that zone.
        (Some(id), true) => {
            let zone = zones.named(&id);
            Moment::Zoned(zone.to_local(utc(local)), zone)
        }
    })
}

/// A time with a line behind it that was no property, and was taken as part of the value.
fn overgrown(value: &str) -> Option<(DateTime, bool)> {
    date_time(value.split_once("\\n")?.0.trim_end())
}

/// The error for a value that cannot be read.
pub fn bad(property: &Property, problem: &'static str) -> Error {
    Error::Value {
        line: property.line.0,
        property: property.name.to_ascii_uppercase(),
        problem,
    }
}

/// `20261123`, and `2026-11-23` and `20261123Z` because they are seen: a day is the same day everywhere.
pub fn date(value: &str) -> Option<Date> {
    let (year, month, day) = match value.as_bytes() {
        [y @ .., m1, m2, d1, d2, b'Z'] if y.len() == 4 => (y, [*m1, *m2], [*d1, *d2]),
        [y @ .., m1, m2, d1, d2] if y.len() == 4 => (y, [*m1, *m2], [*d1, *d2]),
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => (y, [*m1, *m2], [*d1, *d2]),
        _ => return None,
    };
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// `20261123T090000`, with or without `Z`; also `T0900` and the extended form. The flag says whether it had the `Z`.
pub fn date_time(value: &str) -> Option<(DateTime, bool)> {
    if let Some(usual) = usual(value.as_bytes()) {
        return Some(usual);
    }
    let (value, is_utc) = match value.strip_suffix(['Z', 'z']) {
        Some(value) => (value, true),
        None => (value, false),
    };
    let (day, time) = value.split_once(['T', 't'])?;
    let (hours, minutes, seconds) = match time.as_bytes() {
        [h1, h2, m1, m2, s1, s2] | [h1, h2, b':', m1, m2, b':', s1, s2] => {
            ([*h1, *h2], [*m1, *m2], small([*s1, *s2])?)
        }
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([*h1, *h2], [*m1, *m2], 0),
        _ => return None,
    };
    // A leap second is read as the second before it (RFC 5545 3.3.12).
    let time = Time::new(small(hours)?, small(minutes)?, seconds.min(59), 0).ok()?;
    (seconds <= 60).then_some((date(day)?.to_datetime(time), is_utc))
}

/// The form in which nearly all of them come.
fn usual(value: &[u8]) -> Option<(DateTime, bool)> {
    let (value, is_utc) = match value {
        [value @ .., b'Z'] => (value, true),
        value => (value, false),
    };
    let [year @ .., m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2] = value else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    let date = Date::new(number(year)?, small([*m1, *m2])?, small([*d1, *d2])?).ok()?;
    let (hours, minutes) = (small([*h1, *h2])?, small([*n1, *n2])?);
    let time = Time::new(hours, minutes, small([*s1, *s2])?, 0).ok()?;
    Some((date.to_datetime(time), is_utc))
}

/// Up to four digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |n: i16, digit| {
        let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
        Some(n * 10 + digit)
    })
}

fn small(digits: [u8; 2]) -> Option<i8> {
    number(&digits)?.try_into().ok()
}

/// `20261123`.
pub(super) fn push_date(out: &mut String, date: Date) {
    if let Ok(year) = u16::try_from(date.year()) {
        push_two(out, (year / 100 % 100) as u8);
        push_two(out, (year % 100) as u8);
    } else {
        let year = format!("{:04}", date.year());
        out.push_str(&year);
    }
    push_two(out, date.month().unsigned_abs());
    push_two(out, date.day().unsigned_abs());
}

/// `20261123T090000`.
pub(super) fn push_local(out: &mut String, at: DateTime) {
    push_date(out, at.date());
    out.push('T');
    for part in [at.hour(), at.minute(), at.second()] {
        push_two(out, part.unsigned_abs());
    }
}

fn push_two(out: &mut String, number: u8) {
    out.push(char::from(b'0' + number / 10));
    out.push(char::from(b'0' + number % 10));
}

/// A number without leading zeros.
pub(super) fn push_number(out: &mut String, number: u32) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// `20261123T090000`.
pub fn write_local(at: DateTime) -> String {
    let mut text = String::with_capacity(16);
    push_local(&mut text, at);
    text
}

/// `20261123T090000Z`.
pub fn write_utc(at: Timestamp) -> String {
    write_local(Offset::UTC.to_datetime(at)) + "Z"
}

/// `+0100`, `-003000`: seconds east of UTC (RFC 5545 3.3.14).
pub fn offset(value: &str) -> Option<i32> {
    let value = value.trim();
    let (sign, digits) = match value.as_bytes().first()? {
        b'-' => (-1, &value[1..]),
        b'+' => (1, &value[1..]),
        _ => (1, value),
    };
    let digits = digits.replace(':', "");
    let n = |range| number(digits.as_bytes().get(range)?).map(i32::from);
    let seconds = match digits.len() {
        6 => n(4..6)?,
        4 => 0,
        _ => return None,
    };
    let total = n(0..2)? * 3600 + n(2..4)? * 60 + seconds;
    (total < 93_600).then_some(sign * total)
}

/// Writes seconds east of UTC.
pub fn write_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let n = seconds.abs();
    let (h, m, s) = (n / 3600, n / 60 % 60, n % 60);
    if s == 0 {
        format!("{sign}{h:02}{m:02}")
    } else {
        format!("{sign}{h:02}{m:02}{s:02}")
    }
}

/// A signed duration in seconds (RFC 5545 3.3.6), days counted as 24 hours.
pub fn signed_duration(value: &str) -> Option<i64> {
    let value = value.trim();
    let (sign, rest) = match value.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, value),
    };
    let duration: calendar::Duration = rest.parse().ok()?;
    Some(sign * (i64::from(duration.days) * 86_400 + i64::from(duration.seconds)))
}

/// A period in UTC (RFC 5545 3.3.9), whose end is a time or a duration. One whose end is neither lasts no time.
pub fn utc_period(value: &str) -> Option<(Timestamp, Timestamp)> {
    let (start, end) = value.split_once('/')?;
    let start = utc(date_time(start.trim())?.0);
    let end = end.trim();
    let length = || SignedDuration::from_secs(signed_duration(end).unwrap_or_default());
    let end = date_time(end).map_or_else(
        || start.saturating_add(length()).unwrap_or(start),
        |(end, _)| utc(end),
    );
    Some((start, end))
}

/// Writes a signed duration: whole days as days, as all clients do for alarms.
pub fn write_signed_duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let n = seconds.unsigned_abs();
    let duration = calendar::Duration {
        days: u32::try_from(n / 86_400).unwrap_or(u32::MAX),
        seconds: u32::try_from(n % 86_400).unwrap_or(0),
    };
    format!("{sign}{duration}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times() {
        assert_eq!(date("20261123").unwrap().to_string(), "2026-11-23");
        assert_eq!(date("2026-11-23"), date("20261123"));
        assert_eq!(date("20261123Z"), date("20261123"));
        let (at, utc) = date_time("20261123T235960Z").unwrap();
        assert_eq!((write_local(at).as_str(), utc), ("20261123T235959", true));
        assert_eq!(
            date_time("2026-11-23T09:00:00").unwrap().0,
            date_time("20261123T0900").unwrap().0
        );
        for wrong in [
            "20261323",
            "2026-11-23Z",
            "2026112",
            "+2026112",
            "",
            "ﬁ261123",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        for wrong in [
            "20261123T",
            "20261123T2500",
            "20261123T090061",
            "9999920261123T090000",
            "x",
        ] {
            assert_eq!(date_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn offsets_and_durations_come_back() {
        for text in ["+0000", "+0100", "-0330", "+001730", "-1200"] {
            assert_eq!(write_offset(offset(text).unwrap()), text);
        }
        assert_eq!(offset("01:00"), Some(3600));
        assert_eq!(offset("+9900"), None);
        for text in ["-PT15M", "PT0S", "-P1D", "P1DT2H", "-PT23H59M59S"] {
            assert_eq!(write_signed_duration(signed_duration(text).unwrap()), text);
        }
        assert_eq!(signed_duration("-P1W"), Some(-604_800));
        let hour = utc_period("20261129T090000Z/20261129T100000Z");
        assert!(hour.is_some());
        assert_eq!(utc_period("20261129T090000Z/PT1H"), hour);
        assert_eq!(utc_period("20261129T090000Z"), None);
    }
}
