//! What people do in the hub.

use calendar::Event;
use hub::{Keep, Precondition, events::NewEvent};
use storage::{
    conflicts::{self, Which},
    copies,
};
use sync::{Conflict, CopyId, Role};

use super::{Result, Whole, fault};
use crate::world::say;

impl Whole {
    /// Somebody makes, edits or deletes an event in the hub.
    pub(super) async fn act_here(&mut self, place: usize) -> Result {
        let (source, what) = {
            let mut world = self.shared.world();
            let source = world.hub.places[place].role == Role::Source;
            (source, world.rng.below(12))
        };
        if source || self.is_read_only(place).await? {
            return Ok(());
        }
        if what >= 10 {
            return self.create_here(place).await;
        }
        let living = self.living_here(place).await?;
        let Some((id, event)) = self.shared.world().rng.pick(&living) else {
            return Ok(());
        };
        if what < 7 {
            self.edit_here(place, id, event).await
        } else {
            self.delete_here(place, id, &event).await
        }
    }

    async fn living_here(&self, place: usize) -> Result<Vec<(CopyId, Event)>> {
        let mut tx = self.store.read().await.map_err(fault)?;
        let rows = copies::page(&mut tx, self.calendars[place], None, 1_000, false).await;
        let rows = rows.map_err(fault)?.into_iter();
        Ok(rows.map(|row| (row.copy.id, row.copy.local)).collect())
    }

    async fn create_here(&mut self, place: usize) -> Result {
        let event = {
            let mut world = self.shared.world();
            say!(world, "{place}: person makes an event here");
            world.new_event(place)
        };
        let new = NewEvent { name: None, event };
        let made = self
            .hub
            .create_event(&self.actor, self.calendars[place], new);
        made.await.map(drop).map_err(fault)
    }

    async fn edit_here(&mut self, place: usize, id: CopyId, mut event: Event) -> Result {
        {
            let mut world = self.shared.world();
            let what = world.edited(place, &mut event);
            say!(world, "{place}: person edits {id} here: {what}");
        }
        let edit = |current: &mut Event| {
            *current = event;
            Ok(())
        };
        let edited = self
            .hub
            .edit_event(&self.actor, id, Precondition::None, edit);
        edited.await.map(drop).map_err(fault)
    }

    async fn delete_here(&mut self, place: usize, id: CopyId, event: &Event) -> Result {
        {
            let mut world = self.shared.world();
            say!(world, "{place}: person deletes {id} here");
            world.deleted(place, event, None);
        }
        let deleted = self.hub.delete_event(&self.actor, id, Precondition::None);
        deleted.await.map_err(fault)
    }

    /// Somebody answers all that was asked; whether anything was.
    pub(super) async fn decide(&mut self) -> Result<bool> {
        let mut tx = self.store.read().await.map_err(fault)?;
        let all = conflicts::list(&mut tx, Which::Open, None, 1_000)
            .await
            .map_err(fault)?;
        drop(tx);
        let mut asked = false;
        for open in all {
            let remote = {
                let mut world = self.shared.world();
                let place = self.calendars.iter().position(|id| *id == open.calendar);
                let remote = world.rng.chance(50);
                let Conflict {
                    unit,
                    local,
                    remote: held,
                    ..
                } = &open.conflict;
                world.note_choice(place.unwrap_or_default(), unit, local, held, remote);
                remote
            };
            let keep = if remote { Keep::Remote } else { Keep::Local };
            let asked_now = Some(conflicts::State::Open);
            let decided = self
                .hub
                .decide_conflict(&self.actor, open.id, keep, asked_now);
            match decided.await {
                // Answered by what was answered before.
                Ok(()) => asked = true,
                Err(hub::Error::Stale) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        Ok(asked)
    }
}
