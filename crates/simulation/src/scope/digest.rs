//! Which states are the same: all that can influence what happens yet, or what is asked at the end, and nothing else.
//!
//! Stamps are numbered as they turn up, since every attempt takes a new one. What only grows is told by what it is compared
//! with. Each struct is taken apart by name, so that a new field is thought about here.

use std::hash::{DefaultHasher, Hash, Hasher};

use calendar::Unit;
use sync::{Base, Cause, Copy, Intent, Linked, Member, Operation, Stamp, replication::Reply};

use crate::{
    model::{Flight, Hub, Page, Row, Stage, Worker, index_of},
    provider::{Object, Provider, Write},
    world::World,
};

/// The digest of a world.
pub fn of(world: &World) -> u64 {
    let mut digest = Digest::default();
    for place in 0..world.providers.len() {
        digest.place(place, world);
    }
    digest.link(&world.hub);
    world.ledger.hash(&mut digest.hasher);
    world.leak.is_some().hash(&mut digest.hasher);
    world.losers().hash(&mut digest.hasher);
    digest.hasher.finish()
}

/// The digest of what one calendar's worker can come upon as long as nobody else does anything.
pub fn of_place(place: usize, world: &World) -> u64 {
    let mut digest = Digest::default();
    digest.put(place);
    digest.place(place, world);
    digest.link(&world.hub);
    digest.hasher.finish()
}

#[derive(Default)]
struct Digest {
    hasher: DefaultHasher,
    stamps: Vec<Stamp>,
}

impl Digest {
    fn put(&mut self, value: impl Hash) {
        value.hash(&mut self.hasher);
    }

    fn stamp(&mut self, stamp: Option<Stamp>) {
        let known = stamp.map(|stamp| {
            let known = self.stamps.iter().position(|known| *known == stamp);
            known.unwrap_or_else(|| {
                self.stamps.push(stamp);
                self.stamps.len() - 1
            })
        });
        self.put(known);
    }

    fn place(&mut self, place: usize, world: &World) {
        self.provider(&world.providers[place]);
        self.copies(place, world);
        self.worker(place, &world.workers[place], &world.hub);
    }

    fn provider(&mut self, provider: &Provider) {
        let Provider {
            kind: _,
            rewriting: _,
            access: _,
            brief: _,
            objects,
            // Listings cover everything here, and none is a feed.
            window: _,
            feed: _,
            position,
            late,
            made,
            doubled,
            writes,
        } = provider;
        self.put((position, made, doubled, *writes > 0, objects.len()));
        for object in objects.values() {
            self.object(object);
        }
        self.put(late.len());
        for write in late {
            self.write(write);
        }
    }

    fn object(&mut self, object: &Object) {
        let Object {
            id,
            version,
            body,
            stamp,
            made,
            modified,
            live,
            before,
            position,
            borne: _,
            left: _,
            stays: _,
        } = object;
        self.put((id, &version.tag, body, modified, live, position));
        self.stamp(*stamp);
        self.put((made == stamp, before.is_some()));
        if let Some(before) = before {
            self.object(before);
        }
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::Create {
                id,
                attempt,
                stamp,
                body,
            } => {
                self.put((0, id, attempt, body));
                self.stamp(Some(*stamp));
            }
            Write::Update {
                id,
                tag,
                stamp,
                previous,
                body,
            } => {
                self.put((1, id, tag, previous, body));
                self.stamp(Some(*stamp));
            }
            Write::Delete { id, tag } => self.put((2, id, tag)),
        }
    }

    /// What the hub knows of one calendar.
    fn copies(&mut self, place: usize, world: &World) {
        let hub = &world.hub;
        let here = |row: &usize| hub.place(*row) == place;
        self.put(hub.cursors[place]);
        for row in (0..hub.rows.len()).filter(here) {
            self.put(row);
            self.row(&hub.rows[row]);
        }
        let flights = &world.workers[place].flights;
        let mut intents: Vec<&Intent> = hub
            .intents
            .iter()
            .filter(|intent| here(&index_of(intent.copy.0)))
            .filter(|intent| {
                intent.may_arrive() || flights.iter().any(|flight| flight.stamp == intent.stamp)
            })
            .collect();
        // In which order those of different copies were made is nobody's business.
        intents.sort_by_key(|intent| intent.copy);
        self.put(intents.len());
        for intent in intents {
            self.intent(intent, hub.feeds[place]);
        }
    }

    /// What the calendars have in common.
    fn link(&mut self, hub: &Hub) {
        // Places, masks and the policy are those of the start; conflicts and what met are asked for what lost.
        let Hub {
            places: _,
            policy: _,
            linking: _,
            rows,
            intents: _,
            linked,
            members,
            conflicts: _,
            met: _,
            cursors: _,
            feeds: _,
            reads: _,
            merged,
            deferred,
            moment: _,
            // Cursors are not brief there.
            written: _,
            heard: _,
            letter: _,
            ids: _,
        } = hub;
        self.put((merged, deferred.len(), rows.len()));
        for linked in linked {
            self.linked(linked);
        }
        for member in members {
            self.member(member);
        }
    }

    fn row(&mut self, row: &Row) {
        let Row {
            copy,
            projected,
            unsettled,
        } = row;
        self.put((projected, unsettled));
        let Copy {
            id,
            calendar,
            local,
            edition: _,
            alive,
            remote,
            generation,
            base,
            held,
            causes,
            // Told to people, never asked.
            life_cause: _,
            stamp,
            rewrite,
            parked,
            heir,
            taken,
            own,
        } = copy;
        self.put((
            id, calendar, local, alive, generation, held, rewrite, parked, heir,
        ));
        self.put((taken, own.as_ref().map(|own| &own.text)));
        self.put(std::mem::discriminant(remote));
        self.put(remote.id());
        if let sync::Remote::Live { version, .. }
        | sync::Remote::Gone {
            version: Some(version),
            ..
        } = remote
        {
            self.put(&version.tag);
        }
        self.put(base.is_some());
        if let Some(Base { remote, local }) = base {
            self.put((remote, local));
        }
        self.stamp(*stamp);
        for (unit, cause) in causes {
            self.cause(unit, cause);
        }
        if let Some(own) = own {
            self.cause(&Unit::Text, &own.cause);
        }
    }

    fn cause(&mut self, unit: &Unit, cause: &Cause) {
        let Cause {
            kind,
            from,
            link: _,
            via: _,
            change: _,
            modified,
        } = cause;
        self.put((unit, *kind as u8, from, modified));
    }

    fn linked(&mut self, linked: &Linked) {
        let Linked {
            id,
            link: _,
            value,
            authors,
            alive,
            origin,
        } = linked;
        self.put((id, value, authors, alive, origin));
    }

    fn member(&mut self, member: &Member) {
        let Member {
            linked,
            link: _,
            calendar,
            copy,
            // The model's providers have every series.
            part: _,
            exploded: _,
            apart: _,
            role: _,
            mask: _,
            agreed,
            agreed_alive,
            since,
            declined,
            stopped,
            attached,
        } = member;
        self.put((linked, calendar, copy, agreed, since.is_some()));
        self.put((agreed_alive, declined, stopped, attached));
    }

    fn intent(&mut self, intent: &Intent, feed_now: u64) {
        let Intent {
            stamp,
            copy,
            operation,
            generation,
            remote_id,
            version,
            body,
            local,
            feed,
            causes: _,
            life_cause: _,
            in_parts: _,
            at: _,
            outcome,
        } = intent;
        self.stamp(Some(*stamp));
        self.put((copy, operation, generation, remote_id, body, local));
        self.put(version.as_ref().map(|version| &version.tag));
        // Only the answer to a create is compared with how often the feed was read.
        self.put((
            *operation == Operation::Create && *feed == feed_now,
            outcome,
        ));
    }

    fn worker(&mut self, place: usize, worker: &Worker, hub: &Hub) {
        let Worker {
            flights,
            page,
            waiting,
            read,
        } = worker;
        let mut flights: Vec<&Flight> = flights.iter().collect();
        flights.sort_by_key(|flight| (flight.row, flight.stamp));
        self.put(flights.len());
        for Flight { row, stamp, stage } in flights {
            self.put(row);
            self.stamp(Some(*stamp));
            self.stage(stage, hub.feeds[place]);
        }
        for (row, since) in waiting {
            let asked = page.as_ref().is_some_and(|page| page.began >= *since);
            self.put((row, read >= since, asked));
        }
        self.put(page.is_some());
        if let Some(page) = page {
            self.page(place, page, hub);
        }
    }

    fn stage(&mut self, stage: &Stage, feed_now: u64) {
        self.put(std::mem::discriminant(stage));
        match stage {
            Stage::Ready(write) => self.write(write),
            Stage::Replied(reply) => {
                self.put(std::mem::discriminant(reply));
                if let Reply::Stored { id, version, body } = reply {
                    self.put((id, &version.tag, body));
                }
            }
            Stage::Look(id, known) => self.put((id, format!("{known:?}"))),
            Stage::Found(found, id, feed, known) => {
                self.put((id, *feed == feed_now, found.is_some(), format!("{known:?}")));
                if let Some(found) = found {
                    self.object(found);
                }
            }
        }
    }

    fn page(&mut self, place: usize, page: &Page, hub: &Hub) {
        let Page {
            began,
            objects,
            cursor,
            full,
            half,
            back,
            named: _,
            feed: _,
        } = page;
        self.put((cursor, full, half, back, objects.len()));
        for object in objects {
            let id = &object.id;
            let heard = hub.heard.get(&(place, id.clone()));
            self.put(heard.is_some_and(|heard| heard > began));
            self.object(object);
        }
    }
}
