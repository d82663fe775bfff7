//! Leases that are taken over in mid-work: the worker that had one believes that it still has it, and goes on. What it sends goes
//! out late, what it is answered comes late, and what it has read is old.

use super::{World, say};
use crate::rng::{Rng, mix};

/// Distinguishes the stream of chance that says where it happens.
const LEASES: u64 = 10202;

impl World {
    /// Draws whether leases are lost here.
    pub(super) fn make_leases(&mut self, seed: u64) {
        let mut rng = Rng::new(mix(seed, LEASES));
        self.odd.leases = rng.chance(20);
    }

    /// Another worker takes a calendar over. What it knows is what is committed.
    pub(super) fn take_over(&mut self, place: usize) {
        if self.is_at_rest_at(place) {
            return;
        }
        say!(self, "{place}: another worker takes it over");
        let worker = std::mem::take(&mut self.workers[place]);
        self.lost.push((place, worker));
    }

    /// A worker that has lost its lease does one thing more.
    pub(super) fn go_on(&mut self) {
        if self.lost.is_empty() {
            return;
        }
        let index = self.rng.below(self.lost.len());
        let (place, mut worker) = self.lost.swap_remove(index);
        say!(self, "{place}: who had it before goes on");
        std::mem::swap(&mut self.workers[place], &mut worker);
        if self.workers[place].page.is_some() && self.rng.chance(40) {
            self.commit_page(place);
        } else {
            self.advance(place);
        }
        let rests = self.is_at_rest_at(place);
        std::mem::swap(&mut self.workers[place], &mut worker);
        if !rests {
            self.lost.push((place, worker));
        }
    }

    /// All of them come to their end.
    pub(crate) fn finish_lost(&mut self) {
        while !self.lost.is_empty() {
            self.go_on();
        }
    }
}
