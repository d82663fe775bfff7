//! What must hold once things come to rest (I1–I10).

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Unit, unit};
use sync::{
    Copy, Outcome, Remote, Role, loose,
    replication::{Step, plan},
};

use super::veiled::{sight, stays};
use crate::{
    ledger::Edit,
    model::place_of,
    slots::numbers,
    world::{World, say},
};

/// Rounds after which things that still move will never rest.
const ROUNDS_MAX: usize = 40;

/// More events than people make in a life, mirrors and all.
const EVENTS_MAX: usize = 400;

type Result = std::result::Result<(), String>;

/// Fails unless something holds.
macro_rules! must {
    ($holds:expr, $($arg:tt)*) => {
        if !$holds {
            return Err(format!($($arg)*));
        }
    };
}
pub(crate) use must;

impl World {
    /// Works without accidents until nothing moves any more (I7). Of two installations one after the other does: in step
    /// they would swap two values for ever, until the guard against competing tools stops one of them.
    pub fn rest(&mut self) -> Result {
        self.faults = false;
        if self.other.is_none() {
            return self.rest_alone();
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            let before = self.positions();
            self.rest_alone()?;
            self.exchange();
            quiet = if before == self.positions() {
                quiet + 1
            } else {
                0
            };
            if quiet > 2 {
                return Ok(());
            }
        }
        Err("two installations never come to rest".to_owned())
    }

    fn positions(&self) -> Vec<u64> {
        self.providers.iter().map(|p| p.position).collect()
    }

    fn rest_alone(&mut self) -> Result {
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            self.hub.catch_up();
            let before: u64 = self.providers.iter().map(|p| p.position).sum();
            let mut moved = false;
            for place in 0..self.providers.len() {
                moved |= self.work(place);
            }
            let after: u64 = self.providers.iter().map(|p| p.position).sum();
            let still = !moved && before == after && self.is_at_rest();
            quiet = if still { quiet + 1 } else { 0 };
            let events: usize = self.providers.iter().map(|p| p.objects.len()).sum();
            must!(events < EVENTS_MAX, "I3: events multiply");
            if quiet >= 2 && !self.decide() {
                return Ok(());
            }
        }
        Err("it never comes to rest".to_owned())
    }

    /// Finishes what is under way at one calendar, reads it, and writes one thing per copy.
    fn work(&mut self, place: usize) -> bool {
        self.finish(place);
        let before = self.hub.cursors[place];
        self.fetch(place);
        self.tick(place);
        self.finish(place);
        let mut moved = self.hub.cursors[place] != before;
        for row in 0..self.hub.rows.len() {
            if self.hub.place(row) == place && self.is_idle(row) {
                moved |= self.push_row(row);
                self.tick(row);
            }
        }
        self.finish(place);
        moved
    }

    fn finish(&mut self, place: usize) {
        while !self.is_at_rest_at(place) {
            self.commit_page(place);
            self.tick(place);
            self.advance(place);
            self.tick(place);
        }
    }

    /// All of it.
    pub fn check(&mut self) -> Result {
        if let Some(leak) = &self.leak {
            return Err(leak.clone());
        }
        for _ in 0..self.installations() {
            self.check_copies()?;
            self.check_objects()?;
            self.check_links()?;
            self.check_masks()?;
            self.exchange();
        }
        self.check_doubles()?;
        self.check_feeds()?;
        self.check_lost()?;
        self.check_meant()
    }

    fn check_copies(&self) -> Result {
        for (index, row) in self.hub.rows.iter().enumerate() {
            let copy = &row.copy;
            let step = plan(copy, &self.hub.unfinished(index));
            must!(
                step == Step::Nothing,
                "I1: copy {index} still wants {step:?}"
            );
            let live = matches!(copy.remote, Remote::Live { .. });
            must!(
                copy.alive == live,
                "I1: copy {index} alive={} but {:?}",
                copy.alive,
                copy.remote
            );
            if let Remote::Live { id, version } = &copy.remote {
                self.check_pair(index, copy, id, version)?;
            }
        }
        let open = self.hub.intents.iter().find(|i| i.outcome == Outcome::Open);
        must!(open.is_none(), "an intent stays open: {open:?}");
        Ok(())
    }

    fn check_pair(&self, index: usize, copy: &Copy, id: &str, version: &sync::Version) -> Result {
        let place = place_of(copy.calendar);
        let there = self.providers[place].objects.get(id).filter(|o| o.live);
        let Some(there) = there else {
            return Err(format!("I1: copy {index}: {id} is not there"));
        };
        must!(
            there.version == *version,
            "I1: copy {index}: {id} has another version"
        );
        let Some(base) = &copy.base else {
            return Err(format!("copy {index} has no base"));
        };
        let differs = unit::diff(&base.remote, &there.body);
        must!(
            differs.is_empty(),
            "I1: copy {index}: base is not what is there: {differs:?}"
        );
        let pending = copy.pending();
        must!(
            pending.is_empty(),
            "I1: copy {index} has pending {pending:?}"
        );
        for unit in unit::all([&copy.local, &there.body]) {
            must!(
                loose::same(&unit, &copy.local, &there.body),
                "I1: copy {index}: {unit:?} differs from the provider's\n  here  {:?}\n  there {:?}",
                copy.local,
                there.body
            );
        }
        Ok(())
    }

    fn check_objects(&self) -> Result {
        for (place, provider) in self.providers.iter().enumerate() {
            for id in provider.live() {
                let copies = self.hub.rows.iter().filter(|row| {
                    place_of(row.copy.calendar) == place
                        && matches!(&row.copy.remote, Remote::Live { id: known, .. } if *known == id)
                });
                let count = copies.count();
                must!(count == 1, "I3: {id} at {place} has {count} copies");
            }
            if self.hub.places[place].role == Role::Source {
                must!(provider.writes == 0, "I10: the source {place} was written");
            }
        }
        Ok(())
    }

    fn check_links(&self) -> Result {
        for member in &self.hub.members {
            let linked = self
                .hub
                .linked
                .iter()
                .find(|l| l.id == member.linked)
                .unwrap();
            let row = self
                .hub
                .rows
                .iter()
                .find(|r| r.copy.id == member.copy)
                .unwrap();
            let (name, copy) = (member.copy, &row.copy);
            if member.role.receives() {
                let expected = linked.alive && !member.declined;
                must!(
                    copy.alive == expected,
                    "I1: copy {name} alive={}, linked {}",
                    copy.alive,
                    linked.alive
                );
                let differs = unit::diff(
                    &member.agreed,
                    &sight(linked, member).project(&linked.value),
                );
                must!(
                    !linked.alive || differs.is_empty(),
                    "I1: copy {name} has not agreed to {differs:?}"
                );
            }
            if member.role.sends() && copy.alive {
                // L3: of two sources one may delete what the other keeps; nothing brings the deletion to a source.
                must!(
                    linked.alive || member.role == Role::Source,
                    "I1: the living sender {name} of a dead linked event"
                );
                for unit in unit::diff(&member.agreed, &copy.local) {
                    // Of an occurrence the mask hides fields, never all of it.
                    let partly = matches!(unit, Unit::Override(_))
                        && (self.odd.veils || stays(linked, member, copy, &Unit::Title));
                    let covered = partly || stays(linked, member, copy, &unit);
                    must!(covered, "I1: {unit:?} of copy {name} did not flow");
                }
            }
        }
        for linked in 0..self.hub.linked.len() {
            let members = self
                .hub
                .members
                .iter()
                .filter(|m| m.linked == self.hub.linked[linked].id);
            let calendars: BTreeSet<_> = members.clone().map(|m| m.calendar).collect();
            must!(
                calendars.len() == members.count(),
                "I3: linked {linked} has two copies in a calendar"
            );
        }
        Ok(())
    }

    /// I3: at most one live object per event and calendar, told by a mark that travels with the event. A second installation
    /// has mirrors of its own.
    fn check_doubles(&self) -> Result {
        for (place, provider) in self.providers.iter().enumerate() {
            let mut seen: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
            for object in provider.objects.values().filter(|o| o.live) {
                for mark in &object.body.categories {
                    let same = seen.entry(mark).or_default();
                    same.push(&object.id);
                    // Each of two installations makes an event again that an edit keeps from being deleted; and neither
                    // knows a mirror of the other's on which nothing says so any more.
                    // What one moves, another deletes and a third edits, all at once, lives on and comes back as well.
                    let deleted = self.ledger.is_deleted(mark);
                    let unknown = deleted || self.ledger.unmarked.contains(mark);
                    let again = (self.other.is_some() && unknown)
                        || (deleted && self.ledger.moved.contains(mark));
                    // Which of two events of a feed that are the same to the letter is which, nobody can know.
                    let ledger = &self.ledger;
                    let others = [&ledger.restored, &ledger.replaced, &ledger.alike];
                    let free = again || others.iter().any(|marks| marks.contains(mark));
                    must!(
                        same.len() <= self.installations() || free,
                        "I3: {same:?} at {place} are the same event {mark}"
                    );
                }
            }
        }
        Ok(())
    }

    /// Values that lost and are kept.
    pub(crate) fn losers(&self) -> BTreeSet<u32> {
        let mut losers = BTreeSet::new();
        let others = self.other.iter().map(|other| &other.hub);
        let hubs = || std::iter::once(&self.hub).chain(others.clone());
        for conflict in hubs().flat_map(|hub| &hub.conflicts) {
            // A question whose copy has died meanwhile keeps both.
            let lost: &[&calendar::Event] = match conflict.remote_won {
                Some(true) => &[&conflict.local],
                Some(false) => &[&conflict.remote],
                None => &[&conflict.local, &conflict.remote],
            };
            let of_unit = lost.iter().flat_map(|event| numbers(event));
            let of_unit = of_unit.filter(|(slot, _)| slot.unit() == conflict.unit);
            losers.extend(of_unit.map(|(_, number)| number));
        }
        for event in hubs().flat_map(|hub| &hub.met) {
            losers.extend(numbers(event).map(|(_, number)| number));
        }
        losers
    }

    /// I2.
    fn check_lost(&self) -> Result {
        let mut alive = BTreeSet::new();
        for provider in &self.providers {
            for object in provider.objects.values().filter(|o| o.live) {
                alive.extend(numbers(&object.body).map(|(_, number)| number));
            }
        }
        let losers = self.losers();
        // Where a mask became narrower, others do not see any more what they wrote themselves.
        let narrowed = &self.masks[self.providers.len()..];
        let hidden = |place, edit: &Edit| {
            self.was_covered(place, edit.slot)
                || narrowed
                    .iter()
                    .any(|(at, _)| self.was_covered(*at, edit.slot))
                || self.ledger.was_veiled(edit)
        };
        match self.ledger.first_lost(&alive, &losers, hidden) {
            None => Ok(()),
            Some(edit) => Err(format!(
                "I2: {:?} {} made at {} (over {:?}) is lost",
                edit.slot, edit.number, edit.place, edit.replaced
            )),
        }
    }

    /// I7: another full listing of everything writes nothing.
    pub fn list_again(&mut self) -> Result {
        say!(self, "full listings");
        let before = self.positions();
        for _ in 0..self.installations() {
            self.hub.cursors.fill(None);
            self.exchange();
        }
        self.rest()?;
        must!(
            before == self.positions(),
            "I7: a full listing at rest wrote something"
        );
        Ok(())
    }
}
