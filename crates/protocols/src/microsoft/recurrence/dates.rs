//! The days that a pattern generates.

use jiff::{Span, civil::Date};

use super::{Days, InMonth, Nth, Pattern, Range};

/// No series that Graph keeps has more days than this before one that is asked for.
const DATES_MAX: usize = 40_000;

impl Pattern {
    /// The days from `start` on, in order, for ever (until the calendar ends).
    pub fn dates(&self, start: Date) -> impl Iterator<Item = Date> {
        (0..)
            .map_while(move |k| self.period(start, k))
            .flatten()
            .filter(move |date| *date >= start)
    }

    /// Whether a series that starts on `start` and lasts for `range` has an occurrence on `date`.
    pub fn occurs_on(&self, range: Range, start: Date, date: Date) -> bool {
        if date < start || range.last_day().is_some_and(|last| date > last) {
            return false;
        }
        let place = self
            .dates(start)
            .take(DATES_MAX)
            .take_while(|d| *d <= date)
            .enumerate()
            .last();
        match (place, range) {
            (Some((n, found)), Range::Count(count)) => {
                found == date && n < usize::try_from(count).unwrap_or(usize::MAX)
            }
            (Some((_, found)), _) => found == date,
            (None, _) => false,
        }
    }

    /// The days of the kth period (day, week, month, year) after the one that `start` is in.
    fn period(&self, start: Date, k: i64) -> Option<Vec<Date>> {
        let n = k.checked_mul(i64::from(self.interval))?;
        match &self.days {
            Days::Daily => Some(vec![add(start, Span::new().try_days(n).ok()?)?]),
            Days::Weekly { days, first } => {
                let back = start.weekday().since(*first);
                let week = start.checked_sub(Span::new().days(i64::from(back))).ok()?;
                let week = add(week, Span::new().try_weeks(n).ok()?)?;
                let in_week = (0..7).filter_map(|d| add(week, Span::new().days(d)));
                Some(in_week.filter(|d| days.contains(d.weekday())).collect())
            }
            Days::Monthly(day) => {
                let month = add(start.first_of_month(), Span::new().try_months(n).ok()?)?;
                Some(day.in_month(month).into_iter().collect())
            }
            Days::Yearly { month, day } => {
                let year = i64::from(start.year()).checked_add(n)?;
                let month = Date::new(i16::try_from(year).ok()?, *month, 1).ok()?;
                Some(day.in_month(month).into_iter().collect())
            }
        }
    }
}

impl InMonth {
    /// The day in the month that begins on `first`.
    fn in_month(&self, first: Date) -> Option<Date> {
        match self {
            Self::Day(day) => Date::new(
                first.year(),
                first.month(),
                (*day).min(first.days_in_month()),
            )
            .ok(),
            Self::Nth(nth, days) => {
                let mut found = (1..=first.days_in_month())
                    .filter_map(|d| Date::new(first.year(), first.month(), d).ok())
                    .filter(|d| days.contains(d.weekday()));
                match nth {
                    Nth::FromStart(n) => found.nth(usize::from(n.saturating_sub(1))),
                    Nth::Last => found.next_back(),
                }
            }
        }
    }
}

fn add(date: Date, span: Span) -> Option<Date> {
    date.checked_add(span).ok()
}
