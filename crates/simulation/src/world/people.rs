//! What people do: they make, edit, delete, restore and copy events, at their provider or in the hub.

use calendar::{Event, Override, Privacy, Unit};
use sync::{Mask, Role};

use crate::{
    ledger::Edit,
    provider::Kind,
    slots::{Slot, is_veiled, numbers, occurrence, when},
    world::{World, casting, is_private, say},
};

impl World {
    /// A person gives a member of the link another mask.
    pub(super) fn switch_mask(&mut self, place: usize) {
        let mask = self.switch_mask_of(place);
        self.hub.switch_mask(place, &mask);
    }

    /// Another mask for a place, which its members do not have yet.
    pub(crate) fn switch_mask_of(&mut self, place: usize) -> Mask {
        let mask = casting::mask(&mut self.rng);
        say!(self, "{place}: mask is now {:?}", mask.kind);
        self.masks.push((place, mask.clone()));
        self.hub.places[place].mask = mask.clone();
        mask
    }

    fn is_source(&self, place: usize) -> bool {
        self.hub.places[place].role == Role::Source
    }

    pub(crate) fn new_event(&mut self, place: usize) -> Event {
        let number = self.ledger.number();
        let mark = self.ledger.mark();
        let mut event = Event::new(format!("uid-{mark}"), when(number));
        event.categories.insert(mark);
        self.note(place, &event, Slot::When, number, None);
        for slot in [Slot::Title, Slot::Line(0)] {
            let number = self.ledger.number();
            self.write(slot, &mut event, number);
            self.note(place, &event, slot, number, None);
        }
        event
    }

    /// Whether the slot's content at this place is hidden from, or hidden by, the rest of the link.
    pub(crate) fn covered(&self, place: usize, slot: Slot) -> bool {
        self.hub.places[place]
            .mask
            .covers(&unit_of(slot), Privacy::Public)
    }

    /// Whether every installation has its link.
    fn is_linking(&self) -> bool {
        self.hub.linking && self.other.iter().all(|other| other.hub.linking)
    }

    /// Whether it was at any time.
    pub(crate) fn was_covered(&self, place: usize, slot: Slot) -> bool {
        let unit = unit_of(slot);
        let mut masks = self.masks.iter().filter(|(at, _)| *at == place);
        self.covered(place, slot) || masks.any(|(_, mask)| mask.covers(&unit, Privacy::Public))
    }

    pub(super) fn note(
        &mut self,
        place: usize,
        event: &Event,
        slot: Slot,
        number: u32,
        replaced: Option<u32>,
    ) {
        let private = event.privacy != Privacy::Public;
        if private || is_private(event, slot) {
            self.ledger.veiled.insert(event.categories.first().cloned());
        }
        let covered = self.covered(place, slot) || (private && is_veiled(slot));
        self.overlook(place, event, slot, number);
        let target = self.hub.places[place].role == Role::Target;
        self.ledger.edits.push(Edit {
            number,
            slot,
            replaced,
            place,
            mark: event.categories.first().cloned(),
            early: !self.is_linking()
                || self.hub.places[place].away
                || self.is_unmet(event.categories.first()),
            own: covered || target,
            // An occurrence is one unit: what is hidden of it goes with what is shown.
            passing: match slot {
                Slot::Occurrence(_) => target || covered,
                _ => target && !covered,
            },
        });
    }

    /// A person edits one slot.
    pub(crate) fn edited(&mut self, place: usize, body: &mut Event) -> String {
        let slot = self.rng.pick(self.slots).unwrap();
        let seen = slot.read(body);
        if let Slot::Occurrence(index) = slot
            && self.rng.chance(30)
        {
            let id = occurrence(index);
            if body.overrides.remove(&id).is_none() {
                body.overrides.insert(id, Override::Excluded);
            }
            // Nothing that could be found again, but what was there is replaced.
            let number = self.ledger.number();
            self.note(place, body, slot, number, seen);
            let edit = self.ledger.edits.last_mut().unwrap();
            edit.passing = true;
            self.ledger.cancelled_at.insert(place);
            return format!("{slot:?} cancelled or restored, was {seen:?}");
        }
        let number = self.ledger.number();
        self.write(slot, body, number);
        if slot.read(body) == Some(number) {
            self.note(place, body, slot, number, seen);
        }
        let same_unit = numbers(body).filter(|(there, _)| there.unit() == slot.unit());
        let rewritten = same_unit.map(|(_, number)| (place, number));
        self.ledger.rewritten.extend(rewritten);
        format!("{slot:?} {seen:?} -> {number}")
    }

    pub(crate) fn edit_there(&mut self, place: usize) {
        if let Some(id) = self.rng.pick(&self.providers[place].live()) {
            self.edit_object(place, id);
        }
    }

    pub(crate) fn edit_object(&mut self, place: usize, id: String) {
        let object = self.providers[place].objects[&id].clone();
        let mut body = object.body;
        let what = self.edited(place, &mut body);
        say!(self, "{place}: person edits {id} there: {what}");
        let now = self.now();
        // Some programs throw away what they do not know.
        let keeps = self.providers[place].kind == Kind::Graph || !self.rng.accident(10);
        let stamp = object.stamp.filter(|_| keeps);
        if stamp != object.stamp {
            self.ledger.unmarked.extend(body.categories.clone());
        }
        self.providers[place].put(Some(id), body, stamp, now);
    }

    /// A person moves an event to another calendar, which need not be at the same provider.
    pub(super) fn move_there(&mut self, place: usize) {
        let mut live = self.providers[place].live();
        if self.rng.chance(70) {
            // Mirrors are many, and mostly let alone.
            let uid = |id: &String| &self.providers[place].objects[id].body.uid;
            live.retain(|id| !uid(id).ends_with("@kalends") && self.is_known(place, id));
        }
        let Some(id) = self.rng.pick(&live) else {
            return;
        };
        let others: Vec<usize> = (0..self.providers.len())
            .filter(|to| *to != place && !self.is_feed(*to))
            .collect();
        let Some(to) = self.rng.pick(&others).filter(|_| !self.is_feed(place)) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        // Whoever has deleted the same invitation there and now brings another one has two events if an edit of somebody else
        // keeps the first.
        let mut there = self.providers[to].objects.values();
        let back = object
            .body
            .categories
            .iter()
            .any(|mark| self.ledger.moved.contains(mark));
        if there.any(|o| (o.live || !back) && o.body.uid == object.body.uid) {
            return;
        }
        self.ledger.mistaken |= !self.is_known(place, &id);
        let marks = object.body.categories.clone();
        self.ledger.blind |= marks.is_empty();
        // The same event under another UID: the two met when the calendars were linked.
        let is_there = self.providers[to].objects.values();
        let is_there = is_there
            .filter(|o| o.live)
            .any(|o| !o.body.categories.is_disjoint(&marks));
        let mirror = object.body.uid.ends_with("@kalends");
        if mirror || is_there || !self.is_told(place, &id) {
            // A mirror; where it goes the event may be already. Or one of ours of which we had not heard.
            self.ledger.restored.extend(marks);
        } else {
            self.ledger.moved.extend(marks);
        }
        // What the mover could not see goes with the old one.
        self.ledger.deletions = true;
        if self.hub.places[place].role == Role::Both {
            self.ledger.deleted_at.insert(place);
        }
        for (_, number) in numbers(&object.body) {
            self.ledger.carried.insert((number, to));
            self.ledger.rewritten.insert((to, number));
        }
        let now = self.now();
        let stamp = object.stamp.filter(|_| self.rng.chance(50));
        let new = self.providers[to].put(None, object.body, stamp, now);
        self.providers[place].remove(&id);
        say!(
            self,
            "{place}: person moves {id} to {to}, where it is {new}"
        );
    }

    /// A person splits a series: the old one gets another rule and loses its second occurrence to a new series.
    pub(super) fn split_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        let mut old = object.body;
        let (slot, moved) = (Slot::Occurrence(1), occurrence(1));
        let mut new = old.clone();
        new.overrides.retain(|id, _| *id == moved);
        new.categories = [self.ledger.mark()].into();
        self.note_alike(place, [&old, &new]);
        if is_private(&new, slot) {
            self.ledger.veiled.insert(new.categories.first().cloned());
        }
        new.uid = format!("uid-split-{}", self.ledger.number());
        self.ledger.mistaken |= !self.is_known(place, &id);
        if old.overrides.remove(&moved).is_some() {
            let (number, seen) = (self.ledger.number(), slot.read(&new));
            self.note(place, &old, slot, number, seen);
            self.ledger.edits.last_mut().unwrap().passing = true;
            self.ledger.cancelled_at.insert(place);
        }
        for body in [&mut old, &mut new] {
            let (number, seen) = (self.ledger.number(), Slot::Rule.read(body));
            Slot::Rule.write(body, number);
            self.note(place, body, Slot::Rule, number, seen);
        }
        let now = self.now();
        self.providers[place].put(Some(id.clone()), old, object.stamp, now);
        let split = self.providers[place].put(None, new, None, now);
        say!(self, "{place}: person splits {id}, {split} goes on there");
    }

    pub(crate) fn create_there(&mut self, place: usize) {
        let event = self.new_event(place);
        let now = self.now();
        let id = self.providers[place].put(None, event, None, now);
        say!(self, "{place}: person makes {id} there");
    }

    pub(crate) fn delete_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        say!(self, "{place}: person deletes {id} there");
        let body = self.providers[place].objects[&id].body.clone();
        self.deleted(place, &body, Some(&id));
        self.providers[place].remove(&id);
    }

    pub(crate) fn deleted(&mut self, place: usize, body: &Event, id: Option<&str>) {
        // Of what nobody has heard of elsewhere this is no deletion.
        if self.is_unmet(body.categories.first()) {
            self.ledger.apart.extend(body.categories.clone());
        }
        let unseen = id.and_then(|id| self.unseen(place, id));
        self.ledger.deleted(place, body, unseen);
        self.note_seen(place, body, id.is_none());
        // Whoever deletes a masked copy of a two-way link deletes what the mask hides from them, too.
        if self.hub.places[place].role == Role::Both {
            self.ledger.deleted_at.insert(place);
        }
    }

    pub(crate) fn restore_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].dead()) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        self.ledger.blind |= object.body.categories.is_empty();
        self.ledger.restored.extend(object.body.categories.clone());
        let now = self.now();
        let id = (self.providers[place].kind != Kind::Graph).then_some(id);
        let id = self.providers[place].put(id, object.body, object.stamp, now);
        if let Some(back) = self.providers[place].objects.get_mut(&id) {
            back.made = object.made;
        }
        say!(self, "{place}: person restores {id} there");
    }

    pub(super) fn copy_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        self.ledger.mistaken |= !self.is_known(place, &id);
        let object = self.providers[place].objects[&id].clone();
        let mut body = object.body.clone();
        body.categories = [self.ledger.mark()].into();
        self.note_alike(place, [&object.body, &body]);
        body.uid = format!("uid-copy-{}", self.ledger.number());
        let now = self.now();
        let stamp = object.stamp_of_copy(self.providers[place].kind);
        let copy = self.providers[place].put(None, body, stamp, now);
        say!(self, "{place}: person copies {id} to {copy} there");
    }

    pub(super) fn living_here(&self, place: usize) -> Vec<usize> {
        let rows = 0..self.hub.rows.len();
        rows.filter(|row| self.hub.place(*row) == place && self.hub.rows[*row].copy.alive)
            .collect()
    }

    pub(crate) fn edit_here(&mut self, place: usize) {
        let Some(row) = self.rng.pick(&self.living_here(place)) else {
            return;
        };
        if self.is_source(place) {
            return;
        }
        let mut next = self.hub.rows[row].copy.local.clone();
        let what = self.edited(place, &mut next);
        say!(self, "{place}: person edits copy {row} here: {what}");
        let now = self.now();
        self.hub.edit(row, &next, now);
    }

    pub(crate) fn create_here(&mut self, place: usize) {
        if self.is_source(place) {
            return;
        }
        let (event, now) = (self.new_event(place), self.now());
        let row = self.hub.create(place, event, now);
        say!(self, "{place}: person makes copy {row} here");
    }

    pub(crate) fn delete_here(&mut self, place: usize) {
        let Some(row) = self.rng.pick(&self.living_here(place)) else {
            return;
        };
        if self.is_source(place) {
            return;
        }
        say!(self, "{place}: person deletes copy {row} here");
        let body = self.hub.rows[row].copy.local.clone();
        self.deleted(place, &body, None);
        let now = self.now();
        self.hub.delete(row, now);
    }
}

/// What a mask must hide for the slot to be hidden.
fn unit_of(slot: Slot) -> Unit {
    match slot {
        Slot::Occurrence(_) => Unit::Title,
        slot => slot.unit(),
    }
}
