//! Requests in the account's name: password, budget, waiting, and what a failure says about what was done.

use std::{sync::Arc, time::Duration};

use network::{
    Budget, Clock, Network, Redirects, Request, Response, Url, leaves_doubt, retry_after,
};
use protocols::caldav::{self, Element, Error as XmlError, Multistatus};

use super::quirks::Quirks;
use crate::Failure;

/// So often a read is repeated after a failure of the moment.
const READ_RETRIES: u32 = 2;
/// How long a read waits before it is repeated.
const READ_PAUSE: Duration = Duration::from_millis(300);
/// How long to wait where the server asks for it without saying how long.
const PAUSE: Duration = Duration::from_secs(30);
/// Redirects that a read follows.
const REDIRECTS_MAX: u8 = 5;
/// Reports over a large calendar take their time.
const DEADLINE: Duration = Duration::from_secs(90);

const XML: &str = "application/xml; charset=utf-8";

pub(super) struct Client {
    pub(super) network: Network,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) budget: Arc<Budget>,
    /// The address that the person gave.
    pub(super) root: Url,
    pub(super) user: String,
    pub(super) password: secrecy::SecretString,
    /// Of the server at that address; of a calendar's, its own address tells more.
    pub(super) quirks: Quirks,
}

/// What a write brought.
pub(super) enum Written {
    /// The server answered, with success or refusal.
    Answer(Box<Response>),
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

/// A method with a body in XML, which reads.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Propfind,
    Report,
}

impl Client {
    /// Sends a PROPFIND or REPORT.
    pub(super) async fn ask(
        &self,
        method: Read,
        url: &Url,
        depth: &str,
        body: &Element,
    ) -> Result<Response, Failure> {
        let request = match method {
            Read::Propfind => Request::propfind(url),
            Read::Report => Request::report(url),
        };
        let request = request.header("depth", depth).body(XML, body.write());
        self.read(request).await
    }

    /// Sends a PROPFIND or REPORT whose answer must be a multistatus.
    pub(super) async fn multistatus(
        &self,
        method: Read,
        url: &Url,
        depth: &str,
        body: &Element,
    ) -> Result<Multistatus, Failure> {
        let response = self.ask(method, url, depth, body).await?;
        multistatus(&response)
    }

    /// Sends a request that changes nothing, again after a failure of the moment.
    pub(super) async fn read(&self, request: Request) -> Result<Response, Failure> {
        let mut redirects = Redirects::up_to(REDIRECTS_MAX);
        if let Some(domain) = self.quirks.hosts() {
            redirects = redirects.trusting(domain);
        }
        let request = request.follow(redirects).deadline(DEADLINE);
        let mut attempt = 0;
        loop {
            match self.exchange(request.clone()).await {
                Ok(response) => return Ok(response),
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
            Ok(response) => Ok(Written::Answer(Box::new(response))),
            Err(Trouble::Failure(failure)) => Err(failure),
            Err(Trouble::Doubt(_)) => Ok(Written::Unknown),
        }
    }

    async fn exchange(&self, request: Request) -> Result<Response, Trouble> {
        use secrecy::ExposeSecret;
        let request = request.basic(&self.user, self.password.expose_secret());
        let permit = self.budget.acquire(&*self.clock).await.map_err(|wait| {
            let reason = "our own budget for this account is used up".to_owned();
            Trouble::Failure(Failure::Later {
                after: wait.after,
                reason,
            })
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
        self.settle(response)
    }

    /// Holds the account's budget where the server asks for it.
    fn settle(&self, response: Response) -> Result<Response, Trouble> {
        let status = response.status;
        if status == 401 {
            let word = "the server refused user name and app password".to_owned();
            return Err(Trouble::Failure(Failure::Reauthorise(word)));
        }
        let now = self.clock.now();
        let told = retry_after(&response.headers, now);
        if let Some(after) = told
            && (status == 429 || leaves_doubt(status))
            && let Ok(span) = jiff::SignedDuration::try_from(after)
        {
            self.budget
                .hold_until(now.saturating_add(span).unwrap_or(now));
        }
        let after = told.unwrap_or(PAUSE);
        match status {
            // 423: locked by somebody. Like 429, it says that nothing was done.
            423 | 425 | 429 => Err(Trouble::Failure(Failure::Later {
                after,
                reason: format!("status {status}"),
            })),
            // RFC 9110 15.6.4: overloaded; with Retry-After a server means what it says.
            503 if told.is_some() => Err(Trouble::Failure(Failure::Later {
                after,
                reason: "status 503".to_owned(),
            })),
            _ if leaves_doubt(status) => Err(Trouble::Doubt(format!("it answered {status}"))),
            _ => Ok(response),
        }
    }
}

/// Reads a multistatus answer; any other status is a failure.
pub(super) fn multistatus(response: &Response) -> Result<Multistatus, Failure> {
    if response.status != 207 {
        return Err(refusal(response));
    }
    Multistatus::parse(&response.body).map_err(|error| unreadable(&error))
}

/// The same of very many resources, one by one. Where the next sync begins, if it says so.
pub(super) fn each_response(
    response: &Response,
    each: impl FnMut(caldav::Response),
) -> Result<Option<String>, Failure> {
    if response.status != 207 {
        return Err(refusal(response));
    }
    Multistatus::parse_each(&response.body, each).map_err(|error| unreadable(&error))
}

pub(super) fn unreadable(error: &XmlError) -> Failure {
    Failure::Protocol(error.to_string())
}

/// What the refusal of a read means.
pub(super) fn refusal(response: &Response) -> Failure {
    match response.status {
        403 => Failure::Forbidden(
            format!("status 403 {}", conditions(response))
                .trim_end()
                .to_owned(),
        ),
        404 | 410 => Failure::CalendarGone,
        status => Failure::Protocol(format!("status {status}")),
    }
}

/// The names of the preconditions that an answer says were violated (RFC 4918 16), for people.
pub(super) fn conditions(response: &Response) -> String {
    let Ok(root) = Element::parse(&response.body) else {
        return String::new();
    };
    let names = root.children.iter().map(|c| c.name.local.to_string());
    names.take(3).collect::<Vec<_>>().join(", ")
}
