//! A provider that lives in memory: ids that it chooses, versions that grow, conditional writes, a change feed, and on
//! demand lost replies.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use calendar::Event;
use providers::{
    Account, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete, Description,
    Directory, Failure, Found, Grant, Place, Seen, Sighting, Traits, Update, Watch,
};
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

/// One event at the provider.
#[derive(Clone)]
struct Object {
    version: i64,
    body: Event,
    stamp: Option<Stamp>,
    alive: bool,
}

/// One calendar at the provider.
#[derive(Clone, Default)]
pub struct Model {
    objects: Arc<Mutex<BTreeMap<String, Object>>>,
    clock: Arc<AtomicUsize>,
    /// Writes that were executed.
    pub writes: Arc<AtomicUsize>,
    /// Replies to writes get lost.
    pub lossy: Arc<AtomicBool>,
    /// Tokens are refused.
    pub expired: Arc<AtomicBool>,
}

impl Model {
    fn tick(&self) -> i64 {
        i64::try_from(self.clock.fetch_add(1, Ordering::Relaxed)).unwrap() + 1
    }

    /// What a person sees.
    pub fn living(&self) -> Vec<(String, Event)> {
        let objects = self.objects.lock().unwrap();
        objects
            .iter()
            .filter(|(_, o)| o.alive)
            .map(|(id, o)| (id.clone(), o.body.clone()))
            .collect()
    }

    /// A person makes or changes an event.
    pub fn put(&self, id: &str, body: Event) {
        let version = self.tick();
        let mut objects = self.objects.lock().unwrap();
        let stamp = objects.get(id).and_then(|o| o.stamp);
        objects.insert(
            id.to_owned(),
            Object {
                version,
                body,
                stamp,
                alive: true,
            },
        );
    }

    /// A person changes an event.
    pub fn edit(&self, id: &str, edit: impl FnOnce(&mut Event)) {
        let mut body = self.objects.lock().unwrap()[id].body.clone();
        edit(&mut body);
        self.put(id, body);
    }

    /// A person deletes an event.
    pub fn remove(&self, id: &str) {
        let version = self.tick();
        let mut objects = self.objects.lock().unwrap();
        let object = objects.get_mut(id).unwrap();
        (object.alive, object.version) = (false, version);
    }

    #[expect(clippy::unnecessary_wraps, reason = "what the trait's writes return")]
    fn answer(&self, reply: Reply) -> Result<Reply, Failure> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        Ok(if self.lossy.load(Ordering::Relaxed) {
            Reply::Unknown
        } else {
            reply
        })
    }

    fn stored(&self, id: &str, body: &Event, stamp: Stamp) -> Result<Reply, Failure> {
        let version = self.tick();
        let object = Object {
            version,
            body: body.clone(),
            stamp: Some(stamp),
            alive: true,
        };
        self.objects.lock().unwrap().insert(id.to_owned(), object);
        self.answer(Reply::Stored {
            id: id.to_owned(),
            version: tag(version),
            body: Box::new(body.clone()),
        })
    }

    fn check(&self, id: &str, version: &Version) -> Option<Reply> {
        match self.objects.lock().unwrap().get(id) {
            Some(object) if !object.alive => Some(Reply::Missing),
            Some(object) if tag(object.version) != *version => Some(Reply::Stale),
            Some(_) => None,
            None => Some(Reply::Missing),
        }
    }
}

fn tag(version: i64) -> Version {
    Version {
        tag: format!("\"{version}\""),
        order: Some(version),
    }
}

fn sighting(id: &str, object: &Object) -> Sighting {
    let found = object.alive.then(|| Found {
        version: tag(object.version),
        body: object.body.clone(),
        stamp: object.stamp,
        modified: Some(jiff::Timestamp::from_second(object.version).unwrap()),
    });
    Sighting {
        id: id.to_owned(),
        found,
    }
}

#[async_trait]
impl Connector for Model {
    fn traits(&self) -> Traits {
        Traits {
            push: false,
            poll: Duration::from_secs(3600),
            concurrency: 4,
            quiet: true,
        }
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        Ok(vec![Calendar {
            id: "main".to_owned(),
            name: "Main".to_owned(),
            color: None,
            time_zone: Some("Europe/Berlin".to_owned()),
            writable: true,
            primary: true,
        }])
    }

    async fn changes(&self, _: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        if cursor.is_some() && self.expired.swap(false, Ordering::Relaxed) {
            return Err(Failure::CursorInvalid);
        }
        let after: i64 = cursor.map_or(0, |c| c.parse().unwrap());
        let objects = self.objects.lock().unwrap();
        let changed = objects
            .iter()
            .filter(|(_, o)| o.version > after && (cursor.is_some() || o.alive));
        Ok(Changes {
            sightings: changed.map(|(id, object)| sighting(id, object)).collect(),
            cursor: self.clock.load(Ordering::Relaxed).to_string(),
            full: cursor.is_none(),
            ..Changes::default()
        })
    }

    async fn get(&self, _: Place<'_>, id: &str) -> Result<Seen, Failure> {
        match self.objects.lock().unwrap().get(id) {
            Some(object) if object.alive => Ok(Seen::Event(Box::new(sighting(id, object)))),
            _ => Ok(Seen::Nothing),
        }
    }

    async fn find(&self, place: Place<'_>, id: Option<&str>, _: Stamp) -> Result<Seen, Failure> {
        self.get(place, id.unwrap()).await
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        Some(format!("{}-{generation}", copy.simple()))
    }

    async fn create(&self, _: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        let id = create.id.unwrap();
        if self.objects.lock().unwrap().contains_key(id) {
            return self.answer(Reply::Exists);
        }
        self.stored(id, create.body, create.stamp)
    }

    async fn update(&self, _: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        match self.check(update.id, update.version) {
            Some(refused) => self.answer(refused),
            None => self.stored(update.id, update.body, update.stamp),
        }
    }

    async fn delete(&self, _: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        if let Some(refused) = self.check(delete.id, delete.version) {
            return self.answer(refused);
        }
        self.remove(delete.id);
        self.answer(Reply::Deleted)
    }

    async fn watch(&self, _: Place<'_>, _: Watch<'_>) -> Result<Channel, Failure> {
        Err(Failure::Forbidden("no notifications".to_owned()))
    }

    async fn unwatch(&self, _: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}

/// Several such providers, by the user name with which they are connected.
#[derive(Default)]
pub struct Models(pub BTreeMap<String, Model>);

#[async_trait]
impl Directory for Models {
    fn list(&self) -> Vec<Description> {
        vec![Description {
            id: "model".to_owned(),
            name: "Model".to_owned(),
            auth: providers::Auth::Password,
            presets: Vec::new(),
        }]
    }

    fn authorize_url(&self, _: &str, _: &AuthorizeRequest<'_>) -> Option<String> {
        None
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Forbidden("no OAuth".to_owned()))
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Forbidden("no OAuth".to_owned()))
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        Ok(Arc::new(self.0[account.password.unwrap().0].clone()))
    }
}
