//! R1 and R2: what to do next about one copy.

use std::collections::BTreeSet;

use calendar::{Event, Unit, unit};

use crate::{
    Copy, Intent, LinkId, Operation, Outcome, Remote, Version,
    law::{Law, holds},
};

/// The next thing to do for a copy. Nothing else may be done to it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything is as it should be, or waits for a person or for a change of the value.
    Nothing,
    /// The outcome of this intent is unknown: look at the provider before anything is tried again (R10).
    Look {
        /// Index into the intents that were given.
        intent: usize,
    },
    /// Make it, in the generation given.
    Create {
        /// What to send.
        body: Box<Event>,
        /// Goes into the deterministic id.
        generation: u32,
    },
    /// Change it, on condition that it still has this version.
    Update {
        /// The remote id.
        id: String,
        /// What `If-Match` gets.
        version: Version,
        /// What the provider has.
        previous: Box<Event>,
        /// What it shall have; differs from `previous` only in units that changed here (R2).
        body: Box<Event>,
    },
    /// Remove it, on condition that it still has this version.
    Delete {
        /// The remote id.
        id: String,
        /// What `If-Match` gets.
        version: Version,
    },
}

/// R1: plans from the copy and its unfinished intents (those that may still arrive, oldest first).
pub fn plan(copy: &Copy, intents: &[Intent]) -> Step {
    plan_without(copy, intents, &BTreeSet::new())
}

/// The same without what came along these links, which only show what they would do: an event that they made is not made at
/// the provider, one that they deleted stays there, and of the others their units are sent as they were sent before.
pub fn plan_without(copy: &Copy, intents: &[Intent], pilots: &BTreeSet<LinkId>) -> Step {
    if holds(Law::LookFirst)
        && let Some(open) = intents.iter().position(|i| i.outcome == Outcome::Open)
    {
        return Step::Look { intent: open };
    }
    if copy.parked.is_some() {
        return Step::Nothing;
    }
    let life = copy.life_cause.as_ref();
    let lives_by_pilot = life.is_some_and(|cause| cause.came_along(pilots));
    match (&copy.remote, copy.alive) {
        (Remote::Live { .. }, false) | (Remote::Absent | Remote::Gone { .. }, true)
            if lives_by_pilot =>
        {
            Step::Nothing
        }
        (Remote::Live { id, version }, true) => {
            let Some((previous, body)) = body(copy, pilots) else {
                return Step::Nothing;
            };
            // R7: a delete that may still arrive on this very version; on any other, If-Match stops it.
            let revived = holds(Law::ReviveIsWritten)
                && !lives_by_pilot
                && (copy.rewrite
                    || intents.iter().any(|i| {
                        i.operation == Operation::Delete
                            && i.remote_id.as_deref() == Some(id)
                            && i.version.as_ref().is_none_or(|v| v == version)
                    }));
            if revived || previous != body {
                Step::Update {
                    id: id.clone(),
                    version: version.clone(),
                    previous: Box::new(previous),
                    body: Box::new(body),
                }
            } else {
                Step::Nothing
            }
        }
        (Remote::Live { id, version }, false) => Step::Delete {
            id: id.clone(),
            version: version.clone(),
        },
        (Remote::Absent | Remote::Gone { .. }, true) => Step::Create {
            body: Box::new(sent_without(copy, pilots)),
            generation: copy.generation,
        },
        (Remote::Absent | Remote::Gone { .. }, false) => Step::Nothing,
    }
}

/// R2: what the provider has, and the same with the units that changed here since they were last sent. A unit that
/// waits for a person is sent as the provider has it.
pub fn body(copy: &Copy, pilots: &BTreeSet<LinkId>) -> Option<(Event, Event)> {
    let base = copy.base.as_ref()?;
    let previous = copy.held.as_ref().unwrap_or(&base.remote);
    let held = copy.held_units();
    let mut body = previous.clone();
    let mut units = if holds(Law::OnlyChangedUnits) {
        copy.pending()
    } else {
        unit::all([&copy.local, previous])
    };
    let folded: Vec<Unit> = base.folded().collect();
    let changes = units.contains(&Unit::Rule) || folded.iter().any(|unit| units.contains(unit));
    if changes && holds(Law::FoldedGoAlong) {
        units.extend(folded);
        units.insert(Unit::Rule);
    }
    let shifts = units.contains(&Unit::Rule) || units.contains(&Unit::When);
    if shifts && holds(Law::ShiftedSlotsAreSaid) {
        // Where the slots are elsewhere, it is an occurrence more, or one less.
        units.extend(base.one_sided());
    }
    for unit in units {
        let cause = copy.causes.get(&unit);
        let only_shown = cause.is_some_and(|cause| cause.came_along(pilots));
        if !held.contains(&unit) && !only_shown {
            unit.take(&mut body, &copy.local);
        }
    }
    Some((previous.clone(), body))
}

/// Our value as a write of it that leaves these links aside has it: what it becomes the base of is no more than was sent.
pub fn sent_without(copy: &Copy, pilots: &BTreeSet<LinkId>) -> Event {
    let mut sent = copy.local.clone();
    if let Some(base) = &copy.base {
        for (unit, cause) in &copy.causes {
            if cause.came_along(pilots) {
                unit.take(&mut sent, &base.local);
            }
        }
    }
    sent
}
