//! RRULE, EXRULE, RDATE, EXDATE and RECURRENCE-ID (RFC 5545 3.8.4.4, 3.8.5) to and from rules and overrides.

use std::cell::OnceCell;

use calendar::{
    Duration, Event, Loss, Override, Patch, RecurrenceId, Rule, Until, When, recurrence::Compiled,
};

use super::{
    Error,
    component::Property,
    names::{Name, Table},
    out::Out,
    text::trim,
    value::{self, Moment},
    vtimezone::Zones,
};

/// Overrides of one series that are read.
const OVERRIDES_MAX: usize = 20_000;

/// Reads the rules and the extra and excluded dates of a series into `event`, whose `when` is known.
///
/// # Errors
/// A rule or a date cannot be understood: leaving it out would make other occurrences.
pub fn read(
    table: &Table,
    event: &mut Event,
    zones: &Zones,
    losses: &mut Vec<Loss>,
) -> Result<(), Error> {
    event.rules = rules(table, Name::RRule, &event.when, losses)?;
    event.excluded_rules = rules(table, Name::ExRule, &event.when, losses)?;
    for property in table.all(Name::RDate) {
        for text in property.as_list() {
            let (id, patch) = extra(property, text, &event.when, zones, losses)?;
            if id != event.when.recurrence_id() || !patch.is_empty() {
                event.overrides.insert(id, Override::Patch(Box::new(patch)));
            }
            limit(event, property)?;
        }
    }
    for property in table.all(Name::ExDate) {
        for text in property.as_list() {
            let id = value::moment(property, text, zones)?.local_in(&event.when);
            event.overrides.insert(id.into(), Override::Excluded);
            limit(event, property)?;
        }
    }
    Ok(())
}

fn limit(event: &Event, property: &Property) -> Result<(), Error> {
    if event.overrides.len() > OVERRIDES_MAX {
        return Err(value::bad(
            property,
            "at most 20,000 occurrences can differ",
        ));
    }
    Ok(())
}

fn rules(
    table: &Table,
    name: Name,
    when: &When,
    losses: &mut Vec<Loss>,
) -> Result<Vec<Rule>, Error> {
    let (rules, empty): (Vec<_>, Vec<_>) =
        table.all(name).partition(|p| !trim(&p.value).is_empty());
    if !empty.is_empty() {
        losses.push(Loss::new(
            "recurrenceRules",
            "a rule that says nothing",
            "left out",
        ));
    }
    rules
        .into_iter()
        .map(|p| {
            let read = Rule::parse_lenient(&p.value).map_err(|rule| Error::Rule {
                line: p.line.0,
                property: p.name.to_ascii_uppercase(),
                rule,
            })?;
            losses.extend(read.losses);
            let mut rule = read.value;
            rule.until = rule.until.map(|until| in_terms_of(until, when));
            Ok(rule)
        })
        .collect()
}

/// The end of a rule in the form that its event needs: instants for zoned events, civil times for floating ones, days
/// for all-day ones (RFC 5545 3.3.10). A day for a timed event, which the RFC forbids, stays: nothing says what it means.
pub fn in_terms_of(until: Until, when: &When) -> Until {
    match (until, when) {
        (
            Until::Local(at),
            When::Timed {
                zone: Some(zone), ..
            },
        ) => Until::Utc(zone.to_instant(at)),
        (Until::Utc(at), When::Timed { zone: None, .. }) => Until::Local(Moment::Utc(at).civil()),
        (Until::Utc(_) | Until::Local(_), When::AllDay { .. }) => {
            let civil = match until {
                Until::Utc(at) => Moment::Utc(at).civil(),
                Until::Local(at) => at,
                Until::Date(date) => return Until::Date(date),
            };
            Until::Date(civil.date())
        }
        (until, _) => until,
    }
}

/// One element of RDATE: a date, a time, or a period.
fn extra(
    property: &Property,
    text: &str,
    first: &When,
    zones: &Zones,
    losses: &mut Vec<Loss>,
) -> Result<(RecurrenceId, Patch), Error> {
    let (start, length) = text
        .split_once('/')
        .map_or((text, None), |(s, l)| (s, Some(l)));
    let start = value::moment(property, start, zones)?;
    let id: RecurrenceId = start.local_in(first).into();
    let mut patch = Patch::default();
    if let Some(length) = length {
        let mut when = first.starting_at(id);
        if let When::Timed { duration, .. } = &mut when {
            match period(property, length, &start, zones) {
                Some(length) => *duration = length,
                None => losses.push(Loss::new(
                    "recurrenceOverrides",
                    "the period of an extra occurrence has no end that can be one",
                    "it lasts as long as the others",
                )),
            }
        }
        patch.when = (when != first.starting_at(id)).then_some(when);
    }
    Ok((id, patch))
}

/// How long a period is, whose end is a time or a duration.
fn period(property: &Property, text: &str, start: &Moment, zones: &Zones) -> Option<Duration> {
    if text.starts_with(['P', 'p', '+']) {
        return text.parse().ok();
    }
    let end = value::moment(property, text, zones).ok()?;
    let seconds = end.instant(None).as_second() - start.instant(None).as_second();
    Some(Duration {
        days: 0,
        seconds: u32::try_from(seconds).ok()?,
    })
}

/// Writes the rules and the extra and excluded dates of a series; an orphan has no extra dates.
pub fn write(event: &Event, orphan: bool, out: &mut Out) {
    for (name, rules) in [("RRULE", &event.rules), ("EXRULE", &event.excluded_rules)] {
        for each in rules {
            let until = each.until.map(|until| in_terms_of(until, &event.when));
            if until == each.until {
                out.start(name).value(&each.to_string());
            } else {
                let mut each = each.clone();
                each.until = until;
                out.start(name).value(&each.to_string());
            }
        }
    }
    let compiled = OnceCell::new();
    let compile = || -> Vec<Compiled> {
        let each = event.rules.iter().map(|r| Compiled::new(r, &event.when));
        each.collect()
    };
    let first = event.when.recurrence_id();
    let generated = |id: RecurrenceId| {
        let mut rules = compiled.get_or_init(compile).iter();
        id == first || rules.any(|rule| rule.contains(id.0))
    };
    for (id, change) in &event.overrides {
        let name = match change {
            Override::Excluded => "EXDATE",
            Override::Patch(_) if orphan => continue,
            // An occurrence that no rule makes needs its date, whether or not it also differs.
            Override::Patch(patch) if patch.is_empty() || !generated(*id) => "RDATE",
            Override::Patch(_) => continue,
        };
        out.start(name).occurrence(id.0, &event.when);
    }
}
