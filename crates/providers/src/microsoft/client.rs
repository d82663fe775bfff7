//! Requests in the account's name: token, budget, waiting, and what a failure says about what was done.

use std::{sync::Arc, time::Duration};

use network::{Budget, Clock, Error, Network, Request, Response, leaves_doubt};
use serde::de::DeserializeOwned;

use super::{
    answer::{Refusal, pause},
    paths::Root,
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

/// Why an exchange brought no answer that can be used.
enum Trouble {
    /// Nothing was done.
    Failure(Failure),
    /// Something may have been done.
    Doubt(String),
}

impl Client {
    /// Reads JSON. A refusal that is about the thing asked for, not about us, is the inner error.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
    ) -> Result<Result<T, Refusal>, Failure> {
        self.get_preferring(url, "").await
    }

    /// Reads JSON with further preferences (RFC 7240), such as a page size.
    pub(super) async fn get_preferring<T: DeserializeOwned>(
        &self,
        url: &str,
        preference: &str,
    ) -> Result<Result<T, Refusal>, Failure> {
        let request = || prefer(Request::get(url), preference);
        for attempt in 0.. {
            match Box::pin(self.exchange(request())).await {
                Ok(response) if response.is_success() => {
                    let body = response
                        .json()
                        .map_err(|e| Failure::Protocol(e.to_string()))?;
                    return Ok(Ok(body));
                }
                Ok(response) => {
                    let refusal = Refusal::of(&response);
                    return match refusal.status {
                        403 => Err(refusal.failure()),
                        _ => Ok(Err(refusal)),
                    };
                }
                Err(Trouble::Failure(failure)) => return Err(failure),
                Err(Trouble::Doubt(why)) if attempt == READ_RETRIES => {
                    return Err(Failure::Unreachable(why));
                }
                Err(Trouble::Doubt(_)) => tokio::time::sleep(READ_PAUSE * (attempt + 1)).await,
            }
        }
        unreachable!("the loop returns at the last attempt")
    }

    /// Sends a write, once.
    pub(super) async fn write(&self, request: Request) -> Result<Written, Failure> {
        match Box::pin(self.exchange(prefer(request, ""))).await {
            Ok(response) if response.is_success() => Ok(Written::Done(Box::new(response))),
            // A 403, too, may be about this one event: somebody else's meeting, say.
            Ok(response) => Ok(Written::Refused(Refusal::of(&response))),
            Err(Trouble::Failure(failure)) => Err(failure),
            Err(Trouble::Doubt(_)) => Ok(Written::Unknown),
        }
    }

    /// One exchange, with a second one if the token was refused.
    async fn exchange(&self, request: Request) -> Result<Response, Trouble> {
        let request = request.body_limit(BODY_BYTES_MAX);
        let token = self.tokens.access().await.map_err(Trouble::Failure)?;
        let response = self.send(request.clone().bearer(&token)).await?;
        if response.status != 401 {
            return self.settle(response);
        }
        let token = self.tokens.renew(&token).await.map_err(Trouble::Failure)?;
        let response = self.send(request.bearer(&token)).await?;
        if response.status == 401 {
            let refusal = Refusal::of(&response);
            return Err(Trouble::Failure(Failure::Reauthorise(refusal.code())));
        }
        self.settle(response)
    }

    async fn send(&self, request: Request) -> Result<Response, Trouble> {
        let permit = self.budget.acquire(&*self.clock).await.map_err(|wait| {
            let reason = "our own budget for this account is used up".to_owned();
            Trouble::Failure(Failure::Later {
                after: wait.after,
                reason,
            })
        })?;
        let sent = self.network.send(request).await;
        drop(permit);
        sent.map_err(|error: Error| {
            if error.may_have_been_executed() {
                Trouble::Doubt(error.to_string())
            } else {
                Trouble::Failure(Failure::Unreachable(error.to_string()))
            }
        })
    }

    /// Holds the account's budget where Graph asks for it.
    fn settle(&self, response: Response) -> Result<Response, Trouble> {
        let throttled = response.status == 429;
        let now = self.clock.now();
        if !throttled && !leaves_doubt(response.status) {
            if response.is_success() {
                self.budget.served(now);
            }
            return Ok(response);
        }
        let after = pause(&response, now, self.budget.refusals());
        let told = response.header("retry-after").is_some();
        if (throttled || told)
            && let Ok(span) = jiff::SignedDuration::try_from(after)
        {
            self.budget.refused(now);
            self.budget
                .hold_until(now.saturating_add(span).unwrap_or(now));
        }
        let reason = Refusal::of(&response).code();
        if throttled {
            return Err(Trouble::Failure(Failure::Later { after, reason }));
        }
        Err(Trouble::Doubt(format!(
            "it answered {} ({reason})",
            response.status
        )))
    }
}

/// Immutable ids and UTC, always the same: an id of one kind means nothing where the other kind is spoken.
fn prefer(request: Request, further: &str) -> Request {
    let mut preference = "IdType=\"ImmutableId\", outlook.timezone=\"UTC\"".to_owned();
    if !further.is_empty() {
        preference = format!("{preference}, {further}");
    }
    request
        .header("prefer", preference)
        .header("accept", "application/json")
}
