//! The OAuth client (RFC 6749, RFC 7636) that all providers with OAuth share. What differs is data: [`Endpoints`].

use std::time::Duration;

use jiff::Timestamp;
use network::{Network, Request, Response, Url, retry_after};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{AuthorizeRequest, Failure, Grant};

/// One provider's OAuth, and who we are there.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Authorization endpoint.
    pub authorize: String,
    /// Token endpoint.
    pub token: String,
    /// Our client id.
    pub client_id: String,
    /// Our secret; `None` for a public client.
    pub client_secret: Option<SecretString>,
    /// The least scopes that do the work.
    pub scopes: Vec<String>,
    /// Further parameters of the authorization request.
    pub extra: Vec<(String, String)>,
}

/// The token endpoint's answer (RFC 6749 5.1) or error (5.2).
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    scope: Option<String>,
    error: Option<String>,
    /// What Entra ID adds.
    #[serde(default)]
    error_codes: Vec<u32>,
}

/// How long to wait where a token endpoint asks for it without saying how long.
const PAUSE: Duration = Duration::from_secs(10);
/// Scopes that say how somebody signs in, not what we may do: answers need not repeat them.
const SIGN_IN: [&str; 4] = ["openid", "offline_access", "email", "profile"];

impl Endpoints {
    /// Where a person grants access.
    pub fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Option<String> {
        let mut url = Url::parse(&self.authorize).ok()?;
        let scopes = self.scopes.join(" ");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", request.redirect_uri)
            .append_pair("scope", &scopes)
            .append_pair("state", request.state)
            .append_pair("code_challenge", request.challenge)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(&self.extra);
        if let Some(hint) = request.login_hint {
            url.query_pairs_mut().append_pair("login_hint", hint);
        }
        Some(url.into())
    }

    /// Turns a code into tokens. A person may have granted less than was asked for: that is said at once, not by the first
    /// request that is refused.
    ///
    /// # Errors
    /// [`Failure::Ungranted`] if a scope is missing, or the means to renew the access.
    pub async fn exchange(
        &self,
        network: &Network,
        now: Timestamp,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Grant, Failure> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ];
        let grant = self.ask(network, now, &fields).await?;
        let missing = self.missing(&grant.scopes);
        if !missing.is_empty() {
            return Err(Failure::Ungranted(format!(
                "not granted: {}",
                missing.join(", ")
            )));
        }
        if grant.refresh.is_none() {
            let reason = "the access cannot be renewed: there is no refresh token";
            return Err(Failure::Ungranted(reason.to_owned()));
        }
        Ok(grant)
    }

    /// Gets another access token.
    ///
    /// # Errors
    /// [`Failure::Reauthorise`] if the refresh token is refused, [`Failure::Misconfigured`] if we are.
    pub async fn refresh(
        &self,
        network: &Network,
        now: Timestamp,
        refresh_token: &str,
    ) -> Result<Grant, Failure> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        self.ask(network, now, &fields).await
    }

    /// What was asked for and not granted, in short. No word about scopes means: all of them (RFC 6749 5.1).
    fn missing(&self, granted: &str) -> Vec<String> {
        let granted: Vec<String> = granted.split_whitespace().map(short).collect();
        let is_granted = |wanted: &String| granted.iter().any(|scope| covers(scope, wanted));
        let wanted = self.scopes.iter().map(|scope| short(scope));
        let wanted = wanted.filter(|scope| !SIGN_IN.contains(&scope.as_str()));
        let missing = wanted.filter(|wanted| !granted.is_empty() && !is_granted(wanted));
        missing.collect()
    }

    async fn ask(
        &self,
        network: &Network,
        now: Timestamp,
        fields: &[(&str, &str)],
    ) -> Result<Grant, Failure> {
        let mut form = fields.to_vec();
        form.push(("client_id", &self.client_id));
        if let Some(secret) = &self.client_secret {
            form.push(("client_secret", secret.expose_secret()));
        }
        let request = Request::post(&self.token).form(form);
        let response = network
            .send(request)
            .await
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        let answer: Option<Answer> = response.json().ok();
        match (response.status, answer) {
            (
                200,
                Some(Answer {
                    access_token: Some(access),
                    refresh_token,
                    expires_in,
                    scope,
                    ..
                }),
            ) => Ok(Grant {
                access: SecretString::from(access),
                refresh: refresh_token.map(SecretString::from),
                expires_in: expires_in.unwrap_or(3600),
                scopes: scope.unwrap_or_default(),
            }),
            (
                400 | 401 | 403,
                Some(Answer {
                    error: Some(error),
                    error_codes,
                    ..
                }),
            ) => Err(refusal(&error, &error_codes, &response, now)),
            (429 | 500..=599, _) => {
                let reason = format!("its sign-in answered {}", response.status);
                Err(later(&response, now, reason))
            }
            (status, _) => Err(Failure::Protocol(format!(
                "its token endpoint answered {status}"
            ))),
        }
    }
}

/// What a refusal means (RFC 6749 5.2, and the words that Entra ID has beside those).
fn refusal(error: &str, codes: &[u32], response: &Response, now: Timestamp) -> Failure {
    let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let error: String = error.chars().filter(word).take(60).collect();
    // By the number an administrator finds what is meant: a password that was changed, a second factor that is asked for.
    let said = match codes.first() {
        Some(code) => format!("{error}, AADSTS{code}"),
        None => error.clone(),
    };
    match error.as_str() {
        // Nobody's account is to blame: a secret has run out, or the client was removed.
        "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "invalid_scope"
        | "redirect_uri_mismatch" => Failure::Misconfigured(said),
        "temporarily_unavailable" | "server_error" | "slow_down" => {
            later(response, now, format!("its sign-in says {said}"))
        }
        // `invalid_grant`, `interaction_required` and their like do not pass by waiting.
        _ => Failure::Reauthorise(said),
    }
}

fn later(response: &Response, now: Timestamp, reason: String) -> Failure {
    Failure::Later {
        after: retry_after(&response.headers, now).unwrap_or(PAUSE),
        reason,
    }
}

/// A scope without the address of whose it is, in lower case.
fn short(scope: &str) -> String {
    let name = scope.rsplit('/').next().unwrap_or(scope);
    name.to_ascii_lowercase()
}

/// Whether one scope opens what another one does: `calendar` all of `calendar.events`.
fn covers(granted: &str, wanted: &str) -> bool {
    let rest = wanted.strip_prefix(granted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
