//! The file of a feed: asked for on condition that it has changed (RFC 9110 13.1).

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use network::{
    Budget, Bytes, Clock, Error, Network, Redirects, Request, Response, Url, retry_after,
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    cursor::{Cursor, Validators},
    pace,
    read::Reading,
};
use crate::Failure;

/// Largest file, unpacked, in bytes. For safety: the largest that are known have some tens of megabytes.
const FILE_MAX: usize = 512 << 20;
/// The longest that one may take to come.
const DEADLINE: Duration = Duration::from_secs(300);
/// Redirects that are followed; the guard judges each.
const REDIRECTS_MAX: u8 = 5;
/// A file is read whole at least this often, whatever the server says of its having changed.
const WHOLE: SignedDuration = SignedDuration::from_hours(24);
/// How long to wait where the server asks for it without saying how long.
const PAUSE: Duration = Duration::from_mins(5);

/// Where a feed is.
pub(super) struct Source {
    network: Network,
    clock: Arc<dyn Clock>,
    budget: Arc<Budget>,
    url: Url,
    sign_in: Option<(String, SecretString)>,
}

/// What was there.
pub(super) enum Fetched {
    /// What there was before.
    Unchanged,
    /// A file, and what tells it from others.
    New(Bytes, Validators),
}

impl Source {
    pub(super) fn new(
        network: Network,
        clock: Arc<dyn Clock>,
        budget: Arc<Budget>,
        url: Url,
        sign_in: Option<(&str, &str)>,
    ) -> Self {
        let sign_in = sign_in.filter(|(user, password)| !user.is_empty() || !password.is_empty());
        Self {
            network,
            clock,
            budget,
            url,
            sign_in: sign_in.map(|(user, password)| (user.to_owned(), password.into())),
        }
    }

    /// What people know the feed by.
    pub(super) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    }

    /// What is to be remembered of a reading.
    pub(super) fn cursor(&self, reading: &Reading, validators: Validators) -> Cursor {
        Cursor {
            print: reading.print.clone(),
            seconds: pace::seconds(reading.refresh, validators.fresh),
            read: self.clock.now(),
            validators,
        }
    }

    /// Asks for the file, if it is another one than before.
    pub(super) async fn fetch(&self, before: Option<&Cursor>) -> Result<Fetched, Failure> {
        let now = self.clock.now();
        let before = before.filter(|before| now.duration_since(before.read).abs() < WHOLE);
        let permit = self.budget.acquire(&*self.clock).await;
        let permit = permit.map_err(|wait| Failure::Later {
            after: wait.after,
            reason: "our own budget for this feed is used up".to_owned(),
        })?;
        let sent = self.network.send(self.request(before)).await;
        drop(permit);
        let response = sent.map_err(|error| unanswered(&error))?;
        match response.status {
            304 if before.is_some() => Ok(Fetched::Unchanged),
            200 | 203 => Ok(Fetched::New(response.body.clone(), validators(&response))),
            _ => Err(self.refusal(&response, now)),
        }
    }

    fn request(&self, before: Option<&Cursor>) -> Request {
        let mut request = Request::get(&self.url)
            .header("accept", "text/calendar, */*;q=0.5")
            .compressed()
            .follow(Redirects::up_to(REDIRECTS_MAX))
            .deadline(DEADLINE)
            .body_limit(FILE_MAX)
            .secret_path();
        if let Some((user, password)) = &self.sign_in {
            request = request.basic(user, password.expose_secret());
        }
        let Some(Validators { etag, modified, .. }) = before.map(|b| &b.validators) else {
            return request;
        };
        // Where there is an ETag the date is not looked at (RFC 9110 13.1.3), but some servers look at nothing else.
        if let Some(etag) = etag {
            request = request.header("if-none-match", etag);
        }
        if let Some(modified) = modified {
            request = request.header("if-modified-since", modified);
        }
        request
    }

    fn refusal(&self, response: &Response, now: Timestamp) -> Failure {
        let told = retry_after(&response.headers, now);
        match response.status {
            401 if self.sign_in.is_none() => {
                Failure::Reauthorise("the feed asks for a user name and a password".to_owned())
            }
            401 => Failure::Reauthorise("the feed refuses user name and password".to_owned()),
            403 => Failure::Forbidden(
                "the server does not show the feed: its owner may have closed it, or given it a new address".to_owned(),
            ),
            404 | 410 => Failure::CalendarGone,
            425 | 429 => Failure::Later {
                after: told.unwrap_or(PAUSE),
                reason: format!("status {}", response.status),
            },
            503 if told.is_some() => Failure::Later {
                after: told.unwrap_or(PAUSE),
                reason: "status 503".to_owned(),
            },
            status => Failure::Protocol(format!("the feed's server answers with status {status}")),
        }
    }
}

fn validators(response: &Response) -> Validators {
    let header = |name: &str| response.header(name).map(str::to_owned);
    Validators {
        etag: header("etag"),
        modified: header("last-modified"),
        fresh: response.header("cache-control").and_then(pace::fresh),
    }
}

fn unanswered(error: &Error) -> Failure {
    match error {
        Error::BodyTooLarge { limit_bytes, .. } => Failure::Protocol(format!(
            "the feed is larger than the {} MiB that are read",
            limit_bytes >> 20
        )),
        Error::BadReply { what, .. } => Failure::Protocol(format!("the feed's answer is {what}")),
        Error::Refused { reason, .. } => {
            Failure::Protocol(format!("the feed is not asked: {reason}"))
        }
        _ => Failure::Unreachable(error.to_string()),
    }
}
