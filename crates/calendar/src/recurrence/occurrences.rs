//! The occurrences of an event in a window, in order.

use std::{cmp::Reverse, collections::BinaryHeap, iter::Peekable, sync::Arc};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{
    budget::EXCLUDED_MAX,
    civil::{self, DAY_SECONDS},
    compiled::Compiled,
    instances::Seconds,
};
use crate::{Event, Override, RecurrenceId, Rule, When, clock::Clock};

/// No zone has jumped by more than a day, so civil times and instants agree on the order of what is farther apart.
pub(super) const SLACK_SECONDS: i64 = 2 * DAY_SECONDS;

/// A half-open stretch of time.
///
/// ```
/// use kalends_calendar::Window;
/// let year = Window { from: "2026-01-01T00:00Z".parse()?, to: "2027-01-01T00:00Z".parse()? };
/// assert!(!year.touches(year.to, year.to));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

impl Window {
    /// All time.
    ///
    /// ```
    /// use kalends_calendar::{Event, When, Window};
    /// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// assert_eq!(single.occurrences(Window::ALL, &jiff::tz::TimeZone::UTC).count(), 1);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub const ALL: Self = Self {
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };

    /// Whether [start, end) touches the window. Something without length is inside if its start is.
    ///
    /// ```
    /// use kalends_calendar::Window;
    /// let (nine, ten, eleven) = ("2026-11-30T09:00Z".parse()?, "2026-11-30T10:00Z".parse()?, "2026-11-30T11:00Z".parse()?);
    /// let window = Window { from: ten, to: eleven };
    /// assert!(window.touches(nine, eleven) && !window.touches(nine, ten));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn touches(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || (start == end && start >= self.from))
    }
}

/// One occurrence of an event.
///
/// ```
/// use kalends_calendar::{Event, When, Window};
/// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// let only = single.occurrences(Window::ALL, &jiff::tz::TimeZone::UTC).next().ok_or("none")?;
/// assert_eq!((only.id, only.when), (None, single.when));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Which one of the series it is; `None` for a single event.
    pub id: Option<RecurrenceId>,
    /// When it happens, in its own terms.
    pub when: When,
    /// Its first instant, days and floating times resolved in the viewer's zone.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Event {
    /// The occurrences that touch a window, by start, lazily. `viewer` is the zone for days and floating times.
    ///
    /// What the rules generate and the start itself, without what the excluded rules generate; then the overrides:
    /// an excluded occurrence is gone, a patched one is there (also where no rule generates it, RFC 8984 4.3.5) and
    /// is found where it was moved to. A local time in a gap of the zone is shifted (RFC 5545 3.3.5).
    ///
    /// ```
    /// use kalends_calendar::{Duration, Event, Frequency, Rule, When, Window, Zone};
    /// let berlin = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    /// let when = When::zoned("2026-03-01T02:30:00".parse()?, berlin, Duration::minutes(30));
    /// let mut event = Event::new("standup@example.com", when);
    /// event.rules.push(Rule::every(Frequency::Weekly));
    /// let window = Window { from: "2026-03-20T00:00:00Z".parse()?, to: "2026-04-01T00:00:00Z".parse()? };
    /// let starts: Vec<String> = event.occurrences(window, &jiff::tz::TimeZone::UTC).map(|o| o.start.to_string()).collect();
    /// assert_eq!(starts, ["2026-03-22T01:30:00Z", "2026-03-29T01:30:00Z"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn occurrences(&self, window: Window, viewer: &TimeZone) -> Occurrences<'_> {
        Occurrences::new(self, window, viewer)
    }

    /// The zone of the start, looked up.
    pub(super) fn clock(&self, viewer: &TimeZone) -> Clock {
        match self.when.zone() {
            Some(zone) => zone.clock(),
            None => Clock::Given(viewer.clone()),
        }
    }

    /// The rules, where a start that they do not generate counts as their first instance.
    pub(super) fn compiled_rules(&self) -> impl Iterator<Item = Compiled> {
        self.rules.iter().map(|rule| self.compiled_rule(rule))
    }

    /// The same for one of its rules.
    pub(super) fn compiled_rule(&self, rule: &Rule) -> Compiled {
        let mut rule = Compiled::new(rule, &self.when);
        rule.let_start_count();
        rule
    }

    pub(super) fn compiled_exclusions(&self) -> Vec<Compiled> {
        let rules = self.excluded_rules.iter();
        rules.map(|rule| Compiled::new(rule, &self.when)).collect()
    }
}

/// Iterator over the occurrences of an event. See [`Event::occurrences`].
///
/// ```
/// use kalends_calendar::{Event, When, Window};
/// let mut daily = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// daily.rules.push("FREQ=DAILY".parse()?);
/// let utc = jiff::tz::TimeZone::UTC;
/// let fifth = daily.occurrences(Window::ALL, &utc).nth(4).ok_or("none")?;
/// assert_eq!(fifth.when, When::all_day("2026-12-05".parse()?, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Occurrences<'e> {
    event: &'e Event,
    window: Window,
    clock: Clock,
    plain: Plain,
    /// The next plain occurrence whose local time exists.
    next: Option<Occurrence>,
    /// Occurrences out of the rules' order: patched ones, and those shifted out of a gap.
    held: BinaryHeap<Reverse<ByStart>>,
}

impl<'e> Occurrences<'e> {
    fn new(event: &'e Event, window: Window, viewer: &TimeZone) -> Self {
        let mut occurrences = Self {
            event,
            window,
            clock: event.clock(viewer),
            plain: Plain::default(),
            next: None,
            held: BinaryHeap::new(),
        };
        if event.is_series() {
            occurrences.plain = Plain::new(event, window, &occurrences.clock);
            occurrences.hold_patched(viewer);
            occurrences.fill();
        } else {
            occurrences.next = occurrences.at(event.when.recurrence_id());
        }
        occurrences
    }

    fn hold_patched(&mut self, viewer: &TimeZone) {
        for (id, patch) in &self.event.overrides {
            let Override::Patch(patch) = patch else {
                continue;
            };
            let occurrence = match &patch.when {
                None => self.at(*id),
                Some(when) => {
                    let (start, end) = when.instants(viewer);
                    self.within(start, end).then(|| Occurrence {
                        id: Some(*id),
                        when: when.clone(),
                        start,
                        end,
                    })
                }
            };
            self.held.extend(occurrence.map(|o| Reverse(ByStart(o))));
        }
    }

    /// The occurrence `id` as the series has it, if it touches the window.
    fn at(&self, id: RecurrenceId) -> Option<Occurrence> {
        let (start, end) = self.event.when.instants_at(id.0, &self.clock);
        self.within(start, end).then(|| self.made(id, start, end))
    }

    fn made(&self, id: RecurrenceId, start: Timestamp, end: Timestamp) -> Occurrence {
        Occurrence {
            id: self.event.is_series().then_some(id),
            when: self.event.when.starting_at(id),
            start,
            end,
        }
    }

    fn within(&self, start: Timestamp, end: Timestamp) -> bool {
        self.window.touches(start, end)
    }

    /// Takes plain occurrences up to the first one whose local time exists: no later one starts before it.
    fn fill(&mut self) {
        while let Some(second) = self.plain.next() {
            let local = civil::to_local(second);
            let id = RecurrenceId(local);
            if self.event.overrides.contains_key(&id) {
                continue;
            }
            let (start, end) = self.event.when.instants_at(local, &self.clock);
            if start < self.window.to && !self.within(start, end) {
                continue;
            }
            match (self.clock.skips(second), start < self.window.to) {
                (true, true) => {
                    let occurrence = self.made(id, start, end);
                    self.held.push(Reverse(ByStart(occurrence)));
                }
                // One that comes later may start before it.
                (true, false) => {}
                (false, true) => {
                    self.next = Some(self.made(id, start, end));
                    return;
                }
                (false, false) => {
                    self.plain.stop();
                    return;
                }
            }
        }
    }
}

impl Occurrences<'_> {
    /// Whether the search for the next one was given up because it would have taken too much work (see
    /// [`Compiled::gave_up`]; or excluded rules took away very many in a row): then there may be more.
    ///
    /// ```
    /// use kalends_calendar::{Event, When, Window};
    /// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let utc = jiff::tz::TimeZone::UTC;
    /// let mut all = single.occurrences(Window::ALL, &utc);
    /// assert!(all.by_ref().count() == 1 && !all.gave_up());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn gave_up(&self) -> bool {
        self.plain.gave_up()
    }
}

impl Iterator for Occurrences<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        let held_first = match (&self.next, self.held.peek()) {
            (Some(next), Some(Reverse(held))) => held.key() < (next.start, next.id),
            (next, _) => next.is_none(),
        };
        if held_first {
            return self.held.pop().map(|Reverse(held)| held.0);
        }
        let next = self.next.take();
        self.fill();
        next
    }
}

/// Ordered by start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ByStart(pub(super) Occurrence);

impl ByStart {
    fn key(&self) -> (Timestamp, Option<RecurrenceId>) {
        (self.0.start, self.0.id)
    }
}

impl Ord for ByStart {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for ByStart {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Civil seconds of the start and of what the rules generate, without the excluded rules, each once, ascending.
#[derive(Debug, Default)]
struct Plain {
    start: Option<i64>,
    compiled: Vec<Arc<Compiled>>,
    rules: Vec<Peekable<Seconds<Arc<Compiled>>>>,
    excluded: Vec<Compiled>,
    /// Whether excluded rules took away too much.
    gave_up: bool,
}

impl Plain {
    fn new(event: &Event, window: Window, clock: &Clock) -> Self {
        let local = |at: Timestamp| civil::seconds_of(clock.to_local(at));
        let length = event.when.duration();
        let length = i64::from(length.days) * DAY_SECONDS + i64::from(length.seconds);
        let from = local(window.from) - length - SLACK_SECONDS;
        let to = local(window.to) + SLACK_SECONDS;
        let start = civil::seconds_of(event.when.local_start());
        let mut plain = Self {
            start: (from..=to).contains(&start).then_some(start),
            ..Self::default()
        };
        if start <= to {
            plain.compiled = event.compiled_rules().map(Arc::new).collect();
            let rules = plain.compiled.iter().cloned();
            plain.rules = (rules.map(|rule| Seconds::new(rule, from, to).peekable())).collect();
            plain.excluded = event.compiled_exclusions();
        }
        plain
    }

    fn stop(&mut self) {
        self.start = None;
        self.rules.clear();
    }

    fn gave_up(&self) -> bool {
        let rules = self.compiled.iter().map(AsRef::as_ref);
        self.gave_up || rules.chain(&self.excluded).any(Compiled::gave_up)
    }
}

impl Iterator for Plain {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        for _ in 0..EXCLUDED_MAX / self.excluded.len().max(1) {
            let generated = self
                .rules
                .iter_mut()
                .filter_map(|rule| rule.peek().copied());
            let second = generated.chain(self.start).min()?;
            self.start = self.start.filter(|start| *start != second);
            for rule in &mut self.rules {
                rule.next_if_eq(&second);
            }
            if !self.excluded.iter().any(|rule| rule.has(second)) {
                return Some(second);
            }
        }
        self.gave_up = true;
        self.stop();
        None
    }
}

impl When {
    /// First instant and first instant after it.
    pub(crate) fn instants(&self, viewer: &TimeZone) -> (Timestamp, Timestamp) {
        let clock = match self.zone() {
            Some(zone) => zone.clock(),
            None => Clock::Given(viewer.clone()),
        };
        self.instants_at(self.local_start(), &clock)
    }

    /// The same for another start, with the clock of the zone.
    pub(crate) fn instants_at(&self, start: DateTime, clock: &Clock) -> (Timestamp, Timestamp) {
        let length = self.duration();
        let from = clock.to_instant(start);
        let day = match length.days {
            0 => from,
            days => {
                let later = civil::seconds_of(start) + i64::from(days) * DAY_SECONDS;
                clock.to_instant(civil::to_local(later))
            }
        };
        let end = day.as_second() + i64::from(length.seconds);
        (from, Timestamp::from_second(end).unwrap_or(Timestamp::MAX))
    }
}
