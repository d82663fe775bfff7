//! Accounts at providers as the hub uses them: connectors with fresh access tokens.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::Span;
use providers::{Account, Connector, Credentials, Failure, Grant, Tokens};
use secrecy::ExposeSecret;
use storage::{
    Health, Store, Tx, connections, leases,
    locks::{Locked, lock},
};
use sync::ConnectionId;

use crate::{Error, Hub, Result};

/// An access token is renewed when it has less than this left.
const SPARE_SECONDS: i64 = 120;
/// How long one process may take to refresh before another one tries.
const REFRESH_LEASE_SECONDS: i64 = 30;

/// Locks per account: one refresh in flight.
#[derive(Default)]
pub(crate) struct Accounts {
    refreshing: Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Accounts {
    fn lock(&self, id: ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self
            .refreshing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.entry(id).or_default().clone()
    }
}

impl Hub {
    /// The connector of an account.
    pub(crate) fn connector(
        &self,
        store: &Store,
        row: &connections::Connection,
    ) -> Result<Arc<dyn Connector>> {
        let credentials = credentials(row)?;
        let password = match &credentials {
            Credentials::Password { username, password } => {
                Some((username.as_str(), password.as_str()))
            }
            Credentials::Oauth { .. } => None,
        };
        let tokens = AccountTokens {
            hub: self.clone(),
            store: store.clone(),
            id: row.id,
        };
        Ok(self.providers().connector(Account {
            provider: &row.provider,
            key: row.id.0,
            url: row.url.as_deref(),
            password,
            tokens: Arc::new(tokens),
        })?)
    }

    /// What a grant becomes at rest; the refresh token is kept if there is no new one.
    pub(crate) fn credentials_of(&self, grant: &Grant, refresh: Option<String>) -> Credentials {
        let lives = i64::try_from(grant.expires_in)
            .unwrap_or(3600)
            .clamp(1, 30 * 86_400);
        let now = self.clock().now();
        Credentials::Oauth {
            access: grant.access.expose_secret().to_owned(),
            refresh: grant
                .refresh
                .as_ref()
                .map(|r| r.expose_secret().to_owned())
                .or(refresh),
            expires: now
                .saturating_add(Span::new().seconds(lives))
                .unwrap_or(now),
        }
    }
}

/// How an account signs in.
pub(crate) fn credentials(row: &connections::Connection) -> Result<Credentials> {
    serde_json::from_value(row.credentials.expose().clone()).map_err(|_| {
        Error::Provider(Failure::Reauthorise(
            "its stored credentials cannot be read".to_owned(),
        ))
    })
}

/// Access tokens of one account, refreshed by one at a time.
struct AccountTokens {
    hub: Hub,
    store: Store,
    id: ConnectionId,
}

impl AccountTokens {
    async fn load(&self) -> Result<Credentials> {
        let mut tx = self.store.read().await?;
        credentials(&self.row(&mut tx).await?)
    }

    async fn row(&self, tx: &mut Tx) -> Result<connections::Connection> {
        let row = connections::get(tx, self.id).await?;
        row.ok_or(Error::NotFound("connection"))
    }

    /// Refreshes unless somebody else just did. `stale` is the token that does not work any more.
    async fn refresh(&self, stale: &str) -> Result<String> {
        let lock = self.hub.inner.accounts.lock(self.id);
        let _one = lock.lock().await;
        if let Err(access) = refresh_token(self.load().await?, stale)? {
            return Ok(access);
        }
        let now = self.hub.clock().now();
        let subject = format!("refresh:{}", self.id);
        let owner = self.hub.ids().uuid();
        let Some(fence) =
            leases::take(&self.store, &subject, owner, now, REFRESH_LEASE_SECONDS).await?
        else {
            // Another process is at it; its result is read next time.
            let after = std::time::Duration::from_secs(2);
            return Err(Failure::Later {
                after,
                reason: "the access token is being renewed".to_owned(),
            }
            .into());
        };
        let renewed = self.renew_under_lease(stale).await;
        leases::release(&self.store, &subject, fence).await?;
        renewed
    }

    async fn renew_under_lease(&self, stale: &str) -> Result<String> {
        // Read again under the lease: another process may have renewed it meanwhile, and many providers accept a
        // refresh token once.
        match refresh_token(self.load().await?, stale)? {
            Ok(refresh) => self.renew_with(stale, &refresh).await,
            Err(access) => Ok(access),
        }
    }

    async fn renew_with(&self, stale: &str, refresh: &str) -> Result<String> {
        let mut tx = self.store.read().await?;
        let row = self.row(&mut tx).await?;
        drop(tx);
        let granted = self.hub.providers().refresh(&row.provider, refresh).await;
        let mut tx = self.store.write().await?;
        lock(&mut tx, Locked::Connection(self.id)).await?;
        let mut row = self.row(&mut tx).await?;
        // A person may have connected the account again meanwhile. What became of the old grant says nothing about the
        // new one, and must not take its place.
        if let Err(access) = refresh_token(credentials(&row)?, stale)? {
            return Ok(access);
        }
        let result = match granted {
            Ok(grant) => {
                // Both tokens at once: a provider that gives another refresh token may have spent the one before.
                let renewed = self.hub.credentials_of(&grant, Some(refresh.to_owned()));
                row.credentials = crate::connections::sealed(&renewed);
                Ok(grant.access.expose_secret().to_owned())
            }
            Err(failure) => {
                if failure.needs_person() {
                    row.state = Health::Reconnect;
                    row.message = Some(failure.to_string());
                    self.hub
                        .log_connection(&mut tx, "sync".to_owned(), row.id, false);
                }
                Err(failure.into())
            }
        };
        connections::update(&mut tx, &row).await?;
        tx.commit().await?;
        result
    }
}

/// What to refresh with; or the access token, if it is not the one that does not work.
fn refresh_token(
    credentials: Credentials,
    stale: &str,
) -> Result<std::result::Result<String, String>> {
    let Credentials::Oauth {
        access, refresh, ..
    } = credentials
    else {
        let reason = "the user name or app password is not accepted".to_owned();
        return Err(Failure::Reauthorise(reason).into());
    };
    if access != stale {
        return Ok(Err(access));
    }
    let missing = || Failure::Reauthorise("there is no refresh token".to_owned()).into();
    refresh.map(Ok).ok_or_else(missing)
}

#[async_trait]
impl Tokens for AccountTokens {
    async fn access(&self) -> Result<String, Failure> {
        let Credentials::Oauth {
            access, expires, ..
        } = self.load().await.map_err(as_failure)?
        else {
            return Err(Failure::Protocol("this provider needs OAuth".to_owned()));
        };
        if expires.duration_since(self.hub.clock().now()).as_secs() > SPARE_SECONDS {
            return Ok(access);
        }
        self.refresh(&access).await.map_err(as_failure)
    }

    async fn renew(&self, stale: &str) -> Result<String, Failure> {
        self.refresh(stale).await.map_err(as_failure)
    }
}

fn as_failure(error: Error) -> Failure {
    match error {
        Error::Provider(failure) => failure,
        other => Failure::Unreachable(other.to_string()),
    }
}
