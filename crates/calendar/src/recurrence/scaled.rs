//! The day parts of a rule that counts in another calendar, or that moves dates which do not exist (SKIP): period by
//! period, day by day. Masks by type of year do not know such rules.
//!
//! The order is that of RFC 7529 4.1: BYMONTH, SKIP for months, the days, SKIP for days, then what filters.

use super::{
    civil::{self, DAY_SECONDS, Year},
    days::{Days, position_rank},
    mask::DayMask,
    scale::{MonthName, Scale, ScaleMonth, ScaleYear},
};
use crate::{Frequency, Rule, Skip};

/// Units of work that a year in another calendar is: a search gives up after 250 years.
const YEAR_WORK: u64 = 400;

/// The longest month, and a bit: how far a date that does not exist can move out of its year.
const REACH_DAYS: i32 = 32;

/// What such a rule has beside its other parts.
#[derive(Clone, Debug)]
pub(super) struct Scaled {
    scale: Scale,
    skip: Skip,
    /// BYMONTH; empty when every month counts.
    months: Vec<MonthName>,
    /// Whether SKIP moves days. It always moves months.
    moves_days: bool,
    /// The period of the start.
    anchor: i64,
}

impl Scaled {
    /// `None` for a rule that masks know: Gregorian, and without a date that SKIP could move.
    pub(super) fn of(rule: &Rule, start: i32) -> Option<Self> {
        let scale = match &rule.rscale {
            Some(name) => Scale::named(name)?,
            None => Scale::Gregorian,
        };
        let skips = rule.skip != Skip::Omit && rule.frequency >= Frequency::Monthly;
        if matches!(scale, Scale::Gregorian) && !skips {
            return None;
        }
        let name = |leap| move |number| MonthName { number, leap };
        let plain = rule.by_month.iter().map(name(false));
        let year = scale.year_of(start);
        let month = year.months.partition_point(|month| month.first <= start);
        Some(Self {
            scale,
            skip: rule.skip,
            months: plain
                .chain(rule.by_leap_month.iter().map(name(true)))
                .collect(),
            moves_days: moves_days(rule),
            anchor: match rule.frequency {
                Frequency::Monthly => scale.month_index(&year, month.saturating_sub(1)),
                _ => year.number.into(),
            },
        })
    }

    /// The day of the month (from 0) of the start. A yearly rule without months gets the start's.
    pub(super) fn own_day(&mut self, start: i32, yearly: bool) -> i32 {
        let year = self.scale.year_of(start);
        let Some(month) = year.month_of(start) else {
            return 0;
        };
        if yearly && self.months.is_empty() {
            self.months.push(month.name);
        }
        start - month.first
    }

    /// The months that BYMONTH names in a year, those that the year does not have moved as SKIP says.
    fn months_of(&self, year: &ScaleYear) -> Vec<ScaleMonth> {
        if self.months.is_empty() {
            return year.months.clone();
        }
        let mut months: Vec<ScaleMonth> = Vec::new();
        for name in &self.months {
            let found = year.months.iter().find(|month| month.name == *name);
            months.extend(found.copied().or_else(|| self.moved_month(year, *name)));
        }
        months.sort_by_key(|month| month.first);
        months.dedup_by_key(|month| month.first);
        months
    }

    /// For a leap month that the year does not have: the one that it would follow, or the one that would follow it.
    fn moved_month(&self, year: &ScaleYear, name: MonthName) -> Option<ScaleMonth> {
        let before = MonthName {
            leap: false,
            ..name
        };
        let before = year.months.iter().position(|month| month.name == before)?;
        match self.skip {
            _ if !name.leap => None,
            Skip::Omit => None,
            Skip::Backward => year.months.get(before).copied(),
            Skip::Forward => match year.months.get(before + 1) {
                Some(month) => Some(*month),
                None => self.scale.year_of(year.end()).months.first().copied(),
            },
        }
    }

    /// The `n`th day of a month, from its end if negative; one that it does not have moved as SKIP says.
    fn day_of(&self, month: &ScaleMonth, n: i32) -> Option<i32> {
        if n == 0 {
            return None;
        }
        let day = if n > 0 {
            month.first + n - 1
        } else {
            month.end() + n
        };
        if (month.first..month.end()).contains(&day) {
            return Some(day);
        }
        let (before, after) = if n > 0 {
            (month.end() - 1, month.end())
        } else {
            (month.first - 1, month.first)
        };
        match self.skip {
            Skip::Backward if self.moves_days => Some(before),
            Skip::Forward if self.moves_days => Some(after),
            _ => None,
        }
    }
}

/// A ruling: with MONTHLY, a BYMONTHDAY that is written out selects the months that have such a day, as it does without
/// SKIP. The day that a rule takes from its start is moved, and so is BYMONTHDAY with YEARLY. BYYEARDAY is not.
fn moves_days(rule: &Rule) -> bool {
    match rule.frequency {
        Frequency::Yearly => true,
        Frequency::Monthly => rule.by_month_day.is_empty(),
        _ => false,
    }
}

impl Days {
    /// For a rule whose periods are months or years that masks do not know.
    pub(super) fn scaled_in_months(&self) -> Option<&Scaled> {
        let scaled = self.scaled.as_deref();
        scaled.filter(|_| self.frequency >= Frequency::Monthly)
    }

    /// Whether the rule does not repeat itself as our calendar does.
    pub(super) fn has_own_cycle(&self) -> bool {
        let mut scaled = self.scaled.iter();
        scaled.any(|scaled| !matches!(scaled.scale, Scale::Gregorian))
    }

    /// What it costs to look at a year, beyond turning to it.
    pub(super) fn year_work(&self) -> u64 {
        if self.has_own_cycle() { YEAR_WORK } else { 0 }
    }

    /// The days of a Gregorian year, INTERVAL and BYSETPOS applied, for YEARLY and MONTHLY.
    pub(super) fn scaled_in_year(&self, scaled: &Scaled, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        for days in self.scaled_periods(scaled, year) {
            if self.positions.is_empty() {
                for day in days {
                    mask.insert(day - year.first_day);
                }
                continue;
            }
            let total = u32::try_from(days.len()).unwrap_or(0);
            let ranks = self.positions.iter();
            for rank in ranks.filter_map(|position| position_rank(*position, total)) {
                mask.insert(days[rank as usize] - year.first_day);
            }
        }
        mask & DayMask::range(0, year.len())
    }

    /// What BYSETPOS picks of a Gregorian year, as seconds of the year, ascending, where it counts days and times.
    pub(super) fn scaled_picks(
        &self,
        scaled: &Scaled,
        times: &[u32],
        positions: &[i32],
        year: &Year,
    ) -> Vec<i64> {
        let size = u32::try_from(times.len()).unwrap_or(0);
        let mut picks = Vec::new();
        for days in self.scaled_periods(scaled, year) {
            let total = u32::try_from(days.len()).unwrap_or(0) * size;
            for rank in positions.iter().filter_map(|p| position_rank(*p, total)) {
                let day = days[(rank / size) as usize] - year.first_day;
                if (0..year.len()).contains(&day) {
                    let time = i64::from(times[(rank % size) as usize]);
                    picks.push(i64::from(day) * DAY_SECONDS + time);
                }
            }
        }
        picks.sort_unstable();
        picks.dedup();
        picks
    }

    /// The candidates of a Gregorian year for frequencies below a month: nothing moves, everything filters.
    pub(super) fn scaled_candidates(&self, scaled: &Scaled, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        for years in years_around(scaled.scale, year) {
            let days = self.members(scaled, &years, &scaled.months_of(&years));
            for day in days {
                mask.insert(day - year.first_day);
            }
        }
        mask & DayMask::range(0, year.len())
    }

    /// The candidates (days since 1970-01-01, ascending) of each year or month of the rule's calendar that reaches into
    /// a Gregorian year, and that INTERVAL does not leave out.
    pub(super) fn scaled_periods(&self, scaled: &Scaled, year: &Year) -> Vec<Vec<i32>> {
        let mut periods = Vec::new();
        let has_turn = |index: i64| (index - scaled.anchor).rem_euclid(self.interval) == 0;
        for year in years_around(scaled.scale, year) {
            let months = scaled.months_of(&year);
            if self.frequency == Frequency::Yearly {
                if has_turn(year.number.into()) {
                    periods.push(self.members(scaled, &year, &months));
                }
                continue;
            }
            for (ordinal, own) in year.months.iter().enumerate() {
                let counts = months.iter().any(|month| month.first == own.first);
                if counts && has_turn(scaled.scale.month_index(&year, ordinal)) {
                    periods.push(self.members(scaled, &year, std::slice::from_ref(own)));
                }
            }
        }
        periods
    }

    /// The days in some months of a year that the other parts select.
    fn members(&self, scaled: &Scaled, year: &ScaleYear, months: &[ScaleMonth]) -> Vec<i32> {
        let mut days = Vec::new();
        for month in months {
            if self.in_month.is_empty() {
                days.extend(month.first..month.end());
            } else {
                days.extend(
                    self.in_month
                        .iter()
                        .filter_map(|n| scaled.day_of(month, *n)),
                );
            }
        }
        days.sort_unstable();
        days.dedup();
        days.retain(|day| {
            if year.contains(*day) {
                self.fits(scaled, year, *day)
            } else {
                self.fits(scaled, &scaled.scale.year_of(*day), *day)
            }
        });
        days
    }

    /// Whether BYYEARDAY, BYWEEKNO and BYDAY let a day of a year pass.
    fn fits(&self, scaled: &Scaled, year: &ScaleYear, day: i32) -> bool {
        let in_year = self.in_year.is_empty()
            || (self.in_year.iter()).any(|n| is_nth(*n, day - year.first, year.end() - year.first));
        in_year
            && (self.weeks.is_empty() || self.is_in_weeks(scaled, day))
            && (!self.by_day || self.is_by_day(year, day))
    }

    /// A week belongs to the year that has its fourth day.
    fn is_in_weeks(&self, scaled: &Scaled, day: i32) -> bool {
        let into_week = (civil::weekday(day) - self.week_start).rem_euclid(7);
        let fourth = day - into_week + 3;
        let year = scaled.scale.year_of(fourth);
        let number = (fourth - year.first) / 7;
        let total = number + (year.end() - 1 - fourth) / 7 + 1;
        self.weeks.iter().any(|n| is_nth(*n, number, total))
    }

    fn is_by_day(&self, year: &ScaleYear, day: i32) -> bool {
        let weekday = civil::weekday(day);
        if self.weekdays >> weekday & 1 == 1 {
            return true;
        }
        let (from, to) = match year.month_of(day) {
            Some(month) if self.nth_in_month => (month.first, month.end()),
            _ => (year.first, year.end()),
        };
        let before = (day - from) / 7;
        let total = before + (to - 1 - day) / 7 + 1;
        let mut nth = self.nth.iter();
        nth.any(|(n, of)| *of == weekday && is_nth(*n, before, total))
    }
}

/// Whether what has `before` others of `total` before it is the `n`th, from the end if negative.
fn is_nth(n: i32, before: i32, total: i32) -> bool {
    n == before + 1 || n == before - total
}

/// The years of a calendar that reach into a Gregorian year, or from which dates can move into it.
fn years_around(scale: Scale, year: &Year) -> Vec<ScaleYear> {
    let end = year.first_day + year.len();
    let mut years = vec![scale.year_of(year.first_day - REACH_DAYS)];
    while let Some(next) = years.last().map(ScaleYear::end).filter(|next| *next <= end) {
        years.push(scale.year_of(next));
    }
    years
}
