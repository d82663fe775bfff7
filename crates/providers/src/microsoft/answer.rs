//! What a refusal means.

use std::time::Duration;

use network::{Advice, Response, advice};
use protocols::microsoft::wire::{Fault, FaultBody};

use crate::Failure;

/// Codes by which Graph says that a delta link is of no use any more, whatever the status.
const STALE_LINK: [&str; 4] = [
    "SyncStateNotFound",
    "SyncStateInvalid",
    "resyncRequired",
    "ErrorInvalidSyncStateData",
];

/// A refusal: status and Graph's own words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    fault: Box<FaultBody>,
}

impl Refusal {
    pub(super) fn of(response: &Response) -> Self {
        let fault = response.json::<Fault>().map(|fault| fault.error);
        Self {
            status: response.status,
            fault: Box::new(fault.unwrap_or_default()),
        }
    }

    /// Graph's code, if it is one, for people and logs.
    pub(super) fn code(&self) -> String {
        let word: String = self
            .fault
            .code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(60)
            .collect();
        if word.is_empty() {
            format!("status {}", self.status)
        } else {
            word
        }
    }

    /// Whether there is nothing under the id.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.status, 404 | 410)
            || self.fault.is("ErrorItemNotFound")
            || self.fault.is("ErrorInvalidIdMalformed")
    }

    /// Whether the version was not the one that was asked for.
    pub(super) fn is_stale(&self) -> bool {
        self.status == 412
            || self.fault.is("ErrorIrresolvableConflict")
            || self.fault.is("ErrorChangeKeyRequiredForWriteOperations")
    }

    /// Whether the delta link is of no use any more.
    pub(super) fn is_stale_link(&self) -> bool {
        self.status == 410 || STALE_LINK.iter().any(|code| self.fault.is(code))
    }

    /// As a failure of a read.
    pub(super) fn failure(&self) -> Failure {
        match self.status {
            403 => Failure::Forbidden(self.code()),
            404 => Failure::CalendarGone,
            _ => Failure::Protocol(self.code()),
        }
    }
}

/// How long Graph asks to wait; where it does not say, longer each time that it had to ask in a row.
pub(super) fn pause(response: &Response, now: jiff::Timestamp, refusals: u32) -> Duration {
    // No two accounts ask in the same nanosecond: that spreads those who were refused together.
    let jitter = f64::from(now.subsec_nanosecond() / 1000 % 1000) / 1000.0;
    match advice(429, None, &response.headers, now, refusals, jitter) {
        Advice::Later { after } | Advice::Retry { after } => after,
        Advice::GiveUp | Advice::Reauthorise => Duration::ZERO,
    }
}
