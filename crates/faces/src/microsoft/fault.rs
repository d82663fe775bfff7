//! Errors in Graph's form.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::App;

/// A refusal: status, Graph's code, and a sentence for people.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The request cannot be understood.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidRequest", message)
    }

    /// A query parameter cannot be understood.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidParameter", message)
    }

    /// A query option cannot be understood.
    pub(super) fn option(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// A query option names a property that the type does not have.
    pub(super) fn no_property(name: &str, kind: &str) -> Self {
        Self::option(format!(
            "Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
        ))
    }

    /// The body is no JSON at all.
    pub(super) fn no_json() -> Self {
        Self::option(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid \
             JSON format.",
        )
    }

    /// A value is of another kind than its property.
    pub(super) fn kind(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestBodyRead", message)
    }

    /// An enumeration does not have this word.
    pub(super) fn word(word: &str) -> Self {
        let word: String = word.chars().take(100).collect();
        Self::kind(format!("Requested value '{word}' was not found."))
    }

    /// An id that is none.
    pub(super) fn malformed_id() -> Self {
        let message = "Id is malformed.";
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidIdMalformed", message)
    }

    /// Another folder has this name.
    pub(super) fn name_taken(name: &str) -> Self {
        let message = format!(
            "A folder with the specified name already exists., Could not create folder '{name}'."
        );
        Self::new(StatusCode::CONFLICT, "ErrorFolderExists", message)
    }

    /// More than is taken in one request.
    pub(super) fn too_large() -> Self {
        let message = "The maximum request size was exceeded.";
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "ErrorMessageSizeExceeded",
            message,
        )
    }

    /// A folder of the mailbox itself.
    pub(super) fn distinguished() -> Self {
        let message = "Distinguished folders cannot be deleted.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorDeleteDistinguishedFolder",
            message,
        )
    }

    /// There are calendars in the group.
    pub(super) fn group_not_empty() -> Self {
        let message = "The calendar group is not empty.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorCalendarGroupNotEmpty",
            message,
        )
    }

    /// A subscription that would live too long.
    pub(super) fn too_long(minutes: i64) -> Self {
        let message =
            format!("Subscription expiration can only be {minutes} minutes in the future.");
        Self::new(StatusCode::BAD_REQUEST, "ExtensionError", message)
    }

    /// The body is not what it should be.
    pub(super) fn body(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "UnableToDeserializePostBody",
            message,
        )
    }

    /// The type has no such property.
    pub(super) fn unknown_property(name: &str) -> Self {
        let message = format!(
            "The property '{name}' does not exist on type 'microsoft.graph.event'. Make sure to only use property \
             names that are defined by the type."
        );
        Self::new(StatusCode::BAD_REQUEST, "RequestBodyRead", message)
    }

    /// A property has a value that cannot be.
    pub(super) fn property(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorPropertyValidationFailure",
            message,
        )
    }

    /// The window of a view is too long.
    pub(super) fn range() -> Self {
        let message =
            "The difference between StartDateTime and EndDateTime is more than 1825 days.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorCalendarViewRangeTooBig",
            message,
        )
    }

    /// An occurrence would cross its neighbour.
    pub(super) fn crossing() -> Self {
        let message = "Modified occurrence is crossing or overlapping adjacent occurrence.";
        Self::new(
            StatusCode::BAD_REQUEST,
            "ErrorOccurrenceCrossingBoundary",
            message,
        )
    }

    /// A subscription's address did not answer as it must.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationError", message)
    }

    /// There is no such thing.
    pub(super) fn missing() -> Self {
        let message = "The specified object was not found in the store.";
        Self::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", message)
    }

    /// There is nobody of that name.
    pub(super) fn no_user(id: &str) -> Self {
        let id: String = id.chars().take(100).collect();
        let message = format!("The requested user '{id}' is invalid.");
        Self::new(StatusCode::NOT_FOUND, "ErrorInvalidUser", message)
    }

    /// There is no such path.
    pub(super) fn path(segment: &str) -> Self {
        let segment: String = segment.chars().take(100).collect();
        Self::option(format!("Resource not found for the segment '{segment}'."))
    }

    /// The path does not take this method.
    pub(super) fn method() -> Self {
        let message = "The OData request is not supported.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Request_BadRequest",
            message,
        )
    }

    /// Nobody that we know.
    pub(super) fn unauthorized() -> Self {
        let message = "Access token is missing, has expired or is not yet valid.";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            message,
        )
    }

    /// The person did not let this program do that.
    pub(super) fn denied() -> Self {
        let message = "Access is denied. Check credentials and try again.";
        Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
    }

    /// The same, as the directory says it.
    pub(super) fn insufficient_privileges() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            message,
        )
    }

    /// It was changed meanwhile.
    pub(super) fn stale() -> Self {
        let message = "The change key passed in the request does not match the current change key.";
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "ErrorIrresolvableConflict",
            message,
        )
    }

    /// The token of a round is not known any more.
    pub(super) fn sync_state() -> Self {
        let message = "The sync state generation is not found; resync required.";
        Self::new(StatusCode::GONE, "SyncStateNotFound", message)
    }

    /// A request of a batch on which this one depends was refused.
    pub(super) fn dependency() -> Self {
        let message = "A request on which this one depends has failed.";
        Self::new(StatusCode::FAILED_DEPENDENCY, "FailedDependency", message)
    }

    fn broken() -> Self {
        let message = "An internal server error occurred. The operation failed.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ErrorInternalServerError",
            message,
        )
    }

    /// The answer, with what people quote to a support.
    pub(super) fn response(self, app: &App) -> Response {
        let id = app.hub.ids().uuid().to_string();
        let now = app
            .hub
            .clock()
            .now()
            .strftime("%Y-%m-%dT%H:%M:%S")
            .to_string();
        let body = json!({"error": {
            "code": self.code,
            "message": self.message,
            "innerError": {"date": now, "request-id": id, "client-request-id": id},
        }});
        let mut response = (self.status, Json(body)).into_response();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("request-id", id);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<hub::Error> for Fault {
    fn from(error: hub::Error) -> Self {
        use hub::Error;
        match error {
            Error::NotFound(_) => Self::missing(),
            Error::Forbidden(message) => {
                Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
            }
            Error::Scheduling(refusal) => {
                let message = refusal.to_string();
                Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
            }
            Error::Stale => Self::stale(),
            Error::Taken(what) => {
                let message = format!("{what} is taken already");
                Self::new(StatusCode::CONFLICT, "ErrorNameAlreadyExists", message)
            }
            Error::Invalid { field, reason } => Self::property(format!("{field}: {reason}")),
            Error::Full => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "ErrorInsufficientStorage",
                error.to_string(),
            ),
            Error::PositionUnknown => Self::sync_state(),
            Error::KeyReused | Error::Provider(_) | Error::Storage(_) | Error::Identity(_) => {
                tracing::error!(%error, "a Graph request failed");
                Self::broken()
            }
        }
    }
}

impl From<identity::Error> for Fault {
    fn from(error: identity::Error) -> Self {
        hub::Error::from(error).into()
    }
}

impl From<protocols::microsoft::Error> for Fault {
    fn from(error: protocols::microsoft::Error) -> Self {
        Self::property(error.to_string())
    }
}
