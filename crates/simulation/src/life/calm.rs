//! One thing at a time, without accidents: then it is known exactly what must follow.

use calendar::{Event, Unit};
use sync::Remote;

use super::check::must;
use crate::{
    model::{index_of, place_of},
    slots::{SLOTS, Slot, is_veiled},
    world::{World, say},
};

/// Writes that one edit may cost a copy (I7).
const WRITES_MAX: usize = 3;

/// What was so before somebody did one thing at rest.
pub(crate) struct Calm {
    place: usize,
    copies: Vec<(usize, String)>,
    writes: Vec<usize>,
    edit: Option<(Slot, u32)>,
    /// What of it private events hide does not flow.
    private: bool,
    living: usize,
}

impl World {
    /// Somebody answers all that was asked; whether anything was.
    pub fn decide(&mut self) -> bool {
        let mut asked = false;
        for row in 0..self.hub.rows.len() {
            for unit in self.hub.rows[row].copy.held_units() {
                let remote = self.rng.chance(50);
                say!(self, "copy {row}: {unit:?} decided, remote={remote}");
                let place = self.hub.place(row);
                let copy = self.hub.rows[row].copy.clone();
                if let Some(held) = &copy.held {
                    self.note_choice(place, &unit, &copy.local, held, remote);
                }
                self.hub.decide(row, &unit, remote);
                asked = true;
            }
        }
        asked
    }

    /// A person who is asked sees both values.
    pub(crate) fn note_choice(
        &mut self,
        place: usize,
        unit: &Unit,
        local: &Event,
        held: &Event,
        remote: bool,
    ) {
        for slot in SLOTS.into_iter().filter(|slot| slot.unit() == *unit) {
            if let (Some(ours), Some(theirs)) = (slot.read(local), slot.read(held)) {
                let (kept, over) = if remote {
                    (theirs, ours)
                } else {
                    (ours, theirs)
                };
                self.ledger.chosen.insert((place, kept, over));
                // They saw it, and said it: it is theirs, too.
                self.ledger.rewritten.insert((place, kept));
            }
        }
    }

    /// A living member that sends: its linked event, its place and its remote id.
    fn sender(&mut self) -> Option<(usize, usize, String)> {
        let mut senders = Vec::new();
        for member in &self.hub.members {
            let copy = &self.hub.rows[index_of(member.copy.0)].copy;
            if let Remote::Live { id, .. } = &copy.remote
                && member.role.sends()
            {
                let place = place_of(member.calendar);
                senders.push((index_of(member.linked.0), place, id.clone()));
            }
        }
        self.rng.pick(&senders)
    }

    /// Where the copies of a linked event are: place and remote id.
    fn objects(&self, linked: usize) -> Vec<(usize, String)> {
        let id = self.hub.linked[linked].id;
        let members = self.hub.members.iter().filter(|m| m.linked == id);
        let live = members.filter_map(|member| {
            let copy = &self.hub.rows[index_of(member.copy.0)].copy;
            match &copy.remote {
                Remote::Live { id, .. } => Some((place_of(member.calendar), id.clone())),
                _ => None,
            }
        });
        live.collect()
    }

    /// Somebody edits an event that has come to rest.
    pub(crate) fn calm_edit(&mut self) -> Option<Calm> {
        let (linked, place, id) = self.sender()?;
        let copies = self.objects(linked);
        let writes = self.providers.iter().map(|p| p.writes).collect();
        let private = self.has_private(linked);
        self.edit_object(place, id);
        Some(Calm {
            place,
            copies,
            writes,
            edit: self.ledger.last_edit(),
            private,
            living: 0,
        })
    }

    /// A feed may come under other ids before the edit or deletion is read, if the event can still be known.
    pub(crate) fn turn_calmly(&mut self, calm: &Calm) {
        let of_all = |(slot, _)| matches!(slot, Slot::Title | Slot::When | Slot::Rule);
        // Of twins one is as good as another: the other one may get the edit.
        let twins = !self.ledger.restored.is_empty();
        if self.is_feed(calm.place)
            && !twins
            && !calm.edit.is_some_and(of_all)
            && self.rng.chance(50)
        {
            say!(self, "{}: the feed turns, calmly", calm.place);
            self.turn_all(calm.place);
        }
    }

    /// Once it has come to rest again: the edit arrived wherever it may, and cost few writes.
    pub(crate) fn check_calm_edit(&self, calm: &Calm) -> Result<(), String> {
        let Some((slot, number)) = calm.edit else {
            return Ok(());
        };
        for (there, _) in &calm.copies {
            let cost = self.providers[*there].writes - calm.writes[*there];
            must!(
                cost <= WRITES_MAX * self.installations(),
                "I7: {slot:?} cost {cost} writes at {there}"
            );
        }
        let private = calm.private && is_veiled(slot);
        if self.covered(calm.place, slot) || slot.unit().is_local() || private {
            return Ok(());
        }
        for (there, id) in &calm.copies {
            if *there == calm.place
                || self.covered(*there, slot)
                || !self.hub.places[*there].role.receives()
            {
                continue;
            }
            let read = slot.read(&self.providers[*there].objects[id].body);
            must!(
                read == Some(number),
                "I1: {slot:?} {number} did not arrive at {there}: {read:?}"
            );
        }
        Ok(())
    }

    /// Somebody deletes an event that has come to rest.
    pub(crate) fn calm_deletion(&mut self) -> Option<Calm> {
        if self.other.is_some() {
            // The other one's mirrors go, too.
            return None;
        }
        let (linked, place, id) = self.sender()?;
        // Whatever was moved was moved long ago.
        self.hub.moment += 10_000;
        let (copies, living) = (self.objects(linked), self.living());
        say!(self, "{place}: person deletes {id} there, calmly");
        let body = self.providers[place].objects[&id].body.clone();
        self.deleted(place, &body, Some(&id));
        self.providers[place].remove(&id);
        Some(Calm {
            place,
            copies,
            writes: Vec::new(),
            edit: None,
            private: false,
            living,
        })
    }

    /// The deletion took every copy that the link writes with it, and nothing else.
    pub(crate) fn check_calm_deletion(&self, calm: &Calm) -> Result<(), String> {
        let mut gone = 0;
        for (there, id) in &calm.copies {
            let live = self.providers[*there].objects[id].live;
            let stays = *there != calm.place && !self.hub.places[*there].role.receives();
            must!(live == stays, "L3: {id} at {there} live={live}");
            gone += usize::from(!live);
        }
        must!(
            self.living() + gone == calm.living,
            "L3: something else came or went"
        );
        Ok(())
    }

    fn living(&self) -> usize {
        self.providers.iter().map(|p| p.live().len()).sum()
    }
}
