//! Which providers there are, and how an account at one becomes a [`Connector`].

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{Connector, Failure, Fit, Series, Tokens};

/// All providers that this installation can connect.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What can be connected.
    fn list(&self) -> Vec<Description>;

    /// Where a person grants access (RFC 6749 4.1.1, PKCE S256). `None`: this provider has no OAuth.
    fn authorize_url(&self, provider: &str, request: &AuthorizeRequest<'_>) -> Option<String>;

    /// Turns the code that came back into tokens. Less than what is needed is [`Failure::Ungranted`].
    async fn exchange(
        &self,
        provider: &str,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Grant, Failure>;

    /// Gets another access token. A refused refresh token is [`Failure::Reauthorise`].
    async fn refresh(&self, provider: &str, refresh_token: &str) -> Result<Grant, Failure>;

    /// The connector of an account.
    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure>;

    /// What a provider can have of a series.
    fn fit(&self, provider: &str, series: Series<'_>) -> Fit {
        let _ = (provider, series);
        Fit::whole()
    }
}

/// One provider, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How one connects.
    pub auth: Auth,
    /// Well-known servers.
    pub presets: Vec<Preset>,
}

/// How one connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// On the provider's own page.
    Oauth,
    /// With an address, a user name and an app password.
    Password,
    /// With an address; a user name and a password only where it asks for them.
    Address,
}

/// A well-known server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// What goes into an authorization URL.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeRequest<'a> {
    /// Where the browser comes back to.
    pub redirect_uri: &'a str,
    /// Ties the answer to the question.
    pub state: &'a str,
    /// PKCE S256 challenge.
    pub challenge: &'a str,
    /// The account to suggest, when reconnecting.
    pub login_hint: Option<&'a str>,
}

/// What a token endpoint gave.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Access token.
    pub access: SecretString,
    /// Refresh token; `None` keeps the one we have.
    pub refresh: Option<SecretString>,
    /// Seconds that the access token lives.
    pub expires_in: u64,
    /// Scopes really granted.
    pub scopes: String,
}

/// How we sign in at a provider. Sealed at rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Credentials {
    /// OAuth tokens.
    Oauth {
        /// Access token.
        access: String,
        /// Refresh token.
        refresh: Option<String>,
        /// When the access token ends.
        expires: Timestamp,
    },
    /// User name and app password.
    Password {
        /// User name.
        username: String,
        /// App password.
        password: String,
    },
}

/// An account to make a connector for.
pub struct Account<'a> {
    /// Which provider.
    pub provider: &'a str,
    /// Identity for budgets: the same account always has the same key.
    pub key: uuid::Uuid,
    /// Address of the server, where the person gave one.
    pub url: Option<&'a str>,
    /// User name and app password, for providers without OAuth.
    pub password: Option<(&'a str, &'a str)>,
    /// Access tokens, for providers with OAuth.
    pub tokens: Arc<dyn Tokens>,
}

/// No provider at all: for a hub that stands in for one itself, and for tests.
pub struct NoProviders;

impl NoProviders {
    fn refusal() -> Failure {
        Failure::Forbidden("there are no providers here".to_owned())
    }
}

#[async_trait]
impl Directory for NoProviders {
    fn list(&self) -> Vec<Description> {
        Vec::new()
    }

    fn authorize_url(&self, _: &str, _: &AuthorizeRequest<'_>) -> Option<String> {
        None
    }

    async fn exchange(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Self::refusal())
    }

    async fn refresh(&self, _: &str, _: &str) -> Result<Grant, Failure> {
        Err(Self::refusal())
    }

    fn connector(&self, _: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        Err(Self::refusal())
    }
}
