//! Hears of the commits of other nodes on the same PostgreSQL.

use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::task::AbortHandle;

use crate::{Error, Result, Store, changes, dialect::NOTIFY_CHANNEL, stores::OpenStores};

/// How long to wait before listening again after the connection was lost.
const RETRY: Duration = Duration::from_secs(1);

/// Listens until the handle is aborted.
pub(crate) async fn start(pool: PgPool, open: Arc<OpenStores>) -> Result<AbortHandle> {
    let mut listener = PgListener::connect_with(&pool).await.map_err(Error::open)?;
    listener.listen(NOTIFY_CHANNEL).await.map_err(Error::open)?;
    let task = tokio::spawn(async move {
        loop {
            match listener.try_recv().await {
                Ok(Some(message)) => heard(&open, message.payload()),
                // The connection was lost: whatever was said meanwhile is in the log.
                Ok(None) => catch_up(&open).await,
                Err(error) => {
                    tracing::warn!(%error, "cannot listen for changes of other nodes");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    });
    Ok(task.abort_handle())
}

fn heard(open: &OpenStores, payload: &str) {
    let Some((tenant, position)) = payload.split_once(' ') else {
        return;
    };
    if let (Ok(tenant), Ok(position)) = (tenant.parse(), position.parse())
        && let Some(store) = open.get(tenant)
    {
        store.reached(position);
    }
}

async fn catch_up(open: &OpenStores) {
    for store in open.all() {
        match newest(&store).await {
            Ok(position) => store.reached(position),
            Err(error) => tracing::warn!(%error, "cannot read the newest position"),
        }
    }
}

async fn newest(store: &Store) -> Result<i64> {
    let mut tx = store.read().await?;
    changes::latest(&mut tx).await
}
