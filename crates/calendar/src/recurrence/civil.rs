//! Arithmetic on civil days and seconds, counted from 1970-01-01 without any zone.

use jiff::civil::{Date, DateTime, Time};

/// Seconds of a civil day.
pub(super) const DAY_SECONDS: i64 = 86_400;
/// The last year that a civil date can have.
pub(super) const LAST_YEAR: i32 = 9999;
/// The first year that a civil date can have.
pub(super) const FIRST_YEAR: i32 = -9999;

/// Days before each month, for common and leap years; the 13th entry is the length of the year.
static MONTH_STARTS: [[i32; 13]; 2] = [
    [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
    [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
];

/// A Gregorian year, as far as its days are concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Year {
    pub(super) number: i32,
    /// 1 January, counted from 1970-01-01.
    pub(super) first_day: i32,
    pub(super) leap: bool,
}

impl Year {
    pub(super) fn new(number: i32) -> Self {
        let before = number - 1;
        let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
        Self {
            number,
            first_day: before * 365 + leap_days - 719_162,
            leap: is_leap(number),
        }
    }

    /// The year of a day.
    pub(super) fn of_day(day: i32) -> Self {
        // 146,097 days are 400 years; the guess is off by one year at most.
        let guess = (i64::from(day) * 400).div_euclid(146_097) + 1970;
        let year = Self::new(i32::try_from(guess).unwrap_or(LAST_YEAR));
        if day < year.first_day {
            Self::new(year.number - 1)
        } else if day >= year.first_day + year.len() {
            Self::new(year.number + 1)
        } else {
            year
        }
    }

    pub(super) fn next(&self) -> Self {
        Self::new(self.number + 1)
    }

    pub(super) fn previous(&self) -> Self {
        Self::new(self.number - 1)
    }

    pub(super) fn len(&self) -> i32 {
        365 + i32::from(self.leap)
    }

    /// Weekday of 1 January, Monday is 0.
    pub(super) fn first_weekday(&self) -> i32 {
        weekday(self.first_day)
    }

    /// Day of the year on which a month (0–11) begins; the year's length for 12.
    pub(super) fn month_start(&self, month: usize) -> i32 {
        MONTH_STARTS[usize::from(self.leap)][month]
    }

    /// The date of a day of the year; `None` outside of the years that a date can have.
    pub(super) fn date(&self, day: i32) -> Option<Date> {
        let (month, day) = self.month_day(day);
        let number = i16::try_from(self.number).ok()?;
        let month = i8::try_from(month + 1).ok()?;
        Date::new(number, month, i8::try_from(day + 1).ok()?).ok()
    }

    /// Month (0–11) and day (0–30) of a day of the year.
    pub(super) fn month_day(&self, day: i32) -> (usize, i32) {
        // No month is longer than 31 or shorter than 28 days: the guess is the month or the one before.
        let guess = usize::try_from(day / 32).unwrap_or(0);
        let month = guess + usize::from(day >= self.month_start(guess + 1));
        (month, day - self.month_start(month))
    }
}

pub(super) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Monday is 0.
pub(super) fn weekday(day: i32) -> i32 {
    (day + 3).rem_euclid(7)
}

pub(super) fn day_of(date: Date) -> i32 {
    let year = Year::new(date.year().into());
    let month = usize::from(date.month().unsigned_abs()) - 1;
    year.first_day + year.month_start(month) + i32::from(date.day()) - 1
}

/// Whole seconds since 1970-01-01T00:00:00 on the wall clock.
pub(crate) fn seconds_of(local: DateTime) -> i64 {
    let (h, m, s) = (local.hour(), local.minute(), local.second());
    i64::from(day_of(local.date())) * DAY_SECONDS
        + i64::from(h) * 3600
        + i64::from(m) * 60
        + i64::from(s)
}

/// The day of a civil second, and the second of that day.
pub(super) fn split(seconds: i64) -> (i32, u32) {
    let day = seconds.div_euclid(DAY_SECONDS);
    let second = seconds.rem_euclid(DAY_SECONDS);
    // Wider than all civil years, so that what lies outside stays outside.
    let day = i32::try_from(day.clamp(-5_000_000, 5_000_000)).unwrap_or(0);
    (day, u32::try_from(second).unwrap_or(0))
}

/// The civil time of a second; the first or the last one there is for what lies outside of all years.
pub(crate) fn to_local(seconds: i64) -> DateTime {
    let (day, second) = split(seconds);
    let year = Year::of_day(day);
    match year.date(day - year.first_day) {
        Some(date) => date.to_datetime(time_of(second)),
        None if seconds < 0 => DateTime::MIN,
        None => DateTime::MAX,
    }
}

/// The time at a second of the day.
pub(super) fn time_of(second: u32) -> Time {
    let small = |n: u32| i8::try_from(n).unwrap_or(0);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    Time::new(small(h), small(m), small(s), 0).unwrap_or(Time::midnight())
}

#[cfg(test)]
mod tests {
    use jiff::Span;

    use super::*;

    #[test]
    fn days_and_dates_agree_with_jiff() {
        for (start, step) in [(Date::MIN, 397), (Date::MIN, 146_096), (Date::ZERO, 29)] {
            let mut date = start;
            while let Ok(next) = date.checked_add(Span::new().days(step)) {
                let day = day_of(date);
                let epoch = Date::new(1970, 1, 1).unwrap_or_default();
                assert_eq!(day, (date - epoch).get_days(), "{date}");
                assert_eq!(
                    weekday(day),
                    i32::from(date.weekday().to_monday_zero_offset()),
                    "{date}"
                );
                let late = date.at(23, 59, 58, 0);
                assert_eq!(to_local(seconds_of(late)), late);
                assert_eq!(Year::of_day(day).number, i32::from(date.year()));
                date = next;
            }
        }
        assert_eq!(to_local(i64::MAX), DateTime::MAX);
        assert_eq!(to_local(i64::MIN), DateTime::MIN);
    }
}
