//! R5: what we sent and were not told of is known again when it is seen.

use std::collections::BTreeMap;

use calendar::{Event, Override, Unit, unit};

use crate::{
    Base, Copy, Intent, Operation, Outcome,
    law::{Law, holds},
    loose,
    replication::{
        Digest, hold,
        settle::{Sight, Start, settle, whole},
    },
};

/// R5: an event that bears the stamp of an intent whose outcome we did not know. Unit by unit: loosely what we sent
/// is an echo, the rest is a person's edit on top of it, merged with what we sent as base.
pub(super) fn landed(
    copy: &mut Copy,
    intent: &Intent,
    sight: &Sight<'_>,
    digest: &mut Digest,
) -> bool {
    let body = sight.body;
    let (Some(sent), Some(local)) = (&intent.body, &intent.local) else {
        return false;
    };
    // Before a create there was nothing: of what was sent, the overrides may still be to come.
    let bare = |event: &Event| Event {
        overrides: BTreeMap::new(),
        ..event.clone()
    };
    let before = copy.base.take().unwrap_or_else(|| Base {
        remote: bare(sent),
        local: bare(local),
    });
    let mut base = Base {
        remote: body.clone(),
        local: local.clone(),
    };
    let held = hold::keep(copy, &before, &mut base, body);
    let (mine, mut edited) = (copy.local.clone(), false);
    let mut outcome = Outcome::Done;
    for unit in unit::all([sent, body, local, &before.remote, &copy.local]) {
        if held.contains(&unit) {
            continue;
        }
        let ours = if holds(Law::LooseEcho) {
            loose::same(&unit, body, sent)
        } else {
            unit.same(body, sent)
        };
        // What is local to a copy is taken over without being an edit: colours and the like may be the provider's own.
        let exact = unit.is_local() && holds(Law::LocalUnitsAreTaken);
        if ours && (!exact || unit.same(body, sent)) {
            continue;
        }
        if let Some(local) = to_come(&unit, intent, &before, body) {
            outcome = Outcome::Partly;
            unit.take(&mut base.local, local);
            continue;
        }
        // But an object that goes takes along the colour that a person has chosen, if it was one.
        let handed = copy.heir.is_some() && unit == Unit::Color;
        edited |= !ours || (handed && holds(Law::SecondsColorIsHanded));
        // Whoever edited one may have been faster than we: both started from what was there before.
        let start = if holds(Law::EditOnTopOfSent) && !is_by_itself(&unit, intent, &before) {
            Start {
                ours: local,
                theirs: sent,
            }
        } else {
            Start {
                ours: &before.local,
                theirs: &before.remote,
            }
        };
        settle(copy, &mut base, &unit, &start, sight, digest);
    }
    whole(&mut digest.conflicts, &mine, sent, body);
    copy.base = Some(base);
    hold::note(copy, body);
    copy.confirm(intent.stamp);
    digest.settled.push((intent.stamp, outcome));
    edited
}

/// Whether a unit is written by a request of its own: overrides are, one by one, at some providers.
fn is_by_itself(unit: &Unit, intent: &Intent, before: &Base) -> bool {
    let sent = intent.body.as_ref();
    intent.in_parts
        && matches!(unit, Unit::Override(_))
        && sent.is_some_and(|sent| !unit.same(sent, &before.remote))
}

/// What our side of the base has of a unit of which our write has not landed yet.
fn to_come<'e>(
    unit: &Unit,
    intent: &Intent,
    before: &'e Base,
    body: &'e Event,
) -> Option<&'e Event> {
    if !is_by_itself(unit, intent, before) || !holds(Law::PartsMayCome) {
        return None;
    }
    if unit.same(body, &before.remote) {
        return Some(&before.local);
    }
    // Its date has come with the series (RDATE), and what is different on it has not.
    let is_new = unit.same(&before.remote, &Event::new("", body.when.clone()));
    (is_new && is_bare(unit, body)).then_some(body)
}

/// Whether an occurrence is a date in addition to those of the rule, and nothing more.
fn is_bare(unit: &Unit, event: &Event) -> bool {
    let Unit::Override(id) = unit else {
        return false;
    };
    matches!(event.overrides.get(id), Some(Override::Patch(patch)) if patch.is_empty())
}

/// The open update that sent what its provider has of a unit now, and what the unit was here then: that is ours, though
/// somebody has edited something else with a program that threw the stamp away.
pub(super) fn unstamped<'i>(
    intents: &'i [Intent],
    unit: &Unit,
    body: &Event,
    known: &Event,
) -> Option<(&'i Intent, &'i Event)> {
    let is_ours = |intent: &&Intent| {
        let sent = intent.body.as_ref();
        intent.operation == Operation::Update
            && intent.may_arrive()
            && sent.is_some_and(|sent| !unit.same(sent, known) && loose::same(unit, body, sent))
    };
    let ours = intents.iter().rev().find(is_ours)?;
    let local = ours.local.as_ref()?;
    (!unit.is_local() && holds(Law::UnstampedIsOurs)).then_some((ours, local))
}

/// Whether an update that was known by what it sent has nothing left to come: the version that it asked for is gone, and who
/// writes the same later says so themselves.
pub(super) fn is_over(update: &Intent, body: &Event) -> bool {
    let sent = update.body.as_ref();
    let more = update.in_parts && sent.is_none_or(|sent| sent.overrides != body.overrides);
    !more && holds(Law::UnstampedHasLanded)
}
