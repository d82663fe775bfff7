//! What Graph can have of a series: all of it, all but some occurrences, or nothing.

use std::collections::BTreeSet;

use calendar::{Event, Override, RecurrenceId, Zone, unit};

use super::{
    Error,
    patch::resets,
    time,
    write::{pattern, recurrence, stays_between_its_neighbours},
};

/// The occurrences of `next` that Graph can have only as events of their own: extra ones that the pattern does not
/// generate, those that are moved to or past the day of a neighbour, and cancelled ones that would have to come back.
/// `previous` is the series as it is there.
///
/// # Errors
/// [`Error::CannotExpress`] if Graph cannot have the series at all.
pub fn apart(
    previous: Option<&Event>,
    next: &Event,
    viewer: &Zone,
) -> Result<BTreeSet<RecurrenceId>, Error> {
    if !next.is_series() {
        return Ok(BTreeSet::new());
    }
    let previous = previous.map(|previous| time::known(previous, &[viewer]).0);
    let previous = previous.as_deref();
    let kept = previous
        .and_then(|previous| previous.when.zone())
        .unwrap_or(viewer);
    let (next, _) = time::known(next, &[kept, viewer]);
    let next = &*next;
    let (mut apart, mut rest) = (BTreeSet::new(), next.clone());
    // What goes may have been part of the pattern: what is left is looked at again.
    loop {
        let more = round(previous, &rest, viewer)?;
        if more.is_empty() {
            return Ok(apart);
        }
        for id in &more {
            rest.overrides.insert(*id, Override::Excluded);
        }
        apart.extend(more);
    }
}

/// Those that cannot stay in the series as it is.
fn round(
    previous: Option<&Event>,
    next: &Event,
    viewer: &Zone,
) -> Result<BTreeSet<RecurrenceId>, Error> {
    let mut apart = BTreeSet::new();
    recurrence(next, viewer)?;
    let (pattern, range) = pattern(next)?;
    let first = next.when.local_start();
    let generated = |id: &RecurrenceId| {
        id.0.time() == first.time() && pattern.occurs_on(range, first.date(), id.0.date())
    };
    let excluded = |event: &Event, id: &RecurrenceId| {
        matches!(event.overrides.get(id), Some(Override::Excluded))
    };
    if let Some(previous) = previous
        && !resets(&unit::diff(previous, next), previous, next)
    {
        let back = previous.overrides.keys();
        apart.extend(
            back.filter(|id| generated(id) && excluded(previous, id) && !excluded(next, id)),
        );
    }
    let patched: Vec<&RecurrenceId> = next
        .overrides
        .keys()
        .filter(|id| !excluded(next, id))
        .collect();
    apart.extend(patched.iter().copied().filter(|id| !generated(id)));
    // Whoever goes makes room: neighbours are those that stay.
    let mut rest = next.clone();
    for id in &apart {
        rest.overrides.insert(*id, Override::Excluded);
    }
    for id in patched {
        if !apart.contains(id) && stays_between_its_neighbours(&rest, *id, &pattern, range).is_err()
        {
            rest.overrides.insert(*id, Override::Excluded);
            apart.insert(*id);
        }
    }
    Ok(apart)
}
