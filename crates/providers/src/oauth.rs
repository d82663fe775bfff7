//! The OAuth client (RFC 6749, RFC 7636) that all providers with OAuth share. What differs is data: [`Endpoints`].

use network::{Network, Request, Url};
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
}

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

    /// Turns a code into tokens.
    pub async fn exchange(
        &self,
        network: &Network,
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
        self.ask(network, &fields).await
    }

    /// Gets another access token.
    pub async fn refresh(&self, network: &Network, refresh_token: &str) -> Result<Grant, Failure> {
        self.ask(
            network,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token),
            ],
        )
        .await
    }

    async fn ask(&self, network: &Network, fields: &[(&str, &str)]) -> Result<Grant, Failure> {
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
            // RFC 6749 5.2: these will not pass by waiting.
            (
                400 | 401 | 403,
                Some(Answer {
                    error: Some(error), ..
                }),
            ) => {
                let error: String = error
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .take(60)
                    .collect();
                Err(Failure::Reauthorise(error))
            }
            (429 | 500..=599, _) => Err(Failure::Later {
                after: std::time::Duration::from_secs(10),
                reason: format!("its sign-in answered {}", response.status),
            }),
            (status, _) => Err(Failure::Protocol(format!(
                "its token endpoint answered {status}"
            ))),
        }
    }
}
