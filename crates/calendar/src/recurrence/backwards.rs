//! Walking backward through the instances of one rule.

use std::ops::Deref;

use jiff::civil::DateTime;

use super::{
    budget::IN_VAIN,
    civil,
    compiled::{Compiled, place, second_of},
    page::Page,
};

/// Instances of a rule as civil times, descending. See [`Compiled::before`].
///
/// ```
/// use kalends_calendar::{Compiled, Rule, When};
/// let advent = Compiled::new(&"FREQ=WEEKLY;COUNT=4".parse::<Rule>()?, &When::all_day("2026-11-29".parse()?, 1));
/// let back = advent.before("2027-01-01T00:00".parse()?).map(|at| at.day());
/// assert_eq!(back.collect::<Vec<_>>(), [20, 13, 6, 29]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Backwards<'a>(SecondsBack<&'a Compiled>);

impl<'a> Backwards<'a> {
    pub(super) fn new(seconds: SecondsBack<&'a Compiled>) -> Self {
        Self(seconds)
    }
}

impl Iterator for Backwards<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        self.0.next().map(civil::to_local)
    }
}

/// Instances of a rule as civil seconds, descending.
#[derive(Debug)]
pub(super) struct SecondsBack<R: Deref<Target = Compiled>> {
    rule: R,
    page: Page<R>,
    /// The open day of the page.
    day: usize,
    /// First civil second of the open day.
    midnight: i64,
    /// How many times of the open day are left.
    index: usize,
    /// First second, inclusive.
    from: i64,
    /// Whether there is nothing more.
    over: bool,
    /// Work that the page had done at the last find.
    work: u64,
}

impl<R: Deref<Target = Compiled> + Clone> SecondsBack<R> {
    /// From `end` to `from`, both inclusive.
    pub(super) fn new(rule: R, from: i64, end: i64) -> Self {
        // Whatever comes before an instance is within COUNT.
        let last = rule.previous(end);
        let (year, day, time) = place(last.unwrap_or(rule.start));
        let mut back = Self {
            page: Page::new(rule.clone(), year),
            day,
            midnight: 0,
            index: 0,
            from: from.max(rule.start),
            over: last.is_none(),
            work: 0,
            rule,
        };
        if !back.over {
            back.open(day);
            back.index = back.page.times().partition_point(|t| *t <= time);
        }
        back
    }

    fn open(&mut self, day: usize) {
        self.page.open(day);
        self.day = day;
        self.midnight = second_of(&self.page.year, day, 0);
        self.index = self.page.times().len();
    }

    /// Opens the day before that can have times. `false`: there is none.
    #[must_use]
    fn retreat(&mut self) -> bool {
        let from = self.page.year.number;
        while !self.page.is_spent(self.work) {
            let before = self.day.checked_sub(1);
            if let Some(day) = before.and_then(|day| self.page.previous_day(day)) {
                self.open(day);
                return true;
            }
            if second_of(&self.page.year, 0, 0) <= self.from {
                return false;
            }
            if from - self.page.year.number == IN_VAIN && self.rule.is_never() {
                return false;
            }
            self.page.turn_to(self.page.year.previous());
            self.day = 384;
        }
        false
    }
}

impl<R: Deref<Target = Compiled> + Clone> Iterator for SecondsBack<R> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        while !self.over {
            let Some(index) = self.index.checked_sub(1) else {
                self.over = !self.retreat();
                continue;
            };
            self.index = index;
            let second = self.midnight + i64::from(self.page.times()[index]);
            if second < self.from {
                self.over = true;
            } else if self.rule.in_time(second) {
                self.work = self.page.work;
                return Some(second);
            }
        }
        None
    }
}
