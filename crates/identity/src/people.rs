//! People: making them, their passwords, their tokens.

use std::collections::BTreeSet;

use storage::{
    Tx,
    api_tokens::{self, ApiToken},
    app_passwords::{self, AppPassword},
    ids::UserId,
    locks::{Locked, lock},
    one_time, sessions,
    users::{self, User},
};

use crate::{Actor, Error, Identity, Result, password};

/// What welcome links are filed under.
pub(crate) const WELCOME: &str = "welcome";
/// What hashed tokens are hashed for.
pub(crate) const API_TOKEN: &str = "api-token";
/// What an app password is known by. The person is part of it: two people may have chosen the same one.
pub(crate) fn app_password_hash(tx: &Tx, user: UserId, secret: &str) -> [u8; 32] {
    tx.hash("app-password", &format!("{user}\0{secret}"))
}

/// Shortest password.
const PASSWORD_MIN: usize = 8;

/// A person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Mail address; signs them in.
    pub email: String,
    /// Display name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// Their password, if they sign in with one.
    pub password: Option<String>,
    /// What they may do.
    pub roles: Vec<String>,
}

/// What changes of a person; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Mail address; signs them in from now on.
    pub email: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
}

impl Identity {
    /// Makes a person.
    pub async fn create_user(&self, new: NewUser) -> Result<User> {
        let email = checked_email(&new.email)?;
        let password = match new.password {
            Some(chosen) => Some(hash_chosen(chosen).await?),
            None => None,
        };
        let user = User {
            id: UserId(self.ids.uuid()),
            email,
            name: new.name,
            time_zone: new.time_zone,
            password,
            roles: new.roles,
            created: self.clock.now(),
        };
        let mut tx = self.store.write().await?;
        users::insert(&mut tx, &user).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Changes what is known of a person. Whoever is signed in stays so.
    ///
    /// # Errors
    /// [`storage::Error::Exists`] if somebody else has the new address.
    pub async fn change_user(&self, user: UserId, change: UserChange) -> Result<Option<User>> {
        let email = change.email.as_deref().map(checked_email).transpose()?;
        let mut tx = self.store.write().await?;
        lock(&mut tx, Locked::User(user)).await?;
        let Some(mut user) = users::get(&mut tx, user).await? else {
            return Ok(None);
        };
        user.email = email.unwrap_or(user.email);
        user.name = change.name.unwrap_or(user.name);
        user.time_zone = change.time_zone.unwrap_or(user.time_zone);
        users::update(&mut tx, &user).await?;
        tx.commit().await?;
        Ok(Some(user))
    }

    /// Gives a person another password, or none, and ends all their sessions: whoever knew the old one is out.
    pub async fn set_password(&self, user: UserId, chosen: Option<String>) -> Result<()> {
        let password = match chosen {
            Some(chosen) => Some(hash_chosen(chosen).await?),
            None => None,
        };
        let mut tx = self.store.write().await?;
        write_password(&mut tx, user, password).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The same, asked for by the person: they prove who they are by the password so far (if there is one), or by a
    /// session that a welcome link began within the last day; that counts once. False if they do not.
    pub async fn change_password(
        &self,
        user: UserId,
        current: Option<&str>,
        session: Option<&str>,
        chosen: String,
    ) -> Result<bool> {
        let hash = hash_chosen(chosen).await?;
        let mut tx = self.store.read().await?;
        let so_far = users::get(&mut tx, user).await?.and_then(|u| u.password);
        drop(tx);
        let mut proven = so_far.is_none();
        if let (Some(current), Some(_)) = (current, &so_far) {
            proven = password::verify(current.to_owned(), so_far).await?;
        }
        let mut tx = self.store.write().await?;
        if let (false, Some(session)) = (proven, session) {
            proven = self.came_by_link(&mut tx, user, session).await?;
        }
        if proven {
            write_password(&mut tx, user, Some(hash)).await?;
            tx.commit().await?;
        }
        Ok(proven)
    }

    /// Everybody.
    pub async fn users(&self) -> Result<Vec<User>> {
        let mut tx = self.store.read().await?;
        Ok(users::list(&mut tx).await?)
    }

    /// The person with a mail address, letter case aside.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let mut tx = self.store.read().await?;
        Ok(users::by_email(&mut tx, email).await?)
    }

    /// The person behind an actor.
    pub async fn user_of(&self, actor: &Actor) -> Result<Option<User>> {
        let Some(id) = actor.user() else {
            return Ok(None);
        };
        let mut tx = self.store.read().await?;
        Ok(users::get(&mut tx, id).await?)
    }

    /// The person who signs in with this address and password.
    pub async fn check_password(&self, email: &str, chosen: &str) -> Result<Option<User>> {
        let mut tx = self.store.read().await?;
        let user = users::by_email(&mut tx, email.trim()).await?;
        drop(tx);
        let hash = user.as_ref().and_then(|user| user.password.clone());
        let right = password::verify(chosen.to_owned(), hash).await?;
        Ok(user.filter(|_| right))
    }

    /// A link's token that signs this person in once.
    pub async fn make_welcome(&self, user: UserId, seconds: i64) -> Result<String> {
        let token = self.ids.token();
        let mut tx = self.store.write().await?;
        let hash = tx.hash(WELCOME, &token);
        one_time::insert(
            &mut tx,
            WELCOME,
            hash,
            user.0.as_bytes(),
            self.in_seconds(seconds),
        )
        .await?;
        tx.commit().await?;
        Ok(token)
    }

    /// A token for programs; `scopes` empty allows everything that the person may do.
    pub async fn new_api_token(
        &self,
        user: UserId,
        name: &str,
        scopes: BTreeSet<String>,
    ) -> Result<String> {
        let token = self.ids.token();
        self.keep_api_token(user, name, scopes, &token).await?;
        Ok(token)
    }

    /// The same with a token that was made elsewhere (256 random bits; a stand-in's fixed one).
    pub async fn keep_api_token(
        &self,
        user: UserId,
        name: &str,
        scopes: BTreeSet<String>,
        token: &str,
    ) -> Result<()> {
        let row = ApiToken {
            id: self.ids.uuid(),
            user,
            name: name.to_owned(),
            scopes: scopes.into_iter().collect(),
            created: self.clock.now(),
            expires: None,
            last_used: None,
        };
        let mut tx = self.store.write().await?;
        let hash = tx.hash(API_TOKEN, token);
        api_tokens::insert(&mut tx, &row, hash).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A password for one device or program that speaks CalDAV.
    pub async fn new_app_password(&self, user: UserId, name: &str) -> Result<String> {
        let secret = self.ids.token();
        self.keep_app_password(user, name, &secret).await?;
        Ok(secret)
    }

    /// The same with a secret that was made elsewhere.
    pub async fn keep_app_password(
        &self,
        user: UserId,
        name: &str,
        secret: &str,
    ) -> Result<AppPassword> {
        let row = AppPassword {
            id: self.ids.uuid(),
            user,
            name: name.to_owned(),
            created: self.clock.now(),
            last_used: None,
        };
        let mut tx = self.store.write().await?;
        let hash = app_password_hash(&tx, user, secret);
        app_passwords::insert(&mut tx, &row, hash).await?;
        tx.commit().await?;
        Ok(row)
    }
}

async fn write_password(tx: &mut Tx, user: UserId, password: Option<String>) -> Result<()> {
    lock(tx, Locked::User(user)).await?;
    let Some(mut row) = users::get(tx, user).await? else {
        return Err(storage::Error::Missing("person").into());
    };
    row.password = password;
    users::update(tx, &row).await?;
    sessions::delete_of_user(tx, user).await?;
    Ok(())
}

/// An address as it is kept.
fn checked_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let parts = email.split_once('@');
    if parts.is_none_or(|(name, host)| name.is_empty() || host.is_empty())
        || email.contains(char::is_whitespace)
    {
        return Err(Error::Invalid {
            field: "email",
            reason: "a mail address is needed",
        });
    }
    Ok(email)
}

/// The hash of a password that somebody has chosen, if it is neither too short nor too long.
async fn hash_chosen(chosen: String) -> Result<String> {
    if !(PASSWORD_MIN..=password::PASSWORD_MAX).contains(&chosen.len()) {
        return Err(Error::Invalid {
            field: "password",
            reason: "8 to 1024 characters",
        });
    }
    password::hash(chosen).await
}
