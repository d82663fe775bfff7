//! How much work a rule was, and whether it was too much.
//!
//! A unit is a year that was turned to, or a day or a period on a day that was looked at because the interval does not
//! divide a day; a year that a rule in another calendar looks at is four hundred. What can be said without looking at one after the other costs nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Units after which a search without a find gives up. Walking through all years that there are is a fifth of it, and three
/// centuries of days are as much.
pub(super) const WORK_MAX: u64 = 100_000;

/// Years without an instance after which it is asked whether there can be any.
pub(super) const IN_VAIN: i32 = 40;

/// Instances in a row, times excluded rules, that may be taken away before a search for the next one gives up.
pub(super) const EXCLUDED_MAX: usize = 100_000;

/// Instances of an event that touch what is asked and that busy time is made of; with more of them all time up to the last one is
/// taken.
pub(super) const INSTANCES_MAX: usize = 100_000;

/// Instances that are looked at for that: all around what is asked, where even each second is one, and as many as are told.
pub(super) const WALKED_MAX: usize = 5 * INSTANCES_MAX;

/// What a rule has cost so far.
#[derive(Debug, Default)]
pub(super) struct Spent {
    work: AtomicU64,
    gave_up: AtomicBool,
}

impl Spent {
    pub(super) fn add(&self, work: u64) {
        if work > 0 {
            self.work.fetch_add(work, Ordering::Relaxed);
        }
    }

    pub(super) fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    pub(super) fn give_up(&self) {
        self.gave_up.store(true, Ordering::Relaxed);
    }

    pub(super) fn gave_up(&self) -> bool {
        self.gave_up.load(Ordering::Relaxed)
    }
}
