//! The recurrence rule as data (RFC 5545 3.3.10, RFC 7529, RFC 8984 4.3.3). How it is expanded: [`crate::recurrence`].

mod bits;
mod english;
mod phrase;
pub mod set;
mod text;
mod words;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
};
use serde::{Deserialize, Serialize};

pub use english::English;
pub use phrase::Phrase;
pub use text::BadRule;
pub use words::Words;

use set::{MonthDaySet, MonthSet, OrdinalSet, TimeSet, WeekSet, WeekdaySet};

/// One RRULE. The BY* parts are sorted sets; an empty set is a part that was not given.
///
/// ```
/// use kalends_calendar::{Frequency, Rule};
/// let rule: Rule = "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6".parse()?;
/// assert_eq!((rule.frequency, rule.count), (Frequency::Monthly, Some(6)));
/// assert_eq!(rule.to_string(), "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-1");
/// # Ok::<(), kalends_calendar::BadRule>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// FREQ.
    pub frequency: Frequency,
    /// INTERVAL, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub interval: u32,
    /// COUNT, at least 1. Never together with `until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// UNTIL, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// WKST.
    #[serde(
        default = "monday",
        skip_serializing_if = "is_monday",
        with = "weekday"
    )]
    pub week_start: Weekday,
    /// BYSECOND, 0–60.
    #[serde(default, skip_serializing_if = "TimeSet::is_empty")]
    pub by_second: TimeSet,
    /// BYMINUTE, 0–59.
    #[serde(default, skip_serializing_if = "TimeSet::is_empty")]
    pub by_minute: TimeSet,
    /// BYHOUR, 0–23.
    #[serde(default, skip_serializing_if = "TimeSet::is_empty")]
    pub by_hour: TimeSet,
    /// BYDAY.
    #[serde(default, skip_serializing_if = "WeekdaySet::is_empty")]
    pub by_day: WeekdaySet,
    /// BYMONTHDAY, 1–31 or −31–−1.
    #[serde(default, skip_serializing_if = "MonthDaySet::is_empty")]
    pub by_month_day: MonthDaySet,
    /// BYYEARDAY, 1–366 or −366–−1.
    #[serde(default, skip_serializing_if = "OrdinalSet::is_empty")]
    pub by_year_day: OrdinalSet,
    /// BYWEEKNO, 1–53 or −53–−1.
    #[serde(default, skip_serializing_if = "WeekSet::is_empty")]
    pub by_week_no: WeekSet,
    /// BYMONTH, 1–12 (13 in some calendars of RFC 7529), without those in `by_leap_month`.
    #[serde(default, skip_serializing_if = "MonthSet::is_empty")]
    pub by_month: MonthSet,
    /// Months of BYMONTH that were given with the leap suffix `L` (RFC 7529); not in `by_month`.
    #[serde(default, skip_serializing_if = "MonthSet::is_empty")]
    pub by_leap_month: MonthSet,
    /// BYSETPOS, 1–366 or −366–−1.
    #[serde(default, skip_serializing_if = "OrdinalSet::is_empty")]
    pub by_set_position: OrdinalSet,
    /// RSCALE in capitals (RFC 7529); `None` is Gregorian without `SKIP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rscale: Option<Box<str>>,
    /// SKIP (RFC 7529).
    #[serde(default, skip_serializing_if = "Skip::is_omit")]
    pub skip: Skip,
}

impl Rule {
    /// Every `frequency`, for ever.
    ///
    /// ```
    /// use kalends_calendar::{Frequency, Rule};
    /// let rule = Rule { interval: 2, ..Rule::every(Frequency::Weekly) };
    /// assert_eq!(rule.to_string(), "FREQ=WEEKLY;INTERVAL=2");
    /// ```
    pub fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            by_second: TimeSet::default(),
            by_minute: TimeSet::default(),
            by_hour: TimeSet::default(),
            by_day: WeekdaySet::default(),
            by_month_day: MonthDaySet::default(),
            by_year_day: OrdinalSet::default(),
            by_week_no: WeekSet::default(),
            by_month: MonthSet::default(),
            by_leap_month: MonthSet::default(),
            by_set_position: OrdinalSet::default(),
            rscale: None,
            skip: Skip::Omit,
        }
    }
}

/// FREQ.
///
/// ```
/// use kalends_calendar::Frequency;
/// assert!(Frequency::Hourly < Frequency::Daily); // By length.
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// Where a rule ends, inclusive. Zoned rules compare instants, floating and all-day rules civil values.
///
/// ```
/// use kalends_calendar::{Rule, Until};
/// let rule: Rule = "FREQ=DAILY;UNTIL=20261231".parse()?;
/// assert_eq!(rule.until, Some(Until::Date("2026-12-31".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// A day.
    Date(Date),
    /// A civil time in the zone of the event.
    Local(DateTime),
    /// An instant.
    Utc(Timestamp),
}

/// A BYDAY element: every such weekday, or the nth of the month or year (from the end if negative).
///
/// ```
/// use jiff::civil::Weekday;
/// use kalends_calendar::{NthWeekday, Rule};
/// let rule: Rule = "FREQ=MONTHLY;BYDAY=-1FR".parse()?;
/// assert!(rule.by_day.contains(NthWeekday { nth: Some(-1), day: Weekday::Friday }));
/// # Ok::<(), kalends_calendar::BadRule>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NthWeekday {
    /// `None`: every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<i8>,
    /// The weekday.
    #[serde(with = "weekday")]
    pub day: Weekday,
}

impl NthWeekday {
    /// Every such weekday.
    ///
    /// ```
    /// use kalends_calendar::NthWeekday;
    /// assert_eq!(NthWeekday::every(jiff::civil::Weekday::Friday).nth, None);
    /// ```
    pub fn every(day: Weekday) -> Self {
        Self { nth: None, day }
    }
}

impl Ord for NthWeekday {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |w: &Self| (w.day.to_monday_zero_offset(), w.nth);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for NthWeekday {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What to do with a date that does not exist (RFC 7529 4.1).
///
/// ```
/// use kalends_calendar::{Rule, Skip};
/// let rule: Rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD".parse()?;
/// assert_eq!(rule.skip, Skip::Backward); // The 30th where there is no 31st.
/// # Ok::<(), kalends_calendar::BadRule>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Skip {
    /// Leave it out.
    #[default]
    Omit,
    /// The day (month) before.
    Backward,
    /// The day (month) after.
    Forward,
}

impl Skip {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_omit(&self) -> bool {
        *self == Self::Omit
    }
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

fn monday() -> Weekday {
    Weekday::Monday
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_monday(day: &Weekday) -> bool {
    *day == Weekday::Monday
}

/// The two-letter weekday names of RFC 5545, in lower case as RFC 8984 has them.
pub mod weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const NAMES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

    /// `mo` … `su`.
    ///
    /// ```
    /// use kalends_calendar::rule::weekday;
    /// assert_eq!(weekday::name(jiff::civil::Weekday::Friday), "fr");
    /// ```
    pub fn name(day: Weekday) -> &'static str {
        NAMES[usize::from(day.to_monday_zero_offset().unsigned_abs())]
    }

    /// The weekday of a two-letter name in any case.
    ///
    /// ```
    /// use kalends_calendar::rule::weekday;
    /// assert_eq!(weekday::parse("FR"), Some(jiff::civil::Weekday::Friday));
    /// assert_eq!(weekday::parse("friday"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Weekday> {
        let index = NAMES.iter().position(|n| n.eq_ignore_ascii_case(name))?;
        Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(day: &Weekday, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(name(*day))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Weekday, D::Error> {
        let text = String::deserialize(d)?;
        parse(&text).ok_or_else(|| D::Error::custom("a weekday is one of mo tu we th fr sa su"))
    }
}
