//! What follows, within the same transaction, from a change to one local copy (L9): the copies that are linked with it
//! change too, everything is logged, and whoever must write to a provider gets a job.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use storage::{Tx, copies, linked, links, members};
use sync::{CalendarId, Cause, CauseKind, CopyId, LinkId, LinkedId, Member, links as rules};

use super::{
    parts::{Provider, keep_apart},
    pilot::{self, Ways},
    sieve::{Whose, is_called_off},
};
use crate::{Hub, Result};

/// A copy that changed through a link.
struct Reached {
    id: CopyId,
    /// The linked event that told it, if that has nothing to hear from it.
    from: Option<LinkedId>,
    /// Along which links the change has come.
    via: Vec<LinkId>,
}

/// One change on its way through the links. What carries whole events and is called from deep within waits on the heap.
pub struct Flow<'a> {
    pub(super) hub: &'a Hub,
    pub(crate) tx: &'a mut Tx,
    pub(super) actor: String,
    pub(super) cause: Cause,
    pub(crate) now: Timestamp,
    /// Copies that changed through a link and may be members of further linked events.
    next: VecDeque<Reached>,
    /// Along which links the change has come to the copy that it is at.
    via: Vec<LinkId>,
    /// Of what the change brings, the units that the copy has only from pilots.
    pub(super) shown: Ways,
    /// The linked event has begun just now with a copy that has nothing from pilots.
    pub(super) fresh: bool,
    /// Copies that have been visited; a ring of links ends here.
    seen: Vec<CopyId>,
    /// Which providers calendars have.
    pub(super) providers: HashMap<CalendarId, Provider>,
    /// Whose calendars are, as far as filters have asked.
    pub(super) whose: HashMap<CalendarId, Arc<Whose>>,
}

impl<'a> Flow<'a> {
    /// A change with this cause, made by this actor.
    pub fn new(hub: &'a Hub, tx: &'a mut Tx, actor: String, cause: Cause) -> Self {
        let now = hub.clock().now();
        Self {
            hub,
            tx,
            actor,
            via: cause.via.clone(),
            cause,
            now,
            next: VecDeque::new(),
            shown: Ways::new(),
            fresh: false,
            seen: Vec::new(),
            providers: HashMap::new(),
            whose: HashMap::new(),
        }
    }

    /// A new living copy that no link made; it is inserted here.
    pub async fn appeared(&mut self, row: &mut copies::Row) -> Result<()> {
        row.pending = self.pending(&row.copy).await?;
        copies::insert(self.tx, row).await?;
        self.occupy(row, None).await?;
        self.note(row, false);
        if row.copy.alive {
            Box::pin(self.originate(row)).await?;
        }
        self.cascade().await
    }

    /// The copy's value changed; it is saved here.
    pub async fn changed(&mut self, row: &mut copies::Row) -> Result<()> {
        let members = members::of_copy(self.tx, row.copy.id).await?;
        self.changed_in(row, members).await
    }

    /// The same where it is known what the copy is a member of.
    pub async fn changed_in(&mut self, row: &mut copies::Row, members: Vec<Member>) -> Result<()> {
        self.save(row).await?;
        if row.copy.alive && !row.projected {
            Box::pin(self.originate_again(row, &members)).await?;
        }
        for member in members {
            Box::pin(self.inward(row, member)).await?;
        }
        self.cascade().await
    }

    /// A person deleted the copy; it is saved here.
    pub async fn died(&mut self, row: &mut copies::Row) -> Result<()> {
        self.save(row).await?;
        for mut member in members::of_copy(self.tx, row.copy.id).await? {
            let Some(mut value) = linked::get_for_update(self.tx, member.linked).await? else {
                continue;
            };
            if Box::pin(self.has_moved(row, &mut value, &member)).await? {
                continue;
            }
            let dies = rules::died(&mut value, &mut member);
            members::update(self.tx, &member).await?;
            if dies {
                linked::update(self.tx, &value).await?;
                self.outward(&value, Some(row.copy.id)).await?;
            } else if !row.projected {
                Box::pin(self.hide_at_last(&mut value)).await?;
            }
        }
        self.cascade().await
    }

    /// The copy came back to life at its provider; it is saved here (L4).
    pub async fn revived(&mut self, row: &mut copies::Row, restored: bool) -> Result<()> {
        let members = members::of_copy(self.tx, row.copy.id).await?;
        let mut moved = Vec::new();
        for mut member in members {
            let Some(mut value) = linked::get_for_update(self.tx, member.linked).await? else {
                continue;
            };
            if member.attached && (member.stopped || rules::is_over(&value, &member)) {
                // Whatever was done to it meanwhile: its calendar's filter does not want it, or its series is gone.
                self.stop(row, &mut member).await?;
                continue;
            }
            let cause = self.cause_along(&member).await?;
            let was_alive = value.alive;
            rules::revived(&mut value, &mut member, &mut row.copy, restored, &cause);
            self.hide(&mut value, &mut member, row).await?;
            members::update(self.tx, &member).await?;
            linked::update(self.tx, &value).await?;
            moved.push((value, was_alive));
        }
        // It belonged to nothing: an event that appears again is an event that appears. If a link had made it, somebody has kept
        // it from going with that.
        let appears = moved.is_empty() && row.copy.alive;
        row.projected &= !appears;
        self.save(row).await?;
        if appears {
            Box::pin(self.originate(row)).await?;
        }
        for (mut value, was_alive) in moved {
            if !was_alive {
                value = Box::pin(self.lives_again(value)).await?;
            }
            self.outward(&value, Some(row.copy.id)).await?;
        }
        self.cascade().await
    }

    pub(crate) async fn cascade(&mut self) -> Result<()> {
        while let Some(Reached { id, from, via }) = self.next.pop_front() {
            if self.seen.contains(&id) {
                continue;
            }
            self.seen.push(id);
            let mut further = members::of_copy(self.tx, id).await?;
            further.retain(|member| Some(member.linked) != from);
            if further.is_empty() {
                continue;
            }
            let Some(mut row) = copies::get(self.tx, id).await? else {
                continue;
            };
            self.via = via;
            for member in further {
                if self.came_along(&row, &member) {
                    Box::pin(self.life_along(&mut row, member)).await?;
                } else {
                    Box::pin(self.inward(&mut row, member)).await?;
                }
            }
        }
        self.via.clone_from(&self.cause.via);
        Ok(())
    }

    /// The change has come to this copy along a link, and may go on from there; but not to the linked event `from`, which told
    /// it and has nothing to hear from it.
    pub(super) fn reached(&mut self, id: CopyId, link: LinkId, from: Option<LinkedId>) {
        let mut via = self.via.clone();
        if !via.contains(&link) {
            via.push(link);
        }
        self.next.push_back(Reached { id, from, via });
    }

    /// Whether this very change took a copy's life, or gave it back, along another link than that of `member`. Along a link
    /// that only shows what it would do, too: the cause is of the kind config then, and the change is not.
    fn came_along(&self, row: &copies::Row, member: &Member) -> bool {
        let of_this =
            |cause: &Cause| cause.change == self.cause.change && cause.link != Some(member.link);
        self.cause.kind != CauseKind::Config && row.copy.life_cause.as_ref().is_some_and(of_this)
    }

    /// L3 and L4 along the further links of a copy: what it is in them dies and lives with it.
    async fn life_along(&mut self, row: &mut copies::Row, mut member: Member) -> Result<()> {
        let Some(mut value) = linked::get_for_update(self.tx, member.linked).await? else {
            return Ok(());
        };
        let (alive, cause) = (value.alive, self.cause_along(&member).await?);
        let moved = if row.copy.alive {
            rules::revived(&mut value, &mut member, &mut row.copy, true, &cause)
        } else {
            rules::died(&mut value, &mut member);
            BTreeSet::new()
        };
        members::update(self.tx, &member).await?;
        linked::update(self.tx, &value).await?;
        if value.alive != alive || !moved.is_empty() {
            self.outward(&value, Some(row.copy.id)).await?;
        }
        Ok(())
    }

    /// L1, then L2.
    pub(super) async fn inward(&mut self, row: &mut copies::Row, mut member: Member) -> Result<()> {
        let Some(mut value) = linked::get_for_update(self.tx, member.linked).await? else {
            return Ok(());
        };
        let filtered = match links::followed(self.tx, value.link).await? {
            Some(link) if link.is_filtered() => {
                let mut members = members::of_linked(self.tx, value.id).await?;
                self.sieve(&link, &value, &mut members).await?;
                if !members.iter().any(|m| m.copy == row.copy.id) {
                    // Its own filter has stopped it: what was changed stays with it.
                    return Box::pin(self.outward(&value, Some(row.copy.id))).await;
                }
                true
            }
            _ => false,
        };
        let before = Box::new(member.clone());
        let mut moved = self.inward_of(&mut value, &mut member, &row.copy).await?;
        moved.extend(self.hide(&mut value, &mut member, row).await?);
        if member != *before {
            members::update(self.tx, &member).await?;
        }
        if !moved.is_empty() {
            linked::update(self.tx, &value).await?;
        }
        if filtered || !moved.is_empty() || !member.apart.is_empty() {
            self.shown = self.only_shown(&row.copy, value.link, &moved).await?;
            // What does not flow, an answer say, may matter to a filter, or bring in what is apart.
            Box::pin(self.outward(&value, Some(row.copy.id))).await?;
            self.shown.clear();
            self.let_in(&value, &moved).await?;
        }
        Ok(())
    }

    /// L2 and L3 to every member but the copy `from`, and to members that have no copy yet. On the heap: it is deep, and so
    /// is who calls it.
    pub(crate) fn outward<'f>(
        &'f mut self,
        value: &'f sync::Linked,
        from: Option<CopyId>,
    ) -> BoxFuture<'f, Result<()>> {
        self.outward_everywhere(value, from).boxed()
    }

    async fn outward_everywhere(
        &mut self,
        value: &sync::Linked,
        from: Option<CopyId>,
    ) -> Result<()> {
        let Some(link) = links::followed(self.tx, value.link).await? else {
            return Ok(());
        };
        let mut members = members::of_linked(self.tx, value.id).await?;
        let mut revived = None;
        if comes_back_to_life(value, &members) {
            if Box::pin(self.lives_already(&link, value, &members)).await? {
                return Ok(());
            }
            revived = Box::pin(self.own_events_join(&link, value, &members)).await?;
        }
        let value = match &revived {
            Some(now) => {
                members = members::of_linked(self.tx, value.id).await?;
                now
            }
            None => value,
        };
        let sieve = if value.alive && link.is_filtered() {
            Some(self.sieve(&link, value, &mut members).await?)
        } else {
            None
        };
        for place in &link.members {
            if !link.is_followed_by(place.calendar) {
                continue;
            }
            let wanted = match &sieve {
                Some(sieve) if place.role.receives() => self.wants(sieve, value, place).await?,
                _ => !is_called_off(value),
            };
            let there = self.outward_in(value, place, &members, from, wanted);
            there.boxed().await?;
        }
        Ok(())
    }

    /// Brings the linked event to a member, or keeps it away if a filter does not want it there or its provider cannot have it.
    /// What a person made stays whatever filters say.
    pub(super) async fn outward_to(
        &mut self,
        value: &sync::Linked,
        mut member: Member,
        wanted: bool,
    ) -> Result<()> {
        let Some(mut row) = copies::get(self.tx, member.copy).await? else {
            return Ok(());
        };
        let wanted = wanted && member.exploded.is_none();
        if !wanted && row.projected {
            if member.attached && (row.copy.alive || !member.stopped) {
                self.stop(&mut row, &mut member).await?;
                return self.save(&mut row).await;
            }
            return Ok(members::update(self.tx, &member).await?);
        }
        let before = Box::new(member.clone());
        if member.stopped {
            rules::pass(&mut member);
        }
        let cause = self.cause_along(&member).await?;
        let outward = if row.projected {
            rules::outward
        } else {
            rules::outward_own
        };
        let mut done = outward(value, &mut member, &mut row.copy, &cause);
        done.units.extend(keep_apart(&member, &mut row, &cause));
        let mut news = !done.is_empty();
        // What is apart of a series was said by the caller already.
        if member != *before || value.value.is_series() {
            members::update(self.tx, &member).await?;
            news |= self
                .said_too(&mut row.copy, &before, &member, &cause)
                .await?;
        }
        if before.stopped || done.life {
            self.hold_back(value, &mut row.copy).await?;
        } else {
            self.shown_on(&mut row.copy, value.link, &self.shown);
        }
        self.hub.keep_losers(self.tx, &row, &done.lost).await?;
        if news {
            self.save(&mut row).await?;
            self.reached(row.copy.id, value.link, Some(value.id));
        }
        Ok(())
    }

    /// A filter removes a mirror; the caller saves it.
    async fn stop(&mut self, row: &mut copies::Row, member: &mut Member) -> Result<()> {
        let cause = Cause {
            kind: CauseKind::Config,
            ..self.cause_along(member).await?
        };
        let losers = rules::stop(member, &mut row.copy, &cause);
        members::update(self.tx, member).await?;
        self.hub.keep_losers(self.tx, row, &losers).await
    }

    /// The cause as it arrives at a member.
    pub(super) async fn cause_along(&mut self, member: &Member) -> Result<Cause> {
        let cause = self.cause_on(member.link).await?;
        let kind = match cause.kind {
            CauseKind::Edit | CauseKind::Undo => CauseKind::Flow,
            kind => kind,
        };
        Ok(Cause { kind, ..cause })
    }

    /// The cause with the way on which it came here, of which this link is the last. What came along a link that only shows
    /// what it would do is no edit: nothing that a person does at a provider may give way to it (R8).
    pub(super) async fn cause_on(&mut self, link: LinkId) -> Result<Cause> {
        let mut cause = self.cause.clone();
        cause.link = Some(link);
        cause.via.clone_from(&self.via);
        if !cause.via.contains(&link) {
            cause.via.push(link);
        }
        for id in &cause.via {
            if pilot::is_pilot(self.tx, *id).await? {
                cause.kind = CauseKind::Config;
            }
        }
        Ok(cause)
    }
}

/// Whether a linked event lives again, and copies of it do not know yet.
fn comes_back_to_life(value: &sync::Linked, members: &[Member]) -> bool {
    let waits = |member: &Member| member.attached && !member.agreed_alive && !member.declined;
    value.alive && members.iter().any(waits)
}
