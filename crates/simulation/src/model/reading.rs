//! How a worker reads: a page at a time, in two transactions, and what a listing does not hold is looked at.

use sync::{Intent, Law, Operation, Remote, law::holds, replication::Reply};

use super::{
    place_of,
    worker::{Flight, Stage},
};
use crate::{
    ledger::Unseen,
    provider::{Access, Kind, Object, Round},
    world::{World, say},
};

/// What was read and is being digested.
#[derive(Clone)]
pub(crate) struct Page {
    /// The hub's moment when it was read.
    pub(crate) began: u64,
    pub(crate) objects: Vec<Object>,
    pub(crate) cursor: u64,
    pub(crate) full: bool,
    /// What a window's listing named: what changed, and what is in it no more. It is yet to be read.
    pub(crate) named: Option<Named>,
    /// The first transaction of two is through.
    pub(crate) half: bool,
    /// Something that it did not hold was there, and not as it was.
    pub(crate) back: bool,
    /// How often the calendar had been read before.
    pub(crate) feed: u64,
}

/// Ids in the listing of a window.
#[derive(Clone)]
pub(crate) struct Named {
    present: Vec<String>,
    removed: Vec<String>,
}

impl World {
    /// Reads the feed.
    pub fn fetch(&mut self, place: usize) {
        let provider = &self.providers[place];
        let worker = &self.workers[place];
        // Without an order of versions an old page cannot be told from a new one: one thing at a time.
        if worker.page.is_some()
            || (!provider.is_ordered() && !worker.flights.is_empty())
            || provider.access == Access::Revoked
        {
            return;
        }
        let cursor = self.hub.cursors[place].filter(|cursor| provider.serves(*cursor));
        let Round {
            mut objects,
            removed,
        } = provider.round(cursor);
        let named = provider.window.map(|_| Named {
            present: objects.iter().map(|o| o.id.clone()).collect(),
            removed,
        });
        if holds(Law::GoneIsFoundByUid) {
            // What went comes first, as in a full listing.
            objects.sort_by_key(|object| object.live);
        }
        let page = Page {
            objects,
            cursor: provider.position,
            full: cursor.is_none(),
            named,
            began: self.hub.moment,
            half: false,
            back: false,
            feed: self.hub.feeds[place],
        };
        if !page.objects.is_empty() || page.full {
            let ids: Vec<&str> = page.objects.iter().map(|o| o.id.as_str()).collect();
            say!(self, "{place}: reads {ids:?} full={}", page.full);
        }
        self.workers[place].page = Some(page);
    }

    /// Commits half of a page; with the second half, the cursor.
    pub fn commit_page(&mut self, place: usize) {
        let Some(mut page) = self.workers[place].page.take() else {
            return;
        };
        if page.feed != self.hub.feeds[place] && holds(Law::PagesInTurn) {
            say!(self, "{place}: what was read is older than what is known");
            return;
        }
        let looks = page.full || page.named.is_some();
        if looks && self.providers[place].access == Access::Revoked {
            // What it lacks cannot be looked up; it is read again.
            return;
        }
        if let Some(named) = page.named.take() {
            page.objects = self.hydrate(place, named);
            self.workers[place].page = Some(page);
            return;
        }
        if page.full && !page.half {
            // What went comes first: the same event may have come back under another id.
            if self.is_feed(place) {
                let renamed = self.hub.rebind(place, &page.objects);
                say!(self, "{place}: {renamed} have other ids");
            } else {
                page.back = self.check_absent(place, &page.objects);
            }
        }
        if !page.full && !page.half && self.providers[place].brief {
            self.check_untold(place, &page);
        }
        let middle = page.objects.len() / 2;
        let part = if page.half {
            &page.objects[middle..]
        } else {
            &page.objects[..middle]
        };
        for object in part {
            say!(self, "{place}: sees {} live={}", object.id, object.live);
            let now = self.providers[place].objects.get(&object.id);
            // Of a feed there is only the whole of it.
            let fresh = now.filter(|_| {
                !self.is_feed(place) && self.hub.is_newer(place, &object.id, page.began)
            });
            // The page was read before what was seen of it since: a look says what is so now.
            let object = fresh.cloned().unwrap_or_else(|| object.clone());
            let ids_last = !self.is_feed(place);
            if let Some(first) = self.made_before(place, &object) {
                say!(self, "{place}: {} was made first", first.id);
                self.hub.sighted(place, &first, ids_last);
            }
            self.hub.sighted(place, &object, ids_last);
        }
        self.hub.feeds[place] += 1;
        if !page.half {
            page.half = true;
            page.feed += 1;
            let taken = middle > 0 && !page.full && self.providers[place].brief;
            if taken && holds(Law::InterruptedIsReadWhole) {
                self.hub.cursors[place] = None;
            }
            if !holds(Law::CursorLast) {
                self.hub.cursors[place] = Some(page.cursor);
            }
            self.workers[place].page = Some(page);
            return;
        }
        self.read_to(place, &page);
    }

    /// Saves how far a calendar has been read.
    fn read_to(&mut self, place: usize, page: &Page) {
        // Of what came back since, the cursor may tell nothing.
        let whole_again = page.back && self.providers[place].brief && holds(Law::BackIsReadWhole);
        self.hub.cursors[place] = Some(page.cursor).filter(|_| !whole_again);
        self.hub.reads[place] = Some(self.hub.moment);
        self.workers[place].read = page.began;
    }

    /// Reads each event that a window's listing named. What is in it no more may only have left it: if it is one of ours, a
    /// look says what became of it.
    fn hydrate(&mut self, place: usize, named: Named) -> Vec<Object> {
        let Named { present, removed } = named;
        let ours = |id: &String| {
            let mut rows = self.hub.rows.iter();
            rows.any(|row| place_of(row.copy.calendar) == place && row.copy.remote.id() == Some(id))
        };
        let removed: Vec<String> = removed.into_iter().filter(ours).collect();
        say!(self, "{place}: reads {present:?}, and {removed:?}, removed");
        let objects = &self.providers[place].objects;
        let there = present.iter().map(|id| objects[id].clone());
        let gone = removed.iter().map(|id| Object {
            live: objects[id].live && holds(Law::RemovedIsLookedAt),
            ..objects[id].clone()
        });
        let mut read: Vec<Object> = gone.chain(there).collect();
        if holds(Law::GoneIsFoundByUid) {
            read.sort_by_key(|object| object.live);
        }
        read
    }

    /// R10: absence from a listing is checked with a GET before it is a deletion. Whether anything is there, and not as it was.
    fn check_absent(&mut self, place: usize, listed: &[Object]) -> bool {
        let mut back = false;
        for row in 0..self.hub.rows.len() {
            let Remote::Live { id, version } = self.hub.rows[row].copy.remote.clone() else {
                continue;
            };
            if self.hub.place(row) != place || listed.iter().any(|o| o.id == id) {
                continue;
            }
            let found = self.providers[place]
                .objects
                .get(&id)
                .filter(|_| holds(Law::AbsenceIsChecked));
            let seen = self.hub.observation(found, &id);
            say!(
                self,
                "{place}: {id} not listed, live={}",
                seen.body.is_some()
            );
            back |= seen.version.as_ref().is_some_and(|v| *v != version);
            self.hub.observe(row, &seen);
        }
        back
    }

    /// R10: what was written since the cursor and is not in what it tells is looked at.
    fn check_untold(&mut self, place: usize, page: &Page) {
        let here = |(row, _): &(&usize, &u64)| self.hub.place(**row) == place;
        let written: Vec<usize> = (self.hub.written.iter().filter(here))
            .filter(|(_, since)| **since <= page.began)
            .map(|(row, _)| *row)
            .collect();
        for row in written {
            self.hub.written.remove(&row);
            let Remote::Live { id, .. } = self.hub.rows[row].copy.remote.clone() else {
                continue;
            };
            if page.objects.iter().any(|o| o.id == id) || !holds(Law::OwnWritesAreTold) {
                continue;
            }
            let seen = self
                .hub
                .observation(self.providers[place].objects.get(&id), &id);
            say!(self, "{place}: {id} not told, live={}", seen.body.is_some());
            self.hub.observe(row, &seen);
        }
    }

    /// Whether a person's event is about to be made again and its calendar was not read since that was known. Whoever took it
    /// away may have brought it back under another id.
    pub(super) fn waits_for_reading(&mut self, place: usize, row: usize) -> bool {
        let there = &self.hub.rows[row];
        let again = !there.projected && matches!(there.copy.remote, Remote::Gone { .. });
        if !again || !holds(Law::MadeAgainAfterReading) {
            return false;
        }
        let worker = &mut self.workers[place];
        if let Some(since) = worker.waiting.get(&row) {
            if *since > worker.read {
                return true;
            }
            worker.waiting.remove(&row);
            return false;
        }
        // What is being read already was asked for before this.
        self.hub.moment += 1;
        worker.waiting.insert(row, self.hub.moment);
        true
    }

    /// Whether we know that there is an event of this id.
    pub fn is_known(&self, place: usize, id: &str) -> bool {
        let others = self.other.iter().map(|other| &other.hub);
        let mut hubs = std::iter::once(&self.hub).chain(others);
        if let Some(told) = &self.told {
            let stamp = self.providers[place].objects[id].stamp;
            return told.contains(&(place, id.to_owned(), stamp));
        }
        hubs.all(|hub| {
            hub.rows.iter().any(|row| {
                let remote = &row.copy.remote;
                place_of(row.copy.calendar) == place
                    && matches!(remote, Remote::Live { id: there, .. } if there == id)
            })
        })
    }

    /// Why it will never be known what a person saw who deletes the event of this id now: one that we tried to make, whose id the
    /// provider chose, or forgets, or one whose update by us was not answered.
    pub fn unseen(&self, place: usize, id: &str) -> Option<Unseen> {
        let provider = &self.providers[place];
        let borne = &provider.objects[id].borne;
        let told = self.told.as_ref();
        let seen = told.is_some_and(|told| told.iter().any(|(at, of, _)| *at == place && of == id));
        let hubs = std::iter::once(&self.hub).chain(self.other.iter().map(|o| &o.hub));
        let intents = hubs.flat_map(|hub| &hub.intents);
        let open: Vec<&Intent> = intents.filter(|i| i.may_arrive()).collect();
        let is_update = |i: &&Intent| borne.contains(&i.stamp) && i.operation == Operation::Update;
        if open.iter().any(is_update) {
            return Some(Unseen::Updated);
        }
        if self.is_known(place, id) || (provider.kind == Kind::Google && !seen) {
            return None;
        }
        let creates = open.iter().filter(|i| i.operation == Operation::Create);
        let same = creates.filter(|i| i.remote_id.as_deref() == Some(id));
        let again = provider.kind == Kind::CalDav && same.count() > 1;
        Some(if again { Unseen::Again } else { Unseen::Untold })
    }

    /// Whether we know that there is, or were told that we made, an event of this id.
    pub fn is_told(&self, place: usize, id: &str) -> bool {
        let known = self.is_known(place, id);
        let told = |flight: &Flight| match &flight.stage {
            Stage::Replied(Reply::Stored { id: made, .. }) => made == id,
            Stage::Replied(Reply::StoredUnread) => true,
            _ => false,
        };
        let object = &self.providers[place].objects[id];
        let others = self.other.iter().map(|other| &other.hub);
        let mut hubs = std::iter::once(&self.hub).chain(others);
        let unconfirmed = hubs.any(|hub| {
            let mut intents = hub.intents.iter();
            intents.any(|intent| Some(intent.stamp) == object.stamp && intent.may_arrive())
        });
        // An update that was stored and deleted again before we heard of it counts as an edit that beats the deletion.
        if known {
            return !unconfirmed;
        }
        self.other.is_none() && self.workers[place].flights.iter().any(told)
    }
}
