//! The occurrences of an event as bare stretches of time, in no order: what busy time is made of.

use jiff::tz::TimeZone;

use super::{
    budget::{INSTANCES_MAX, WALKED_MAX},
    civil::{self, DAY_SECONDS},
    occurrences::SLACK_SECONDS,
    regular::Regular,
};
use crate::{Event, Override, Patch, RecurrenceId, Rule, Until, When, Zone, clock::Clock};

/// What is asked: Unix seconds, half open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Asked {
    /// As [`crate::Window::touches`].
    fn touches(&self, start: i64, end: i64) -> bool {
        start < self.to && (end > self.from || (start == end && start >= self.from))
    }
}

/// The clocks that many events in a row need: that of whoever looks at them, for days and floating times, and that of
/// the zone that was needed last, as the next event mostly is in the same.
#[derive(Debug)]
pub(crate) struct Clocks {
    viewer: Near,
    last: Option<(Zone, Near)>,
}

/// A clock, and where it found the last answer.
#[derive(Debug)]
struct Near(Clock, usize);

impl Clocks {
    pub(crate) fn new(viewer: &TimeZone) -> Self {
        Self {
            viewer: Near(Clock::Given(viewer.clone()), 0),
            last: None,
        }
    }

    /// The clock of a start.
    fn of(&mut self, when: &When) -> &mut Near {
        let Some(zone) = when.zone() else {
            return &mut self.viewer;
        };
        if (self.last.as_ref()).is_some_and(|(last, _)| !last.is_shared(zone)) {
            self.last = None;
        }
        let new = || (zone.clone(), Near(zone.clock(), 0));
        &mut self.last.get_or_insert_with(new).1
    }
}

/// An event that is to be looked at more closely.
#[derive(Debug)]
pub(crate) struct Ahead<'e> {
    pub(crate) event: &'e Event,
    /// Civil seconds of its start.
    start: i64,
    /// The earliest civil second at which an occurrence can start that touches what is asked, and the latest.
    low: i64,
    high: i64,
    /// Whether all its rules may be regular.
    plain: bool,
}

impl<'e> Ahead<'e> {
    /// `None`: nothing of the event touches what is asked, as far as a glance tells.
    pub(crate) fn new(event: &'e Event, asked: Asked) -> Option<Self> {
        let start = civil::seconds_of(event.when.local_start());
        let low = (asked.from).saturating_sub(event.when.civil_seconds() + SLACK_SECONDS);
        let high = asked.to.saturating_add(SLACK_SECONDS);
        let may_be = start <= high && (start >= low || !event.rules.is_empty());
        (may_be || !event.overrides.is_empty()).then_some(Self {
            event,
            start,
            low,
            high,
            plain: false,
        })
    }

    /// Looks at the rules. For many events in a row this is a loop of its own: memory that is far away is then asked for
    /// by many at once, and is there when the rules are expanded.
    pub(crate) fn look_at_rules(&mut self) {
        self.plain = self.event.rules.iter().all(Regular::may_be);
    }

    /// Calls `found` with start and end (Unix seconds), and with the patch if there is one, of every occurrence that
    /// touches what is asked. Of more than a hundred thousand such the rest is one stretch up to the end of the last.
    pub(crate) fn each_span(
        &self,
        asked: Asked,
        clocks: &mut Clocks,
        mut found: impl FnMut(i64, i64, Option<&'e Patch>),
    ) {
        let when = &self.event.when;
        if self.start <= self.high {
            let many = self.each_plain(|second: i64| {
                let (start, end) = when.span_near(second, clocks.of(when));
                let touches = asked.touches(start, end);
                if touches {
                    found(start, end, None);
                }
                touches
            });
            if let Some((first, last)) = many {
                let clock = clocks.of(when);
                let (start, _) = when.span_near(first, clock);
                let (_, end) = when.span_near(last, clock);
                if asked.touches(start, end) {
                    found(start, end, None);
                }
            }
        }
        for (id, change) in &self.event.overrides {
            if let Override::Patch(patch) = change {
                let moved = patch.when.as_ref();
                let when = moved.unwrap_or(when);
                let local = moved.map_or(id.0, When::local_start);
                let clock = clocks.of(when);
                let (start, end) = when.span_near(civil::seconds_of(local), clock);
                if asked.touches(start, end) {
                    found(start, end, Some(patch));
                }
            }
        }
    }

    /// The civil seconds, from the earliest to the latest, of the start and of what the rules generate, without what the
    /// excluded rules generate and without overrides; each once. `touches` says of each whether it touches what is
    /// asked: only those count towards what is too many. The answer: the first and the last of those that were left out
    /// because there are too many.
    fn each_plain(&self, mut touches: impl FnMut(i64) -> bool) -> Option<(i64, i64)> {
        let (event, start, low, high) = (self.event, self.start, self.low, self.high);
        let excluded = event.compiled_exclusions();
        let mut plain = |second: i64| {
            let overridden = !event.overrides.is_empty()
                && (event.overrides).contains_key(&RecurrenceId(civil::to_local(second)));
            !overridden && !excluded.iter().any(|rule| rule.has(second)) && touches(second)
        };
        let mut own = (low..=high).contains(&start).then_some(start);
        let mut ahead = event.rules.iter().filter(|rule| !is_over(rule, low));
        let (first, second) = (ahead.next(), ahead.next());
        let Some(first) = first else {
            own.map(plain);
            return None;
        };
        if second.is_some() {
            let rules: Vec<_> = [first].into_iter().chain(second).chain(ahead).collect();
            return self.each_merged(own, &rules, plain);
        }
        let mut each = |second| {
            own = own.filter(|own| *own != second);
            plain(second);
        };
        if let Some((regular, end)) = self.regular(first) {
            regular.each(low, high.min(end), each);
        } else {
            let rule = event.compiled_rule(first);
            if rule.may_exceed(INSTANCES_MAX, low, high) {
                return self.each_merged(own, &[first], plain);
            }
            rule.seconds(low, high).for_each(&mut each);
        }
        own.map(plain);
        None
    }

    /// The same for many rules, and for one that generates very much.
    fn each_merged(
        &self,
        mut own: Option<i64>,
        rules: &[&Rule],
        mut touches: impl FnMut(i64) -> bool,
    ) -> Option<(i64, i64)> {
        let (low, high) = (self.low, self.high);
        let compiled = rules.iter().map(|rule| self.event.compiled_rule(rule));
        let compiled: Vec<_> = compiled.collect();
        let all = compiled.iter().map(|rule| rule.seconds(low, high));
        let mut all: Vec<_> = all.map(Iterator::peekable).collect();
        let (mut walked, mut touching) = (0, 0);
        loop {
            let next = all.iter_mut().filter_map(|seconds| seconds.peek().copied());
            let next = next.chain(own).min()?;
            if walked == WALKED_MAX || touching == INSTANCES_MAX {
                let last = compiled.iter().filter_map(|rule| rule.previous(high)).max();
                return Some((next, last.unwrap_or(next).max(next)));
            }
            own = own.filter(|own| *own != next);
            for seconds in &mut all {
                seconds.next_if_eq(&next);
            }
            walked += 1;
            touching += usize::from(touches(next));
        }
    }

    /// A rule that need not be compiled, and the civil second at which it ends, as far as that matters.
    fn regular(&self, rule: &Rule) -> Option<(Regular, i64)> {
        if !self.plain {
            return None;
        }
        let zone = self.event.when.zone().filter(|zone| !zone.is_utc());
        let end = match rule.until {
            None => i64::MAX,
            Some(Until::Date(day)) => i64::from(civil::day_of(day)) * DAY_SECONDS,
            Some(Until::Local(local)) => civil::seconds_of(local),
            Some(Until::Utc(at)) if zone.is_none() => at.as_second(),
            Some(Until::Utc(at)) if at.as_second() - SLACK_SECONDS > self.high => i64::MAX,
            // Which of them are in is a question for the zone.
            Some(Until::Utc(_)) => return None,
        };
        let regular = Regular::of(rule, self.start)?;
        let Some(count) = rule.count else {
            return Some((regular, end));
        };
        // A start that the rule does not generate counts as the first.
        let generated = count.saturating_sub(u32::from(!regular.has_start()));
        let last = match generated.checked_sub(1) {
            Some(rank) => regular.select(rank)?,
            None => i64::MIN,
        };
        Some((regular, end.min(last)))
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
    /// How long it lasts on the wall clock.
    pub(super) fn civil_seconds(&self) -> i64 {
        let length = self.duration();
        i64::from(length.days) * DAY_SECONDS + i64::from(length.seconds)
    }

    /// First second and first second after it, in Unix seconds, of one that starts at a civil second.
    fn span_near(&self, second: i64, Near(clock, near): &mut Near) -> (i64, i64) {
        let length = self.duration();
        let from = clock.instant_near(second, near);
        let day = match length.days {
            0 => from,
            days => clock.instant_near(second + i64::from(days) * DAY_SECONDS, near),
        };
        (from, day + i64::from(length.seconds))
    }
}
