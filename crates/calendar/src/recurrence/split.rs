//! "This and following": one series becomes two.

use jiff::Span;

use super::{budget::EXCLUDED_MAX, civil, compiled::Compiled};
use crate::{Event, Frequency, NthWeekday, Override, RecurrenceId, Rule, Until, When};

impl Event {
    /// Two events that together have the occurrences of this one: the first those before `id`, the second, under
    /// the UID given, `id` and what follows, with the overrides that belong there.
    ///
    /// `None` if there is no occurrence `id`, if there is none before it (then "this and following" is the whole
    /// series), or if the rest cannot be said exactly by rules that start at `id`: a rule with INTERVAL that
    /// generates other occurrences, but not this one, at another beat; or one whose instances would be too much work to
    /// count ([`Compiled::gave_up`]).
    ///
    /// ```
    /// use kalends_calendar::{Duration, Event, When};
    /// let mut run = Event::new("run@example.com", When::floating("2026-11-02T07:00:00".parse()?, Duration::hours(1)));
    /// run.rules.push("FREQ=DAILY;COUNT=10".parse()?);
    /// let (old, new) = run.split_at("2026-11-05T07:00:00".parse()?, "run-2@example.com").ok_or("no occurrence")?;
    /// assert_eq!(old.rules[0].to_string(), "FREQ=DAILY;UNTIL=20261105T065959");
    /// assert_eq!(new.rules[0].to_string(), "FREQ=DAILY;COUNT=7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split_at(&self, id: RecurrenceId, uid: impl Into<String>) -> Option<(Event, Event)> {
        let rules: Vec<Compiled> = self.compiled_rules().collect();
        let excluded = self.compiled_exclusions();
        if !self.has_occurrence(id) || !self.has_any_before(id, &rules, &excluded) {
            return None;
        }
        let mut first = self.clone();
        first.overrides.retain(|key, _| *key < id);
        first.rules = self.before(id, &self.rules, &rules);
        first.excluded_rules = self.before(id, &self.excluded_rules, &excluded);

        let mut second = self.clone();
        second.uid = uid.into();
        second.sequence = 0;
        second.when = self.when.starting_at(id);
        second.overrides.retain(|key, _| *key >= id);
        second.rules = self.after(id, &self.rules, &rules, true)?;
        second.excluded_rules = self.after(id, &self.excluded_rules, &excluded, false)?;
        let gave_up = rules.iter().chain(&excluded).any(Compiled::gave_up);
        (!gave_up).then_some((first, second))
    }

    fn has_any_before(&self, id: RecurrenceId, rules: &[Compiled], excluded: &[Compiled]) -> bool {
        let end = civil::seconds_of(id.0) - 1;
        let start = civil::seconds_of(self.when.local_start());
        let is_plain = |second: i64| {
            let id = RecurrenceId(civil::to_local(second));
            !self.overrides.contains_key(&id) && !excluded.iter().any(|rule| rule.has(second))
        };
        let patched = |o: &Override| matches!(o, Override::Patch(_));
        self.overrides.range(..id).any(|(_, o)| patched(o))
            || (start <= end && is_plain(start))
            || rules.iter().any(|rule| {
                let most = EXCLUDED_MAX / excluded.len().max(1);
                let mut seconds = rule.seconds(i64::MIN, end).take(most);
                seconds.any(is_plain)
            })
    }

    /// The rules as far as they go before `id`.
    fn before(&self, id: RecurrenceId, rules: &[Rule], compiled: &[Compiled]) -> Vec<Rule> {
        let at = civil::seconds_of(id.0);
        let mut kept = Vec::new();
        for (rule, compiled) in rules.iter().zip(compiled) {
            if compiled.seconds(i64::MIN, at - 1).next().is_none() {
                continue;
            }
            let mut rule = rule.clone();
            if compiled.seconds(at, i64::MAX).next().is_some() {
                rule.count = None;
                rule.until = Some(self.just_before(id));
            }
            kept.push(rule);
        }
        kept
    }

    fn just_before(&self, id: RecurrenceId) -> Until {
        let second = Span::new().seconds(1);
        match &self.when {
            When::AllDay { .. } => Until::Date(id.0.date().yesterday().unwrap_or(id.0.date())),
            When::Timed { zone: None, .. } => Until::Local(id.0.saturating_sub(second)),
            When::Timed {
                zone: Some(zone), ..
            } => {
                let at = zone.to_instant(id.0);
                Until::Utc(at.checked_sub(second).unwrap_or(at))
            }
        }
    }

    /// The rules as far as they go from `id` on, to be started at `id`.
    fn after(
        &self,
        id: RecurrenceId,
        rules: &[Rule],
        compiled: &[Compiled],
        start_counts: bool,
    ) -> Option<Vec<Rule>> {
        let at = civil::seconds_of(id.0);
        let mut kept = Vec::new();
        for (rule, compiled) in rules.iter().zip(compiled) {
            if compiled.seconds(at, i64::MAX).next().is_none() {
                continue;
            }
            let is_own = compiled.has(at);
            let mut rule = if is_own {
                rule.clone()
            } else if keeps_beat(rule, compiled, at) {
                explicit(rule, &self.when)
            } else {
                return None;
            };
            if let Some(count) = compiled.count {
                // A start that the rule does not generate takes one of COUNT.
                let left = count.saturating_sub(compiled.rank(at));
                let left = left + u64::from(start_counts && !is_own);
                rule.count = Some(u32::try_from(left).unwrap_or(u32::MAX));
            }
            kept.push(rule);
        }
        Some(kept)
    }
}

/// Whether INTERVAL, counted from another start, reaches the same periods.
fn keeps_beat(rule: &Rule, compiled: &Compiled, at: i64) -> bool {
    let unit = match rule.frequency {
        Frequency::Secondly => 1,
        Frequency::Minutely => 60,
        Frequency::Hourly => 3600,
        _ => {
            let period = |second| compiled.days.period(civil::split(second).0);
            let between = period(at) - period(compiled.start);
            return between % i64::from(rule.interval.max(1)) == 0;
        }
    };
    let between = at.div_euclid(unit) - compiled.start.div_euclid(unit);
    between % i64::from(rule.interval.max(1)) == 0
}

/// The rule with all that it takes from its start written out, so that another start changes nothing.
pub(crate) fn explicit(rule: &Rule, start: &When) -> Rule {
    let mut rule = rule.clone();
    let local = start.local_start();
    let has_day = !(rule.by_day.is_empty()
        && rule.by_month_day.is_empty()
        && rule.by_year_day.is_empty()
        && rule.by_week_no.is_empty());
    let weekday = [NthWeekday::every(local.weekday())];
    let yearly = rule.frequency == Frequency::Yearly;
    let weeks_alone = rule.by_day.is_empty()
        && rule.by_month_day.is_empty()
        && rule.by_year_day.is_empty()
        && !rule.by_week_no.is_empty();
    if yearly && weeks_alone {
        rule.by_day = weekday.into();
    } else if !has_day {
        if yearly && rule.by_month.is_empty() && rule.by_leap_month.is_empty() {
            rule.by_month = [local.month().unsigned_abs()].into();
        }
        match rule.frequency {
            Frequency::Yearly | Frequency::Monthly => rule.by_month_day = [local.day()].into(),
            Frequency::Weekly => rule.by_day = weekday.into(),
            _ => {}
        }
    }
    if start.is_all_day() {
        return rule;
    }
    let frequency = rule.frequency;
    let parts = [
        (&mut rule.by_hour, local.hour(), Frequency::Hourly),
        (&mut rule.by_minute, local.minute(), Frequency::Minutely),
        (&mut rule.by_second, local.second(), Frequency::Secondly),
    ];
    for (part, own, filtered_from) in parts {
        if part.is_empty() && frequency > filtered_from {
            *part = [own.unsigned_abs()].into();
        }
    }
    rule
}
