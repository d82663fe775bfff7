//! The providers of this installation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use network::{Budget, Clock, Limits, Network};
use uuid::Uuid;

use crate::{
    Account, Auth, AuthorizeRequest, Connector, Description, Directory, Failure, Fit, Grant,
    Preset, Series, caldav, feed, fit, google, microsoft, oauth::Endpoints,
};

/// A provider with OAuth as it is configured here.
#[derive(Clone, Debug)]
pub struct OauthProvider {
    /// Root of its API, with a slash at the end.
    pub root: String,
    /// Its OAuth, and who we are there.
    pub endpoints: Endpoints,
}

/// What is configured.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Google Calendar, if we have a client there.
    pub google: Option<OauthProvider>,
    /// Microsoft 365, if we have a client there.
    pub microsoft: Option<OauthProvider>,
}

/// All providers of this installation.
pub struct Registry {
    network: Network,
    clock: Arc<dyn Clock>,
    configuration: Configuration,
    budgets: Mutex<HashMap<Uuid, Arc<Budget>>>,
}

impl Registry {
    /// The providers that are configured, and CalDAV and feeds, which need no configuration.
    pub fn new(network: Network, clock: Arc<dyn Clock>, configuration: Configuration) -> Self {
        Self {
            network,
            clock,
            configuration,
            budgets: Mutex::default(),
        }
    }

    fn oauth(&self, provider: &str) -> Option<&OauthProvider> {
        match provider {
            google::NAME => self.configuration.google.as_ref(),
            microsoft::NAME => self.configuration.microsoft.as_ref(),
            _ => None,
        }
    }

    fn configured(&self, provider: &str) -> Result<&OauthProvider, Failure> {
        let missing = || {
            Failure::Forbidden(format!(
                "no client for {provider} is configured: see config.example.toml"
            ))
        };
        self.oauth(provider).ok_or_else(missing)
    }

    /// The request budget of an account: one for all its connectors.
    fn budget(&self, key: Uuid, limits: Limits) -> Arc<Budget> {
        let mut all = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(key)
            .or_insert_with(|| Arc::new(Budget::new(limits)))
            .clone()
    }
}

#[async_trait]
impl Directory for Registry {
    fn list(&self) -> Vec<Description> {
        let oauth = |id: &str, name: &str| Description {
            id: id.to_owned(),
            name: name.to_owned(),
            auth: Auth::Oauth,
            presets: Vec::new(),
        };
        let preset = |name: &str, url: &str| Preset {
            name: name.to_owned(),
            url: url.to_owned(),
        };
        let caldav = Description {
            id: caldav::NAME.to_owned(),
            name: "iCloud or another CalDAV server".to_owned(),
            auth: Auth::Password,
            presets: vec![
                preset("iCloud", "https://caldav.icloud.com/"),
                preset("Fastmail", "https://caldav.fastmail.com/"),
            ],
        };
        let feed = Description {
            id: feed::NAME.to_owned(),
            name: "A calendar feed".to_owned(),
            auth: Auth::Address,
            presets: Vec::new(),
        };
        let google = self
            .configuration
            .google
            .as_ref()
            .map(|_| oauth(google::NAME, "Google Calendar"));
        let microsoft = self
            .configuration
            .microsoft
            .as_ref()
            .map(|_| oauth(microsoft::NAME, "Microsoft 365"));
        google
            .into_iter()
            .chain(microsoft)
            .chain([caldav, feed])
            .collect()
    }

    fn authorize_url(&self, provider: &str, request: &AuthorizeRequest<'_>) -> Option<String> {
        self.oauth(provider)?.endpoints.authorize_url(request)
    }

    async fn exchange(
        &self,
        provider: &str,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Grant, Failure> {
        self.configured(provider)?
            .endpoints
            .exchange(
                &self.network,
                self.clock.now(),
                code,
                verifier,
                redirect_uri,
            )
            .await
    }

    async fn refresh(&self, provider: &str, refresh_token: &str) -> Result<Grant, Failure> {
        self.configured(provider)?
            .endpoints
            .refresh(&self.network, self.clock.now(), refresh_token)
            .await
    }

    fn fit(&self, provider: &str, series: Series<'_>) -> Fit {
        fit::of(provider, series)
    }

    fn connector(&self, account: Account<'_>) -> Result<Arc<dyn Connector>, Failure> {
        let network = self.network.clone();
        let clock = self.clock.clone();
        match account.provider {
            google::NAME => {
                let root = &self.configured(google::NAME)?.root;
                let budget = self.budget(account.key, google::limits());
                Ok(Arc::new(google::Google::new(
                    network,
                    clock,
                    budget,
                    root,
                    account.tokens,
                )?))
            }
            microsoft::NAME => {
                let root = &self.configured(microsoft::NAME)?.root;
                let budget = self.budget(account.key, microsoft::limits());
                Ok(Arc::new(microsoft::Microsoft::new(
                    network,
                    clock,
                    budget,
                    root,
                    account.tokens,
                )?))
            }
            caldav::NAME => {
                let url = account.url.ok_or_else(|| {
                    Failure::Protocol("the server's address is missing".to_owned())
                })?;
                let password = account.password;
                let (user, password) =
                    password.ok_or_else(|| Failure::Reauthorise("no app password".to_owned()))?;
                let budget = self.budget(account.key, caldav::limits(url));
                Ok(Arc::new(caldav::Caldav::new(
                    network, clock, budget, url, user, password,
                )?))
            }
            feed::NAME => {
                let url = account
                    .url
                    .ok_or_else(|| Failure::Protocol("the feed's address is missing".to_owned()))?;
                let budget = self.budget(account.key, feed::limits());
                let sign_in = account.password;
                Ok(Arc::new(feed::Feed::new(
                    network, clock, budget, url, sign_in,
                )?))
            }
            other => Err(Failure::Protocol(format!(
                "there is no provider called {other}"
            ))),
        }
    }
}
