//! Stretches of time, sorted and merged.

use jiff::Timestamp;

use crate::Window;

/// A half-open stretch of time, at least a second long.
///
/// ```
/// use kalends_calendar::busy::{Interval, Slots};
/// let hour = Interval { from: "2026-11-30T09:00Z".parse()?, to: "2026-11-30T10:00Z".parse()? };
/// let mut slots = Slots::free(hour.from, hour.to);
/// slots.take(hour);
/// assert_eq!(slots.taken(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

/// Stretches of time in order, none touching the next.
///
/// ```
/// # use kalends_calendar::{Duration, Event, When, Window, busy::{Policy, busy}};
/// let at = |time: &str| time.parse().map(|start| When::floating(start, Duration::hours(1)));
/// let nine = Event::new("1@example.com", at("2026-11-30T09:00")?);
/// let ten = Event::new("2@example.com", at("2026-11-30T10:00")?);
/// let busy = busy([&nine, &ten], Window::ALL, &jiff::tz::TimeZone::UTC, Policy::default());
/// assert_eq!(busy.len(), 1); // Two that touch are one.
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals(Vec<(i64, i64)>);

impl Intervals {
    /// From any stretches in Unix seconds; empty ones are left out.
    pub(super) fn merged(mut spans: Vec<(i64, i64)>) -> Self {
        spans.retain(|(from, to)| from < to);
        sort(&mut spans);
        let mut last = 0;
        for index in 1..spans.len() {
            let (from, to) = spans[index];
            if from <= spans[last].1 {
                spans[last].1 = spans[last].1.max(to);
            } else {
                last += 1;
                spans[last] = (from, to);
            }
        }
        spans.truncate(last + 1);
        Self(spans)
    }

    /// How many there are.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::busy::Intervals::default().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    ///
    /// ```
    /// assert!(kalends_calendar::busy::Intervals::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Policy, busy}};
    /// let leave = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 2));
    /// let busy = busy([&leave], Window::ALL, &jiff::tz::TimeZone::UTC, Policy::default());
    /// for stretch in busy.iter() {
    ///     assert_eq!(stretch.to.duration_since(stretch.from).as_hours(), 48);
    /// }
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Interval> {
        self.0.iter().map(|(from, to)| Interval {
            from: instant(*from),
            to: instant(*to),
        })
    }

    /// The same in Unix seconds.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Policy, busy}};
    /// let day = Event::new("1@example.com", When::all_day("1970-01-02".parse()?, 1));
    /// let busy = busy([&day], Window::ALL, &jiff::tz::TimeZone::UTC, Policy::default());
    /// assert_eq!(busy.seconds(), [(86_400, 2 * 86_400)]);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn seconds(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// What both have: when this one *and* the other is taken.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Policy, busy}};
    /// # let of = |day: &str| day.parse().map(|day| Event::new("1", When::all_day(day, 2)));
    /// # let busy = |event: &Event| busy([event], Window::ALL, &jiff::tz::TimeZone::UTC, Policy::default());
    /// let (ada, bob) = (busy(&of("1970-01-01")?), busy(&of("1970-01-02")?));
    /// assert_eq!(ada.and(&bob).seconds(), [(86_400, 2 * 86_400)]);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let (from, to) = (x.0.max(y.0), x.1.min(y.1));
            if from < to {
                common.push((from, to));
            }
            if x.1 < y.1 {
                a.next()
            } else {
                b.next()
            };
        }
        Self(common)
    }

    /// What either has.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Policy, busy}};
    /// # let of = |day: &str| day.parse().map(|day| Event::new("1", When::all_day(day, 2)));
    /// # let busy = |event: &Event| busy([event], Window::ALL, &jiff::tz::TimeZone::UTC, Policy::default());
    /// let (ada, bob) = (busy(&of("1970-01-01")?), busy(&of("1970-01-02")?));
    /// assert_eq!(ada.or(&bob).seconds(), [(0, 3 * 86_400)]);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::merged(self.0.iter().chain(&other.0).copied().collect())
    }

    /// What of a window is in none of them: free time, if these are busy.
    ///
    /// ```
    /// use kalends_calendar::{Duration, Event, When, Window, busy::{Policy, busy}};
    /// let lunch = Event::new("1@example.com", When::floating("2026-11-30T12:00".parse()?, Duration::hours(1)));
    /// let day = Window { from: "2026-11-30T09:00Z".parse()?, to: "2026-11-30T17:00Z".parse()? };
    /// let free = busy([&lunch], day, &jiff::tz::TimeZone::UTC, Policy::default()).gaps(day);
    /// assert_eq!(free.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gaps(&self, window: Window) -> Self {
        let (mut at, end) = (window.from.as_second(), window.to.as_second());
        let mut gaps = Vec::new();
        for (from, to) in &self.0 {
            if *from >= end {
                break;
            }
            if at < *from {
                gaps.push((at, *from));
            }
            at = at.max(*to);
        }
        if at < end {
            gaps.push((at, end));
        }
        Self(gaps)
    }
}

/// Ascending. What lies within 136 years, as all but always, is sorted as single words.
fn sort(spans: &mut [(i64, i64)]) {
    let Some(first) = spans.iter().map(|(from, _)| *from).min() else {
        return;
    };
    let pack = |(from, to): &(i64, i64)| {
        let (from, to) = (
            u32::try_from(from - first).ok()?,
            u32::try_from(to - first).ok()?,
        );
        Some(u64::from(from) << 32 | u64::from(to))
    };
    let Some(mut packed) = spans.iter().map(pack).collect::<Option<Vec<u64>>>() else {
        return spans.sort_unstable();
    };
    packed.sort_unstable();
    for (span, packed) in spans.iter_mut().zip(packed) {
        let seconds = |n: u64| first + i64::from(u32::try_from(n & 0xffff_ffff).unwrap_or(0));
        *span = (seconds(packed >> 32), seconds(packed));
    }
}

fn instant(second: i64) -> Timestamp {
    let limit = if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_second(second).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(spans: &[(i64, i64)]) -> Intervals {
        Intervals::merged(spans.to_vec())
    }

    #[test]
    fn touching_and_overlapping_ones_become_one() {
        assert_eq!(set(&[]).seconds(), []);
        assert_eq!(set(&[(5, 5)]).seconds(), []);
        let merged = set(&[
            (20, 30),
            (0, 5),
            (5, 9),
            (21, 25),
            (8, 8),
            (40, 50),
            (30, 31),
        ]);
        assert_eq!(merged.seconds(), [(0, 9), (20, 31), (40, 50)]);
    }

    #[test]
    fn stretches_of_centuries_are_sorted_too() {
        let far = 1 << 40;
        assert_eq!(
            set(&[(far, far + 1), (0, 5), (3, far)]).seconds(),
            [(0, far + 1)]
        );
    }

    #[test]
    fn set_arithmetic_second_by_second() {
        let sets = [
            set(&[]),
            set(&[(0, 20)]),
            set(&[(2, 4), (6, 8), (8, 9), (15, 30)]),
            set(&[(0, 3), (4, 7), (9, 15), (19, 25)]),
        ];
        let has = |set: &Intervals, at: i64| set.0.iter().any(|(a, b)| (*a..*b).contains(&at));
        for a in &sets {
            let window = Window {
                from: instant(1),
                to: instant(22),
            };
            for at in 0..40 {
                let outside = !has(a, at) && (1..22).contains(&at);
                assert_eq!(has(&a.gaps(window), at), outside);
                for b in &sets {
                    assert_eq!(has(&a.and(b), at), has(a, at) && has(b, at));
                    assert_eq!(has(&a.or(b), at), has(a, at) || has(b, at));
                }
            }
        }
    }
}
