//! A database that was restored from a backup: what happened since then is forgotten here and remembered by the providers. All is
//! read, what follows is worked out and shown like anything that is held (`replicate/silence.rs`), and nothing is written and
//! nobody mailed, until a person has looked at it.

use identity::Actor;
use jiff::Timestamp;
use storage::{Store, Tx, calendars, copies, jobs, mail, meta, timeline};

use crate::{Hub, Result, access, replicate::PUSH};

/// The fact that says since when.
const FACT: &str = "restored";
/// Why an event is not written meanwhile.
pub(crate) const REASON: &str = "held: the database was restored from a backup, and nothing is written until somebody has looked at it";
/// How many events of a calendar are looked at at once.
const AT_ONCE: usize = 10_000;

impl Hub {
    /// From now on nothing is written to any provider and no message is mailed, until [`Hub::approve_restored`], and whoever follows
    /// changes has to begin anew. To be called after an older database was put in place, before the hub works on it; more than once
    /// does no harm.
    pub async fn mark_restored(&self, store: &Store) -> Result<Timestamp> {
        let mut tx = store.write().await?;
        if let Some(since) = since(&mut tx).await? {
            return Ok(since);
        }
        let now = self.clock().now();
        meta::set(&mut tx, FACT, &now.to_string()).await?;
        timeline::begin_anew(&mut tx, now).await?;
        self.move_on_in(&mut tx, "restored".to_owned());
        self.commit(tx).await?;
        tracing::warn!("nothing is written: the database was restored from a backup");
        Ok(now)
    }

    /// Since when writing waits because the database was restored; `None` if it does not.
    pub async fn restored(&self, store: &Store) -> Result<Option<Timestamp>> {
        let mut tx = store.read().await?;
        since(&mut tx).await
    }

    /// Somebody has looked at what would be written: it is, from now on. Messages that waited in the backup are not mailed: they
    /// were, after it had been made.
    pub async fn approve_restored(&self, actor: &Actor) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let Some(since) = since(&mut tx).await? else {
            return Ok(());
        };
        let now = self.clock().now();
        for calendar in calendars::list(&mut tx).await? {
            loop {
                let mut held = copies::parked(&mut tx, calendar.id, AT_ONCE).await?;
                held.retain(|row| row.copy.parked.as_deref() == Some(REASON));
                if held.is_empty() {
                    break;
                }
                for mut row in held {
                    row.copy.parked = None;
                    self.store_quietly(&mut tx, &mut row).await?;
                }
            }
            jobs::request(&mut tx, PUSH, calendar.id.0, now);
        }
        mail::give_up_before(&mut tx, since, now).await?;
        meta::set(&mut tx, FACT, "").await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }
}

/// Since when writing waits.
pub(crate) async fn since(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let fact = meta::get(tx, FACT).await?;
    Ok(fact.and_then(|since| since.parse().ok()))
}
