//! Codes and refresh tokens, and what they are exchanged for.

use jiff::Timestamp;
use storage::{
    ids::UserId,
    oauth::{
        codes::{self, Code},
        tokens::{self, Kind, Token},
    },
};

use super::{Client, OFFLINE_ACCESS, tokens::token_hash};
use crate::{Identity, Result, pkce_challenge, same_secret};

/// What codes are hashed under.
const CODE: &str = "oauth-code";
/// How long a code lives (RFC 6749 4.1.2 recommends ten minutes at most).
const CODE_SECONDS: i64 = 600;
/// How long an access token lives.
const ACCESS_SECONDS: i64 = 3_600;
/// How long a refresh token lives that is replaced on use.
const REFRESH_SECONDS: i64 = 90 * 86_400;

/// What a person has agreed to.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// The client that they let in.
    pub client: String,
    /// Who agreed.
    pub user: UserId,
    /// Where the code is sent.
    pub redirect_uri: String,
    /// PKCE S256 challenge.
    pub challenge: Option<String>,
    /// To what.
    pub scopes: Vec<String>,
    /// OpenID Connect nonce.
    pub nonce: Option<String>,
}

/// What becomes of a refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays, and lives until it is revoked.
    Keep,
    /// There is a new one, and the old one stays valid.
    Renew,
    /// There is a new one; the old one coming again revokes all of the family (RFC 9700 4.14.2).
    Rotate,
}

/// What a client gets.
#[derive(Clone)]
pub struct Granted {
    /// For whom it acts.
    pub user: UserId,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The nonce of the request.
    pub nonce: Option<String>,
    /// Access token.
    pub access: String,
    /// Refresh token, if there is a new one.
    pub refresh: Option<String>,
    /// Seconds that the access token lives.
    pub expires_in: i64,
}

/// Why a client gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The code or token was never given out, was revoked, or belongs to another client.
    #[error("this grant is not known")]
    Unknown,
    /// It is too old.
    #[error("this grant has expired")]
    Expired,
    /// It was used before; what came of it has been revoked.
    #[error("this grant was used already")]
    Used,
    /// The redirect URI is not that of the authorization request.
    #[error("the redirect_uri is not that of the authorization request")]
    RedirectUri,
    /// The authorization request had a challenge, and there is no verifier.
    #[error("the code_verifier is missing")]
    VerifierMissing,
    /// The verifier does not match the challenge.
    #[error("the code_verifier does not match the code_challenge")]
    Verifier,
    /// More is asked for than was granted.
    #[error("more scopes are asked for than were granted")]
    Scope,
}

impl Identity {
    /// A code for what a person has agreed to.
    pub async fn issue_code(&self, request: CodeRequest) -> Result<String> {
        let code = self.ids.token();
        let row = Code {
            client: request.client,
            user: request.user,
            redirect_uri: request.redirect_uri,
            challenge: request.challenge,
            scopes: request.scopes,
            nonce: request.nonce,
            family: self.ids.uuid(),
            expires: self.in_seconds(CODE_SECONDS),
        };
        let mut tx = self.store.write().await?;
        let hash = tx.hash(CODE, &code);
        codes::insert(&mut tx, hash, &row).await?;
        tx.commit().await?;
        Ok(code)
    }

    /// Exchanges a code for tokens (RFC 6749 4.1.3, RFC 7636 4.6). There is a refresh token if `offline_access` was
    /// granted.
    pub async fn exchange_code(
        &self,
        client: &Client,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        rotation: Rotation,
    ) -> Result<Result<Granted, GrantError>> {
        let mut tx = self.store.write().await?;
        let hash = tx.hash(CODE, code);
        let row = codes::get(&mut tx, hash).await?;
        let Some(row) = row.filter(|row| row.client == client.id) else {
            return Ok(Err(GrantError::Unknown));
        };
        if let Err(error) = check(&row, redirect_uri, verifier, self.clock.now()) {
            return Ok(Err(error));
        }
        if !codes::use_up(&mut tx, hash).await? {
            // Somebody has it who should not: nobody keeps what came of it (RFC 6749 4.1.2).
            tokens::delete_family(&mut tx, row.family).await?;
            tx.commit().await?;
            return Ok(Err(GrantError::Used));
        }
        let access = self.access_token(&row.client, row.user, row.family, &row.scopes);
        let refresh = row
            .scopes
            .iter()
            .any(|s| s == OFFLINE_ACCESS)
            .then(|| Token {
                kind: Kind::Refresh,
                expires: self.refresh_ends(rotation),
                ..access.clone()
            });
        let granted = Granted {
            user: row.user,
            scopes: row.scopes,
            nonce: row.nonce,
            access: self.add_token(&mut tx, &access).await?,
            refresh: match &refresh {
                Some(token) => Some(self.add_token(&mut tx, token).await?),
                None => None,
            },
            expires_in: ACCESS_SECONDS,
        };
        tx.commit().await?;
        Ok(Ok(granted))
    }

    /// Exchanges a refresh token (RFC 6749 6). `scopes`: what is asked for; `None` for all that was granted.
    pub async fn refresh(
        &self,
        client: &Client,
        token: &str,
        scopes: Option<Vec<String>>,
        rotation: Rotation,
    ) -> Result<Result<Granted, GrantError>> {
        let mut tx = self.store.write().await?;
        let hash = token_hash(&tx, token);
        let row = tokens::get(&mut tx, hash).await?;
        let Some(row) = row.filter(|t| t.kind == Kind::Refresh && t.client == client.id) else {
            return Ok(Err(GrantError::Unknown));
        };
        if row.expires.is_some_and(|end| end <= self.clock.now()) {
            return Ok(Err(GrantError::Expired));
        }
        let scopes = scopes.unwrap_or_else(|| row.scopes.clone());
        if scopes.iter().any(|scope| !row.scopes.contains(scope)) {
            return Ok(Err(GrantError::Scope));
        }
        if rotation == Rotation::Rotate && !tokens::use_up(&mut tx, hash).await? {
            tokens::delete_family(&mut tx, row.family).await?;
            tx.commit().await?;
            return Ok(Err(GrantError::Used));
        }
        let access = self.access_token(&row.client, row.user, row.family, &scopes);
        let successor = Token {
            issued: self.clock.now(),
            expires: self.refresh_ends(rotation),
            used: false,
            ..row
        };
        let granted = Granted {
            user: successor.user,
            scopes,
            nonce: None,
            access: self.add_token(&mut tx, &access).await?,
            refresh: match rotation {
                Rotation::Keep => None,
                Rotation::Renew | Rotation::Rotate => {
                    Some(self.add_token(&mut tx, &successor).await?)
                }
            },
            expires_in: ACCESS_SECONDS,
        };
        tx.commit().await?;
        Ok(Ok(granted))
    }

    /// A refresh token without a person at the browser: for what is set up by the operator.
    pub async fn issue_refresh(
        &self,
        client: &str,
        user: UserId,
        scopes: &[String],
    ) -> Result<String> {
        let access = self.access_token(client, user, self.ids.uuid(), scopes);
        let token = Token {
            kind: Kind::Refresh,
            expires: None,
            ..access
        };
        let mut tx = self.store.write().await?;
        let text = self.add_token(&mut tx, &token).await?;
        tx.commit().await?;
        Ok(text)
    }

    fn access_token(
        &self,
        client: &str,
        user: UserId,
        family: uuid::Uuid,
        scopes: &[String],
    ) -> Token {
        Token {
            kind: Kind::Access,
            family,
            client: client.to_owned(),
            user,
            scopes: scopes.to_vec(),
            issued: self.clock.now(),
            expires: Some(self.in_seconds(ACCESS_SECONDS)),
            used: false,
        }
    }

    fn refresh_ends(&self, rotation: Rotation) -> Option<Timestamp> {
        (rotation != Rotation::Keep).then(|| self.in_seconds(REFRESH_SECONDS))
    }
}

/// Whether a code may be exchanged by whoever shows these.
fn check(
    row: &Code,
    redirect_uri: &str,
    verifier: Option<&str>,
    now: Timestamp,
) -> Result<(), GrantError> {
    if row.expires <= now {
        return Err(GrantError::Expired);
    }
    if row.redirect_uri != redirect_uri {
        return Err(GrantError::RedirectUri);
    }
    match (&row.challenge, verifier) {
        (None, None) => Ok(()),
        // Somebody took the challenge out of the request on its way (RFC 9700 2.1.1).
        (None, Some(_)) => Err(GrantError::Verifier),
        (Some(_), None) => Err(GrantError::VerifierMissing),
        (Some(challenge), Some(verifier)) => same_secret(challenge, &pkce_challenge(verifier))
            .then_some(())
            .ok_or(GrantError::Verifier),
    }
}
