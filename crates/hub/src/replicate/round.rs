//! One round of writes in a calendar: what went wrong so far, and whether to go on.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use providers::Failure;
use sync::CopyId;

use crate::Error;

/// From so many failures on it is the provider that fails, not an event.
const TROUBLES_MAX: usize = 10;

/// What became of one copy: so many writes, and what is left.
pub(super) struct Done {
    pub writes: usize,
    pub left: Left,
}

/// What is left to do.
pub(super) enum Left {
    /// Nothing at present.
    Nothing,
    /// This one goes on later.
    Later(Duration),
    /// The account must wait, and with it all that is left.
    Wait(Duration),
    /// The calendar must be read before this one goes on.
    Read(CopyId),
}

/// A round of writes.
#[derive(Default)]
pub(super) struct Round(Mutex<State>);

#[derive(Default)]
struct State {
    over: bool,
    troubles: usize,
    /// Events that wait until the calendar was read, and then not again.
    unread: Vec<CopyId>,
    error: Option<Error>,
}

impl Round {
    /// Whether nothing more shall be begun.
    pub fn is_over(&self) -> bool {
        self.with(|state| state.over)
    }

    /// Nothing more shall be begun.
    pub fn end(&self) {
        self.with(|state| state.over = true);
    }

    /// One event could not be written now.
    pub fn trouble(&self) {
        self.with(|state| {
            state.troubles += 1;
            state.over |= state.troubles >= TROUBLES_MAX;
        });
    }

    /// One event failed. What is about the account or the calendar ends the round, and is what is told.
    pub fn failed(&self, error: Error) {
        self.trouble();
        // A write that is forbidden for what it is comes as an answer, not as a failure.
        let one = match &error {
            Error::Provider(failure) => {
                failure.may_be_about_one() && !matches!(failure, Failure::Forbidden(_))
            }
            _ => true,
        };
        self.with(|state| {
            state.over |= !one;
            if state.error.is_none() || !one {
                state.error = Some(error);
            }
        });
    }

    /// This one waits until the calendar was read; not a second time.
    pub fn wait_for_reading(&self, id: CopyId) -> bool {
        self.with(|state| {
            let first = !state.unread.contains(&id);
            if first {
                state.unread.push(id);
            }
            first
        })
    }

    /// What to tell of it.
    pub fn into_error(self) -> Option<Error> {
        let state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.error
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
