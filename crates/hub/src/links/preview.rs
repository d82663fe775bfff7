//! What making or changing a link would do: the work itself, not committed.

use std::collections::{BTreeSet, HashMap};

use calendar::{Event, When};
use identity::Actor;
use jiff::civil::DateTime;
use storage::{ChangeKind, Store, Tx, calendars, copies, intents};
use sync::{
    CalendarId, Copy, CopyId, Intent, LinkId,
    replication::{Step, plan_without},
};

use super::{change::LinkChange, manage::LinkEdit, pilot};
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

impl Planned {
    /// By what they are listed: calendar by calendar, each by time.
    pub(super) fn place(&self) -> (CalendarId, DateTime, PlannedOperation, String) {
        let start = self.when.local_start();
        (self.calendar, start, self.operation, self.title.clone())
    }
}

impl Hub {
    /// What making this link would do.
    pub async fn preview_link(&self, actor: &Actor, edit: LinkEdit) -> Result<Preview> {
        let store = self.store(actor.tenant).await?;
        let mut tx = store.write().await?;
        let (link, merges) = Box::pin(self.make_link(&mut tx, actor, edit)).await?;
        let planned = undo_and_tell(&store, tx, link.id).await?;
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
        let planned = undo_and_tell(&store, tx, id).await?;
        Ok(Preview { planned, merges: 0 })
    }
}

/// A copy with what the planner looks at.
struct Seen {
    row: copies::Row,
    intents: Vec<Intent>,
    /// Pilots that hold some of it back, but not the link that it is about.
    pilots: BTreeSet<LinkId>,
    /// Whether its calendar has a provider.
    replicated: bool,
}

/// Rolls a transaction back, and says which writes it would have led to: those that the planner asks for now, and did not
/// before. Of a link that is a pilot, those that it would lead to.
async fn undo_and_tell(store: &Store, mut tx: Tx, link: LinkId) -> Result<Vec<Planned>> {
    let changes = tx.logged().iter();
    let changes = changes.filter(|change| change.kind == ChangeKind::Event);
    let touched: BTreeSet<CopyId> = changes.map(|change| CopyId(change.subject)).collect();
    let touched: Vec<CopyId> = touched.into_iter().collect();
    let after = see(&mut tx, &touched, link).await?;
    tx.rollback().await?;
    let mut tx = store.read().await?;
    let before = see(&mut tx, &touched, link).await?;
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
    planned.sort_by_key(Planned::place);
    Ok(planned)
}

async fn see(tx: &mut Tx, ids: &[CopyId], link: LinkId) -> Result<Vec<Seen>> {
    let mut replicated: HashMap<CalendarId, bool> = HashMap::new();
    let mut all = Vec::new();
    for row in copies::get_many(tx, ids).await? {
        let calendar = row.copy.calendar;
        if let std::collections::hash_map::Entry::Vacant(unknown) = replicated.entry(calendar) {
            let found = calendars::get(tx, calendar).await?;
            unknown.insert(found.is_some_and(|row| row.connection.is_some()));
        }
        let mut pilots = pilot::of_copy(tx, &row.copy).await?;
        pilots.remove(&link);
        all.push(Seen {
            pilots,
            intents: intents::unfinished(tx, row.copy.id).await?,
            replicated: replicated[&calendar],
            row,
        });
    }
    Ok(all)
}

impl Seen {
    fn step(&self) -> Step {
        plan_without(&self.row.copy, &self.intents, &self.pilots)
    }
}

/// The write that a copy waits for now, if it did not wait for the same one before.
fn planned(before: Option<&Seen>, after: &Seen) -> Option<Planned> {
    if !after.replicated {
        let (operation, shown) = written_here(before, after)?;
        return Some(of(&after.row.copy, operation, shown));
    }
    let step = after.step();
    let begins = |before: &Seen| !before.row.pending && after.row.pending;
    if before.is_some_and(|before| before.step() == step && !begins(before)) {
        return None;
    }
    of_step(&after.row.copy, step)
}

/// A step of the planner as people see it; nothing if it writes nothing.
pub(super) fn of_step(copy: &Copy, step: Step) -> Option<Planned> {
    let (operation, shown) = match step {
        Step::Create { body, .. } => (PlannedOperation::Create, *body),
        Step::Update { body, .. } => (PlannedOperation::Update, *body),
        Step::Delete { .. } => {
            let there = copy.base.as_ref().map_or(&copy.local, |base| &base.remote);
            (PlannedOperation::Delete, there.clone())
        }
        Step::Nothing | Step::Look { .. } => return None,
    };
    Some(of(copy, operation, shown))
}

fn of(copy: &Copy, operation: PlannedOperation, shown: Event) -> Planned {
    let flowed = copy.causes.values().find(|cause| cause.link.is_some());
    let life = copy.life_cause.as_ref();
    let cause = match operation {
        PlannedOperation::Update => flowed.or(life),
        PlannedOperation::Create | PlannedOperation::Delete => life.or(flowed),
    };
    Planned {
        calendar: copy.calendar,
        operation,
        from: cause.map(|cause| cause.from),
        title: shown.title,
        when: shown.when,
    }
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
