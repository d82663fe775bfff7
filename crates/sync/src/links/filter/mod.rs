//! Which events a calendar takes from a link, and which of its own it lets out.

mod check;
mod hours;
mod lets;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

use std::collections::BTreeSet;

use calendar::Participation;
use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

pub use check::BadFilter;

/// Which events pass. The one that says nothing lets everything through; what it does say must all hold.
///
/// A series is judged as a whole: it passes if any of its occurrences would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Only what touches these hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// What becomes of whole days.
    #[serde(skip_serializing_if = "is_default")]
    pub all_day: AllDay,
    /// Categories, letter case aside.
    #[serde(skip_serializing_if = "is_default")]
    pub categories: Words,
    /// Only events that their owner has answered so; what they were not invited to counts as accepted. Empty: any answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Participation>,
    /// Only what takes up time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub busy_only: bool,
    /// Words in the title, the places or the text, letter case aside.
    #[serde(skip_serializing_if = "is_default")]
    pub text: Words,
    /// How far from today.
    #[serde(skip_serializing_if = "is_default")]
    pub horizon: Horizon,
    /// Nothing to which this calendar's owner is invited themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_if_invited: bool,
}

/// Hours of the week, in the zone of the calendar whose filter it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Their beginning.
    pub from: Time,
    /// Their end. One that is not later than `from` is on the next day.
    pub to: Time,
    /// On which days they begin. Whole days are judged by these alone.
    pub days: BTreeSet<Day>,
}

/// A day of the week, named as in RFC 8984 4.3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are days")]
pub enum Day {
    Mo,
    Tu,
    We,
    Th,
    Fr,
    Sa,
    Su,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mo,
            Weekday::Tuesday => Self::Tu,
            Weekday::Wednesday => Self::We,
            Weekday::Thursday => Self::Th,
            Weekday::Friday => Self::Fr,
            Weekday::Saturday => Self::Sa,
            Weekday::Sunday => Self::Su,
        }
    }
}

/// What becomes of whole days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllDay {
    /// They are events like all others.
    #[default]
    Include,
    /// They stay out.
    Exclude,
    /// Nothing else passes.
    Only,
}

/// Words that must be there, and words that must not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Words {
    /// One of these at least; empty: any or none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// None of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none_of: Vec<String>,
}

/// Days around today, as the calendar's zone has it; today is always among them. Unlimited where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Horizon {
    /// How many days back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<u32>,
    /// How many days ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
}

/// What a filter must know beside the event.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// What time it is.
    pub now: Timestamp,
    /// The zone of the calendar whose filter it is.
    pub zone: &'a TimeZone,
    /// How the owner of the calendar in which the event was made has answered; `None`: they were not invited, it is theirs.
    pub answer: Option<Participation>,
    /// Whether the owner of the calendar whose filter it is has been invited, too, or has the event there already.
    pub invited: bool,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_open(&self) -> bool {
        is_default(self)
    }

    /// Whether what it lets through changes from day to day.
    pub fn moves(&self) -> bool {
        self.horizon != Horizon::default()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
