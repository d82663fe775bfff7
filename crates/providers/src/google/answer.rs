//! What a refusal means. The status alone does not say: `errors[].reason` does
//! (<https://developers.google.com/workspace/calendar/api/guides/errors>).

use std::time::Duration;

use network::{Advice, Response, advice, leaves_doubt};
use protocols::google::Failure as Body;

use crate::Failure;

/// Google's word for a scope that the account's owner did not grant, or took back. A right that is missing in one calendar is
/// called otherwise.
const UNGRANTED: &str = "insufficientPermissions";

/// A refusal: status and Google's own word.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    reason: String,
}

/// What an answer that is no success asks for.
pub(super) enum Meaning {
    /// It was refused for what it is.
    Refused(Refusal),
    /// Not executed; wait.
    Later { after: Duration, reason: String },
    /// Another token is needed.
    Token,
    /// It may have been executed.
    Doubt(String),
}

impl Refusal {
    fn of(response: &Response) -> Self {
        let body = response.json::<Body>().unwrap_or_default();
        let letters = body.reason().chars().filter(char::is_ascii_alphanumeric);
        Self {
            status: response.status,
            reason: letters.take(60).collect(),
        }
    }

    /// Google's word, for people and logs.
    pub(super) fn reason(&self) -> String {
        if self.reason.is_empty() {
            format!("status {}", self.status)
        } else {
            self.reason.clone()
        }
    }

    /// Whether there is nothing under the id; 410 is a second deletion.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// Whether it is the account that may not, rather than this one event that cannot.
    pub(super) fn is_about_the_account(&self) -> bool {
        self.status == 403
            && matches!(
                self.reason.as_str(),
                "" | "accessNotConfigured" | UNGRANTED | "requiredAccessLevel" | "domainPolicy"
            )
    }

    /// As a failure of a read of the calendar.
    pub(super) fn failure(&self) -> Failure {
        match self.status {
            403 if self.reason == UNGRANTED => Failure::Ungranted(self.reason()),
            403 => Failure::Forbidden(self.reason()),
            404 => Failure::CalendarGone,
            _ => Failure::Protocol(self.reason()),
        }
    }
}

/// What a response that is no success means. `now` is for dates in `Retry-After`; `refusals` says how often in a row the
/// account was refused before, for Google names no time when it throttles.
pub(super) fn meaning(response: &Response, now: jiff::Timestamp, refusals: u32) -> Meaning {
    let refusal = Refusal::of(response);
    let status = response.status;
    // No two accounts ask in the same nanosecond: that spreads those who were refused together.
    let jitter = f64::from(now.subsec_nanosecond() / 1000 % 1000) / 1000.0;
    let advised = advice(
        status,
        Some(&refusal.reason),
        &response.headers,
        now,
        refusals,
        jitter,
    );
    match advised {
        Advice::Reauthorise => Meaning::Token,
        // A server that says when to come back has not begun.
        Advice::Later { after } if !leaves_doubt(status) || status == 503 => Meaning::Later {
            after,
            reason: refusal.reason(),
        },
        _ if leaves_doubt(status) => {
            Meaning::Doubt(format!("it answered {status} ({})", refusal.reason()))
        }
        _ => Meaning::Refused(refusal),
    }
}
