//! What one calendar may see, and what it is sent: of two lives that differ only in what is hidden from it, it must not be able
//! to tell which one it is in (I5).

use std::collections::BTreeSet;

use calendar::{Event, Override, Privacy};

use super::World;
use crate::{
    model::{index_of, place_of},
    provider::Write,
    slots::{Slot, is_veiled, numbers, occurrence},
};

/// What is known of a calendar that is watched.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    place: usize,
    /// Numbers that were where it may see them, at any time.
    open: BTreeSet<u32>,
    /// Numbers that were said elsewhere for everybody, at any time, whatever its own mask showed it then.
    said: BTreeSet<u32>,
    /// Whatever was to be sent to it.
    pub(crate) sent: Vec<Write>,
}

impl Watch {
    /// Which calendar it is.
    pub(crate) fn place(&self) -> usize {
        self.place
    }
}

impl World {
    /// Watches a calendar from now on.
    pub(crate) fn watch(&mut self, place: usize) {
        self.watch = Some(Watch {
            place,
            open: BTreeSet::new(),
            said: BTreeSet::new(),
            sent: Vec::new(),
        });
    }

    /// Something is to be sent to a calendar.
    pub(crate) fn overhear(&mut self, place: usize, write: &Write) {
        if let Some(watch) = &mut self.watch
            && watch.place == place
        {
            watch.sent.push(write.clone());
        }
    }

    /// What the calendar that is watched may see now, it may have been told. Asked after each step.
    pub(super) fn look_around(&mut self) {
        let Some(mut watch) = self.watch.take() else {
            return;
        };
        let others = self.other.iter().map(|other| &other.hub);
        let hubs = || std::iter::once(&self.hub).chain(others.clone());
        for place in (0..self.providers.len()).filter(|place| *place != watch.place) {
            if !self.hub.places[place].role.sends() {
                continue;
            }
            let there = self.providers[place].objects.values();
            let there = there.filter(|o| o.live).map(|o| &o.body);
            let rows = hubs().flat_map(|hub| &hub.rows);
            let here = rows.filter(|row| row.copy.alive && place_of(row.copy.calendar) == place);
            for event in there.chain(here.map(|row| &row.copy.local)) {
                let said = numbers(event)
                    .filter(|(slot, _)| !self.covered(place, *slot) && !is_private(event, *slot));
                for (slot, number) in said {
                    watch.said.insert(number);
                    if !self.covered(watch.place, slot) {
                        watch.open.insert(number);
                    }
                }
            }
        }
        // The event's own calendar may see what others have said of it for everybody, and what is still its word, as soon as its
        // mask shows that, though the event has turned private since.
        for linked in &self.hub.linked {
            let origin = &self.hub.rows[index_of(linked.origin.0)];
            if place_of(origin.copy.calendar) == watch.place {
                let seen = numbers(&linked.value).filter(|(slot, n)| {
                    watch.said.contains(n) && !self.covered(watch.place, *slot)
                });
                let seen: Vec<u32> = seen.map(|(_, number)| number).collect();
                watch.open.extend(seen);
            }
        }
        self.watch = Some(watch);
    }

    /// What somebody writes where the calendar that is watched may see it, it may be told, though it is hidden again in the same step.
    pub(super) fn overlook(&mut self, place: usize, event: &Event, slot: Slot, number: u32) {
        let Some(watch) = &self.watch else {
            return;
        };
        let masked = self.covered(place, slot) || self.covered(watch.place, slot);
        if !masked && !is_private(event, slot) && self.hub.places[place].role.sends() {
            self.watch.as_mut().unwrap().open.insert(number);
        }
    }

    /// What people wrote elsewhere and what the calendar that is watched could never see.
    pub(crate) fn hidden_from_watch(&self) -> BTreeSet<u32> {
        let Some(watch) = &self.watch else {
            return BTreeSet::new();
        };
        let edits = self.ledger.edits.iter();
        let hidden = edits.filter(|edit| {
            let theirs = self.ledger.rewritten.contains(&(watch.place, edit.number));
            edit.place != watch.place
                && is_veiled(edit.slot)
                && !theirs
                && !watch.open.contains(&edit.number)
        });
        hidden.map(|edit| edit.number).collect()
    }

    /// A person writes a number into a slot, in other words if it is to be hidden in this life.
    pub(super) fn write(&self, slot: Slot, event: &mut Event, number: u32) {
        if self.disguised.contains(&number) {
            slot.write_disguised(event, number);
        } else {
            slot.write(event, number);
        }
    }
}

/// Whether an event says that what is in a slot is for nobody else.
pub(crate) fn is_private(event: &Event, slot: Slot) -> bool {
    let single = match slot {
        Slot::Occurrence(index) => match event.overrides.get(&occurrence(index)) {
            Some(Override::Patch(patch)) => patch.privacy,
            _ => None,
        },
        _ => None,
    };
    is_veiled(slot) && single.unwrap_or(event.privacy) != Privacy::Public
}
