//! The day parts of a rule (BYMONTH … BYDAY, INTERVAL, BYSETPOS over days) as masks of days, a year at a time.
//!
//! What the BY parts say about a year depends on nothing but the weekday of 1 January, whether it is a leap year
//! and, for week numbers, whether a neighbour is one. So there are 28 types of years, and a rule works each out once.

use std::sync::OnceLock;

use jiff::civil::Weekday;

use super::{
    civil::{self, Year},
    cycle::{self, TYPES, type_of},
    mask::DayMask,
    scaled::Scaled,
};
use crate::{Frequency, Rule};

/// The compiled day parts.
#[derive(Clone, Debug)]
pub(super) struct Days {
    /// BYMONTH: bit m is month m + 1; 0 when every month counts.
    pub(super) months: u16,
    /// BYMONTHDAY, 1–31 or −31–−1.
    pub(super) in_month: Vec<i32>,
    /// BYYEARDAY, 1–366 or −366–−1.
    pub(super) in_year: Vec<i32>,
    /// BYWEEKNO, 1–53 or −53–−1.
    pub(super) weeks: Vec<i32>,
    /// Bit 0 is Monday.
    pub(super) weekdays: u8,
    /// (n, weekday), n counted in months if `nth_in_month`, else in years.
    pub(super) nth: Vec<(i32, i32)>,
    pub(super) nth_in_month: bool,
    /// Whether there is any BYDAY.
    pub(super) by_day: bool,
    /// Monday is 0.
    pub(super) week_start: i32,
    /// BYSETPOS, where it counts days alone.
    pub(super) positions: Vec<i32>,
    pub(super) frequency: Frequency,
    /// 1 for frequencies below a day: their interval counts times.
    pub(super) interval: i64,
    /// For a rule in another calendar, or one that moves dates: masks by type of year do not know it.
    pub(super) scaled: Option<Box<Scaled>>,
    /// The period of the start, counted in whatever the frequency counts.
    anchor: i64,
    types: OnceLock<Box<Types>>,
}

/// What was worked out, by type of year. Made when a second year is asked for: most rules are asked for one only.
type Types = [OnceLock<Kept>; TYPES];

/// The days of the years of a type, and how many they are.
#[derive(Clone, Copy, Debug)]
struct Kept {
    days: DayMask,
    count: u32,
}

impl Days {
    /// `start` is the day of the start; `positions` is BYSETPOS where a day has one time, else empty.
    pub(super) fn new(rule: &Rule, start: i32, positions: Vec<i32>) -> Self {
        let frequency = rule.frequency;
        let mut days = Self {
            months: months(rule),
            in_month: rule.by_month_day.iter().map(Into::into).collect(),
            in_year: rule.by_year_day.iter().map(Into::into).collect(),
            weeks: rule.by_week_no.iter().map(Into::into).collect(),
            weekdays: 0,
            nth: Vec::new(),
            nth_in_month: frequency == Frequency::Monthly || !rule.by_month.is_empty(),
            by_day: !rule.by_day.is_empty(),
            week_start: monday_zero(rule.week_start),
            positions,
            frequency,
            interval: if frequency >= Frequency::Daily {
                i64::from(rule.interval.max(1))
            } else {
                1
            },
            scaled: Scaled::of(rule, start).map(Box::new),
            anchor: 0,
            types: OnceLock::new(),
        };
        // RFC 5545 3.3.10 has numbers in BYDAY for MONTHLY, and for YEARLY without BYWEEKNO; elsewhere the
        // weekday alone counts.
        let numbers = match frequency {
            Frequency::Monthly => true,
            Frequency::Yearly => rule.by_week_no.is_empty(),
            _ => false,
        };
        for part in &rule.by_day {
            match part.nth.filter(|n| numbers && *n != 0) {
                // No month has a sixth Monday.
                Some(n) if days.nth_in_month && n.unsigned_abs() > 5 => {}
                Some(n) => days.nth.push((n.into(), monday_zero(part.day))),
                None => days.weekdays |= 1 << monday_zero(part.day),
            }
        }
        days.fill_from_start(start);
        days.anchor = days.period(start);
        days
    }

    /// What the rule leaves open is taken from the start (RFC 5545 3.3.10).
    fn fill_from_start(&mut self, start: i32) {
        let year = Year::of_day(start);
        let (month, mut day) = year.month_day(start - year.first_day);
        let own_weekday = 1 << civil::weekday(start);
        let any_day = self.by_day || !self.in_month.is_empty() || !self.in_year.is_empty();
        if any_day {
            return;
        }
        if let Some(scaled) = &mut self.scaled {
            let yearly = self.frequency == Frequency::Yearly && self.weeks.is_empty();
            day = scaled.own_day(start, yearly);
        }
        match self.frequency {
            Frequency::Yearly if !self.weeks.is_empty() => self.set_weekdays(own_weekday),
            Frequency::Yearly => {
                if self.months == 0 {
                    self.months = 1 << month;
                }
                self.in_month.push(day + 1);
            }
            Frequency::Monthly if self.weeks.is_empty() => self.in_month.push(day + 1),
            Frequency::Weekly if self.weeks.is_empty() => self.set_weekdays(own_weekday),
            _ => {}
        }
    }

    fn set_weekdays(&mut self, weekdays: u8) {
        self.weekdays = weekdays;
        self.by_day = true;
    }

    /// The days of a year that the rule selects. `again`: the answer is worth keeping, more years will be asked for.
    pub(super) fn in_year(&self, year: &Year, again: bool) -> DayMask {
        if let Some(scaled) = self.scaled_in_months() {
            return self.scaled_in_year(scaled, year);
        }
        if self.interval > 1 && self.frequency == Frequency::Yearly {
            let off = (i64::from(year.number) - self.anchor).rem_euclid(self.interval);
            if off != 0 {
                return DayMask::EMPTY;
            }
        }
        let mask = self.selected(year, again);
        if self.interval == 1 || mask.is_empty() {
            return mask;
        }
        match self.frequency {
            Frequency::Monthly => mask & self.allowed_months(year),
            Frequency::Weekly | Frequency::Daily => mask & self.strided(year),
            _ => mask,
        }
    }

    /// The days of a year in all its periods, INTERVAL left aside, BYSETPOS applied.
    fn selected(&self, year: &Year, again: bool) -> DayMask {
        if let Some(scaled) = &self.scaled {
            return self.pick(year, self.scaled_candidates(scaled, year));
        }
        if !again && self.types.get().is_none() {
            return self.pick(year, self.work_out(year));
        }
        self.kept(type_of(year), || self.pick(year, self.work_out(year)))
            .days
    }

    fn kept(&self, of_type: usize, work_out: impl FnOnce() -> DayMask) -> Kept {
        let types = self
            .types
            .get_or_init(|| Box::new([const { OnceLock::new() }; TYPES]));
        *types[of_type].get_or_init(|| {
            let days = work_out();
            Kept {
                days,
                count: days.count(),
            }
        })
    }

    /// How many days there are in the years from `first` up to, not including, `end`, if that can be known without
    /// looking at each year.
    pub(super) fn count_in_years(&self, first: i32, end: i32) -> Option<u64> {
        (self.interval == 1 && self.scaled.is_none()).then(|| {
            let years = cycle::years_between(first, end).map(|(of_type, years)| {
                let kept = self.kept(of_type, || {
                    let year = cycle::example(of_type);
                    self.pick(&year, self.work_out(&year))
                });
                u64::from(kept.count) * years
            });
            years.sum()
        })
    }

    /// The days that all BY parts allow, from the type of the year alone; BYSETPOS left aside.
    fn candidates(&self, year: &Year) -> DayMask {
        if let Some(scaled) = &self.scaled {
            self.scaled_candidates(scaled, year)
        } else if self.positions.is_empty() {
            self.kept(type_of(year), || self.work_out(year)).days
        } else {
            self.work_out(year)
        }
    }

    /// The candidates of a year and of its periods, for those who count positions over days and times.
    pub(super) fn periods(&self, year: &Year) -> Vec<(i32, DayMask)> {
        let candidates = self.candidates(year);
        match self.frequency {
            Frequency::Yearly => vec![(0, candidates)],
            Frequency::Monthly => (0..12)
                .map(|m| (0, candidates & month_range(year, m)))
                .collect(),
            _ => self.weeks_of(year),
        }
    }

    /// Each week that touches the year: the day of the year on which it begins (negative for one that began in
    /// the year before) and its candidates, bit 0 being its first day.
    fn weeks_of(&self, year: &Year) -> Vec<(i32, DayMask)> {
        let (before, after) = (year.previous(), year.next());
        let own = self.candidates(year);
        let first = -(year.first_weekday() - self.week_start).rem_euclid(7);
        (first..year.len())
            .step_by(7)
            .map(|start| {
                let mut week = own.week(start);
                if start < 0 {
                    week |= self.candidates(&before).week(start + before.len());
                }
                if start + 7 > year.len() {
                    week |= self.candidates(&after).week(start - year.len());
                }
                (start, week)
            })
            .collect()
    }

    fn pick(&self, year: &Year, candidates: DayMask) -> DayMask {
        if self.positions.is_empty() {
            return candidates;
        }
        let mut picked = DayMask::EMPTY;
        match self.frequency {
            Frequency::Weekly => return self.pick_weeks(year),
            Frequency::Monthly => {
                for month in 0..12 {
                    self.pick_from(candidates & month_range(year, month), 0, &mut picked);
                }
            }
            _ => self.pick_from(candidates, 0, &mut picked),
        }
        picked
    }

    fn pick_weeks(&self, year: &Year) -> DayMask {
        let mut picked = DayMask::EMPTY;
        for (start, week) in self.weeks_of(year) {
            self.pick_from(week, start, &mut picked);
        }
        picked & DayMask::range(0, year.len())
    }

    fn pick_from(&self, period: DayMask, offset: i32, picked: &mut DayMask) {
        for position in &self.positions {
            let day = position_rank(*position, period.count()).and_then(|rank| period.select(rank));
            if let Some(day) = day.and_then(|day| i32::try_from(day).ok()) {
                picked.insert(day + offset);
            }
        }
    }

    /// The same rule with the INTERVAL that reaches in 400 years what this one reaches in all time.
    pub(super) fn over_a_cycle(&self) -> Self {
        let periods = match self.frequency {
            Frequency::Yearly => 400,
            Frequency::Monthly => 4_800,
            Frequency::Weekly => 20_871,
            _ => 146_097,
        };
        Self {
            interval: gcd(self.interval, periods),
            ..self.clone()
        }
    }

    /// Whether INTERVAL leaves periods out.
    pub(super) fn has_interval(&self) -> bool {
        self.interval > 1
    }

    /// The months of a year that INTERVAL reaches.
    fn allowed_months(&self, year: &Year) -> DayMask {
        let mut mask = DayMask::EMPTY;
        let january = i64::from(year.number) * 12;
        for (month, index) in (0..12).zip(january..) {
            if (index - self.anchor).rem_euclid(self.interval) == 0 {
                mask |= month_range(year, month);
            }
        }
        mask
    }

    /// The days or weeks of a year that INTERVAL reaches.
    fn strided(&self, year: &Year) -> DayMask {
        let width = if self.frequency == Frequency::Weekly {
            7
        } else {
            1
        };
        let period = self.period(year.first_day);
        // The first period at or after that of 1 January that is a whole number of intervals from the start.
        let ahead = (self.anchor - period).rem_euclid(self.interval);
        let into_week = if width == 7 {
            i64::from((year.first_weekday() - self.week_start).rem_euclid(7))
        } else {
            0
        };
        let mut day = ahead * width - into_week;
        let mut mask = DayMask::EMPTY;
        while day < year.len().into() {
            if width == 7 {
                mask.insert_week(i32::try_from(day).unwrap_or(384));
            } else {
                mask.insert(i32::try_from(day).unwrap_or(-1));
            }
            day += self.interval * width;
        }
        mask
    }

    /// Which period of the frequency a day is in: years, months, weeks or days from a fixed origin.
    pub(super) fn period(&self, day: i32) -> i64 {
        let year = Year::of_day(day);
        match self.frequency {
            Frequency::Yearly => year.number.into(),
            Frequency::Monthly => {
                let (month, _) = year.month_day(day - year.first_day);
                i64::from(year.number) * 12 + i64::try_from(month).unwrap_or(0)
            }
            Frequency::Weekly => (i64::from(day) + 3 - i64::from(self.week_start)).div_euclid(7),
            _ => day.into(),
        }
    }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How many members of a period of `total` come before its `position`, counted from the end if negative.
pub(super) fn position_rank(position: i32, total: u32) -> Option<u32> {
    let ahead = position.unsigned_abs();
    if ahead == 0 || ahead > total {
        return None;
    }
    Some(if position > 0 {
        ahead - 1
    } else {
        total - ahead
    })
}

pub(super) fn month_range(year: &Year, month: usize) -> DayMask {
    DayMask::range(year.month_start(month), year.month_start(month + 1))
}

fn months(rule: &Rule) -> u16 {
    let months = rule.by_month.iter().filter(|m| (1..=12).contains(m));
    let bits = months.fold(0, |bits, m| bits | 1 << (m - 1));
    // A BYMONTH that names no Gregorian month (RFC 7529) selects none, not all: bit 15 is never asked for.
    if rule.by_month.is_empty() && rule.by_leap_month.is_empty() {
        0
    } else {
        bits | 1 << 15
    }
}

fn monday_zero(day: Weekday) -> i32 {
    day.to_monday_zero_offset().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and last week of a year reach into its neighbours, and yet the type of the year tells all of it.
    #[test]
    fn years_of_a_type_have_the_same_weeks() {
        let rules = [
            "FREQ=WEEKLY;BYDAY=MO,WE,SU;BYSETPOS=2,-1",
            "FREQ=WEEKLY;WKST=TH;BYMONTH=1,12;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1,3,-2",
            "FREQ=WEEKLY;WKST=SU;BYYEARDAY=1,2,3,-1,-2;BYSETPOS=-1",
            "FREQ=WEEKLY;BYWEEKNO=1,52,53,-1;BYDAY=MO,TH,SU;BYSETPOS=1",
        ];
        for rule in rules {
            let rule: Rule = rule.parse().unwrap_or_else(|e| panic!("{rule}: {e}"));
            let start = civil::day_of(jiff::civil::date(2000, 1, 1));
            let positions = rule.by_set_position.iter().map(Into::into).collect();
            let days = Days::new(&rule, start, positions);
            for year in (1600..2400).map(Year::new) {
                let own = days.pick(&year, days.work_out(&year));
                assert_eq!(days.in_year(&year, true), own, "{rule} {}", year.number);
            }
        }
    }
}
