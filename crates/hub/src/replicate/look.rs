//! What became of a write of unknown outcome: the provider is looked at (R4, R10).

use providers::{Found, Seen, Sighting};
use storage::{Store, calendars, copies, intents};
use sync::{
    Copy, Intent, Law, Operation, Outcome,
    law::holds,
    replication::{looked, sought},
};

use super::{
    Work, digest,
    digest::{Met, own},
};
use crate::{Hub, Result};

impl Hub {
    /// Looks at the provider for what an intent was about, and digests it. `copy` and `outcome` are what is known when it is looked.
    pub(super) async fn look(
        &self,
        store: &Store,
        work: &Work,
        copy: &Copy,
        intent: &Intent,
        outcome: Outcome,
    ) -> Result<()> {
        let place = work.place();
        let mut tx = store.read().await?;
        let feed = calendars::feed(&mut tx, work.id()).await?;
        drop(tx);
        let intent = &Intent {
            remote_id: sought(copy, intent),
            ..intent.clone()
        };
        let seen = match intent.operation {
            Operation::Create => {
                work.connector
                    .find(place, intent.remote_id.as_deref(), intent.stamp)
                    .await?
            }
            Operation::Update | Operation::Delete => match &intent.remote_id {
                Some(id) => work.connector.get(place, id).await?,
                None => Seen::Nothing,
            },
        };
        let sighting = match seen {
            Seen::Event(sighting) => *sighting,
            Seen::Nothing => Sighting {
                id: intent.remote_id.clone().unwrap_or_default(),
                found: None,
            },
            Seen::Malformed(bad) => {
                return self.park(store, intent, bad.reason).await;
            }
        };
        let mut tx = store.write().await?;
        let Some(mut row) = copies::get(&mut tx, intent.copy).await? else {
            return Ok(());
        };
        let known = intents::outcome(&mut tx, intent.stamp).await?;
        let overtaken = known != Some(outcome) || row.copy.remote != copy.remote;
        // The feed may have told that what was found is gone, before anybody knew whose it was.
        let passed = calendars::feed(&mut tx, work.id()).await? != feed;
        if (overtaken && holds(Law::OvertakenLook)) || (passed && holds(Law::FreshLook)) {
            // Whoever has the lease now has heard what is newer than what was seen: it is looked again (R4).
            return Ok(());
        }
        let sighting = own(&mut tx, work.id(), intent, sighting).await?;
        let seen = self.observation(sighting);
        let unfinished = intents::unfinished(&mut tx, intent.copy).await?;
        let met = Met::of(&mut tx, &row.copy).await?;
        let found = match digest::position(&unfinished, intent.stamp) {
            Some(index) => looked(&mut row.copy, &unfinished, index, &seen, &met.standing),
            None => sync::replication::observe(&mut row.copy, &unfinished, &seen, &met.standing),
        };
        self.apply(&mut tx, row, found, &seen, met).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// Puts before all that was `seen` what open creates have made, where their provider chooses ids and something bears their
    /// stamp: people copy events with their stamps, and a window may list the copy alone (R10).
    pub(super) async fn made_first(
        &self,
        store: &Store,
        work: &Work,
        seen: &mut Vec<Sighting>,
    ) -> Result<()> {
        let mut tx = store.read().await?;
        let unfinished = intents::unfinished_of_calendar(&mut tx, work.id()).await?;
        drop(tx);
        let mut first = Vec::new();
        for create in unfinished {
            let bears = |found: &Found| found.stamp == Some(create.stamp);
            let asked = create.operation == Operation::Create && create.remote_id.is_none();
            if !asked || !seen.iter().any(|s| s.found.as_ref().is_some_and(bears)) {
                continue;
            }
            let found = work.connector.find(work.place(), None, create.stamp);
            if let Seen::Event(sighting) = found.await? {
                first.push(*sighting);
            }
        }
        seen.splice(..0, first);
        Ok(())
    }

    /// What the provider holds cannot be read: leave it alone until it changes.
    async fn park(&self, store: &Store, intent: &Intent, reason: String) -> Result<()> {
        let mut tx = store.write().await?;
        let Some(mut row) = copies::get(&mut tx, intent.copy).await? else {
            return Ok(());
        };
        row.copy.parked = Some(reason);
        intents::settle(
            &mut tx,
            intent.stamp,
            Outcome::Unresolved,
            self.clock().now(),
        )
        .await?;
        self.store_quietly(&mut tx, &mut row).await?;
        self.commit(tx).await?;
        Ok(())
    }
}
