//! Errors on the wire (<https://developers.google.com/workspace/calendar/api/guides/errors>).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocols::google::Failure;
use serde_json::json;

/// Why a request was not carried out.
#[derive(Debug)]
pub struct Fault {
    status: u16,
    domain: &'static str,
    reason: &'static str,
    message: String,
    /// `parameter` or `header`, and its name.
    location: Option<(&'static str, &'static str)>,
}

impl Fault {
    /// A fault with Google's own words for it.
    pub fn new(status: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            domain: "global",
            reason,
            message: message.into(),
            location: None,
        }
    }

    /// What of the request it is about: `parameter` or `header`, and its name.
    pub(super) fn at(self, kind: &'static str, name: &'static str) -> Self {
        Self {
            location: Some((kind, name)),
            ..self
        }
    }

    /// 400: a value that cannot be accepted.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 400: a parameter that cannot be accepted.
    pub fn parameter(name: &'static str, message: impl Into<String>) -> Self {
        Self::invalid(message).at("parameter", name)
    }

    /// 400: a range of time that is none.
    pub fn time_range_empty() -> Self {
        let message = "The specified time range is empty.";
        Self::calendar(400, "timeRangeEmpty", message).at("parameter", "timeMax")
    }

    /// A fault that only calendars know.
    pub(super) fn calendar(status: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            domain: "calendar",
            ..Self::new(status, reason, message)
        }
    }

    /// 400: a field that must be there.
    pub fn required(message: &str) -> Self {
        Self::new(400, "required", message)
    }

    /// 401: nobody that we know.
    pub fn unauthorized() -> Self {
        Self::new(401, "authError", "Invalid Credentials").at("header", "Authorization")
    }

    /// 403: the person did not let this program do that.
    pub(super) fn insufficient_scopes() -> Self {
        let message = "Request had insufficient authentication scopes.";
        Self::new(403, "insufficientPermissions", message)
    }

    /// 401: nobody at all.
    pub fn login_required() -> Self {
        Self::new(401, "required", "Login Required").at("header", "Authorization")
    }

    /// 404: not there, or not for this person.
    pub fn not_found() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    /// 409: the id is taken, or was.
    pub fn duplicate() -> Self {
        Self::new(409, "duplicate", "The requested identifier already exists.")
    }

    /// 410: it was deleted.
    pub fn deleted() -> Self {
        Self::new(410, "deleted", "Resource has been deleted")
    }

    /// 410: the sync token is of no use any more.
    pub fn full_sync_required() -> Self {
        let message = "Sync token is no longer valid, a full sync is required.";
        Self::calendar(410, "fullSyncRequired", message).at("parameter", "syncToken")
    }

    /// 410: nobody knows any more what was changed so long ago.
    pub(super) fn too_long_ago() -> Self {
        let message = "The requested minimum modification time lies too far in the past.";
        Self::calendar(410, "updatedMinTooLongAgo", message).at("parameter", "updatedMin")
    }

    /// 400: a sync token, and something that leaves out a part of what changed.
    pub fn sync_token_restricted() -> Self {
        let reason = "syncTokenWithRequestRestrictions";
        let message = "Sync token cannot be used with other request restrictions.";
        Self::calendar(400, reason, message).at("parameter", "syncToken")
    }

    /// 412: it was changed meanwhile.
    pub fn condition_not_met() -> Self {
        Self::new(412, "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut body = Failure::new(self.status, self.domain, self.reason, &self.message);
        if let (Some(item), Some((kind, name))) = (body.error.errors.first_mut(), self.location) {
            item.rest.insert("locationType".to_owned(), json!(kind));
            item.rest.insert("location".to_owned(), json!(name));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let value =
                HeaderValue::from_static("Bearer realm=\"calendar\", error=\"invalid_token\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

impl From<hub::Error> for Fault {
    fn from(error: hub::Error) -> Self {
        let message = error.to_string();
        match error {
            hub::Error::NotFound(_) => Self::not_found(),
            hub::Error::Forbidden(_) => Self::new(403, "requiredAccessLevel", message),
            // What whoever is invited may change of an event.
            hub::Error::Scheduling(_) => Self::calendar(403, "forbiddenForNonOrganizer", message),
            hub::Error::Stale => Self::condition_not_met(),
            hub::Error::Taken(_) => Self::duplicate(),
            hub::Error::Invalid { .. } | hub::Error::KeyReused => Self::invalid(message),
            hub::Error::PositionUnknown => Self::full_sync_required(),
            hub::Error::Provider(_) | hub::Error::Full => Self::new(503, "backendError", message),
            hub::Error::Storage(_) | hub::Error::Identity(_) => {
                tracing::error!(%message, "a request failed");
                Self::new(500, "backendError", "Backend Error")
            }
        }
    }
}

impl From<identity::Error> for Fault {
    fn from(error: identity::Error) -> Self {
        hub::Error::from(error).into()
    }
}

impl From<protocols::google::Error> for Fault {
    fn from(error: protocols::google::Error) -> Self {
        match error {
            protocols::google::Error::Missing { .. } => Self::required(&error.to_string()),
            _ => Self::invalid(error.to_string()),
        }
    }
}

/// For paths that are none of this API's.
pub(super) async fn no_such_method() -> Fault {
    Fault::not_found()
}
