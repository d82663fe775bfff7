//! Tokens that clients bear.

use storage::{
    Tx,
    oauth::tokens::{self, Token},
};

use crate::{Identity, Result, authenticate::OAUTH_TOKEN};

/// What access and refresh tokens are known by.
pub(super) fn token_hash(tx: &Tx, token: &str) -> [u8; 32] {
    tx.hash(OAUTH_TOKEN, token)
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
