//! The calendars in which a rule can count (RSCALE, RFC 7529): which months a year has, and on which days they begin.
//!
//! Ours is always there; the others are ICU4X's, with the feature `rscale`.

use super::civil::Year;

/// A calendar.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    Gregorian,
    #[cfg(feature = "rscale")]
    Other(icu_calendar::AnyCalendarKind),
}

/// A month as rules name it: `5`, or `5L` for the leap month after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MonthName {
    pub(super) number: u8,
    pub(super) leap: bool,
}

/// A month of some year; days are counted from 1970-01-01.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScaleMonth {
    pub(super) name: MonthName,
    pub(super) first: i32,
    pub(super) length: i32,
}

/// A year of a calendar.
#[derive(Debug)]
pub(super) struct ScaleYear {
    pub(super) number: i32,
    pub(super) first: i32,
    /// In order, leap months among them; never empty.
    pub(super) months: Vec<ScaleMonth>,
}

impl ScaleMonth {
    /// The first day after it.
    pub(super) fn end(&self) -> i32 {
        self.first + self.length
    }
}

impl ScaleYear {
    /// The first day after it.
    pub(super) fn end(&self) -> i32 {
        self.months.last().map_or(self.first, ScaleMonth::end)
    }

    pub(super) fn contains(&self, day: i32) -> bool {
        (self.first..self.end()).contains(&day)
    }

    /// Which of the months a day of the year is in.
    pub(super) fn month_of(&self, day: i32) -> Option<&ScaleMonth> {
        let after = self.months.partition_point(|month| month.first <= day);
        self.months.get(after.checked_sub(1)?)
    }
}

impl Scale {
    /// The calendar of an RSCALE value; `None` if it is not known.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("GREGORIAN") || name.eq_ignore_ascii_case("GREGORY") {
            return Some(Self::Gregorian);
        }
        #[cfg(feature = "rscale")]
        return others::named(name).map(Self::Other);
        #[cfg(not(feature = "rscale"))]
        None
    }

    /// The year that a day is in.
    pub(super) fn year_of(self, day: i32) -> ScaleYear {
        match self {
            Self::Gregorian => gregorian(Year::of_day(day)),
            #[cfg(feature = "rscale")]
            Self::Other(kind) => others::year_of(kind, day),
        }
    }

    /// Counts months from some origin, leap months too. `ordinal` is the index of the month in its year.
    pub(super) fn month_index(self, year: &ScaleYear, ordinal: usize) -> i64 {
        let by_the_moon = match self {
            Self::Gregorian => false,
            #[cfg(feature = "rscale")]
            Self::Other(kind) => others::has_leap_months(kind),
        };
        if by_the_moon && let Some(month) = year.months.get(ordinal) {
            return lunation(month.first);
        }
        let months = i64::try_from(year.months.len()).unwrap_or(12);
        i64::from(year.number) * months + i64::try_from(ordinal).unwrap_or(0)
    }
}

/// Which month since the new moon of January 1970 begins on a day. The months of a calendar with leap months
/// begin with the moon's, give or take some days, so the mean length of a month tells.
fn lunation(first: i32) -> i64 {
    const MONTH_MICRODAYS: i64 = 29_530_588;
    let since = (i64::from(first) - 6) * 1_000_000;
    (since + MONTH_MICRODAYS / 2).div_euclid(MONTH_MICRODAYS)
}

fn gregorian(year: Year) -> ScaleYear {
    let month = |(number, index): (u8, usize)| ScaleMonth {
        name: MonthName {
            number,
            leap: false,
        },
        first: year.first_day + year.month_start(index),
        length: year.month_start(index + 1) - year.month_start(index),
    };
    ScaleYear {
        number: year.number,
        first: year.first_day,
        months: (1..=12).zip(0..).map(month).collect(),
    }
}

/// The calendars of ICU4X.
#[cfg(feature = "rscale")]
mod others {
    use calendrical_calculations::chinese_based::{
        Chinese, ChineseBased, Dangi, YearBounds, month_structure_for_year,
    };
    use icu_calendar::{
        AnyCalendar, AnyCalendarKind as Kind, Date, Ref,
        types::{LeapStatus, RataDie},
    };

    use super::{MonthName, ScaleMonth, ScaleYear, Year};

    /// By their names in CLDR, as RFC 7529 2 has it. ISLAMIC alone (sightings of the moon) is not computable.
    const NAMES: [(&str, Kind); 16] = [
        ("BUDDHIST", Kind::Buddhist),
        ("CHINESE", Kind::Chinese),
        ("COPTIC", Kind::Coptic),
        ("DANGI", Kind::Dangi),
        ("ETHIOPIC", Kind::Ethiopian),
        ("ETHIOPIC-AMETE-ALEM", Kind::EthiopianAmeteAlem),
        ("ETHIOAA", Kind::EthiopianAmeteAlem),
        ("HEBREW", Kind::Hebrew),
        ("INDIAN", Kind::Indian),
        ("ISLAMIC-CIVIL", Kind::HijriTabularTypeIIFriday),
        ("ISLAMIC-TBLA", Kind::HijriTabularTypeIIThursday),
        ("ISLAMIC-UMALQURA", Kind::HijriUmmAlQura),
        ("ISO8601", Kind::Iso),
        ("JAPANESE", Kind::Japanese),
        ("PERSIAN", Kind::Persian),
        ("ROC", Kind::Roc),
    ];

    /// Years in which the sun and the moon are asked for Chinese months. Before, ICU4X has the published ones, and
    /// outside of both it has a rule of thumb.
    const ASTRONOMICAL: std::ops::RangeInclusive<i32> = 2101..=2500;

    /// The day 1970-01-01 as ICU4X counts days.
    const UNIX_DAY: i64 = 719_163;

    pub(super) fn named(name: &str) -> Option<Kind> {
        let found = NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, kind)| *kind)
    }

    pub(super) fn has_leap_months(kind: Kind) -> bool {
        matches!(kind, Kind::Chinese | Kind::Dangi | Kind::Hebrew)
    }

    pub(super) fn year_of(kind: Kind, day: i32) -> ScaleYear {
        let calendar = AnyCalendar::new(kind);
        let date = |day: i32| {
            let day = RataDie::new(i64::from(day) + UNIX_DAY);
            Date::from_rata_die(day, Ref(&calendar))
        };
        let within = date(day);
        let number = within.year().extended_year();
        match kind {
            Kind::Chinese if ASTRONOMICAL.contains(&number) => return astronomical::<Chinese>(day),
            Kind::Dangi if ASTRONOMICAL.contains(&number) => return astronomical::<Dangi>(day),
            _ => {}
        }
        let first = day + 1 - i32::from(within.day_of_year().0);
        let end = first + i32::from(within.days_in_year());
        let mut months = Vec::with_capacity(13);
        let mut next = first;
        while next < end {
            let at = date(next);
            let month = at.month();
            let length = i32::from(at.days_in_month()).max(1);
            months.push(ScaleMonth {
                name: MonthName {
                    number: month.number(),
                    leap: month.leap_status() == LeapStatus::Leap,
                },
                first: next,
                length,
            });
            next += length;
        }
        ScaleYear {
            number,
            first,
            months,
        }
    }

    /// The year of a Chinese calendar, which is numbered as the Gregorian one that it begins in.
    fn astronomical<C: ChineseBased>(day: i32) -> ScaleYear {
        let bounds = YearBounds::compute::<C>(RataDie::new(i64::from(day) + UNIX_DAY));
        let unix = |day: RataDie| i32::try_from(day.to_i64_date() - UNIX_DAY).unwrap_or(0);
        let (first, end) = (unix(bounds.new_year), unix(bounds.next_new_year));
        let (long, leap) = month_structure_for_year::<C>(bounds.new_year, bounds.next_new_year);
        let mut months = Vec::with_capacity(13);
        let (mut next, mut number) = (first, 0);
        for (ordinal, long) in (1..).zip(long) {
            if next >= end {
                break;
            }
            let is_leap = leap == Some(ordinal);
            number += u8::from(!is_leap);
            let length = if long { 30 } else { 29 };
            months.push(ScaleMonth {
                name: MonthName {
                    number,
                    leap: is_leap,
                },
                first: next,
                length,
            });
            next += length;
        }
        ScaleYear {
            number: Year::of_day(first).number,
            first,
            months,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gregorian_year_has_its_months() {
        let year = Scale::Gregorian.year_of(0);
        assert_eq!((year.number, year.first, year.end()), (1970, 0, 365));
        assert_eq!(year.month_of(58).map(|m| m.name.number), Some(2));
        assert_eq!(year.month_of(59).map(|m| m.name.number), Some(3));
    }

    #[cfg(feature = "rscale")]
    #[test]
    fn months_and_years_follow_each_other_without_a_gap() {
        for name in [
            "CHINESE",
            "DANGI",
            "HEBREW",
            "COPTIC",
            "PERSIAN",
            "INDIAN",
            "ISLAMIC-CIVIL",
            "ISLAMIC-TBLA",
            "ISLAMIC-UMALQURA",
            "ETHIOPIC",
            "ETHIOAA",
            "ROC",
            "BUDDHIST",
            "JAPANESE",
            "ISO8601",
        ] {
            let scale = Scale::named(name).unwrap_or(Scale::Gregorian);
            for start in [-4_300_000, -700_000, 0, 180_000, 2_900_000] {
                let mut year = scale.year_of(start);
                let mut index = scale.month_index(&year, 0);
                for _ in 0..150 {
                    let next = scale.year_of(year.end());
                    assert_eq!((next.number, next.first), (year.number + 1, year.end()));
                    let months = i64::try_from(year.months.len()).unwrap_or(0);
                    let follow = scale.month_index(&next, 0);
                    assert_eq!(follow, index + months, "{name} {}", year.number);
                    (index, year) = (follow, next);
                }
            }
        }
    }
}
