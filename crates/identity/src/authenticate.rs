//! Finding out who is asking.

use jiff::Timestamp;
use storage::{
    Tx, api_tokens, app_passwords,
    ids::UserId,
    oauth::tokens,
    one_time,
    sessions::{self, Session},
    users,
};
use uuid::Uuid;

use crate::{
    Actor, Identity, Kind, Result, User,
    people::{API_TOKEN, WELCOME, app_password_hash},
};

/// What session tokens are hashed for.
const SESSION: &str = "session";
/// What is remembered of a session that a link began is filed under.
const LINKED: &str = "session-by-link";
/// How long such a session proves who somebody is as well as their password would, in seconds.
const LINKED_SECONDS: i64 = 86_400;
/// How often it is noted that an app password is in use, in seconds: its owner wants to know which one is not.
const TOUCH_SECONDS: i64 = 3_600;
/// What OAuth tokens are hashed for.
pub(crate) const OAUTH_TOKEN: &str = "oauth-token";

impl Identity {
    /// Who holds this bearer token: an API token or an OAuth access token.
    pub async fn authenticate_bearer(&self, token: &str) -> Result<Option<Actor>> {
        let now = self.clock.now();
        let mut tx = self.store.read().await?;
        let hash = tx.hash(API_TOKEN, token);
        if let Some(row) = api_tokens::by_hash(&mut tx, hash).await? {
            let valid = row.expires.is_none_or(|expires| expires > now);
            let scopes = (!row.scopes.is_empty()).then(|| row.scopes.into_iter().collect());
            return Ok(valid.then(|| Actor {
                scopes,
                ..Actor::person(self.store.tenant(), row.user)
            }));
        }
        let hash = tx.hash(OAUTH_TOKEN, token);
        let found = tokens::get(&mut tx, hash).await?;
        let found =
            found.filter(|t| t.kind == tokens::Kind::Access && t.expires.is_none_or(|e| e > now));
        Ok(found.map(|t| Actor {
            tenant: self.store.tenant(),
            kind: Kind::Application {
                client: t.client,
                user: t.user,
            },
            scopes: Some(t.scopes.into_iter().collect()),
            purpose: None,
        }))
    }

    /// Who signs in with this user name (mail address) and app password. Cheap: clients send it with every request.
    pub async fn authenticate_basic(
        &self,
        name: &str,
        secret: &str,
    ) -> Result<Option<(Actor, User)>> {
        // The length keeps them apart: either may hold any character.
        let both = format!("{}:{name}{secret}", name.len());
        let both = self.store.hash("verified-basic", &both);
        let (people, now) = (self.store.people(), self.clock.now());
        let actor = |user: &User| Actor::person(self.store.tenant(), user.id);
        if let Some(user) = self.verified.get(&both, people, now) {
            return Ok(Some((actor(&user), user)));
        }
        let mut tx = self.store.read().await?;
        let Some(user) = users::by_email(&mut tx, name).await? else {
            return Ok(None);
        };
        let hash = app_password_hash(&tx, user.id, secret);
        let Some(found) = app_passwords::by_hash(&mut tx, hash).await? else {
            return Ok(None);
        };
        drop(tx);
        let long_ago = |at: Timestamp| now.duration_since(at).as_secs() >= TOUCH_SECONDS;
        if found.last_used.is_none_or(long_ago) {
            let mut tx = self.store.write().await?;
            app_passwords::touch(&mut tx, found.id, now).await?;
            tx.commit().await?;
        }
        self.verified.put(both, people, now, user.clone());
        Ok(Some((actor(&user), user)))
    }

    /// Whose session this is.
    pub async fn authenticate_session(&self, token: &str) -> Result<Option<Actor>> {
        let mut tx = self.store.read().await?;
        let hash = tx.hash(SESSION, token);
        let found = sessions::get(&mut tx, hash).await?;
        let found = found.filter(|session| session.expires > self.clock.now());
        Ok(found.map(|session| Actor::person(self.store.tenant(), session.user)))
    }

    /// Signs in with a password; the session's token.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        seconds: i64,
    ) -> Result<Option<String>> {
        match self.check_password(email, password).await? {
            Some(user) => self.begin_session(user.id, seconds).await.map(Some),
            None => Ok(None),
        }
    }

    /// Signs in with a welcome link's token, once; the session's token.
    pub async fn welcome(&self, token: &str, seconds: i64) -> Result<Option<String>> {
        let mut tx = self.store.write().await?;
        let hash = tx.hash(WELCOME, token);
        let user = one_time::take(&mut tx, WELCOME, hash, self.clock.now()).await?;
        tx.commit().await?;
        let Some(id) = user.and_then(|bytes| Uuid::from_slice(&bytes).ok()) else {
            return Ok(None);
        };
        let token = self.begin_session(UserId(id), seconds).await?;
        let mut tx = self.store.write().await?;
        let hash = tx.hash(SESSION, &token);
        let until = self.in_seconds(LINKED_SECONDS);
        one_time::insert(&mut tx, LINKED, hash, id.as_bytes(), until).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether a link of late began this person's session. It is said once.
    pub(crate) async fn came_by_link(
        &self,
        tx: &mut Tx,
        user: UserId,
        session: &str,
    ) -> Result<bool> {
        let hash = tx.hash(SESSION, session);
        let found = one_time::take(tx, LINKED, hash, self.clock.now()).await?;
        Ok(found.is_some_and(|bytes| bytes.as_slice() == user.0.as_bytes()))
    }

    /// Begins a session; its token.
    pub async fn begin_session(&self, user: UserId, seconds: i64) -> Result<String> {
        let token = self.ids.token();
        let session = Session {
            user,
            created: self.clock.now(),
            expires: self.in_seconds(seconds),
        };
        let mut tx = self.store.write().await?;
        let hash = tx.hash(SESSION, &token);
        sessions::insert(&mut tx, hash, &session).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mut tx = self.store.write().await?;
        let hash = tx.hash(SESSION, token);
        sessions::delete(&mut tx, hash).await?;
        tx.commit().await?;
        Ok(())
    }
}
