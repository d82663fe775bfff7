//! The error body (<https://developers.google.com/workspace/calendar/api/guides/errors>).
//!
//! The status alone never says what happened: 403 is a missing right or a rate limit. `errors[].reason` does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `{"error": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// What is inside.
    pub error: FailureBody,
}

impl Failure {
    /// An answer with one reason.
    pub fn new(code: u16, domain: &str, reason: &str, message: &str) -> Self {
        Self {
            error: FailureBody {
                code,
                message: message.to_owned(),
                errors: vec![FailureItem {
                    domain: domain.to_owned(),
                    reason: reason.to_owned(),
                    message: message.to_owned(),
                    rest: Map::new(),
                }],
                rest: Map::new(),
            },
        }
    }

    /// The first reason, empty if there is none.
    pub fn reason(&self) -> &str {
        self.error
            .errors
            .first()
            .map_or("", |item| item.reason.as_str())
    }
}

/// Code, message and reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailureBody {
    /// The HTTP status.
    pub code: u16,
    /// For people.
    pub message: String,
    /// The reasons, usually one.
    pub errors: Vec<FailureItem>,
    /// Everything else, such as `status`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// One reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailureItem {
    /// `global`, `calendar` or `usageLimits`.
    pub domain: String,
    /// Such as `rateLimitExceeded`.
    pub reason: String,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Everything else, such as `location` and `locationType`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
