//! Moves between two calendars of the link, whichever half of one is seen first.

use std::collections::BTreeSet;

use calendar::{Event, Unit};
use sync::{
    CalendarId, Cause, CopyId, Law, Member, Operation, Remote,
    law::holds,
    links::{self as rules, Moved},
    replication::is_second,
};

use super::{Hub, Row, along, calendar, index_of, place_of};

impl Hub {
    /// The dead linked event that `row` was moved from in another calendar, with the copy that it had there.
    pub(super) fn dead_twin(&self, row: usize) -> Option<(usize, usize)> {
        let (place, uid) = (self.place(row), &self.rows[row].copy.local.uid);
        if !holds(Law::MovedLivesOn) {
            return None;
        }
        let left = |m: &&Member| {
            let there = &self.rows[index_of(m.copy.0)];
            let linked = index_of(m.linked.0);
            !there.projected
                && !there.copy.alive
                && there.copy.local.uid == *uid
                && there.copy.calendar != calendar(place)
                && !self.linked[linked].alive
                && self.has_room(linked, place)
        };
        let found = self.members.iter().rev().find(left)?;
        Some((index_of(found.linked.0), index_of(found.copy.0)))
    }

    /// The event of a dead linked event lives on as `row`.
    pub(super) fn follow(&mut self, linked: usize, left: usize, row: usize, cause: &Cause) {
        self.make_room(linked, row, cause);
        let place = self.places[self.place(row)].clone();
        let was = self.rows[left].copy.clone();
        let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
        let id = value.id;
        let mut parted = self
            .members
            .extract_if(.., |m| m.linked == id && m.copy == was.id);
        let from = (&parted.next().unwrap(), &was);
        let (member, done) =
            rules::follow(value, from, copy, place.role, place.mask, &along(cause));
        drop(parted);
        self.conflicts.extend(done.conflicts);
        rules::leave(&mut self.rows[left].copy);
        self.members.push(member);
        let member = self.members.len() - 1;
        self.members[member].since = Some(self.now());
        if self.hides(row, member) {
            let (value, copy) = (&mut self.linked[linked], &self.rows[row].copy);
            rules::hide(value, &mut self.members[member], copy);
        }
        self.outward(linked, Some(row), cause);
    }

    /// Whether an event that comes back to life lives as another linked event already, which began when the same invitation
    /// turned up meanwhile. Then what people have of it joins that one, and its mirrors go.
    pub(super) fn lives_already(&mut self, linked: usize, cause: &Cause) -> bool {
        let id = self.linked[linked].id;
        let row = |m: &Member| index_of(m.copy.0);
        let made = |m: &&Member| !self.rows[row(m)].projected;
        let of = |id| {
            self.members
                .iter()
                .filter(move |m| m.linked == id)
                .filter(made)
        };
        let uids: BTreeSet<&str> = of(id).map(|m| &*self.rows[row(m)].copy.local.uid).collect();
        let alive = |m: &&Member| self.rows[row(m)].copy.alive;
        let homes: BTreeSet<CalendarId> = of(id).filter(alive).map(|m| m.calendar).collect();
        let mut others = self.linked.iter().filter(|other| {
            // Two events of one UID that are both in a calendar are two.
            let has_room = of(other.id).all(|m| !homes.contains(&m.calendar));
            let mut same = of(other.id).filter(alive);
            other.id != id
                && other.alive
                && has_room
                && same.any(|m| uids.contains(&*self.rows[row(m)].copy.local.uid))
        });
        let lives = self.linked[linked].alive && holds(Law::LivesOnce);
        let Some(other) = others.next().filter(|_| lives) else {
            return false;
        };
        let own = of(id)
            .filter(alive)
            .map(|m| self.rows[row(m)].copy.local.clone());
        let own: Vec<Event> = own.collect();
        let heir = of(other.id).find(alive).unwrap();
        let heir = &self.rows[row(heir)].copy;
        let lost = rules::lives_as(&self.linked[linked], other, heir, &own);
        self.conflicts.extend(lost);
        self.linked[linked].alive = false;
        let parted: Vec<Member> = self.members.extract_if(.., |m| m.linked == id).collect();
        for member in parted {
            let row = row(&member);
            let (projected, copy) = (self.rows[row].projected, &mut self.rows[row].copy);
            if !copy.alive {
                continue;
            }
            if projected {
                copy.alive = false;
                copy.life_cause = Some(cause.clone());
            } else {
                self.originate(row, cause);
            }
        }
        true
    }

    /// A linked event lives again that was moved, while it was dead, to a calendar that lets nothing out: what people have there
    /// under its UID joins it, and is not doubled.
    pub(super) fn own_events_join(&mut self, linked: usize, cause: &Cause) {
        let made = self
            .members
            .iter()
            .filter(|m| m.linked == self.linked[linked].id);
        let made: Vec<usize> = made
            .map(|m| index_of(m.copy.0))
            .filter(|row| !self.rows[*row].projected)
            .collect();
        for row in made {
            for place in 0..self.places.len() {
                if self.places[place].away || !self.has_room(linked, place) {
                    continue;
                }
                if let Some(twin) = self.twin(row, place) {
                    self.make_room(linked, twin, cause);
                    self.join(linked, twin, cause);
                    self.members.last_mut().unwrap().since = Some(self.now());
                }
            }
        }
    }

    /// Whether this deletion is half of a move; of what went out of the link nothing is left in it.
    pub(super) fn has_moved(&mut self, row: usize, linked: usize, cause: &Cause) -> bool {
        let (id, copy) = (self.linked[linked].id, self.rows[row].copy.id);
        let here = |m: &Member| m.linked == id && m.copy == copy;
        let Some(left) = self.members.iter().find(|m| here(m)).cloned() else {
            return false;
        };
        if self.rows[row].projected {
            return false;
        }
        let read = self.reads[self.place(row)].map(Self::time);
        let others: Vec<Member> = self
            .members
            .iter()
            .filter(|m| m.linked == id)
            .cloned()
            .collect();
        for there in others {
            let other = &self.rows[index_of(there.copy.0)];
            let same = other.copy.local.uid == self.rows[row].copy.local.uid;
            if other.projected || !other.copy.alive || !same {
                continue;
            }
            match rules::moved(&left, &there, read, self.now()) {
                Moved::Not => {}
                Moved::OutOfTheLink => self
                    .members
                    .retain(|m| m.linked != id || m.copy != there.copy),
                Moved::LivesOn => {
                    self.members.retain(|m| !here(m));
                    rules::leave(&mut self.rows[row].copy);
                    let origin = self.linked[linked].origin;
                    let was = self.linked[linked].value.privacy;
                    let mut left_in = self.members.iter().filter(|m| m.linked == id);
                    if left_in.any(|m| m.copy == origin) {
                        self.hide_at_last(linked, cause);
                    } else {
                        self.speaks(linked, there.copy, left.calendar);
                    }
                    // What was hidden from it as private it sees now.
                    self.outward(linked, None, cause);
                    if was != self.linked[linked].value.privacy {
                        self.let_in(linked, &[Unit::Privacy].into(), cause);
                    }
                    return true;
                }
            }
        }
        false
    }

    /// A copy is the origin now, in place of one of the calendar `left`.
    fn speaks(&mut self, linked: usize, copy: CopyId, left: CalendarId) {
        let id = self.linked[linked].id;
        let here = |m: &Member| m.linked == id && m.copy == copy;
        let member = self.members.iter().position(here).unwrap();
        let row = index_of(copy.0);
        let (value, speaker) = (&mut self.linked[linked], &mut self.members[member]);
        let lost = rules::speaks(value, speaker, &self.rows[row].copy, left);
        self.conflicts.extend(lost);
        if self.hides(row, member) {
            let (value, speaker) = (&mut self.linked[linked], &mut self.members[member]);
            rules::hide(value, speaker, &self.rows[row].copy);
        }
    }

    /// The copy of an event that is gone from its provider, and that a person has brought back under another id.
    pub(super) fn brought_back(&self, place: usize, body: &Event) -> Option<usize> {
        let here = |row: &&Row| {
            place_of(row.copy.calendar) == place
                && row.copy.local.uid == body.uid
                && holds(Law::GoneIsFoundByUid)
        };
        let gone =
            |row: &&Row| matches!(row.copy.remote, Remote::Gone { .. }) || self.may_be_made(row);
        let mut gone: Vec<&Row> = self.rows.iter().filter(here).filter(gone).collect();
        if let Some(second) = gone.iter().find(|row| is_second(&row.copy, body)) {
            return Some(index_of(second.copy.id.0));
        }
        gone.retain(|row| !row.projected);
        let found = gone.into_iter().max_by_key(|row| row.copy.alive)?;
        let row = index_of(found.copy.id.0);
        // A target's own event is not brought back by the link, and must not die with the linked one.
        let own = self.standing(row).target && holds(Law::TargetsOwnStaysDead);
        (found.copy.alive || !own).then_some(row)
    }

    /// Whether a copy waits to be made while a create of it may have arrived, of which nothing was heard.
    fn may_be_made(&self, row: &Row) -> bool {
        let mut intents = self.intents.iter();
        row.copy.remote == Remote::Absent
            && row.copy.alive
            && intents.any(|i| {
                i.copy == row.copy.id && i.may_arrive() && i.operation == Operation::Create
            })
            && holds(Law::UnheardIsFoundByUid)
    }

    /// What is brought back may have been moved here from another calendar of the link, of which nothing was heard yet.
    pub(super) fn turned_up(&mut self, row: usize) {
        if !holds(Law::BackMayBeMoved) {
            return;
        }
        let (copy, now) = (self.rows[row].copy.id, self.now());
        let members = self.members.iter_mut();
        members
            .filter(|m| m.copy == copy)
            .for_each(|m| m.since = Some(now));
    }
}
