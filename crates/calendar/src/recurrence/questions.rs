//! Questions about a whole series: does it have this occurrence, which is the next one, when does it end.

use jiff::{Timestamp, tz::TimeZone};

use super::{budget::EXCLUDED_MAX, civil, compiled::Compiled};
use crate::{Event, Occurrence, Override, RecurrenceId, Window};

/// Where the last occurrence of an event ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// There is no occurrence at all.
    Never,
    /// The first instant after the last occurrence.
    At(Timestamp),
    /// There is no last occurrence.
    Endless,
}

impl Event {
    /// Whether there is an occurrence whose original start is `id`, wherever it may have been moved.
    pub fn has_occurrence(&self, id: RecurrenceId) -> bool {
        match self.overrides.get(&id) {
            Some(Override::Excluded) => false,
            Some(Override::Patch(_)) => true,
            None => {
                let second = civil::seconds_of(id.0);
                (id == self.when.recurrence_id() || self.compiled_rules().any(|r| r.has(second)))
                    && !self.compiled_exclusions().iter().any(|r| r.has(second))
            }
        }
    }

    /// The first occurrence that starts after an instant. `viewer` is the zone for days and floating times.
    pub fn next_occurrence(&self, after: Timestamp, viewer: &TimeZone) -> Option<Occurrence> {
        let window = Window {
            from: after,
            ..Window::ALL
        };
        self.occurrences(window, viewer).find(|o| o.start > after)
    }

    /// The start of the first occurrence, if there is one.
    pub fn first_start(&self, viewer: &TimeZone) -> Option<Timestamp> {
        Some(self.occurrences(Window::ALL, viewer).next()?.start)
    }

    /// Where the last occurrence ends. A rule without COUNT and UNTIL that generates anything is endless, whatever
    /// the excluded rules may take away. Where they take away very many at the end, it may be later than the last.
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
        plain.chain(patched).max().map_or(Last::Never, Last::At)
    }
}
