//! The world: providers, a hub, people and accidents, all driven by one source of chance.

use calendar::{Event, Override};
use jiff::Timestamp;
use sync::{Mask, MaskKind, Policy, Role};

use crate::{
    hub::{Hub, Place},
    ledger::{Edit, Ledger},
    provider::{Kind, Provider, Rewriting},
    rng::Rng,
    slots::{SLOTS, Slot, occurrence, when},
    worker::Worker,
};

/// Says what happens, if anybody listens.
macro_rules! say {
    ($world:expr, $($arg:tt)*) => {
        if let Some(trace) = &mut $world.trace {
            trace.push(format!($($arg)*));
        }
    };
}
pub(crate) use say;

pub struct World {
    pub rng: Rng,
    pub hub: Hub,
    pub providers: Vec<Provider>,
    pub workers: Vec<Worker>,
    pub ledger: Ledger,
    /// Whether requests get lost.
    pub faults: bool,
    pub trace: Option<Vec<String>>,
    pub seconds: i64,
}

/// How the calendars of this world are linked.
fn places(rng: &mut Rng) -> Vec<Place> {
    let place = |role, mask| Place {
        role,
        mask,
        away: false,
    };
    let all = Mask::everything;
    let fields = |units: &[Slot]| Mask {
        kind: MaskKind::Fields(units.iter().map(|slot| slot.unit()).collect()),
        title: None,
        show_private: false,
    };
    match rng.below(8) {
        0 => vec![place(Role::Both, all()), place(Role::Both, all())],
        1 => vec![
            place(Role::Source, all()),
            place(Role::Target, Mask::busy("Busy")),
        ],
        2 => vec![
            place(Role::Source, all()),
            place(Role::Target, fields(&[Slot::Title])),
            place(Role::Target, all()),
        ],
        3 => vec![
            place(Role::Both, all()),
            place(Role::Both, fields(&[Slot::Title, Slot::Place])),
        ],
        4 => vec![
            place(Role::Both, all()),
            place(Role::Both, all()),
            place(Role::Target, Mask::busy("Away")),
        ],
        5 => vec![
            place(Role::Source, all()),
            place(Role::Source, all()),
            place(Role::Target, fields(&[Slot::Title])),
        ],
        _ => vec![
            place(Role::Both, all()),
            place(Role::Both, all()),
            place(Role::Both, all()),
        ],
    }
}

impl World {
    pub fn new(seed: u64, listen: bool) -> Self {
        let mut rng = Rng::new(seed);
        let places = places(&mut rng);
        let mut providers = Vec::new();
        let mut workers = Vec::new();
        for _ in &places {
            let (kind, rewriting) = match rng.below(3) {
                0 => (Kind::Google, Rewriting::Trim),
                1 => (Kind::Graph, Rewriting::Html),
                _ if rng.chance(30) => (Kind::CalDav, Rewriting::Trim),
                _ => (Kind::CalDav, Rewriting::None),
            };
            providers.push(Provider::new(kind, rewriting));
            workers.push(Worker::default());
        }
        let mut world = Self {
            rng,
            hub: Hub::new(places),
            providers,
            workers,
            ledger: Ledger::default(),
            faults: true,
            trace: listen.then(Vec::new),
            seconds: 1_790_000_000,
        };
        if world.rng.chance(15) {
            world.hub.policy = Policy::Ask;
        }
        world.begin();
        world
    }

    fn begin(&mut self) {
        for place in 0..self.providers.len() {
            let (kind, how) = (self.providers[place].kind, self.hub.places[place].clone());
            say!(self, "{place}: {kind:?} {:?} {:?}", how.role, how.mask.kind);
        }
        if self.rng.chance(60) {
            self.hub.link();
            return;
        }
        // Calendars that hold the same invitation before they are linked.
        for _ in 0..=self.rng.below(2) {
            let event = self.new_event(0);
            // Written by nobody here.
            self.ledger.edits.clear();
            for place in 0..self.providers.len() {
                let now = self.now();
                let id = self.providers[place].put(None, event.clone(), None, now);
                say!(self, "{place}: has {id}");
            }
        }
        // A link is made between calendars that were read.
        for place in 0..self.providers.len() {
            self.fetch(place);
            self.commit_page(place);
            self.commit_page(place);
        }
    }

    pub fn now(&mut self) -> Timestamp {
        // Providers' clocks tick in whole seconds, and so ties happen.
        if self.rng.chance(70) {
            self.seconds += 1;
        }
        Timestamp::from_second(self.seconds).unwrap()
    }

    /// One thing happens.
    pub fn step(&mut self) {
        let place = self.rng.below(self.providers.len());
        match self.rng.below(100) {
            0..12 => self.edit_there(place),
            12..16 => self.create_there(place),
            16..20 => self.delete_there(place),
            20..22 => self.restore_there(place),
            22..23 => self.copy_there(place),
            23..30 => self.edit_here(place),
            30..32 => self.create_here(place),
            32..35 => self.delete_here(place),
            35..45 => self.fetch(place),
            45..55 => self.commit_page(place),
            55..70 => self.push(place),
            70..92 => self.advance(place),
            92..95 => self.crash(place),
            95..98 => self.deliver_late(place),
            98 => {
                say!(self, "{place}: cursor invalid");
                self.hub.cursors[place] = None;
            }
            _ if !self.hub.linking => self.link(),
            _ if self.hub.places[place].away => {
                say!(self, "{place}: comes back to the link");
                self.hub.come_back(place);
            }
            _ => {
                say!(self, "{place}: leaves the link");
                self.hub.leave(place);
            }
        }
    }

    /// A person makes the link.
    pub fn link(&mut self) {
        if self.hub.linking {
            return;
        }
        say!(self, "link made");
        // What is deleted here but not yet there is not linked; if it comes back, it comes as another event.
        let dead = self.hub.rows.iter().filter(|row| !row.copy.alive);
        let marks = dead.flat_map(|row| row.copy.local.categories.clone());
        self.ledger.restored.extend(marks);
        self.hub.link();
    }

    fn is_source(&self, place: usize) -> bool {
        self.hub.places[place].role == Role::Source
    }

    fn new_event(&mut self, place: usize) -> Event {
        let number = self.ledger.number();
        let mark = self.ledger.mark();
        let mut event = Event::new(format!("uid-{mark}"), when(number));
        self.note(place, Slot::When, number, None);
        event.categories.insert(mark);
        for slot in [Slot::Title, Slot::Line(0)] {
            let number = self.ledger.number();
            slot.write(&mut event, number);
            self.note(place, slot, number, None);
        }
        event
    }

    /// Whether the slot's content at this place is hidden from, or hidden by, the rest of the link.
    pub fn covered(&self, place: usize, slot: Slot) -> bool {
        let unit = match slot {
            Slot::Occurrence(_) => calendar::Unit::Title,
            slot => slot.unit(),
        };
        self.hub.places[place]
            .mask
            .covers(&unit, calendar::Privacy::Public)
    }

    fn note(&mut self, place: usize, slot: Slot, number: u32, replaced: Option<u32>) {
        let covered = self.covered(place, slot);
        let target = self.hub.places[place].role == Role::Target;
        self.ledger.edits.push(Edit {
            number,
            slot,
            replaced,
            place,
            own: covered || target,
            // An occurrence is one unit: what is hidden of it goes with what is shown.
            passing: match slot {
                Slot::Occurrence(_) => target || covered,
                _ => target && !covered,
            },
        });
    }

    /// A person edits one slot.
    fn edited(&mut self, place: usize, body: &mut Event) -> String {
        let slot = self.rng.pick(&SLOTS).unwrap();
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
            self.note(place, slot, number, seen);
            let edit = self.ledger.edits.last_mut().unwrap();
            edit.passing = true;
            return format!("{slot:?} cancelled or restored, was {seen:?}");
        }
        let number = self.ledger.number();
        slot.write(body, number);
        if slot.read(body) == Some(number) {
            self.note(place, slot, number, seen);
        }
        format!("{slot:?} {seen:?} -> {number}")
    }

    fn edit_there(&mut self, place: usize) {
        if let Some(id) = self.rng.pick(&self.providers[place].live()) {
            self.edit_object(place, id);
        }
    }

    pub fn edit_object(&mut self, place: usize, id: String) {
        let object = self.providers[place].objects[&id].clone();
        let mut body = object.body;
        let what = self.edited(place, &mut body);
        say!(self, "{place}: person edits {id} there: {what}");
        let now = self.now();
        self.providers[place].put(Some(id), body, object.stamp, now);
    }

    fn create_there(&mut self, place: usize) {
        let event = self.new_event(place);
        let now = self.now();
        let id = self.providers[place].put(None, event, None, now);
        say!(self, "{place}: person makes {id} there");
    }

    fn delete_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        say!(self, "{place}: person deletes {id} there");
        let body = self.providers[place].objects[&id].body.clone();
        self.deleted(place, &body);
        self.providers[place].remove(&id);
    }

    pub fn deleted(&mut self, place: usize, body: &Event) {
        self.ledger.deleted(body);
        // Whoever deletes a masked copy of a two-way link deletes what the mask hides from them, too.
        if self.hub.places[place].role == Role::Both {
            let hidden = SLOTS.into_iter().filter(|slot| self.covered(place, *slot));
            let hidden: Vec<Slot> = hidden.collect();
            self.ledger.deleted_unseen.extend(hidden);
        }
    }

    fn restore_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].dead()) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        self.ledger.restored.extend(object.body.categories.clone());
        let now = self.now();
        let id = (self.providers[place].kind != Kind::Graph).then_some(id);
        let id = self.providers[place].put(id, object.body, object.stamp, now);
        say!(self, "{place}: person restores {id} there");
    }

    fn copy_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        let object = self.providers[place].objects[&id].clone();
        let mut body = object.body;
        body.categories = [self.ledger.mark()].into();
        body.uid = format!("uid-copy-{}", self.ledger.number());
        let now = self.now();
        let copy = self.providers[place].put(None, body, object.stamp, now);
        say!(self, "{place}: person copies {id} to {copy} there");
    }

    fn living_here(&self, place: usize) -> Vec<usize> {
        let rows = 0..self.hub.rows.len();
        rows.filter(|row| self.hub.place(*row) == place && self.hub.rows[*row].copy.alive)
            .collect()
    }

    fn edit_here(&mut self, place: usize) {
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

    fn create_here(&mut self, place: usize) {
        if self.is_source(place) {
            return;
        }
        let (event, now) = (self.new_event(place), self.now());
        let row = self.hub.create(place, event, now);
        say!(self, "{place}: person makes copy {row} here");
    }

    fn delete_here(&mut self, place: usize) {
        let Some(row) = self.rng.pick(&self.living_here(place)) else {
            return;
        };
        if self.is_source(place) {
            return;
        }
        say!(self, "{place}: person deletes copy {row} here");
        let body = self.hub.rows[row].copy.local.clone();
        self.deleted(place, &body);
        let now = self.now();
        self.hub.delete(row, now);
    }
}
