//! Bits by their place, and which place a member of a set has: what a [`super::set::SmallSet`] consists of.

use std::hash::Hash;

use jiff::civil::Weekday;

use super::NthWeekday;

/// What a set can hold, in the order of its places in `B`.
///
/// ```
/// use kalends_calendar::parts::Member;
/// assert_eq!(Member::<u64>::place(-32_i8), Some(0));
/// assert_eq!(Member::<u64>::place(32_i8), None);
/// ```
pub trait Member<B>: Copy {
    /// Its place, if it has one.
    fn place(self) -> Option<usize>;
    /// What has this place.
    fn at(place: usize) -> Self;
}

/// Bits by their place.
///
/// ```
/// use kalends_calendar::parts::Bits;
/// let mut bits = 0_u64;
/// assert!(bits.set(5, true) && !bits.set(5, true));
/// assert_eq!(bits.next(0), Some(5));
/// ```
pub trait Bits: Clone + Default + Eq + Hash {
    /// How many places there are.
    const PLACES: usize;
    /// Sets the bit of a place, or clears it. The answer is whether that changed anything.
    fn set(&mut self, place: usize, bit: bool) -> bool;
    /// The first bit that is set, at this place or later.
    fn next(&self, from: usize) -> Option<usize>;
    /// Whether none is set.
    fn is_empty(&self) -> bool;
}

macro_rules! bits {
    ($($word:ty)*) => { $(
        impl Bits for $word {
            const PLACES: usize = size_of::<$word>() * 8;

            fn set(&mut self, place: usize, bit: bool) -> bool {
                let before = *self;
                let own = 1 << place;
                *self = if bit { before | own } else { before & !own };
                *self != before
            }

            fn next(&self, from: usize) -> Option<usize> {
                let ahead = <$word>::MAX.checked_shl(u32::try_from(from).ok()?)? & *self;
                (ahead != 0).then(|| ahead.trailing_zeros() as usize)
            }

            fn is_empty(&self) -> bool {
                *self == 0
            }
        }
    )* };
}

bits!(u16 u64);

/// Bits that most rules do without: one word as long as none is set.
///
/// ```
/// use kalends_calendar::parts::{Bits, Wide};
/// let mut bits = Wide::<12>::default();
/// bits.set(700, true);
/// assert_eq!(bits.next(1), Some(700));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Wide<const WORDS: usize>(Option<Box<[u64; WORDS]>>);

impl<const WORDS: usize> Bits for Wide<WORDS> {
    const PLACES: usize = WORDS * 64;

    fn set(&mut self, place: usize, bit: bool) -> bool {
        if !bit && self.0.is_none() {
            return false;
        }
        let words = self.0.get_or_insert_with(|| Box::new([0; WORDS]));
        let changed = words[place / 64].set(place % 64, bit);
        if **words == [0; WORDS] {
            self.0 = None;
        }
        changed
    }

    fn next(&self, from: usize) -> Option<usize> {
        let words = self.0.as_deref()?;
        let first = from / 64;
        let mut from = from % 64;
        for (word, index) in words.iter().zip(0..).skip(first) {
            if let Some(place) = word.next(from) {
                return Some(index * 64 + place);
            }
            from = 0;
        }
        None
    }

    fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

/// Bits of weekdays: 128 places each, the first for the weekday without a number, the others for the numbers −63 to 63.
/// Those that a month can have are near; the others are rare.
///
/// ```
/// use kalends_calendar::parts::{Bits, WeekdayBits};
/// let mut bits = WeekdayBits::default();
/// bits.set(128, true); // Every Tuesday.
/// assert_eq!(bits.next(1), Some(128));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct WeekdayBits {
    /// 16 bits each: without a number, then −7 to 7.
    near: [u64; 2],
    far: Wide<14>,
}

/// A number that its type has room for.
fn small<A, B: TryFrom<A> + Default>(number: A) -> B {
    B::try_from(number).unwrap_or_default()
}

/// The bit of `near` that has this place, or the first that has a later one; and whether it is the very one.
fn near(place: usize) -> (usize, bool) {
    let (weekday, slot) = (place / 128 * 16, place % 128);
    match slot {
        0 => (weekday, true),
        57..=71 => (weekday + slot - 56, true),
        1..57 => (weekday + 1, false),
        _ => (weekday + 16, false),
    }
}

impl Bits for WeekdayBits {
    const PLACES: usize = 7 * 128;

    fn set(&mut self, place: usize, bit: bool) -> bool {
        match near(place) {
            (near, true) => self.near[near / 64].set(near % 64, bit),
            _ => self.far.set(place, bit),
        }
    }

    fn next(&self, from: usize) -> Option<usize> {
        let (near, _) = near(from);
        let [low, high] = self.near;
        let found = low.next(near);
        let found = found.or_else(|| Some(64 + high.next(near.saturating_sub(64))?));
        let place = found.map(|bit| match bit % 16 {
            0 => bit / 16 * 128,
            slot => bit / 16 * 128 + 56 + slot,
        });
        if self.far.is_empty() {
            return place;
        }
        place.into_iter().chain(self.far.next(from)).min()
    }

    fn is_empty(&self) -> bool {
        self.near == [0; 2] && self.far.is_empty()
    }
}

impl<B: Bits> Member<B> for u8 {
    fn place(self) -> Option<usize> {
        Some(self.into()).filter(|place| *place < B::PLACES)
    }

    fn at(place: usize) -> Self {
        small(place)
    }
}

macro_rules! signed {
    ($($number:ty)*) => { $(
        impl<B: Bits> Member<B> for $number {
            fn place(self) -> Option<usize> {
                let place = isize::from(self) + (B::PLACES / 2).cast_signed();
                usize::try_from(place).ok().filter(|place| *place < B::PLACES)
            }

            fn at(place: usize) -> Self {
                small(place.cast_signed() - (B::PLACES / 2).cast_signed())
            }
        }
    )* };
}

signed!(i8 i16);

impl Member<WeekdayBits> for NthWeekday {
    fn place(self) -> Option<usize> {
        let weekday = usize::from(self.day.to_monday_zero_offset().unsigned_abs()) * 128;
        match self.nth {
            None => Some(weekday),
            Some(nth @ -63..=63) => Some(weekday + usize::try_from(i16::from(nth) + 64).ok()?),
            Some(_) => None,
        }
    }

    fn at(place: usize) -> Self {
        let day = Weekday::from_monday_zero_offset(small(place / 128));
        let slot = place % 128;
        Self {
            nth: (slot > 0).then(|| small(slot.cast_signed() - 64)),
            day: day.unwrap_or(Weekday::Monday),
        }
    }
}
