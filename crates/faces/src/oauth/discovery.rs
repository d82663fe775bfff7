//! What clients learn before they begin: OpenID Connect Discovery, key set, and Entra ID's instance discovery.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::Face;

/// `/.well-known/openid-configuration`.
pub(super) async fn google(State(face): State<Face>) -> Json<Value> {
    Json(json!({
        "issuer": face.issuer(),
        "authorization_endpoint": face.at("o/oauth2/v2/auth"),
        "token_endpoint": face.at("token"),
        "userinfo_endpoint": face.at("oauth2/v3/userinfo"),
        "revocation_endpoint": face.at("revoke"),
        "jwks_uri": face.at("oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "iss", "name", "sub"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }))
}

/// `/{tenant}/v2.0/.well-known/openid-configuration`. For tenants that stand for several (`common`), the issuer is a
/// template.
pub(super) async fn microsoft(State(face): State<Face>, Path(tenant): Path<String>) -> Json<Value> {
    let several = matches!(tenant.as_str(), "common" | "organizations" | "consumers");
    let issuer = if several {
        face.at("{tenantid}/v2.0")
    } else {
        face.issuer()
    };
    let at = |path: &str| face.at(&format!("{tenant}/{path}"));
    Json(json!({
        "token_endpoint": at("oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "userinfo_endpoint": face.at("oidc/userinfo"),
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email"],
        "tenant_region_scope": null,
    }))
}

/// `/common/discovery/instance`: MSAL asks whether an authority is one of Microsoft's; here there is one.
pub(super) async fn instance(State(face): State<Face>) -> Json<Value> {
    let host = face
        .app
        .public_url
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default()
        .to_owned();
    Json(json!({
        "tenant_discovery_endpoint": face.at("common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }))
}

/// The public keys of ID tokens (RFC 7517).
pub(super) async fn keys(State(face): State<Face>) -> Response {
    match face.app.identity.signing_keys().await {
        Ok(keys) => Json(keys).into_response(),
        Err(error) => {
            tracing::error!(%error, "the key of ID tokens cannot be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
