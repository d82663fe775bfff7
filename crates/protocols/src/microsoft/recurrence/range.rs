//! For how long a series goes on.

use calendar::{Until, When};
use jiff::{Span, civil::Date, tz::TimeZone};

use crate::microsoft::{
    Error,
    wire::{RangeType, RecurrenceRange, Rest},
};

/// `recurrenceRange` without its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// `noEnd`.
    Forever,
    /// `endDate`: until this day, inclusive, in the zone of the series.
    Until(Date),
    /// `numbered`: so many times, at least once.
    Count(u32),
}

impl Range {
    /// The last day on which there may be an occurrence.
    pub fn last_day(self) -> Option<Date> {
        match self {
            Self::Until(date) => Some(date),
            _ => None,
        }
    }

    /// Reads a range.
    pub fn from_wire(wire: &RecurrenceRange) -> Result<Self, Error> {
        match &wire.kind {
            RangeType::NoEnd => Ok(Self::Forever),
            RangeType::EndDate => wire.end_date.map(Self::Until).ok_or_else(|| {
                Error::malformed("recurrence.range.endDate", "is missing for this type")
            }),
            RangeType::Numbered => wire
                .number_of_occurrences
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n > 0)
                .map(Self::Count)
                .ok_or_else(|| {
                    Error::malformed(
                        "recurrence.range.numberOfOccurrences",
                        "is missing for this type",
                    )
                }),
            RangeType::Other(_) => Err(Error::malformed(
                "recurrence.range.type",
                "is not endDate, noEnd or numbered",
            )),
        }
    }

    /// Writes the range of a series that starts on `start`, whose days are meant in the zone `zone`.
    pub fn to_wire(self, start: Date, zone: &str) -> RecurrenceRange {
        let (kind, end_date, number) = match self {
            Self::Forever => (RangeType::NoEnd, None, None),
            Self::Until(date) => (RangeType::EndDate, Some(date.max(start)), None),
            Self::Count(n) => (
                RangeType::Numbered,
                None,
                Some(i32::try_from(n).unwrap_or(i32::MAX)),
            ),
        };
        RecurrenceRange {
            kind,
            start_date: Some(start),
            end_date,
            recurrence_time_zone: Some(zone.to_owned()),
            number_of_occurrences: number,
            rest: Rest::new(),
        }
    }

    /// COUNT and UNTIL of a rule as a range. UNTIL may be a moment: a day counts if its occurrence starts by then.
    pub fn from_rule(rule: &calendar::Rule, when: &When) -> Self {
        if let Some(count) = rule.count {
            return Self::Count(count.max(1));
        }
        let local = match rule.until {
            None => return Self::Forever,
            Some(Until::Date(date)) => return Self::Until(date),
            Some(Until::Local(local)) => local,
            Some(Until::Utc(at)) => match when.zone() {
                Some(zone) => zone.to_local(at),
                None => TimeZone::UTC.to_datetime(at),
            },
        };
        let by_then = when.is_all_day() || local.time() >= when.local_start().time();
        let back = Span::new().days(i64::from(!by_then));
        Self::Until(local.date().checked_sub(back).unwrap_or(local.date()))
    }

    /// Sets COUNT or UNTIL. UNTIL is the start of the last possible occurrence: an instant for zoned events, a civil
    /// time for floating ones, a day for all-day ones (RFC 5545 3.3.10).
    pub fn apply(self, rule: &mut calendar::Rule, when: &When) {
        match self {
            Self::Forever => {}
            Self::Count(n) => rule.count = Some(n),
            Self::Until(date) => {
                let last = date.to_datetime(when.local_start().time());
                rule.until = Some(match when {
                    When::AllDay { .. } => Until::Date(date),
                    When::Timed { zone: None, .. } => Until::Local(last),
                    When::Timed {
                        zone: Some(zone), ..
                    } => Until::Utc(zone.to_instant(last)),
                });
            }
        }
    }
}
