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
    people: Mutex<HashMap<UserId, Own>>,
}

/// What one person has under way.
#[derive(Clone)]
struct Own {
    all: Arc<Semaphore>,
    /// What changes something, one at a time: where a database has one writer, whoever else writes waits for one request
    /// of theirs at most.
    writing: Arc<Semaphore>,
}

/// A person's turn, which ends when it goes.
pub(crate) struct Turn {
    _writing: Option<OwnedSemaphorePermit>,
    _one: Option<OwnedSemaphorePermit>,
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

    /// Waits for this person's turn. `writes`: to change something.
    pub(crate) async fn take(&self, person: UserId, writes: bool) -> Turn {
        let own = self.own(person);
        // They are never closed.
        let mut writing = None;
        if writes {
            writing = own.writing.acquire_owned().await.ok();
        }
        Turn {
            _writing: writing,
            _one: own.all.acquire_owned().await.ok(),
        }
    }

    fn own(&self, person: UserId) -> Own {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= KEPT_MAX {
            people.retain(|_, own| {
                Arc::strong_count(&own.all) > 1 || Arc::strong_count(&own.writing) > 1
            });
        }
        let new = || Own {
            all: Arc::new(Semaphore::new(self.each)),
            writing: Arc::new(Semaphore::new(1)),
        };
        people.entry(person).or_insert_with(new).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;

    fn person(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn who_has_much_under_way_waits_and_nobody_else_does() {
        let turns = Turns::of(2);
        let free = |number| turns.own(person(number)).all.available_permits();
        let first = turns.take(person(1), false).await;
        let second = turns.take(person(1), true).await;
        assert_eq!((free(1), free(2)), (0, 2));
        drop(first);
        assert_eq!(free(1), 1);
        // It has a turn, and waits for what it writes already.
        let third = turns.take(person(1), true);
        assert!(timeout(Duration::from_millis(1), third).await.is_err());
        turns.take(person(1), false).await;
        turns.take(person(2), true).await;
        drop(second);
        turns.take(person(1), true).await;
        assert_eq!(free(1), 2);
    }

    #[tokio::test]
    async fn who_has_nothing_under_way_is_forgotten_when_there_are_many() {
        let turns = Turns::of(1);
        let held = turns.take(person(0), false).await;
        for number in 1..=KEPT_MAX as u128 {
            turns.take(person(number), false).await;
        }
        let known = turns
            .people
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        assert!(known <= 2, "{known}");
        assert_eq!(turns.own(person(0)).all.available_permits(), 0);
        drop(held);
    }
}
