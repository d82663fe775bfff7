//! What the database holds, as the vectors that the invariants look at.

use std::collections::HashMap;

use storage::{
    Tx,
    conflicts::{self, Which},
    copies, intents, linked, members,
};
use sync::{CalendarId, CopyId, Intent, LinkId, Linked, LinkedId, Member};
use uuid::Uuid;

use super::{Result, Whole, fault};
use crate::model::{Row, calendar};

/// Numbers for ids, in the order in which they are met.
#[derive(Default)]
struct Numbering(HashMap<Uuid, Uuid>);

impl Numbering {
    fn of(&mut self, id: Uuid) -> Uuid {
        let next = Uuid::from_u128(u128::try_from(self.0.len()).unwrap());
        *self.0.entry(id).or_insert(next)
    }
}

impl Whole {
    /// Values that won when calendars met, which a deletion that did not know of it takes along.
    pub(super) async fn note_met(&mut self) -> Result {
        let Some(link) = self.link else { return Ok(()) };
        let mut tx = self.store.read().await.map_err(fault)?;
        let all = linked::of_link(&mut tx, link, None, 10_000)
            .await
            .map_err(fault)?;
        let mut world = self.shared.world();
        world
            .hub
            .met
            .extend(all.into_iter().map(|linked| linked.value));
        Ok(())
    }

    /// Loads all of it.
    pub(super) async fn snapshot(&mut self) -> Result {
        let mut seen = Snapshot::default();
        let places = self.calendars.iter().enumerate();
        seen.places = places.map(|(place, id)| (*id, calendar(place))).collect();
        let mut tx = self.store.read().await.map_err(fault)?;
        for id in &self.calendars {
            seen.copies(&mut tx, *id).await.map_err(fault)?;
        }
        seen.rows.sort_by_key(|row| row.copy.id);
        if let Some(link) = self.link {
            seen.links(&mut tx, link).await.map_err(fault)?;
        }
        seen.linked.sort_by_key(|value| value.id);
        let lost = conflicts::list(&mut tx, Which::All, None, 10_000).await;
        let lost = lost.map_err(fault)?.into_iter();
        let mut world = self.shared.world();
        world.hub.rows = seen.rows;
        world.hub.intents = seen.intents;
        world.hub.linked = seen.linked;
        world.hub.members = seen.members;
        world.hub.conflicts = lost.map(|row| row.conflict).collect();
        Ok(())
    }
}

/// What is being loaded.
#[derive(Default)]
struct Snapshot {
    places: HashMap<CalendarId, CalendarId>,
    copy_ids: Numbering,
    linked_ids: Numbering,
    rows: Vec<Row>,
    intents: Vec<Intent>,
    linked: Vec<Linked>,
    members: Vec<Member>,
}

impl Snapshot {
    async fn copies(&mut self, tx: &mut Tx, calendar: CalendarId) -> storage::Result<()> {
        for row in copies::page(tx, calendar, None, 10_000, true).await? {
            let mut copy = row.copy;
            let id = CopyId(self.copy_ids.of(copy.id.0));
            for mut intent in intents::unfinished(tx, copy.id).await? {
                intent.copy = id;
                self.intents.push(intent);
            }
            copy.id = id;
            copy.calendar = self.places[&copy.calendar];
            self.rows.push(Row {
                copy,
                projected: row.projected,
                unsettled: false,
            });
        }
        Ok(())
    }

    async fn links(&mut self, tx: &mut Tx, link: LinkId) -> storage::Result<()> {
        for mut value in linked::of_link(tx, link, None, 10_000).await? {
            value.id = LinkedId(self.linked_ids.of(value.id.0));
            value.origin = CopyId(self.copy_ids.of(value.origin.0));
            let authors = std::mem::take(&mut value.authors).into_iter();
            let authors = authors.map(|(unit, author)| (unit, self.places[&author]));
            value.authors = authors.collect();
            self.linked.push(value);
        }
        for mut member in members::of_link(tx, link).await? {
            member.linked = LinkedId(self.linked_ids.of(member.linked.0));
            member.copy = CopyId(self.copy_ids.of(member.copy.0));
            member.calendar = self.places[&member.calendar];
            self.members.push(member);
        }
        Ok(())
    }
}
