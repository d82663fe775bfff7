//! A pattern as JSON.

use jiff::civil::Weekday;

use super::{Days, InMonth, Nth, Pattern, WeekdaySet};
use crate::microsoft::{
    Error,
    wire::{DayOfWeek, PatternType, RecurrencePattern, Rest, WeekIndex},
};

impl Pattern {
    /// Reads a pattern. Only what its type needs is looked at: answers fill the rest with zeros.
    pub fn from_wire(wire: &RecurrencePattern) -> Result<Self, Error> {
        let interval = u32::try_from(wire.interval)
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| {
                Error::malformed("recurrence.pattern.interval", "is not a positive number")
            })?;
        let days = match &wire.kind {
            PatternType::Daily => Days::Daily,
            PatternType::Weekly => Days::Weekly {
                days: weekdays(wire)?,
                first: wire
                    .first_day_of_week
                    .as_ref()
                    .and_then(DayOfWeek::weekday)
                    .unwrap_or(Weekday::Sunday),
            },
            PatternType::AbsoluteMonthly => Days::Monthly(InMonth::Day(day_of_month(wire)?)),
            PatternType::RelativeMonthly => Days::Monthly(nth(wire)?),
            PatternType::AbsoluteYearly => Days::Yearly {
                month: month(wire)?,
                day: InMonth::Day(day_of_month(wire)?),
            },
            PatternType::RelativeYearly => Days::Yearly {
                month: month(wire)?,
                day: nth(wire)?,
            },
            PatternType::Other(_) => {
                return Err(Error::malformed(
                    "recurrence.pattern.type",
                    "is not one of the six patterns",
                ));
            }
        };
        Ok(Self { interval, days })
    }

    /// Writes what the type needs and nothing else: Graph refuses properties that a type does not use.
    pub fn to_wire(&self) -> RecurrencePattern {
        let mut wire = RecurrencePattern {
            kind: PatternType::Daily,
            interval: i32::try_from(self.interval).unwrap_or(i32::MAX),
            month: None,
            day_of_month: None,
            days_of_week: None,
            first_day_of_week: None,
            index: None,
            rest: Rest::new(),
        };
        match &self.days {
            Days::Daily => {}
            Days::Weekly { days, first } => {
                wire.kind = PatternType::Weekly;
                wire.days_of_week = Some(days.iter().map(DayOfWeek::from).collect());
                wire.first_day_of_week = Some((*first).into());
            }
            Days::Monthly(day) => {
                let [absolute, relative] =
                    [PatternType::AbsoluteMonthly, PatternType::RelativeMonthly];
                in_month(&mut wire, day, absolute, relative);
            }
            Days::Yearly { month, day } => {
                wire.month = Some(i32::from(*month));
                let [absolute, relative] =
                    [PatternType::AbsoluteYearly, PatternType::RelativeYearly];
                in_month(&mut wire, day, absolute, relative);
            }
        }
        wire
    }
}

fn in_month(
    wire: &mut RecurrencePattern,
    day: &InMonth,
    absolute: PatternType,
    relative: PatternType,
) {
    match day {
        InMonth::Day(day) => {
            wire.kind = absolute;
            wire.day_of_month = Some(i32::from(*day));
        }
        InMonth::Nth(nth, days) => {
            wire.kind = relative;
            wire.days_of_week = Some(days.iter().map(DayOfWeek::from).collect());
            wire.index = Some(match nth {
                Nth::FromStart(1) => WeekIndex::First,
                Nth::FromStart(2) => WeekIndex::Second,
                Nth::FromStart(3) => WeekIndex::Third,
                Nth::FromStart(_) => WeekIndex::Fourth,
                Nth::Last => WeekIndex::Last,
            });
        }
    }
}

fn weekdays(wire: &RecurrencePattern) -> Result<WeekdaySet, Error> {
    let given = wire.days_of_week.as_deref().unwrap_or_default();
    let days: Option<WeekdaySet> = given.iter().map(DayOfWeek::weekday).collect::<Option<_>>();
    days.filter(|days| !days.is_empty()).ok_or_else(|| {
        Error::malformed(
            "recurrence.pattern.daysOfWeek",
            "names no weekday, or something else",
        )
    })
}

fn nth(wire: &RecurrencePattern) -> Result<InMonth, Error> {
    let nth = match &wire.index {
        None | Some(WeekIndex::First) => Nth::FromStart(1),
        Some(WeekIndex::Second) => Nth::FromStart(2),
        Some(WeekIndex::Third) => Nth::FromStart(3),
        Some(WeekIndex::Fourth) => Nth::FromStart(4),
        Some(WeekIndex::Last) => Nth::Last,
        Some(WeekIndex::Other(_)) => {
            return Err(Error::malformed(
                "recurrence.pattern.index",
                "is not first … fourth, last",
            ));
        }
    };
    Ok(InMonth::Nth(nth, weekdays(wire)?))
}

fn day_of_month(wire: &RecurrencePattern) -> Result<i8, Error> {
    within(wire.day_of_month, 31)
        .ok_or_else(|| Error::malformed("recurrence.pattern.dayOfMonth", "is not 1–31"))
}

fn month(wire: &RecurrencePattern) -> Result<i8, Error> {
    within(wire.month, 12)
        .ok_or_else(|| Error::malformed("recurrence.pattern.month", "is not 1–12"))
}

fn within(n: Option<i32>, max: i8) -> Option<i8> {
    n.and_then(|n| i8::try_from(n).ok())
        .filter(|n| (1..=max).contains(n))
}
