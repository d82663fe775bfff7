//! One occurrence of a linked series as an event of its own, where a provider cannot have it within the series.
//!
//! A member whose part is an occurrence goes by the same rules as all others, over the linked event as that occurrence sees it:
//! a single event that is alive while the series has the occurrence. What the rules change of it becomes the occurrence's
//! override, and its end becomes a cancellation.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, RecurrenceId, Unit, unit};
use serde::{Deserialize, Serialize};

use crate::{CalendarId, Linked, Member};

/// Which part of a linked event a member's copy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// This occurrence, as a single event.
    Occurrence(RecurrenceId),
}

impl Part {
    /// Whether it is all of the event.
    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    /// What moves of the linked event when these units of the part move.
    pub(super) fn units(self, moved: BTreeSet<Unit>) -> BTreeSet<Unit> {
        match self {
            Self::Whole => moved,
            Self::Occurrence(_) if moved.is_empty() => moved,
            Self::Occurrence(id) => [Unit::Override(id)].into(),
        }
    }

    /// Whether a unit of a copy of this part says nothing of the linked event: somebody made a series of a single
    /// occurrence, and that is theirs.
    pub(super) fn keeps(self, unit: &Unit) -> bool {
        !self.is_whole() && matches!(unit, Unit::Rule | Unit::Override(_))
    }
}

/// A linked series as one of its occurrences sees it: a single event, alive if it takes place. It is as private as the
/// stricter of the two.
pub fn occurrence(linked: &Linked, id: RecurrenceId) -> Linked {
    let series = &linked.value;
    let single = series.occurrence(id).or_else(|| plain(series, id));
    let mut value = single.unwrap_or_else(|| series.clone());
    value.privacy = value.privacy.max(series.privacy);
    let own = linked.authors.get(&Unit::Override(id)).copied();
    let author = |unit: Unit| {
        let author = own.or(linked.authors.get(&unit).copied())?;
        Some((unit, author))
    };
    Linked {
        alive: linked.alive && series.has_occurrence(id),
        authors: unit::all([&value]).into_iter().filter_map(author).collect(),
        value,
        ..linked.clone()
    }
}

/// The series without what it cannot have within itself at a provider.
pub(super) fn without(seen: &mut Event, apart: &BTreeSet<RecurrenceId>) {
    for id in apart {
        seen.overrides.remove(id);
        if seen.has_occurrence(*id) {
            seen.overrides.insert(*id, Override::Excluded);
        }
    }
}

/// Lets a rule work on the part of the linked event that a member has.
pub(super) fn through<R>(
    linked: &mut Linked,
    member: &mut Member,
    calendar: CalendarId,
    act: impl FnOnce(&mut Linked, &mut Member) -> R,
) -> R {
    let Part::Occurrence(id) = member.part else {
        return act(linked, member);
    };
    let before = occurrence(linked, id);
    let mut after = before.clone();
    let done = act(&mut after, member);
    put_back(linked, id, &before, &after, calendar);
    done
}

/// Makes what became of an occurrence its override in the series.
fn put_back(
    linked: &mut Linked,
    id: RecurrenceId,
    before: &Linked,
    after: &Linked,
    by: CalendarId,
) {
    if !linked.alive {
        return;
    }
    let Some(plain) = plain(&linked.value, id) else {
        return;
    };
    let mut units = unit::diff(&before.value, &after.value);
    units.retain(|unit| !Part::Occurrence(id).keeps(unit));
    if units.is_empty() && before.alive == after.alive {
        return;
    }
    let mut single = linked.value.occurrence(id).unwrap_or_else(|| plain.clone());
    for unit in &units {
        unit.take(&mut single, &after.value);
    }
    let patch = Patch::between(&plain, &single);
    linked.value.overrides.remove(&id);
    let planned = linked.value.has_occurrence(id);
    let entry = match (after.alive, planned) {
        (false, true) => Some(Override::Excluded),
        (true, _) if !planned || !patch.is_empty() => Some(Override::Patch(Box::new(patch))),
        _ => None,
    };
    linked
        .value
        .overrides
        .extend(entry.map(|entry| (id, entry)));
    linked.authors.insert(Unit::Override(id), by);
}

/// An occurrence as the rule has it.
fn plain(series: &Event, id: RecurrenceId) -> Option<Event> {
    let bare = Event {
        overrides: std::collections::BTreeMap::new(),
        ..series.clone()
    };
    bare.occurrence(id)
}

/// Whether the series is gone of which the member has one occurrence: that does not outlive it, and does not bring it back.
pub fn is_over(linked: &Linked, member: &Member) -> bool {
    !member.part.is_whole() && !linked.alive
}
