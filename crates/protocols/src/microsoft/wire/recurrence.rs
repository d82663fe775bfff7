//! `patternedRecurrence`: how a series repeats, and for how long.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{Rest, words::words};

words! {
    /// `recurrencePatternType`.
    PatternType {
        /// Every n days.
        Daily = "daily",
        /// On days of the week, every n weeks.
        Weekly = "weekly",
        /// On a day of the month, every n months.
        AbsoluteMonthly = "absoluteMonthly",
        /// On the first … last of some weekdays of the month, every n months.
        RelativeMonthly = "relativeMonthly",
        /// On a day of one month, every n years.
        AbsoluteYearly = "absoluteYearly",
        /// On the first … last of some weekdays of one month, every n years.
        RelativeYearly = "relativeYearly",
    }
}

words! {
    /// `recurrenceRangeType`.
    RangeType {
        /// Until a day, inclusive.
        EndDate = "endDate",
        /// For ever.
        NoEnd = "noEnd",
        /// So many times.
        Numbered = "numbered",
    }
}

words! {
    /// `weekIndex`.
    WeekIndex {
        /// The first one.
        First = "first",
        /// The second one.
        Second = "second",
        /// The third one.
        Third = "third",
        /// The fourth one.
        Fourth = "fourth",
        /// The last one.
        Last = "last",
    }
}

words! {
    /// `dayOfWeek`.
    DayOfWeek {
        /// Sunday.
        Sunday = "sunday",
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
    }
}

impl From<Weekday> for DayOfWeek {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Sunday => Self::Sunday,
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
        }
    }
}

impl DayOfWeek {
    /// The weekday, if it is one.
    pub fn weekday(&self) -> Option<Weekday> {
        Some(match self {
            Self::Sunday => Weekday::Sunday,
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Other(_) => return None,
        })
    }
}

/// `patternedRecurrence`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatternedRecurrence {
    /// How it repeats.
    pub pattern: RecurrencePattern,
    /// For how long.
    pub range: RecurrenceRange,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `recurrencePattern`. Answers fill every property, those that the type does not use with zeros and defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecurrencePattern {
    /// Which of the six.
    #[serde(rename = "type")]
    pub kind: PatternType,
    /// Every how many days, weeks, months or years.
    #[serde(default = "one")]
    pub interval: i32,
    /// 1–12 for the yearly types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<i32>,
    /// 1–31 for the absolute types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<i32>,
    /// For the weekly and the relative types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_of_week: Option<Vec<DayOfWeek>>,
    /// For the weekly type; Sunday if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day_of_week: Option<DayOfWeek>,
    /// For the relative types; the first if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<WeekIndex>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}

fn one() -> i32 {
    1
}

/// `recurrenceRange`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecurrenceRange {
    /// Which of the three.
    #[serde(rename = "type")]
    pub kind: RangeType,
    /// First day; the day of the master's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Date>,
    /// Last day, inclusive; the year 1 in answers where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Date>,
    /// The zone in which the days are meant and in which the series recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence_time_zone: Option<String>,
    /// How many times; 0 in answers where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_occurrences: Option<i32>,
    /// Anything else.
    #[serde(flatten)]
    pub rest: Rest,
}
