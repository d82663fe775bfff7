//! What workers do between transactions: requests under way, pages read. A crash forgets all of it.

use std::collections::BTreeMap;

use sync::{
    Intent, Law, Operation, Outcome, Stamp,
    law::holds,
    replication::{Reply, Step, plan, reply, sought},
};

use super::{Known, reading::Page};
use crate::{
    provider::{Access, Object, Write},
    world::{World, say},
};

/// What a worker of one calendar remembers.
#[derive(Clone, Default)]
pub struct Worker {
    pub(crate) flights: Vec<Flight>,
    pub(crate) page: Option<Page>,
    /// Rows that wait until their calendar was read, since when.
    pub(crate) waiting: BTreeMap<usize, u64>,
    /// When what was last read to its end was asked for.
    pub(crate) read: u64,
}

impl Worker {
    /// The account was connected again: what was refused before that is tried again.
    pub fn forget_refusals(&mut self) {
        for flight in &mut self.flights {
            if let Stage::Replied(answer @ Reply::Refused(_)) = &mut flight.stage {
                *answer = Reply::NotSent;
            }
        }
    }
}

/// One write of one copy on its way, or the look that follows it.
#[derive(Clone)]
pub(crate) struct Flight {
    pub(crate) row: usize,
    pub(crate) stamp: Stamp,
    pub(crate) stage: Stage,
}

#[derive(Clone)]
pub(crate) enum Stage {
    Ready(Write),
    Replied(Reply),
    /// Look under this id, or by stamp. What was known when that was decided.
    Look(Option<String>, Known),
    /// What was found under this id, when the feed had been read so often, and what was known when the look was decided.
    Found(Option<Object>, String, u64, Known),
}

/// What becomes of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    /// Nothing comes of it, and nobody knows.
    Lost,
    /// It is executed some time after it was given up.
    Late,
    NotSent,
    ReplyLost,
    /// It is answered without what was stored, where versions have no order.
    Unread,
}

/// Each so many times in a hundred.
const FATES: [(usize, Fate); 6] = [
    (55, Fate::Answered),
    (8, Fate::Lost),
    (8, Fate::Late),
    (6, Fate::NotSent),
    (10, Fate::ReplyLost),
    (13, Fate::Unread),
];

impl World {
    /// Drops everything that is not committed. What was to be sent may still arrive: the socket had it.
    pub fn crash(&mut self, place: usize) {
        say!(self, "{place}: crash");
        let worker = std::mem::take(&mut self.workers[place]);
        self.hub.deferred.clear();
        for flight in worker.flights {
            if !holds(Law::IntentFirst) && !matches!(flight.stage, Stage::Look(..)) {
                self.hub.intents.retain(|i| i.stamp != flight.stamp);
            }
            if let Stage::Ready(write) = flight.stage
                && self.rng.either(30)
            {
                self.providers[place].late.push(write);
            }
        }
    }

    /// Whether a copy has nothing under way.
    pub fn is_idle(&self, row: usize) -> bool {
        if !holds(Law::OneAtATime) {
            return true;
        }
        let worker = &self.workers[self.hub.place(row)];
        worker.flights.iter().all(|flight| flight.row != row)
    }

    /// Whether the workers remember nothing.
    pub fn is_at_rest(&self) -> bool {
        (0..self.workers.len()).all(|place| self.is_at_rest_at(place))
    }

    /// Whether the worker of this calendar remembers nothing.
    pub fn is_at_rest_at(&self, place: usize) -> bool {
        let worker = &self.workers[place];
        worker.flights.is_empty() && worker.page.is_none()
    }

    /// Plans for a copy of this calendar, and persists the intent.
    pub fn push(&mut self, place: usize) {
        let rows: Vec<usize> = (0..self.hub.rows.len())
            .filter(|row| self.hub.place(*row) == place && self.is_idle(*row))
            .collect();
        if let Some(row) = self.rng.pick(&rows) {
            self.push_row(row);
        }
    }

    /// Plans for one copy; whether there was something to do.
    pub fn push_row(&mut self, row: usize) -> bool {
        let place = self.hub.place(row);
        if !self.providers[place].is_ordered() && self.workers[place].page.is_some() {
            return true;
        }
        let intents = self.hub.unfinished(row);
        let step = plan(&self.hub.rows[row].copy, &intents);
        if step == Step::Nothing {
            return false;
        }
        if matches!(step, Step::Create { .. }) && self.waits_for_reading(place, row) {
            return true;
        }
        let flight = if let Step::Look { intent } = step {
            let open = &intents[intent];
            let (id, stamp) = (sought(&self.hub.rows[row].copy, open), open.stamp);
            say!(self, "{place}: looks for copy {row} ({:?})", open.operation);
            Flight {
                row,
                stamp,
                stage: Stage::Look(id, self.known(row, stamp)),
            }
        } else {
            let (intent, write) = self.intend(row, step);
            say!(
                self,
                "{place}: intends for copy {row}: {}",
                described(&write)
            );
            self.overhear(place, &write);
            self.note_leak(row, &write);
            self.note_scrub(row, &write);
            self.note_removal(row, &write);
            let stamp = intent.stamp;
            self.hub.intents.push(intent);
            Flight {
                row,
                stamp,
                stage: Stage::Ready(write),
            }
        };
        self.workers[place].flights.push(flight);
        true
    }

    /// I9: as long as nobody has deleted or moved anything, nothing is removed but second objects.
    fn note_removal(&mut self, row: usize, write: &Write) {
        let second = self.hub.rows[row].copy.heir.is_some();
        if matches!(write, Write::Delete { .. })
            && !second
            && !self.ledger.deletions
            && self.other.is_none()
        {
            let removed = format!("I9: copy {row} is removed, and nobody has deleted anything");
            self.leak.get_or_insert(removed);
        }
    }

    /// I5: what is sent to a calendar holds nothing that its mask hides, but for what was there already.
    fn note_leak(&mut self, row: usize, write: &Write) {
        let place = self.hub.place(row);
        if self.hub.places[place].away {
            // Nothing is projected there at present; it is scrubbed when it comes back.
            return;
        }
        let found = match write {
            Write::Create { body, .. } if self.hub.rows[row].projected => {
                self.hidden_in(row, body, None)
            }
            Write::Update { .. } if self.hub.rows[row].unsettled => None,
            Write::Update { body, previous, .. } => self.hidden_in(row, body, Some(previous)),
            Write::Create { .. } | Write::Delete { .. } => None,
        };
        if let Some((slot, number)) = found {
            let leak = format!("I5: {slot:?} {number} leaked to {place}");
            self.leak.get_or_insert(leak);
        }
    }

    fn intend(&mut self, row: usize, step: Step) -> (Intent, Write) {
        let (stamp, at) = (self.hub.stamp(row), self.now());
        let place = self.hub.place(row);
        let copy = self.hub.rows[row].copy.clone();
        let mut intent = Intent {
            stamp,
            copy: copy.id,
            operation: Operation::Delete,
            generation: copy.generation,
            remote_id: None,
            version: None,
            body: None,
            local: None,
            feed: self.hub.feeds[place],
            causes: copy.causes,
            life_cause: copy.life_cause,
            in_parts: false,
            at,
            outcome: Outcome::Open,
        };
        let write = match step {
            Step::Create { body, generation } => {
                let id = self.chosen_id(row, generation, stamp);
                intent.operation = Operation::Create;
                intent.remote_id.clone_from(&id);
                (intent.body, intent.local) = (Some((*body).clone()), Some(copy.local));
                Write::Create {
                    id,
                    attempt: format!("{}-{generation}", self.hub.name(row)),
                    stamp,
                    body: *body,
                }
            }
            Step::Update {
                id,
                version,
                previous,
                body,
            } => {
                intent.operation = Operation::Update;
                (intent.remote_id, intent.version) = (Some(id.clone()), Some(version.clone()));
                (intent.body, intent.local) = (Some((*body).clone()), Some(copy.local));
                Write::Update {
                    id,
                    tag: if_match(version.tag, Law::ConditionalUpdates),
                    stamp,
                    previous: *previous,
                    body: *body,
                }
            }
            Step::Delete { id, version } => {
                (intent.remote_id, intent.version) = (Some(id.clone()), Some(version.clone()));
                Write::Delete {
                    id,
                    tag: if_match(version.tag, Law::ConditionalDeletes),
                }
            }
            Step::Nothing | Step::Look { .. } => unreachable!("not a write"),
        };
        (intent, write)
    }

    /// The id that a new event gets where we may choose.
    fn chosen_id(&self, row: usize, generation: u32, stamp: Stamp) -> Option<String> {
        let name = if holds(Law::IdsAreChosen) {
            self.hub.name(row)
        } else {
            format!("{}-{stamp}", self.hub.name(row))
        };
        let generation = if holds(Law::GenerationInId) {
            generation
        } else {
            0
        };
        self.providers[self.hub.place(row)].choose_id(&name, generation)
    }

    /// Brings one write one step further.
    pub fn advance(&mut self, place: usize) {
        let count = self.workers[place].flights.len();
        if count == 0 {
            return;
        }
        let index = self.rng.below(count);
        let mut flight = self.workers[place].flights.swap_remove(index);
        let known = self.known(flight.row, flight.stamp);
        let next = match flight.stage {
            Stage::Ready(write) => Some(Stage::Replied(self.send(place, write))),
            // Later; the intent stays open.
            Stage::Look(..) if self.providers[place].access == Access::Revoked => None,
            Stage::Replied(answer) => self.replied(flight.row, flight.stamp, answer),
            Stage::Look(id, known) => {
                let found = self.look(place, id.as_deref(), flight.stamp);
                let found = self.perhaps_stale(place, found);
                let feed = self.hub.feeds[place];
                Some(Stage::Found(found, id.unwrap_or_default(), feed, known))
            }
            // Somebody else, who had the lease before, has heard what became of it meanwhile.
            Stage::Found(.., ref before) if known != *before && holds(Law::OvertakenLook) => None,
            // The feed went past what was found: it may be older than what that has told.
            Stage::Found(_, id, feed, _)
                if feed != self.hub.feeds[place] && holds(Law::FreshLook) =>
            {
                Some(Stage::Look((!id.is_empty()).then_some(id), known))
            }
            Stage::Found(found, id, ..) => {
                let seen = self.hub.observation(found.as_ref(), &id);
                say!(
                    self,
                    "{place}: copy {} found {} live={}",
                    flight.row,
                    seen.remote_id,
                    seen.body.is_some()
                );
                self.hub.looked(flight.row, flight.stamp, &seen);
                None
            }
        };
        if let Some(stage) = next {
            flight.stage = stage;
            self.workers[place].flights.push(flight);
        }
    }

    /// A read may be answered by a server that lags behind. Where versions have no order nobody could tell.
    fn perhaps_stale(&mut self, place: usize, found: Option<Object>) -> Option<Object> {
        let ordered = self.providers[place].is_ordered();
        let found = found?;
        if found.live && ordered && self.faults && self.rng.accident(10) {
            let before = found.before.clone().filter(|before| before.live);
            return Some(before.map_or(found, |before| *before));
        }
        Some(found)
    }

    pub(crate) fn send(&mut self, place: usize, write: Write) -> Reply {
        match self.providers[place].access {
            Access::Full => {}
            Access::ReadOnly => return Reply::Refused("read-only".to_owned()),
            Access::Revoked => return Reply::NotSent,
        }
        let now = self.now();
        let fate = if self.faults {
            self.rng.fate(&FATES)
        } else {
            Fate::Answered
        };
        let what = described(&write);
        let answer = match fate {
            Fate::Lost => Reply::Unknown,
            Fate::Late => {
                self.providers[place].late.push(write);
                Reply::Unknown
            }
            Fate::NotSent => Reply::NotSent,
            Fate::ReplyLost => {
                self.providers[place].execute(write, now);
                say!(self, "{place}: executes {what}, reply lost");
                return Reply::Unknown;
            }
            Fate::Unread | Fate::Answered => {
                let answer = self.providers[place].execute(write, now);
                let ordered = self.providers[place].is_ordered();
                match answer {
                    Reply::Stored { .. } if !ordered && fate == Fate::Unread => Reply::StoredUnread,
                    answer => answer,
                }
            }
        };
        say!(self, "{place}: {what}: {}", named(&answer));
        answer
    }

    fn replied(&mut self, row: usize, stamp: Stamp, answer: Reply) -> Option<Stage> {
        let place = self.hub.place(row);
        let intents = &self.hub.intents;
        let intent = intents.iter().find(|i| i.stamp == stamp).unwrap().clone();
        let id = match &answer {
            Reply::Stored { id, .. } => Some(id.clone()),
            _ => intent.remote_id.clone(),
        };
        say!(self, "{place}: copy {row} gets {}", named(&answer));
        self.hub.touch(place, id.as_deref());
        let copy = &mut self.hub.rows[row].copy;
        let settled = reply(copy, &intent, answer, self.hub.feeds[place]);
        self.hub.settle(stamp, settled.outcome);
        let known = self.known(row, stamp);
        settled.look.then_some(Stage::Look(id, known))
    }

    /// A request arrives that everybody had given up.
    pub fn deliver_late(&mut self, place: usize) {
        let count = self.providers[place].late.len();
        if count == 0 {
            return;
        }
        let index = self.rng.below(count);
        let write = self.providers[place].late.swap_remove(index);
        let (what, now) = (described(&write), self.now());
        let answer = self.providers[place].execute(write, now);
        say!(self, "{place}: late {what}: {}", named(&answer));
    }
}

/// The condition of a write; none where the law is taken away.
fn if_match(tag: String, law: Law) -> String {
    if holds(law) { tag } else { "*".to_owned() }
}

fn described(write: &Write) -> String {
    match write {
        Write::Create { id, .. } => format!("create {id:?}"),
        Write::Update {
            id,
            tag,
            previous,
            body,
            ..
        } => {
            format!(
                "update {id} if {tag}: {:?}",
                calendar::unit::diff(previous, body)
            )
        }
        Write::Delete { id, tag } => format!("delete {id} if {tag}"),
    }
}

fn named(answer: &Reply) -> String {
    match answer {
        Reply::Stored { id, version, .. } => format!("stored {id} as {}", version.tag),
        answer => format!("{answer:?}"),
    }
}
