//! Entra ID's manners: scopes, claims, answers, errors.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use identity::{
    User,
    oauth::{GrantError, Granted, OFFLINE_ACCESS},
};
use serde_json::{Map, Value, json};

use super::{
    Face,
    refusal::Refusal,
    scopes::{Access, Scopes, split},
};

/// Scopes without a resource mean Graph's.
const RESOURCE: &str = "https://graph.microsoft.com/";
/// Graph's permissions that let a client change calendars.
const WRITING: [&str; 2] = ["Calendars.ReadWrite", "Calendars.ReadWrite.Shared"];
/// Those that let it see all of their events.
const READING: [&str; 2] = ["Calendars.Read", "Calendars.Read.Shared"];
/// All that the application was configured for.
const DEFAULT: &str = ".default";

fn access(scope: &str) -> Access {
    match scope {
        _ if WRITING.contains(&scope) => Access::Writes,
        _ if READING.contains(&scope) => Access::Reads,
        _ => Access::None,
    }
}

/// Whether a scope lets a client change anything at all.
pub(super) fn changes(scope: &str) -> bool {
    scope.contains("Write")
}

/// What a request asks for; `None` if it is malformed or names another resource.
pub(super) fn scopes(text: &str) -> Option<Scopes> {
    let asked: Vec<String> = split(text)?
        .into_iter()
        .map(|s| s.strip_prefix(RESOURCE).unwrap_or(&s).to_owned())
        .collect();
    if asked.iter().any(|s| s.contains("://")) {
        return None;
    }
    let offline = asked.iter().any(|s| s == OFFLINE_ACCESS);
    let vendors: Vec<String> = asked
        .into_iter()
        .flat_map(|s| {
            if s == DEFAULT {
                vec!["Calendars.ReadWrite".to_owned(), "User.Read".to_owned()]
            } else {
                vec![s]
            }
        })
        .collect();
    let access = Access::all(&vendors, access);
    Some(Scopes::new(vendors, access, offline))
}

/// What an ID token says. <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference>
pub(super) fn claims(face: &Face, client: &str, user: &User, nonce: Option<&str>) -> Value {
    let now = face.now().as_second();
    let mut claims = json!({
        "ver": "2.0", "iss": face.issuer(), "aud": client, "sub": user.id.to_string(), "oid": user.id.to_string(),
        "tid": face.app.tenant.to_string(), "preferred_username": user.email, "email": user.email, "name": user.name,
        "iat": now, "nbf": now, "exp": now + 3_600,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// Whose account it is, for MSAL, which keeps no account without it.
pub(super) fn client_info(face: &Face, user: &User) -> String {
    let info = json!({"uid": user.id.to_string(), "utid": face.app.tenant.to_string()});
    BASE64_URL_SAFE_NO_PAD.encode(info.to_string())
}

/// The token endpoint's answer.
pub(super) fn answer(
    granted: &Granted,
    scopes: &Scopes,
    id_token: Option<String>,
    client_info: Option<String>,
) -> Value {
    let mut answer = Map::new();
    answer.insert("token_type".to_owned(), json!("Bearer"));
    answer.insert("scope".to_owned(), json!(scopes.shown().join(" ")));
    answer.insert("expires_in".to_owned(), json!(granted.expires_in - 1));
    answer.insert("ext_expires_in".to_owned(), json!(granted.expires_in - 1));
    answer.insert("access_token".to_owned(), json!(granted.access));
    let more = [
        ("refresh_token", granted.refresh.clone()),
        ("id_token", id_token),
        ("client_info", client_info),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            answer.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(answer)
}

/// How Entra ID words a refusal: status and body.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
pub(super) fn refusal(face: &Face, refusal: &Refusal) -> (u16, Value) {
    let (status, error, code, text) = worded(refusal);
    let now = face.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    let (trace, correlation) = (face.app.hub.ids().uuid(), face.app.hub.ids().uuid());
    let description = format!(
        "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
    );
    let body = json!({
        "error": error, "error_description": description, "error_codes": [code], "timestamp": now,
        "trace_id": trace.to_string(), "correlation_id": correlation.to_string(),
        "error_uri": face.at(&format!("error?code={code}")),
    });
    (status, body)
}

fn worded(refusal: &Refusal) -> (u16, &'static str, u32, String) {
    match refusal {
        Refusal::Missing(name) => (
            400,
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        ),
        Refusal::Malformed(text) => (400, "invalid_request", 9_002_313, format!("Invalid request. {text}")),
        Refusal::GrantType(name) => (
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{name}'."),
        ),
        Refusal::UnknownClient(id) => (
            400,
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{id}' was not found in the directory."),
        ),
        Refusal::ClientSecret { id, given: true } => (
            401,
            "invalid_client",
            7_000_215,
            format!("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{id}'."),
        ),
        Refusal::ClientSecret { given: false, .. } => (
            401,
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned(),
        ),
        Refusal::Grant { error, .. } => grant(*error),
        Refusal::Internal => (500, "server_error", 90_033, "A transient error has occurred. Please try again.".to_owned()),
    }
}

fn grant(error: GrantError) -> (u16, &'static str, u32, String) {
    let (kind, code, text) = match error {
        GrantError::Unknown => (
            "invalid_grant",
            9_002_313,
            "Invalid request. The provided value for the code or refresh token is not valid or was revoked.",
        ),
        GrantError::Expired => (
            "invalid_grant",
            70_008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ),
        GrantError::Used => (
            "invalid_grant",
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ),
        GrantError::RedirectUri => (
            "invalid_grant",
            500_112,
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ),
        GrantError::VerifierMissing | GrantError::Verifier => (
            "invalid_grant",
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ),
        GrantError::Scope => (
            "invalid_grant",
            65_001,
            "The user or administrator has not consented to use the application with these scopes. Send an interactive authorization request for this user and resource.",
        ),
    };
    (400, kind, code, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graph_is_the_resource_and_default_is_everything() {
        let kept = |text| scopes(text).map(Scopes::kept);
        assert_eq!(
            kept("https://graph.microsoft.com/Calendars.Read offline_access"),
            Some(
                ["Calendars.Read", "calendar.read", "offline_access"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
        assert!(
            kept("https://graph.microsoft.com/.default")
                .is_some_and(|all| all.contains(&"calendar.write".to_owned()))
        );
        assert_eq!(kept("https://vault.azure.net/.default"), None);
    }
}
