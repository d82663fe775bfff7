//! Walking forward through the instances of one rule.

use std::ops::Deref;

use jiff::civil::{Date, DateTime, Time};

use super::{
    budget::IN_VAIN,
    civil::{self, LAST_YEAR},
    compiled::{Compiled, place, second_of},
    mask::DayMask,
    page::Page,
    times::Times,
};

/// Instances of a rule as civil times, ascending. See [`Compiled::iter`].
///
/// ```
/// use kalends_calendar::{Compiled, Rule, When};
/// let advent = Compiled::new(&"FREQ=WEEKLY;COUNT=4".parse::<Rule>()?, &When::all_day("2026-11-29".parse()?, 1));
/// let days = (&advent).into_iter().map(|at| at.day());
/// assert_eq!(days.collect::<Vec<_>>(), [29, 6, 13, 20]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
pub(super) struct Seconds<R: Deref<Target = Compiled>> {
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
            _ if from > end => 0,
            None => u64::MAX,
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
        let from = self.page.year.number;
        while !self.page.is_spent(self.work) {
            if let Some(day) = self.page.next_day(self.next_day) {
                self.open(day);
                return self.midnight <= self.end;
            }
            let next = self.page.year.next();
            if next.number > LAST_YEAR || second_of(&next, 0, 0) > self.end {
                return false;
            }
            if next.number - from == IN_VAIN && self.rule.is_never() {
                return false;
            }
            self.page.turn_to(next);
            self.next_day = 0;
        }
        false
    }
}

impl<R: Deref<Target = Compiled> + Clone> Seconds<R> {
    /// Folds whole days, as far as nothing has to be asked of single instances (COUNT, UNTIL, the end), a year at a
    /// time. What remains is for `next`.
    fn fold_days<B>(&mut self, mut made: B, mut add: impl FnMut(B, i64) -> B) -> B {
        let rule = self.rule.clone();
        let Times::Fixed(times) = &rule.times else {
            return made;
        };
        if !rule.positions.is_empty() || times.is_empty() {
            return made;
        }
        let end = self.end.min(rule.sure_end());
        let open = match self.day {
            Some(_) if self.midnight + civil::DAY_SECONDS > end => return made,
            Some(_) => times.get(self.index..).unwrap_or_default(),
            None => &[],
        };
        if open.len() as u64 > self.left {
            return made;
        }
        self.left -= open.len() as u64;
        self.index = times.len();
        made = (open.iter()).fold(made, |made, time| {
            add(made, self.midnight + i64::from(*time))
        });
        loop {
            let first = second_of(&self.page.year, 0, 0);
            let ahead = self.page.mask.from(self.next_day);
            let (days, whole) = self.whole_days(ahead, first, end, times.len() as u64);
            made = match times.as_slice() {
                [time] => {
                    let first = first + i64::from(*time);
                    days.fold(made, |made, day| {
                        add(made, first + day * civil::DAY_SECONDS)
                    })
                }
                times => days.fold(made, |made, day| {
                    let midnight = first + day * civil::DAY_SECONDS;
                    let each = times.iter();
                    each.fold(made, |made, time| add(made, midnight + i64::from(*time)))
                }),
            };
            let next = self.page.year.next();
            if next.number > LAST_YEAR {
                self.next_day = 384;
            }
            if !whole || next.number > LAST_YEAR {
                return made;
            }
            self.page.turn_to(next);
            self.next_day = 0;
        }
    }

    /// Of the days `ahead` in the open year those that are whole before the end and within COUNT, which is counted
    /// down; and whether these are all.
    fn whole_days(&mut self, ahead: DayMask, first: i64, end: i64, times: u64) -> (DayMask, bool) {
        let mut limit = usize::try_from((end - first + 1).div_euclid(civil::DAY_SECONDS));
        let mut count = u64::from(ahead.count()) * times;
        if let Ok(day) = limit
            && day < 366
        {
            count = u64::from(ahead.before(day).count()) * times;
        }
        if count > self.left {
            let rank = u32::try_from(self.left / times).unwrap_or(u32::MAX);
            limit = Ok(ahead.select(rank).unwrap_or(384));
            count = u64::from(rank) * times;
        }
        let limit = limit.unwrap_or(if end < first { 0 } else { 384 }).min(384);
        if self.rule.count.is_some() {
            self.left -= count;
        }
        let whole = limit >= 366;
        if !whole {
            self.next_day = self.next_day.max(limit);
        }
        (ahead.before(limit), whole)
    }
}

impl<R: Deref<Target = Compiled> + Clone> Iterator for Seconds<R> {
    type Item = i64;

    /// Whole days are folded without a look at the bounds: most of what is summed, counted or collected is in them.
    fn fold<B, F: FnMut(B, i64) -> B>(mut self, made: B, mut add: F) -> B {
        let mut made = self.fold_days(made, &mut add);
        for second in self {
            made = add(made, second);
        }
        made
    }

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
