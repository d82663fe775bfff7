//! A feed, as booking systems publish it: it can only be read, and only whole. Its events come under new UIDs from time to time,
//! which are all the ids that they have.

use std::collections::BTreeMap;

use calendar::Event;
use sync::links::content_key;

use super::{Kind, Object, Provider};

/// What became of a feed's events since when.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// When each id was last given to an event that had another one.
    turned: BTreeMap<String, u64>,
    /// When the event under each id last became another one in a reader's eyes.
    rewritten: BTreeMap<String, Rewritten>,
}

/// When an event was last given another time, title or rule.
#[derive(Clone, Copy, Debug, Default)]
struct Rewritten {
    any: u64,
    time: u64,
    title: u64,
}

impl Provider {
    pub fn is_feed(&self) -> bool {
        self.kind == Kind::Feed
    }

    /// These events come under ids that were never there.
    pub fn turn(&mut self, ids: &[String]) {
        for id in ids {
            self.version();
            let to = format!("r{}", self.position);
            self.give(vec![(id.clone(), to)]);
        }
    }

    /// Ids that are there, or were, are dealt anew: `to` names one for each that is there.
    pub fn deal(&mut self, to: Vec<String>) {
        self.give(self.live().into_iter().zip(to).collect());
    }

    /// With its id an event gets another UID, which nothing has anywhere.
    fn give(&mut self, ids: Vec<(String, String)>) {
        let mut moved: Vec<(String, Object, Option<Rewritten>)> = Vec::new();
        for (from, to) in ids {
            if from == to {
                continue;
            }
            let object = self.objects.remove(&from).unwrap();
            moved.push((to, object, self.feed.rewritten.remove(&from)));
        }
        for (id, mut object, rewritten) in moved {
            object.version = self.version();
            object.position = self.position;
            object.before = None;
            let mark = object.body.categories.first();
            let mark = mark.map_or("", String::as_str);
            object.body.uid = format!("uid-{mark}-{}", self.position);
            object.id.clone_from(&id);
            self.feed.turned.insert(id.clone(), self.position);
            match rewritten {
                Some(at) => self.feed.rewritten.insert(id.clone(), at),
                None => self.feed.rewritten.remove(&id),
            };
            self.objects.insert(id, object);
        }
    }

    /// An event is about to become another one under its id.
    pub(super) fn note_rewriting(&mut self, id: &str, body: &Event) {
        let Some(before) = self.objects.get(id).filter(|o| o.live) else {
            return;
        };
        let (before, now) = (&before.body, self.position);
        let rewritten = self.feed.rewritten.entry(id.to_owned()).or_default();
        if content_key(before) != content_key(body) {
            rewritten.any = now;
        }
        if before.when != body.when {
            rewritten.time = now;
        }
        if before.title != body.title {
            rewritten.title = now;
        }
    }

    /// Marks of events that are other ones in a reader's eyes since they were last read: they have another id, and another time,
    /// title or rule as well, or another time and title. Nobody can know, then, that they are the same.
    pub fn replaced(&self, read: u64) -> impl Iterator<Item = &String> {
        let replaced = self.feed.rewritten.iter().filter(move |(id, rewritten)| {
            let turned = self.feed.turned.get(*id).is_some_and(|at| *at > read);
            (turned && rewritten.any > read) || (rewritten.time > read && rewritten.title > read)
        });
        replaced.flat_map(|(id, _)| &self.objects[id].body.categories)
    }
}
