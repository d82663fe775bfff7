//! `kalends restored`, and how a hub finds out by itself that its database is an old one: beside it is a file that says how far the change
//! log had come a minute ago.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use identity::Actor;
use jiff::Timestamp;
use storage::Store;

use crate::{Failure, cli::RestoredOptions, config::Config, house};

/// How often the file is written, with what was true the time before: commits that a loss of power can take away are younger.
const EVERY: Duration = Duration::from_secs(60);

/// Does it.
pub async fn run(options: RestoredOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.config.as_deref())?;
    let house = house::build(&config, false).await?;
    let (hub, store) = (&house.app.hub, &house.store);
    let done = if options.approve {
        approve(hub, store).await
    } else {
        hub.mark_restored(store)
            .await
            .map_err(Failure::from)
            .map(tell)
    };
    house.stores.close().await;
    done
}

async fn approve(hub: &hub::Hub, store: &Store) -> Result<(), Failure> {
    hub.approve_restored(&Actor::system(store.tenant())).await?;
    println!("What waited is written from now on.");
    Ok(())
}

fn tell(since: Timestamp) {
    println!(
        "Since {since} nothing is written to any calendar at a provider, and nobody is mailed."
    );
    println!(
        "Run `kalends serve`, wait until all calendars have been read, and look at the page «Activity»: it shows what would be written."
    );
    println!("There, or with `kalends restored --approve`, you say that it is to be.");
}

/// How far a database had come.
pub struct Mark {
    file: PathBuf,
    so_far: Option<i64>,
}

impl Mark {
    /// In the directory of the hub's data.
    pub fn in_directory(data: &Path) -> Self {
        Self {
            file: data.join("position"),
            so_far: None,
        }
    }

    /// Whether the database is older than the mark.
    pub async fn is_behind(&self, store: &Store) -> Result<bool, Failure> {
        let known = std::fs::read_to_string(&self.file).unwrap_or_default();
        let Some((tenant, position)) = known.trim().split_once(' ') else {
            return Ok(false);
        };
        // A fresh database is none that was restored.
        let same = tenant == store.tenant().to_string();
        let known: i64 = position.parse().unwrap_or(0);
        Ok(same && position_of(store).await? < known)
    }

    /// Goes on marking until its task is ended.
    pub async fn keep(mut self, store: Store) {
        loop {
            if let Err(error) = self.step(&store).await {
                tracing::warn!(%error, "how far the database has come could not be noted");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn step(&mut self, store: &Store) -> Result<(), Failure> {
        let now = position_of(store).await?;
        if let Some(before) = self.so_far.replace(now) {
            std::fs::write(&self.file, format!("{} {before}\n", store.tenant()))?;
        }
        Ok(())
    }
}

async fn position_of(store: &Store) -> Result<i64, Failure> {
    let mut tx = store.read().await?;
    Ok(storage::changes::latest(&mut tx).await?)
}

#[cfg(test)]
mod tests {
    use storage::{MasterKey, Settings, Stores};

    use super::*;

    #[tokio::test]
    #[expect(clippy::unwrap_used, reason = "a test")]
    async fn a_database_that_is_behind_its_mark_is_an_old_one() {
        let settings = Settings::new("sqlite::memory:");
        let stores = Stores::open(settings, MasterKey::new([7; 32]));
        let store = stores.await.unwrap().create_tenant("house").await.unwrap();
        let data = tempfile::TempDir::new().unwrap();
        let mut mark = Mark::in_directory(data.path());
        assert!(!mark.is_behind(&store).await.unwrap(), "there is none");
        mark.step(&store).await.unwrap();
        assert!(!mark.file.exists(), "what is young may be lost");
        mark.step(&store).await.unwrap();
        assert!(!mark.is_behind(&store).await.unwrap());
        let tenant = store.tenant();
        for (said, behind) in [
            (format!("{tenant} 1\n"), true),
            (
                format!("{} 1\n", "00000000-0000-0000-0000-000000000000"),
                false,
            ),
            (format!("{tenant} x"), false),
            (String::new(), false),
        ] {
            std::fs::write(&mark.file, &said).unwrap();
            assert_eq!(mark.is_behind(&store).await.unwrap(), behind, "{said}");
        }
    }
}
