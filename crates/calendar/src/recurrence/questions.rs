//! Questions about a whole series: does it have this occurrence, which is the next one, when does it end.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{budget::EXCLUDED_MAX, civil, compiled::Compiled};
use crate::{Event, Occurrence, Override, RecurrenceId, Window};

/// Where the last occurrence of an event ends.
///
/// ```
/// use kalends_calendar::{Event, When, recurrence::Last};
/// let mut daily = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
/// daily.rules.push("FREQ=DAILY".parse()?);
/// assert_eq!(daily.last_end(&jiff::tz::TimeZone::UTC), Last::Endless);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// There is no occurrence at all.
    Never,
    /// The first instant after the last occurrence.
    At(Timestamp),
    /// There is no last occurrence.
    Endless,
    /// The search for it was given up because it would have taken too much work (see [`Compiled::gave_up`]).
    Unknown,
}

impl Event {
    /// Whether there is an occurrence whose original start is `id`, wherever it may have been moved.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let mut weekly = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// weekly.rules.push("FREQ=WEEKLY".parse()?);
    /// assert!(weekly.has_occurrence("2026-12-08T00:00:00".parse()?));
    /// assert!(!weekly.has_occurrence("2026-12-09T00:00:00".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn has_occurrence(&self, id: RecurrenceId) -> bool {
        match self.overrides.get(&id) {
            Some(Override::Excluded) => false,
            Some(Override::Patch(_)) => true,
            None => self.has_slot(id),
        }
    }

    /// Whether the event's own start or its rules give this start, overrides left aside. An occurrence without one stands beside its
    /// series: somebody has added it, or has changed the rule since it was edited.
    ///
    /// ```
    /// use kalends_calendar::{Event, Override, Patch, When};
    /// let mut weekly = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// weekly.rules.push("FREQ=WEEKLY".parse()?);
    /// let extra = "2026-12-09T00:00:00".parse()?;
    /// weekly.overrides.insert(extra, Override::Patch(Box::new(Patch::default())));
    /// assert!(weekly.has_occurrence(extra) && !weekly.has_slot(extra));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn has_slot(&self, id: RecurrenceId) -> bool {
        let second = civil::seconds_of(id.0);
        (id == self.when.recurrence_id() || self.compiled_rules().any(|r| r.has(second)))
            && !self.compiled_exclusions().iter().any(|r| r.has(second))
    }

    /// The civil starts that the event's own start and its rules give, overrides left aside, in order: the first `most`.
    /// `None` if finding them would be too much work.
    ///
    /// ```
    /// use kalends_calendar::{Event, Override, When};
    /// let mut weekly = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// weekly.rules.push("FREQ=WEEKLY;COUNT=2".parse()?);
    /// weekly.overrides.insert("2026-12-08T00:00:00".parse()?, Override::Excluded);
    /// let starts = weekly.planned_starts(100).ok_or("too much work")?;
    /// assert_eq!(starts, ["2026-12-01T00:00".parse()?, "2026-12-08T00:00".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn planned_starts(&self, most: usize) -> Option<Vec<DateTime>> {
        let excluded = self.compiled_exclusions();
        let stays = |second: i64| !excluded.iter().any(|rule| rule.has(second));
        let start = civil::seconds_of(self.when.local_start());
        let mut planned: BTreeSet<i64> = Some(start)
            .filter(|start| stays(*start))
            .into_iter()
            .collect();
        for rule in self.compiled_rules() {
            let (mut found, mut looked) = (0, 0);
            for second in rule.seconds(i64::MIN, i64::MAX) {
                if found == most {
                    break;
                }
                if looked == EXCLUDED_MAX / excluded.len().max(1) {
                    return None;
                }
                looked += 1;
                if stays(second) {
                    found += 1;
                    planned.insert(second);
                }
            }
            if rule.gave_up() {
                return None;
            }
        }
        Some(
            planned
                .into_iter()
                .take(most)
                .map(civil::to_local)
                .collect(),
        )
    }

    /// The first occurrence that starts after an instant. `viewer` is the zone for days and floating times.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let mut yearly = Event::new("birthday@example.com", When::all_day("1990-05-04".parse()?, 1));
    /// yearly.rules.push("FREQ=YEARLY".parse()?);
    /// let utc = jiff::tz::TimeZone::UTC;
    /// let next = yearly.next_occurrence("2026-11-28T00:00Z".parse()?, &utc).ok_or("none")?;
    /// assert_eq!(next.start.to_string(), "2027-05-04T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_occurrence(&self, after: Timestamp, viewer: &TimeZone) -> Option<Occurrence> {
        let window = Window {
            from: after,
            ..Window::ALL
        };
        self.occurrences(window, viewer).find(|o| o.start > after)
    }

    /// The start of the first occurrence, if there is one.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let single = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let first = single.first_start(&jiff::tz::TimeZone::UTC).ok_or("none")?;
    /// assert_eq!(first.to_string(), "2026-12-01T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first_start(&self, viewer: &TimeZone) -> Option<Timestamp> {
        Some(self.occurrences(Window::ALL, viewer).next()?.start)
    }

    /// Where the last occurrence ends. A rule without COUNT and UNTIL that generates anything is endless, whatever
    /// the excluded rules may take away. Where they take away very many at the end, it may be later than the last.
    ///
    /// ```
    /// use kalends_calendar::{Event, When, recurrence::Last};
    /// let mut daily = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// daily.rules.push("FREQ=DAILY;COUNT=3".parse()?);
    /// let end = Last::At("2026-12-04T00:00Z".parse()?);
    /// assert_eq!(daily.last_end(&jiff::tz::TimeZone::UTC), end);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last_end(&self, viewer: &TimeZone) -> Last {
        let rules: Vec<Compiled> = self.compiled_rules().collect();
        if rules.iter().any(Compiled::is_endless) {
            return Last::Endless;
        }
        let excluded = self.compiled_exclusions();
        let clock = self.clock(viewer);
        let is_plain = |second: i64| {
            let id = RecurrenceId(civil::to_local(second));
            !self.overrides.contains_key(&id) && !excluded.iter().any(|rule| rule.has(second))
        };
        let last_of = |rule: &Compiled| {
            let mut last = rule.previous(i64::MAX)?;
            for _ in 0..EXCLUDED_MAX / excluded.len().max(1) {
                if is_plain(last) {
                    break;
                }
                last = rule.preceding(last)?;
            }
            Some(last)
        };
        let own = Some(civil::seconds_of(self.when.local_start())).filter(|start| is_plain(*start));
        let generated = rules.iter().filter_map(last_of).chain(own);
        let plain =
            generated.map(|second| self.when.instants_at(civil::to_local(second), &clock).1);
        let patched = self.overrides.iter().filter_map(|(id, o)| match o {
            Override::Excluded => None,
            Override::Patch(patch) => Some(match &patch.when {
                Some(when) => when.instants(viewer).1,
                None => self.when.instants_at(id.0, &clock).1,
            }),
        });
        let last = plain.chain(patched).max();
        if rules.iter().chain(&excluded).any(Compiled::gave_up) {
            return Last::Unknown;
        }
        last.map_or(Last::Never, Last::At)
    }
}
