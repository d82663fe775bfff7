//! What was found in the database a moment ago and is believed without another look, as long as this process has committed
//! nothing that could change it, and not longer than [`SECONDS`]: what others commit it does not hear of (docs/adr/0008).

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

/// For how long.
pub const SECONDS: i64 = 2;
/// How much is remembered at once.
const MOST: usize = 1_000;

/// What was found of late, by what it was looked up by.
pub struct Believed<K, V>(Mutex<HashMap<K, Found<V>>>);

struct Found<V> {
    at: Timestamp,
    /// What was counted before the look.
    count: u64,
    value: V,
}

impl<K, V> Default for Believed<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Believed<K, V> {
    /// What was found, if `count` is still what it was before the look: [`crate::Store::calendars`], say.
    pub fn get(&self, key: &K, count: u64, now: Timestamp) -> Option<V> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(key)?;
        let age = now.duration_since(found.at).as_secs();
        let current = found.count == count && (0..SECONDS).contains(&age);
        current.then(|| found.value.clone())
    }

    /// Remembers what was found. `count` and `now` are from before the look, so that one which a commit has overtaken is worth
    /// nothing.
    pub fn put(&self, key: K, count: u64, now: Timestamp, value: V) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let at = now;
        known.insert(key, Found { at, count, value });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_believed_for_a_moment_and_until_something_changes() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let known = Believed::default();
        known.put("phone", 5, at(100), "Ada");
        for now in [100, 101] {
            assert_eq!(known.get(&"phone", 5, at(now)), Some("Ada"), "{now}");
        }
        assert_eq!(known.get(&"phone", 5, at(100 + SECONDS)), None, "too late");
        assert_eq!(known.get(&"phone", 5, at(99)), None, "the clock went back");
        assert_eq!(known.get(&"phone", 6, at(100)), None, "somebody changed");
        assert_eq!(known.get(&"laptop", 5, at(100)), None, "another password");
    }
}
