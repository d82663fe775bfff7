//! Connecting accounts, and what follows: their calendars appear and are kept in step.

use identity::Actor;
use providers::{Account, Auth, AuthorizeRequest, Credentials, Description, Failure};
use storage::{
    Change, ChangeKind, Health, Tx, calendars, connections, jobs,
    locks::{Locked, lock},
    one_time,
};
use sync::{ConnectionId, UserId};

use crate::{Error, Hub, Key, Result, access, links::Kept, replicate};

/// How long a person may take on a provider's consent page.
const CONSENT_SECONDS: i64 = 900;
/// What one-time secrets of the OAuth round trip are filed under.
const CONSENT: &str = "oauth-client";

/// An account to be connected with a password, or a feed with its address.
#[derive(Clone, Debug)]
pub struct PasswordAccount {
    /// Which provider.
    pub provider: String,
    /// Address of the server, or of the feed.
    pub url: String,
    /// User name; empty for a feed that asks for none.
    pub username: String,
    /// App password; empty for a feed that asks for none.
    pub password: String,
}

/// An account that has not been signed in to yet.
struct NewAccount {
    provider: String,
    url: Option<String>,
    credentials: Credentials,
    /// What was granted, separated by spaces.
    scopes: String,
}

/// What is remembered while a person is on the consent page.
#[derive(serde::Serialize, serde::Deserialize)]
struct Consent {
    provider: String,
    verifier: String,
    redirect_uri: String,
    user: Option<UserId>,
    tenant: sync::TenantId,
}

impl Hub {
    /// What can be connected.
    pub fn descriptions(&self) -> Vec<Description> {
        self.providers().list()
    }

    /// All connected accounts.
    pub async fn connections(&self, actor: &Actor) -> Result<Vec<connections::Connection>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        Ok(connections::list(&mut tx).await?)
    }

    /// Begins to connect an account with OAuth: where to send the person.
    pub async fn authorize(
        &self,
        actor: &Actor,
        provider: &str,
        redirect_uri: &str,
    ) -> Result<String> {
        access::may_write(actor)?;
        let state = self.ids().token();
        let verifier = self.ids().token();
        let challenge = identity::pkce_challenge(&verifier);
        let request = AuthorizeRequest {
            redirect_uri,
            state: &state,
            challenge: &challenge,
            login_hint: None,
        };
        let url = self.providers().authorize_url(provider, &request);
        let url = url.ok_or_else(|| {
            Error::invalid(
                "provider",
                "cannot be connected this way; see /api/v1/providers",
            )
        })?;
        let consent = Consent {
            provider: provider.to_owned(),
            verifier,
            redirect_uri: redirect_uri.to_owned(),
            user: actor.user(),
            tenant: actor.tenant,
        };
        let data = serde_json::to_vec(&consent).unwrap_or_default();
        let expires = self.in_seconds(CONSENT_SECONDS);
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let hash = tx.hash(CONSENT, &state);
        one_time::insert(&mut tx, CONSENT, hash, &data, expires).await?;
        self.commit(tx).await?;
        Ok(url)
    }

    /// The person came back from the consent page.
    pub async fn authorized(&self, actor: &Actor, state: &str, code: &str) -> Result<ConnectionId> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.write().await?;
        let hash = tx.hash(CONSENT, state);
        let data = one_time::take(&mut tx, CONSENT, hash, self.clock().now()).await?;
        self.commit(tx).await?;
        let expired = || {
            Error::invalid(
                "state",
                "this sign-in was not begun here or took too long: connect again",
            )
        };
        let consent: Consent =
            serde_json::from_slice(&data.ok_or_else(expired)?).map_err(|_| expired())?;
        if consent.user != actor.user() {
            return Err(Error::Forbidden(
                "this sign-in was begun by somebody else: connect again".to_owned(),
            ));
        }
        let provider = consent.provider;
        let grant = self
            .providers()
            .exchange(&provider, code, &consent.verifier, &consent.redirect_uri)
            .await?;
        let credentials = self.credentials_of(&grant, None);
        let new = NewAccount {
            provider,
            url: None,
            credentials,
            scopes: grant.scopes,
        };
        let (listed, account) = self.signed_in(&new).await?;
        let mut tx = store.write().await?;
        let id = self
            .connect_in(&mut tx, actor, new, account, listed)
            .await?;
        self.commit(tx).await?;
        self.wake();
        Ok(id)
    }

    /// Connects an account with a user name and an app password.
    pub async fn connect_password(
        &self,
        actor: &Actor,
        account: PasswordAccount,
    ) -> Result<ConnectionId> {
        let mut made = None;
        self.connect_password_once(actor, account, None, |id| {
            made = Some(id);
            Vec::new()
        })
        .await?;
        made.ok_or(Error::NotFound("connection"))
    }

    /// Connects an account and makes its answer, or returns the answer that was given under this key before.
    pub async fn connect_password_once(
        &self,
        actor: &Actor,
        account: PasswordAccount,
        key: Option<&Key>,
        answer: impl FnOnce(ConnectionId) -> Vec<u8> + Send,
    ) -> Result<Vec<u8>> {
        access::may_write(actor)?;
        check_address(self.how_to_connect(&account.provider), &account.url)?;
        let credentials = Credentials::Password {
            username: account.username,
            password: account.password,
        };
        let new = NewAccount {
            provider: account.provider,
            url: Some(account.url),
            credentials,
            scopes: String::new(),
        };
        // The provider is asked first: nobody waits for a network with a transaction in hand.
        let (listed, account) = self.signed_in(&new).await?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        if let Some(reply) = self.first_answer(&mut tx, actor, key).await? {
            return Ok(reply);
        }
        let id = self
            .connect_in(&mut tx, actor, new, account, listed)
            .await?;
        let reply = answer(id);
        self.keep_answer(&mut tx, actor, key, &reply).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(reply)
    }

    /// How one connects with a provider; `None` if there is none of this name.
    pub fn how_to_connect(&self, provider: &str) -> Option<Auth> {
        let all = self.descriptions().into_iter();
        let mut of_name = all.filter(|described| described.id == provider);
        of_name.next().map(|described| described.auth)
    }

    /// Signs in to an account that is not saved yet: its calendars, and what people know it by.
    async fn signed_in(&self, new: &NewAccount) -> Result<(Vec<providers::Calendar>, String)> {
        let (connector, password) =
            self.trial(&new.provider, new.url.as_deref(), &new.credentials)?;
        let listed = connector.calendars().await?;
        let account = match password {
            Some(username) => username,
            None => listed
                .iter()
                .find(|c| c.primary)
                .map_or_else(|| new.provider.clone(), |c| c.id.clone()),
        };
        let account = connector.account().await?.unwrap_or(account);
        Ok((listed, account))
    }

    /// Saves an account that can sign in, or renews one that is there already, with its calendars.
    async fn connect_in(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        new: NewAccount,
        account: String,
        listed: Vec<providers::Calendar>,
    ) -> Result<ConnectionId> {
        let now = self.clock().now();
        let all = connections::list(tx).await?;
        let known = all
            .into_iter()
            .find(|c| c.provider == new.provider && c.account == account && c.url == new.url);
        let known = match known {
            Some(row) => to_renew(tx, row.id).await?,
            None => None,
        };
        let mut row = known.clone().unwrap_or_else(|| {
            let user = actor.user().unwrap_or(UserId(uuid::Uuid::nil()));
            connections::Connection {
                id: ConnectionId(self.ids().uuid()),
                user,
                provider: new.provider.clone(),
                account: account.clone(),
                url: None,
                credentials: connections::Credentials::default(),
                state: Health::Ok,
                message: None,
                scopes: Vec::new(),
                last_sync: None,
                created: now,
            }
        });
        row.url = new.url;
        row.credentials = sealed(&new.credentials);
        row.scopes = new.scopes.split_whitespace().map(str::to_owned).collect();
        row.state = Health::Ok;
        row.message = None;
        if known.is_some() {
            connections::update(tx, &row).await?;
        } else {
            connections::insert(tx, &row).await?;
        }
        self.log_connection(tx, actor.log_name(), row.id, false);
        self.adopt_calendars(tx, actor, &row, listed).await?;
        Ok(row.id)
    }

    /// A connector for credentials that are not saved yet.
    fn trial(
        &self,
        provider: &str,
        url: Option<&str>,
        credentials: &Credentials,
    ) -> Result<(std::sync::Arc<dyn providers::Connector>, Option<String>)> {
        let (password, tokens) = match credentials {
            Credentials::Password { username, password } => {
                (Some((username.as_str(), password.as_str())), String::new())
            }
            Credentials::Oauth { access, .. } => (None, access.clone()),
        };
        let account = Account {
            provider,
            key: self.ids().uuid(),
            url,
            password,
            tokens: std::sync::Arc::new(Fixed(tokens)),
        };
        Ok((
            self.providers().connector(account)?,
            password.map(|(name, _)| name.to_owned()),
        ))
    }

    /// Reads all calendars of an account now, and tries again what the provider refused.
    pub async fn sync_now(&self, actor: &Actor, id: ConnectionId) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        connections::get(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("connection"))?;
        let now = self.clock().now();
        for calendar in calendars::of_connection(&mut tx, id).await? {
            self.unpark(&mut tx, calendar.id).await?;
            jobs::request(&mut tx, replicate::PULL, calendar.id.0, now);
            jobs::request(&mut tx, replicate::PUSH, calendar.id.0, now);
        }
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Forgets an account and its calendars. They leave their links first, and with them, if wanted, the mirrors of their
    /// events elsewhere. Nothing is deleted at this account's provider.
    pub async fn disconnect(&self, actor: &Actor, id: ConnectionId, kept: Kept) -> Result<()> {
        access::may_write(actor)?;
        let store = self.store(actor.tenant).await?;
        let mut tx = store.read().await?;
        connections::get(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("connection"))?;
        let mine = calendars::of_connection(&mut tx, id).await?;
        let mut touched = Vec::new();
        for calendar in &mine {
            touched.extend(
                storage::links::of_calendar(&mut tx, calendar.id)
                    .await?
                    .into_iter()
                    .map(|l| l.id),
            );
        }
        drop(tx);
        touched.sort_unstable();
        touched.dedup();
        let ids: Vec<_> = mine.iter().map(|calendar| calendar.id).collect();
        for link in touched {
            self.take_out(actor, link, &ids, kept).await?;
        }
        for calendar in &mine {
            self.unwatch(&store, calendar.id).await?;
        }
        let mut tx = store.write().await?;
        for calendar in mine {
            self.leaves_homes(&mut tx, actor, &calendar).await?;
            calendars::delete(&mut tx, calendar.id).await?;
            self.log_calendar(&mut tx, actor.log_name(), calendar.id, true);
        }
        connections::delete(&mut tx, id).await?;
        self.log_connection(&mut tx, actor.log_name(), id, true);
        self.commit(tx).await?;
        Ok(())
    }

    /// Notes that something about an account changed.
    pub(crate) fn log_connection(
        &self,
        tx: &mut Tx,
        actor: String,
        id: ConnectionId,
        removed: bool,
    ) {
        tx.log(Change {
            kind: ChangeKind::Connection,
            subject: id.0,
            calendar: None,
            actor,
            cause: None,
            at: self.clock().now(),
            removed,
        });
    }

    pub(crate) fn in_seconds(&self, seconds: i64) -> jiff::Timestamp {
        let now = self.clock().now();
        now.saturating_add(jiff::Span::new().seconds(seconds))
            .unwrap_or(now)
    }
}

/// Whether an address can be that of an account that is connected in this way.
fn check_address(auth: Option<Auth>, url: &str) -> Result<()> {
    let (schemes, wanted): (&[&str], _) = match auth {
        Some(Auth::Password) => (&["http", "https"], "an address that begins with https://"),
        Some(Auth::Address) => (
            &["http", "https", "webcal", "webcals"],
            "the address of a feed, which begins with https:// or webcal://",
        ),
        Some(Auth::Oauth) | None => {
            return Err(Error::invalid(
                "provider",
                "cannot be connected this way; see /api/v1/providers",
            ));
        }
    };
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let fits = |known: &&str| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(known));
    if schemes.iter().any(fits) {
        Ok(())
    } else {
        Err(Error::invalid("url", wanted))
    }
}

/// Credentials as they go into the vault.
pub(crate) fn sealed(credentials: &Credentials) -> connections::Credentials {
    connections::Credentials::new(serde_json::to_value(credentials).unwrap_or_default())
}

/// The access token of an account that is being connected.
struct Fixed(String);

#[async_trait::async_trait]
impl providers::Tokens for Fixed {
    async fn access(&self) -> Result<String, Failure> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _stale: &str) -> Result<String, Failure> {
        Err(Failure::Reauthorise(
            "the provider does not accept the access that it just gave".to_owned(),
        ))
    }
}

/// An account that somebody connects again. Whoever reads one of its calendars locks that first and the account after it:
/// the other way round the two would wait for each other.
async fn to_renew(tx: &mut Tx, id: ConnectionId) -> Result<Option<connections::Connection>> {
    for calendar in calendars::of_connection(tx, id).await? {
        lock(tx, Locked::Calendar(calendar.id)).await?;
    }
    lock(tx, Locked::Connection(id)).await?;
    Ok(connections::get(tx, id).await?)
}
