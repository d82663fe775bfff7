//! `Idempotency-Key`: a create that is sent twice happens once, and gets the same answer.

use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hub::Key;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Problem, extract};
use crate::App;

const HEADER: &str = "idempotency-key";
/// Longest key, in bytes.
const KEY_MAX: usize = 255;

/// The body of a request that makes something, and the key under which it may come again.
pub(super) struct Making<T> {
    /// What is to be made.
    pub form: T,
    /// The key, if there is one.
    pub key: Option<Key>,
}

impl<T: DeserializeOwned> FromRequest<App> for Making<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let name = name(request.headers())?;
        let place = format!("{} {}", request.method(), request.uri().path());
        let bytes = extract::body(request, app).await?;
        let form = extract::read(&bytes)?;
        let key = match name {
            Some(name) => {
                let mut body: Value = extract::read(&bytes)?;
                // The order of properties says nothing.
                body.sort_all_objects();
                let request = format!("{place}\n{body}");
                Some(Key { name, request })
            }
            None => None,
        };
        Ok(Self { form, key })
    }
}

fn name(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let name = value
        .to_str()
        .ok()
        .filter(|k| !k.is_empty() && k.len() <= KEY_MAX);
    let bad = || {
        Problem::field(
            "Idempotency-Key",
            format!("1 to {KEY_MAX} printable characters"),
        )
    };
    name.map(|name| Some(name.to_owned())).ok_or_else(bad)
}

/// The answer to a create: 201 with what was made. It is kept as it is, to be given again.
#[derive(Serialize, Deserialize)]
pub(super) struct Made {
    /// The body.
    pub body: Value,
    /// Its address.
    #[serde(default)]
    pub location: Option<String>,
    /// Its entity tag.
    #[serde(default)]
    pub etag: Option<String>,
}

impl Made {
    /// The answer for something that has neither an address nor an entity tag of its own.
    pub(super) fn plain(body: &impl Serialize) -> Self {
        Self {
            body: serde_json::to_value(body).unwrap_or_default(),
            location: None,
            etag: None,
        }
    }

    /// As it is kept.
    pub(super) fn kept(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// An answer that was kept, now or long ago.
    pub(super) fn given(kept: &[u8]) -> Result<Response, Problem> {
        let made: Self = serde_json::from_slice(kept).map_err(|_| {
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the answer that was kept under this Idempotency-Key cannot be read: use a new one",
            )
        })?;
        let mut response = (StatusCode::CREATED, Json(made.body)).into_response();
        let headers = [(header::LOCATION, made.location), (header::ETAG, made.etag)];
        for (name, value) in headers {
            if let Some(value) = value.and_then(|v| v.parse().ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }
}
