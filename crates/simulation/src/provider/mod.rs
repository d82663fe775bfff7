//! Model providers: what Google, Microsoft Graph and CalDAV servers do to a client that writes conditionally, and feeds to one
//! that can only read.

mod feed;
mod window;

use std::collections::BTreeMap;

use calendar::{Event, Override, Text, unit};
use jiff::Timestamp;
use sync::{Stamp, Version, replication::Reply};

use feed::Feed;
pub use window::{Round, Window};

/// Which habits a provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// We choose ids; they are burned after deletion; versions are ordered; takes patches.
    Google,
    /// It chooses ids; versions are ordered; takes patches; a restored event gets a new id.
    Graph,
    /// We choose hrefs, which can be used again; entity tags have no order; takes whole bodies.
    CalDav,
    /// It can only be read, and only whole; ids do not last, and entity tags have no order.
    Feed,
}

/// What it does to texts that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewriting {
    None,
    Trim,
    Html,
}

/// What our account may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Full,
    /// It may only read any more.
    ReadOnly,
    /// Its consent was withdrawn.
    Revoked,
}

/// One event, or what is left of it.
#[derive(Clone, Debug)]
pub struct Object {
    pub id: String,
    pub version: Version,
    pub body: Event,
    pub stamp: Option<Stamp>,
    /// The stamp of the request that made it.
    pub made: Option<Stamp>,
    /// The stamps that it has borne, also those that a program threw away.
    pub(crate) borne: Vec<Stamp>,
    pub modified: Timestamp,
    pub live: bool,
    /// What a reader that lags behind still sees.
    pub before: Option<Box<Self>>,
    /// Where in the feed its last change is.
    pub position: u64,
    /// When it fell out of the window that listings cover, if it is out of it.
    pub left: Option<u64>,
    /// From when to when it was there; people bring back what they have deleted.
    pub(crate) stays: Vec<(u64, Option<u64>)>,
}

impl Object {
    /// The stamp that a copy of it bears. Graph tells which request made an event, and a copy none did: a stamp from then is not
    /// taken for ours there (`providers/microsoft/whole.rs`).
    pub fn stamp_of_copy(&self, kind: Kind) -> Option<Stamp> {
        self.stamp
            .filter(|_| kind != Kind::Graph || self.made != self.stamp)
    }

    /// Whether it was there when a cursor was handed out.
    fn was_there(&self, cursor: u64) -> bool {
        let stays =
            |(from, to): &(u64, Option<u64>)| *from <= cursor && to.is_none_or(|to| to > cursor);
        self.stays.iter().any(stays)
    }
}

/// A write on its way.
#[expect(clippy::large_enum_variant, reason = "a handful of them at a time")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Create {
        id: Option<String>,
        /// Which copy in which generation it is for.
        attempt: String,
        stamp: Stamp,
        body: Event,
    },
    Update {
        id: String,
        tag: String,
        stamp: Stamp,
        previous: Event,
        body: Event,
    },
    Delete {
        id: String,
        tag: String,
    },
}

/// One calendar at a provider.
#[derive(Clone)]
pub struct Provider {
    pub kind: Kind,
    pub rewriting: Rewriting,
    pub access: Access,
    pub objects: BTreeMap<String, Object>,
    /// Its cursors tell nothing of what was made and deleted since (RFC 6578 3.5 lets a server leave it out).
    pub brief: bool,
    /// What its listings cover, if they do not cover everything.
    pub window: Option<Window>,
    /// What is to be known of it, if it is a feed.
    pub(crate) feed: Feed,
    /// Grows with every change; what cursors are made of.
    pub position: u64,
    /// Requests that will be executed some time after everybody gave them up.
    pub late: Vec<Write>,
    /// Under which id each attempt was made, where we choose ids.
    pub(crate) made: BTreeMap<String, String>,
    /// Attempts that made an event a second time although the first one is there.
    pub doubled: Vec<String>,
    /// Writes that changed something.
    pub writes: usize,
}

impl Provider {
    pub fn new(kind: Kind, rewriting: Rewriting) -> Self {
        Self {
            kind,
            rewriting,
            access: Access::Full,
            objects: BTreeMap::new(),
            brief: false,
            window: None,
            feed: Feed::default(),
            position: 0,
            late: Vec::new(),
            made: BTreeMap::new(),
            doubled: Vec::new(),
            writes: 0,
        }
    }

    /// Whether the order of versions tells old sightings from new ones.
    pub fn is_ordered(&self) -> bool {
        !matches!(self.kind, Kind::CalDav | Kind::Feed)
    }

    pub fn choose_id(&self, copy: &str, generation: u32) -> Option<String> {
        (self.kind != Kind::Graph).then(|| format!("{copy}-{generation}"))
    }

    pub fn live(&self) -> Vec<String> {
        let live = self.objects.values().filter(|o| o.live);
        live.map(|o| o.id.clone()).collect()
    }

    pub fn dead(&self) -> Vec<String> {
        let dead = self.objects.values().filter(|o| !o.live);
        dead.map(|o| o.id.clone()).collect()
    }

    fn version(&mut self) -> Version {
        self.position += 1;
        let number = self.position;
        if self.is_ordered() {
            Version {
                tag: number.to_string(),
                order: i64::try_from(number).ok(),
            }
        } else {
            Version {
                tag: format!("\"{:x}\"", number.wrapping_mul(0x9E37_79B9) & 0xFFFF_FFFF),
                order: None,
            }
        }
    }

    /// Puts a new event or a new version of one, as a person does.
    pub fn put(
        &mut self,
        id: Option<String>,
        body: Event,
        stamp: Option<Stamp>,
        now: Timestamp,
    ) -> String {
        let version = self.version();
        let id = id.unwrap_or_else(|| format!("o{}", self.position));
        let body = self.rewritten(body);
        let left = self.left(self.objects.get(&id), Some(&body));
        if self.is_feed() {
            self.note_rewriting(&id, &body);
        }
        let before = self.objects.remove(&id);
        let mut stays = before.as_ref().map_or(Vec::new(), |b| b.stays.clone());
        if before.as_ref().is_none_or(|before| !before.live) {
            stays.push((self.position, None));
        }
        let before = before.map(|before| {
            Box::new(Object {
                before: None,
                ..before
            })
        });
        let made = before.as_ref().and_then(|before| before.made);
        let mut borne = before.as_ref().map_or(Vec::new(), |b| b.borne.clone());
        borne.extend(stamp.filter(|stamp| !borne.contains(stamp)));
        let object = Object {
            before,
            id: id.clone(),
            version,
            body,
            stamp,
            made,
            borne,
            modified: now,
            live: true,
            position: self.position,
            left,
            stays,
        };
        self.objects.insert(id.clone(), object);
        id
    }

    /// Removes an event, as a person does.
    pub fn remove(&mut self, id: &str) {
        let version = self.version();
        let position = self.position;
        let left = self.left(self.objects.get(id), None);
        let object = self.objects.get_mut(id).unwrap();
        (object.live, object.version, object.position) = (false, version, position);
        object.left = left;
        if let Some((_, to)) = object.stays.last_mut() {
            *to = Some(position);
        }
    }

    fn rewritten(&self, mut body: Event) -> Event {
        match self.rewriting {
            Rewriting::None => {}
            Rewriting::Trim => {
                body.title = body.title.trim().to_owned();
                body.text.content = body.text.content.trim_end().to_owned();
            }
            Rewriting::Html => {
                body.title = body.title.trim().to_owned();
                if !body.text.html && !body.text.is_empty() {
                    let html = body.text.content.replace('\n', "<br>\n");
                    body.text = Text::html(format!("<html><body>{html}</body></html>"));
                }
            }
        }
        for place in &mut body.places {
            place.name = place.name.trim().to_owned();
        }
        for entry in body.overrides.values_mut() {
            if let Override::Patch(patch) = entry
                && let Some(title) = &mut patch.title
            {
                *title = title.trim().to_owned();
            }
        }
        body
    }

    /// Executes a write and answers.
    pub fn execute(&mut self, write: Write, now: Timestamp) -> Reply {
        if self.is_feed() {
            return Reply::Refused("read-only".to_owned());
        }
        match write {
            Write::Create {
                id,
                attempt,
                stamp,
                body,
            } => {
                if let Some(there) = id.as_ref().and_then(|id| self.objects.get(id))
                    && (there.live || self.kind == Kind::Google)
                {
                    return Reply::Exists;
                }
                let chosen = id.is_some();
                let id = self.put(id, body, Some(stamp), now);
                self.objects.get_mut(&id).unwrap().made = Some(stamp);
                if chosen {
                    let twin = self.made.insert(attempt.clone(), id.clone());
                    let twin = twin.filter(|twin| *twin != id && self.objects[twin].live);
                    self.doubled.extend(twin.map(|_| attempt));
                }
                self.stored(&id)
            }
            Write::Update {
                id,
                tag,
                stamp,
                previous,
                body,
            } => {
                let there = match self.condition(&id, &tag) {
                    Ok(there) => there,
                    Err(reply) => return reply,
                };
                let body = if self.kind == Kind::CalDav {
                    body
                } else {
                    let mut patched = there.body;
                    for unit in unit::diff(&previous, &body) {
                        unit.take(&mut patched, &body);
                    }
                    patched
                };
                self.put(Some(id.clone()), body, Some(stamp), now);
                self.stored(&id)
            }
            Write::Delete { id, tag } => {
                if let Err(reply) = self.condition(&id, &tag) {
                    return reply;
                }
                self.remove(&id);
                self.writes += 1;
                Reply::Deleted
            }
        }
    }

    fn condition(&self, id: &str, tag: &str) -> Result<Object, Reply> {
        let there = self.objects.get(id).filter(|o| o.live);
        let there = there.ok_or(Reply::Missing)?;
        if tag == "*" || there.version.tag == tag {
            Ok(there.clone())
        } else {
            Err(Reply::Stale)
        }
    }

    fn stored(&mut self, id: &str) -> Reply {
        self.writes += 1;
        let there = &self.objects[id];
        Reply::Stored {
            id: id.to_owned(),
            version: there.version.clone(),
            body: Box::new(there.body.clone()),
        }
    }

    /// What changed since `cursor` (dead objects too), or everything that is there.
    pub fn changes(&self, cursor: Option<u64>) -> Vec<Object> {
        let objects = self.objects.values();
        match cursor {
            Some(cursor) => objects
                .filter(|o| o.position > cursor)
                .filter(|o| !self.brief || o.live || o.was_there(cursor))
                .cloned()
                .collect(),
            None => objects.filter(|o| o.live).cloned().collect(),
        }
    }
}
