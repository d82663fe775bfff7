//! A calendar's occurrences, kept ready.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::{Intervals, Policy, Slots, each_busy, may_count};
use crate::{
    Event, Window,
    recurrence::spans::{Ahead, Asked, Clocks},
};

/// The busy stretches of one calendar within a horizon, sorted, changed event by event.
///
/// Correctness never depends on the horizon: what is asked beyond it is answered by nobody but [`super::busy`], which
/// seeks. Days and floating times are those of the zone that the index was made with.
///
/// ```
/// use kalends_calendar::{Duration, Event, When, Window, busy::{Index, Policy}};
/// let week = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-07T00:00Z".parse()? };
/// let mut index = Index::new(week, jiff::tz::TimeZone::UTC, Policy::default());
/// let lunch = When::floating("2026-11-30T12:00".parse()?, Duration::hours(1));
/// index.put([&Event::new("lunch@example.com", lunch)]);
/// assert_eq!(index.busy(week).len(), 1);
/// index.remove("lunch@example.com");
/// assert!(index.busy(week).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Index {
    horizon: Window,
    viewer: TimeZone,
    policy: Policy,
    /// Start, end, and the number of the event; ascending.
    spans: Vec<(i64, i64, u32)>,
    /// The number of each event, by UID.
    numbers: HashMap<Box<str>, u32>,
    /// The longest stretch: how far before a window one that reaches into it may begin.
    longest: i64,
    slots: Slots,
}

impl Index {
    /// An empty calendar.
    ///
    /// ```
    /// use kalends_calendar::{Window, busy::{Index, Policy}};
    /// let index = Index::new(Window::ALL, jiff::tz::TimeZone::UTC, Policy::default());
    /// assert!(index.busy(Window::ALL).is_empty());
    /// ```
    pub fn new(horizon: Window, viewer: TimeZone, policy: Policy) -> Self {
        Self {
            slots: Slots::free(horizon.from, horizon.to),
            horizon,
            viewer,
            policy,
            spans: Vec::new(),
            numbers: HashMap::new(),
            longest: 0,
        }
    }

    /// Adds events, or puts them in the place of those with the same UID.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Index, Policy}};
    /// # let week = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-07T00:00Z".parse()? };
    /// # let mut index = Index::new(week, jiff::tz::TimeZone::UTC, Policy::default());
    /// index.put([&Event::new("leave@example.com", When::all_day("2026-12-01".parse()?, 1))]);
    /// index.put([&Event::new("leave@example.com", When::all_day("2026-12-03".parse()?, 2))]);
    /// let busy = index.busy(week).iter().next().ok_or("none")?;
    /// assert_eq!(busy.from.to_string(), "2026-12-03T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn put<'e>(&mut self, events: impl IntoIterator<Item = &'e Event>) {
        let (mut freed, mut clocks) = (false, Clocks::new(&self.viewer));
        for event in events {
            freed |= self.take_out(&event.uid);
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            let number = *self
                .numbers
                .entry(event.uid.as_str().into())
                .or_insert(next);
            self.expand(event, number, &mut clocks);
        }
        self.spans.sort_unstable();
        if freed {
            self.fill_slots();
        }
    }

    /// Takes an event out.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Index, Policy}};
    /// # let week = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-07T00:00Z".parse()? };
    /// # let mut index = Index::new(week, jiff::tz::TimeZone::UTC, Policy::default());
    /// index.put([&Event::new("leave@example.com", When::all_day("2026-12-01".parse()?, 1))]);
    /// index.remove("leave@example.com");
    /// assert_eq!(index.slots().taken(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove(&mut self, uid: &str) {
        if self.take_out(uid) {
            self.fill_slots();
        }
    }

    /// The merged busy time in a window inside the horizon.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Index, Policy}};
    /// # let week = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-07T00:00Z".parse()? };
    /// # let mut index = Index::new(week, jiff::tz::TimeZone::UTC, Policy::default());
    /// index.put([&Event::new("leave@example.com", When::all_day("2026-12-01".parse()?, 2))]);
    /// let noon = Window { from: "2026-12-02T12:00Z".parse()?, ..week };
    /// let left = index.busy(noon).iter().next().ok_or("none")?;
    /// assert_eq!((left.from.to_string(), left.to.to_string()),
    ///     ("2026-12-02T12:00:00Z".to_owned(), "2026-12-03T00:00:00Z".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn busy(&self, window: Window) -> Intervals {
        let (from, to) = (window.from.as_second(), window.to.as_second());
        let begin = self
            .spans
            .partition_point(|span| span.0 < from - self.longest);
        let ahead = self.spans[begin..].iter().take_while(|span| span.0 < to);
        Intervals::merged(
            ahead
                .map(|span| (span.0.max(from), span.1.min(to)))
                .collect(),
        )
    }

    /// The horizon as slots.
    ///
    /// ```
    /// # use kalends_calendar::{Event, When, Window, busy::{Index, Policy}};
    /// # let week = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-07T00:00Z".parse()? };
    /// # let mut index = Index::new(week, jiff::tz::TimeZone::UTC, Policy::default());
    /// index.put([&Event::new("leave@example.com", When::all_day("2026-12-01".parse()?, 1))]);
    /// assert_eq!(index.slots().taken(), 24 * 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    fn expand(&mut self, event: &Event, number: u32, clocks: &mut Clocks) {
        let (from, to) = (self.horizon.from.as_second(), self.horizon.to.as_second());
        let asked = Asked { from, to };
        let ahead = Ahead::new(event, asked).filter(|_| may_count(event, self.policy));
        let Some(mut ahead) = ahead else {
            return;
        };
        ahead.look_at_rules();
        each_busy(&ahead, asked, clocks, self.policy, |start, end| {
            self.spans.push((start, end, number));
            self.longest = self.longest.max(end - start);
            self.slots.take_seconds(start.max(from), end.min(to));
        });
    }

    /// Whether there was something to take out.
    fn take_out(&mut self, uid: &str) -> bool {
        let Some(number) = self.numbers.get(uid).copied() else {
            return false;
        };
        let before = self.spans.len();
        self.spans.retain(|span| span.2 != number);
        self.spans.len() < before
    }

    fn fill_slots(&mut self) {
        self.slots = Slots::free(self.horizon.from, self.horizon.to);
        let (low, high) = (self.horizon.from.as_second(), self.horizon.to.as_second());
        for (from, to, _) in &self.spans {
            self.slots.take_seconds((*from).max(low), (*to).min(high));
        }
    }
}
