//! What has to come back: the event as it was, but for what its losses say.

use std::{cell::RefCell, collections::BTreeSet};

use super::losses::RARE;
use calendar::{Event, Loss, Override, RecurrenceId, Unit, When, Zone, unit};
use proptest::{prelude::*, test_runner::TestCaseError};

/// What a loss does to an event or an occurrence by itself.
pub enum Effect {
    /// It changes what comes back.
    Changed,
    /// Nothing of this event is concerned.
    None,
    /// It is shown otherwise, and kept beside, so that it comes back.
    Beside,
    /// Nobody knows this loss.
    Unheard,
}

impl Effect {
    /// Whether something is shown otherwise.
    pub fn beside(concerned: bool) -> Self {
        if concerned { Self::Beside } else { Self::None }
    }
}

/// A format that events go through.
pub trait Format {
    /// Its name, for messages.
    const NAME: &'static str;
    /// Does to a single event, or to an occurrence of a series as an event of its own, what a loss says.
    fn lose(&self, loss: &Loss, single: &mut Event, series: Option<&Event>) -> Effect;
    /// Does to a series what a loss says about rules and exceptions. True if there was something to do.
    fn lose_in_series(&self, loss: &Loss, series: &mut Event) -> bool;
    /// Takes away what no write carries and no loss is said of, and brings what is said in several ways into one.
    fn settle(&self, single: &mut Event);
    /// Whether a series comes back with the same occurrences, but with other words for its rules.
    const RESPELLS: bool;
    /// Whether a change of an occurrence says its time, too: then a time that the clocks skip is another one.
    const SAYS_TIMES: bool;
    /// The zone in which floating times are shown, where an occurrence at a time that the clocks skip may come back at
    /// the time that they show then.
    fn viewer(&self) -> Option<&Zone> {
        None
    }
}

/// The losses that were met, by property and reason, so that a test can see that none is left out.
#[derive(Default)]
pub struct Met(RefCell<BTreeSet<(String, String)>>);

impl Met {
    /// Notes them.
    pub fn note(&self, losses: &[Loss]) {
        let key = |loss: &Loss| (loss.property.clone(), loss.reason.clone());
        self.0.borrow_mut().extend(losses.iter().map(key));
    }

    /// Those that were met.
    pub fn all(&self) -> BTreeSet<(String, String)> {
        self.0.borrow().clone()
    }
}

/// The event with what its losses say.
///
/// # Errors
/// A loss that nobody knows, or that has nothing to say about this event.
pub fn expected<F: Format>(
    format: &F,
    event: &Event,
    losses: &[Loss],
) -> Result<Event, TestCaseError> {
    let mut done: Vec<bool> = vec![false; losses.len()];
    let mut lose_all = |single: &mut Event, series: Option<&Event>| -> Result<(), TestCaseError> {
        for (loss, done) in losses.iter().zip(&mut done) {
            let before = single.clone();
            *done |= match format.lose(loss, single, series) {
                Effect::Changed => *single != before,
                Effect::Beside => true,
                Effect::None => false,
                Effect::Unheard => {
                    return Err(TestCaseError::fail(format!("{}: {loss:?}", F::NAME)));
                }
            };
        }
        Ok(())
    };
    let mut series = without_overrides(event);
    lose_all(&mut series, None)?;
    for (id, change) in &event.overrides {
        let Override::Patch(patch) = change else {
            series.overrides.insert(*id, Override::Excluded);
            continue;
        };
        if patch.is_empty() {
            series.overrides.insert(*id, Override::extra());
            continue;
        }
        let mut single = event.occurrence(*id).expect("it is not excluded");
        lose_all(&mut single, Some(&series))?;
        if patch.when.is_none() {
            // Its length and zone are those of the series.
            single.when = series.when.starting_at(*id);
            for loss in losses
                .iter()
                .filter(|loss| (F::SAYS_TIMES && loss.property == "start") || loss.reason == RARE)
            {
                format.lose(loss, &mut single, None);
            }
        }
        series.overrides.insert(*id, Override::extra());
        set(&mut series, *id, &single);
    }
    for (loss, done) in losses.iter().zip(&mut done) {
        *done |= format.lose_in_series(loss, &mut series);
    }
    for (loss, done) in losses.iter().zip(done) {
        prop_assert!(
            done,
            "{}: nothing is lost: {loss:?}\n{}",
            F::NAME,
            show(event)
        );
    }
    Ok(series)
}

/// Fails if two events differ.
///
/// # Errors
/// In what they differ.
pub fn compare<F: Format>(format: &F, expected: &Event, came: &Event) -> Result<(), TestCaseError> {
    let (expected, came) = (normal(format, expected), normal(format, came));
    let same_rules = if F::RESPELLS {
        starts(&expected) == starts(&came)
    } else {
        (&expected.rules, &expected.excluded_rules) == (&came.rules, &came.excluded_rules)
    };
    let ids: BTreeSet<_> = expected
        .overrides
        .keys()
        .chain(came.overrides.keys())
        .collect();
    let mut differ: Vec<String> = Vec::new();
    if !same_rules {
        differ.push(format!("{:?}\n{:?}", starts(&expected), starts(&came)));
    }
    for id in ids {
        let change = |event: &Event| {
            let excluded = event.overrides.get(id) == Some(&Override::Excluded);
            (
                excluded,
                event.occurrence(*id),
                without_overrides(event).has_occurrence(*id) || event.overrides.contains_key(id),
            )
        };
        let (a, b) = (change(&expected), change(&came));
        if a != b {
            let told = |side: (bool, Option<Event>, bool), other: &Option<Event>| {
                let shown = side
                    .1
                    .map(|e| other.as_ref().map_or_else(|| show(&e), |o| apart(&e, o)));
                format!("excluded {}, there {}: {shown:?}", side.0, side.2)
            };
            differ.push(format!(
                "{id:?}\n  {}\n  {}",
                told(a.clone(), &b.1),
                told(b, &a.1)
            ));
        }
    }
    let (a, b) = (without_overrides(&expected), without_overrides(&came));
    let mut units: Vec<Unit> = unit::diff(&a, &b).into_iter().collect();
    units.retain(|unit| *unit != Unit::Rule);
    let bookkeeping = |e: &Event| (e.uid.clone(), e.sequence, e.created, e.updated);
    if !units.is_empty() || bookkeeping(&a) != bookkeeping(&b) {
        differ.push(format!("{}\n  {}", apart(&a, &b), apart(&b, &a)));
    }
    prop_assert!(differ.is_empty(), "{}: {}", F::NAME, differ.join("\n"));
    Ok(())
}

/// An event as JSON, for messages.
pub fn show(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

/// What an event has otherwise than another one.
fn apart(event: &Event, other: &Event) -> String {
    let json = |e: &Event| serde_json::to_value(e).unwrap();
    let (mut event, other) = (json(event), json(other));
    let all = event.as_object_mut().unwrap();
    all.retain(|name, value| other.get(name) != Some(value));
    event.to_string()
}

/// An event without its overrides.
pub fn without_overrides(event: &Event) -> Event {
    Event {
        overrides: std::collections::BTreeMap::new(),
        ..event.clone()
    }
}

/// Overrides say what differs, and only where something does.
fn normal<F: Format>(format: &F, event: &Event) -> Event {
    let bare = without_overrides(event);
    let mut normal = bare.clone();
    format.settle(&mut normal);
    for (id, change) in &event.overrides {
        let generated = bare.has_occurrence(*id);
        if *change == Override::Excluded {
            // What does not occur needs no exclusion.
            if generated || !F::RESPELLS {
                normal.overrides.insert(*id, Override::Excluded);
            }
            continue;
        }
        let mut single = event.occurrence(*id).expect("it is not excluded");
        format.settle(&mut single);
        if let Some(viewer) = format.viewer() {
            let plain = normal.when.starting_at(*id);
            if shown(&single.when, viewer) == shown(&plain, viewer) {
                single.when = plain;
            }
        }
        normal.overrides.insert(*id, Override::extra());
        set(&mut normal, *id, &single);
        let empty = matches!(&normal.overrides[id], Override::Patch(patch) if patch.is_empty());
        if empty && generated {
            normal.overrides.remove(id);
        }
    }
    normal
}

/// A time as the clocks show it, if they skip it.
fn shown(when: &When, viewer: &Zone) -> When {
    let mut when = when.clone();
    if let When::Timed { start, zone, .. } = &mut when {
        let zone = zone.as_ref().unwrap_or(viewer);
        *start = zone.to_local(zone.to_instant(*start));
    }
    when
}

/// Records what an occurrence has for itself.
fn set(series: &mut Event, id: RecurrenceId, single: &Event) {
    let mut bare = without_overrides(series);
    bare.set_occurrence(id, single);
    series.overrides.extend(bare.overrides);
}

/// The first starts of a series, extra ones among them, and without those that are taken out.
fn starts(event: &Event) -> Vec<String> {
    let planned = without_overrides(event)
        .planned_starts(MANY)
        .unwrap_or_default();
    let complete = planned.len() < MANY;
    let last = planned.last().copied();
    let mut all: BTreeSet<_> = planned.into_iter().map(RecurrenceId).collect();
    for (id, change) in &event.overrides {
        match change {
            Override::Excluded => drop(all.remove(id)),
            Override::Patch(_) if complete || Some(id.0) < last => drop(all.insert(*id)),
            Override::Patch(_) => {}
        }
    }
    all.iter()
        .take(MANY / 2)
        .map(|id| id.0.to_string())
        .collect()
}

/// So many starts of a series are compared.
const MANY: usize = 150;

/// An event in the zone in which floating times are shown.
pub fn length_in_seconds(when: &mut When, viewer: &Zone) {
    let When::Timed {
        start,
        zone,
        duration,
        ..
    } = when
    else {
        return;
    };
    if duration.days == 0 {
        return;
    }
    let zone = zone.as_ref().unwrap_or(viewer);
    let at = When::zoned(*start, zone.clone(), *duration);
    let end = at.end_instant(&jiff::tz::TimeZone::UTC);
    let seconds = end.as_second() - zone.to_instant(*start).as_second();
    *duration = calendar::Duration {
        days: 0,
        seconds: u32::try_from(seconds).unwrap(),
    };
}
