//! Recurrence: the six patterns of Graph, and what they have in common with RRULE.
//!
//! [`Pattern`] is a pattern that has been checked. [`Pattern::from_wire`] and [`Pattern::to_wire`] are its JSON,
//! [`Pattern::from_rule`] and [`Pattern::to_rule`] its RRULE, [`Pattern::dates`] the days that it generates. [`express`] also
//! finds the pattern of a series whose rules are spelled as no pattern is, if there is one that is provably equal.
//!
//! A day of the month that a month does not have is its last day: `absoluteMonthly` 31 is the last day of every month,
//! 30 the 30th or the last of February. RRULE leaves such months out. So 31 is BYMONTHDAY=-1, 30 is
//! BYMONTHDAY=28,29,30;BYSETPOS=-1, and BYMONTHDAY=31 cannot be had.

mod dates;
mod equal;
mod from_rule;
mod range;
mod to_rule;
mod wired;

use std::collections::BTreeSet;

use jiff::civil::Weekday;

pub use equal::express;
pub use range::Range;

/// One of the six patterns, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Every how many days, weeks, months or years; at least 1.
    pub interval: u32,
    /// On which of their days.
    pub days: Days,
}

/// The days of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Days {
    /// `daily`.
    Daily,
    /// `weekly`.
    Weekly {
        /// On these days of the week, at least one.
        days: WeekdaySet,
        /// Where a week begins; matters for intervals above 1.
        first: Weekday,
    },
    /// `absoluteMonthly`, `relativeMonthly`.
    Monthly(InMonth),
    /// `absoluteYearly`, `relativeYearly`.
    Yearly {
        /// 1–12.
        month: i8,
        /// Its day.
        day: InMonth,
    },
}

/// One day of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InMonth {
    /// This day, or the last one in a month that is shorter. 1–31.
    Day(i8),
    /// The nth of the days that fall on one of these weekdays.
    Nth(Nth, WeekdaySet),
}

/// `weekIndex`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    /// 1–4 from the start of the month.
    FromStart(u8),
    /// The last.
    Last,
}

/// A set of weekdays, in the order Monday to Sunday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekdaySet(BTreeSet<i8>);

impl WeekdaySet {
    /// Whether the day is in it.
    pub fn contains(&self, day: Weekday) -> bool {
        self.0.contains(&day.to_monday_zero_offset())
    }

    /// How many days it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The days, Monday first.
    pub fn iter(&self) -> impl Iterator<Item = Weekday> {
        self.0
            .iter()
            .filter_map(|offset| Weekday::from_monday_zero_offset(*offset).ok())
    }
}

impl FromIterator<Weekday> for WeekdaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(
            days.into_iter()
                .map(Weekday::to_monday_zero_offset)
                .collect(),
        )
    }
}
