//! The occurrences of an event that start before an instant, latest first.

use std::{collections::BinaryHeap, iter::Peekable, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    backwards::SecondsBack,
    budget::EXCLUDED_MAX,
    civil,
    compiled::Compiled,
    occurrences::{ByStart, Occurrence, SLACK_SECONDS},
};
use crate::{Event, Override, RecurrenceId, When, clock::Clock};

impl Event {
    /// The occurrences that start before an instant, latest first, lazily: the reverse of what
    /// [`Event::occurrences`] says of all time before it. `viewer` is the zone for days and floating times.
    ///
    /// ```
    /// use kalends_calendar::{Duration, Event, When, Zone};
    /// let berlin = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    /// let when = When::zoned("1999-11-02T09:00:00".parse()?, berlin, Duration::hours(1));
    /// let mut event = Event::new("weekly@example.com", when);
    /// event.rules.push("FREQ=WEEKLY".parse()?);
    /// let utc = jiff::tz::TimeZone::UTC;
    /// let mut before = event.occurrences_before("2026-11-28T00:00:00Z".parse()?, &utc);
    /// assert_eq!(before.next().ok_or("none")?.start.to_string(), "2026-11-24T08:00:00Z");
    /// assert_eq!(before.next().ok_or("none")?.start.to_string(), "2026-11-17T08:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn occurrences_before(
        &self,
        before: Timestamp,
        viewer: &TimeZone,
    ) -> OccurrencesBefore<'_> {
        OccurrencesBefore::new(self, before, viewer)
    }

    /// The last occurrence that starts before an instant. `viewer` is the zone for days and floating times.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let mut yearly = Event::new("birthday@example.com", When::all_day("1990-05-04".parse()?, 1));
    /// yearly.rules.push("FREQ=YEARLY".parse()?);
    /// let utc = jiff::tz::TimeZone::UTC;
    /// let last = yearly.previous_occurrence("2026-11-28T00:00Z".parse()?, &utc).ok_or("none")?;
    /// assert_eq!(last.start.to_string(), "2026-05-04T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn previous_occurrence(&self, before: Timestamp, viewer: &TimeZone) -> Option<Occurrence> {
        self.occurrences_before(before, viewer).next()
    }
}

/// Iterator over the occurrences of an event, latest first. See [`Event::occurrences_before`].
///
/// ```
/// use kalends_calendar::{Event, When};
/// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// let utc = jiff::tz::TimeZone::UTC;
/// assert_eq!(single.occurrences_before("2027-01-01T00:00Z".parse()?, &utc).count(), 1);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug)]
pub struct OccurrencesBefore<'e> {
    event: &'e Event,
    before: Timestamp,
    clock: Clock,
    plain: PlainBack,
    /// Occurrences that are known and not given yet: patched ones, and plain ones that may not be the latest left.
    held: BinaryHeap<ByStart>,
}

impl<'e> OccurrencesBefore<'e> {
    fn new(event: &'e Event, before: Timestamp, viewer: &TimeZone) -> Self {
        let clock = event.clock(viewer);
        let mut occurrences = Self {
            event,
            before,
            plain: PlainBack::new(event, before, &clock),
            clock,
            held: BinaryHeap::new(),
        };
        for (id, patch) in &event.overrides {
            if let Override::Patch(patch) = patch {
                let when = match &patch.when {
                    Some(when) => when.clone(),
                    None => event.when.starting_at(*id),
                };
                occurrences.hold(*id, when, viewer);
            }
        }
        occurrences
    }

    fn hold(&mut self, id: RecurrenceId, when: When, viewer: &TimeZone) {
        let (start, end) = when.instants(viewer);
        if start < self.before {
            self.held.push(ByStart(Occurrence {
                id: Some(id),
                when,
                start,
                end,
            }));
        }
    }

    /// Takes plain occurrences until none that is left can start later than the latest that is held.
    fn fill(&mut self) {
        while let Some(second) = self.plain.peek() {
            if let Some(ByStart(latest)) = self.held.peek() {
                let shown = self.clock.local_of(latest.start.as_second());
                // One out of a gap starts later than its civil time says, but only where the offset changes.
                if second < shown - SLACK_SECONDS
                    || (second < shown && self.clock.is_steady(second, shown))
                {
                    return;
                }
            }
            self.plain.next();
            let local = civil::to_local(second);
            let id = RecurrenceId(local);
            let (start, end) = self.event.when.instants_at(local, &self.clock);
            if start < self.before && !self.event.overrides.contains_key(&id) {
                let when = self.event.when.starting_at(id);
                let id = self.event.is_series().then_some(id);
                self.held.push(ByStart(Occurrence {
                    id,
                    when,
                    start,
                    end,
                }));
            }
        }
    }
}

impl OccurrencesBefore<'_> {
    /// Whether the search for the next one was given up, as in [`super::Occurrences::gave_up`].
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let utc = jiff::tz::TimeZone::UTC;
    /// let mut before = single.occurrences_before("2026-01-01T00:00Z".parse()?, &utc);
    /// assert!(before.next().is_none() && !before.gave_up());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn gave_up(&self) -> bool {
        self.plain.gave_up()
    }
}

impl Iterator for OccurrencesBefore<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        self.fill();
        self.held.pop().map(|latest| latest.0)
    }
}

/// Civil seconds of the start and of what the rules generate, without the excluded rules, each once, descending.
#[derive(Debug)]
struct PlainBack {
    start: Option<i64>,
    compiled: Vec<Arc<Compiled>>,
    rules: Vec<Peekable<SecondsBack<Arc<Compiled>>>>,
    excluded: Vec<Compiled>,
    next: Option<i64>,
    /// Whether excluded rules took away too much.
    gave_up: bool,
}

impl PlainBack {
    fn new(event: &Event, before: Timestamp, clock: &Clock) -> Self {
        let to = civil::seconds_of(clock.to_local(before)) + SLACK_SECONDS;
        let start = civil::seconds_of(event.when.local_start());
        let compiled: Vec<_> = event.compiled_rules().map(Arc::new).collect();
        let back = |rule| SecondsBack::new(rule, i64::MIN, to).peekable();
        let mut plain = Self {
            start: (start <= to).then_some(start),
            rules: compiled.iter().cloned().map(back).collect(),
            compiled,
            excluded: event.compiled_exclusions(),
            next: None,
            gave_up: false,
        };
        plain.next();
        plain
    }

    fn gave_up(&self) -> bool {
        let rules = self.compiled.iter().map(AsRef::as_ref);
        self.gave_up || rules.chain(&self.excluded).any(Compiled::gave_up)
    }

    fn peek(&self) -> Option<i64> {
        self.next
    }

    /// Goes on to the next one.
    fn next(&mut self) {
        self.next = None;
        for _ in 0..EXCLUDED_MAX / self.excluded.len().max(1) {
            let generated = self
                .rules
                .iter_mut()
                .filter_map(|rule| rule.peek().copied());
            let Some(second) = generated.chain(self.start).max() else {
                return;
            };
            self.start = self.start.filter(|start| *start != second);
            for rule in &mut self.rules {
                rule.next_if_eq(&second);
            }
            if !self.excluded.iter().any(|rule| rule.has(second)) {
                self.next = Some(second);
                return;
            }
        }
        self.gave_up = true;
        self.start = None;
        self.rules.clear();
    }
}
