//! A hub of a few vectors: what the real one does in its transactions, without storage. Everything in here survives a
//! crash; what does not is in [`super::Worker`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use calendar::Event;
use jiff::Timestamp;
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Conflict, Copy, CopyId, Intent, Law, LinkId, Linked,
    LinkedId, Mask, Member, Observation, Operation, Outcome, Policy, Remote, Role, Ruling, Stamp,
    law::holds,
    replication::{Digest, Standing, decide, hand_over, is_answered, looked, observe},
};
use uuid::Uuid;

use crate::{provider::Object, slots::numbers};

/// How a calendar takes part in the link.
#[derive(Clone, Debug)]
pub struct Place {
    pub role: Role,
    pub mask: Mask,
    /// It has left the link for a while (L7).
    pub away: bool,
}

/// A copy, and whether a link made it.
#[derive(Clone)]
pub struct Row {
    pub copy: Copy,
    pub projected: bool,
    /// Its first write was not through when the mask became narrower: what came along the link before cannot be told
    /// from what was there.
    pub unsettled: bool,
}

#[derive(Clone)]
pub struct Hub {
    pub places: Vec<Place>,
    pub policy: Policy,
    /// Whether the link is there yet.
    pub linking: bool,
    pub rows: Vec<Row>,
    pub intents: Vec<Intent>,
    pub linked: Vec<Linked>,
    pub members: Vec<Member>,
    pub conflicts: Vec<Conflict>,
    /// Values that won when events were linked for the first time.
    pub met: Vec<Event>,
    pub cursors: Vec<Option<u64>>,
    /// How often each feed was read.
    pub feeds: Vec<u64>,
    /// The moment when each was last read to its end.
    pub reads: Vec<Option<u64>>,
    /// Numbers that were merged at a place into one unit with what was written there: they are told apart no more.
    pub merged: BTreeSet<(usize, u32)>,
    /// Changes that have not flowed yet; only where a law was taken away.
    pub deferred: Vec<(usize, LinkedId, Cause)>,
    /// Counts what was heard from providers.
    pub moment: u64,
    /// Rows that were written since their calendar was last read, and when.
    pub(crate) written: BTreeMap<usize, u64>,
    /// When something was last heard of what is under an id.
    pub(crate) heard: HashMap<(usize, String), u64>,
    /// How its names begin: of two installations for the same calendars each has its own.
    pub(crate) letter: char,
    pub(crate) ids: u128,
}

/// The only link.
pub const LINK: LinkId = LinkId(Uuid::from_u128(7));

/// The same cause once it has come along the link.
pub fn along(cause: &Cause) -> Cause {
    Cause {
        link: Some(LINK),
        ..cause.clone()
    }
}

/// The id of the calendar at this place.
pub fn calendar(place: usize) -> CalendarId {
    CalendarId(Uuid::from_u128(u128::try_from(place).unwrap()))
}

/// The place of a calendar.
pub fn place_of(calendar: CalendarId) -> usize {
    usize::try_from(calendar.0.as_u128()).unwrap()
}

/// Where a row or linked event with this id is.
pub fn index_of(id: Uuid) -> usize {
    usize::try_from(id.as_u128()).unwrap()
}

impl Hub {
    pub fn new(places: Vec<Place>) -> Self {
        let count = places.len();
        Self {
            places,
            policy: Policy::default(),
            linking: false,
            rows: Vec::new(),
            intents: Vec::new(),
            linked: Vec::new(),
            members: Vec::new(),
            conflicts: Vec::new(),
            met: Vec::new(),
            cursors: vec![None; count],
            feeds: vec![0; count],
            reads: vec![None; count],
            merged: BTreeSet::new(),
            deferred: Vec::new(),
            moment: 0,
            written: BTreeMap::new(),
            heard: HashMap::new(),
            letter: 'c',
            ids: 1000,
        }
    }

    /// Another installation, for the same calendars.
    pub fn another(places: Vec<Place>) -> Self {
        Self {
            letter: 'd',
            ids: 1 << 40,
            ..Self::new(places)
        }
    }

    pub fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    /// A new stamp, for a write of this row.
    pub fn stamp(&mut self, row: usize) -> Stamp {
        let row = &self.rows[row];
        // Who edits another installation's mirror leaves it one: else whoever finds it takes it for an event.
        let foreign = row.copy.stamp.is_some_and(Stamp::is_of_mirror);
        let mirror = row.projected || (foreign && holds(Law::MirrorsStayMirrors));
        Stamp::new(self.uuid(), mirror)
    }

    /// What an event is called that it makes.
    pub fn name(&self, row: usize) -> String {
        format!("{}{row}", self.letter)
    }

    /// An account was connected again: what its provider refused is tried again.
    pub fn reconnect(&mut self, place: usize) {
        let here = |row: &&mut Row| place_of(row.copy.calendar) == place;
        self.rows
            .iter_mut()
            .filter(here)
            .for_each(|row| row.copy.parked = None);
    }

    pub fn cause(&mut self, kind: CauseKind, place: usize, modified: Option<Timestamp>) -> Cause {
        Cause {
            kind,
            from: calendar(place),
            link: None,
            via: Vec::new(),
            change: ChangeId(self.uuid()),
            modified,
        }
    }

    pub fn next_copy(&self) -> CopyId {
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
            policy: self.policy.clone(),
        }
    }

    /// Members of a copy, by index.
    pub fn members_of(&self, row: usize) -> Vec<usize> {
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

    /// Decides about a unit that policy «ask» holds.
    pub fn decide(&mut self, row: usize, unit: &calendar::Unit, remote: bool) {
        let copy = &mut self.rows[row].copy;
        let (Some(held), local) = (copy.held.clone(), copy.local.clone()) else {
            return;
        };
        let changed = decide(copy, unit, remote);
        self.conflicts.push(Conflict {
            unit: unit.clone(),
            base: local.clone(),
            local,
            remote: held,
            remote_won: Some(remote),
            by: Ruling::Ask,
            local_side: None,
            remote_side: None,
        });
        if changed {
            let cause = self.cause(CauseKind::Edit, self.place(row), None);
            self.changed(row, &cause);
        }
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
        let has_object = |copy: CopyId| {
            let copy = &self.rows[index_of(copy.0)].copy;
            matches!(copy.remote, Remote::Live { .. })
        };
        let made = self.intents.iter().find(|i| {
            let copy = &self.rows[index_of(i.copy.0)].copy;
            let open = i.may_arrive() && !(is_answered(copy, i) && holds(Law::AnsweredIsKnown));
            i.operation == Operation::Create
                && (i.may_arrive() || !holds(Law::StampIsNoProof))
                && (stamp == Some(i.stamp) && (open || !holds(Law::StampIsNoProof))
                    || (i.remote_id.as_deref() == Some(id) && !has_object(i.copy)))
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

    /// Digests one item of a feed. Where ids do not last, nor do UIDs.
    pub fn sighted(&mut self, place: usize, object: &Object, ids_last: bool) {
        let seen = self.observation(Some(object), &object.id);
        let known = self.row_of(place, &object.id, object.stamp.filter(|_| object.live));
        let back = || self.brought_back(place, &object.body);
        let back = known.map_or_else(|| back().filter(|_| object.live && ids_last), |_| None);
        if let Some(row) = back {
            self.turned_up(row);
        }
        match known.or(back) {
            Some(row) => self.observe(row, &seen),
            None if object.live => {
                let mut copy = Copy::made_there(
                    self.next_copy(),
                    calendar(place),
                    object.id.clone(),
                    object.version.clone(),
                    object.body.clone(),
                );
                // Not if a person copied a mirror of ours.
                let known = |stamp: &Stamp| self.intents.iter().any(|i| i.stamp == *stamp);
                let foreign = |stamp: &Stamp| stamp.is_of_mirror() && !known(stamp);
                copy.stamp = object.stamp.filter(foreign);
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

    /// Notes that something was heard of what is, or is not, under an id.
    pub fn touch(&mut self, place: usize, id: Option<&str>) {
        self.moment += 1;
        if let Some(id) = id {
            self.heard.insert((place, id.to_owned()), self.moment);
        }
    }

    /// Whether something was heard of an event after this moment.
    pub fn is_newer(&self, place: usize, id: &str, moment: u64) -> bool {
        let heard = self.heard.get(&(place, id.to_owned()));
        holds(Law::FreshPage) && heard.is_some_and(|heard| *heard > moment)
    }

    /// R4–R9.
    pub fn observe(&mut self, row: usize, seen: &Observation) {
        self.touch(self.place(row), Some(&seen.remote_id));
        let (intents, standing) = (self.unfinished(row), self.standing(row));
        let was = self.rows[row].copy.clone();
        let digest = observe(&mut self.rows[row].copy, &intents, seen, &standing);
        self.digest(row, &was, &digest, seen);
    }

    /// R10: a look after an unknown outcome.
    pub fn looked(&mut self, row: usize, stamp: Stamp, seen: &Observation) {
        let (intents, standing) = (self.unfinished(row), self.standing(row));
        // A stamp alone proves nothing: people copy events with it.
        let other = self.row_of(self.place(row), &seen.remote_id, None);
        if other.is_some_and(|other| other != row) && holds(Law::OthersAreNotFound) {
            let nothing = self.observation(None, "");
            return self.looked(row, stamp, &nothing);
        }
        let Some(index) = intents.iter().position(|i| i.stamp == stamp) else {
            return self.observe(row, seen);
        };
        self.touch(self.place(row), Some(&seen.remote_id));
        let was = self.rows[row].copy.clone();
        let digest = looked(&mut self.rows[row].copy, &intents, index, seen, &standing);
        self.digest(row, &was, &digest, seen);
    }

    fn digest(&mut self, row: usize, was: &Copy, digest: &Digest, seen: &Observation) {
        for (stamp, outcome) in &digest.settled {
            self.settle(*stamp, *outcome);
        }
        self.conflicts.extend(digest.conflicts.clone());
        if let Some(body) = &seen.body {
            let copy = &self.rows[row].copy;
            for unit in digest
                .taken
                .iter()
                .filter(|unit| !unit.same(&copy.local, body))
            {
                let both = numbers(&copy.local).filter(|(slot, _)| slot.unit() == *unit);
                let place = place_of(copy.calendar);
                self.merged.extend(both.map(|(_, number)| (place, number)));
            }
        }
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
            copy.heir = Some(self.rows[row].copy.id);
            self.rows.push(Row {
                copy,
                projected: true,
                unsettled: false,
            });
        }
        let gone = !matches!(was.remote, Remote::Live { .. });
        if digest.revived && self.rows[row].copy.heir.is_some() && holds(Law::HeirsTakeEdits) {
            self.hand_over(row, was, digest, seen);
        } else if digest.revived {
            self.revived(row, gone, &cause);
        } else if digest.died {
            self.died(row, &cause);
        } else if !digest.taken.is_empty() {
            self.changed(row, &cause);
        }
    }

    /// What somebody edited on a second object goes to the copy that stands for its event.
    fn hand_over(&mut self, row: usize, was: &Copy, digest: &Digest, seen: &Observation) {
        let mut heir = index_of(self.rows[row].copy.heir.unwrap().0);
        while let Some(next) = self.rows[heir].copy.heir {
            heir = index_of(next.0);
        }
        let (before, standing) = (self.rows[heir].copy.clone(), self.standing(heir));
        let [heir_row, second] = self.rows.get_disjoint_mut([heir, row]).unwrap();
        let handed = hand_over(
            &mut heir_row.copy,
            &mut second.copy,
            was,
            digest,
            seen,
            &standing,
        );
        let nothing = Observation {
            body: None,
            ..seen.clone()
        };
        self.digest(heir, &before, &handed, &nothing);
    }

    /// Notes the outcome of an intent.
    pub fn settle(&mut self, stamp: Stamp, outcome: Outcome) {
        let intent = self.intents.iter_mut().find(|i| i.stamp == stamp).unwrap();
        intent.outcome = outcome;
        if matches!(outcome, Outcome::Done | Outcome::Partly) {
            self.written.insert(index_of(intent.copy.0), self.moment);
        }
    }
}
