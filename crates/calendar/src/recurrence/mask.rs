//! The days of one year as bits: bit 0 is 1 January.

/// 6 × 64 bits, of which 365 or 366 are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DayMask([u64; 6]);

/// Every seventh day, beginning with the day of the index.
static EVERY_SEVENTH: [DayMask; 7] = every_seventh();

const fn every_seventh() -> [DayMask; 7] {
    let mut masks = [DayMask([0; 6]); 7];
    let mut first = 0;
    while first < 7 {
        let mut day = first;
        while day < 384 {
            masks[first].0[day / 64] |= 1 << (day % 64);
            day += 7;
        }
        first += 1;
    }
    masks
}

impl DayMask {
    pub(super) const EMPTY: Self = Self([0; 6]);

    /// The days `from` up to, not including, `to`. What lies outside the year is cut off.
    pub(super) fn range(from: i32, to: i32) -> Self {
        let (from, to) = (from.clamp(0, 384), to.clamp(0, 384));
        let mut mask = Self::EMPTY;
        for (word, first) in mask.0.iter_mut().zip((0..).step_by(64)) {
            let (low, high) = ((from - first).clamp(0, 64), (to - first).clamp(0, 64));
            if low < high {
                *word = (u64::MAX >> (64 - (high - low))) << low;
            }
        }
        mask
    }

    /// Every seventh day from `first` (0–6) on.
    pub(super) fn every_seventh(first: usize) -> Self {
        EVERY_SEVENTH[first % 7]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 6]
    }

    /// Adds a day; one outside 0–383 is no day of the year and is left out.
    pub(super) fn insert(&mut self, day: i32) {
        if let Ok(day) = usize::try_from(day)
            && day < 384
        {
            self.0[day / 64] |= 1 << (day % 64);
        }
    }

    /// Adds seven days from `day` (−6 or later) on; what lies outside is left out.
    pub(super) fn insert_week(&mut self, day: i32) {
        let (bits, day) = match u32::try_from(day) {
            Ok(day) => (0x7f_u64, day as usize),
            Err(_) => (0x7f_u64 >> day.unsigned_abs().min(7), 0),
        };
        for (word, bits) in [
            (day / 64, bits << (day % 64)),
            (
                day / 64 + 1,
                if day % 64 > 57 {
                    bits >> (64 - day % 64)
                } else {
                    0
                },
            ),
        ] {
            if let Some(word) = self.0.get_mut(word) {
                *word |= bits;
            }
        }
    }

    /// The seven days from `day` (which may lie before the year) on, the first of them as day 0.
    pub(super) fn week(&self, day: i32) -> Self {
        let mut bits = 0;
        if let Ok(day) = usize::try_from(day) {
            let word = |index: usize| self.0.get(index).copied().unwrap_or(0);
            bits = word(day / 64) >> (day % 64);
            if day % 64 > 57 {
                bits |= word(day / 64 + 1) << (64 - day % 64);
            }
        } else if day > -7 {
            bits = self.0[0] << day.unsigned_abs();
        }
        Self([bits & 0x7f, 0, 0, 0, 0, 0])
    }

    pub(super) fn contains(&self, day: usize) -> bool {
        day < 384 && self.0[day / 64] >> (day % 64) & 1 == 1
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The first day at or after `from`.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let mut index = from / 64;
        let mut word = *self.0.get(index)? & (u64::MAX << (from % 64));
        while word == 0 {
            index += 1;
            word = *self.0.get(index)?;
        }
        Some(index * 64 + word.trailing_zeros() as usize)
    }

    /// The last day at or before `from`.
    pub(super) fn previous(&self, from: usize) -> Option<usize> {
        let from = from.min(383);
        let mut index = from / 64;
        let mut word = self.0[index] & (u64::MAX >> (63 - from % 64));
        while word == 0 {
            index = index.checked_sub(1)?;
            word = self.0[index];
        }
        Some(index * 64 + 63 - word.leading_zeros() as usize)
    }

    /// The day with `rank` days before it.
    pub(super) fn select(&self, mut rank: u32) -> Option<usize> {
        for (index, word) in self.0.iter().enumerate() {
            let ones = word.count_ones();
            if rank < ones {
                let mut word = *word;
                for _ in 0..rank {
                    word &= word - 1;
                }
                return Some(index * 64 + word.trailing_zeros() as usize);
            }
            rank -= ones;
        }
        None
    }

    /// The days at or after `day`.
    pub(super) fn from(mut self, day: usize) -> Self {
        for (word, first) in self.0.iter_mut().zip((0..).step_by(64)) {
            *word &= match day.saturating_sub(first) {
                0 => u64::MAX,
                gone @ 1..64 => u64::MAX << gone,
                _ => 0,
            };
        }
        self
    }

    /// The days before `day`.
    pub(super) fn before(mut self, day: usize) -> Self {
        for (word, first) in self.0.iter_mut().zip((0..).step_by(64)) {
            *word &= match day.saturating_sub(first) {
                0 => 0,
                kept @ 1..64 => u64::MAX >> (64 - kept),
                _ => u64::MAX,
            };
        }
        self
    }

    /// Folds all days in order.
    pub(super) fn fold<B>(self, mut made: B, mut add: impl FnMut(B, i64) -> B) -> B {
        for (word, first) in self.0.into_iter().zip((0..).step_by(64)) {
            if word == u64::MAX {
                made = (first..first + 64).fold(made, &mut add);
                continue;
            }
            let mut left = word;
            while left != 0 {
                made = add(made, first + i64::from(left.trailing_zeros()));
                left &= left - 1;
            }
        }
        made
    }

    /// All days in order.
    pub(super) fn days(self) -> impl Iterator<Item = usize> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let day = self.next(at)?;
            at = day + 1;
            Some(day)
        })
    }
}

impl std::ops::BitAnd for DayMask {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word &= other;
        }
        self
    }
}

impl std::ops::BitOrAssign for DayMask {
    fn bitor_assign(&mut self, other: Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_seven_days() {
        for day in -6..390 {
            let (mut week, mut days) = (DayMask::EMPTY, DayMask::EMPTY);
            week.insert_week(day);
            (day..day + 7).for_each(|day| days.insert(day));
            assert_eq!(week, days, "{day}");
        }
    }

    #[test]
    fn a_week_of_a_mask_is_its_days() {
        let mut mask = DayMask::every_seventh(3);
        (0..384).step_by(5).for_each(|day| mask.insert(day));
        for start in -9..390 {
            let mut days = DayMask::EMPTY;
            for day in 0..7 {
                if usize::try_from(start + day).is_ok_and(|d| mask.contains(d)) {
                    days.insert(day);
                }
            }
            assert_eq!(mask.week(start), days, "{start}");
        }
    }

    #[test]
    fn ranges_ranks_and_neighbours_agree_with_counting_one_by_one() {
        for (from, to) in [(0, 366), (-5, 3), (60, 70), (63, 64), (64, 128), (300, 500)] {
            let mask = DayMask::range(from, to);
            let days: Vec<usize> = (0..384usize)
                .filter(|d| (from..to).contains(&i32::try_from(*d).unwrap_or(0)))
                .collect();
            assert_eq!(mask.days().collect::<Vec<_>>(), days);
            assert_eq!(mask.count() as usize, days.len());
            for (rank, day) in (0..).zip(&days) {
                assert_eq!(mask.select(rank), Some(*day));
            }
            for day in 0..384 {
                assert_eq!(
                    mask.next(day),
                    days.iter().copied().find(|d| *d >= day),
                    "next {day}"
                );
                let before = days.iter().copied().rfind(|d| *d <= day);
                assert_eq!(mask.previous(day), before, "previous {day}");
            }
        }
    }
}
