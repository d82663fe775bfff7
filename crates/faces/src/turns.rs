//! Nobody's programs take up the whole hub: of one person's requests so many are worked on at once, and the others wait for
//! theirs. Who loads ten thousand events over eight connections waits for himself, and not others for him.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use hub::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// From so many people on, those of whom nothing is under way are forgotten.
const KEPT_MAX: usize = 1_000;

/// Whose requests are under way.
pub(crate) struct Turns {
    each: usize,
    people: Mutex<HashMap<UserId, Arc<Semaphore>>>,
}

impl Default for Turns {
    /// As many as there are cores, and one more, since some wait for the database's writer.
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self::of(cores + 1)
    }
}

impl Turns {
    fn of(each: usize) -> Self {
        Self {
            each,
            people: Mutex::default(),
        }
    }

    /// Waits for this person's turn, which ends when what is returned goes.
    pub(crate) async fn take(&self, person: UserId) -> Option<OwnedSemaphorePermit> {
        let own = self.own(person);
        // It is never closed.
        own.acquire_owned().await.ok()
    }

    fn own(&self, person: UserId) -> Arc<Semaphore> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= KEPT_MAX {
            people.retain(|_, own| Arc::strong_count(own) > 1);
        }
        let new = || Arc::new(Semaphore::new(self.each));
        people.entry(person).or_insert_with(new).clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn who_has_much_under_way_waits_and_nobody_else_does() {
        let turns = Turns::of(2);
        let (first, second) = (turns.take(person(1)).await, turns.take(person(1)).await);
        assert_eq!(turns.own(person(1)).available_permits(), 0);
        assert!(turns.take(person(2)).await.is_some());
        drop(first);
        assert_eq!(turns.own(person(1)).available_permits(), 1);
        assert!(turns.take(person(1)).await.is_some());
        drop(second);
        assert_eq!(turns.own(person(1)).available_permits(), 2);
    }

    #[tokio::test]
    async fn who_has_nothing_under_way_is_forgotten_when_there_are_many() {
        let turns = Turns::of(1);
        let held = turns.take(person(0)).await;
        for number in 1..=KEPT_MAX as u128 {
            turns.take(person(number)).await;
        }
        let known = turns
            .people
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        assert!(known <= 2, "{known}");
        assert_eq!(turns.own(person(0)).available_permits(), 0);
        drop(held);
    }
}
