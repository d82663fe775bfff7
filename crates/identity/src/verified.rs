//! App passwords that were found to be right a moment ago: devices send theirs with every request.
//!
//! What this process changes counts at once. A password that another one takes back (`kalends` beside a hub that runs,
//! another node on the same PostgreSQL) opens nothing after [`SECONDS`].

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use storage::Store;

use crate::User;

/// For how long a device is believed without a look at the database.
const SECONDS: i64 = 2;
/// Most devices that are remembered at once.
const DEVICES_MAX: usize = 1_000;

/// Who signed in of late, by a keyed hash of name and password.
#[derive(Default)]
pub(crate) struct Verified(Mutex<HashMap<[u8; 32], Entry>>);

struct Entry {
    at: Timestamp,
    /// [`Store::people`] before the look.
    people: u64,
    user: User,
}

/// A sign-in that is being looked at.
pub(crate) struct Look {
    hash: [u8; 32],
    people: u64,
}

impl Look {
    /// Before the database is asked.
    pub fn of(store: &Store, name: &str, secret: &str) -> Self {
        Self {
            // The length keeps them apart: either may hold any character.
            hash: store.hash("verified-basic", &format!("{}:{name}{secret}", name.len())),
            people: store.people(),
        }
    }
}

impl Verified {
    /// Who it was, if that is still so.
    pub fn get(&self, look: &Look, now: Timestamp) -> Option<User> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.get(&look.hash)?;
        let age = now.duration_since(entry.at).as_secs();
        let current = entry.people == look.people && (0..SECONDS).contains(&age);
        current.then(|| entry.user.clone())
    }

    /// It was right.
    pub fn put(&self, look: &Look, user: &User, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= DEVICES_MAX {
            known.clear();
        }
        let entry = Entry {
            at: now,
            people: look.people,
            user: user.clone(),
        };
        known.insert(look.hash, entry);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            id: storage::ids::UserId(uuid::Uuid::nil()),
            email: "ada@example.com".to_owned(),
            name: String::new(),
            time_zone: "UTC".to_owned(),
            password: None,
            roles: Vec::new(),
            created: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_device_is_believed_for_a_moment_and_until_people_change() {
        let look = |hash, people| Look {
            hash: [hash; 32],
            people,
        };
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let known = Verified::default();
        known.put(&look(1, 5), &user(), at(100));
        for now in [100, 101] {
            assert_eq!(known.get(&look(1, 5), at(now)), Some(user()), "{now}");
        }
        assert_eq!(known.get(&look(1, 5), at(100 + SECONDS)), None, "too late");
        assert_eq!(known.get(&look(1, 5), at(99)), None, "the clock went back");
        assert_eq!(known.get(&look(1, 6), at(100)), None, "somebody changed");
        assert_eq!(known.get(&look(2, 5), at(100)), None, "another password");
    }
}
