//! A provider that lives in memory: ids that it chooses, versions that grow, conditional writes, a change feed, and what
//! goes wrong on demand: replies that get lost, requests that come late, reads that lag behind.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use calendar::{Event, Override, Zone};
use jiff::Timestamp;
use protocols::microsoft;
use providers::{
    Account, AuthorizeRequest, Calendar, Changes, Channel, Connector, Create, Delete, Description,
    Directory, Failure, Fit, Found, Grant, Malformed, Place, Seen, Series, Sighting, Tokens,
    Traits, Update, Watch,
};
use sync::{Stamp, Version, replication::Reply};
use tokio::sync::Notify;
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
#[expect(clippy::struct_excessive_bools, reason = "each is a manner of its own")]
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
    /// How often it is read, if not once an hour.
    pub poll: Option<Duration>,
    /// Channels live so much shorter than was asked for.
    pub shorter: jiff::SignedDuration,
    /// Channels can be prolonged.
    pub prolongs: bool,
    /// It chooses ids itself.
    pub own_ids: bool,
    /// It has the series of Graph and no others, and spells their rules as Graph does.
    pub narrow: bool,
    /// The id of what is gone may be used again.
    pub reuses_ids: bool,
    /// It is a feed: it can only be read whole, and its ids do not last.
    pub feed: bool,
    /// It says what there is, with versions, whatever has changed.
    pub sweeps: bool,
    /// Its cursors tell nothing of what was made and deleted since.
    pub brief: bool,
    /// It says that nothing has changed since whenever it is asked about.
    pub deaf: bool,
    /// Full listings name events only; they are read some at a time.
    pub names_only: bool,
    /// It says that nothing has changed.
    pub unchanged: bool,
    /// How soon its publisher says that it is worth while to read again.
    pub again: Option<std::time::Duration>,
    /// How many more calendars the account has, all with the same events.
    pub more_calendars: usize,
    /// What its calendars' ids begin with; calendars of other ids are gone.
    pub calendar_ids: Option<&'static str>,
    /// Zone of its calendars, if not Berlin.
    pub zone: Option<&'static str>,
    /// The account's owner has taken back what was granted; reading and writing are forbidden, and the list says why.
    pub withdrawn: bool,
    /// The account may read only.
    pub read_only: bool,
    /// Listings leave these out; looks find them.
    pub unlisted: BTreeSet<String>,
    /// Listings say of these that they are removed, though they may only have left the window that is listed.
    pub removed: BTreeSet<String>,
    /// Full listings break off with this.
    pub breaks_off: Option<Failure>,
    /// Listings know nothing that is newer than this version.
    pub lag: Option<i64>,
    /// Nor do looks.
    pub looks_lag: bool,
    /// What the next read brings once more, from long ago.
    pub replays: Vec<Sighting>,
    /// What it makes of what it is given.
    pub rewrites: Option<fn(&mut Event)>,
    /// Ten versions have the same order, as if they were of the same second.
    pub coarse: bool,
    /// What it stores it does not return, and it says no version.
    pub unread: bool,
    /// Writes are not answered and come late (see [`Model::deliver`]).
    pub late: bool,
    /// Nothing is ever answered.
    pub hangs: bool,
    /// The next listing, or what is found of a write, is on its way for as long as this does not ring.
    pub lingers: Option<Arc<Notify>>,
    /// So many requests more are answered; the process that asks for another one is dead by then.
    pub until_death: Option<usize>,
    /// Death comes after the request was carried out, not before.
    pub dies_after: bool,
}

/// A write that is under way for a long time.
enum Late {
    Create(String, Event, Stamp),
    Update(String, Version, Event, Stamp),
    Delete(String, Version),
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
    /// How often single events were looked at.
    pub looks: Arc<AtomicUsize>,
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
    /// What was carried out, in order: `create`, `update` or `delete`, and the id.
    log: Arc<Mutex<Vec<String>>>,
    /// Writes that somebody was told of, because they were of an event with people.
    pub mails: Arc<AtomicUsize>,
    /// Titles of what was made as a copy of somebody else's.
    pub imported: Arc<Mutex<Vec<String>>>,
    late: Arc<Mutex<Vec<Late>>>,
    /// Told when the process that asks has died.
    pub died: Arc<tokio::sync::Notify>,
}

impl Model {
    /// How the provider behaves; to be changed by tests.
    pub fn manners(&self) -> MutexGuard<'_, Manners> {
        self.manners.lock().unwrap()
    }

    /// What was carried out, in order.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    fn note(&self, wrote: Wrote, id: &str, event: &Event, people: bool) {
        let what = format!("{wrote:?} {id}").to_lowercase();
        self.log.lock().unwrap().push(what);
        self.wrote.lock().unwrap().push((wrote, event.clone()));
        if people && self.manners().mails {
            self.mails.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One event as it is now.
    pub fn sighting(&self, id: &str) -> Sighting {
        let object = self.objects.lock().unwrap()[id].clone();
        self.seen_as(id, &object)
    }

    /// Its latest version.
    pub fn latest(&self) -> i64 {
        i64::try_from(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    /// Writes that were under way for long arrive.
    pub fn deliver(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        for write in late {
            match write {
                Late::Create(id, body, stamp) => {
                    if !self.is_taken(&id) {
                        self.store(Wrote::Create, &id, &body, stamp);
                    }
                }
                Late::Update(id, version, body, stamp) => {
                    if self.check(&id, &version).is_none() {
                        self.store(Wrote::Update, &id, &body, stamp);
                    }
                }
                Late::Delete(id, version) => {
                    if self.check(&id, &version).is_none() {
                        self.erase(&id);
                    }
                }
            }
        }
    }

    /// Whether nothing can be made under this id.
    fn is_taken(&self, id: &str) -> bool {
        let objects = self.objects.lock().unwrap();
        let reuses = self.manners().reuses_ids;
        objects
            .get(id)
            .is_some_and(|object| object.alive || !reuses)
    }

    fn put_off(&self, write: Late) -> bool {
        let late = self.manners().late;
        if late {
            self.late.lock().unwrap().push(write);
        }
        late
    }

    /// The process that asked may be dead by now; then it hears nothing any more.
    async fn survived(&self) {
        if self.manners().until_death == Some(0) {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// Whether a look, or a listing, knows of an object.
    fn knows(manners: &Manners, id: &str, object: &Object, lags: bool) -> bool {
        let late = manners.lag.is_some_and(|lag| lags && object.version > lag);
        !manners.hidden.contains(id) && !late
    }

    /// What every request meets first: the account and the provider's health.
    async fn admitted(&self) -> Result<(), Failure> {
        if self.manners().hangs {
            std::future::pending::<()>().await;
        }
        let dies_after = self.manners().dies_after;
        if !dies_after {
            self.survived().await;
        }
        if let Some(left) = &mut self.manners().until_death {
            *left = left.saturating_sub(1);
        }
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
        if self.manners().read_only || self.manners().withdrawn {
            return Err(Failure::Forbidden("the calendar is read-only".to_owned()));
        }
        let answer = self.manners().refused.get(&body.title).cloned();
        answer.transpose()
    }

    fn tick(&self) -> i64 {
        i64::try_from(self.clock.fetch_add(1, Ordering::Relaxed)).unwrap() + 1
    }

    /// All that there is, by the tags of its versions.
    fn versions(&self) -> BTreeMap<String, String> {
        let objects = self.objects.lock().unwrap();
        let alive = objects.iter().filter(|(_, o)| o.alive);
        alive
            .map(|(id, o)| (id.clone(), format!("\"{}\"", o.version)))
            .collect()
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

    /// A person copies an event with all its properties, our stamp too.
    pub fn copy(&self, id: &str, to: &str, uid: &str) {
        let version = self.tick();
        let mut objects = self.objects.lock().unwrap();
        let mut object = objects[id].clone();
        (object.version, object.body.uid) = (version, uid.to_owned());
        objects.insert(to.to_owned(), object);
    }

    /// A person changes an event.
    pub fn edit(&self, id: &str, edit: impl FnOnce(&mut Event)) {
        let mut body = self.objects.lock().unwrap()[id].body.clone();
        edit(&mut body);
        self.put(id, body);
    }

    /// An event changes, and its version does not.
    pub fn edit_unseen(&self, id: &str, edit: impl FnOnce(&mut Event)) {
        edit(&mut self.objects.lock().unwrap().get_mut(id).unwrap().body);
    }

    /// Events come under other ids, which are their UIDs, too: for each that is there, its new one.
    pub fn turn(&self, to: impl Fn(&str, &Event) -> String) {
        let mut objects = self.objects.lock().unwrap();
        let turned = std::mem::take(&mut *objects);
        for (id, mut object) in turned.into_iter().filter(|(_, object)| object.alive) {
            object.version = self.tick();
            object.body.uid = to(&id, &object.body);
            objects.insert(object.body.uid.clone(), object);
        }
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

    fn erase(&self, id: &str) {
        let body = self.objects.lock().unwrap()[id].body.clone();
        self.note(Wrote::Delete, id, &body, !body.people.is_empty());
        self.remove(id);
    }

    async fn answer(&self, reply: Reply) -> Result<Reply, Failure> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if self.manners().dies_after {
            self.survived().await;
        }
        Ok(if self.lossy.load(Ordering::Relaxed) {
            Reply::Unknown
        } else {
            reply
        })
    }

    /// Carries a write out.
    fn store(&self, wrote: Wrote, id: &str, body: &Event, stamp: Stamp) -> Object {
        let before = self.objects.lock().unwrap().get(id).cloned();
        let had = before.is_some_and(|object| !object.body.people.is_empty());
        self.note(wrote, id, body, had || !body.people.is_empty());
        let mut body = body.clone();
        if let Some(rewrite) = self.manners().rewrites {
            rewrite(&mut body);
        }
        if self.manners().narrow {
            body = as_graph_has_it(&body);
        }
        let object = Object {
            version: self.tick(),
            body,
            stamp: Some(stamp),
            alive: true,
        };
        let mut objects = self.objects.lock().unwrap();
        objects.insert(id.to_owned(), object.clone());
        object
    }

    async fn stored(
        &self,
        wrote: Wrote,
        id: &str,
        body: &Event,
        stamp: Stamp,
    ) -> Result<Reply, Failure> {
        let object = self.store(wrote, id, body, stamp);
        if self.manners().unread {
            return self.answer(Reply::StoredUnread).await;
        }
        self.answer(Reply::Stored {
            id: id.to_owned(),
            version: self.version(&object),
            body: Box::new(object.body),
        })
        .await
    }

    fn version(&self, object: &Object) -> Version {
        let order = if self.manners().coarse {
            object.version / 10
        } else {
            object.version
        };
        Version {
            tag: format!("\"{}\"", object.version),
            order: Some(order),
        }
    }

    fn seen_as(&self, id: &str, object: &Object) -> Sighting {
        let version = self.version(object);
        let modified = version
            .order
            .map(|order| Timestamp::from_second(order).unwrap());
        let found = object.alive.then(|| Found {
            version,
            body: object.body.clone(),
            stamp: object.stamp,
            modified,
        });
        Sighting {
            id: id.to_owned(),
            found,
        }
    }

    /// Whether the provider cannot have a series.
    fn refuses(&self, previous: Option<&Event>, next: &Event) -> Option<Reply> {
        let narrow = self.manners().narrow;
        let fit = narrow.then(|| fit(previous, next))?;
        (!fit.is_whole()).then(|| Reply::Refused(format!("{fit:?}")))
    }

    fn check(&self, id: &str, version: &Version) -> Option<Reply> {
        match self.objects.lock().unwrap().get(id) {
            Some(object) if !object.alive => Some(Reply::Missing),
            Some(object) if format!("\"{}\"", object.version) != version.tag => Some(Reply::Stale),
            Some(_) => None,
            None => Some(Reply::Missing),
        }
    }
}

#[async_trait]
impl Connector for Model {
    fn traits(&self) -> Traits {
        let manners = self.manners();
        Traits {
            push: manners.push,
            poll: manners.poll.unwrap_or(Duration::from_secs(3600)),
            hurry: Duration::from_secs(900),
            concurrency: 4,
            quiet: !manners.mails,
            in_parts: false,
        }
    }

    fn ids_last(&self) -> bool {
        !self.manners().feed
    }

    fn tells_all(&self) -> bool {
        !self.manners().brief
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        self.admitted().await?;
        if self.manners().withdrawn {
            return Err(Failure::Ungranted("ErrorAccessDenied".to_owned()));
        }
        let manners = self.manners();
        let ids = manners.calendar_ids.unwrap_or("main");
        let calendar = |i: usize| Calendar {
            id: format!("{ids}{i}"),
            name: "Main".to_owned(),
            color: None,
            time_zone: Some(manners.zone.unwrap_or("Europe/Berlin").to_owned()),
            writable: !manners.read_only,
            primary: i == 0,
        };
        Ok((0..=manners.more_calendars).map(calendar).collect())
    }

    async fn changes(&self, place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.admitted().await?;
        if self.manners().withdrawn {
            return Err(Failure::Forbidden("ErrorAccessDenied".to_owned()));
        }
        let ids = self.manners().calendar_ids;
        if ids.is_some_and(|ids| !place.id.starts_with(ids)) {
            return Err(Failure::CalendarGone);
        }
        if cursor.is_some() && self.expired.swap(false, Ordering::Relaxed) {
            return Err(Failure::CursorInvalid);
        }
        let cursor = cursor.filter(|_| self.ids_last());
        let after: i64 = cursor.map_or(0, |c| c.parse().unwrap());
        let replays = std::mem::take(&mut self.manners().replays);
        let seen: Vec<(String, Object)> = {
            let manners = self.manners();
            if let (None, Some(failure)) = (cursor, &manners.breaks_off) {
                return Err(failure.clone());
            }
            let objects = self.objects.lock().unwrap();
            objects
                .iter()
                .filter(|(_, o)| o.version > after && (cursor.is_some() || o.alive))
                .filter(|(id, o)| {
                    let silent = manners.unchanged || manners.deaf && cursor.is_some();
                    let left_out = manners.unlisted.contains(*id) || manners.removed.contains(*id);
                    Self::knows(&manners, id, o, true) && !(left_out || silent)
                })
                .map(|(id, o)| (id.clone(), o.clone()))
                .collect()
        };
        let bad = self.manners().malformed.clone();
        let (bad, good): (Vec<_>, Vec<_>) = seen.into_iter().partition(|(id, _)| bad.contains(id));
        let (mut later, names_only) = (Vec::new(), self.manners().names_only);
        if names_only && cursor.is_none() {
            let all = good.iter().chain(&bad);
            later.extend(all.map(|(id, _)| id.clone()));
        }
        let good = good.iter().map(|(id, object)| self.seen_as(id, object));
        let good = good.filter(|seen| !later.contains(&seen.id));
        // What it does not show yet comes later.
        let cursor_now = self.manners().lag.unwrap_or_else(|| self.latest());
        let lingers = self.manners().lingers.take();
        if let Some(bell) = lingers {
            bell.notified().await;
        }
        let (unchanged, again, sweeps) = {
            let manners = self.manners();
            (manners.unchanged, manners.again, manners.sweeps)
        };
        Ok(Changes {
            sightings: replays.into_iter().chain(good).collect(),
            malformed: bad
                .iter()
                .filter(|(id, _)| !later.contains(id))
                .map(|(id, _)| malformed(id))
                .collect(),
            later: later.clone(),
            doubtful: self.manners().removed.iter().cloned().collect(),
            cursor: cursor_now.to_string(),
            full: cursor.is_none() && !unchanged,
            again,
            all: sweeps.then(|| self.versions()),
        })
    }

    async fn read(&self, place: Place<'_>, ids: &[String]) -> Result<Changes, Failure> {
        let mut read = Changes::default();
        for id in ids {
            match self.get(place, id).await? {
                Seen::Event(sighting) => read.sightings.push(*sighting),
                Seen::Malformed(bad) => read.malformed.push(bad),
                Seen::Nothing => read.doubtful.push(id.clone()),
            }
        }
        Ok(read)
    }

    async fn get(&self, _: Place<'_>, id: &str) -> Result<Seen, Failure> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.admitted().await?;
        let found = {
            let manners = self.manners();
            if let Some(failure) = manners.unreadable.get(id) {
                return Err(failure.clone());
            }
            if manners.malformed.contains(id) {
                return Ok(Seen::Malformed(malformed(id)));
            }
            let objects = self.objects.lock().unwrap();
            let found = objects
                .get(id)
                .filter(|o| o.alive && Self::knows(&manners, id, o, manners.looks_lag));
            found.cloned()
        };
        Ok(match found {
            Some(object) => Seen::Event(Box::new(self.seen_as(id, &object))),
            None => Seen::Nothing,
        })
    }

    async fn find(
        &self,
        place: Place<'_>,
        id: Option<&str>,
        stamp: Stamp,
    ) -> Result<Seen, Failure> {
        let found = self.manners().finds.clone();
        let by_stamp = {
            let manners = self.manners();
            let objects = self.objects.lock().unwrap();
            let mut known = objects
                .iter()
                .filter(|(id, o)| Self::knows(&manners, id, o, manners.looks_lag));
            let stamped = known.find(|(_, o)| o.alive && o.stamp == Some(stamp));
            stamped.map(|(id, _)| id.clone())
        };
        let seen = match found.as_deref().or(id).or(by_stamp.as_deref()) {
            Some(id) => self.get(place, id).await,
            None => Ok(Seen::Nothing),
        };
        let lingers = self.manners().lingers.take();
        if let Some(bell) = lingers {
            bell.notified().await;
        }
        seen
    }

    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String> {
        (!self.manners().own_ids).then(|| format!("{}-{generation}", copy.simple()))
    }

    async fn create(&self, _: Place<'_>, create: Create<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        if let Some(answer) = self.taken(create.body)? {
            return self.answer(answer).await;
        }
        if let Some(refused) = self.refuses(None, create.body) {
            return self.answer(refused).await;
        }
        if create.theirs {
            let title = create.body.title.clone();
            self.imported.lock().unwrap().push(title);
        }
        let own = format!("own-{}", self.tick());
        let id = create.id.unwrap_or(&own);
        if self.put_off(Late::Create(
            id.to_owned(),
            create.body.clone(),
            create.stamp,
        )) {
            return Ok(Reply::Unknown);
        }
        if self.is_taken(id) {
            return self.answer(Reply::Exists).await;
        }
        self.stored(Wrote::Create, id, create.body, create.stamp)
            .await
    }

    async fn update(&self, _: Place<'_>, update: Update<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        if let Some(answer) = self.taken(update.body)? {
            return self.answer(answer).await;
        }
        let Update {
            id,
            version,
            previous,
            body,
            stamp,
        } = update;
        if self.put_off(Late::Update(
            id.to_owned(),
            version.clone(),
            body.clone(),
            stamp,
        )) {
            return Ok(Reply::Unknown);
        }
        let refused = self.check(id, version);
        match refused.or_else(|| self.refuses(Some(previous), body)) {
            Some(refused) => self.answer(refused).await,
            None => self.stored(Wrote::Update, id, body, stamp).await,
        }
    }

    async fn delete(&self, _: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure> {
        self.admitted().await?;
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.manners().read_only {
            return Err(Failure::Forbidden("the calendar is read-only".to_owned()));
        }
        if self.put_off(Late::Delete(delete.id.to_owned(), delete.version.clone())) {
            return Ok(Reply::Unknown);
        }
        if let Some(refused) = self.check(delete.id, delete.version) {
            return self.answer(refused).await;
        }
        self.erase(delete.id);
        self.answer(Reply::Deleted).await
    }

    async fn watch(&self, _: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure> {
        self.admitted().await?;
        let expires = watch.until - self.manners().shorter;
        let channel = Channel {
            id: watch.id,
            resource: watch.id.to_string(),
            expires,
        };
        let token = watch.token.to_owned();
        self.manners().channels.insert(watch.id, (token, expires));
        Ok(channel)
    }

    async fn prolong(
        &self,
        channel: &Channel,
        until: Timestamp,
    ) -> Result<Option<Channel>, Failure> {
        self.admitted().await?;
        let mut manners = self.manners();
        let prolongs = manners.prolongs;
        let open = manners.channels.get_mut(&channel.id);
        Ok(open.filter(|_| prolongs).map(|(_, ends)| {
            *ends = until;
            Channel {
                expires: until,
                ..channel.clone()
            }
        }))
    }

    async fn unwatch(&self, channel: &Channel) -> Result<(), Failure> {
        self.manners().channels.remove(&channel.id);
        Ok(())
    }
}

/// The provider that has only Graph's series.
pub const NARROW: &str = "narrow";

fn fit(previous: Option<&Event>, next: &Event) -> Fit {
    let apart = microsoft::apart(previous, next, &Zone::utc());
    apart.map_or_else(|error| Fit::Nothing(error.to_string()), Fit::But)
}

/// A series in the words of a pattern; what it cannot have is not there.
fn as_graph_has_it(body: &Event) -> Event {
    let mut there = body.clone();
    let Ok((pattern, range)) = microsoft::recurrence::express(body) else {
        return there;
    };
    if body.is_series() {
        let mut rule = pattern.to_rule();
        range.apply(&mut rule, &body.when);
        let first = body.when.local_start().date();
        there.rules = vec![rule];
        there.excluded_rules.clear();
        there.overrides.retain(|id, entry| {
            let says = !matches!(entry, Override::Patch(patch) if patch.is_empty());
            says && pattern.occurs_on(range, first, id.0.date())
        });
    }
    there
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
    /// A refresh is carried out and never answered.
    pub silent: AtomicBool,
    /// The answer to a refresh is on its way for as long as this does not ring.
    pub lingers: Mutex<Option<Arc<Notify>>>,
    /// The refresh tokens that were used, in order.
    pub spent: Mutex<Vec<String>>,
    /// How often somebody signed in.
    pub signed_in: AtomicUsize,
}

impl Models {
    /// A grant whose refresh token is good once.
    fn grant(name: &str) -> Grant {
        Grant {
            access: name.to_owned().into(),
            refresh: Some(format!("refresh-{name}").into()),
            expires_in: 3600,
            scopes: String::new(),
        }
    }
}

#[async_trait]
impl Directory for Models {
    fn list(&self) -> Vec<Description> {
        let described = |id: &str| Description {
            id: id.to_owned(),
            name: "Model".to_owned(),
            auth: providers::Auth::Password,
            presets: Vec::new(),
        };
        vec![described("model"), described(NARROW)]
    }

    fn authorize_url(&self, _: &str, request: &AuthorizeRequest<'_>) -> Option<String> {
        Some(request.state.to_owned())
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        let count = self.signed_in.fetch_add(1, Ordering::SeqCst);
        Ok(Self::grant(&format!("signed-in-{count}")))
    }

    async fn refresh(&self, _: &str, token: &str) -> Result<Grant, Failure> {
        self.spent.lock().unwrap().push(token.to_owned());
        let count = self.refreshes.fetch_add(1, Ordering::SeqCst);
        let lingers = self.lingers.lock().unwrap().take();
        if let Some(bell) = lingers {
            bell.notified().await;
        }
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        // Others come meanwhile.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        match self.refused.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(Self::grant(&format!("renewed-{count}"))),
        }
    }

    fn fit(&self, provider: &str, series: Series<'_>) -> Fit {
        match provider {
            NARROW => fit(series.previous, series.next),
            _ => Fit::whole(),
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
