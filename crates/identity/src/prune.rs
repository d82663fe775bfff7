//! Forgetting what has expired.

use storage::{
    oauth::{codes, tokens},
    one_time, sessions,
};

use crate::{Identity, Result};

impl Identity {
    /// Removes expired sessions, links, codes and tokens; how many. To be called now and then; whatever has expired is
    /// refused anyhow.
    pub async fn prune(&self) -> Result<u64> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let mut gone = sessions::prune(&mut tx, now).await?;
        gone += one_time::prune(&mut tx, now).await?;
        gone += codes::prune(&mut tx, now).await?;
        gone += tokens::prune(&mut tx, now).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
