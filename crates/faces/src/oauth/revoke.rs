//! Revocation (RFC 7009) as Google has it: the token in the form or the query, no client authentication.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Face, refusal::Refusal, token::Form};

/// `POST /revoke`: all that came of the token's grant ends.
pub(super) async fn revoke(
    State(face): State<Face>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    match ended(&face, query.as_deref().unwrap_or_default(), &body).await {
        Ok(true) => Json(json!({})).into_response(),
        Ok(false) => {
            let body =
                json!({"error": "invalid_token", "error_description": "Token expired or revoked"});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
        Err(refusal) => refusal.response(&face),
    }
}

async fn ended(face: &Face, query: &str, body: &[u8]) -> Result<bool, Refusal> {
    let (query, form) = (Form::read(query.as_bytes())?, Form::read(body)?);
    let token = form
        .get("token")
        .or_else(|| query.get("token"))
        .ok_or(Refusal::Missing("token"))?;
    Ok(face.app.identity.revoke_token(token).await?)
}
