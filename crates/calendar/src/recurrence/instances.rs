//! Walking forward through the instances of one rule.

use std::ops::Deref;

use jiff::civil::{Date, DateTime, Time};

use super::{
    civil::{self, LAST_YEAR},
    compiled::{Compiled, WORK_MAX, place, second_of},
    page::Page,
};

/// Instances of a rule as civil times, ascending. See [`Compiled::iter`].
#[derive(Debug)]
pub struct Instances<'a> {
    seconds: Seconds<&'a Compiled>,
    /// The date whose midnight is the civil second `midnight`: times of one day share it.
    date: Date,
    midnight: i64,
    /// The time at `second` of the day: days mostly share it.
    time: Time,
    second: i64,
}

impl<'a> Instances<'a> {
    pub(super) fn new(seconds: Seconds<&'a Compiled>) -> Self {
        Self {
            seconds,
            date: Date::MIN,
            midnight: i64::MIN,
            time: Time::midnight(),
            second: 0,
        }
    }
}

impl Iterator for Instances<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        let at = self.seconds.next()?;
        if self.midnight != self.seconds.midnight {
            self.midnight = self.seconds.midnight;
            let day = self.seconds.day.unwrap_or(0);
            let date = self.seconds.page.year.date(i32::try_from(day).unwrap_or(0));
            self.date = date.unwrap_or(Date::MAX);
        }
        if self.second != at - self.midnight {
            self.second = at - self.midnight;
            self.time = civil::time_of(u32::try_from(self.second).unwrap_or(0));
        }
        Some(self.date.to_datetime(self.time))
    }
}

/// Instances of a rule as civil seconds, ascending.
#[derive(Debug)]
pub(super) struct Seconds<R> {
    rule: R,
    page: Page<R>,
    /// The open day of the page, `None` before the first.
    day: Option<usize>,
    /// Where to look for the next open day.
    next_day: usize,
    /// Index into the times of the open day.
    index: usize,
    /// First civil second of the open day.
    midnight: i64,
    /// Last second, inclusive.
    end: i64,
    /// How many COUNT leaves.
    left: u64,
    /// Work that the page had done at the last find.
    work: u64,
}

impl<R: Deref<Target = Compiled> + Clone> Seconds<R> {
    /// From `from` to `end`, both inclusive.
    pub(super) fn new(rule: R, from: i64, end: i64) -> Self {
        let end = end.min(rule.end);
        let from = from.max(rule.start);
        let (year, day, time) = place(from);
        let left = match rule.count {
            None => u64::MAX,
            Some(_) if from > end => 0,
            Some(count) => count.saturating_sub(rule.rank(from)),
        };
        let mut seconds = Self {
            page: Page::new(rule.clone(), year),
            day: None,
            next_day: day,
            index: 0,
            midnight: 0,
            end,
            left,
            work: 0,
            rule,
        };
        if seconds.left > 0 && seconds.page.mask.contains(day) {
            seconds.open(day);
            seconds.index = seconds.page.times().partition_point(|t| *t < time);
        }
        seconds
    }

    fn open(&mut self, day: usize) {
        self.page.open(day);
        self.midnight = second_of(&self.page.year, day, 0);
        self.day = Some(day);
        self.next_day = day + 1;
        self.index = 0;
    }

    /// Opens the next day that can have times. `false`: there is none.
    #[must_use]
    fn advance(&mut self) -> bool {
        while self.page.work - self.work <= WORK_MAX {
            if let Some(day) = self.page.next_day(self.next_day) {
                self.open(day);
                return self.midnight <= self.end;
            }
            let next = self.page.year.next();
            if next.number > LAST_YEAR || second_of(&next, 0, 0) > self.end {
                return false;
            }
            self.page.turn_to(next);
            self.next_day = 0;
        }
        false
    }
}

impl<R: Deref<Target = Compiled> + Clone> Iterator for Seconds<R> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        while self.left > 0 {
            let time = self.day.and_then(|_| self.page.times().get(self.index));
            let Some(time) = time else {
                if !self.advance() {
                    self.left = 0;
                }
                continue;
            };
            let second = self.midnight + i64::from(*time);
            self.index += 1;
            self.left -= 1;
            if second > self.end {
                self.left = 0;
            } else if self.rule.in_time(second) {
                self.work = self.page.work;
                return Some(second);
            }
        }
        None
    }
}
