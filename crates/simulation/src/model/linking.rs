//! What follows from a change along the link, in the same transaction (L9).

use std::collections::{BTreeSet, VecDeque};

use calendar::{Event, Unit};
use jiff::Timestamp;
use sync::{
    Cause, CauseKind, Copy, Law, LinkedId, Mask, Member, Part, Role, Stamp,
    law::holds,
    links::{self as rules, Made},
};
use uuid::Uuid;

use super::{Hub, LINK, Place, Row, along, calendar, index_of};

impl Hub {
    pub fn insert(&mut self, copy: Copy, projected: bool, cause: &Cause) -> usize {
        self.rows.push(Row {
            copy,
            projected,
            unsettled: false,
        });
        let row = self.rows.len() - 1;
        if !projected {
            self.originate(row, cause);
        }
        row
    }

    pub(super) fn originate(&mut self, row: usize, cause: &Cause) {
        let place = self.place(row);
        if !self.linking
            || self.places[place].away
            || self.is_mirror(row)
            || !self.rows[row].copy.alive
        {
            return;
        }
        if let Some(linked) = self.linked_twin(row).filter(|_| holds(Law::LateTwinsJoin)) {
            self.make_room(linked, row, cause);
            self.join(linked, row, cause);
            self.members.last_mut().unwrap().since = Some(self.now());
            self.outward(linked, Some(row), cause);
            return;
        }
        if self.places[place].role == Role::Target && holds(Law::TargetsDoNotOriginate) {
            return;
        }
        if let Some((linked, left)) = self.dead_twin(row) {
            self.follow(linked, left, row, cause);
            return;
        }
        let linked = self.begin(row);
        let (member, mut joined) = (self.members.len() - 1, false);
        for other in (0..self.places.len()).filter(|other| *other != place) {
            if !self.places[other].away
                && let Some(twin) = self.twin(row, other)
            {
                self.join(linked, twin, cause);
                // It turned up beside another: it may have been moved from there.
                if holds(Law::TwinsMayBeMoved) {
                    self.members[member].since = Some(self.now());
                }
                joined = true;
            }
        }
        // What others have said of it comes to it, too.
        self.outward(linked, Some(row).filter(|_| !joined), cause);
    }

    /// A mirror gives way to the event that it mirrors.
    pub(super) fn make_room(&mut self, linked: usize, row: usize, cause: &Cause) {
        let Some(mirror) = self.member_at(linked, self.place(row)) else {
            return;
        };
        let member = self.members.remove(mirror);
        let mirror = index_of(member.copy.0);
        let event = &self.rows[row].copy;
        let heir = event.id;
        let noted = rules::gives_way(&member, &self.rows[mirror].copy, event);
        self.conflicts.extend(noted);
        let copy = &mut self.rows[mirror].copy;
        copy.alive = false;
        copy.heir = Some(heir);
        copy.life_cause = Some(cause.clone());
    }

    /// Whether a row is nobody's origin: this installation or another one made it as a mirror.
    fn is_mirror(&self, row: usize) -> bool {
        let row = &self.rows[row];
        (row.projected && holds(Law::MirrorsDoNotOriginate))
            || (!row.projected
                && row.copy.stamp.is_some_and(Stamp::is_of_mirror)
                && holds(Law::ForeignMirrorsDoNotOriginate))
    }

    /// The living linked event of which `row` is the same invitation, come late: if it has no copy here, or a mirror.
    fn linked_twin(&self, row: usize) -> Option<usize> {
        let (place, uid) = (self.place(row), &self.rows[row].copy.local.uid);
        (0..self.linked.len()).find(|linked| {
            let rows = self
                .members
                .iter()
                .filter(|m| m.linked == self.linked[*linked].id);
            let mut rows = rows.map(|m| &self.rows[index_of(m.copy.0)]);
            holds(Law::MeetByKey)
                && self.linked[*linked].alive
                && rows.any(|there| !there.projected && there.copy.local.uid == *uid)
                && self.has_room(*linked, place)
        })
    }

    /// Whether a linked event has no copy of a person's at a place.
    pub(super) fn has_room(&self, linked: usize, place: usize) -> bool {
        self.member_at(linked, place)
            .is_none_or(|m| self.rows[index_of(self.members[m].copy.0)].projected)
    }

    fn begin(&mut self, row: usize) -> usize {
        let place = self.places[self.place(row)].clone();
        let id = LinkedId(Uuid::from_u128(u128::try_from(self.linked.len()).unwrap()));
        let (linked, member) = rules::begin(id, LINK, &self.rows[row].copy, place.role, place.mask);
        self.linked.push(linked);
        self.members.push(member);
        index_of(id.0)
    }

    /// The unlinked living copy at `place` of the same event as `row`.
    pub(super) fn twin(&self, row: usize, place: usize) -> Option<usize> {
        let uid = &self.rows[row].copy.local.uid;
        (0..self.rows.len()).find(|twin| {
            let there = &self.rows[*twin];
            holds(Law::MeetByKey)
                && self.place(*twin) == place
                && there.copy.alive
                && !there.projected
                && there.copy.local.uid == *uid
                && self.members_of(*twin).is_empty()
        })
    }

    pub(super) fn join(&mut self, linked: usize, row: usize, cause: &Cause) {
        let place = self.places[self.place(row)].clone();
        let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
        let (member, losers) = rules::attach(value, copy, place.role, place.mask, &along(cause));
        self.conflicts.extend(losers);
        // Making a link is no edit: a deletion that did not know of it takes along even what won (R8).
        self.met.push(value.value.clone());
        self.members.push(member);
    }

    /// L8: the link is made; events that match are joined, the others projected. Sources first.
    pub fn link(&mut self) {
        self.linking = true;
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|place| self.places[*place].role != Role::Source);
        let begun = self.linked.len();
        for place in order {
            for row in 0..self.rows.len() {
                if self.place(row) != place || !self.rows[row].copy.alive || self.is_mirror(row) {
                    continue;
                }
                let uid = &self.rows[row].copy.local.uid;
                let matched = (begun..self.linked.len()).find(|linked| {
                    let origin = index_of(self.linked[*linked].origin.0);
                    holds(Law::MeetByKey)
                        && self.rows[origin].copy.local.uid == *uid
                        && self.member_at(*linked, place).is_none()
                });
                let cause = self.cause(CauseKind::Config, place, None);
                match matched {
                    Some(linked) => self.join(linked, row, &cause),
                    None if self.places[place].role != Role::Target => drop(self.begin(row)),
                    None => {}
                }
            }
        }
        for linked in begun..self.linked.len() {
            let origin = index_of(self.linked[linked].origin.0);
            let cause = self.cause(CauseKind::Config, self.place(origin), None);
            self.outward(linked, None, &cause);
        }
    }

    /// The member of a linked event at a place, by index.
    pub fn member_at(&self, linked: usize, place: usize) -> Option<usize> {
        let id = self.linked[linked].id;
        let mut members = self.members.iter();
        members.position(|m| m.linked == id && m.calendar == calendar(place))
    }

    pub fn changed(&mut self, row: usize, cause: &Cause) {
        let members = self.members_of(row);
        if members.is_empty() {
            self.originate(row, cause);
        }
        for member in members {
            if holds(Law::OneTransaction) {
                self.inward(row, member, cause);
            } else {
                let id = self.members[member].linked;
                self.deferred.push((row, id, cause.clone()));
            }
        }
    }

    /// What was to flow later, where that is not done in the transaction of the change.
    pub fn catch_up(&mut self) {
        for (row, linked, cause) in std::mem::take(&mut self.deferred) {
            let id = self.rows[row].copy.id;
            let member = self
                .members
                .iter()
                .position(|m| m.copy == id && m.linked == linked);
            if let Some(member) = member {
                self.inward(row, member, &cause);
            }
        }
    }

    /// L6: a place has another mask from now on.
    pub fn switch_mask(&mut self, place: usize, mask: &Mask) {
        self.places[place].mask = mask.clone();
        for linked in 0..self.linked.len() {
            let cause = self.cause(CauseKind::Config, place, None);
            let member = self.member_at(linked, place);
            let moved = member.map(|member| self.remask(member, mask.clone(), &cause));
            if holds(Law::MaskAtOnce) {
                self.outward(linked, None, &cause);
                self.let_in(linked, &moved.unwrap_or_default(), &cause);
            }
        }
    }

    fn remask(&mut self, member: usize, mask: Mask, cause: &Cause) -> BTreeSet<Unit> {
        let row = index_of(self.members[member].copy.0);
        self.rows[row].unsettled |= self.rows[row].copy.base.is_none();
        let linked = index_of(self.members[member].linked.0);
        let others = self.members.iter().enumerate();
        let others =
            others.filter(|(other, m)| *other != member && m.linked == self.members[member].linked);
        let others = others.map(|(_, m)| &self.rows[index_of(m.copy.0)]);
        let others = others.filter(|there| there.copy.alive && !there.projected);
        let others: Vec<_> = others.map(|there| there.copy.local.clone()).collect();
        let made = if self.rows[row].projected {
            Made::Mirror
        } else {
            Made::Person(&others)
        };
        let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
        let member = &mut self.members[member];
        let done = rules::remask(value, member, copy, mask, made, &along(cause));
        let mut moved = rules::inward(value, member, copy);
        self.conflicts.extend(done.conflicts);
        moved.extend(done.moved);
        moved
    }

    pub(super) fn inward(&mut self, row: usize, member: usize, cause: &Cause) {
        let linked = index_of(self.members[member].linked.0);
        let hides = self.hides(row, member);
        let (value, copy) = (&mut self.linked[linked], &self.rows[row].copy);
        let mut moved = rules::inward(value, &mut self.members[member], copy);
        if hides {
            moved.extend(rules::hide(value, &mut self.members[member], copy));
        }
        if !moved.is_empty() {
            self.outward(linked, Some(row), cause);
            self.let_in(linked, &moved, cause);
        }
    }

    /// What stands for the time: no life is long.
    pub(super) fn now(&self) -> Timestamp {
        Self::time(self.moment)
    }

    /// A moment as a time.
    pub(super) fn time(moment: u64) -> Timestamp {
        Timestamp::from_second(i64::try_from(moment).unwrap()).unwrap()
    }

    pub fn died(&mut self, row: usize, cause: &Cause) {
        let id = self.rows[row].copy.id;
        let of_copy = self.members.iter().filter(|m| m.copy == id);
        let all: Vec<LinkedId> = of_copy.map(|m| m.linked).collect();
        for linked in all.into_iter().map(|id| index_of(id.0)) {
            if self.has_moved(row, linked, cause) {
                continue;
            }
            let Some(member) = self.member_at(linked, self.place(row)) else {
                continue;
            };
            if rules::died(&mut self.linked[linked], &mut self.members[member]) {
                self.outward(linked, Some(row), cause);
            } else if !self.rows[row].projected {
                self.hide_at_last(linked, cause);
            }
        }
    }

    pub fn revived(&mut self, row: usize, restored: bool, cause: &Cause) {
        let members = self.members_of(row);
        if members.is_empty() {
            // L4: an unlinked copy that revives is linked as new.
            self.rows[row].projected = false;
            self.originate(row, cause);
        }
        for member in members {
            let linked = index_of(self.members[member].linked.0);
            let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
            let (dead, of_row) = (!value.alive, &mut self.members[member]);
            rules::revived(value, of_row, copy, restored, &along(cause));
            if self.hides(row, member) {
                let (value, copy) = (&mut self.linked[linked], &self.rows[row].copy);
                rules::hide(value, &mut self.members[member], copy);
            }
            if dead && self.lives_already(linked, cause) {
                // What was left of it is another one's now.
                return;
            }
            self.outward(linked, Some(row), cause);
        }
    }

    /// L2 and L3 to every other member, and to places that have no copy yet.
    pub(super) fn outward(&mut self, linked: usize, from: Option<usize>, cause: &Cause) {
        let mut next = VecDeque::new();
        if self.lives_again(linked) {
            self.own_events_join(linked, cause);
        }
        let home = from.map(|row| self.place(row));
        for place in 0..self.places.len() {
            let member = self.member_at(linked, place);
            let sees_less = |m: usize| rules::sees_less(&self.linked[linked], &self.members[m]);
            if Some(place) == home && !member.is_some_and(sees_less) {
                continue;
            }
            match member {
                Some(member) => {
                    let row = index_of(self.members[member].copy.0);
                    let there = &mut self.rows[row];
                    let mut cause = along(cause);
                    if Some(place) == home && holds(Law::HidingIsNoEdit) {
                        // Who turned it private has a block of it from then on; that is no edit.
                        cause.kind = CauseKind::Config;
                    }
                    let outward = if there.projected {
                        rules::outward
                    } else {
                        rules::outward_own
                    };
                    let done = outward(
                        &self.linked[linked],
                        &mut self.members[member],
                        &mut there.copy,
                        &cause,
                    );
                    if !done.is_empty() {
                        next.push_back((row, member));
                    }
                    self.conflicts.extend(done.lost);
                }
                None if self.linked[linked].alive
                    && self.places[place].role.receives()
                    && !self.places[place].away =>
                {
                    self.project(linked, place, cause);
                }
                None => {}
            }
        }
        for (row, member) in next {
            self.inward(row, member, cause);
        }
    }

    /// Whether a linked event lives again, and copies of it do not know yet.
    fn lives_again(&self, linked: usize) -> bool {
        let value = &self.linked[linked];
        let waits = |m: &Member| m.attached && !m.agreed_alive && !m.declined;
        let mut members = self.members.iter().filter(|m| m.linked == value.id);
        value.alive && members.any(waits) && holds(Law::OwnEventsJoin)
    }

    fn project(&mut self, linked: usize, place: usize, cause: &Cause) {
        let (id, Place { role, mask, .. }) = (self.next_copy(), self.places[place].clone());
        let shown = if holds(Law::MaskedOutward) {
            mask.project(&self.linked[linked].value)
        } else {
            self.linked[linked].value.clone()
        };
        let member = Member {
            linked: self.linked[linked].id,
            link: LINK,
            calendar: calendar(place),
            copy: id,
            part: Part::Whole,
            exploded: None,
            apart: BTreeSet::new(),
            role,
            mask,
            agreed: shown.clone(),
            agreed_alive: true,
            since: None,
            declined: false,
            stopped: false,
            attached: true,
        };
        let uid = format!("{}@kalends", self.name(index_of(id.0)));
        let mut copy = Copy::made_here(id, calendar(place), Event { uid, ..shown });
        copy.life_cause = Some(along(cause));
        self.members.push(member);
        self.insert(copy, true, cause);
    }
}
