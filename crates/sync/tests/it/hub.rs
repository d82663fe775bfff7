//! A hub of a few vectors: what the real one does in its transactions, without storage. Everything in here survives a
//! crash; what does not is in [`crate::worker`].

use std::collections::VecDeque;

use calendar::Event;
use jiff::Timestamp;
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Conflict, Copy, CopyId, Intent, LinkId, Linked,
    LinkedId, Mask, Member, Observation, Operation, Outcome, Policy, Remote, Role, Stamp,
    links as rules,
    replication::{Digest, Standing, looked, observe},
};
use uuid::Uuid;

use crate::provider::Object;

/// How a calendar takes part in the link.
#[derive(Clone, Debug)]
pub struct Place {
    pub role: Role,
    pub mask: Mask,
}

/// A copy, and whether a link made it.
pub struct Row {
    pub copy: Copy,
    pub projected: bool,
}

pub struct Hub {
    pub places: Vec<Place>,
    /// Whether the link is there yet.
    pub linking: bool,
    pub rows: Vec<Row>,
    pub intents: Vec<Intent>,
    pub linked: Vec<Linked>,
    pub members: Vec<Member>,
    pub conflicts: Vec<Conflict>,
    /// Values that met when events that were there already were linked for the first time: one of them gave way.
    pub met: Vec<Event>,
    pub cursors: Vec<Option<u64>>,
    /// How often each feed was read.
    pub feeds: Vec<u64>,
    ids: u128,
}

/// The id of the calendar at this place.
pub fn calendar(place: usize) -> CalendarId {
    CalendarId(Uuid::from_u128(u128::try_from(place).unwrap()))
}

/// The place of a calendar.
pub fn place_of(calendar: CalendarId) -> usize {
    usize::try_from(calendar.0.as_u128()).unwrap()
}

fn index_of(id: Uuid) -> usize {
    usize::try_from(id.as_u128()).unwrap()
}

const LINK: LinkId = LinkId(Uuid::from_u128(7));

impl Hub {
    pub fn new(places: Vec<Place>) -> Self {
        let count = places.len();
        Self {
            places,
            linking: false,
            rows: Vec::new(),
            intents: Vec::new(),
            linked: Vec::new(),
            members: Vec::new(),
            conflicts: Vec::new(),
            met: Vec::new(),
            cursors: vec![None; count],
            feeds: vec![0; count],
            ids: 1000,
        }
    }

    pub fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    /// A new stamp.
    pub fn stamp(&mut self) -> Stamp {
        Stamp(self.uuid())
    }

    pub fn cause(&mut self, kind: CauseKind, place: usize, modified: Option<Timestamp>) -> Cause {
        Cause {
            kind,
            from: calendar(place),
            link: None,
            change: ChangeId(self.uuid()),
            modified,
        }
    }

    fn next_copy(&self) -> CopyId {
        CopyId(Uuid::from_u128(u128::try_from(self.rows.len()).unwrap()))
    }

    pub fn place(&self, row: usize) -> usize {
        place_of(self.rows[row].copy.calendar)
    }

    /// The intents of a copy that may still arrive.
    pub fn unfinished(&self, row: usize) -> Vec<Intent> {
        let id = self.rows[row].copy.id;
        let of_copy = self.intents.iter().filter(|i| i.copy == id);
        of_copy.filter(|i| i.may_arrive()).cloned().collect()
    }

    pub fn standing(&self, row: usize) -> Standing {
        let target = self.linking && self.places[self.place(row)].role == Role::Target;
        Standing {
            target,
            policy: Policy::Newest,
        }
    }

    /// Members of a copy, by index.
    fn members_of(&self, row: usize) -> Vec<usize> {
        let id = self.rows[row].copy.id;
        let members = self.members.iter().enumerate();
        members
            .filter(|(_, m)| m.copy == id)
            .map(|(index, _)| index)
            .collect()
    }

    // What people do here.

    /// Makes an event in the hub.
    pub fn create(&mut self, place: usize, event: Event, now: Timestamp) -> usize {
        let copy = Copy::made_here(self.next_copy(), calendar(place), event);
        let cause = self.cause(CauseKind::Edit, place, Some(now));
        self.insert(copy, false, &cause)
    }

    /// Edits an event in the hub.
    pub fn edit(&mut self, row: usize, next: &Event, now: Timestamp) {
        let cause = self.cause(CauseKind::Edit, self.place(row), Some(now));
        for unit in calendar::unit::diff(&self.rows[row].copy.local, next) {
            self.rows[row].copy.set(&unit, next, &cause);
        }
        self.changed(row, &cause);
    }

    /// Deletes an event in the hub.
    pub fn delete(&mut self, row: usize, now: Timestamp) {
        let cause = self.cause(CauseKind::Edit, self.place(row), Some(now));
        self.rows[row].copy.alive = false;
        self.rows[row].copy.life_cause = Some(cause.clone());
        self.died(row, &cause);
    }

    // What is seen at providers.

    /// The copy that a sighting is about.
    fn row_of(&self, place: usize, id: &str, stamp: Option<Stamp>) -> Option<usize> {
        let here = || {
            let rows = self.rows.iter().enumerate();
            rows.filter(|(_, row)| row.copy.calendar == calendar(place))
        };
        let live =
            |row: &Row| matches!(&row.copy.remote, Remote::Live { id: there, .. } if there == id);
        if let Some((index, _)) = here().find(|(_, row)| live(row)) {
            return Some(index);
        }
        let made = self.intents.iter().find(|i| {
            i.operation == Operation::Create
                && i.may_arrive()
                && (stamp == Some(i.stamp) || i.remote_id.as_deref() == Some(id))
                && i.remote_id.as_deref().is_none_or(|chosen| chosen == id)
                && place_of(self.rows[index_of(i.copy.0)].copy.calendar) == place
        });
        if let Some(create) = made {
            return Some(index_of(create.copy.0));
        }
        here()
            .find(|(_, row)| row.copy.remote.id() == Some(id))
            .map(|(index, _)| index)
    }

    /// Digests one item of a feed.
    pub fn sighted(&mut self, place: usize, object: &Object) {
        let seen = self.observation(Some(object), &object.id);
        match self.row_of(place, &object.id, object.stamp.filter(|_| object.live)) {
            Some(row) => self.observe(row, &seen),
            None if object.live => {
                let copy = Copy::made_there(
                    self.next_copy(),
                    calendar(place),
                    object.id.clone(),
                    object.version.clone(),
                    object.body.clone(),
                );
                let cause = self.cause(CauseKind::Flow, place, seen.modified);
                self.insert(copy, false, &cause);
            }
            None => {}
        }
    }

    /// A sighting of what a read found under an id.
    pub fn observation(&mut self, object: Option<&Object>, id: &str) -> Observation {
        let live = object.filter(|o| o.live);
        Observation {
            change: ChangeId(self.uuid()),
            remote_id: live.map_or(id, |o| &o.id).to_owned(),
            version: live.map(|o| o.version.clone()),
            body: live.map(|o| o.body.clone()),
            stamp: live.and_then(|o| o.stamp),
            modified: object.map(|o| o.modified),
        }
    }

    /// R4–R9.
    pub fn observe(&mut self, row: usize, seen: &Observation) {
        let (intents, standing) = (self.unfinished(row), self.standing(row));
        let gone = !matches!(self.rows[row].copy.remote, Remote::Live { .. });
        let digest = observe(&mut self.rows[row].copy, &intents, seen, standing);
        self.digest(row, gone, digest, seen);
    }

    /// R10: a look after an unknown outcome.
    pub fn looked(&mut self, row: usize, stamp: Stamp, seen: &Observation) {
        let (intents, standing) = (self.unfinished(row), self.standing(row));
        let Some(index) = intents.iter().position(|i| i.stamp == stamp) else {
            return self.observe(row, seen);
        };
        let gone = !matches!(self.rows[row].copy.remote, Remote::Live { .. });
        let digest = looked(&mut self.rows[row].copy, &intents, index, seen, standing);
        self.digest(row, gone, digest, seen);
    }

    fn digest(&mut self, row: usize, gone: bool, digest: Digest, seen: &Observation) {
        for (stamp, outcome) in digest.settled {
            self.settle(stamp, outcome);
        }
        self.conflicts.extend(digest.conflicts);
        let place = self.place(row);
        let cause = self.cause(CauseKind::Flow, place, seen.modified);
        if digest.surplus
            && let (Some(version), Some(body)) = (&seen.version, &seen.body)
        {
            // A dead copy of its own, so that the planner removes it even after a crash.
            let (id, calendar) = (self.next_copy(), calendar(place));
            let (version, body) = (version.clone(), body.clone());
            let mut copy = Copy::made_there(id, calendar, seen.remote_id.clone(), version, body);
            copy.alive = false;
            self.rows.push(Row {
                copy,
                projected: true,
            });
        }
        if digest.revived {
            self.revived(row, gone, &cause);
        } else if digest.died {
            self.died(row, &cause);
        } else if !digest.taken.is_empty() {
            self.changed(row, &cause);
        }
    }

    /// Notes the outcome of an intent.
    pub fn settle(&mut self, stamp: Stamp, outcome: Outcome) {
        let intent = self.intents.iter_mut().find(|i| i.stamp == stamp);
        intent.unwrap().outcome = outcome;
    }

    // What follows along the link.

    fn insert(&mut self, copy: Copy, projected: bool, cause: &Cause) -> usize {
        self.rows.push(Row { copy, projected });
        let row = self.rows.len() - 1;
        if !projected {
            self.originate(row, cause);
        }
        row
    }

    fn originate(&mut self, row: usize, cause: &Cause) {
        let place = self.place(row);
        if !self.linking || self.rows[row].projected || !self.rows[row].copy.alive {
            return;
        }
        if let Some(linked) = self.linked_twin(row) {
            if let Some(mirror) = self.member_at(linked, place) {
                // The mirror gives way to the event that it mirrors.
                let mirror = index_of(self.members.remove(mirror).copy.0);
                let copy = &mut self.rows[mirror].copy;
                self.met.push(copy.local.clone());
                copy.alive = false;
                copy.life_cause = Some(cause.clone());
            }
            self.join(linked, row, cause);
            self.outward(linked, row, cause);
            return;
        }
        if self.places[place].role == Role::Target {
            return;
        }
        let linked = self.begin(row);
        for other in (0..self.places.len()).filter(|other| *other != place) {
            if let Some(twin) = self.twin(row, other) {
                self.join(linked, twin, cause);
            }
        }
        self.outward(linked, row, cause);
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
            self.linked[*linked].alive
                && rows.any(|there| !there.projected && there.copy.local.uid == *uid)
                && self
                    .member_at(*linked, place)
                    .is_none_or(|m| self.rows[index_of(self.members[m].copy.0)].projected)
        })
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
    fn twin(&self, row: usize, place: usize) -> Option<usize> {
        let uid = &self.rows[row].copy.local.uid;
        (0..self.rows.len()).find(|twin| {
            let there = &self.rows[*twin];
            self.place(*twin) == place
                && there.copy.alive
                && !there.projected
                && there.copy.local.uid == *uid
                && self.members_of(*twin).is_empty()
        })
    }

    fn join(&mut self, linked: usize, row: usize, cause: &Cause) {
        let place = self.places[self.place(row)].clone();
        let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
        self.met.extend([value.value.clone(), copy.local.clone()]);
        let member = rules::attach(value, copy, place.role, place.mask, cause);
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
                if self.place(row) != place
                    || !self.rows[row].copy.alive
                    || self.rows[row].projected
                {
                    continue;
                }
                let uid = &self.rows[row].copy.local.uid;
                let matched = (begun..self.linked.len()).find(|linked| {
                    let origin = index_of(self.linked[*linked].origin.0);
                    self.rows[origin].copy.local.uid == *uid
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
            self.outward(linked, origin, &cause);
        }
    }

    /// The member of a linked event at a place, by index.
    pub fn member_at(&self, linked: usize, place: usize) -> Option<usize> {
        let id = self.linked[linked].id;
        let mut members = self.members.iter();
        members.position(|m| m.linked == id && m.calendar == calendar(place))
    }

    fn changed(&mut self, row: usize, cause: &Cause) {
        let members = self.members_of(row);
        if members.is_empty() {
            self.originate(row, cause);
        }
        for member in members {
            self.inward(row, member, cause);
        }
    }

    fn inward(&mut self, row: usize, member: usize, cause: &Cause) {
        let linked = index_of(self.members[member].linked.0);
        let (value, copy) = (&mut self.linked[linked], &self.rows[row].copy);
        let moved = rules::inward(value, &mut self.members[member], copy);
        if !moved.is_empty() {
            self.outward(linked, row, cause);
        }
    }

    fn died(&mut self, row: usize, cause: &Cause) {
        for member in self.members_of(row) {
            let linked = index_of(self.members[member].linked.0);
            if rules::died(&mut self.linked[linked], &mut self.members[member]) {
                self.outward(linked, row, cause);
            }
        }
    }

    fn revived(&mut self, row: usize, restored: bool, cause: &Cause) {
        let members = self.members_of(row);
        if members.is_empty() {
            // L4: an unlinked copy that revives is linked as new.
            self.originate(row, cause);
        }
        for member in members {
            let linked = index_of(self.members[member].linked.0);
            let (value, copy) = (&mut self.linked[linked], &mut self.rows[row].copy);
            rules::revived(value, &mut self.members[member], copy, restored, cause);
            self.outward(linked, row, cause);
        }
    }

    /// L2 and L3 to every other member, and to places that have no copy yet.
    fn outward(&mut self, linked: usize, from: usize, cause: &Cause) {
        let mut next = VecDeque::new();
        let home = self.place(from);
        for place in (0..self.places.len()).filter(|place| *place != home) {
            match self.member_at(linked, place) {
                Some(member) => {
                    let row = index_of(self.members[member].copy.0);
                    let copy = &mut self.rows[row].copy;
                    let done = rules::outward(
                        &self.linked[linked],
                        &mut self.members[member],
                        copy,
                        cause,
                    );
                    if !done.is_empty() {
                        next.push_back((row, member));
                    }
                }
                None if self.linked[linked].alive && self.places[place].role.receives() => {
                    self.project(linked, place, cause);
                }
                None => {}
            }
        }
        for (row, member) in next {
            self.inward(row, member, cause);
        }
    }

    fn project(&mut self, linked: usize, place: usize, cause: &Cause) {
        let (id, Place { role, mask }) = (self.next_copy(), self.places[place].clone());
        let shown = mask.project(&self.linked[linked].value);
        let member = Member {
            linked: self.linked[linked].id,
            link: LINK,
            calendar: calendar(place),
            copy: id,
            role,
            mask,
            agreed: shown.clone(),
            agreed_alive: true,
            declined: false,
            attached: true,
        };
        let uid = format!("{id}@kalends");
        let mut copy = Copy::made_here(id, calendar(place), Event { uid, ..shown });
        copy.life_cause = Some(cause.clone());
        self.members.push(member);
        self.insert(copy, true, cause);
    }
}
