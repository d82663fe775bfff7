//! What a person has let in: devices with an app password, programs with an API token. To be shown and to be removed.

use storage::{
    api_tokens::{self, ApiToken},
    app_passwords::{self, AppPassword},
    ids::UserId,
};
use uuid::Uuid;

use crate::{Identity, Result};

impl Identity {
    /// A person's app passwords, oldest first; the passwords themselves are not known any more.
    pub async fn app_passwords(&self, user: UserId) -> Result<Vec<AppPassword>> {
        let mut tx = self.store.read().await?;
        Ok(app_passwords::of_user(&mut tx, user).await?)
    }

    /// Takes one of a person's app passwords away; false if they have no such one.
    pub async fn remove_app_password(&self, user: UserId, id: Uuid) -> Result<bool> {
        let mut tx = self.store.write().await?;
        let removed = app_passwords::delete(&mut tx, user, id).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// A person's API tokens, oldest first; the tokens themselves are not known any more.
    pub async fn api_tokens(&self, user: UserId) -> Result<Vec<ApiToken>> {
        let mut tx = self.store.read().await?;
        Ok(api_tokens::of_user(&mut tx, user).await?)
    }

    /// Takes one of a person's API tokens away; false if they have no such one.
    pub async fn remove_api_token(&self, user: UserId, id: Uuid) -> Result<bool> {
        let mut tx = self.store.write().await?;
        let removed = api_tokens::delete(&mut tx, user, id).await?;
        tx.commit().await?;
        Ok(removed)
    }
}
