//! Answers and refusals on the wire.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hub::scheduling::Refusal;
use protocols::caldav::{Element, Multistatus, Name, multistatus::error_body, name};

use super::privileges::NEED_PRIVILEGES;

/// What a method brings.
pub(super) type Result<T> = std::result::Result<T, Fault>;

const XML: &str = "application/xml; charset=utf-8";

/// What is in an `error` is a condition, and clients leave out those that they do not know (RFC 4918 14.5). So words
/// for people have a name of their own: the one that `CalendarServer` gave them, and that clients therefore know.
const MESSAGE: Name = Name::new(
    "http://twistedmatrix.com/xml_namespace/dav/",
    "error-description",
);

/// A refusal: a status, and the precondition that was violated where there is one (RFC 4918 16).
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    condition: Option<Box<Element>>,
    detail: String,
}

impl Fault {
    /// A status and nothing more.
    pub(super) fn status(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            condition: None,
            detail: detail.into(),
        }
    }

    /// A violated precondition.
    pub(super) fn condition(
        status: StatusCode,
        condition: Name,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            condition: Some(Box::new(Element::new(condition))),
            detail: detail.into(),
        }
    }

    /// A violated precondition with something in it.
    pub(super) fn element(status: StatusCode, condition: Element) -> Self {
        Self {
            status,
            condition: Some(Box::new(condition)),
            detail: String::new(),
        }
    }

    /// Whether it is for this precondition.
    pub(super) fn is(&self, condition: &Name) -> bool {
        let own = self.condition.as_ref();
        own.is_some_and(|own| own.name == *condition)
    }

    /// The same with what whoever asks would need, if that is why (RFC 3744 7.1.1).
    pub(super) fn needing(mut self, needed: impl FnOnce() -> Element) -> Self {
        let own = self.condition.as_mut();
        if let Some(own) = own.filter(|own| own.name == NEED_PRIVILEGES) {
            **own = needed();
        }
        self
    }

    /// Its status.
    pub(super) fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// Nobody that we know. Clients probe without credentials first.
    pub(super) fn unauthorized() -> Self {
        Self::status(
            StatusCode::UNAUTHORIZED,
            "sign in with your mail address and an app password",
        )
    }

    /// There is nothing here.
    pub(super) fn not_found() -> Self {
        Self::status(StatusCode::NOT_FOUND, "there is nothing here")
    }

    /// This method does not work on this kind of resource.
    pub(super) fn not_here() -> Self {
        Self::status(
            StatusCode::METHOD_NOT_ALLOWED,
            "this method does not work here",
        )
    }

    /// Something is not as the client wanted it to be.
    pub(super) fn precondition() -> Self {
        Self::status(StatusCode::PRECONDITION_FAILED, "it was changed meanwhile")
    }

    /// The body is larger than we take.
    pub(super) fn too_large() -> Self {
        let size = name::MAX_RESOURCE_SIZE;
        Self::condition(StatusCode::PAYLOAD_TOO_LARGE, size, "the body is too large")
    }

    /// The sync token is none of ours, or too old (RFC 6578 3.2).
    pub(super) fn invalid_token() -> Self {
        let token = name::VALID_SYNC_TOKEN;
        Self::condition(StatusCode::FORBIDDEN, token, "read everything again")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = match self.condition {
            Some(condition) => {
                let message = Some(self.detail).filter(|detail| !detail.is_empty());
                let message = message.map(|detail| Element::text(MESSAGE, detail));
                xml(
                    self.status,
                    &error_body([*condition].into_iter().chain(message)),
                )
            }
            None => (self.status, self.detail + "\n").into_response(),
        };
        if self.status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"Kalends\", charset=\"UTF-8\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

impl From<hub::Error> for Fault {
    fn from(error: hub::Error) -> Self {
        let detail = error.to_string();
        match error {
            hub::Error::NotFound(_) => Self::status(StatusCode::NOT_FOUND, detail),
            hub::Error::Forbidden(_) => {
                Self::condition(StatusCode::FORBIDDEN, NEED_PRIVILEGES, detail)
            }
            hub::Error::Scheduling(refusal) => refused(&refusal, detail),
            hub::Error::Stale => Self::precondition(),
            hub::Error::Taken(_) | hub::Error::KeyReused => {
                Self::status(StatusCode::PRECONDITION_FAILED, detail)
            }
            hub::Error::Invalid { .. } => Self::condition(
                StatusCode::FORBIDDEN,
                Name::new(name::CALDAV, "valid-calendar-object-resource"),
                detail,
            ),
            hub::Error::PositionUnknown => Self::invalid_token(),
            // RFC 4918 11.5.
            hub::Error::Full => Self::status(StatusCode::INSUFFICIENT_STORAGE, detail),
            hub::Error::Provider(_) => Self::status(StatusCode::BAD_GATEWAY, detail),
            hub::Error::Storage(_) | hub::Error::Identity(_) => {
                tracing::error!(%detail, "a request failed");
                Self::status(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the hub could not do this; its log says why",
                )
            }
        }
    }
}

/// The precondition of RFC 6638 3.2.4 that is violated.
fn refused(refusal: &Refusal, detail: String) -> Fault {
    let condition = match refusal {
        Refusal::Organizers => name::SAME_ORGANIZER,
        Refusal::Organizer(_) => name::ALLOWED_ORGANIZER_CHANGE,
        Refusal::Attendee(_) => name::ALLOWED_ATTENDEE_CHANGE,
        Refusal::Elsewhere { .. } => name::UNIQUE_SCHEDULING_OBJECT,
    };
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

impl From<identity::Error> for Fault {
    fn from(error: identity::Error) -> Self {
        hub::Error::from(error).into()
    }
}

impl From<protocols::caldav::Error> for Fault {
    fn from(error: protocols::caldav::Error) -> Self {
        let detail = error.to_string();
        match error {
            protocols::caldav::Error::Element {
                element: "comp-filter" | "prop-filter" | "param-filter" | "text-match",
                ..
            } => Self::condition(StatusCode::FORBIDDEN, name::VALID_FILTER, detail),
            protocols::caldav::Error::Collation { .. } => {
                let condition = name::SUPPORTED_COLLATION;
                Self::condition(StatusCode::FORBIDDEN, condition, detail)
            }
            _ => Self::status(StatusCode::BAD_REQUEST, detail),
        }
    }
}

/// A body in XML.
pub(super) fn xml(status: StatusCode, root: &Element) -> Response {
    (status, [(header::CONTENT_TYPE, XML)], root.write()).into_response()
}

/// 207.
pub(super) fn multistatus(body: &Multistatus) -> Response {
    xml(StatusCode::MULTI_STATUS, &body.write())
}

/// 207 with a body that is written already.
pub(super) fn written(multistatus: String) -> Response {
    let kind = [(header::CONTENT_TYPE, XML)];
    (StatusCode::MULTI_STATUS, kind, multistatus).into_response()
}

/// No body.
pub(super) fn empty(status: StatusCode, headers: &[(&'static str, &str)]) -> Response {
    let mut response = status.into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}
