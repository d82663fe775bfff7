//! OAuth as Google and Microsoft speak it: authorization pages, token endpoint, discovery (RFC 6749, RFC 7636, OpenID
//! Connect). What is granted is `identity`'s business; this is how each vendor writes it.

mod answer;
mod authorize;
mod client;
mod discovery;
mod google;
mod microsoft;
mod page;
mod refusal;
mod request;
mod revoke;
mod scopes;
mod token;
mod token_info;
mod userinfo;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::App;

/// Largest form that is read, in bytes.
const FORM_MAX: usize = 64 * 1024;

/// Whose paths and manners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vendor {
    Google,
    Microsoft,
}

/// Where a vendor has its OAuth, and how it writes it.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    vendor: Vendor,
    at_hub: bool,
}

impl Paths {
    /// Google: `/o/oauth2/v2/auth`, `/token`, `/revoke`. Refresh tokens stay the same; there is one only with
    /// `access_type=offline` and `prompt=consent`.
    ///
    /// <https://developers.google.com/identity/protocols/oauth2/web-server>
    pub fn google() -> Self {
        Self {
            vendor: Vendor::Google,
            at_hub: false,
        }
    }

    /// Microsoft: `/{tenant}/oauth2/v2.0/{authorize,token}`. Every use of a refresh token brings a new one, and the old
    /// one stays valid.
    ///
    /// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>
    pub fn microsoft() -> Self {
        Self {
            vendor: Vendor::Microsoft,
            at_hub: false,
        }
    }

    /// On the hub: whoever is signed in at its web app is signed in here, and the other way round.
    #[must_use]
    pub fn of_the_hub(self) -> Self {
        Self {
            at_hub: true,
            ..self
        }
    }
}

/// What the handlers work with.
#[derive(Clone)]
struct Face {
    app: App,
    vendor: Vendor,
    at_hub: bool,
}

impl Face {
    /// An address below our root.
    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.app.public_url.trim_end_matches('/'))
    }

    /// Who issues ID tokens. Microsoft's issuer names the tenant.
    fn issuer(&self) -> String {
        match self.vendor {
            Vendor::Google => self.app.public_url.trim_end_matches('/').to_owned(),
            Vendor::Microsoft => self.at(&format!("{}/v2.0", self.app.tenant)),
        }
    }

    fn now(&self) -> jiff::Timestamp {
        self.app.hub.clock().now()
    }
}

/// Who issues the tokens of Microsoft's face.
pub(crate) fn issuer_at_microsoft(app: &App) -> String {
    let face = Face {
        app: app.clone(),
        vendor: Vendor::Microsoft,
        at_hub: false,
    };
    face.issuer()
}

/// The vendor's OAuth over this app.
pub fn router(app: App, paths: Paths) -> Router {
    let face = Face {
        app,
        vendor: paths.vendor,
        at_hub: paths.at_hub,
    };
    let router = match paths.vendor {
        Vendor::Google => Router::new()
            .route(
                "/o/oauth2/v2/auth",
                get(authorize::ask).post(authorize::decide),
            )
            .route("/token", post(token::exchange))
            .route("/revoke", post(revoke::revoke))
            .route("/tokeninfo", get(token_info::get).post(token_info::get))
            .route(
                "/oauth2/v3/tokeninfo",
                get(token_info::get).post(token_info::get),
            )
            .route("/.well-known/openid-configuration", get(discovery::google))
            .route("/oauth2/v3/certs", get(discovery::keys))
            .route(
                "/oauth2/v3/userinfo",
                get(userinfo::userinfo).post(userinfo::userinfo),
            ),
        Vendor::Microsoft => Router::new()
            .route(
                "/{tenant}/oauth2/v2.0/authorize",
                get(authorize::ask).post(authorize::decide),
            )
            .route("/{tenant}/oauth2/v2.0/token", post(token::exchange))
            .route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                get(discovery::microsoft),
            )
            .route("/common/discovery/instance", get(discovery::instance))
            .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
            .route(
                "/oidc/userinfo",
                get(userinfo::userinfo).post(userinfo::userinfo),
            ),
    };
    router
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .with_state(face)
}
