//! What turned private, and what turned public again.

use std::collections::BTreeSet;

use calendar::{Privacy, Unit};
use sync::{Cause, Law, law::holds, links as rules};

use super::{Hub, index_of};

impl Hub {
    /// Whether a copy is private, and what it had said before has to go from the link: nobody else has made a copy.
    pub(super) fn hides(&self, row: usize, member: usize) -> bool {
        let member = &self.members[member];
        let linked = &self.linked[index_of(member.linked.0)];
        let made =
            |copy: usize| copy != row && self.rows[copy].copy.alive && !self.rows[copy].projected;
        let mut others = self.members.iter().filter(|m| m.linked == linked.id);
        rules::keeps_private(linked, member, &self.rows[row].copy)
            && !others.any(|m| made(index_of(m.copy.0)))
    }

    /// A copy that somebody had made has died. If it was the last, what stayed in the link for its sake goes.
    pub(super) fn hide_at_last(&mut self, linked: usize, cause: &Cause) {
        let origin = index_of(self.linked[linked].origin.0);
        let Some(member) = self.member_at(linked, self.place(origin)) else {
            return;
        };
        let is_origin = self.members[member].copy == self.linked[linked].origin;
        if !is_origin || !self.hides(origin, member) || !holds(Law::LastCopyHides) {
            return;
        }
        let (value, copy) = (&mut self.linked[linked], &self.rows[origin].copy);
        if !rules::hide(value, &mut self.members[member], copy).is_empty() {
            self.outward(linked, Some(origin), cause);
        }
    }

    /// What people have noted on blocks flows in if the event has turned public and nothing has come in its place.
    pub(super) fn let_in(&mut self, linked: usize, moved: &BTreeSet<Unit>, cause: &Cause) {
        let value = &self.linked[linked];
        let turned = moved.contains(&Unit::Privacy) && value.value.privacy == Privacy::Public;
        if !turned || !holds(Law::NotesFlowWhenPublic) {
            return;
        }
        let id = value.id;
        let members = (0..self.members.len()).filter(|m| self.members[*m].linked == id);
        for member in members.collect::<Vec<_>>() {
            let row = index_of(self.members[member].copy.0);
            self.inward(row, member, cause);
        }
    }
}
