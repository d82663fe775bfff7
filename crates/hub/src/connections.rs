//! Connecting accounts, and what follows: their calendars appear and are kept in step.

use identity::Actor;
use providers::{Account, Auth, AuthorizeRequest, Credentials, Description, Failure};
use storage::{Change, ChangeKind, Health, Store, Tx, calendars, connections, jobs, one_time};
use sync::{CalendarId, ConnectionId, UserId};

use crate::{Error, Hub, Result, access, links::Kept, replicate};

/// How long a person may take on a provider's consent page.
const CONSENT_SECONDS: i64 = 900;
/// What one-time secrets of the OAuth round trip are filed under.
const CONSENT: &str = "oauth-client";

/// An account to be connected with a password.
#[derive(Clone, Debug)]
pub struct PasswordAccount {
    /// Which provider.
    pub provider: String,
    /// Address of the server.
    pub url: String,
    /// User name.
    pub username: String,
    /// App password.
    pub password: String,
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
        tx.commit().await?;
        Ok(url)
    }

    /// The person came back from the consent page.
    pub async fn authorized(&self, actor: &Actor, state: &str, code: &str) -> Result<ConnectionId> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.write().await?;
        let hash = tx.hash(CONSENT, state);
        let data = one_time::take(&mut tx, CONSENT, hash, self.clock().now()).await?;
        tx.commit().await?;
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
        self.connect(actor, &store, &provider, None, &credentials, grant.scopes)
            .await
    }

    /// Connects an account with a user name and an app password.
    pub async fn connect_password(
        &self,
        actor: &Actor,
        account: PasswordAccount,
    ) -> Result<ConnectionId> {
        access::may_write(actor)?;
        let known = self
            .descriptions()
            .into_iter()
            .any(|d| d.id == account.provider && d.auth == Auth::Password);
        if !known {
            return Err(Error::invalid(
                "provider",
                "cannot be connected this way; see /api/v1/providers",
            ));
        }
        if !account.url.starts_with("http://") && !account.url.starts_with("https://") {
            return Err(Error::invalid(
                "url",
                "an address that begins with https://",
            ));
        }
        let credentials = Credentials::Password {
            username: account.username,
            password: account.password,
        };
        let store = self.store(actor.tenant).await?;
        self.connect(
            actor,
            &store,
            &account.provider,
            Some(account.url),
            &credentials,
            String::new(),
        )
        .await
    }

    /// Saves an account that can sign in, or renews one that is there already, and lists its calendars.
    async fn connect(
        &self,
        actor: &Actor,
        store: &Store,
        provider: &str,
        url: Option<String>,
        credentials: &Credentials,
        scopes: String,
    ) -> Result<ConnectionId> {
        let (connector, password) = self.trial(provider, url.as_deref(), credentials)?;
        let listed = connector.calendars().await?;
        let account = match password {
            Some(username) => username,
            None => listed
                .iter()
                .find(|c| c.primary)
                .map_or_else(|| provider.to_owned(), |c| c.id.clone()),
        };
        let account = connector.account().await?.unwrap_or(account);
        let now = self.clock().now();
        let mut tx = store.write().await?;
        let all = connections::list(&mut tx).await?;
        let known = all
            .into_iter()
            .find(|c| c.provider == provider && c.account == account && c.url == url);
        let mut row = known.clone().unwrap_or_else(|| {
            let user = actor.user().unwrap_or(UserId(uuid::Uuid::nil()));
            connections::Connection {
                id: ConnectionId(self.ids().uuid()),
                user,
                provider: provider.to_owned(),
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
        row.url = url;
        row.credentials = sealed(credentials);
        row.scopes = scopes.split_whitespace().map(str::to_owned).collect();
        row.state = Health::Ok;
        row.message = None;
        if known.is_some() {
            connections::update(&mut tx, &row).await?;
        } else {
            connections::insert(&mut tx, &row).await?;
        }
        self.log_connection(&mut tx, actor.log_name(), row.id, false);
        self.adopt_calendars(&mut tx, actor, &row, listed).await?;
        tx.commit().await?;
        self.wake();
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

    /// Calendars that the account has and that are not known yet appear; known ones are renewed.
    async fn adopt_calendars(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        connection: &connections::Connection,
        listed: Vec<providers::Calendar>,
    ) -> Result<()> {
        let now = self.clock().now();
        let mut taken: Vec<String> = calendars::list(tx)
            .await?
            .into_iter()
            .filter_map(|c| c.color)
            .collect();
        let mut sort = i64::try_from(calendars::list(tx).await?.len()).unwrap_or(i64::MAX);
        for theirs in listed {
            let known = calendars::by_remote(tx, connection.id, &theirs.id).await?;
            let id = known
                .as_ref()
                .map_or_else(|| CalendarId(self.ids().uuid()), |row| row.id);
            let fresh = || calendars::Calendar::new(id, theirs.name.clone(), id.to_string(), now);
            let mut row = known.clone().unwrap_or_else(fresh);
            row.connection = Some(connection.id);
            row.owner = actor.user();
            row.remote_id = Some(theirs.id);
            row.color = row.color.or_else(|| Some(distinct(theirs.color, &taken)));
            taken.extend(row.color.clone());
            row.time_zone = theirs.time_zone.or(row.time_zone);
            row.read_only = !theirs.writable;
            row.state = Health::Ok;
            row.message = None;
            if known.is_some() {
                row.name = theirs.name;
                calendars::update(tx, &row).await?;
            } else {
                row.sort = sort;
                sort += 1;
                calendars::insert(tx, &row).await?;
            }
            self.log_calendar(tx, actor.log_name(), id, false);
            self.request_all(tx, &row).await?;
        }
        Ok(())
    }

    /// Reads all calendars of an account now.
    pub async fn sync_now(&self, actor: &Actor, id: ConnectionId) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        connections::get(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("connection"))?;
        let now = self.clock().now();
        for calendar in calendars::of_connection(&mut tx, id).await? {
            jobs::request(&mut tx, replicate::PULL, calendar.id.0, now).await?;
            jobs::request(&mut tx, replicate::PUSH, calendar.id.0, now).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Forgets an account and its calendars. Its links go first, and with them, if wanted, the mirrors that they made
    /// elsewhere. Nothing is deleted at this account's provider.
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
        for link in touched {
            self.delete_link(actor, link, kept).await?;
        }
        for calendar in &mine {
            self.unwatch(&store, calendar.id).await?;
        }
        let mut tx = store.write().await?;
        for calendar in mine {
            calendars::delete(&mut tx, calendar.id).await?;
            self.log_calendar(&mut tx, actor.log_name(), calendar.id, true);
        }
        connections::delete(&mut tx, id).await?;
        self.log_connection(&mut tx, actor.log_name(), id, true);
        tx.commit().await?;
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

/// Colours for calendars whose provider gives none, or one that another calendar has already: dark enough for white
/// text.
const PALETTE: [&str; 10] = [
    "#2f6fb5", "#8a4ea8", "#b0562a", "#2e7d4f", "#a63a50", "#4a6572", "#7a6a1d", "#3f51b5",
    "#00838f", "#6d4c41",
];

/// One colour per calendar.
fn distinct(theirs: Option<String>, taken: &[String]) -> String {
    let free = |color: &str| !taken.iter().any(|t| t.eq_ignore_ascii_case(color));
    match theirs {
        Some(color) if free(&color) => color,
        _ => PALETTE
            .iter()
            .find(|c| free(c))
            .unwrap_or(&PALETTE[taken.len() % PALETTE.len()])
            .to_string(),
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
