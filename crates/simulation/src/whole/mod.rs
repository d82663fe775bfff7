//! Tier 2: the real hub on SQLite, with the model providers behind its connectors and a virtual clock. Its process ends at
//! any of its calls, in the middle of whatever it was doing, and another one goes on with the database.

mod access;
mod line;
mod links;
mod people;
mod snapshot;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hub::{CalendarId, Hub, LinkId, Settings};
use identity::{Actor, Clock, Ids};
use jiff::Timestamp;
use storage::{MasterKey, Store, Stores};
use uuid::Uuid;

use crate::{
    life::{Life, Lived, Violation},
    rng::{Rng, mix},
    world::{World, say},
};
use line::{Lines, Shared};

/// Seconds between two things that happen.
const PACE: i64 = 600;
/// Rounds after which things that still move will never rest.
const ROUNDS_MAX: usize = 40;

type Result<T = ()> = std::result::Result<T, String>;

/// One database, in which each life has a tenant of its own.
pub struct House {
    stores: Stores,
    /// Lives so far: each has a tenant of its own.
    lives: AtomicU64,
}

impl House {
    /// A database that vanishes with it.
    pub async fn new() -> Result<Self> {
        let settings = storage::Settings::new("sqlite::memory:");
        let stores = Stores::open(settings, MasterKey::new([7; 32])).await;
        let stores = stores.map_err(|error| error.to_string())?;
        Ok(Self {
            stores,
            lives: AtomicU64::new(1),
        })
    }

    /// Lives a life in it.
    pub async fn live(&self, life: &Life, listen: bool) -> Lived {
        let mut world = World::cast(life.seed, listen);
        world.told = Some(std::collections::BTreeSet::new());
        let shared = Shared::new(world);
        let passed = match Whole::new(self, life.seed, shared.clone()).await {
            Ok(mut whole) => whole.pass(life).await,
            Err(fault) => Err(fault),
        };
        let mut world = shared.world();
        Lived {
            ticks: world.ticks,
            digest: world.digest(),
            known: world.comes_back_unseen().filter(|_| passed.is_ok()),
            violation: passed.err().map(|fault| Violation::new(&fault)),
            trace: world.trace.take().unwrap_or_default(),
        }
    }
}

/// The world's time, as the hub's clock.
struct Time(Arc<Shared>);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        self.0.world().now()
    }
}

/// Ids and secrets that a seed tells.
struct Numbers(std::sync::Mutex<Rng>);

impl Ids for Numbers {
    fn uuid(&self) -> Uuid {
        let mut rng = self.0.lock().unwrap();
        let (high, low) = (rng.next_bits(), rng.next_bits());
        Uuid::from_u64_pair(high << 16 | rng.next_bits() & 0xFFFF, low << 16)
    }

    fn token(&self) -> String {
        self.uuid().simple().to_string()
    }
}

/// A hub with its calendars, in a world.
struct Whole {
    shared: Arc<Shared>,
    ids: Arc<Numbers>,
    stores: Stores,
    hub: Hub,
    store: Store,
    actor: Actor,
    calendars: Vec<CalendarId>,
    link: Option<LinkId>,
}

/// Whatever goes wrong in the hub itself is told with the life.
fn fault(error: impl std::fmt::Display) -> String {
    format!("hub: {error}")
}

impl Whole {
    async fn new(house: &House, seed: u64, shared: Arc<Shared>) -> Result<Self> {
        let ids = Arc::new(Numbers(std::sync::Mutex::new(Rng::new(mix(seed, 3)))));
        let stores = house.stores.clone();
        let life = house.lives.fetch_add(1, Ordering::Relaxed);
        let tenant = sync::TenantId(Uuid::from_u128(u128::from(life)));
        let store = stores
            .create_tenant_as(tenant, "world")
            .await
            .map_err(fault)?;
        let hub = start(&stores, &shared, &ids);
        let mut whole = Self {
            shared,
            ids,
            stores,
            hub,
            actor: Actor::system(store.tenant()),
            store,
            calendars: Vec::new(),
            link: None,
        };
        whole.connect().await?;
        Ok(whole)
    }

    async fn connect(&mut self) -> Result {
        let (count, faults) = {
            let mut world = self.shared.world();
            (world.providers.len(), std::mem::take(&mut world.faults))
        };
        for place in 0..count {
            self.sign_in(place).await?;
            let all = self.hub.calendars(&self.actor).await.map_err(fault)?;
            let new = all
                .iter()
                .map(|c| c.id)
                .find(|id| !self.calendars.contains(id));
            self.calendars.extend(new);
        }
        let begins_linked = {
            let mut world = self.shared.world();
            let linked = world.rng.chance(60);
            if !linked {
                world.invite();
            }
            linked
        };
        if begins_linked {
            self.make_link().await?;
        } else {
            for calendar in self.calendars.clone() {
                let read = self.hub.pull(&self.store, calendar).await;
                read.map_err(fault)?;
                self.shared.ended(true);
            }
        }
        self.shared.world().faults = faults;
        Ok(())
    }

    async fn pass(&mut self, life: &Life) -> Result {
        for step in &life.steps {
            self.shared.world().rng = Rng::new(*step);
            self.step().await?;
        }
        self.shared.world().rng = Rng::new(mix(life.seed, 2));
        say!(self.shared.world(), "coming to rest");
        self.connect_all_again().await?;
        self.make_link().await?;
        self.reunite().await?;
        if self.shared.world().rng.chance(50) {
            self.rest().await?;
        }
        self.deliver_all();
        self.rest().await?;
        self.check().await?;
        self.list_again().await?;
        for _ in 0..2 {
            let calm = self.shared.world().calm_edit();
            if let Some(calm) = calm {
                self.rest().await?;
                self.snapshot().await?;
                self.shared.world().check_calm_edit(&calm)?;
            }
        }
        let calm = self.shared.world().calm_deletion();
        if let Some(calm) = calm {
            self.rest().await?;
            self.snapshot().await?;
            self.shared.world().check_calm_deletion(&calm)?;
        }
        self.check().await
    }

    fn deliver_all(&self) {
        let mut world = self.shared.world();
        for place in 0..world.providers.len() {
            while !world.providers[place].late.is_empty() {
                world.deliver_late(place);
            }
        }
    }

    /// One thing happens.
    async fn step(&mut self) -> Result {
        let (what, place) = {
            let mut world = self.shared.world();
            world.pass(PACE);
            world.tick(0);
            let what = world.rng.below(100);
            (what, world.rng.below(self.calendars.len()))
        };
        match what {
            0..30 => self.shared.world().people_act(),
            30..42 => self.act_here(place).await?,
            42..65 => self.work(place, true).await?,
            65..92 => self.work(place, false).await?,
            92..94 => self.change_access(place).await?,
            94..96 => self.shared.forget_cursor(place),
            96 => self.switch_mask(place).await?,
            _ if self.link.is_none() => self.make_link().await?,
            _ => self.leave_or_come_back(place).await?,
        }
        Ok(())
    }

    /// Reads or writes a calendar; the process may end meanwhile, and then another one begins.
    async fn work(&mut self, place: usize, read: bool) -> Result {
        let calendar = self.calendars[place];
        let (hub, store) = (self.hub.clone(), self.store.clone());
        let work = async {
            let failed = if read {
                hub.pull(&store, calendar).await.err()
            } else {
                hub.push(&store, calendar).await.err()
            };
            match failed {
                // The provider was not there; later.
                None | Some(hub::Error::Provider(_)) => Ok(()),
                Some(error) => Err(fault(error)),
            }
        };
        let ended = tokio::select! {
            biased;
            () = self.shared.crashed.notified() => None,
            done = work => Some(done),
        };
        self.shared.ended(ended == Some(Ok(())));
        if let Some(done) = ended {
            return done;
        }
        self.hub = start(&self.stores, &self.shared, &self.ids);
        Ok(())
    }

    /// Works without accidents until nothing moves any more (I7).
    async fn rest(&mut self) -> Result {
        self.shared.world().faults = false;
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            let before = self.positions();
            self.shared.world().pass(PACE);
            for place in 0..self.calendars.len() {
                self.work(place, true).await?;
                self.work(place, false).await?;
            }
            quiet = if before == self.positions() {
                quiet + 1
            } else {
                0
            };
            if quiet >= 2 && !self.decide().await? {
                return Ok(());
            }
        }
        Err("it never comes to rest".to_owned())
    }

    fn positions(&self) -> Vec<u64> {
        let world = self.shared.world();
        world.providers.iter().map(|p| p.position).collect()
    }

    /// I7: another full listing of everything writes nothing.
    async fn list_again(&mut self) -> Result {
        let before = self.positions();
        for place in 0..self.calendars.len() {
            self.shared.forget_cursor(place);
        }
        self.rest().await?;
        if before != self.positions() {
            return Err("I7: a full listing at rest wrote something".to_owned());
        }
        self.check().await
    }

    async fn check(&mut self) -> Result {
        self.snapshot().await?;
        self.shared.world().check()
    }
}

/// A process of the hub.
fn start(stores: &Stores, shared: &Arc<Shared>, ids: &Arc<Numbers>) -> Hub {
    Hub::new(
        stores.clone(),
        Arc::new(Lines(shared.clone())),
        Arc::new(Time(shared.clone())),
        ids.clone(),
        Settings::default(),
    )
}
