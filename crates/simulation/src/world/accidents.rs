//! What happens to accounts and installations: consent is withdrawn, rights are taken away, and a second installation looks
//! after the same calendars.

use sync::{Policy, Role};

use super::{World, say};
use crate::{
    model::{Hub, Worker},
    provider::Access,
};

/// What a second installation has and remembers.
#[derive(Clone)]
pub struct Installation {
    pub hub: Hub,
    workers: Vec<Worker>,
}

impl World {
    /// How many installations look after these calendars.
    pub fn installations(&self) -> usize {
        1 + usize::from(self.other.is_some())
    }

    /// The other installation is at work from now on.
    pub fn exchange(&mut self) {
        if let Some(other) = &mut self.other {
            std::mem::swap(&mut self.hub, &mut other.hub);
            std::mem::swap(&mut self.workers, &mut other.workers);
        }
    }

    pub(super) fn perhaps_exchange(&mut self) {
        if self.other.is_some() && self.rng.chance(50) {
            self.exchange();
        }
    }

    /// Some worlds have a second installation: where all calendars are in step in both directions.
    pub(super) fn perhaps_another(&mut self) {
        let places = &self.hub.places;
        let plain = |place: &crate::model::Place| {
            place.role == Role::Both && place.mask == sync::Mask::everything()
        };
        if self.hub.policy != Policy::default() || !places.iter().all(plain) {
            return;
        }
        if self.rng.chance(15) {
            say!(self, "a second installation");
            self.other = Some(Box::new(Installation {
                hub: Hub::another(places.clone()),
                workers: places.iter().map(|_| Worker::default()).collect(),
            }));
        }
    }

    /// Consent is withdrawn, an account may only read any more, or all is well again.
    pub(crate) fn change_access(&mut self, place: usize) {
        let access = match self.providers[place].access {
            Access::Full if self.rng.chance(50) => Access::ReadOnly,
            Access::Full => Access::Revoked,
            Access::ReadOnly | Access::Revoked => return self.give_access(place),
        };
        say!(self, "{place}: access is {access:?}");
        self.providers[place].access = access;
    }

    /// Somebody connects the account again.
    pub(super) fn give_access(&mut self, place: usize) {
        if self.providers[place].access == Access::Full {
            return;
        }
        say!(self, "{place}: connected again");
        self.providers[place].access = Access::Full;
        for (_, worker) in self.lost.iter_mut().filter(|(at, _)| *at == place) {
            worker.forget_refusals();
        }
        for _ in 0..self.installations() {
            self.hub.reconnect(place);
            self.workers[place].forget_refusals();
            self.exchange();
        }
    }
}
