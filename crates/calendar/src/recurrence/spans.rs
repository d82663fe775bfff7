//! The occurrences of an event as bare stretches of time, in no order: what busy time is made of.

use std::collections::BTreeSet;

use super::{
    civil::{self, DAY_SECONDS},
    occurrences::SLACK_SECONDS,
};
use crate::{Event, Override, Patch, RecurrenceId, Rule, Until, When, clock::Clock};

/// What is asked: Unix seconds, half open, and the clock for days and floating times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'c> {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) viewer: &'c Clock,
}

impl Asked<'_> {
    /// As [`crate::Window::touches`].
    fn touches(&self, start: i64, end: i64) -> bool {
        start < self.to && (end > self.from || (start == end && start >= self.from))
    }
}

impl Event {
    /// Whether it is a series that is not over before what is asked, as far as a glance tells.
    pub(crate) fn may_repeat_in(&self, asked: Asked<'_>) -> bool {
        let low = self.earliest(asked);
        let start = civil::seconds_of(self.when.local_start());
        self.is_series()
            && (start >= low
                || !self.overrides.is_empty()
                || self.rules.iter().any(|rule| !is_over(rule, low)))
    }

    /// The earliest civil second at which an occurrence can start that touches what is asked.
    fn earliest(&self, asked: Asked<'_>) -> i64 {
        (asked.from).saturating_sub(self.when.civil_seconds() + SLACK_SECONDS)
    }

    /// Calls `found` with start and end (Unix seconds), and with the patch if there is one, of every occurrence that
    /// touches what is asked.
    pub(crate) fn each_span<'e>(
        &'e self,
        asked: Asked<'_>,
        mut found: impl FnMut(i64, i64, Option<&'e Patch>),
    ) {
        let low = self.earliest(asked);
        let high = asked.to.saturating_add(SLACK_SECONDS);
        let start = civil::seconds_of(self.when.local_start());
        if start <= high {
            let (mut clock, mut near) = (None, 0);
            let plain = |second: i64| {
                let clock = clock.get_or_insert_with(|| self.when.clock(asked.viewer));
                let (start, end) = self.when.span_near(second, clock, &mut near);
                if asked.touches(start, end) {
                    found(start, end, None);
                }
            };
            if self.is_series() {
                self.each_plain(start, low, high, plain);
            } else if start >= low {
                Some(start).into_iter().for_each(plain);
            }
        }
        for (id, change) in &self.overrides {
            if let Override::Patch(patch) = change {
                let moved = patch.when.as_ref();
                let when = moved.unwrap_or(&self.when);
                let local = moved.map_or(id.0, When::local_start);
                let clock = when.clock(asked.viewer);
                let (start, end) = when.span_at(civil::seconds_of(local), &clock);
                if asked.touches(start, end) {
                    found(start, end, Some(patch));
                }
            }
        }
    }

    /// The civil seconds, `low` to `high` inclusive, of the start and of what the rules generate, without what the
    /// excluded rules generate and without overrides; each once.
    fn each_plain(&self, start: i64, low: i64, high: i64, mut found: impl FnMut(i64)) {
        let excluded = self.compiled_exclusions();
        let mut plain = |second: i64| {
            let overridden = !self.overrides.is_empty()
                && (self.overrides).contains_key(&RecurrenceId(civil::to_local(second)));
            if !overridden && !excluded.iter().any(|rule| rule.has(second)) {
                found(second);
            }
        };
        let ahead = |rule: &&Rule| !is_over(rule, low);
        let mut rules = self.compiled(self.rules.iter().filter(ahead));
        let own = (low..=high).contains(&start);
        match (rules.next(), rules.next()) {
            (None, _) => own.then_some(start).into_iter().for_each(plain),
            (Some(rule), None) => {
                let seconds = rule.seconds(low, high);
                let mut generated = false;
                seconds.for_each(|second| {
                    generated |= second == start;
                    plain(second);
                });
                if own && !generated {
                    plain(start);
                }
            }
            (Some(first), Some(second)) => {
                let all = [first, second].into_iter().chain(rules);
                let mut seconds: BTreeSet<i64> = BTreeSet::new();
                all.for_each(|rule| seconds.extend(rule.seconds(low, high)));
                seconds.extend(own.then_some(start));
                seconds.into_iter().for_each(plain);
            }
        }
    }
}

/// Whether UNTIL lies before a civil second in any zone: then the rule need not even be compiled.
fn is_over(rule: &Rule, second: i64) -> bool {
    let last = match rule.until {
        None => return false,
        Some(Until::Date(day)) => i64::from(civil::day_of(day) + 1) * DAY_SECONDS,
        Some(Until::Local(local)) => civil::seconds_of(local),
        Some(Until::Utc(at)) => at.as_second() + SLACK_SECONDS,
    };
    last < second
}

impl When {
    /// The clock of the start; `viewer` for days and floating times.
    fn clock(&self, viewer: &Clock) -> Clock {
        self.zone()
            .map_or_else(|| viewer.clone(), crate::Zone::clock)
    }

    /// How long it lasts on the wall clock.
    pub(super) fn civil_seconds(&self) -> i64 {
        let length = self.duration();
        i64::from(length.days) * DAY_SECONDS + i64::from(length.seconds)
    }

    /// First second and first second after it, in Unix seconds, of one that starts at a civil second.
    pub(super) fn span_at(&self, second: i64, clock: &Clock) -> (i64, i64) {
        self.span_near(second, clock, &mut 0)
    }

    fn span_near(&self, second: i64, clock: &Clock, near: &mut usize) -> (i64, i64) {
        let length = self.duration();
        let from = clock.instant_near(second, near);
        let day = match length.days {
            0 => from,
            days => clock.instant_near(second + i64::from(days) * DAY_SECONDS, near),
        };
        (from, day + i64::from(length.seconds))
    }
}
