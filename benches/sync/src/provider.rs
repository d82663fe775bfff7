//! A provider that lives in memory and answers at once, so that what is measured is the hub.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use calendar::Event;
use providers::{
    Account, Auth, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete,
    Description, Directory, Failure, Found, Grant, Place, Seen, Sighting, Traits, Update, Watch,
};
use sync::{Stamp, Version, replication::Reply};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

/// What this kind of provider is called.
pub const NAME: &str = "memory";

/// One event there.
struct Object {
    version: i64,
    body: Event,
    stamp: Option<Stamp>,
}

/// A write that arrived: the event's title, and when.
pub type Written = (String, Instant);

/// An account with one calendar.
#[derive(Default)]
pub struct Memory {
    objects: Mutex<HashMap<String, Object>>,
    version: AtomicI64,
    /// Requests of any kind.
    pub requests: AtomicU64,
    /// Writes that were executed.
    pub writes: AtomicU64,
    /// The channel under which it would notify: its id and its secret.
    pub channel: Mutex<Option<(Uuid, String)>>,
    /// Who wants to know of writes.
    pub told: Mutex<Option<UnboundedSender<Written>>>,
}

impl Memory {
    /// A person makes or changes an event.
    pub fn put(&self, id: &str, body: Event) {
        let version = self.next();
        let object = Object {
            version,
            body,
            stamp: None,
        };
        locked(&self.objects).insert(id.to_owned(), object);
    }

    fn next(&self) -> i64 {
        self.version.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn stored(&self, id: &str, body: &Event, stamp: Stamp) -> Reply {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if let Some(told) = &*locked(&self.told) {
            // Nobody listens any more once a measurement has ended.
            let _ = told.send((body.title.clone(), Instant::now()));
        }
        let version = self.next();
        let object = Object {
            version,
            body: body.clone(),
            stamp: Some(stamp),
        };
        locked(&self.objects).insert(id.to_owned(), object);
        Reply::Stored {
            id: id.to_owned(),
            version: tag(version),
            body: Box::new(body.clone()),
        }
    }

    fn refused(&self, id: &str, version: &Version) -> Option<Reply> {
        match locked(&self.objects).get(id) {
            None => Some(Reply::Missing),
            Some(object) if tag(object.version) != *version => Some(Reply::Stale),
            Some(_) => None,
        }
    }
}

/// A lock whose holder broke off holds nothing that matters here.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tag(version: i64) -> Version {
    Version {
        tag: version.to_string(),
        order: Some(version),
    }
}

fn sighting(id: &str, object: &Object) -> Sighting {
    Sighting {
        id: id.to_owned(),
        found: Some(Found {
            version: tag(object.version),
            body: object.body.clone(),
            stamp: object.stamp,
            modified: None,
        }),
    }
}

#[async_trait]
impl Connector for Memory {
    fn traits(&self) -> Traits {
        Traits {
            push: true,
            poll: Duration::from_secs(3600),
            hurry: Duration::from_secs(900),
            concurrency: 4,
            quiet: true,
            in_parts: false,
        }
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        self.request();
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
        self.request();
        let after = cursor.map_or(Ok(0), str::parse);
        let after: i64 = after.map_err(|_| Failure::CursorInvalid)?;
        let cursor_now = self.version.load(Ordering::Relaxed).to_string();
        let objects = locked(&self.objects);
        let mut changed: Vec<(&String, &Object)> = objects.iter().collect();
        changed.retain(|(_, object)| object.version > after);
        changed.sort_by_key(|(_, object)| object.version);
        Ok(Changes {
            sightings: changed.iter().map(|(id, o)| sighting(id, o)).collect(),
            cursor: cursor_now,
            full: cursor.is_none(),
            ..Changes::default()
        })
    }

    async fn get(&self, _: Place<'_>, id: &str) -> Result<Seen, Failure> {
        self.request();
        Ok(match locked(&self.objects).get(id) {
            Some(object) => Seen::Event(Box::new(sighting(id, object))),
            None => Seen::Nothing,
        })
    }

    async fn find(&self, place: Place<'_>, id: Option<&str>, _: Stamp) -> Result<Seen, Failure> {
        match id {
            Some(id) => self.get(place, id).await,
            None => Ok(Seen::Nothing),
        }
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        Some(format!("{}-{generation}", copy.simple()))
    }

    async fn create(&self, _: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        self.request();
        let id = create.id.unwrap_or_default();
        if locked(&self.objects).contains_key(id) {
            return Ok(Reply::Exists);
        }
        Ok(self.stored(id, create.body, create.stamp))
    }

    async fn update(&self, _: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        self.request();
        Ok(match self.refused(update.id, update.version) {
            Some(refused) => refused,
            None => self.stored(update.id, update.body, update.stamp),
        })
    }

    async fn delete(&self, _: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        self.request();
        if let Some(refused) = self.refused(delete.id, delete.version) {
            return Ok(refused);
        }
        self.writes.fetch_add(1, Ordering::Relaxed);
        locked(&self.objects).remove(delete.id);
        Ok(Reply::Deleted)
    }

    async fn watch(&self, _: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure> {
        self.request();
        *locked(&self.channel) = Some((watch.id, watch.token.to_owned()));
        Ok(Channel {
            id: watch.id,
            resource: "main".to_owned(),
            expires: watch.until,
        })
    }

    async fn unwatch(&self, _: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}

/// Such providers, by the user name with which they are connected.
pub struct Memories {
    /// What they are called; the name of a real provider for a database that the real program goes on with.
    pub name: &'static str,
    /// The first one belongs to the user `0`.
    pub all: Vec<Arc<Memory>>,
}

#[async_trait]
impl Directory for Memories {
    fn list(&self) -> Vec<Description> {
        vec![Description {
            id: self.name.to_owned(),
            name: "Memory".to_owned(),
            auth: Auth::Password,
            presets: Vec::new(),
        }]
    }

    fn authorize_url(&self, _: &str, _: &AuthorizeRequest<'_>) -> Option<String> {
        None
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Forbidden("it has no OAuth".to_owned()))
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Failure::Forbidden("it has no OAuth".to_owned()))
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        let name = account.password.map(|(name, _)| name).unwrap_or_default();
        let number: Option<usize> = name.parse().ok();
        let found = number.and_then(|number| self.all.get(number));
        let found = found.ok_or_else(|| Failure::Forbidden(format!("no account «{name}»")))?;
        Ok(found.clone())
    }
}
