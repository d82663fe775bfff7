//! Who has let the client in (OpenID Connect Core 5.3).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Face, Vendor};
use crate::auth;

/// `GET|POST …/userinfo` with a bearer token.
pub(super) async fn userinfo(State(face): State<Face>, headers: HeaderMap) -> Response {
    match claims(&face, &headers).await {
        Ok(Some(claims)) => Json(claims).into_response(),
        Ok(None) => {
            let body =
                json!({"error": "invalid_request", "error_description": "Invalid Credentials"});
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
            (StatusCode::UNAUTHORIZED, challenge, Json(body)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a token could not be looked up");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn claims(face: &Face, headers: &HeaderMap) -> Result<Option<Value>, identity::Error> {
    let caller = auth::caller(&face.app, headers)
        .await?
        .filter(|caller| !caller.by_cookie);
    let Some(caller) = caller else {
        return Ok(None);
    };
    let user = face.app.identity.user_of(&caller.actor).await?;
    Ok(user.map(|user| {
        let mut claims =
            json!({"sub": user.id.to_string(), "name": user.name, "email": user.email});
        if face.vendor == Vendor::Google {
            claims["email_verified"] = json!(true);
        }
        claims
    }))
}
