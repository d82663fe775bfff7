//! The line between the real hub and the model providers: a connector whose every call may be lost, may come while people
//! are busy, and may be the moment at which the hub's process ends.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use providers::{
    Account, Auth, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete,
    Description, Directory, Failure, Found, Grant, Place, Seen, Sighting, Traits, Update, Watch,
};
use sync::{Stamp, replication::Reply};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    provider::{Access, Object, Write},
    world::{Told, World, say},
};

/// What the hub's connectors and the people share.
pub struct Shared {
    world: Mutex<World>,
    /// Rings when the process ends.
    pub crashed: Notify,
    trouble: Mutex<Trouble>,
}

/// What goes on beside the calls themselves.
#[derive(Default)]
struct Trouble {
    /// Calendars whose cursors are not known any more.
    invalid: BTreeSet<usize>,
    /// Ids that the hub was shown in the operation under way, by calendar.
    shown: BTreeSet<Told>,
}

impl Shared {
    pub fn new(world: World) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            crashed: Notify::new(),
            trouble: Mutex::default(),
        })
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The provider forgets what our cursor stands for.
    pub fn forget_cursor(&self, place: usize) {
        self.trouble().invalid.insert(place);
    }

    /// An operation of the hub ended: what it was shown is known from now on, unless it was broken off.
    pub fn ended(&self, completed: bool) {
        let shown = std::mem::take(&mut self.trouble().shown);
        if completed && let Some(told) = &mut self.world().told {
            told.extend(shown);
        }
    }

    fn show(&self, place: usize, id: &str, stamp: Option<Stamp>) {
        self.trouble().shown.insert((place, id.to_owned(), stamp));
    }
}

/// One calendar's connector.
struct Line {
    shared: Arc<Shared>,
    place: usize,
}

impl Line {
    /// What may happen at any call: people act meanwhile, the process ends, or the provider does not answer.
    async fn call(&self) -> Result<(), Failure> {
        let (crashes, fails) = {
            let mut world = self.shared.world();
            world.tick(self.place);
            if world.faults {
                if world.rng.chance(15) {
                    world.people_act();
                }
                (world.rng.chance(4), world.rng.chance(3))
            } else {
                (false, false)
            }
        };
        if crashes {
            self.end().await;
        }
        if fails {
            return Err(Failure::Unreachable("simulated".to_owned()));
        }
        if self.access() == Access::Revoked {
            return Err(Failure::Reauthorise("consent was withdrawn".to_owned()));
        }
        Ok(())
    }

    fn access(&self) -> Access {
        self.shared.world().providers[self.place].access
    }

    /// The process ends here.
    async fn end(&self) {
        say!(
            self.shared.world(),
            "{}: the hub's process ends",
            self.place
        );
        self.shared.crashed.notify_one();
        std::future::pending::<()>().await;
    }

    async fn write(&self, write: Write, stamp: Option<Stamp>) -> Result<Reply, Failure> {
        self.call().await?;
        if self.access() == Access::ReadOnly {
            return Err(Failure::Forbidden("read-only".to_owned()));
        }
        let reply = self.shared.world().send(self.place, write);
        if let Reply::Stored { id, .. } = &reply {
            self.shared.show(self.place, id, stamp);
        }
        let crashes = {
            let mut world = self.shared.world();
            world.faults && world.rng.chance(4)
        };
        if crashes {
            self.end().await;
        }
        Ok(reply)
    }

    fn sighting(&self, object: &Object) -> Sighting {
        if object.live {
            self.shared.show(self.place, &object.id, object.stamp);
        }
        Sighting {
            id: object.id.clone(),
            found: object.live.then(|| Found {
                version: object.version.clone(),
                body: object.body.clone(),
                stamp: object.stamp,
                modified: Some(object.modified),
            }),
        }
    }

    fn seen(&self, object: Option<Object>) -> Seen {
        match object.filter(|object| object.live) {
            Some(object) => Seen::Event(Box::new(self.sighting(&object))),
            None => Seen::Nothing,
        }
    }
}

#[async_trait]
impl Connector for Line {
    fn traits(&self) -> Traits {
        Traits {
            push: false,
            poll: Duration::from_secs(3600),
            hurry: Duration::from_secs(900),
            concurrency: 1,
            quiet: true,
            in_parts: false,
        }
    }

    fn tells_all(&self) -> bool {
        !self.shared.world().providers[self.place].brief
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        let access = self.access();
        if access == Access::Revoked {
            return Err(Failure::Reauthorise("consent was withdrawn".to_owned()));
        }
        Ok(vec![Calendar {
            id: "main".to_owned(),
            name: format!("Calendar {}", self.place),
            color: None,
            time_zone: None,
            writable: access == Access::Full,
            primary: true,
        }])
    }

    async fn changes(&self, _: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        self.call().await?;
        let forgotten = self.shared.trouble().invalid.remove(&self.place);
        if forgotten && cursor.is_some() {
            return Err(Failure::CursorInvalid);
        }
        let after = cursor.map(|cursor| cursor.parse().unwrap());
        let (objects, position) = {
            let world = self.shared.world();
            let provider = &world.providers[self.place];
            (provider.changes(after), provider.position)
        };
        if !objects.is_empty() {
            let ids: Vec<&str> = objects.iter().map(|o| o.id.as_str()).collect();
            say!(self.shared.world(), "{}: reads {ids:?}", self.place);
        }
        Ok(Changes {
            sightings: objects.iter().map(|o| self.sighting(o)).collect(),
            cursor: position.to_string(),
            full: cursor.is_none(),
            ..Changes::default()
        })
    }

    async fn get(&self, _: Place<'_>, id: &str) -> Result<Seen, Failure> {
        self.call().await?;
        let found = self.shared.world().providers[self.place]
            .objects
            .get(id)
            .cloned();
        say!(
            self.shared.world(),
            "{}: looks at {id}: live={}",
            self.place,
            found.as_ref().is_some_and(|o| o.live)
        );
        Ok(self.seen(found))
    }

    async fn find(
        &self,
        place: Place<'_>,
        id: Option<&str>,
        stamp: Stamp,
    ) -> Result<Seen, Failure> {
        if let Some(id) = id {
            return self.get(place, id).await;
        }
        self.call().await?;
        let found = {
            let world = self.shared.world();
            let mut objects = world.providers[self.place].objects.values();
            objects.find(|o| o.live && o.stamp == Some(stamp)).cloned()
        };
        Ok(self.seen(found))
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        let world = self.shared.world();
        world.providers[self.place].choose_id(&format!("c{}", copy.simple()), generation)
    }

    async fn create(&self, _: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        let write = Write::Create {
            id: create.id.map(str::to_owned),
            attempt: create.id.unwrap_or_default().to_owned(),
            stamp: create.stamp,
            body: create.body.clone(),
        };
        self.write(write, Some(create.stamp)).await
    }

    async fn update(&self, _: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        let write = Write::Update {
            id: update.id.to_owned(),
            tag: update.version.tag.clone(),
            stamp: update.stamp,
            previous: update.previous.clone(),
            body: update.body.clone(),
        };
        self.write(write, Some(update.stamp)).await
    }

    async fn delete(&self, _: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        let write = Write::Delete {
            id: delete.id.to_owned(),
            tag: delete.version.tag.clone(),
        };
        self.write(write, None).await
    }

    async fn watch(&self, _: Place<'_>, _: Watch<'_>) -> Result<Channel, Failure> {
        Err(Failure::Protocol("nothing is pushed here".to_owned()))
    }

    async fn unwatch(&self, _: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}

/// All of them, by the number of the calendar as user name.
pub struct Lines(pub Arc<Shared>);

#[async_trait]
impl Directory for Lines {
    fn list(&self) -> Vec<Description> {
        vec![Description {
            id: "model".to_owned(),
            name: "Model".to_owned(),
            auth: Auth::Password,
            presets: Vec::new(),
        }]
    }

    fn authorize_url(&self, _: &str, _: &AuthorizeRequest<'_>) -> Option<String> {
        None
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Protocol("there is no OAuth here".to_owned()))
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Protocol("there is no OAuth here".to_owned()))
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        let place = account.password.and_then(|(name, _)| name.parse().ok());
        let place = place.ok_or_else(|| Failure::Reauthorise("no such account".to_owned()))?;
        Ok(Arc::new(Line {
            shared: self.0.clone(),
            place,
        }))
    }
}
