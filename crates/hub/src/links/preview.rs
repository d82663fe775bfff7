//! What making or changing a link would do: the work itself, not committed.

use std::collections::{BTreeSet, HashSet};

use identity::Actor;
use storage::{ChangeKind, Tx, copies, links, members};
use sync::{CalendarId, CopyId, LinkId};

use super::{change::LinkChange, manage::LinkEdit};
use crate::{Hub, Result};

/// What making or changing a link would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Every copy that would be made, changed or removed.
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
    /// The title that it would have.
    pub title: String,
    /// When it would start.
    pub when: calendar::When,
    /// Where it comes from.
    pub from: Option<CalendarId>,
}

/// What would happen to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (link, merges) = self.make_link(&mut tx, actor, edit).await?;
        let planned = planned(&mut tx, &link, &HashSet::new()).await?;
        tx.rollback().await?;
        Ok(Preview { planned, merges })
    }

    /// What changing a link would do.
    pub async fn preview_change(
        &self,
        actor: &Actor,
        id: LinkId,
        change: LinkChange,
    ) -> Result<Preview> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let members = members::of_link(&mut tx, id).await?;
        let mut before = HashSet::new();
        for member in members {
            let row = copies::get(&mut tx, member.copy).await?;
            before.extend(row.filter(|r| r.copy.alive).map(|r| r.copy.id));
        }
        let link = self.change_in(&mut tx, actor, id, change).await?;
        let planned = planned(&mut tx, &link, &before).await?;
        tx.rollback().await?;
        Ok(Preview { planned, merges: 0 })
    }
}

/// What this transaction did to copies because of the link; `before` are those that lived as its members before.
async fn planned(
    tx: &mut Tx,
    link: &links::Link,
    before: &HashSet<CopyId>,
) -> Result<Vec<Planned>> {
    let changes = tx.logged().iter();
    let changes = changes.filter(|change| change.kind == ChangeKind::Event);
    let touched: BTreeSet<CopyId> = changes.map(|change| CopyId(change.subject)).collect();
    let mut all = Vec::new();
    for id in touched {
        let Some(row) = copies::get(tx, id).await? else {
            continue;
        };
        let flowed = row.copy.causes.values().find(|c| c.link == Some(link.id));
        let life = row.copy.life_cause.as_ref();
        let operation = match (before.contains(&id), row.copy.alive) {
            (_, false) => PlannedOperation::Delete,
            (false, true) if row.projected => PlannedOperation::Create,
            (_, true) if flowed.is_some() => PlannedOperation::Update,
            (_, true) => continue,
        };
        all.push(Planned {
            calendar: row.copy.calendar,
            operation,
            from: life.or(flowed).map(|c| c.from),
            title: row.copy.local.title,
            when: row.copy.local.when,
        });
    }
    Ok(all)
}
