//! A calendar leaves the link, and comes back (L7).

use sync::{CauseKind, links as rules};

use super::{Hub, along, index_of};

impl Hub {
    /// L7: a calendar leaves the link; its copies stay. What only it had said goes with it.
    pub fn leave(&mut self, place: usize) {
        self.places[place].away = true;
        for linked in 0..self.linked.len() {
            let Some(member) = self.member_at(linked, place) else {
                continue;
            };
            let (value, left) = (&mut self.linked[linked], self.members[member].copy);
            let others = self.members.iter();
            let others = others.filter(|m| m.linked == value.id && m.copy != left);
            let others: Vec<_> = others.cloned().collect();
            rules::unlink(value, &mut self.members[member], &others);
        }
    }

    /// L7: it comes back.
    pub fn come_back(&mut self, place: usize) {
        self.places[place].away = false;
        for linked in 0..self.linked.len() {
            let cause = self.cause(CauseKind::Flow, place, None);
            let Some(member) = self.member_at(linked, place) else {
                let origin = index_of(self.linked[linked].origin.0);
                self.outward(linked, Some(origin), &cause);
                continue;
            };
            let row = index_of(self.members[member].copy.0);
            let relink = if self.rows[row].projected {
                rules::relink
            } else {
                rules::relink_own
            };
            let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
            let dead = !value.alive;
            let mut done = relink(value, &mut self.members[member], copy, &along(&cause));
            self.conflicts.extend(done.conflicts);
            if self.hides(row, member) {
                let (value, copy) = (&mut self.linked[linked], &self.rows[row].copy);
                let gone = rules::hide(value, &mut self.members[member], copy);
                done.moved.extend(gone);
            }
            if dead && self.lives_already(linked, &cause) {
                continue;
            }
            self.outward(linked, Some(row), &cause);
            self.let_in(linked, &done.moved, &cause);
        }
        for row in 0..self.rows.len() {
            if self.place(row) == place && self.members_of(row).is_empty() {
                let cause = self.cause(CauseKind::Flow, place, None);
                self.originate(row, &cause);
            }
        }
    }
}
