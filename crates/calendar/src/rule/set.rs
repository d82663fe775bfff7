//! Sets of the small numbers that the BY parts of a rule consist of: bits, where a tree would be a walk through memory.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::NthWeekday;
pub use super::bits::{Bits, Member, WeekdayBits, Wide};

/// A sorted set of `T`, kept as the bits `B`. What is out of its range is never in it.
///
/// ```
/// use kalends_calendar::{Frequency, Rule};
/// let mut rule = Rule::every(Frequency::Monthly);
/// rule.by_month_day = [15, -1].into();
/// assert!(rule.by_month_day.insert(1));
/// assert!(!rule.by_month_day.insert(32)); // No month is so long.
/// assert_eq!(rule.by_month_day.iter().collect::<Vec<i8>>(), [-1, 1, 15]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SmallSet<T, B> {
    bits: B,
    of: PhantomData<T>,
}

/// Seconds, minutes or hours: 0–63.
///
/// ```
/// use kalends_calendar::parts::TimeSet;
/// assert_eq!(TimeSet::from([59, 0, 0]).iter().collect::<Vec<_>>(), [0, 59]);
/// ```
pub type TimeSet = SmallSet<u8, u64>;
/// Months: 0–15.
///
/// ```
/// use kalends_calendar::parts::MonthSet;
/// assert!(MonthSet::from([1, 13]).contains(13)); // Some calendars have a thirteenth.
/// ```
pub type MonthSet = SmallSet<u8, u16>;
/// Days of the month, also from its end: −32–31.
///
/// ```
/// use kalends_calendar::parts::MonthDaySet;
/// assert_eq!(MonthDaySet::from([1, -1]).first(), Some(-1));
/// ```
pub type MonthDaySet = SmallSet<i8, u64>;
/// Weeks of the year, also from its end: −64–63.
///
/// ```
/// use kalends_calendar::parts::WeekSet;
/// assert!(WeekSet::from([1, -53]).contains(-53));
/// ```
pub type WeekSet = SmallSet<i8, Wide<2>>;
/// Days of the year or positions, also from the end: −384–383.
///
/// ```
/// use kalends_calendar::parts::OrdinalSet;
/// assert_eq!(OrdinalSet::from([366, -366]).len(), 2);
/// ```
pub type OrdinalSet = SmallSet<i16, Wide<12>>;
/// Weekdays, each with or without a number of −63–63.
///
/// ```
/// use jiff::civil::Weekday;
/// use kalends_calendar::{NthWeekday, parts::WeekdaySet};
/// let fridays = NthWeekday::every(Weekday::Friday);
/// assert!(WeekdaySet::from([fridays]).contains(fridays));
/// ```
pub type WeekdaySet = SmallSet<NthWeekday, WeekdayBits>;

impl<T: Member<B>, B: Bits> SmallSet<T, B> {
    /// Whether nothing is in it.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// assert!(MonthSet::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// How many there are.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// assert_eq!(MonthSet::from([1, 1, 2]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether a member is in it.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// assert!(!MonthSet::from([1]).contains(2));
    /// ```
    pub fn contains(&self, member: T) -> bool {
        let place = member.place();
        place.is_some_and(|place| self.bits.next(place) == Some(place))
    }

    /// Puts a member in. `false`: it was in already, or it is out of the set's range.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// let mut months = MonthSet::default();
    /// assert!(months.insert(1));
    /// assert!(!months.insert(1) && !months.insert(16));
    /// ```
    pub fn insert(&mut self, member: T) -> bool {
        member
            .place()
            .is_some_and(|place| self.bits.set(place, true))
    }

    /// Takes a member out. `false`: it was not in.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// let mut months = MonthSet::from([1]);
    /// assert!(months.remove(1) && !months.remove(1));
    /// ```
    pub fn remove(&mut self, member: T) -> bool {
        member
            .place()
            .is_some_and(|place| self.bits.set(place, false))
    }

    /// Takes all out.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// let mut months = MonthSet::from([1]);
    /// months.clear();
    /// assert!(months.is_empty());
    /// ```
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes those out that are not to stay.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// let mut months = MonthSet::from([1, 2]);
    /// months.retain(|month| month > 1);
    /// assert_eq!(months, [2].into());
    /// ```
    pub fn retain(&mut self, mut stays: impl FnMut(T) -> bool) {
        *self = self.iter().filter(|member| stays(*member)).collect();
    }

    /// The least one.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// assert_eq!(MonthSet::from([3, 2]).first(), Some(2));
    /// ```
    pub fn first(&self) -> Option<T> {
        self.iter().next()
    }

    /// All in order.
    ///
    /// ```
    /// use kalends_calendar::parts::MonthSet;
    /// assert_eq!(MonthSet::from([3, 2]).iter().collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T, B> {
        Iter {
            bits: &self.bits,
            from: 0,
            of: PhantomData,
        }
    }
}

impl<T, B: Default> Default for SmallSet<T, B> {
    fn default() -> Self {
        Self {
            bits: B::default(),
            of: PhantomData,
        }
    }
}

/// Iterator over a [`SmallSet`], ascending.
///
/// ```
/// use kalends_calendar::parts::MonthSet;
/// let months = MonthSet::from([3, 2]).iter().map(u32::from).sum::<u32>();
/// assert_eq!(months, 5);
/// ```
#[derive(Clone, Debug)]
pub struct Iter<'s, T, B> {
    bits: &'s B,
    from: usize,
    of: PhantomData<T>,
}

impl<T: Member<B>, B: Bits> Iterator for Iter<'_, T, B> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let place = self.bits.next(self.from)?;
        self.from = place + 1;
        Some(T::at(place))
    }
}

impl<'s, T: Member<B>, B: Bits> IntoIterator for &'s SmallSet<T, B> {
    type Item = T;
    type IntoIter = Iter<'s, T, B>;

    fn into_iter(self) -> Iter<'s, T, B> {
        self.iter()
    }
}

impl<T: Member<B>, B: Bits> Extend<T> for SmallSet<T, B> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        for member in members {
            self.insert(member);
        }
    }
}

impl<T: Member<B>, B: Bits> FromIterator<T> for SmallSet<T, B> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut set = Self::default();
        set.extend(members);
        set
    }
}

impl<T: Member<B>, B: Bits, const N: usize> From<[T; N]> for SmallSet<T, B> {
    fn from(members: [T; N]) -> Self {
        members.into_iter().collect()
    }
}

impl<T: Member<B>, B: Bits> From<BTreeSet<T>> for SmallSet<T, B> {
    fn from(members: BTreeSet<T>) -> Self {
        members.into_iter().collect()
    }
}

impl<T: Member<B> + fmt::Debug, B: Bits> fmt::Debug for SmallSet<T, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Member<B> + Serialize, B: Bits> Serialize for SmallSet<T, B> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self)
    }
}

impl<'de, T: Member<B> + Deserialize<'de>, B: Bits> Deserialize<'de> for SmallSet<T, B> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut set = Self::default();
        for member in Vec::<T>::deserialize(d)? {
            let place = member.place();
            let place =
                place.ok_or_else(|| D::Error::custom("a BY part of a rule is out of its range"))?;
            set.bits.set(place, true);
        }
        Ok(set)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Every member of its range, and what lies around it: as a tree has it, in the same order.
    fn check<T, B>(candidates: impl Iterator<Item = T>, range: std::ops::RangeInclusive<T>)
    where
        T: Member<B> + Ord + fmt::Debug,
        B: Bits,
    {
        let (mut set, mut tree) = (SmallSet::<T, B>::default(), BTreeSet::new());
        let candidates: Vec<T> = candidates.collect();
        for (index, member) in candidates.iter().enumerate() {
            let fits = range.contains(member);
            assert_eq!(set.insert(*member), fits, "{member:?}");
            if fits {
                tree.insert(*member);
            }
            assert!(set.contains(*member) == fits && !set.insert(*member));
            if index % 3 == 0 {
                assert_eq!(set.remove(*member), tree.remove(member));
            }
            assert_eq!(set.len(), tree.len());
        }
        assert!(set.iter().eq(tree.iter().copied()), "{set:?}");
        for member in &candidates {
            set.remove(*member);
        }
        assert!(set == SmallSet::default() && set.is_empty());
    }

    #[test]
    fn a_set_has_what_a_tree_has() {
        check::<u8, u64>(0..=255, 0..=63);
        check::<u8, u16>((0..=255).rev(), 0..=15);
        check::<i8, u64>(-128..=127, -32..=31);
        check::<i8, Wide<2>>(-128..=127, -64..=63);
        check::<i16, Wide<12>>((-900..=900).rev(), -384..=383);
        let days = |nth: i8| (0..7).map(move |day| (Some(nth), day));
        let days = (-63..=63)
            .flat_map(days)
            .chain((0..7).map(|day| (None, day)));
        let days = days.map(|(nth, day)| NthWeekday {
            nth,
            day: jiff::civil::Weekday::from_monday_zero_offset(day).unwrap(),
        });
        let days: Vec<NthWeekday> = days.collect();
        let (first, last) = (days.iter().min().unwrap(), days.iter().max().unwrap());
        check::<NthWeekday, WeekdayBits>(days.iter().copied(), *first..=*last);
        check::<NthWeekday, WeekdayBits>(days.iter().rev().copied(), *first..=*last);
    }

    #[test]
    fn what_is_written_is_a_list_and_what_is_out_of_range_is_refused() {
        let set: MonthDaySet = serde_json::from_str("[15, -1, 15]").unwrap();
        assert_eq!(serde_json::to_string(&set).unwrap(), "[-1,15]");
        let error = serde_json::from_str::<MonthDaySet>("[32]").unwrap_err();
        assert!(error.to_string().contains("out of its range"), "{error}");
    }
}
