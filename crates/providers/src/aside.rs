//! One event that cannot be read does not keep the others back.

use crate::{Failure, Malformed};

/// From so many on it is the provider that fails, not an event.
const MAX: usize = 10;

/// Counts the single events of one round that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Aside(usize);

impl Aside {
    /// What the failed read of one event is: something to report while the rest goes on, or the end of the round.
    pub(crate) fn put(&mut self, id: &str, failure: Failure) -> Result<Malformed, Failure> {
        self.0 += 1;
        if self.0 > MAX || !failure.may_be_about_one() {
            return Err(failure);
        }
        Ok(Malformed {
            id: id.to_owned(),
            reason: failure.to_string(),
        })
    }
}
