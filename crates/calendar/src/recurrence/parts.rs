//! The BY parts of a rule as masks of the days of a year: what [`Days`] combines.

use super::{
    civil::Year,
    days::{Days, month_range},
    mask::DayMask,
};

impl Days {
    /// The candidates of a year from nothing.
    pub(super) fn work_out(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::range(0, year.len());
        if self.months != 0 {
            mask = mask & self.month_mask(year);
        }
        if !self.in_month.is_empty() {
            mask = mask & self.month_day_mask(year);
        }
        if !self.in_year.is_empty() {
            mask = mask & self.year_day_mask(year);
        }
        if !self.weeks.is_empty() {
            mask = mask & self.week_mask(year);
        }
        if self.by_day {
            mask = mask & self.weekday_mask(year);
        }
        mask
    }

    fn month_mask(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        for month in (0..12).filter(|m| self.months >> m & 1 == 1) {
            mask |= month_range(year, month);
        }
        mask
    }

    fn month_day_mask(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        for month in 0..12 {
            let (first, end) = (year.month_start(month), year.month_start(month + 1));
            for n in &self.in_month {
                let day = if *n > 0 { first + n - 1 } else { end + n };
                if *n != 0 && (first..end).contains(&day) {
                    mask.insert(day);
                }
            }
        }
        mask
    }

    fn year_day_mask(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        for n in self.in_year.iter().filter(|n| **n != 0) {
            mask.insert(if *n > 0 { n - 1 } else { year.len() + n });
        }
        mask
    }

    /// A day belongs to its week, whichever year that week is numbered in (RFC 5545 3.3.10: week 1 is the first
    /// with at least four days in the year).
    fn week_mask(&self, year: &Year) -> DayMask {
        let first = self.first_week(year);
        let (before, after) = (year.previous(), year.next());
        let spans = [
            (self.first_week(&before) - before.len(), first),
            (first, self.first_week(&after) + year.len()),
            (
                self.first_week(&after) + year.len(),
                self.first_week(&after) + year.len() + 52 * 7,
            ),
        ];
        let mut mask = DayMask::EMPTY;
        for (index, (start, end)) in spans.into_iter().enumerate() {
            let total = if index == 2 {
                self.week_count(&after)
            } else {
                (end - start) / 7
            };
            for n in self.weeks.iter().filter(|n| n.abs() <= total && **n != 0) {
                let week = if *n > 0 { n - 1 } else { total + n };
                for day in 0..7 {
                    mask.insert(start + week * 7 + day);
                }
            }
        }
        mask
    }

    /// Day of the year (−3 to 3) on which week 1 begins.
    fn first_week(&self, year: &Year) -> i32 {
        let into_week = (year.first_weekday() - self.week_start).rem_euclid(7);
        if into_week <= 3 {
            -into_week
        } else {
            7 - into_week
        }
    }

    fn week_count(&self, year: &Year) -> i32 {
        (year.len() + self.first_week(&year.next()) - self.first_week(year)) / 7
    }

    fn weekday_mask(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        let first = year.first_weekday();
        for weekday in (0..7).filter(|d| self.weekdays >> d & 1 == 1) {
            let offset = (weekday - first).rem_euclid(7);
            mask |= DayMask::every_seventh(offset.unsigned_abs() as usize);
        }
        for (n, weekday) in &self.nth {
            if self.nth_in_month {
                for month in 0..12 {
                    let span = (year.month_start(month), year.month_start(month + 1));
                    insert_nth(&mut mask, span, first, *n, *weekday);
                }
            } else {
                insert_nth(&mut mask, (0, year.len()), first, *n, *weekday);
            }
        }
        mask
    }
}

fn insert_nth(mask: &mut DayMask, (from, to): (i32, i32), first: i32, n: i32, weekday: i32) {
    let day = if n > 0 {
        from + (weekday - first - from).rem_euclid(7) + (n - 1) * 7
    } else {
        let last = to - 1;
        last - (last + first - weekday).rem_euclid(7) + (n + 1) * 7
    };
    if (from..to).contains(&day) {
        mask.insert(day);
    }
}
