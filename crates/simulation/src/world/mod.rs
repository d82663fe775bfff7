//! The world: providers, a hub, people and accidents, all driven by one source of chance.

mod accidents;
pub(crate) mod casting;
mod feeds;
mod leases;
mod odd;
mod people;
mod veils;
mod watch;

use std::collections::BTreeSet;

use jiff::Timestamp;
use sync::{Mask, Policy, Stamp};

use crate::{
    ledger::Ledger,
    model::{Hub, Place, Worker},
    provider::Provider,
    rng::{Rng, mix},
    slots::{SLOTS, Slot},
};

/// Says what happens, if anybody listens.
macro_rules! say {
    ($world:expr, $($arg:tt)*) => {
        if let Some(trace) = &mut $world.trace {
            trace.push(format!($($arg)*));
        }
    };
}
pub(crate) use accidents::Installation;
pub(crate) use odd::Oddities;
pub(crate) use say;
pub(crate) use watch::{Watch, is_private};

/// An event of ours, and the write of ours that it bears the stamp of: a calendar, an id, a stamp.
pub type Told = (usize, String, Option<Stamp>);

/// Providers, a hub and people.
#[derive(Clone)]
pub struct World {
    /// The chance of the step that is being lived.
    pub rng: Rng,
    /// What survives a crash of ours.
    pub hub: Hub,
    /// One calendar each.
    pub providers: Vec<Provider>,
    /// What does not survive a crash, of each calendar.
    pub workers: Vec<Worker>,
    pub(crate) ledger: Ledger,
    /// What people edit.
    pub(crate) slots: &'static [Slot],
    /// Whether requests get lost.
    pub faults: bool,
    /// What happened, if anybody listens.
    pub trace: Option<Vec<String>>,
    /// A calendar has left the link for a while.
    pub(crate) parted: bool,
    /// The masks that each place began with, and those that it was given later.
    pub(crate) masks: Vec<(usize, Mask)>,
    /// The first thing that was to be sent where it may not be seen.
    pub(crate) leak: Option<String>,
    /// What the hub was told, where it is the real one.
    pub(crate) told: Option<BTreeSet<Told>>,
    /// A second installation that looks after the same calendars: which of the two is at work changes.
    pub(crate) other: Option<Box<Installation>>,
    /// What one calendar sees and is sent, if that is asked.
    pub(crate) watch: Option<Watch>,
    /// Numbers that people write in other words than usual.
    pub(crate) disguised: BTreeSet<u32>,
    /// What is unusual about this world.
    pub(crate) odd: Oddities,
    /// Workers that have lost the lease of a calendar, and do not know it.
    pub(crate) lost: Vec<(usize, Worker)>,
    /// Steps so far.
    pub ticks: u64,
    seconds: i64,
    digest: u64,
}

impl World {
    /// A world as it is before anything happens in it.
    pub fn new(seed: u64, listen: bool) -> Self {
        let mut world = Self::cast(seed, listen);
        world.make_odd(seed);
        world.make_feeds(seed);
        world.make_veiled(seed);
        world.make_leases(seed);
        world.begin();
        world
    }

    /// Who takes part in a world, with nothing there yet.
    pub fn cast(seed: u64, listen: bool) -> Self {
        let mut rng = Rng::new(seed);
        let places = casting::places(&mut rng);
        let providers = places.iter().map(|_| casting::provider(&mut rng)).collect();
        let mut world = Self::of(rng, places, providers, listen);
        world.digest = seed;
        if world.rng.chance(15) {
            world.hub.policy = Policy::Ask;
        }
        world
    }

    /// A world of these calendars, at these providers.
    pub fn of(rng: Rng, places: Vec<Place>, providers: Vec<Provider>, listen: bool) -> Self {
        Self {
            rng,
            workers: places.iter().map(|_| Worker::default()).collect(),
            masks: places
                .iter()
                .map(|place| place.mask.clone())
                .enumerate()
                .collect(),
            hub: Hub::new(places),
            providers,
            ledger: Ledger::default(),
            slots: &SLOTS,
            faults: true,
            trace: listen.then(Vec::new),
            parted: false,
            leak: None,
            told: None,
            other: None,
            watch: None,
            disguised: BTreeSet::new(),
            odd: Oddities::default(),
            lost: Vec::new(),
            ticks: 0,
            seconds: 1_790_000_000,
            digest: 0,
        }
    }

    fn begin(&mut self) {
        for place in 0..self.providers.len() {
            let (kind, how) = (self.providers[place].kind, self.hub.places[place].clone());
            say!(self, "{place}: {kind:?} {:?} {:?}", how.role, how.mask.kind);
        }
        self.perhaps_another();
        if self.rng.chance(60) {
            self.hub.link();
            return;
        }
        self.invite();
        // A link is made between calendars that were read.
        for place in 0..self.providers.len() {
            self.fetch(place);
            while self.workers[place].page.is_some() {
                self.commit_page(place);
            }
        }
    }

    /// Calendars that hold the same invitation before they are linked.
    pub(crate) fn invite(&mut self) {
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
    }

    /// What time it is; time passes with it.
    pub fn now(&mut self) -> Timestamp {
        // Providers' clocks tick in whole seconds, and so ties happen.
        if self.rng.chance(70) {
            self.seconds += 1;
        }
        Timestamp::from_second(self.seconds).unwrap()
    }

    /// One thing happens.
    pub fn step(&mut self) {
        self.perhaps_exchange();
        self.hub.catch_up();
        let what = self.rng.below(108);
        let place = self.rng.below(self.providers.len());
        match what {
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
            98 if self.other.is_none() && self.rng.chance(50) => self.switch_mask(place),
            98 => {
                say!(self, "{place}: cursor invalid");
                self.hub.cursors[place] = None;
            }
            100..102 => self.split_there(place),
            102..104 => self.change_access(place),
            104..108 => self.move_there(place),
            _ if !self.hub.linking => self.link(),
            // Two installations have one link each, with nothing about it that changes.
            _ if self.other.is_some() => {}
            _ if self.hub.places[place].away => {
                say!(self, "{place}: comes back to the link");
                self.hub.come_back(place);
            }
            _ => {
                say!(self, "{place}: leaves the link");
                self.hub.leave(place);
                self.parted = true;
            }
        }
        self.tick(what);
    }

    /// Something that people do at a provider, or a request that comes late.
    pub(crate) fn people_act(&mut self) {
        let place = self.rng.below(self.providers.len());
        match self.rng.below(36) {
            0..12 => self.edit_there(place),
            12..16 => self.create_there(place),
            16..20 => self.delete_there(place),
            20..22 => self.restore_there(place),
            22..23 => self.copy_there(place),
            23..25 => self.split_there(place),
            25..29 => self.move_there(place),
            _ => self.deliver_late(place),
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, seconds: i64) {
        self.seconds += seconds;
    }

    /// Sets the clock.
    pub(crate) fn set_clock(&mut self, seconds: i64) {
        self.seconds = seconds;
    }

    /// Counts a step, and mixes what the world is then into the digest of its life.
    pub(crate) fn tick(&mut self, what: usize) {
        self.ticks += 1;
        self.look_around();
        let mut now = mix(u64::try_from(what).unwrap(), self.ticks);
        for provider in &self.providers {
            now = mix(now, provider.position);
        }
        for count in [
            self.hub.rows.len(),
            self.hub.intents.len(),
            self.hub.conflicts.len(),
        ] {
            now = mix(now, u64::try_from(count).unwrap());
        }
        self.digest = mix(self.digest, now);
    }

    /// Tells two lives apart.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Whatever was parted is brought together again.
    pub(crate) fn reunite(&mut self) {
        for place in 0..self.providers.len() {
            self.give_access(place);
        }
        for _ in 0..self.installations() {
            self.link();
            self.exchange();
        }
        for place in 0..self.providers.len() {
            if self.hub.places[place].away {
                self.hub.come_back(place);
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
}
