//! How copies come to be members: an event that appears in a linked calendar becomes an origin, or joins the event that
//! it matches; calendars that have no copy of a linked event get one.

use std::collections::BTreeSet;

use calendar::{Event, RecurrenceId};
use jiff::Timestamp;
use storage::{copies, linked, links, members};
use sync::{
    Copy, CopyId, Law, LinkId, LinkedId, Member, Part, Role, Stamp, law::holds, links as rules,
};

use super::flow::Flow;
use crate::{Result, shape};

impl Flow<'_> {
    /// A living copy that no link made and that belongs to no linked event yet, in every link of its calendar that lets it out.
    pub(super) async fn originate(&mut self, row: &mut copies::Row) -> Result<()> {
        for link in links::followed_by(self.tx, row.copy.calendar).await? {
            if link.is_followed_by(row.copy.calendar) {
                self.originate_in(row, &link).await?;
            }
        }
        Ok(())
    }

    /// The same for a living copy that changed and is a member already: a link whose filter kept it out may take it now.
    pub(super) async fn originate_again(
        &mut self,
        row: &mut copies::Row,
        members: &[Member],
    ) -> Result<()> {
        for link in links::followed_by(self.tx, row.copy.calendar).await? {
            let calendar = row.copy.calendar;
            let is_in = members.iter().any(|member| member.link == link.id);
            let filtered = |place: &links::LinkMember| !place.filter.is_open();
            let asks = members.is_empty() || link.place(calendar).is_some_and(filtered);
            if !is_in && asks && link.is_followed_by(calendar) {
                self.originate_in(row, &link).await?;
            }
        }
        Ok(())
    }

    /// Brings `row` into `link`, if its filter lets it: it joins the event that it is the same invitation as, or is the origin of a new one. Then it
    /// is projected.
    pub(super) async fn originate_in(
        &mut self,
        row: &mut copies::Row,
        link: &links::Link,
    ) -> Result<()> {
        let Some(place) = link.place(row.copy.calendar) else {
            return Ok(());
        };
        let mut twins = self.twins(row, link).await?;
        if !self.lets_out(place, &row.copy.local).await? {
            return self.sift_again(&twins, link).await;
        }
        if let Some(mut value) = self.linked_twin(row, &twins, link.id, place).await? {
            self.join(&mut value, row, place, Some(self.now)).await?;
            return self.outward(&value, Some(row.copy.id)).await;
        }
        if begins(row, place) && Box::pin(self.follows(row, &mut twins, link.id, place)).await? {
            return Ok(());
        }
        let Some(id) = self.begin(row, link, place).await? else {
            return Ok(());
        };
        let Some(mut value) = linked::get(self.tx, id).await? else {
            return Ok(());
        };
        self.fresh = row.copy.causes.is_empty();
        let from = twins.is_empty().then_some(row.copy.id);
        self.join_twins(&mut value, row.copy.id, twins).await?;
        // What others have said of it comes to it, too.
        self.outward(&value, from).await?;
        self.fresh = false;
        Ok(())
    }

    /// The same invitation may be in another calendar of the link already: then it joins rather than being doubled.
    pub(super) async fn join_twins(
        &mut self,
        value: &mut sync::Linked,
        origin: CopyId,
        twins: Vec<(&links::LinkMember, copies::Row)>,
    ) -> Result<()> {
        let mut joined = Vec::new();
        for (other, mut twin) in twins {
            let free = twin.copy.alive && twin.linked.is_none() && !other.away;
            if free
                && !joined.contains(&other.calendar)
                && self.lets_out(other, &twin.copy.local).await?
            {
                self.fresh &= twin.copy.causes.is_empty();
                self.join(value, &mut twin, other, None).await?;
                joined.push(other.calendar);
            }
        }
        let of_origin = members::of_copy(self.tx, origin).await?;
        if !joined.is_empty()
            && let Some(mut member) = of_origin.into_iter().find(|m| m.linked == value.id)
        {
            // It turned up beside the others: it may have been moved from one of them.
            member.since = Some(self.now);
            members::update(self.tx, &member).await?;
        }
        Ok(())
    }

    /// What is known of an event elsewhere has turned up in a calendar whose filter keeps it out of the link: mirrors of it
    /// there go.
    async fn sift_again(
        &mut self,
        twins: &[(&links::LinkMember, copies::Row)],
        link: &links::Link,
    ) -> Result<()> {
        for (_, twin) in twins {
            for member in members::of_copy(self.tx, twin.copy.id).await? {
                if member.link == link.id
                    && let Some(value) = linked::get_for_update(self.tx, member.linked).await?
                {
                    self.outward(&value, None).await?;
                }
            }
        }
        Ok(())
    }

    /// Events that people have in other calendars of the link under the UID of `row`; also where a calendar is away: what it
    /// has of a linked event it will have when it comes back.
    pub(super) async fn twins<'l>(
        &mut self,
        row: &copies::Row,
        link: &'l links::Link,
    ) -> Result<Vec<(&'l links::LinkMember, copies::Row)>> {
        let mut found = Vec::new();
        for other in &link.members {
            if other.calendar != row.copy.calendar && holds(Law::MeetByKey) {
                let there = copies::by_uid(self.tx, other.calendar, &row.copy.local.uid).await?;
                let made = there.into_iter().filter(|twin| !twin.projected);
                found.extend(made.map(|twin| (other, twin)));
            }
        }
        Ok(found)
    }

    /// The living linked event of which one of `twins` is a copy, if `place` has no copy of it yet, or only a mirror: that
    /// gives way to the event that it mirrors.
    async fn linked_twin(
        &mut self,
        row: &copies::Row,
        twins: &[(&links::LinkMember, copies::Row)],
        link: LinkId,
        place: &links::LinkMember,
    ) -> Result<Option<sync::Linked>> {
        for (_, twin) in twins {
            for member in members::of_copy(self.tx, twin.copy.id).await? {
                if member.link != link {
                    continue;
                }
                let value = linked::get_for_update(self.tx, member.linked).await?;
                let Some(value) = value.filter(|value| value.alive) else {
                    continue;
                };
                if self.makes_room(row, &value, place, true).await? {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    /// Whether a linked event has no copy of a person's in the calendar of `row`. A mirror of it there goes, if it is
    /// `certain` that `row` is the same event.
    pub(super) async fn makes_room(
        &mut self,
        row: &copies::Row,
        value: &sync::Linked,
        place: &links::LinkMember,
        certain: bool,
    ) -> Result<bool> {
        let mut members = members::of_linked(self.tx, value.id).await?;
        members.retain(|member| member.calendar == place.calendar);
        for member in &members {
            let mirror = copies::get(self.tx, member.copy).await?;
            if mirror.is_some_and(|mirror| !mirror.projected || !certain) {
                return Ok(false);
            }
        }
        for member in members {
            self.give_way(&member, row).await?;
        }
        Ok(true)
    }

    /// A mirror goes, since the event that it mirrors is in its calendar now.
    pub(super) async fn give_way(&mut self, member: &Member, row: &copies::Row) -> Result<()> {
        let Some(mut mirror) = copies::get(self.tx, member.copy).await? else {
            return Ok(());
        };
        let noted = rules::gives_way(member, &mirror.copy, &row.copy);
        self.hub.keep_losers(self.tx, row, &noted).await?;
        members::delete(self.tx, member.linked, member.copy).await?;
        mirror.linked = None;
        // What is edited on a single occurrence is no edit of the series.
        mirror.copy.heir = member.part.is_whole().then_some(row.copy.id);
        if mirror.copy.alive {
            mirror.copy.alive = false;
            mirror.copy.life_cause = Some(self.cause_along(member).await?);
        }
        self.save(&mut mirror).await
    }

    /// Makes `row` the origin of a linked event, if its place in the link lets anything out.
    pub(super) async fn begin(
        &mut self,
        row: &mut copies::Row,
        link: &links::Link,
        place: &links::LinkMember,
    ) -> Result<Option<LinkedId>> {
        if !begins(row, place) {
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

    /// A copy that matches a linked event joins it (L8), `since` when if it turned up later than the others.
    pub(super) async fn join(
        &mut self,
        value: &mut sync::Linked,
        row: &mut copies::Row,
        place: &links::LinkMember,
        since: Option<Timestamp>,
    ) -> Result<()> {
        let cause = self.cause_on(value.link).await?;
        let mask = place.mask.clone();
        let (mut member, losers) = rules::attach(value, &mut row.copy, place.role, mask, &cause);
        member.since = since;
        self.hub.keep_losers(self.tx, row, &losers).await?;
        members::insert(self.tx, &member).await?;
        linked::update(self.tx, value).await?;
        self.hold_back(value, &mut row.copy).await?;
        row.linked = Some(value.id);
        self.belongs_elsewhere(row);
        self.reached(row.copy.id, value.link, None);
        self.save(row).await
    }

    /// Makes the copy of a linked event in a calendar that has none. If its provider cannot have the series at all, the copy
    /// waits, dead, until it can.
    pub(super) async fn project(
        &mut self,
        value: &sync::Linked,
        place: &links::LinkMember,
        exploded: Option<String>,
        apart: BTreeSet<RecurrenceId>,
    ) -> Result<()> {
        let member = Member {
            stopped: exploded.is_some(),
            agreed_alive: exploded.is_none(),
            exploded,
            apart,
            ..self.mirror(value, place, Part::Whole)
        };
        self.insert(value, member).await
    }

    /// Makes the copy of one occurrence in a calendar whose provider cannot have it within the series.
    pub(super) async fn project_part(
        &mut self,
        value: &sync::Linked,
        place: &links::LinkMember,
        id: RecurrenceId,
    ) -> Result<()> {
        let member = self.mirror(value, place, Part::Occurrence(id));
        if self.take_up(value, place, &member, id).await? {
            return Ok(());
        }
        self.insert(value, member).await
    }

    /// A member whose copy is still to be made.
    fn mirror(&self, value: &sync::Linked, place: &links::LinkMember, part: Part) -> Member {
        Member {
            linked: value.id,
            link: value.link,
            calendar: place.calendar,
            copy: CopyId(self.hub.ids().uuid()),
            part,
            exploded: None,
            apart: BTreeSet::new(),
            role: place.role,
            mask: place.mask.clone(),
            agreed: Event::new("", value.value.when.clone()),
            agreed_alive: true,
            since: None,
            declined: false,
            stopped: false,
            attached: true,
        }
    }

    /// Makes the copy of a member.
    async fn insert(&mut self, value: &sync::Linked, mut member: Member) -> Result<()> {
        let (id, calendar) = (member.copy, member.calendar);
        member.agreed = rules::seen(value, &member);
        let event = Event {
            uid: uid_of(id),
            created: Some(self.now),
            updated: Some(self.now),
            ..member.agreed.clone()
        };
        let mut copy = Copy::made_here(id, calendar, event);
        copy.alive = member.agreed_alive;
        let mut cause = self.cause_along(&member).await?;
        self.hold_whole(value, &mut cause).await?;
        copy.life_cause = Some(cause);
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
        if row.copy.alive {
            self.note(&row, false);
        }
        Ok(())
    }
}

/// Whether a copy may be the origin of a linked event.
pub(super) fn begins(row: &copies::Row, place: &links::LinkMember) -> bool {
    let target = place.role == Role::Target && holds(Law::TargetsDoNotOriginate);
    let mirror = is_foreign_mirror(row) && holds(Law::ForeignMirrorsDoNotOriginate);
    !target && !mirror
}

/// The UID of a mirror that we make.
fn uid_of(mirror: CopyId) -> String {
    format!("{mirror}@kalends")
}

/// Whether an event of a calendar was made as a mirror that no link of ours keeps in step: by another installation, or by
/// this one before a link or the account went.
pub(super) fn was_mirror(row: &copies::Row) -> bool {
    !row.projected && row.copy.stamp.is_some_and(Stamp::is_of_mirror)
}

/// Whether such a mirror was found, not left over from a link of ours. Whose it is is not known here, so it is not mirrored
/// again: two installations would mirror each other's mirrors without end. It may join the event that it mirrors. Who edits it
/// here leaves it a mirror, or it would be mirrored from then on.
pub(crate) fn is_foreign_mirror(row: &copies::Row) -> bool {
    was_mirror(row) && row.copy.local.uid != uid_of(row.copy.id)
}
