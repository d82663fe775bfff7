//! Moves between two calendars of a link. Providers tell of the two halves in either order: the event may go from its old
//! calendar before or after it turns up in the new one.

use calendar::Unit;
use jiff::Timestamp;
use storage::{calendars, copies, held, linked, links, members};
use sync::{
    Law, LinkId, LinkedId, Member,
    law::holds,
    links::{self as rules, Moved},
};

use super::{
    flow::Flow,
    project::{begins, was_mirror},
};
use crate::{Result, replicate::is_surely_listed};

impl Flow<'_> {
    /// Whether this deletion is the second half of a move, of which the first, the same event in its new calendar, was seen
    /// before. Then the event lives there, and gets a mirror here.
    pub(super) async fn has_moved(
        &mut self,
        row: &mut copies::Row,
        value: &mut sync::Linked,
        left: &Member,
    ) -> Result<bool> {
        if row.projected {
            return Ok(false);
        }
        let read = self.surely_there(row, left).await?;
        for mut member in members::of_linked(self.tx, value.id).await? {
            let moved = rules::moved(left, &member, read, self.now);
            if moved == Moved::Not {
                continue;
            }
            let Some(mut there) = copies::get(self.tx, member.copy).await? else {
                continue;
            };
            let same = there.copy.local.uid == row.copy.local.uid;
            if there.projected || !there.copy.alive || !same {
                continue;
            }
            if moved == Moved::OutOfTheLink {
                members::delete(self.tx, member.linked, member.copy).await?;
                there.linked = None;
                self.belongs_elsewhere(&there);
                copies::update(self.tx, &mut there).await?;
                continue;
            }
            self.leave(row, left).await?;
            let was = value.value.privacy;
            let rest = members::of_linked(self.tx, value.id).await?;
            // Whoever else has made it goes on to speak for it.
            if rest.iter().all(|member| member.copy != value.origin) {
                let lost = rules::speaks(value, &mut member, &there.copy, left.calendar);
                self.hub.keep_losers(self.tx, &there, &lost).await?;
                // What it had not been heard to be before it is the one that speaks.
                Box::pin(self.hide(value, &mut member, &there)).await?;
                members::update(self.tx, &member).await?;
                linked::update(self.tx, value).await?;
            } else {
                Box::pin(self.hide_at_last(value)).await?;
            }
            // What was hidden from it as private it sees now.
            self.outward(value, None).await?;
            if was != value.value.privacy {
                self.let_in(value, &[Unit::Privacy].into()).await?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// When the event that is gone now was surely still there: when its calendar was last read, if that told of it.
    async fn surely_there(
        &mut self,
        row: &copies::Row,
        left: &Member,
    ) -> Result<Option<Timestamp>> {
        // Where listings cover a window, nothing is told of what is outside: that may have gone at any time.
        if !is_surely_listed(&row.copy.local, self.now) {
            return Ok(None);
        }
        // So may what was missing before, and could not be looked at.
        if let Some(id) = row.copy.remote.id()
            && held::is_held(self.tx, left.calendar, id).await?
        {
            return Ok(None);
        }
        let calendar = calendars::get(self.tx, left.calendar).await?;
        Ok(calendar.and_then(|calendar| calendar.last_sync))
    }

    /// The dead linked event that lives on as `row`, which turned up while its calendar was away from the link.
    pub(super) async fn follows_there(
        &mut self,
        row: &mut copies::Row,
        link: &links::Link,
        place: &links::LinkMember,
    ) -> Result<Option<LinkedId>> {
        if !begins(row, place) {
            return Ok(None);
        }
        let mut twins = self.twins(row, link).await?;
        let follows = Box::pin(self.follows(row, &mut twins, link.id, place)).await?;
        Ok(row.linked.filter(|_| follows))
    }

    /// Whether `row` is what became of an event that has died: the deletion in its old calendar was seen first. Then that
    /// event lives on here, with what was changed elsewhere meanwhile. `twins` are what people have under its UID.
    pub(super) async fn follows(
        &mut self,
        row: &mut copies::Row,
        twins: &mut [(&links::LinkMember, copies::Row)],
        link: LinkId,
        place: &links::LinkMember,
    ) -> Result<bool> {
        let died = |twin: &copies::Row| !twin.copy.alive && holds(Law::MovedLivesOn);
        for (_, left) in twins.iter_mut().filter(|(_, twin)| died(twin)) {
            for was in members::of_copy(self.tx, left.copy.id).await? {
                if was.link != link {
                    continue;
                }
                let value = linked::get_for_update(self.tx, was.linked).await?;
                let Some(mut value) = value.filter(|value| !value.alive) else {
                    continue;
                };
                if self.makes_room(row, &value, place, true).await? {
                    self.follow(&mut value, left, &was, row, place).await?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The event of the dead linked event `value` lives on as `row`.
    async fn follow(
        &mut self,
        value: &mut sync::Linked,
        left: &mut copies::Row,
        was: &Member,
        row: &mut copies::Row,
        place: &links::LinkMember,
    ) -> Result<()> {
        let (mask, cause) = (place.mask.clone(), self.cause_along(was).await?);
        let (left_there, copy) = ((was, &left.copy), &mut row.copy);
        let (mut member, done) = rules::follow(value, left_there, copy, place.role, mask, &cause);
        member.since = Some(self.now);
        self.hub.keep_losers(self.tx, row, &done.conflicts).await?;
        self.leave(left, was).await?;
        self.hide(value, &mut member, row).await?;
        members::insert(self.tx, &member).await?;
        linked::update(self.tx, value).await?;
        row.linked = Some(value.id);
        self.reached(row.copy.id, value.link, Some(value.id));
        self.save(row).await?;
        let value = Box::pin(self.lives_again(value.clone())).await?;
        self.outward(&value, Some(row.copy.id)).await
    }

    /// A linked event that has come back to life just now, as it is once what people have of it has joined
    /// ([`Flow::own_events_join`]).
    pub(super) async fn lives_again(&mut self, value: sync::Linked) -> Result<sync::Linked> {
        let link = links::followed(self.tx, value.link).await?;
        let Some(link) = link.filter(|_| value.alive) else {
            return Ok(value);
        };
        let members = members::of_linked(self.tx, value.id).await?;
        let joined = self.own_events_join(&link, &value, &members).await?;
        Ok(joined.unwrap_or(value))
    }

    /// A linked event lives again that was moved, while it was dead, to a calendar that lets nothing out: the event that people
    /// have there under its UID joins it, and is not doubled. The linked event as it is then, if there is any.
    pub(super) async fn own_events_join(
        &mut self,
        link: &links::Link,
        value: &sync::Linked,
        members: &[Member],
    ) -> Result<Option<sync::Linked>> {
        let mut joined = None;
        if !holds(Law::OwnEventsJoin) {
            return Ok(joined);
        }
        for member in members {
            let made = copies::get(self.tx, member.copy).await?;
            let Some(made) = made.filter(|row| !row.projected) else {
                continue;
            };
            for (place, mut twin) in self.twins(&made, link).await? {
                let free = twin.copy.alive && !was_mirror(&twin) && !place.away;
                if !free || !members::of_copy(self.tx, twin.copy.id).await?.is_empty() {
                    continue;
                }
                let value = joined.get_or_insert_with(|| value.clone());
                if self.lets_out(place, &twin.copy.local).await?
                    && self.makes_room(&twin, value, place, true).await?
                {
                    let since = Some(self.now);
                    self.join(value, &mut twin, place, since).await?;
                }
            }
        }
        Ok(joined)
    }

    /// The copy that was moved away leaves its link.
    async fn leave(&mut self, left: &mut copies::Row, was: &Member) -> Result<()> {
        members::delete(self.tx, was.linked, was.copy).await?;
        left.linked = None;
        rules::leave(&mut left.copy);
        self.belongs_elsewhere(left);
        copies::update(self.tx, left).await?;
        Ok(())
    }
}
