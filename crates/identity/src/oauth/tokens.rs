//! Tokens that clients bear.

use jiff::Timestamp;
use storage::{
    Tx,
    ids::UserId,
    oauth::tokens::{self, Token},
};

use crate::{Identity, Result, authenticate::OAUTH_TOKEN};

/// What access and refresh tokens are known by.
pub(super) fn token_hash(tx: &Tx, token: &str) -> [u8; 32] {
    tx.hash(OAUTH_TOKEN, token)
}

/// What an access token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Which client bears it.
    pub client: String,
    /// Whose it is.
    pub user: UserId,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
}

impl Identity {
    /// Keeps a token; its text is told once, here.
    pub(super) async fn add_token(&self, tx: &mut Tx, token: &Token) -> Result<String> {
        let text = self.ids.token();
        let hash = token_hash(tx, &text);
        tokens::insert(tx, hash, token).await?;
        Ok(text)
    }

    /// Ends all access tokens at once; clients get new ones with their refresh tokens.
    pub async fn expire_access_tokens(&self) -> Result<()> {
        let mut tx = self.store.write().await?;
        tokens::delete_access(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What an access token is good for; of none that is good still, nothing.
    pub async fn token_info(&self, token: &str) -> Result<Option<TokenInfo>> {
        let now = self.clock.now();
        let mut tx = self.store.read().await?;
        let hash = token_hash(&tx, token);
        let found = tokens::get(&mut tx, hash).await?;
        let found =
            found.filter(|t| t.kind == tokens::Kind::Access && t.expires.is_none_or(|e| e > now));
        Ok(found.map(|token| TokenInfo {
            client: token.client,
            user: token.user,
            scopes: token.scopes,
            expires: token.expires,
        }))
    }

    /// What a refresh token was granted; of none, nothing.
    pub async fn granted_scopes(&self, token: &str) -> Result<Vec<String>> {
        let mut tx = self.store.read().await?;
        let hash = token_hash(&tx, token);
        let found = tokens::get(&mut tx, hash).await?;
        let found = found.filter(|t| t.kind == tokens::Kind::Refresh);
        Ok(found.map(|token| token.scopes).unwrap_or_default())
    }

    /// Revokes the grant that an access or refresh token belongs to (RFC 7009); false if there is no such token.
    pub async fn revoke_token(&self, token: &str) -> Result<bool> {
        let mut tx = self.store.write().await?;
        let hash = token_hash(&tx, token);
        let Some(row) = tokens::get(&mut tx, hash).await? else {
            return Ok(false);
        };
        tokens::delete_family(&mut tx, row.family).await?;
        tx.commit().await?;
        Ok(true)
    }
}
