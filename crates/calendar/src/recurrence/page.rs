//! One year of a compiled rule: its days, and the times on each.

use std::ops::Deref;

use super::{
    budget::WORK_MAX,
    civil::{DAY_SECONDS, Year},
    compiled::Compiled,
    days::{Days, position_rank},
    mask::DayMask,
    times::Times,
};

/// A year of a rule, bounds (start, UNTIL, COUNT) left aside.
#[derive(Debug)]
pub(super) struct Page<R: Deref<Target = Compiled>> {
    rule: R,
    pub(super) year: Year,
    /// Days that have times; with drifting times, days that may have some.
    pub(super) mask: DayMask,
    /// Seconds of the year, ascending, where BYSETPOS counts over days and times.
    picks: Vec<i64>,
    /// The times of the day that was asked for last, where they differ from day to day.
    times: Vec<u32>,
    /// Work done so far: see [`super::budget`].
    pub(super) work: u64,
}

impl<R: Deref<Target = Compiled>> Page<R> {
    pub(super) fn new(rule: R, year: Year) -> Self {
        let mut page = Self {
            rule,
            year,
            mask: DayMask::EMPTY,
            picks: Vec::new(),
            times: Vec::new(),
            work: 0,
        };
        page.show(year, false);
        page
    }

    /// Shows another year.
    pub(super) fn turn_to(&mut self, year: Year) {
        self.work += 1;
        self.show(year, true);
    }

    /// Whether more work was done than a search may take, since there was so much of it. The rule is told.
    pub(super) fn is_spent(&self, since: u64) -> bool {
        let spent = self.work - since > WORK_MAX;
        if spent {
            self.rule.spent.give_up();
        }
        spent
    }

    fn show(&mut self, year: Year, again: bool) {
        self.year = year;
        self.mask = self.rule.days.in_year(&year, again);
        self.work += self.rule.days.year_work();
        self.picks.clear();
        if matches!(&self.rule.times, Times::Fixed(times) if times.is_empty()) {
            self.mask = DayMask::EMPTY;
        }
        if !self.rule.positions.is_empty() && !self.mask.is_empty() {
            self.pick();
        }
    }

    /// BYSETPOS over days × times: only the picks stay, and the days that have some.
    fn pick(&mut self) {
        let Times::Fixed(times) = &self.rule.times else {
            return;
        };
        let rule = &self.rule;
        self.picks = picks(&rule.days, times, &rule.positions, &self.year, self.mask);
        self.mask = DayMask::EMPTY;
        for pick in &self.picks {
            self.mask
                .insert(i32::try_from(pick / DAY_SECONDS).unwrap_or(-1));
        }
    }

    /// Whether the year has the same instances by this rule as by another one whose times are fixed too, or drift alike.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        if self.mask != other.mask {
            return false;
        }
        if self.mask.is_empty() {
            return true;
        }
        match (&self.rule.times, &other.rule.times) {
            (Times::Fixed(times), Times::Fixed(others)) => {
                match (
                    self.rule.positions.is_empty(),
                    other.rule.positions.is_empty(),
                ) {
                    (true, true) => times == others,
                    (false, false) => self.picks == other.picks,
                    // One by one, then.
                    _ => false,
                }
            }
            _ => true,
        }
    }

    /// Makes a day of the mask the one whose times are shown.
    pub(super) fn open(&mut self, day: usize) {
        if !self.rule.positions.is_empty() {
            let midnight = i64::try_from(day).unwrap_or(0) * DAY_SECONDS;
            let from = self.picks.partition_point(|p| *p < midnight);
            let picks = self.picks[from..].iter().map(|p| p - midnight);
            let picks = picks.take_while(|t| *t < DAY_SECONDS);
            self.times.clear();
            self.times
                .extend(picks.filter_map(|t| u32::try_from(t).ok()));
        } else if let Times::Drifting(drift) = &self.rule.times {
            self.times.clear();
            let day = self.year.first_day + i32::try_from(day).unwrap_or(0);
            self.work += 1 + drift.times_on(day, &mut self.times);
        }
    }

    /// The times on the open day, ascending.
    pub(super) fn times(&self) -> &[u32] {
        match &self.rule.times {
            Times::Fixed(times) if self.rule.positions.is_empty() => times,
            _ => &self.times,
        }
    }

    /// The first day of the mask at or after `from` on which there can be a time.
    pub(super) fn next_day(&mut self, from: usize) -> Option<usize> {
        let Times::Drifting(drift) = &self.rule.times else {
            return self.mask.next(from);
        };
        let mut from = from;
        loop {
            let day = self.mask.next(from)?;
            self.work += 1;
            let absolute = self.year.first_day + i32::try_from(day).unwrap_or(0);
            let reached = drift.next_day(absolute) - self.year.first_day;
            let reached = usize::try_from(reached).ok()?;
            if reached == day {
                return Some(day);
            }
            from = reached;
        }
    }

    /// The last day of the mask at or before `from` on which there can be a time.
    pub(super) fn previous_day(&mut self, from: usize) -> Option<usize> {
        let Times::Drifting(drift) = &self.rule.times else {
            return self.mask.previous(from);
        };
        let mut from = from;
        loop {
            let day = self.mask.previous(from)?;
            self.work += 1;
            let absolute = self.year.first_day + i32::try_from(day).unwrap_or(0);
            let reached = drift.previous_day(absolute) - self.year.first_day;
            let reached = usize::try_from(reached).ok()?;
            if reached == day {
                return Some(day);
            }
            from = reached;
        }
    }

    /// How many instances the days before `end` have.
    pub(super) fn count_before(&mut self, end: usize) -> u64 {
        if !self.rule.positions.is_empty() {
            let midnight = i64::try_from(end).unwrap_or(366) * DAY_SECONDS;
            return self.picks.partition_point(|p| *p < midnight) as u64;
        }
        let before = DayMask::range(0, i32::try_from(end).unwrap_or(384));
        let days = self.mask & before;
        match &self.rule.times {
            Times::Fixed(times) => u64::from(days.count()) * times.len() as u64,
            Times::Drifting(_) => self.drifting_before(end),
        }
    }

    /// The same where times differ from day to day. A day that no period reaches is not looked at: an interval of years
    /// counts as fast as it is walked.
    fn drifting_before(&mut self, end: usize) -> u64 {
        let (mut total, mut from) = (0, 0);
        while let Some(day) = self.next_day(from).filter(|day| *day < end) {
            let absolute = self.year.first_day + i32::try_from(day).unwrap_or(0);
            if let Times::Drifting(drift) = &self.rule.times {
                total += drift.count_on(absolute);
            }
            from = day + 1;
        }
        total
    }

    /// The instance with `rank` instances before it in the year, as day and second of that day. What was open is
    /// open no more.
    pub(super) fn select(&mut self, rank: u64) -> Option<(usize, u32)> {
        if let (Times::Fixed(times), true) = (&self.rule.times, self.rule.positions.is_empty()) {
            let size = times.len() as u64;
            let day = self
                .mask
                .select(u32::try_from(rank.checked_div(size)?).ok()?)?;
            return Some((day, times[usize::try_from(rank % size).ok()?]));
        }
        let mut rank = usize::try_from(rank).ok()?;
        for day in self.mask.days() {
            self.open(day);
            match self.times().get(rank) {
                Some(time) => return Some((day, *time)),
                None => rank -= self.times().len(),
            }
        }
        None
    }

    /// How many instances the year has before a second of a day.
    pub(super) fn rank(&mut self, day: usize, second: u32) -> u64 {
        let before = self.count_before(day);
        if !self.mask.contains(day) {
            return before;
        }
        self.open(day);
        before + self.times().partition_point(|t| *t < second) as u64
    }

    /// The last instance of the year at or before a second of a day. What was open is open no more.
    pub(super) fn previous(&mut self, day: usize, second: u32) -> Option<(usize, u32)> {
        let asked = day;
        let mut day = self.previous_day(asked)?;
        let mut limit = if day == asked { second } else { u32::MAX };
        loop {
            self.open(day);
            let before = self.times().partition_point(|t| *t <= limit);
            if let Some(time) = before.checked_sub(1).map(|i| self.times()[i]) {
                return Some((day, time));
            }
            day = self.previous_day(day.checked_sub(1)?)?;
            limit = u32::MAX;
        }
    }
}

impl<R: Deref<Target = Compiled>> Drop for Page<R> {
    fn drop(&mut self) {
        self.rule.spent.add(self.work);
    }
}

/// What BYSETPOS picks of a year, as seconds of the year, ascending. `mask` are the days that INTERVAL reaches.
pub(super) fn picks(
    days: &Days,
    times: &[u32],
    positions: &[i32],
    year: &Year,
    mask: DayMask,
) -> Vec<i64> {
    if let Some(scaled) = days.scaled_in_months() {
        return days.scaled_picks(scaled, times, positions, year);
    }
    let size = u32::try_from(times.len()).unwrap_or(0);
    let mut picks = Vec::new();
    for (start, days) in days.periods(year) {
        // What INTERVAL leaves out is not in the mask.
        let is_in = |day: i32| usize::try_from(day).is_ok_and(|d| mask.contains(d));
        if !days
            .days()
            .any(|day| is_in(start + i32::try_from(day).unwrap_or(0)))
        {
            continue;
        }
        let total = days.count() * size;
        for rank in positions.iter().filter_map(|p| position_rank(*p, total)) {
            let Some(day) = days.select(rank / size) else {
                continue;
            };
            let day = start + i32::try_from(day).unwrap_or(0);
            if is_in(day) {
                let time = i64::from(times[(rank % size) as usize]);
                picks.push(i64::from(day) * DAY_SECONDS + time);
            }
        }
    }
    picks.sort_unstable();
    picks.dedup();
    picks
}
