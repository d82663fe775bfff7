//! Busy time as bits, one for each quarter of an hour: what many calendars have in common is a few machine words.

use jiff::Timestamp;

use super::Interval;

/// Length of a slot. All zones of today are a multiple of it away from UTC.
///
/// ```
/// assert_eq!(kalends_calendar::busy::SLOT_SECONDS, 15 * 60);
/// ```
pub const SLOT_SECONDS: i64 = 900;

/// A stretch of slots, counted from 1970-01-01T00:00Z. A set bit is a slot that is taken, if only in part: what starts
/// and ends at slots is free exactly if all its bits are unset.
///
/// ```
/// use kalends_calendar::busy::{Interval, Slots};
/// let (from, to) = ("2026-11-30T09:00Z".parse()?, "2026-11-30T11:00Z".parse()?);
/// let mut ada = Slots::free(from, to);
/// ada.take(Interval { from, to: "2026-11-30T10:00Z".parse()? });
/// assert_eq!(ada.openings(from, to, 4).count(), 1); // One hour, at ten.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// Number of the first slot; a multiple of 64.
    first: i64,
    words: Vec<u64>,
}

impl Slots {
    /// All free, from the slot of one instant up to that of another one; at least that much.
    ///
    /// ```
    /// use kalends_calendar::busy::Slots;
    /// let day = Slots::free("2026-11-30T00:00Z".parse()?, "2026-12-01T00:00Z".parse()?);
    /// assert_eq!(day.taken(), 0);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn free(from: Timestamp, to: Timestamp) -> Self {
        let first = from.as_second().div_euclid(SLOT_SECONDS).div_euclid(64) * 64;
        let last = to.as_second().div_euclid(SLOT_SECONDS);
        let words = usize::try_from((last - first).max(0) / 64 + 1).unwrap_or(1);
        Self {
            first,
            words: vec![0; words],
        }
    }

    /// Takes every slot that a stretch of time touches; what lies outside is cut off.
    ///
    /// ```
    /// use kalends_calendar::busy::{Interval, Slots};
    /// let (from, to) = ("2026-11-30T09:00Z".parse()?, "2026-11-30T09:16Z".parse()?);
    /// let mut slots = Slots::free(from, to);
    /// slots.take(Interval { from, to });
    /// assert_eq!(slots.taken(), 2); // A slot that is touched is taken.
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn take(&mut self, busy: Interval) {
        self.take_seconds(busy.from.as_second(), busy.to.as_second());
    }

    pub(super) fn take_seconds(&mut self, from: i64, to: i64) {
        let limit = i64::try_from(self.words.len()).unwrap_or(0) * 64;
        let from = (from.div_euclid(SLOT_SECONDS) - self.first).clamp(0, limit);
        let to = ((to + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS) - self.first).clamp(0, limit);
        let (Ok(mut at), Ok(to)) = (usize::try_from(from), usize::try_from(to)) else {
            return;
        };
        while at < to {
            let end = to.min(at / 64 * 64 + 64);
            let length = end - at;
            self.words[at / 64] |= (u64::MAX >> (64 - length)) << (at % 64);
            at = end;
        }
    }

    /// Takes what another one has taken, where both are: who all must come.
    ///
    /// ```
    /// # use kalends_calendar::busy::{Interval, Slots};
    /// # let at = |hour: u8| format!("2026-11-30T{hour:02}:00Z").parse::<jiff::Timestamp>();
    /// # let with = |from, to| { let mut slots = Slots::free(from, to); slots.take(Interval { from, to }); slots };
    /// let (mut ada, bob) = (with(at(9)?, at(10)?), with(at(10)?, at(12)?));
    /// ada.or(&bob);
    /// assert_eq!(ada.openings(at(8)?, at(14)?, 8).next(), Some(at(12)?));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn or(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| *mine |= theirs);
    }

    /// Frees what another one has free, where both are: one of whom is enough.
    ///
    /// ```
    /// # use kalends_calendar::busy::{Interval, Slots};
    /// # let at = |hour: u8| format!("2026-11-30T{hour:02}:00Z").parse::<jiff::Timestamp>();
    /// # let with = |from, to| { let mut slots = Slots::free(from, to); slots.take(Interval { from, to }); slots };
    /// let (mut ada, bob) = (with(at(9)?, at(11)?), with(at(10)?, at(12)?));
    /// ada.and(&bob);
    /// assert_eq!(ada.taken(), 4); // At ten nobody can.
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn and(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| *mine &= theirs);
    }

    fn combine(&mut self, other: &Self, with: impl Fn(&mut u64, u64)) {
        let ahead = (other.first - self.first) / 64;
        let skip = |n: i64| usize::try_from(n).unwrap_or(0);
        let mine = self.words.iter_mut().skip(skip(ahead));
        let theirs = other.words.iter().skip(skip(-ahead));
        mine.zip(theirs)
            .for_each(|(mine, theirs)| with(mine, *theirs));
    }

    /// How many slots are taken.
    ///
    /// ```
    /// use kalends_calendar::busy::{Interval, Slots};
    /// let (from, to) = ("2026-11-30T09:00Z".parse()?, "2026-11-30T11:00Z".parse()?);
    /// let mut slots = Slots::free(from, to);
    /// slots.take(Interval { from, to });
    /// assert_eq!(slots.taken(), 8);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn taken(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// Starts of free stretches of so many slots, one for each slot at which one can begin, in order.
    ///
    /// ```
    /// use kalends_calendar::busy::{Interval, Slots};
    /// let (from, to) = ("2026-11-30T09:00Z".parse()?, "2026-11-30T11:00Z".parse()?);
    /// let mut slots = Slots::free(from, to);
    /// slots.take(Interval { from, to: "2026-11-30T09:40Z".parse()? });
    /// let openings = slots.openings(from, to, 2);
    /// let starts: Vec<String> = openings.map(|at| at.to_string()).collect();
    /// assert_eq!(starts, ["2026-11-30T09:45:00Z", "2026-11-30T10:00:00Z", "2026-11-30T10:15:00Z", "2026-11-30T10:30:00Z"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn openings(
        &self,
        from: Timestamp,
        to: Timestamp,
        slots: u32,
    ) -> impl Iterator<Item = Timestamp> {
        let slots = slots.max(1);
        let first = (from.as_second() + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS) - self.first;
        let end = to.as_second().div_euclid(SLOT_SECONDS) - self.first - i64::from(slots) + 1;
        let mut word = usize::try_from(first.max(0) / 64).unwrap_or(usize::MAX);
        let mut bits = self.starts_in(word, slots) & (u64::MAX << (first.max(0) % 64));
        std::iter::from_fn(move || {
            while bits == 0 {
                word = word
                    .checked_add(1)
                    .filter(|word| *word < self.words.len())?;
                bits = self.starts_in(word, slots);
            }
            let at = i64::try_from(word).ok()? * 64 + i64::from(bits.trailing_zeros());
            bits &= bits - 1;
            let second = (self.first + at) * SLOT_SECONDS;
            (at < end)
                .then(|| Timestamp::from_second(second).ok())
                .flatten()
        })
    }

    /// Bits of a word at which so many free slots begin: each step doubles the length of the runs that are known. What
    /// lies behind the last word is not free.
    fn starts_in(&self, word: usize, slots: u32) -> u64 {
        let free = |at: usize| self.words.get(at).map_or(0, |word| !word);
        let span = slots.div_ceil(64) as usize;
        if span == 1 {
            let mut runs = u128::from(free(word)) | u128::from(free(word.saturating_add(1))) << 64;
            let mut known = 1;
            while known < slots {
                let step = known.min(slots - known);
                runs &= runs >> step;
                known += step;
            }
            return u64::try_from(runs & u128::from(u64::MAX)).unwrap_or(0);
        }
        // Longer than a word: bit by bit, which is rare.
        let is_free = |at: usize| free(at / 64) >> (at % 64) & 1 == 1;
        let begins = |bit: &usize| (0..slots as usize).all(|n| is_free(word * 64 + bit + n));
        (0..64).filter(begins).fold(0, |bits, bit| bits | 1 << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(slot: i64) -> Timestamp {
        Timestamp::from_second(slot * SLOT_SECONDS).unwrap_or(Timestamp::MIN)
    }

    #[test]
    fn openings_are_what_counting_slot_by_slot_finds() {
        let taken = [
            (3, 5),
            (20, 21),
            (60, 68),
            (100, 190),
            (191, 192),
            (250, 251),
        ];
        for shift in [0, 7, -1000] {
            let mut slots = Slots::free(at(shift), at(shift + 300));
            for (from, to) in taken {
                // One second is enough to take a slot.
                let to = at(shift + to - 1).as_second() + 1;
                slots.take_seconds(at(shift + from).as_second() + 899, to);
            }
            let is_free = |slot: i64| !taken.iter().any(|(a, b)| (*a..*b).contains(&slot));
            for length in [1, 2, 3, 7, 40, 63, 64, 65, 90] {
                let found: Vec<Timestamp> = slots
                    .openings(at(shift + 2), at(shift + 270), length)
                    .collect();
                let fits = |s: &i64| (*s..*s + i64::from(length)).all(|s| is_free(s) && s < 270);
                let expect: Vec<Timestamp> = (2..270).filter(fits).map(|s| at(shift + s)).collect();
                assert_eq!(found, expect, "{length} slots, {shift}");
            }
        }
    }

    #[test]
    fn all_of_them_and_one_of_them() {
        let mut a = Slots::free(at(0), at(640));
        let mut b = Slots::free(at(64), at(256));
        a.take_seconds(at(70).as_second(), at(80).as_second());
        b.take_seconds(at(75).as_second(), at(90).as_second());
        let (mut all, mut one) = (a.clone(), a.clone());
        all.or(&b);
        one.and(&b);
        assert_eq!((all.taken(), one.taken()), (20, 5));
        b.or(&a);
        assert_eq!(b.taken(), 20);
    }
}
