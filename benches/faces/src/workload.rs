//! The calendar of a practice: a year of visits, three in ten of them weekly series of ten.

use jiff::{
    ToSpan,
    civil::{DateTime, date},
};

use crate::Fallible;

/// How many days there are visits on.
const DAYS: usize = 360;

/// One event.
pub struct Visit {
    /// When it begins, in Berlin.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Its title.
    pub title: String,
    /// It is had each week, ten times.
    pub weekly: bool,
}

/// The visit of this number.
pub fn visit(number: usize) -> Fallible<Visit> {
    let day = date(2026, 1, 1).checked_add(i64::try_from(number % DAYS)?.days())?;
    let minutes = i64::try_from(number / DAYS * 15 % 600)?;
    let start = day.at(8, 0, 0, 0).checked_add(minutes.minutes())?;
    Ok(Visit {
        start,
        end: start.checked_add(30.minutes())?,
        title: format!("Visit {number}"),
        weekly: number % 10 < 3,
    })
}

/// So many numbers, all over the place, the same in each run.
pub fn some(count: usize, of: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |number| number * 7_919 % of)
}
