//! A provider that lives in memory: ids that it chooses, versions that grow, conditional writes, a change feed, and on
//! demand lost replies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use calendar::Event;
use jiff::Timestamp;
use providers::{
    Account, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete, Description,
    Directory, Failure, Found, Grant, Malformed, Place, Seen, Sighting, Tokens, Traits, Update,
    Watch,
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

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    Create,
    Update,
    Delete,
}

/// What the provider does wrong, or other than usual.
#[derive(Default)]
pub struct Manners {
    /// It sends notifications.
    pub push: bool,
    /// It tells participants of every write.
    pub mails: bool,
    /// Everything is answered with this.
    pub failure: Option<Failure>,
    /// Events whose content cannot be read.
    pub malformed: BTreeSet<String>,
    /// Events that cannot be read on their own, and what is answered.
    pub unreadable: BTreeMap<String, Failure>,
    /// Writes of events with such a title are refused, or fail.
    pub refused: BTreeMap<String, Result<Reply, Failure>>,
    /// Listings leave these out, and so do looks.
    pub hidden: BTreeSet<String>,
    /// What a look by stamp finds.
    pub finds: Option<String>,
    /// Channels that are open: the secret of each, and until when it lives.
    pub channels: BTreeMap<Uuid, (String, Timestamp)>,
    /// It chooses ids itself.
    pub own_ids: bool,
    /// How many more calendars the account has, all with the same events.
    pub more_calendars: usize,
}

/// One calendar at the provider.
#[derive(Clone, Default)]
pub struct Model {
    pub manners: Arc<Mutex<Manners>>,
    /// Access tokens of the account, if it has any.
    tokens: Option<Arc<dyn Tokens>>,
    /// How often something was to be written, whatever came of it.
    pub asked: Arc<AtomicUsize>,
    /// How often it was read.
    pub reads: Arc<AtomicUsize>,
    objects: Arc<Mutex<BTreeMap<String, Object>>>,
    clock: Arc<AtomicUsize>,
    /// Writes that were executed.
    pub writes: Arc<AtomicUsize>,
    /// What they did, and to which event.
    wrote: Arc<Mutex<Vec<(Wrote, Event)>>>,
    /// Replies to writes get lost.
    pub lossy: Arc<AtomicBool>,
    /// Tokens are refused.
    pub expired: Arc<AtomicBool>,
}

impl Model {
    /// How the provider behaves; to be changed by tests.
    pub fn manners(&self) -> MutexGuard<'_, Manners> {
        self.manners.lock().unwrap()
    }

    /// What every request meets first: the account and the provider's health.
    async fn admitted(&self) -> Result<(), Failure> {
        if let Some(tokens) = &self.tokens {
            tokens.access().await?;
        }
        match &self.manners().failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(()),
        }
    }

    /// What a write of this event meets.
    fn taken(&self, body: &Event) -> Result<Option<Reply>, Failure> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.manners().refused.get(&body.title).cloned();
        answer.transpose()
    }

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

    /// What was written since this was last asked.
    pub fn wrote(&self) -> Vec<(Wrote, Event)> {
        std::mem::take(&mut *self.wrote.lock().unwrap())
    }

    fn note(&self, wrote: Wrote, event: &Event) {
        self.wrote.lock().unwrap().push((wrote, event.clone()));
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
        let manners = self.manners();
        Traits {
            push: manners.push,
            poll: Duration::from_secs(3600),
            hurry: Duration::from_secs(900),
            concurrency: 4,
            quiet: !manners.mails,
        }
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        self.admitted().await?;
        let calendar = |i: usize| Calendar {
            id: format!("main{i}"),
            name: "Main".to_owned(),
            color: None,
            time_zone: Some("Europe/Berlin".to_owned()),
            writable: true,
            primary: i == 0,
        };
        Ok((0..=self.manners().more_calendars).map(calendar).collect())
    }

    async fn changes(&self, _: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.admitted().await?;
        if cursor.is_some() && self.expired.swap(false, Ordering::Relaxed) {
            return Err(Failure::CursorInvalid);
        }
        let after: i64 = cursor.map_or(0, |c| c.parse().unwrap());
        let manners = self.manners();
        let objects = self.objects.lock().unwrap();
        let (bad, good): (Vec<_>, Vec<_>) = objects
            .iter()
            .filter(|(_, o)| o.version > after && (cursor.is_some() || o.alive))
            .filter(|(id, _)| !manners.hidden.contains(*id))
            .partition(|(id, _)| manners.malformed.contains(*id));
        Ok(Changes {
            sightings: good
                .iter()
                .map(|(id, object)| sighting(id, object))
                .collect(),
            malformed: bad.iter().map(|(id, _)| malformed(id)).collect(),
            cursor: self.clock.load(Ordering::Relaxed).to_string(),
            full: cursor.is_none(),
            ..Changes::default()
        })
    }

    async fn get(&self, _: Place<'_>, id: &str) -> Result<Seen, Failure> {
        self.admitted().await?;
        let manners = self.manners();
        if let Some(failure) = manners.unreadable.get(id) {
            return Err(failure.clone());
        }
        if manners.malformed.contains(id) {
            return Ok(Seen::Malformed(malformed(id)));
        }
        if manners.hidden.contains(id) {
            return Ok(Seen::Nothing);
        }
        match self.objects.lock().unwrap().get(id) {
            Some(object) if object.alive => Ok(Seen::Event(Box::new(sighting(id, object)))),
            _ => Ok(Seen::Nothing),
        }
    }

    async fn find(&self, place: Place<'_>, id: Option<&str>, _: Stamp) -> Result<Seen, Failure> {
        let found = self.manners().finds.clone();
        match found.as_deref().or(id) {
            Some(id) => self.get(place, id).await,
            None => Ok(Seen::Nothing),
        }
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        (!self.manners().own_ids).then(|| format!("{}-{generation}", copy.simple()))
    }

    async fn create(&self, _: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        if let Some(answer) = self.taken(create.body)? {
            return self.answer(answer);
        }
        let own = format!("own-{}", self.tick());
        let id = create.id.unwrap_or(&own);
        if self.objects.lock().unwrap().contains_key(id) {
            return self.answer(Reply::Exists);
        }
        self.note(Wrote::Create, create.body);
        self.stored(id, create.body, create.stamp)
    }

    async fn update(&self, _: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        if let Some(answer) = self.taken(update.body)? {
            return self.answer(answer);
        }
        if let Some(refused) = self.check(update.id, update.version) {
            return self.answer(refused);
        }
        self.note(Wrote::Update, update.body);
        self.stored(update.id, update.body, update.stamp)
    }

    async fn delete(&self, _: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        if let Some(refused) = self.check(delete.id, delete.version) {
            return self.answer(refused);
        }
        let body = self.objects.lock().unwrap()[delete.id].body.clone();
        self.note(Wrote::Delete, &body);
        self.remove(delete.id);
        self.answer(Reply::Deleted)
    }

    async fn watch(&self, _: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure> {
        self.admitted().await?;
        let channel = Channel {
            id: watch.id,
            resource: watch.id.to_string(),
            expires: watch.until,
        };
        let token = watch.token.to_owned();
        self.manners()
            .channels
            .insert(watch.id, (token, watch.until));
        Ok(channel)
    }

    async fn unwatch(&self, channel: &Channel) -> Result<(), Failure> {
        self.manners().channels.remove(&channel.id);
        Ok(())
    }
}

fn malformed(id: &str) -> Malformed {
    Malformed {
        id: id.to_owned(),
        reason: "start: is no time".to_owned(),
    }
}

/// Several such providers, by the user name with which they are connected. `oauth` signs in with a code: the user name.
#[derive(Default)]
pub struct Models {
    pub all: BTreeMap<String, Model>,
    /// How often an access token was refreshed.
    pub refreshes: AtomicUsize,
    /// What a refresh is answered with instead of a new token.
    pub refused: Mutex<Option<Failure>>,
}

impl Models {
    fn grant(access: &str) -> Grant {
        Grant {
            access: access.to_owned().into(),
            refresh: Some("refresh".to_owned().into()),
            expires_in: 3600,
            scopes: String::new(),
        }
    }
}

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

    fn authorize_url(&self, _: &str, request: &AuthorizeRequest<'_>) -> Option<String> {
        Some(request.state.to_owned())
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        Ok(Self::grant("first"))
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        let count = self.refreshes.fetch_add(1, Ordering::SeqCst);
        // Others come meanwhile.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        match self.refused.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(Self::grant(&format!("renewed-{count}"))),
        }
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        let (name, tokens) = match account.password {
            Some((name, _)) => (name, None),
            None => ("oauth", Some(account.tokens)),
        };
        let model = self.all[name].clone();
        Ok(Arc::new(Model { tokens, ..model }))
    }
}
