//! Registered clients.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use storage::{
    oauth::{clients, tokens},
    users,
};

use super::Client;
use crate::{Identity, Result};

/// What client secrets are hashed under.
const SECRET: &str = "oauth-client-secret";

/// A client to be registered.
#[derive(Clone, Debug, Default)]
pub struct NewClient {
    /// `client_id`.
    pub id: String,
    /// `client_secret`; `None` for a public client (RFC 6749 2.1).
    pub secret: Option<String>,
    /// What people are shown.
    pub name: String,
    /// Where a code may be sent, exactly as the client writes it.
    pub redirect_uris: Vec<String>,
    /// What it may ask for; empty: everything that there is.
    pub scopes: Vec<String>,
}

impl Identity {
    /// Registers a client, or changes what it registered.
    pub async fn register_client(&self, new: NewClient) -> Result<()> {
        let mut tx = self.store.write().await?;
        let secret_hash = new.secret.map(|secret| tx.hash(SECRET, &secret));
        let client = Client {
            id: new.id,
            secret_hash,
            name: new.name,
            redirect_uris: new.redirect_uris,
            scopes: new.scopes,
            created: self.clock.now(),
        };
        clients::put(&mut tx, &client).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The client with this id.
    pub async fn client(&self, id: &str) -> Result<Option<Client>> {
        let mut tx = self.store.read().await?;
        Ok(clients::get(&mut tx, id).await?)
    }

    /// All clients, oldest first.
    pub async fn clients(&self) -> Result<Vec<Client>> {
        let mut tx = self.store.read().await?;
        Ok(clients::list(&mut tx).await?)
    }

    /// Removes a client and revokes all that people granted it; false if there is no such client. Its codes are of no
    /// use without it.
    pub async fn remove_client(&self, id: &str) -> Result<bool> {
        let mut tx = self.store.write().await?;
        if clients::get(&mut tx, id).await?.is_none() {
            return Ok(false);
        }
        clients::delete(&mut tx, id).await?;
        for user in users::list(&mut tx).await? {
            for token in tokens::of_user(&mut tx, user.id).await? {
                if token.client == id {
                    tokens::delete_family(&mut tx, token.family).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The client with this id, if the secret is its own. A public client has none to show.
    pub async fn authenticate_client(
        &self,
        id: &str,
        secret: Option<&str>,
    ) -> Result<Option<Client>> {
        let mut tx = self.store.read().await?;
        let Some(client) = clients::get(&mut tx, id).await? else {
            return Ok(None);
        };
        let right = match (&client.secret_hash, secret) {
            (Some(own), Some(given)) => {
                verify_slices_are_equal(own, &tx.hash(SECRET, given)).is_ok()
            }
            (Some(_), None) => false,
            (None, given) => given.is_none_or(str::is_empty),
        };
        Ok(right.then_some(client))
    }
}
