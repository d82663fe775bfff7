//! Query parameters. `alt`, `prettyPrint`, `key` and the like are legal everywhere and change nothing here.

use axum::{
    extract::{FromRequestParts, Query as Pairs},
    http::request::Parts,
};
use jiff::Timestamp;

use super::Fault;

/// The parameters of a request; names may repeat.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter().filter(move |(key, _)| key == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// A boolean.
    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Fault> {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => {
                let message = format!("Invalid boolean value: '{text}'.");
                Err(Fault::new(400, "invalidParameter", message).at("parameter", name))
            }
        };
        self.get(name).map(parse).transpose()
    }

    /// Whether the client knows of what came with version 1.
    pub(super) fn version(&self, name: &'static str) -> Result<bool, Fault> {
        match self.get(name) {
            None | Some("0") => Ok(false),
            Some("1") => Ok(true),
            Some(text) => {
                let message =
                    format!("Invalid value '{text}'. Values must be within the range: [0, 1]");
                Err(Fault::new(400, "invalidParameter", message).at("parameter", name))
            }
        }
    }

    /// One of some words; each of its values has to be one.
    pub(super) fn choice(&self, name: &'static str, known: &[&str]) -> Result<(), Fault> {
        match self.all(name).find(|value| !known.contains(value)) {
            None => Ok(()),
            Some(text) => {
                let known = known.join(", ");
                let message = format!("Invalid string value: '{text}'. Allowed values: [{known}]");
                Err(Fault::new(400, "invalidParameter", message).at("parameter", name))
            }
        }
    }

    /// A number from 1.
    pub(super) fn count(&self, name: &'static str) -> Result<Option<usize>, Fault> {
        let parse = |text: &str| {
            let number = text.parse().ok().filter(|n| *n > 0);
            let fault = || {
                let message = format!(
                    "Invalid value '{text}'. Values must be within the range: [1, 2147483647]"
                );
                Fault::new(400, "invalidParameter", message).at("parameter", name)
            };
            number.ok_or_else(fault)
        };
        self.get(name).map(parse).transpose()
    }

    /// An instant, RFC 3339 with offset.
    pub(super) fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, Fault> {
        let parse = |text: &str| {
            // A plus that was not encoded arrives as a space.
            let parsed = text.replace(' ', "+").parse();
            parsed.map_err(|_| Fault::new(400, "badRequest", "Bad Request").at("parameter", name))
        };
        self.get(name).map(parse).transpose()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let pairs = Pairs::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        pairs
            .map(|Pairs(pairs)| Self(pairs))
            .map_err(|_| Fault::invalid("Bad Request: the query cannot be read."))
    }
}
