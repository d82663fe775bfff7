//! Google's manners: scopes, claims, answers, errors.

use identity::{
    User,
    oauth::{GrantError, Granted},
};
use serde_json::{Map, Value, json};

use super::{
    Face,
    refusal::Refusal,
    request::Parameters,
    scopes::{Access, Scopes, split},
};

const PREFIX: &str = "https://www.googleapis.com/auth/";
/// Scopes of the Calendar API that let a client change all events, and those that let it see them. What the others are
/// good for, this API alone says (`crate::google`).
/// <https://developers.google.com/workspace/calendar/api/auth>
const WRITING: [&str; 3] = ["calendar", "calendar.events", "calendar.events.owned"];
const READING: [&str; 3] = [
    "calendar.readonly",
    "calendar.events.readonly",
    "calendar.events.owned.readonly",
];

fn access(scope: &str) -> Access {
    match scope.strip_prefix(PREFIX) {
        Some(name) if WRITING.contains(&name) => Access::Writes,
        Some(name) if READING.contains(&name) => Access::Reads,
        _ => Access::None,
    }
}

/// Whether a scope lets a client change anything at all.
pub(super) fn changes(scope: &str) -> bool {
    let Some(name) = scope.strip_prefix(PREFIX) else {
        return false;
    };
    // Who somebody is, too.
    let reads = [".readonly", ".freebusy", ".email", ".profile"];
    !reads.iter().any(|end| name.ends_with(end))
}

/// What a request asks for; `None` if there is a scope that Google does not have.
pub(super) fn scopes(parameters: &Parameters) -> Option<Scopes> {
    let vendors = split(&parameters.scope)?;
    let known =
        |s: &String| s.starts_with(PREFIX) || matches!(s.as_str(), "openid" | "email" | "profile");
    if !vendors.iter().all(known) {
        return None;
    }
    let access = Access::all(&vendors, access);
    let offline = parameters.access_type == "offline" && parameters.prompts("consent");
    Some(Scopes::new(vendors, access, offline))
}

/// What an ID token says. <https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload>
pub(super) fn claims(face: &Face, client: &str, user: &User, nonce: Option<&str>) -> Value {
    let now = face.now().as_second();
    let mut claims = json!({
        "iss": face.issuer(), "azp": client, "aud": client, "sub": user.id.to_string(),
        "email": user.email, "email_verified": true, "name": user.name,
        "iat": now, "exp": now + 3_600,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// The token endpoint's answer.
pub(super) fn answer(granted: &Granted, scopes: &Scopes, id_token: Option<String>) -> Value {
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), json!(granted.access));
    answer.insert("expires_in".to_owned(), json!(granted.expires_in - 1));
    if let Some(refresh) = &granted.refresh {
        answer.insert("refresh_token".to_owned(), json!(refresh));
    }
    answer.insert("scope".to_owned(), json!(scopes.shown().join(" ")));
    answer.insert("token_type".to_owned(), json!("Bearer"));
    if let Some(id_token) = id_token {
        answer.insert("id_token".to_owned(), json!(id_token));
    }
    Value::Object(answer)
}

/// How Google words a refusal: status and body.
pub(super) fn refusal(refusal: &Refusal) -> (u16, Value) {
    let (status, error, text) = match refusal {
        Refusal::Missing(name) => (
            400,
            "invalid_request",
            format!("Missing required parameter: {name}"),
        ),
        Refusal::Malformed(text) => (400, "invalid_request", (*text).to_owned()),
        Refusal::GrantType(name) => (
            400,
            "unsupported_grant_type",
            format!("Invalid grant_type: {name}"),
        ),
        Refusal::UnknownClient(_) => (
            401,
            "invalid_client",
            "The OAuth client was not found.".to_owned(),
        ),
        Refusal::ClientSecret { .. } => (401, "invalid_client", "Unauthorized".to_owned()),
        Refusal::Grant { error, refreshing } => grant(*error, *refreshing),
        Refusal::Internal => (500, "internal_failure", "Backend error".to_owned()),
    };
    (status, json!({"error": error, "error_description": text}))
}

fn grant(error: GrantError, refreshing: bool) -> (u16, &'static str, String) {
    let (kind, text) = match error {
        GrantError::RedirectUri => ("redirect_uri_mismatch", "Bad Request"),
        GrantError::VerifierMissing => ("invalid_grant", "Missing code verifier."),
        GrantError::Verifier => ("invalid_grant", "Invalid code verifier."),
        GrantError::Scope => ("invalid_scope", "Bad Request"),
        GrantError::Unknown | GrantError::Expired | GrantError::Used if refreshing => {
            ("invalid_grant", "Token has been expired or revoked.")
        }
        GrantError::Unknown | GrantError::Expired | GrantError::Used => {
            ("invalid_grant", "Bad Request")
        }
    };
    (400, kind, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(scope: &str, access_type: &str, prompt: &str) -> Option<Vec<String>> {
        let parameters = Parameters {
            scope: scope.to_owned(),
            access_type: access_type.to_owned(),
            prompt: prompt.to_owned(),
            ..Parameters::default()
        };
        scopes(&parameters).map(Scopes::kept)
    }

    #[test]
    fn writing_and_refreshing_have_to_be_asked_for() {
        let calendar = "https://www.googleapis.com/auth/calendar";
        let readonly = "https://www.googleapis.com/auth/calendar.readonly";
        let has = |kept: Option<Vec<String>>, scope: &str| {
            kept.is_some_and(|all| all.iter().any(|s| s == scope))
        };
        assert!(has(asked(calendar, "online", ""), "calendar.write"));
        assert!(!has(asked(readonly, "online", ""), "calendar.write"));
        assert!(has(asked(readonly, "online", ""), "calendar.read"));
        let lists = "https://www.googleapis.com/auth/calendar.calendarlist";
        for little in ["openid email", lists] {
            assert!(!has(asked(little, "online", ""), "calendar.read"));
        }
        assert!(changes(lists) && !changes(readonly) && !changes("openid"));
        assert!(!changes("https://www.googleapis.com/auth/userinfo.email"));
        assert!(has(asked(calendar, "offline", "consent"), "offline_access"));
        assert!(!has(asked(calendar, "offline", ""), "offline_access"));
        assert_eq!(asked("https://example.com/auth/calendar", "", ""), None);
    }
}
