//! What has to be sent for one state of an event to become another: the units that differ, and no others.

use std::collections::BTreeSet;

use calendar::{Event, Mapped, Override, RecurrenceId, Unit, unit};
use serde_json::Value;

use super::{
    Error, Fields, Instance, Options,
    fields::{self, Out, Scene},
    pending::Redo,
    property::Property,
    recurrence::express,
    time,
    write::{distinct, instances, recurrence},
};

/// A changed event: a PATCH of the master, then changes of single instances.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Body of the PATCH. With a stamp it is never empty, so that every change leaves its mark on the master.
    pub master: Fields,
    /// What to do to instances afterwards, in this order.
    pub instances: Vec<Instance>,
}

/// What to send so that `previous`, as it is there, becomes `next`.
///
/// A changed time or rule resets exceptions at the provider, so every override is then applied again.
///
/// # Errors
/// [`Error::CannotExpress`] if Graph cannot have the rule or an override, or if a cancelled occurrence would have to
/// come back: there is no way to ask for that without resetting the whole series.
pub fn patch(previous: &Event, next: &Event, options: Options<'_>) -> Result<Mapped<Patch>, Error> {
    let (previous, _) = time::known(previous, &[options.zone]);
    let kept = previous.when.zone().unwrap_or(options.zone);
    let (next, lost) = time::known(next, &[kept, options.zone]);
    let (previous, next) = (&*previous, &*next);
    let units = unit::diff(previous, next);
    let repeats = next.is_series();
    let scene = Scene {
        previous: Some(previous),
        next,
        viewer: options.zone,
        repeats,
    };
    let mut out = Out::default();
    out.losses.extend(lost);
    for unit in &units {
        fields::write(unit, &scene, &mut out)?;
    }
    let reset = resets(&units, previous, next);
    if reset && repeats {
        out.set("recurrence", &recurrence(next, options.zone)?);
    } else if reset && previous.is_series() {
        out.set("recurrence", &Value::Null);
    }
    let ids = touched(&units, next, reset);
    if !reset {
        nothing_comes_back(&ids, previous, next)?;
    }
    if let Some(stamp) = options.stamp {
        out.property(Property::Stamp, stamp);
    }
    let before = (!reset).then_some(previous);
    let mut instances = instances(before, next, &ids, options.zone, &mut out.losses)?;
    for instance in &mut instances {
        instance.redo = Redo::between(Some(previous), next, instance.id);
    }
    out.note(&instances);
    let (master, losses) = out.finish();
    let value = Patch { master, instances };
    Ok(Mapped {
        value,
        losses: distinct(losses),
    })
}

/// Whether pattern and range have to be sent again.
pub(super) fn resets(units: &BTreeSet<Unit>, previous: &Event, next: &Event) -> bool {
    let series = previous.is_series() || next.is_series();
    let rule = units.contains(&Unit::Rule) || previous.is_series() != next.is_series();
    series && (rule || units.contains(&Unit::When) || folds(units, previous, next))
}

/// Whether an extra occurrence came or went that the pattern can take in: then it is another pattern.
fn folds(units: &BTreeSet<Unit>, previous: &Event, next: &Event) -> bool {
    let overrides = units.iter().any(|unit| matches!(unit, Unit::Override(_)));
    overrides && express(previous).ok() != express(next).ok()
}

fn touched(units: &BTreeSet<Unit>, next: &Event, reset: bool) -> Vec<RecurrenceId> {
    if reset {
        return next.overrides.keys().copied().collect();
    }
    let ids = units.iter().filter_map(|unit| match unit {
        Unit::Override(id) => Some(*id),
        _ => None,
    });
    ids.collect()
}

fn nothing_comes_back(ids: &[RecurrenceId], previous: &Event, next: &Event) -> Result<(), Error> {
    let excluded = |event: &Event, id| matches!(event.overrides.get(id), Some(Override::Excluded));
    if ids
        .iter()
        .any(|id| excluded(previous, id) && !excluded(next, id))
    {
        let reason = "a cancelled occurrence cannot be brought back";
        return Err(Error::cannot_express("recurrenceOverrides", reason));
    }
    Ok(())
}
