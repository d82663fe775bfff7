//! A request, with who asks.

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use identity::Actor;
use jiff::tz::TimeZone;

use super::answer::{Fault, Result};
use crate::App;

/// A request by somebody whom we know.
pub(super) struct Request {
    pub(super) app: App,
    pub(super) actor: Actor,
    pub(super) user: identity::User,
    /// In whose calendar home the request is, if it is another person's: what is there is named by addresses there.
    pub(super) within: Option<hub::UserId>,
    pub(super) method: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What `Depth` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Zero,
    One,
    Infinity,
}

impl Request {
    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Depth`; without it everything below is meant (RFC 4918 9.1).
    pub(super) fn depth(&self) -> Depth {
        match self.header("depth").map(str::trim) {
            Some("0") => Depth::Zero,
            Some("1") => Depth::One,
            _ => Depth::Infinity,
        }
    }

    /// The same in a REPORT, where without it nothing below is meant (RFC 3253 3.6).
    pub(super) fn depth_of_report(&self) -> Depth {
        if self.header("depth").is_none() {
            return Depth::Zero;
        }
        self.depth()
    }

    /// Whether the client prefers this (RFC 7240 2).
    pub(super) fn prefers(&self, preference: &str) -> bool {
        let all = self.headers.get_all("prefer").into_iter();
        let all = all.filter_map(|value| value.to_str().ok());
        let mut all = all.flat_map(|value| value.split([',', ';']));
        all.any(|one| one.trim().eq_ignore_ascii_case(preference))
    }

    /// Whether properties that are missing shall be left out (RFC 8144 2; `Brief` is Apple's older way).
    pub(super) fn is_brief(&self) -> bool {
        self.prefers("return=minimal")
            || self.prefers("return-minimal")
            || self.header("brief") == Some("t")
    }

    /// Checks `If-Match` and `If-None-Match` against the entity tag of what is there, if anything is.
    pub(super) fn check_conditions(&self, current: Option<&str>) -> Result<()> {
        let matches = |name: header::HeaderName| {
            let value = self.headers.get(&name)?.to_str().unwrap_or_default();
            let found = |tag: &str| tag == "*" || Some(tag) == current;
            Some(current.is_some() && value.split(',').map(str::trim).any(found))
        };
        let stale = matches(header::IF_MATCH) == Some(false);
        let exists = matches(header::IF_NONE_MATCH) == Some(true);
        if stale || exists {
            return Err(Fault::precondition());
        }
        Ok(())
    }

    /// The zone in which the person sees days and floating times.
    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.user.time_zone).unwrap_or(TimeZone::UTC)
    }
}
