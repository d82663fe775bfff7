//! When an event happens: dates for all-day events, civil times with or without a zone for the others.

use std::{fmt, str::FromStr};

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::Zone;

/// Start, length and zone of an event. One merge unit: its parts only make sense together.
///
/// ```
/// use kalends_calendar::{Duration, When, Zone};
/// let leave = When::all_day("2026-12-24".parse()?, 3);
/// let vienna = Zone::iana("Europe/Vienna").ok_or("no zone data")?;
/// let talk = When::zoned("2026-12-01T18:00".parse()?, vienna, Duration::hours(2));
/// assert!(leave.is_all_day() && !talk.is_all_day());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum When {
    /// Whole days. A date never passes through an instant, so no zone can shift it.
    AllDay {
        /// First day.
        start: Date,
        /// Number of days, at least 1.
        days: u32,
    },
    /// A civil time.
    Timed {
        /// Local start in `zone`.
        start: DateTime,
        /// Zone of `start`; `None` is a floating time (the viewer's zone).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<Zone>,
        /// How long it lasts.
        duration: Duration,
        /// Zone in which the end is shown, where it differs (a flight).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_zone: Option<Zone>,
    },
}

impl When {
    /// Whole days from `start`; zero days are read as one.
    ///
    /// ```
    /// use kalends_calendar::{Duration, When};
    /// assert_eq!(When::all_day("2026-12-24".parse()?, 0).duration(), Duration::days(1));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn all_day(start: Date, days: u32) -> Self {
        Self::AllDay {
            start,
            days: days.max(1),
        }
    }

    /// A civil time in a zone.
    ///
    /// ```
    /// use kalends_calendar::{Duration, When, Zone};
    /// let when = When::zoned("2026-12-01T18:00".parse()?, Zone::utc(), Duration::hours(2));
    /// assert_eq!(when.zone(), Some(&Zone::utc()));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn zoned(start: DateTime, zone: Zone, duration: Duration) -> Self {
        Self::Timed {
            start,
            zone: Some(zone),
            duration,
            end_zone: None,
        }
    }

    /// A civil time in whatever zone the viewer is in.
    ///
    /// ```
    /// use jiff::tz::TimeZone;
    /// use kalends_calendar::{Duration, When};
    /// let alarm = When::floating("2026-12-01T07:00".parse()?, Duration::minutes(5));
    /// let tokyo = TimeZone::fixed(jiff::tz::offset(9));
    /// assert_eq!(alarm.start_instant(&tokyo).to_string(), "2026-11-30T22:00:00Z");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn floating(start: DateTime, duration: Duration) -> Self {
        Self::Timed {
            start,
            zone: None,
            duration,
            end_zone: None,
        }
    }

    /// Whether it is whole days.
    ///
    /// ```
    /// assert!(kalends_calendar::When::all_day("2026-12-24".parse()?, 1).is_all_day());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn is_all_day(&self) -> bool {
        matches!(self, Self::AllDay { .. })
    }

    /// Civil start; midnight for all-day events.
    ///
    /// ```
    /// let leave = kalends_calendar::When::all_day("2026-12-24".parse()?, 1);
    /// assert_eq!(leave.local_start().to_string(), "2026-12-24T00:00:00");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn local_start(&self) -> DateTime {
        match self {
            Self::AllDay { start, .. } => start.to_datetime(Time::midnight()),
            Self::Timed { start, .. } => *start,
        }
    }

    /// The zone of the start, if it has one.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::When::all_day("2026-12-24".parse()?, 1).zone(), None);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn zone(&self) -> Option<&Zone> {
        match self {
            Self::AllDay { .. } => None,
            Self::Timed { zone, .. } => zone.as_ref(),
        }
    }

    /// Length, in days for all-day events.
    ///
    /// ```
    /// use kalends_calendar::{Duration, When};
    /// assert_eq!(When::all_day("2026-12-24".parse()?, 3).duration(), Duration::days(3));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn duration(&self) -> Duration {
        match self {
            Self::AllDay { days, .. } => Duration {
                days: *days,
                seconds: 0,
            },
            Self::Timed { duration, .. } => *duration,
        }
    }

    /// The same length, zone and kind at the original start of an occurrence.
    ///
    /// ```
    /// use kalends_calendar::When;
    /// let leave = When::all_day("2026-12-24".parse()?, 3);
    /// let later = leave.starting_at("2027-02-01T00:00:00".parse()?);
    /// assert_eq!(later, When::all_day("2027-02-01".parse()?, 3));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn starting_at(&self, id: RecurrenceId) -> Self {
        match self {
            Self::AllDay { days, .. } => Self::AllDay {
                start: id.0.date(),
                days: *days,
            },
            Self::Timed {
                zone,
                duration,
                end_zone,
                ..
            } => Self::Timed {
                start: id.0,
                zone: zone.clone(),
                duration: *duration,
                end_zone: end_zone.clone(),
            },
        }
    }

    /// The key under which an override of the occurrence that starts here is kept.
    ///
    /// ```
    /// let leave = kalends_calendar::When::all_day("2026-12-24".parse()?, 3);
    /// assert_eq!(leave.recurrence_id().to_string(), "2026-12-24T00:00:00");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn recurrence_id(&self) -> RecurrenceId {
        RecurrenceId(self.local_start())
    }

    /// Instant of the start. `viewer` is the zone for floating times and for days.
    ///
    /// ```
    /// let leave = kalends_calendar::When::all_day("2026-12-24".parse()?, 3);
    /// let viewer = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
    /// assert_eq!(leave.start_instant(&viewer).to_string(), "2026-12-23T23:00:00Z");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn start_instant(&self, viewer: &TimeZone) -> Timestamp {
        self.instants(viewer).0
    }

    /// Instant of the (exclusive) end. `viewer` is the zone for floating times and for days.
    ///
    /// ```
    /// let leave = kalends_calendar::When::all_day("2026-12-24".parse()?, 3);
    /// assert_eq!(leave.end_instant(&jiff::tz::TimeZone::UTC).to_string(), "2026-12-27T00:00:00Z");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn end_instant(&self, viewer: &TimeZone) -> Timestamp {
        self.instants(viewer).1
    }

    /// Civil end in the start's zone (exclusive).
    ///
    /// ```
    /// use kalends_calendar::{Duration, When, Zone};
    /// // On the night when clocks go forward.
    /// let berlin = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    /// let night = When::zoned("2026-03-29T01:30".parse()?, berlin, Duration::hours(1));
    /// assert_eq!(night.local_end().to_string(), "2026-03-29T03:30:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn local_end(&self) -> DateTime {
        match self {
            Self::Timed {
                zone: Some(zone),
                duration,
                ..
            } if duration.seconds > 0 => zone.to_local(self.end_instant(&TimeZone::UTC)),
            _ => {
                let d = self.duration();
                self.local_start().saturating_add(
                    Span::new()
                        .days(i64::from(d.days))
                        .seconds(i64::from(d.seconds)),
                )
            }
        }
    }
}

/// A length of time: nominal days (which a change of clocks may make 23 or 25 hours long), then exact seconds
/// (RFC 8984 1.4.6).
///
/// ```
/// use kalends_calendar::Duration;
/// let long: Duration = "P1DT2H30M".parse()?;
/// assert_eq!(long, Duration { days: 1, seconds: 9_000 });
/// assert_eq!(long.to_string(), "P1DT2H30M");
/// # Ok::<(), kalends_calendar::when::BadDuration>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration {
    /// Nominal days.
    pub days: u32,
    /// Exact seconds on top.
    pub seconds: u32,
}

impl Duration {
    /// So many minutes.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Duration::minutes(90).to_string(), "PT1H30M");
    /// ```
    pub const fn minutes(minutes: u32) -> Self {
        Self {
            days: 0,
            seconds: minutes * 60,
        }
    }

    /// So many hours.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Duration::hours(36).to_string(), "PT36H");
    /// ```
    pub const fn hours(hours: u32) -> Self {
        Self {
            days: 0,
            seconds: hours * 3600,
        }
    }

    /// So many nominal days.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Duration::days(7).to_string(), "P7D");
    /// ```
    pub const fn days(days: u32) -> Self {
        Self { days, seconds: 0 }
    }
}

impl fmt::Display for Duration {
    /// RFC 8984 / RFC 5545 3.3.6 form: `P1DT2H30M`, `PT0S` for nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        if self.days > 0 {
            write!(f, "{}D", self.days)?;
        }
        let (h, m, s) = (
            self.seconds / 3600,
            self.seconds / 60 % 60,
            self.seconds % 60,
        );
        if self.seconds > 0 || self.days == 0 {
            f.write_str("T")?;
            for (n, unit) in [(h, 'H'), (m, 'M'), (s, 'S')] {
                if n > 0 || (unit == 'S' && self.seconds == 0) {
                    write!(f, "{n}{unit}")?;
                }
            }
        }
        Ok(())
    }
}

/// A text is not a duration of RFC 5545 3.3.6 (or is negative, or longer than `u32` seconds).
///
/// ```
/// let error = "an hour".parse::<kalends_calendar::Duration>().expect_err("words are none");
/// assert_eq!(error.to_string(), "«an hour» is not a duration such as P1D or PT1H30M");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("«{0}» is not a duration such as P1D or PT1H30M")]
pub struct BadDuration(String);

impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(s: &str) -> Result<Self, BadDuration> {
        parse_duration(s).ok_or_else(|| BadDuration(s.chars().take(40).collect()))
    }
}

fn parse_duration(s: &str) -> Option<Duration> {
    let rest = s.strip_prefix('+').unwrap_or(s).strip_prefix(['P', 'p'])?;
    let (mut days, mut seconds, mut number, mut time, mut any) =
        (0u32, 0u32, None::<u32>, false, false);
    for c in rest.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        if matches!(c, 'T' | 't') && !time && number.is_none() {
            time = true;
            continue;
        }
        let n = number.take()?;
        any = true;
        match (c.to_ascii_uppercase(), time) {
            ('W', false) => days = days.checked_add(n.checked_mul(7)?)?,
            ('D', false) => days = days.checked_add(n)?,
            ('H', true) => seconds = seconds.checked_add(n.checked_mul(3600)?)?,
            ('M', true) => seconds = seconds.checked_add(n.checked_mul(60)?)?,
            ('S', true) => seconds = seconds.checked_add(n)?,
            _ => return None,
        }
    }
    (any && number.is_none()).then_some(Duration { days, seconds })
}

impl Serialize for Duration {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Names one occurrence of a series: its original local start in the series' own zone, midnight for all-day
/// series (RFC 8984 4.3.4).
///
/// ```
/// use kalends_calendar::RecurrenceId;
/// let id: RecurrenceId = "2026-12-08T09:00:00".parse()?;
/// assert_eq!(id, RecurrenceId(jiff::civil::date(2026, 12, 8).at(9, 0, 0, 0)));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecurrenceId(pub DateTime);

impl fmt::Display for RecurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RecurrenceId {
    type Err = jiff::Error;

    fn from_str(s: &str) -> Result<Self, jiff::Error> {
        s.parse().map(Self)
    }
}

impl From<DateTime> for RecurrenceId {
    fn from(local: DateTime) -> Self {
        Self(local)
    }
}
