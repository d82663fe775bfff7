//! Creates that are sent twice: the first answer comes back.

use identity::Actor;
use storage::idempotency;

use crate::{Error, Hub, Result};

impl Hub {
    /// The answer that this actor got under this key, if any. The same key with another request is refused.
    pub async fn replay(
        &self,
        actor: &Actor,
        key: &str,
        fingerprint: &str,
    ) -> Result<Option<Vec<u8>>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        match idempotency::get(&mut tx, &actor.log_name(), key).await? {
            Some(stored) if stored.fingerprint == fingerprint.as_bytes() => Ok(Some(stored.reply)),
            Some(_) => Err(Error::invalid(
                "Idempotency-Key",
                "was used for another request: use a new one",
            )),
            None => Ok(None),
        }
    }

    /// Remembers an answer.
    pub async fn remember(
        &self,
        actor: &Actor,
        key: &str,
        fingerprint: &str,
        reply: &[u8],
    ) -> Result<()> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        idempotency::put(
            &mut tx,
            &actor.log_name(),
            key,
            fingerprint.as_bytes(),
            reply,
            self.clock().now(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
