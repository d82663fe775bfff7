//! The pattern of a series whose rules are spelled as no pattern is.
//!
//! A rule may say in its own words what a pattern says in others (`FREQ=YEARLY;BYYEARDAY=1` is the first of January), and
//! what ends may be a pattern by chance: two dates are always every so many days. Candidates are guessed from the first
//! dates, and a guess counts only if it is proved: what ends, by comparing all its dates; what does not, by
//! [`Rule::same_as`].

use std::collections::BTreeSet;

use calendar::{Equality, Event, Override, Rule};
use jiff::{
    Span,
    civil::{Date, DateTime, Weekday},
};

use super::{Days, InMonth, Nth, Pattern, Range, WeekdaySet, from_rule::Reason};

/// The longest series that is compared date by date. Outlook numbers no more occurrences.
const DATES_MAX: usize = 999;
/// So many dates of a rule are looked at for guesses.
const LOOKED_AT: usize = 100;

/// The pattern and the range that give a series its occurrences. Extra occurrences are taken in where the pattern that
/// results has them all; else they are left aside, as exclusions and changed occurrences are.
///
/// # Errors
/// Why no pattern is known to do so.
pub fn express(event: &Event) -> Result<(Pattern, Range), Reason> {
    let as_spelled = as_spelled(event);
    if as_spelled.as_ref().is_ok_and(|known| has_all(event, known)) {
        return as_spelled;
    }
    let planned = event.planned_starts(DATES_MAX + 1).unwrap_or_default();
    let ends = !planned.is_empty() && planned.len() <= DATES_MAX;
    let with_extra: BTreeSet<DateTime> = planned.iter().copied().chain(patched(event)).collect();
    if ends
        && with_extra.len() > planned.len()
        && let Some(found) = ending(event, with_extra)
    {
        return Ok(found);
    }
    let reason = match as_spelled {
        Ok(found) => return Ok(found),
        Err(reason) => reason,
    };
    if event.rules.is_empty() {
        return Err(reason);
    }
    let equal = match &event.rules[..] {
        _ if ends => ending(event, planned.into_iter().collect()),
        [rule] if event.excluded_rules.is_empty() => endless(event, rule, &planned),
        _ => None,
    };
    equal.ok_or(reason)
}

/// What is found by reading the one rule.
fn as_spelled(event: &Event) -> Result<(Pattern, Range), Reason> {
    if !event.excluded_rules.is_empty() {
        return Err("it excludes by a second rule");
    }
    let [rule] = &event.rules[..] else {
        return Err("it repeats by several rules, or on single dates only");
    };
    let start = event.when.local_start();
    let pattern = Pattern::from_rule(rule, start)?;
    let range = match Range::from_rule(rule, &event.when) {
        // The start is an occurrence even of a rule that ended before it.
        Range::Until(last) => Range::Until(last.max(start.date())),
        range => range,
    };
    Ok((pattern, range))
}

/// The occurrences with a value of their own.
fn patched(event: &Event) -> impl Iterator<Item = DateTime> {
    let entries = event.overrides.iter();
    entries.filter_map(|(id, entry)| matches!(entry, Override::Patch(_)).then_some(id.0))
}

/// Whether a pattern generates all of them.
fn has_all(event: &Event, (pattern, range): &(Pattern, Range)) -> bool {
    let first = event.when.local_start();
    patched(event)
        .all(|id| id.time() == first.time() && pattern.occurs_on(*range, first.date(), id.date()))
}

/// The pattern of a series that has exactly these starts.
fn ending(event: &Event, starts: BTreeSet<DateTime>) -> Option<(Pattern, Range)> {
    let starts: Vec<DateTime> = starts.into_iter().collect();
    let dates = days(event, &starts).filter(|dates| dates.len() <= DATES_MAX)?;
    let all = |pattern: &Pattern| begins(pattern, &dates);
    let pattern = candidates(&dates, week_start(event))
        .into_iter()
        .find(all)?;
    Some((pattern, Range::Count(u32::try_from(dates.len()).ok()?)))
}

/// The pattern that is proved to say the same as a rule that begins with these starts.
fn endless(event: &Event, rule: &Rule, planned: &[DateTime]) -> Option<(Pattern, Range)> {
    let dates = days(event, planned.get(..LOOKED_AT)?)?;
    let range = Range::from_rule(rule, &event.when);
    let proved = |pattern: &Pattern| {
        let mut other = pattern.to_rule();
        range.apply(&mut other, &event.when);
        begins(pattern, &dates) && rule.same_as(&other, &event.when) == Equality::Same
    };
    let pattern = candidates(&dates, week_start(event))
        .into_iter()
        .find(proved)?;
    Some((pattern, range))
}

/// Whether these are the first days of a pattern.
fn begins(pattern: &Pattern, dates: &[Date]) -> bool {
    let first = dates.first().copied().unwrap_or_default();
    pattern
        .dates(first)
        .take(dates.len())
        .eq(dates.iter().copied())
}

/// The days of starts that begin with the event's own and are all at its time of the day.
fn days(event: &Event, starts: &[DateTime]) -> Option<Vec<Date>> {
    let own = event.when.local_start();
    let fits = starts.first() == Some(&own) && starts.iter().all(|s| s.time() == own.time());
    fits.then(|| starts.iter().map(|start| start.date()).collect())
}

fn week_start(event: &Event) -> Weekday {
    event
        .rules
        .first()
        .map_or(Weekday::Monday, |rule| rule.week_start)
}

/// Patterns that might generate these days. Most of them do not.
fn candidates(dates: &[Date], week_start: Weekday) -> Vec<Pattern> {
    let Some((first, later)) = dates.split_first() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let days = |date: &Date| i64::from((*date - *first).get_days());
    all.extend(every(common(later.iter().map(days)), Days::Daily));
    let weekdays: WeekdaySet = dates.iter().map(|date| date.weekday()).collect();
    for first_day in [week_start, Weekday::Monday, Weekday::Sunday] {
        let begin =
            first.saturating_sub(Span::new().days(i64::from(first.weekday().since(first_day))));
        let weeks = |date: &Date| i64::from((*date - begin).get_days()) / 7;
        let weekly = Days::Weekly {
            days: weekdays.clone(),
            first: first_day,
        };
        all.extend(every(common(later.iter().map(weeks)), weekly));
    }
    let month = |date: &Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let months = common(later.iter().map(|date| month(date) - month(first)));
    for day in in_month(*first, &weekdays) {
        if months % 12 == 0 {
            let (month, day) = (first.month(), day.clone());
            all.extend(every(months / 12, Days::Yearly { month, day }));
        }
        all.extend(every(months, Days::Monthly(day)));
    }
    all
}

/// A pattern with this interval, if it is one.
fn every(interval: i64, days: Days) -> Option<Pattern> {
    let interval = u32::try_from(interval.max(1)).ok()?;
    Some(Pattern { interval, days })
}

/// The greatest interval at which all these lie; 0 if they are all 0.
fn common(distances: impl Iterator<Item = i64>) -> i64 {
    distances.fold(0, |mut a, mut b| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    })
}

/// What day of its month a date may be meant as.
fn in_month(date: Date, weekdays: &WeekdaySet) -> Vec<InMonth> {
    let mut all = vec![InMonth::Day(date.day())];
    if date.day() == date.days_in_month() {
        all.extend((date.day() + 1..=31).map(InMonth::Day));
    }
    let one = [date.weekday()].into_iter().collect();
    let offsets = |range: std::ops::Range<i8>| -> WeekdaySet {
        range
            .filter_map(|n| Weekday::from_monday_zero_offset(n).ok())
            .collect()
    };
    for days in [
        one,
        weekdays.clone(),
        offsets(0..5),
        offsets(5..7),
        offsets(0..7),
    ] {
        let nth = (1..=4).map(Nth::FromStart).chain([Nth::Last]);
        all.extend(nth.map(|nth| InMonth::Nth(nth, days.clone())));
    }
    all
}
