//! How copies come to be members: an event that appears in a linked calendar becomes an origin, or joins the event that
//! it matches; calendars that have no copy of a linked event get one.

use calendar::Event;
use storage::{copies, linked, links, members};
use sync::{Copy, CopyId, LinkedId, Member, Role, links as rules};

use super::flow::Flow;
use crate::{Result, shape};

impl Flow<'_> {
    /// A living copy that belongs to no linked event yet, in every link of its calendar that lets it out.
    pub(super) async fn originate(&mut self, row: &mut copies::Row) -> Result<()> {
        // A projected copy is never promoted to an origin (L8).
        if row.projected {
            return Ok(());
        }
        for link in links::of_calendar(self.tx, row.copy.calendar).await? {
            if link.state == links::State::Active {
                self.originate_in(row, &link).await?;
            }
        }
        Ok(())
    }

    /// Makes `row` the origin of a linked event of `link`, and projects it.
    pub(super) async fn originate_in(
        &mut self,
        row: &mut copies::Row,
        link: &links::Link,
    ) -> Result<()> {
        let Some(place) = link
            .members
            .iter()
            .find(|m| m.calendar == row.copy.calendar)
        else {
            return Ok(());
        };
        let Some(id) = self.begin(row, link, place).await? else {
            return Ok(());
        };
        let Some(mut value) = linked::get(self.tx, id).await? else {
            return Ok(());
        };
        // The same invitation may be in another calendar of the link already: then it joins rather than being doubled.
        for other in link
            .members
            .iter()
            .filter(|m| m.calendar != row.copy.calendar)
        {
            let twins = copies::by_uid(self.tx, other.calendar, &row.copy.local.uid).await?;
            let twin = twins
                .into_iter()
                .find(|t| t.copy.alive && t.linked.is_none() && !t.projected);
            if let Some(mut twin) = twin {
                self.join(&mut value, &mut twin, other).await?;
            }
        }
        self.outward(&value, row.copy.id).await
    }

    /// Makes `row` the origin of a linked event, if its place in the link lets anything out.
    pub(super) async fn begin(
        &mut self,
        row: &mut copies::Row,
        link: &links::Link,
        place: &links::LinkMember,
    ) -> Result<Option<LinkedId>> {
        if place.role == Role::Target {
            return Ok(None);
        }
        let id = LinkedId(self.hub.ids().uuid());
        let (value, member) = rules::begin(id, link.id, &row.copy, place.role, place.mask.clone());
        linked::insert(self.tx, &value).await?;
        members::insert(self.tx, &member).await?;
        row.linked = Some(id);
        self.save(row).await?;
        Ok(Some(id))
    }

    /// A copy that matches a linked event joins it (L8).
    pub(super) async fn join(
        &mut self,
        value: &mut sync::Linked,
        row: &mut copies::Row,
        place: &links::LinkMember,
    ) -> Result<()> {
        let cause = sync::Cause {
            link: Some(value.link),
            ..self.cause.clone()
        };
        let member = rules::attach(value, &mut row.copy, place.role, place.mask.clone(), &cause);
        members::insert(self.tx, &member).await?;
        linked::update(self.tx, value).await?;
        row.linked = Some(value.id);
        self.save(row).await
    }

    /// Makes the copy of a linked event in a calendar that has none.
    pub(super) async fn project(
        &mut self,
        value: &sync::Linked,
        place: &links::LinkMember,
    ) -> Result<()> {
        let id = CopyId(self.hub.ids().uuid());
        let shown = place.mask.project(&value.value);
        let member = Member {
            linked: value.id,
            link: value.link,
            calendar: place.calendar,
            copy: id,
            role: place.role,
            mask: place.mask.clone(),
            agreed: shown.clone(),
            agreed_alive: true,
            declined: false,
            attached: true,
        };
        let event = Event {
            uid: format!("{id}@kalends"),
            created: Some(self.now),
            updated: Some(self.now),
            ..shown
        };
        let mut copy = Copy::made_here(id, place.calendar, event);
        copy.life_cause = Some(self.cause_along(&member));
        let pending = self.pending(&copy).await?;
        let row = copies::Row {
            shape: shape::of(&copy.local),
            pending,
            copy,
            name: None,
            revision: 1,
            created: self.now,
            updated: self.now,
            linked: Some(value.id),
            projected: true,
        };
        copies::insert(self.tx, &row).await?;
        members::insert(self.tx, &member).await?;
        self.note(&row, false).await
    }
}
