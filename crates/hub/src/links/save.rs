//! A copy that changed along the links is saved and logged, and whoever must write it to a provider gets a job.

use storage::{Change, ChangeKind, calendars, copies, jobs, timeline};
use sync::Copy;

use super::{flow::Flow, pilot};
use crate::{Result, replicate, shape};

impl Flow<'_> {
    /// Saves a copy that changed, logs it, and asks for its provider to be written.
    pub(super) async fn save(&mut self, row: &mut copies::Row) -> Result<()> {
        let was = std::mem::replace(&mut row.shape, shape::of(&row.copy.local));
        self.occupy(row, Some(was)).await?;
        row.updated = self.now;
        row.copy.edition = timeline::next_edition(self.tx, row.copy.edition);
        row.pending = self.pending(&row.copy).await?;
        copies::update(self.tx, row).await?;
        self.note(row, !row.copy.alive);
        Ok(())
    }

    /// A copy is one event with others than before.
    pub(super) fn belongs_elsewhere(&mut self, row: &copies::Row) {
        let copies = &mut self.tx.touched().copies;
        copies.insert(row.copy.id, row.copy.calendar);
    }

    /// Whether a provider must be written. A calendar without one has nobody to be in step with.
    pub(super) async fn pending(&mut self, copy: &Copy) -> Result<bool> {
        if !calendars::is_replicated(self.tx, copy.calendar).await? {
            return Ok(false);
        }
        pilot::is_pending(self.tx, copy).await
    }

    pub(super) fn note(&mut self, row: &copies::Row, removed: bool) {
        self.tx.log(Change {
            kind: ChangeKind::Event,
            subject: row.copy.id.0,
            calendar: Some(row.copy.calendar),
            actor: self.actor.clone(),
            cause: Some(self.cause.change),
            at: self.now,
            removed,
        });
        if row.pending {
            jobs::request(self.tx, replicate::PUSH, row.copy.calendar.0, self.now);
        }
    }
}
