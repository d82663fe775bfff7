//! The 400 years after which the Gregorian calendar repeats itself, by type of year: how many days a rule has in a
//! stretch of years is a sum over 28 types, however long the stretch.

use std::sync::LazyLock;

use super::civil::{self, Year};

/// Types of years: weekday of 1 January × (leap, after a leap year, before one, neither).
pub(super) const TYPES: usize = 28;

/// Years of a cycle: 146,097 days, which are 20,871 weeks.
const CYCLE: i32 = 400;

/// Days of a cycle.
pub(super) const DAYS: i64 = 146_097;

/// How many years of each type come before each year of a cycle that begins with a multiple of 400; the last entry is the
/// whole cycle.
static BEFORE: LazyLock<Box<[[u16; TYPES]]>> = LazyLock::new(|| {
    let mut counts = [0; TYPES];
    let mut before = vec![counts];
    for number in 0..CYCLE {
        counts[type_of(&Year::new(number))] += 1;
        before.push(counts);
    }
    before.into_boxed_slice()
});

/// The type of a year: whatever the BY parts of a rule say about one year of a type, they say about all.
pub(super) fn type_of(year: &Year) -> usize {
    let kind = if year.leap {
        0
    } else if civil::is_leap(year.number - 1) {
        1
    } else if civil::is_leap(year.number + 1) {
        2
    } else {
        3
    };
    year.first_weekday().unsigned_abs() as usize * 4 + kind
}

/// How many years of each type there are from `first` up to, not including, `end`.
pub(super) fn years_between(first: i32, end: i32) -> impl Iterator<Item = (usize, u64)> {
    let place = |year: i32| {
        let index = usize::try_from(year.rem_euclid(CYCLE)).unwrap_or(0);
        (year.div_euclid(CYCLE), &BEFORE[index])
    };
    let ((first_cycle, first), (end_cycle, end)) = (place(first), place(end));
    let whole = &BEFORE[BEFORE.len() - 1];
    let cycles = i64::from(end_cycle - first_cycle);
    (0..TYPES).filter_map(move |of_type| {
        let count = cycles * i64::from(whole[of_type]) + i64::from(end[of_type])
            - i64::from(first[of_type]);
        let count = u64::try_from(count).unwrap_or(0);
        (count > 0).then_some((of_type, count))
    })
}

/// The years of a whole cycle.
pub(super) fn years() -> impl Iterator<Item = Year> {
    (2000..2000 + CYCLE).map(Year::new)
}

/// A year of each type that there is.
pub(super) fn examples() -> impl Iterator<Item = Year> {
    let whole = &BEFORE[BEFORE.len() - 1];
    (0..TYPES)
        .filter(|of_type| whole[*of_type] > 0)
        .map(example)
}

/// Some year of a type, to work out what its days are.
pub(super) fn example(of_type: usize) -> Year {
    let index =
        (0..BEFORE.len() - 1).find(|index| BEFORE[index + 1][of_type] > BEFORE[*index][of_type]);
    Year::new(i32::try_from(index.unwrap_or(0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_years_one_by_one_finds_as_many() {
        for (first, end) in [
            (1900, 2026),
            (-500, 9999),
            (2000, 2000),
            (399, 401),
            (1, 801),
        ] {
            let mut counts = [0_u64; TYPES];
            (first..end).for_each(|number| counts[type_of(&Year::new(number))] += 1);
            let mut found = [0; TYPES];
            years_between(first, end).for_each(|(of_type, count)| found[of_type] = count);
            assert_eq!(found, counts, "{first} to {end}");
        }
        for of_type in (0..TYPES).filter(|t| BEFORE[400][*t] > 0) {
            assert_eq!(type_of(&example(of_type)), of_type);
        }
    }
}
