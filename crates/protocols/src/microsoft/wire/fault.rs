//! The body of an error.

use serde::{Deserialize, Serialize};

use super::Rest;

/// `{"error": {"code": …, "message": …}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The error.
    pub error: FaultBody,
}

/// What went wrong. Branch on `code`, never on `message`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultBody {
    /// `ErrorItemNotFound`, `SyncStateNotFound`, `resyncRequired`, …
    #[serde(default)]
    pub code: String,
    /// For people.
    #[serde(default)]
    pub message: String,
    /// Ids for the support, sometimes a finer code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner_error: Option<InnerError>,
    /// Anything else, such as `target` and `details`.
    #[serde(flatten)]
    pub rest: Rest,
}

impl FaultBody {
    /// Whether `code`, or that of the inner error, is this one in any letter case: Graph is not consistent.
    pub fn is(&self, code: &str) -> bool {
        let inner = self.inner_error.as_ref().and_then(|e| e.code.as_deref());
        self.code.eq_ignore_ascii_case(code)
            || inner.is_some_and(|inner| inner.eq_ignore_ascii_case(code))
    }
}

/// `innerError`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InnerError {
    /// A finer code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `date`, `request-id`, `client-request-id` and whatever else.
    #[serde(flatten)]
    pub rest: Rest,
}
