//! An event that comes back to life, while the same invitation began another linked event.

use std::collections::BTreeSet;

use storage::{copies, linked, links, members};
use sync::{CalendarId, LinkedId, Member, links as rules};

use super::flow::Flow;
use crate::Result;

impl Flow<'_> {
    /// Whether an event that comes back to life lives as another linked event already, which began when the same invitation
    /// turned up meanwhile. Then what people have of it joins that one, and its mirrors go.
    pub(super) async fn lives_already(
        &mut self,
        link: &links::Link,
        value: &sync::Linked,
        members: &[Member],
    ) -> Result<bool> {
        let mut own = Vec::new();
        for member in members {
            let row = copies::get(self.tx, member.copy).await?;
            own.extend(row.filter(|row| !row.projected));
        }
        let homes: BTreeSet<CalendarId> = own
            .iter()
            .filter(|row| row.copy.alive)
            .map(|row| row.copy.calendar)
            .collect();
        for row in &own {
            for (_, twin) in self.twins(row, link).await? {
                if !twin.copy.alive {
                    continue;
                }
                for there in members::of_copy(self.tx, twin.copy.id).await? {
                    let other = there.link == link.id && there.linked != value.id;
                    if other && self.has_room_for(there.linked, &homes).await? {
                        self.dissolve(link, value, members, there.linked).await?;
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Whether a linked event is alive, and people have no copy of it in any of these calendars: two events of one UID that
    /// are both in a calendar are two.
    async fn has_room_for(&mut self, id: LinkedId, homes: &BTreeSet<CalendarId>) -> Result<bool> {
        let value = linked::get_for_update(self.tx, id).await?;
        if value.is_none_or(|value| !value.alive) {
            return Ok(false);
        }
        for member in members::of_linked(self.tx, id).await? {
            let row = copies::get(self.tx, member.copy).await?;
            if homes.contains(&member.calendar) && row.is_some_and(|row| !row.projected) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The linked event is no more: its mirrors give way to what `other` has in their calendars, and what people have of it is
    /// linked anew, which joins it to `other`.
    async fn dissolve(
        &mut self,
        link: &links::Link,
        value: &sync::Linked,
        members: &[Member],
        other: LinkedId,
    ) -> Result<()> {
        let dead = sync::Linked {
            alive: false,
            ..value.clone()
        };
        linked::update(self.tx, &dead).await?;
        self.keep_what_was_said(value, members, other).await?;
        let there = members::of_linked(self.tx, other).await?;
        for member in members {
            let Some(mut row) = copies::get(self.tx, member.copy).await? else {
                continue;
            };
            if row.projected {
                let here = there.iter().find(|m| m.calendar == member.calendar);
                let heir = match here.or(there.first()) {
                    Some(heir) => copies::get(self.tx, heir.copy).await?,
                    None => None,
                };
                if let Some(heir) = heir {
                    self.give_way(member, &heir).await?;
                }
                continue;
            }
            members::delete(self.tx, member.linked, member.copy).await?;
            row.linked = None;
            self.belongs_elsewhere(&row);
            copies::update(self.tx, &mut row).await?;
            if row.copy.alive {
                Box::pin(self.originate_in(&mut row, link)).await?;
            }
        }
        Ok(())
    }

    /// What was said in a linked event, and neither what people have of it nor `other` holds, is kept.
    async fn keep_what_was_said(
        &mut self,
        value: &sync::Linked,
        members: &[Member],
        other: LinkedId,
    ) -> Result<()> {
        let mut own = Vec::new();
        for member in members {
            let row = copies::get(self.tx, member.copy).await?;
            let row = row.filter(|row| !row.projected && row.copy.alive);
            own.extend(row.map(|row| row.copy.local));
        }
        let Some(living) = linked::get(self.tx, other).await? else {
            return Ok(());
        };
        if let Some(heir) = copies::get(self.tx, living.origin).await? {
            let lost = rules::lives_as(value, &living, &heir.copy, &own);
            self.hub.keep_losers(self.tx, &heir, &lost).await?;
        }
        Ok(())
    }
}
