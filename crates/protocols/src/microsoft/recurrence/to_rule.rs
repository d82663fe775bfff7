//! A pattern as RRULE. Every pattern has one.

use calendar::{Frequency, NthWeekday, Rule, parts};

use super::{Days, InMonth, Nth, Pattern, WeekdaySet};

/// Lengths of the months in a year that is not a leap year.
pub(super) const MONTH_DAYS: [i8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Pattern {
    /// The rule that generates the same days.
    pub fn to_rule(&self) -> Rule {
        let frequency = match self.days {
            Days::Daily => Frequency::Daily,
            Days::Weekly { .. } => Frequency::Weekly,
            Days::Monthly(_) => Frequency::Monthly,
            Days::Yearly { .. } => Frequency::Yearly,
        };
        let mut rule = Rule::every(frequency);
        rule.interval = self.interval;
        match &self.days {
            Days::Daily => {}
            Days::Weekly { days, first } => {
                rule.week_start = *first;
                rule.by_day = every(days);
            }
            Days::Monthly(day) => in_month(&mut rule, day, None),
            Days::Yearly { month, day } => {
                rule.by_month = [month.unsigned_abs()].into();
                in_month(&mut rule, day, Some(*month));
            }
        }
        rule
    }
}

fn in_month(rule: &mut Rule, day: &InMonth, month: Option<i8>) {
    let shortest = month.map_or(28, shortest_length);
    let longest = month.map_or(31, |m| if m == 2 { 29 } else { shortest });
    match day {
        InMonth::Day(day) if *day <= shortest => rule.by_month_day = [*day].into(),
        InMonth::Day(day) if *day >= longest => rule.by_month_day = [-1].into(),
        // 29 or 30 of any month: that day, or the last one before it.
        InMonth::Day(day) => {
            rule.by_month_day = (28..=*day).collect();
            rule.by_set_position = [-1].into();
        }
        InMonth::Nth(Nth::Last, days) if days.len() == 7 => rule.by_month_day = [-1].into(),
        InMonth::Nth(nth, days) => {
            let n = match nth {
                Nth::FromStart(n) => i8::try_from(*n).unwrap_or(4),
                Nth::Last => -1,
            };
            if days.len() == 1 {
                let nth = |day| NthWeekday { nth: Some(n), day };
                rule.by_day = days.iter().map(nth).collect();
            } else {
                rule.by_day = every(days);
                rule.by_set_position = [i16::from(n)].into();
            }
        }
    }
}

fn every(days: &WeekdaySet) -> parts::WeekdaySet {
    days.iter().map(NthWeekday::every).collect()
}

/// How many days a month has at least. Out of range counts as 28.
pub(super) fn shortest_length(month: i8) -> i8 {
    usize::try_from(month - 1)
        .ok()
        .and_then(|index| MONTH_DAYS.get(index).copied())
        .unwrap_or(28)
}
