//! Feeds whose ids do not last, and what their publishers do.

use calendar::Event;
use sync::Role;

use super::{World, say};
use crate::{
    model::{calendar, index_of, place_of},
    provider::{Kind, Rewriting},
    rng::{Rng, mix},
};

/// Distinguishes the stream of chance that makes feeds. No life in `tests/it/caught.txt` that was there before has one.
const FEEDS: u64 = 425;

/// What the publisher of a feed does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// All events come under new ids.
    All,
    /// Some do.
    Some,
    /// The ids that there are, or were, are dealt anew, as if they were numbers.
    Deal,
    /// One is edited, and some come under new ids, before anybody looks.
    Edition,
    /// The same event is there a second time.
    Twin,
    /// The id of one, which is there or was, is a new event's.
    Reuse,
}

pub(super) const TURNS: [Turn; 7] = [
    Turn::All,
    Turn::All,
    Turn::Some,
    Turn::Deal,
    Turn::Edition,
    Turn::Twin,
    Turn::Reuse,
];

impl World {
    /// Draws which sources are feeds.
    pub(super) fn make_feeds(&mut self, seed: u64) {
        let mut rng = Rng::new(mix(seed, FEEDS));
        if !rng.chance(40) {
            return;
        }
        for place in 0..self.providers.len() {
            let source = self.hub.places[place].role == Role::Source;
            let provider = &mut self.providers[place];
            if source && provider.window.is_none() && rng.chance(75) {
                (provider.kind, provider.rewriting) = (Kind::Feed, Rewriting::None);
                self.odd.feeds.push(place);
            }
        }
    }

    /// Whether a calendar is a feed: nobody moves anything there, or from there.
    pub(crate) fn is_feed(&self, place: usize) -> bool {
        self.providers[place].is_feed()
    }

    /// The publisher of a feed does something.
    pub(super) fn turn(&mut self, place: usize, turn: Turn) {
        say!(self, "{place}: the feed turns: {turn:?}");
        match turn {
            Turn::All => self.turn_all(place),
            Turn::Some => self.turn_some(place),
            Turn::Deal => self.deal(place),
            Turn::Edition => {
                self.edit_there(place);
                self.turn_some(place);
            }
            Turn::Twin => self.twin_there(place),
            Turn::Reuse => self.reuse(place),
        }
        self.note_replaced();
    }

    pub(crate) fn turn_all(&mut self, place: usize) {
        let ids = self.providers[place].live();
        self.providers[place].turn(&ids);
    }

    fn turn_some(&mut self, place: usize) {
        let mut ids = self.providers[place].live();
        ids.retain(|_| self.rng.chance(60));
        self.providers[place].turn(&ids);
    }

    fn deal(&mut self, place: usize) {
        let provider = &self.providers[place];
        let count = provider.live().len();
        let mut ids: Vec<String> = provider.objects.keys().cloned().collect();
        let mut dealt = Vec::new();
        for _ in 0..count {
            let index = self.rng.below(ids.len());
            dealt.push(ids.swap_remove(index));
        }
        self.providers[place].deal(dealt);
    }

    fn reuse(&mut self, place: usize) {
        let ids: Vec<String> = self.providers[place].objects.keys().cloned().collect();
        let Some(id) = self.rng.pick(&ids) else {
            return;
        };
        let before = self.providers[place].objects[&id].clone();
        if before.live {
            self.deleted(place, &before.body, Some(&id));
            self.providers[place].remove(&id);
        }
        let event = self.new_event(place);
        let now = self.now();
        self.providers[place].put(Some(id.clone()), event, None, now);
        say!(self, "{place}: {id} is a new event");
    }

    /// The same event a second time: it is two for everybody, and nothing tells one from the other.
    fn twin_there(&mut self, place: usize) {
        let Some(id) = self.rng.pick(&self.providers[place].live()) else {
            return;
        };
        let mut body = self.providers[place].objects[&id].body.clone();
        body.uid = format!("uid-twin-{}", self.ledger.number());
        self.ledger.restored.extend(body.categories.clone());
        let now = self.now();
        let twin = self.providers[place].put(None, body, None, now);
        say!(self, "{place}: {id} is there again as {twin}");
    }

    /// Two events are there that may be taken for each other.
    pub(super) fn note_alike(&mut self, place: usize, events: [&Event; 2]) {
        if self.is_feed(place) {
            let marks = events.into_iter().flat_map(|event| &event.categories);
            self.ledger.alike.extend(marks.cloned());
        }
    }

    /// What has another id, and other contents as well, since it was last read is gone for every reader, and another event has
    /// come.
    pub(crate) fn note_replaced(&mut self) {
        for place in &self.odd.feeds {
            let read = self.hub.cursors[*place].unwrap_or_default();
            let replaced = self.providers[*place].replaced(read);
            self.ledger.replaced.extend(replaced.cloned());
        }
        self.ledger.deletions |= !self.ledger.replaced.is_empty();
    }

    /// I7: other ids alone write nothing.
    pub(crate) fn turn_again(&mut self) -> Result<(), String> {
        if self.odd.feeds.is_empty() {
            return Ok(());
        }
        let elsewhere = |world: &Self| -> Vec<(usize, u64)> {
            let all = world.providers.iter().enumerate();
            let others = all.filter(|(_, provider)| !provider.is_feed());
            others
                .map(|(place, provider)| (place, provider.position))
                .collect()
        };
        let before = elsewhere(self);
        for place in self.odd.feeds.clone() {
            if self.rng.chance(50) {
                say!(self, "{place}: the feed turns, calmly");
                self.turn_all(place);
            } else {
                say!(self, "{place}: the feed's ids are dealt anew, calmly");
                self.deal(place);
            }
        }
        self.rest()?;
        if before == elsewhere(self) {
            Ok(())
        } else {
            Err("I7: other ids in a feed wrote something".to_owned())
        }
    }

    /// Each event of a feed is where it belongs, unless somebody has declined it there.
    pub(crate) fn check_feeds(&self) -> Result<(), String> {
        let sources = self.hub.places.iter().filter(|p| p.role == Role::Source);
        let is_told = self.ledger.replaced.is_empty() && !self.ledger.blind;
        if sources.count() > 1 || !is_told || !self.hub.linking {
            return Ok(());
        }
        for member in self.hub.members.iter().filter(|member| member.declined) {
            let linked = &self.hub.linked[index_of(member.linked.0)];
            let origin = &self.hub.rows[index_of(linked.origin.0)].copy;
            let mark = origin.local.categories.first();
            let place = place_of(member.calendar);
            let is_of_feed = linked.alive && self.is_feed(place_of(origin.calendar));
            if is_of_feed && !mark.is_none_or(|mark| self.may_be_declined(mark, place)) {
                return Err(format!(
                    "L3: {mark:?} is not at {place}, and nobody declined it"
                ));
            }
        }
        for place in &self.odd.feeds {
            let live = self.providers[*place].live();
            if let Some(id) = live.iter().find(|id| !self.is_linked(*place, id)) {
                return Err(format!("L8: {id} at {place} belongs to no link"));
            }
        }
        Ok(())
    }

    fn may_be_declined(&self, mark: &String, place: usize) -> bool {
        let ledger = &self.ledger;
        let mut deletes = ledger.deletes.iter().filter(|d| d.place == place);
        let free = [&ledger.moved, &ledger.restored, &ledger.alike];
        free.iter().any(|marks| marks.contains(mark))
            || deletes.any(|d| d.mark.as_ref().is_none_or(|there| there == mark))
    }

    fn is_linked(&self, place: usize, id: &str) -> bool {
        self.hub.members.iter().any(|member| {
            let copy = &self.hub.rows[index_of(member.copy.0)].copy;
            copy.remote.id() == Some(id)
                && member.calendar == calendar(place)
                && self.hub.linked[index_of(member.linked.0)].alive
        })
    }
}
