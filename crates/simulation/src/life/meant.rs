//! What people meant: what they wrote over does not come back, what they deleted stays away, and what they noted on a
//! target is nobody else's.

use std::collections::BTreeSet;

use calendar::Event;
use sync::{Policy, Remote, Role, Ruling};

use super::check::must;
use crate::{
    ledger::{Deletion, Edit, Unseen},
    model::{index_of, place_of},
    slots::{SLOTS, Slot, numbers},
    world::World,
};

type Result = std::result::Result<(), String>;

impl World {
    /// All of it.
    pub(super) fn check_meant(&self) -> Result {
        self.check_undone()?;
        self.check_targets()?;
        self.check_deleted()?;
        let doubled = self.providers.iter().find_map(|p| p.doubled.first());
        must!(
            doubled.is_none(),
            "I3: {doubled:?} was made twice where we choose ids"
        );
        Ok(())
    }

    /// I2: what somebody saw and wrote over does not come back.
    fn check_undone(&self) -> Result {
        if self.hub.policy == Policy::Ask || !self.ledger.restored.is_empty() {
            // Whoever is asked may decide for what was before, and so may whoever restores.
            return Ok(());
        }
        let losers = self.losers();
        for (place, provider) in self.providers.iter().enumerate() {
            if self.hub.places[place].role == Role::Source {
                // Each source speaks for itself.
                continue;
            }
            for object in provider.objects.values().filter(|o| o.live) {
                for (slot, number) in numbers(&object.body).filter(|(_, number)| *number > 0) {
                    if self.was_covered(place, slot) || slot.unit().is_local() {
                        continue;
                    }
                    let Some(edit) = self.ledger.written_over(slot, number) else {
                        continue;
                    };
                    if self.may_come_back(edit, place, &object.body, &losers) {
                        continue;
                    }
                    must!(
                        edit.mark.is_none() || edit.mark.as_ref() != object.body.categories.first(),
                        "I2: {slot:?} {number} is at {place} although {} was written over it at {}",
                        edit.number,
                        edit.place
                    );
                }
            }
        }
        Ok(())
    }

    /// Whether what was written over may be in this event all the same: for a reason that is told apart.
    fn may_come_back(
        &self,
        edit: &Edit,
        place: usize,
        body: &Event,
        losers: &BTreeSet<u32>,
    ) -> bool {
        let has_mark = |of: &dyn Fn(&String) -> bool| body.categories.iter().any(of);
        let moved = has_mark(&|mark| self.ledger.moved.contains(mark));
        // A text is one unit: what was written into one line may have lost for what was in another.
        (matches!(edit.slot, Slot::Line(_)) && !losers.is_empty())
            // What was out of sight when its event was deleted elsewhere is an event of its own.
            || has_mark(&|mark| self.ledger.apart.contains(mark))
            // So is what a feed has replaced.
            || has_mark(&|mark| self.ledger.replaced.contains(mark))
            // Or what it has twice, of which one may be taken for the other.
            || has_mark(&|mark| self.ledger.alike.contains(mark))
            // One moved it, another deleted it, a third edited it: it may be there twice.
            || (moved && has_mark(&|mark| self.ledger.is_deleted(mark)))
            // Where a moved event meets what others had of it, the others win; and what another installation writes looks
            // like somebody's edit. What lost is kept.
            || ((moved || self.other.is_some()) && self.is_elsewhere(edit, losers))
            // Or it met them without the half that somebody split off it there, which has what lost.
            || (moved && self.is_split_off(edit, body))
            // It went along to a calendar that lets nothing of it out.
            || (moved && self.is_kept_back(edit, body))
            // Or to a target, whose own event it is from then on, whatever is written where it came from.
            || (moved && self.is_targets_own(edit, place))
            // An event met again what the link has of it: there the link wins (L8). What lost is kept.
            || self.lost_at_a_meeting(edit)
            || self.was_covered(edit.place, edit.slot)
            || self.ledger.was_veiled(edit)
            || self.ledger.was_deleted(edit.number)
            || self.ledger.was_cancelled(edit)
    }

    /// Whether the event of `body` is in another calendar as well, with what this edit wrote, which is covered there.
    fn is_kept_back(&self, edit: &Edit, body: &Event) -> bool {
        let places = self.providers.iter().enumerate();
        let mut there = places.filter(|(place, _)| self.covered(*place, edit.slot));
        there.any(|(_, provider)| {
            provider.objects.values().any(|object| {
                object.live
                    && object.body.categories == body.categories
                    && edit.slot.read(&object.body) == Some(edit.number)
            })
        })
    }

    /// Whether another event than that of `body` has what this edit wrote.
    fn is_split_off(&self, edit: &Edit, body: &Event) -> bool {
        let mut objects = self.providers.iter().flat_map(|p| p.objects.values());
        objects.any(|object| {
            object.live
                && object.body.categories != body.categories
                && edit.slot.read(&object.body) == Some(edit.number)
        })
    }

    /// Whether what an edit wrote over had been taken along to a target, in which nobody wrote over it.
    fn is_targets_own(&self, edit: &Edit, place: usize) -> bool {
        let brought = |number| self.ledger.carried.contains(&(number, place));
        self.hub.places[place].role == Role::Target
            && edit.place != place
            && edit.replaced.is_some_and(brought)
    }

    fn lost_at_a_meeting(&self, edit: &Edit) -> bool {
        let mut conflicts = self.hub.conflicts.iter();
        conflicts.any(|c| {
            c.by == Ruling::Met
                && c.unit == edit.slot.unit()
                && edit.slot.read(&c.local) == Some(edit.number)
        })
    }

    /// Whether an edit, or what was written over it, is kept as a loser or was taken along to a target, where it stays.
    fn is_elsewhere(&self, edit: &Edit, losers: &BTreeSet<u32>) -> bool {
        let mut carried = self.ledger.carried.iter();
        let mut later = self.ledger.edits.iter();
        losers.contains(&edit.number)
            || carried.any(|(number, to)| {
                *number == edit.number && self.hub.places[*to].role == Role::Target
            })
            || later.any(|e| {
                e.replaced == Some(edit.number)
                    && e.slot == edit.slot
                    && self.is_elsewhere(e, losers)
            })
    }

    /// L3, L5: what was made or noted on a target is nowhere else. R6: there, an edit yields to what it did not see.
    fn check_targets(&self) -> Result {
        for (place, provider) in self.providers.iter().enumerate() {
            for object in provider.objects.values().filter(|o| o.live) {
                for (slot, number) in numbers(&object.body) {
                    let from = self.ledger.author(number).unwrap_or(place);
                    let carried = self.ledger.carried.iter().any(|(n, _)| *n == number);
                    must!(
                        from == place || carried || self.hub.places[from].role != Role::Target,
                        "L5: {slot:?} {number} of the target {from} is at {place}"
                    );
                }
            }
        }
        for member in self.hub.members.iter().filter(|m| m.role == Role::Target) {
            let copy = &self.hub.rows[index_of(member.copy.0)].copy;
            let place = place_of(member.calendar);
            let mut marks = copy.local.categories.iter();
            let restored = marks.any(|mark| self.ledger.restored.contains(mark));
            // Whoever restores an older incarnation wants what was in it.
            if restored || !matches!(copy.remote, Remote::Live { .. }) {
                continue;
            }
            for slot in SLOTS {
                let (shown, there) = (slot.read(&member.agreed), slot.read(&copy.local));
                if shown != there && !self.was_covered(place, slot) {
                    self.check_yields(place, slot, shown, there)?;
                }
            }
        }
        Ok(())
    }

    fn check_yields(
        &self,
        place: usize,
        slot: Slot,
        shown: Option<u32>,
        there: Option<u32>,
    ) -> Result {
        let edits = &self.ledger.edits;
        let mut number = there;
        while let Some(edit) = edits.iter().find(|e| Some(e.number) == number) {
            let chosen = |shown| self.ledger.chosen.contains(&(place, edit.number, shown));
            if edit.replaced == shown || shown.is_some_and(chosen) {
                return Ok(());
            }
            number = edit.replaced;
        }
        // What was cancelled, or was there before the link, leaves no number.
        must!(
            there.is_none() || shown.is_none() || matches!(slot, Slot::Occurrence(_)),
            "R6: {slot:?} at the target {place} is {there:?}, which never saw {shown:?}"
        );
        Ok(())
    }

    /// A deletion that nobody opposed stays.
    fn check_deleted(&self) -> Result {
        let mut back = self
            .came_back()
            .filter(|(deletion, _)| deletion.unseen.is_none());
        back.next().map_or(Ok(()), |(deletion, place)| {
            let Deletion {
                mark, place: at, ..
            } = deletion;
            let mark = mark.as_deref().unwrap_or_default();
            Err(format!(
                "L3: {mark} was deleted at {at} and is alive at {place}"
            ))
        })
    }

    /// Why an event came back whose deletion nothing could tell us of, if one did.
    pub(crate) fn comes_back_unseen(&self) -> Option<Unseen> {
        let unseen = |(deletion, _): (&Deletion, usize)| deletion.unseen;
        self.came_back().filter_map(unseen).max()
    }

    /// Deletions that nobody opposed of events that are there all the same, and where.
    fn came_back(&self) -> impl Iterator<Item = (&Deletion, usize)> {
        let linked = self.hub.places.iter().all(|p| p.role == Role::Both);
        // What another installation brings late looks like an edit that opposes the deletion.
        let told = linked
            && self.other.is_none()
            && !self.parted
            && !self.ledger.mistaken
            && !self.ledger.blind
            && self.masks.len() <= self.providers.len();
        let deletes = self.ledger.deletes.iter().filter(move |_| told);
        deletes.filter_map(|deletion| {
            let mark = deletion.mark.as_ref()?;
            let ledger = &self.ledger;
            let free = [&ledger.restored, &ledger.moved, &ledger.apart];
            let elsewhere = free.iter().any(|marks| marks.contains(mark));
            if elsewhere || self.ledger.is_opposed(deletion) {
                return None;
            }
            let back = self.providers.iter().position(|provider| {
                let mut objects = provider.objects.values();
                objects.any(|o| o.live && o.body.categories.contains(mark))
            });
            Some((deletion, back?))
        })
    }
}
