//! Requests in the account's name: token, budget, waiting, and what a failure says about what was done.

use std::{sync::Arc, time::Duration};

use network::{Budget, Clock, Network, Request, Response};
use serde::de::DeserializeOwned;

use super::{
    answer::{Meaning, Refusal, meaning},
    paths::{Address, Root},
};
use crate::{Failure, Tokens};

/// The largest answer that is read.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// So often a read is repeated after a failure of the moment.
const READ_RETRIES: u32 = 2;
/// How long a read waits before it is repeated.
const READ_PAUSE: Duration = Duration::from_millis(300);

pub(super) struct Client {
    pub(super) network: Network,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) budget: Arc<Budget>,
    pub(super) root: Root,
    pub(super) tokens: Arc<dyn Tokens>,
}

/// What a write brought.
pub(super) enum Written {
    /// It was done.
    Done(Box<Response>),
    /// It was refused, and not done.
    Refused(Refusal),
    /// It may have been done.
    Unknown,
}

/// Why an exchange brought no success.
enum Trouble {
    /// Nothing was done, for reasons that are not about this request.
    Failure(Failure),
    /// Nothing was done, for what this request is.
    Refused(Refusal),
    /// Something may have been done.
    Doubt(String),
}

impl Client {
    /// Reads JSON. A refusal that is about the thing asked for, not about us, is the inner error.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        address: &Address,
    ) -> Result<Result<T, Refusal>, Failure> {
        let mut attempt = 0;
        loop {
            match self.exchange(Request::get(address.as_str())).await {
                Ok(response) => {
                    let body = response.json();
                    return body.map(Ok).map_err(|e| Failure::Protocol(e.to_string()));
                }
                Err(Trouble::Refused(refusal)) => return Ok(Err(refusal)),
                Err(Trouble::Failure(failure)) => return Err(failure),
                Err(Trouble::Doubt(why)) if attempt == READ_RETRIES => {
                    return Err(Failure::Unreachable(why));
                }
                Err(Trouble::Doubt(_)) => {
                    attempt += 1;
                    tokio::time::sleep(READ_PAUSE * attempt).await;
                }
            }
        }
    }

    /// Sends a write, once.
    pub(super) async fn write(&self, request: Request) -> Result<Written, Failure> {
        match self.exchange(request).await {
            Ok(response) => Ok(Written::Done(Box::new(response))),
            Err(Trouble::Refused(refusal)) if refusal.is_about_the_account() => {
                Err(refusal.failure())
            }
            Err(Trouble::Refused(refusal)) => Ok(Written::Refused(refusal)),
            Err(Trouble::Failure(failure)) => Err(failure),
            Err(Trouble::Doubt(_)) => Ok(Written::Unknown),
        }
    }

    /// One exchange, with a second one if the token was refused.
    async fn exchange(&self, request: Request) -> Result<Response, Trouble> {
        let request = request.body_limit(BODY_BYTES_MAX);
        let token = self.tokens.access().await.map_err(Trouble::Failure)?;
        match self.send(request.clone().bearer(&token)).await? {
            Answer::Token => {}
            Answer::Success(response) => return Ok(*response),
        }
        let token = self.tokens.renew(&token).await.map_err(Trouble::Failure)?;
        match self.send(request.bearer(&token)).await? {
            Answer::Success(response) => Ok(*response),
            Answer::Token => {
                let reason = "a new access token was refused".to_owned();
                Err(Trouble::Failure(Failure::Reauthorise(reason)))
            }
        }
    }

    async fn send(&self, request: Request) -> Result<Answer, Trouble> {
        let permit = self.budget.acquire(&*self.clock).await.map_err(|wait| {
            let reason = "our own budget for this account is used up".to_owned();
            let after = wait.after;
            Trouble::Failure(Failure::Later { after, reason })
        })?;
        let sent = self.network.send(request).await;
        drop(permit);
        let response = sent.map_err(|error| {
            if error.may_have_been_executed() {
                Trouble::Doubt(error.to_string())
            } else {
                Trouble::Failure(Failure::Unreachable(error.to_string()))
            }
        })?;
        let now = self.clock.now();
        if response.is_success() {
            self.budget.served(now);
            return Ok(Answer::Success(Box::new(response)));
        }
        match meaning(&response, now, self.budget.refusals()) {
            Meaning::Token => Ok(Answer::Token),
            Meaning::Refused(refusal) => Err(Trouble::Refused(refusal)),
            Meaning::Doubt(why) => Err(Trouble::Doubt(why)),
            Meaning::Later { after, reason } => {
                self.budget.refused(now);
                if let Ok(span) = jiff::SignedDuration::try_from(after) {
                    self.budget
                        .hold_until(now.saturating_add(span).unwrap_or(now));
                }
                Err(Trouble::Failure(Failure::Later { after, reason }))
            }
        }
    }
}

enum Answer {
    Success(Box<Response>),
    Token,
}
