//! `recurrence[]`: raw RRULE, EXRULE, RDATE and EXDATE lines (RFC 5545 3.8.5) without DTSTART.
//!
//! Google keeps an occurrence that was taken out in one of two ways: as an EXDATE line, if whoever made the series
//! said so, or as a cancelled exception. Both are [`Override::Excluded`]; the lines are kept in
//! `unknown["google"].recurrence` so that a later write knows which is which.

use std::collections::BTreeSet;

use calendar::{
    Duration, Event, Frequency, Loss, Override, Patch, RecurrenceId, Rule, Skip, Until, When, Zone,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::{DIALECT, Error, zones};
use calendar::recurrence::Compiled;

const LINES_MAX: usize = 1_000;
const DATES_MAX: usize = 10_000;

/// One content line. Google unfolds them.
struct Line<'a> {
    name: &'a str,
    parameters: &'a str,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (head, value) = text.trim().split_once(':')?;
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        Some(Self {
            name,
            parameters,
            value,
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn zone(&self) -> Option<Zone> {
        let parameter = self.parameters.split(';').find_map(|p| {
            let (name, value) = p.split_once('=')?;
            name.eq_ignore_ascii_case("TZID").then_some(value)
        });
        Zone::iana(parameter?.trim_matches('"'))
    }
}

/// Where a series is: its first occurrence, and the zone in which Google expands it.
pub(super) struct Series<'a> {
    /// Its first occurrence.
    pub(super) when: &'a When,
    /// Its zone, also where the model has it floating.
    pub(super) zone: &'a Zone,
}

impl Series<'_> {
    /// The occurrence that starts at an instant.
    pub(super) fn at(&self, at: Timestamp) -> RecurrenceId {
        let local = self.zone.to_local(at);
        let nominal = local.date().to_datetime(self.when.local_start().time());
        // Clocks that jump over the time of a series move the occurrence, not its name.
        let is_nominal = !self.when.is_all_day() && self.zone.to_instant(nominal) == at;
        self.on(if is_nominal { nominal } else { local })
    }

    /// The occurrence that starts at a local time; a day counts in all-day series.
    pub(super) fn on(&self, local: DateTime) -> RecurrenceId {
        if self.when.is_all_day() {
            RecurrenceId(local.date().to_datetime(Time::midnight()))
        } else {
            RecurrenceId(local)
        }
    }

    /// The occurrence of a day.
    pub(super) fn on_day(&self, day: Date) -> RecurrenceId {
        RecurrenceId(day.to_datetime(self.when.local_start().time()))
    }

    /// A DATE or DATE-TIME value.
    fn value(&self, text: &str, zone: Option<&Zone>) -> Option<RecurrenceId> {
        if let Some(utc) = text.strip_suffix(['Z', 'z']) {
            let at = Offset::UTC.to_timestamp(basic(utc)?).ok()?;
            // A day is a day, in whatever zone it was said.
            let day = self.when.is_all_day();
            return Some(if day {
                self.on(basic(utc)?)
            } else {
                self.at(at)
            });
        }
        if !text.contains(['T', 't']) {
            return Date::strptime("%Y%m%d", text)
                .ok()
                .map(|day| self.on_day(day));
        }
        let local = basic(text)?;
        Some(match zone {
            Some(zone) if zone != self.zone && !self.when.is_all_day() => {
                self.at(zone.to_instant(local))
            }
            _ => self.on(local),
        })
    }
}

fn basic(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y%m%dT%H%M%S", text).ok()
}

/// Gives `event` what the lines say. Returns those that have to be kept as they are: EXDATE, and what cannot be read.
pub(super) fn read(
    lines: &[String],
    zone: &Zone,
    event: &mut Event,
    losses: &mut Vec<Loss>,
) -> Result<Vec<String>, Error> {
    let too_many = |limit| Error::TooMany {
        field: "recurrence",
        limit,
    };
    if lines.len() > LINES_MAX {
        return Err(too_many(LINES_MAX));
    }
    let mut kept = Vec::new();
    let mut excluded = BTreeSet::new();
    let when = event.when.clone();
    let series = Series { when: &when, zone };
    for text in lines {
        let line = Line::parse(text);
        let known = match &line {
            Some(line) if line.is("RRULE") => {
                read_rule(line, &series, losses).map(|rule| event.rules.push(rule))
            }
            Some(line) if line.is("EXRULE") => {
                read_rule(line, &series, losses).map(|rule| event.excluded_rules.push(rule))
            }
            Some(line) if line.is("RDATE") => read_dates(line, &series, event),
            Some(line) if line.is("EXDATE") => {
                kept.push(text.clone());
                excluded.extend(exclusions(line, &series));
                continue;
            }
            _ => None,
        };
        if known.is_none() {
            kept.push(text.clone());
            let reason = "a recurrence line cannot be read";
            losses.push(Loss::new("recurrenceRules", reason, "kept as it is"));
        }
    }
    event
        .overrides
        .extend(excluded.into_iter().map(|id| (id, Override::Excluded)));
    if event.overrides.len() > DATES_MAX {
        return Err(too_many(DATES_MAX));
    }
    Ok(kept)
}

fn read_rule(line: &Line<'_>, series: &Series<'_>, losses: &mut Vec<Loss>) -> Option<Rule> {
    let read = Rule::parse_lenient(line.value).ok()?;
    losses.extend(read.losses);
    let mut rule = read.value;
    if let (Some(Until::Utc(at)), When::Timed { zone: None, .. }) = (rule.until, series.when) {
        rule.until = Some(Until::Local(series.zone.to_local(at)));
    }
    Some(rule)
}

fn read_dates(line: &Line<'_>, series: &Series<'_>, event: &mut Event) -> Option<()> {
    let zone = line.zone();
    let mut extra = Vec::new();
    for value in line.value.split(',') {
        let (start, period) = match value.split_once('/') {
            Some((start, end)) => (start, Some(end)),
            None => (value, None),
        };
        let id = series.value(start, zone.as_ref())?;
        let mut patch = Patch::default();
        if let Some(end) = period {
            patch.when = Some(lasting(series, id, end, zone.as_ref())?);
        }
        extra.push((id, Override::Patch(Box::new(patch))));
    }
    event.overrides.extend(extra);
    Some(())
}

/// An extra occurrence of its own length: a PERIOD (RFC 5545 3.3.9).
fn lasting(series: &Series<'_>, id: RecurrenceId, end: &str, zone: Option<&Zone>) -> Option<When> {
    let mut when = series.when.starting_at(id);
    if let When::Timed { duration, .. } = &mut when {
        *duration = match series.value(end, zone) {
            Some(end) => {
                let span = series.zone.to_instant(end.0) - series.zone.to_instant(id.0);
                Duration {
                    days: 0,
                    seconds: span.total(jiff::Unit::Second).ok().map(seconds)?,
                }
            }
            None => end.parse().ok()?,
        };
    }
    Some(when)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer cast saturates, and whole seconds are exact"
)]
fn seconds(total: f64) -> u32 {
    total as u32
}

fn exclusions(line: &Line<'_>, series: &Series<'_>) -> Vec<RecurrenceId> {
    let zone = line.zone();
    let values = line.value.split(',');
    values
        .filter_map(|value| series.value(value, zone.as_ref()))
        .collect()
}

/// Whether this is a line that Google takes: a rule, or dates.
#[must_use]
pub fn is_recurrence_line(text: &str) -> bool {
    let Some(line) = Line::parse(text) else {
        return false;
    };
    if line.is("RRULE") || line.is("EXRULE") {
        Rule::parse_lenient(line.value).is_ok()
    } else {
        (line.is("RDATE") || line.is("EXDATE")) && !line.value.is_empty()
    }
}

/// The lines that [`read`] kept in an event.
fn kept_lines(event: &Event) -> Vec<String> {
    let kept = event
        .unknown
        .get(DIALECT)
        .and_then(|kept| kept.get("recurrence"));
    kept.and_then(|lines| serde_json::from_value(lines.clone()).ok())
        .unwrap_or_default()
}

/// The occurrences that are taken out by EXDATE lines at Google, as far as they still are taken out.
pub(super) fn excluded_by_line(event: &Event, zone: &Zone) -> BTreeSet<RecurrenceId> {
    let zone = event.when.zone().unwrap_or(zone);
    let series = Series {
        when: &event.when,
        zone,
    };
    let mut ids = BTreeSet::new();
    for text in kept_lines(event) {
        if let Some(line) = Line::parse(&text).filter(|line| line.is("EXDATE")) {
            ids.extend(exclusions(&line, &series));
        }
    }
    ids.retain(|id| event.overrides.get(id) == Some(&Override::Excluded));
    ids
}

/// The lines of a series: its rules, its extra dates, and EXDATE for `excluded`. `zone` is that in which its start is
/// written. `None` for an event that happens once.
pub(super) fn write(
    event: &Event,
    excluded: &BTreeSet<RecurrenceId>,
    zone: &Zone,
    losses: &mut Vec<Loss>,
) -> Option<Vec<String>> {
    let mut dates = extra_dates(event);
    let mut excluded = excluded.clone();
    let mut lines = Vec::new();
    for rule in &event.rules {
        if is_expressible(rule, losses) {
            lines.push(format!("RRULE:{}", with_until(rule, &event.when, zone)));
        } else {
            dates.extend(first_dates(event, rule));
        }
    }
    for rule in &event.excluded_rules {
        if is_expressible(rule, losses) {
            lines.push(format!("EXRULE:{}", with_until(rule, &event.when, zone)));
        } else {
            excluded.extend(first_excluded(event, rule));
        }
    }
    let is_exdate = |text: &String| Line::parse(text).is_some_and(|line| line.is("EXDATE"));
    lines.extend(
        kept_lines(event)
            .into_iter()
            .filter(|text| !is_exdate(text)),
    );
    lines.extend(date_line("RDATE", &dates, &event.when, zone));
    if lines.is_empty() {
        return None;
    }
    lines.extend(date_line("EXDATE", &excluded, &event.when, zone));
    Some(lines)
}

/// Whether Google can have a series: it has its zone, and its rules or few enough dates to be said one by one. `zone` is
/// the calendar's.
///
/// # Errors
/// Why it cannot.
pub fn has_its_rules(event: &Event, zone: &Zone) -> Result<(), &'static str> {
    if !event.is_series() {
        return Ok(());
    }
    let known = zones::known(event, &[zone]).0;
    let own = known.when.zone().unwrap_or(zone);
    if matches!(own, Zone::Custom(_)) {
        return Err("no zone of the IANA database shows the times of its own one");
    }
    let start = event.when.local_start();
    if !event.when.is_all_day() && own.to_local(own.to_instant(start)) != start {
        // Google repeats the time that the clocks show then.
        return Err("the clocks skip the time of its first occurrence");
    }
    let all = event.rules.iter().chain(&event.excluded_rules);
    for (rule, reason) in all.filter_map(|rule| Some((rule, not_had(rule)?))) {
        let alone = Event {
            rules: vec![rule.clone()],
            ..Event::new("", event.when.clone())
        };
        let dates = alone.planned_starts(DATES_FOR_RULE + 1);
        if dates.is_none_or(|dates| dates.len() > DATES_FOR_RULE) {
            return Err(reason);
        }
    }
    Ok(())
}

/// Google refuses rules finer than daily, and does not know RFC 7529.
fn not_had(rule: &Rule) -> Option<&'static str> {
    if rule.frequency < Frequency::Daily {
        Some("Google has no rule finer than daily")
    } else if rule.rscale.is_some() || rule.skip != Skip::Omit {
        Some("Google has no rules of other calendars")
    } else {
        None
    }
}

fn is_expressible(rule: &Rule, losses: &mut Vec<Loss>) -> bool {
    let Some(reason) = not_had(rule) else {
        return true;
    };
    losses.push(Loss::new(
        "recurrenceRules",
        reason,
        "its first dates, one by one",
    ));
    false
}

/// UNTIL has to be a day in all-day series and UTC in all others (RFC 5545 3.3.10).
fn with_until(rule: &Rule, when: &When, zone: &Zone) -> Rule {
    let until = rule.until.map(|until| match (until, when.is_all_day()) {
        (Until::Local(local), true) => Until::Date(local.date()),
        (Until::Utc(at), true) => Until::Date(Offset::UTC.to_datetime(at).date()),
        (Until::Date(day), false) => {
            Until::Utc(zone.to_instant(day.to_datetime(Time::constant(23, 59, 59, 0))))
        }
        (Until::Local(local), false) => Until::Utc(zone.to_instant(local)),
        (fine, _) => fine,
    });
    Rule {
        until,
        ..rule.clone()
    }
}

/// How many dates stand for a rule that Google does not have.
const DATES_FOR_RULE: usize = 366;

/// The dates of one of the rules. The start counts as the first of them.
fn first_dates(event: &Event, rule: &Rule) -> Vec<RecurrenceId> {
    let alone = Event {
        rules: vec![rule.clone()],
        excluded_rules: event.excluded_rules.clone(),
        ..Event::new("", event.when.clone())
    };
    let dates = alone.planned_starts(DATES_FOR_RULE).unwrap_or_default();
    dates.into_iter().map(RecurrenceId).collect()
}

/// The dates that a rule takes out.
fn first_excluded(event: &Event, rule: &Rule) -> impl Iterator<Item = RecurrenceId> {
    let compiled = Compiled::new(rule, &event.when);
    let starts: Vec<_> = compiled.iter().take(DATES_FOR_RULE).collect();
    starts.into_iter().map(RecurrenceId)
}

/// Occurrences that only an override brings about.
fn extra_dates(event: &Event) -> BTreeSet<RecurrenceId> {
    let overrides = event.overrides.iter();
    overrides
        .filter(|(id, change)| matches!(change, Override::Patch(_)) && !event.has_slot(**id))
        .map(|(id, _)| *id)
        .collect()
}

fn date_line(name: &str, ids: &BTreeSet<RecurrenceId>, when: &When, zone: &Zone) -> Option<String> {
    if ids.is_empty() {
        return None;
    }
    let (parameter, format) = match (when.is_all_day(), zone.is_utc()) {
        (true, _) => (";VALUE=DATE".to_owned(), "%Y%m%d"),
        (false, true) => (String::new(), "%Y%m%dT%H%M%SZ"),
        (false, false) => (format!(";TZID={}", zone.name()), "%Y%m%dT%H%M%S"),
    };
    let values: Vec<_> = ids
        .iter()
        .map(|id| id.0.strftime(format).to_string())
        .collect();
    Some(format!("{name}{parameter}:{}", values.join(",")))
}
