//! What an access token is good for, as Google tells (`/tokeninfo`): clients look there which scopes they were granted.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::{Actor, oauth::TokenInfo};
use serde_json::{Value, json};

use super::{Face, scopes::Scopes, token::Form};

/// `GET|POST /tokeninfo`: the token in the query, in the form, or as a bearer's.
pub(super) async fn get(
    State(face): State<Face>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = named(query.unwrap_or_default().as_bytes())
        .or_else(|| named(&body))
        .or_else(|| bearer(&headers));
    match told(&face, token).await {
        Ok(Some(told)) => Json(told).into_response(),
        Ok(None) => {
            let body = json!({"error": "invalid_token", "error_description": "Invalid Value"});
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a token could not be looked up");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn named(form: &[u8]) -> Option<String> {
    let form = Form::read(form).ok()?;
    form.get("access_token").map(str::to_owned)
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

async fn told(face: &Face, token: Option<String>) -> Result<Option<Value>, identity::Error> {
    let identity = &face.app.identity;
    let Some(info) = identity.token_info(&token.unwrap_or_default()).await? else {
        return Ok(None);
    };
    let TokenInfo {
        client,
        user,
        scopes,
        expires,
    } = info;
    let actor = Actor::person(face.app.tenant, user);
    let person = identity.user_of(&actor).await?;
    let left = expires.map_or(0, |at| at.as_second() - face.now().as_second());
    let scopes = Scopes::granted(scopes);
    let access = if scopes.has(identity::oauth::OFFLINE_ACCESS) {
        "offline"
    } else {
        "online"
    };
    // Google writes numbers and truths as text here.
    let mut told = json!({
        "azp": client, "aud": client, "sub": user.to_string(), "scope": scopes.shown().join(" "),
        "exp": expires.map_or(0, jiff::Timestamp::as_second).to_string(), "expires_in": left.to_string(),
        "access_type": access,
    });
    if let (true, Some(person)) = (scopes.has("openid"), person) {
        told["email"] = json!(person.email);
        told["email_verified"] = json!("true");
    }
    Ok(Some(told))
}
