//! What making or changing a link would do: the work itself, not committed.

use std::collections::{BTreeSet, HashMap};

use calendar::{Event, When};
use identity::Actor;
use storage::{ChangeKind, Store, Tx, calendars, copies, intents};
use sync::{
    CalendarId, CopyId, Intent, LinkId,
    replication::{Step, plan},
};

use super::{change::LinkChange, manage::LinkEdit};
use crate::{Hub, Result};

/// What making or changing a link would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Every write that would be made: one a copy, at its provider, or here where it has none.
    pub planned: Vec<Planned>,
    /// Pairs of events that were recognised as the same.
    pub merges: usize,
}

/// One copy that would be made, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// In which calendar.
    pub calendar: CalendarId,
    /// What would happen to it.
    pub operation: PlannedOperation,
    /// The title that it would have; of one that would be removed, the title that it has.
    pub title: String,
    /// When it would be, or is.
    pub when: When,
    /// Where it comes from.
    pub from: Option<CalendarId>,
}

/// What would happen to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedOperation {
    /// It would be made.
    Create,
    /// It would be changed.
    Update,
    /// It would be removed.
    Delete,
}

impl Hub {
    /// What making this link would do.
    pub async fn preview_link(&self, actor: &Actor, edit: LinkEdit) -> Result<Preview> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.write().await?;
        let (_, merges) = Box::pin(self.make_link(&mut tx, actor, edit)).await?;
        let planned = undo_and_tell(&store, tx).await?;
        Ok(Preview { planned, merges })
    }

    /// What changing a link would do.
    pub async fn preview_change(
        &self,
        actor: &Actor,
        id: LinkId,
        change: LinkChange,
    ) -> Result<Preview> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.write().await?;
        Box::pin(self.change_in(&mut tx, actor, id, change)).await?;
        let planned = undo_and_tell(&store, tx).await?;
        Ok(Preview { planned, merges: 0 })
    }
}

/// A copy with what the planner looks at.
struct Seen {
    row: copies::Row,
    intents: Vec<Intent>,
    /// Whether its calendar has a provider.
    replicated: bool,
}

/// Rolls a transaction back, and says which writes it would have led to: those that the planner asks for now, and did not
/// before.
async fn undo_and_tell(store: &Store, mut tx: Tx) -> Result<Vec<Planned>> {
    let changes = tx.logged().iter();
    let changes = changes.filter(|change| change.kind == ChangeKind::Event);
    let touched: BTreeSet<CopyId> = changes.map(|change| CopyId(change.subject)).collect();
    let touched: Vec<CopyId> = touched.into_iter().collect();
    let after = see(&mut tx, &touched).await?;
    tx.rollback().await?;
    let mut tx = store.read().await?;
    let before = see(&mut tx, &touched).await?;
    drop(tx);
    let mut before: HashMap<CopyId, Seen> = before
        .into_iter()
        .map(|seen| (seen.row.copy.id, seen))
        .collect();
    let mut planned: Vec<Planned> = after
        .into_iter()
        .filter_map(|seen| {
            let before = before.remove(&seen.row.copy.id);
            planned(before.as_ref(), &seen)
        })
        .collect();
    planned.sort_by(|a, b| {
        let key = |p: &Planned| (p.calendar, p.when.local_start(), p.operation);
        key(a).cmp(&key(b)).then_with(|| a.title.cmp(&b.title))
    });
    Ok(planned)
}

async fn see(tx: &mut Tx, ids: &[CopyId]) -> Result<Vec<Seen>> {
    let mut replicated: HashMap<CalendarId, bool> = HashMap::new();
    let mut all = Vec::new();
    for row in copies::get_many(tx, ids).await? {
        let calendar = row.copy.calendar;
        if let std::collections::hash_map::Entry::Vacant(unknown) = replicated.entry(calendar) {
            let found = calendars::get(tx, calendar).await?;
            unknown.insert(found.is_some_and(|row| row.connection.is_some()));
        }
        all.push(Seen {
            intents: intents::unfinished(tx, row.copy.id).await?,
            replicated: replicated[&calendar],
            row,
        });
    }
    Ok(all)
}

/// The write that a copy waits for now, if it did not wait for the same one before.
fn planned(before: Option<&Seen>, after: &Seen) -> Option<Planned> {
    let copy = &after.row.copy;
    let (operation, shown) = if after.replicated {
        let step = plan(copy, &after.intents);
        if before.is_some_and(|b| b.row.pending && plan(&b.row.copy, &b.intents) == step) {
            return None;
        }
        let there = copy.base.as_ref().map(|base| base.remote.clone());
        match step {
            Step::Create { body, .. } => (PlannedOperation::Create, *body),
            Step::Update { body, .. } => (PlannedOperation::Update, *body),
            Step::Delete { .. } => (
                PlannedOperation::Delete,
                there.unwrap_or_else(|| copy.local.clone()),
            ),
            Step::Nothing | Step::Look { .. } => return None,
        }
    } else {
        written_here(before, after)?
    };
    let flowed = copy.causes.values().find(|cause| cause.link.is_some());
    let cause = match operation {
        PlannedOperation::Update => flowed.or(copy.life_cause.as_ref()),
        PlannedOperation::Create | PlannedOperation::Delete => copy.life_cause.as_ref().or(flowed),
    };
    Some(Planned {
        calendar: copy.calendar,
        operation,
        from: cause.map(|cause| cause.from),
        title: shown.title,
        when: shown.when,
    })
}

/// What happens in a calendar that has no provider: there, our copy is the event.
fn written_here(before: Option<&Seen>, after: &Seen) -> Option<(PlannedOperation, Event)> {
    let copy = &after.row.copy;
    let before = before.map(|seen| &seen.row.copy).filter(|copy| copy.alive);
    let operation = match (before, copy.alive) {
        (None, true) => PlannedOperation::Create,
        (Some(_), false) => PlannedOperation::Delete,
        (Some(before), true) if before.local != copy.local => PlannedOperation::Update,
        _ => return None,
    };
    Some((operation, copy.local.clone()))
}
