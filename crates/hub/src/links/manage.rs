//! Making, previewing and removing links.

use std::collections::HashMap;

use identity::Actor;
use storage::{Change, ChangeKind, Tx, copies, linked, links, members};
use sync::{CalendarId, Cause, CauseKind, ChangeId, CopyId, LinkId, Role, links::content_key};

use super::flow::Flow;
use crate::{Error, Hub, Key, Result, access};

/// What a person says of a link.
#[derive(Clone, Debug)]
pub struct LinkEdit {
    /// Its name.
    pub name: String,
    /// Its calendars.
    pub members: Vec<links::LinkMember>,
}

/// What becomes of mirrored events when a link goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// They stay as ordinary events.
    Keep,
    /// They are removed; originals stay.
    Remove,
}

/// What making a link would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Every copy that would be made or changed.
    pub planned: Vec<Planned>,
    /// Pairs of events that were recognised as the same.
    pub merges: usize,
}

/// One copy that would be made or changed.
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
}

/// Most calendars in one link.
const MEMBERS_MAX: usize = 50;
/// How many events are read at once.
const PAGE: usize = 500;

impl Hub {
    /// All links.
    pub async fn links(&self, actor: &Actor) -> Result<Vec<(links::Link, i64)>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut all = Vec::new();
        for link in links::list(&mut tx).await? {
            let events = linked::count_of_link(&mut tx, link.id).await?;
            all.push((link, events));
        }
        Ok(all)
    }

    /// What making this link would do: the work itself, not committed.
    pub async fn preview_link(&self, actor: &Actor, edit: LinkEdit) -> Result<Preview> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (_, preview) = self.make_link(&mut tx, actor, edit).await?;
        tx.rollback().await?;
        Ok(preview)
    }

    /// Makes a link and brings its calendars in step.
    pub async fn create_link(&self, actor: &Actor, edit: LinkEdit) -> Result<links::Link> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (link, _) = self.make_link(&mut tx, actor, edit).await?;
        tx.commit().await?;
        self.wake();
        Ok(link)
    }

    /// Makes a link and its answer, or returns the answer that was given under this key before.
    pub async fn create_link_once(
        &self,
        actor: &Actor,
        edit: LinkEdit,
        key: Option<&Key>,
        answer: impl FnOnce(&links::Link) -> Vec<u8> + Send,
    ) -> Result<Vec<u8>> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        if let Some(reply) = self.first_answer(&mut tx, actor, key).await? {
            return Ok(reply);
        }
        let (link, _) = self.make_link(&mut tx, actor, edit).await?;
        let reply = answer(&link);
        self.keep_answer(&mut tx, actor, key, &reply).await?;
        tx.commit().await?;
        self.wake();
        Ok(reply)
    }

    /// Removes a link.
    pub async fn delete_link(&self, actor: &Actor, id: LinkId, kept: Kept) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        links::get(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("link"))?;
        let mirrors: Vec<CopyId> = members::of_link(&mut tx, id)
            .await?
            .into_iter()
            .map(|m| m.copy)
            .collect();
        linked::delete_of_link(&mut tx, id).await?;
        links::delete(&mut tx, id).await?;
        self.log_link(&mut tx, actor, id, true);
        for mirror in mirrors {
            let Some(mut row) = copies::get(&mut tx, mirror).await? else {
                continue;
            };
            row.linked = members::of_copy(&mut tx, mirror)
                .await?
                .first()
                .map(|m| m.linked);
            let cause = self.config_cause(row.copy.calendar, id);
            let mut flow = Flow::new(self, &mut tx, actor.log_name(), cause.clone());
            if row.projected && kept == Kept::Remove && row.copy.alive {
                row.copy.alive = false;
                row.copy.life_cause = Some(cause);
            } else if row.projected {
                // From now on it is an event like any other.
                row.projected = false;
            }
            flow.save(&mut row).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    async fn make_link(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        edit: LinkEdit,
    ) -> Result<(links::Link, Preview)> {
        self.check_link(tx, actor, &edit).await?;
        let id = LinkId(self.ids().uuid());
        let link = links::Link {
            id,
            name: edit.name.trim().to_owned(),
            state: links::State::Active,
            members: edit.members,
            created: self.clock().now(),
        };
        links::insert(tx, &link).await?;
        self.log_link(tx, actor, id, false);
        let merges = self.first_pass(tx, actor, &link).await?;
        let mut preview = Preview {
            planned: Vec::new(),
            merges,
        };
        for member in members::of_link(tx, id).await? {
            let Some(row) = copies::get(tx, member.copy).await? else {
                continue;
            };
            let operation = match (
                row.projected,
                row.copy.causes.values().any(|c| c.link == Some(id)),
            ) {
                (true, _) => PlannedOperation::Create,
                (false, true) => PlannedOperation::Update,
                (false, false) => continue,
            };
            let from = row
                .copy
                .life_cause
                .as_ref()
                .or(row.copy.causes.values().next())
                .map(|c| c.from);
            preview.planned.push(Planned {
                calendar: member.calendar,
                operation,
                title: row.copy.local.title,
                when: row.copy.local.when,
                from,
            });
        }
        Ok((link, preview))
    }

    /// L8: links calendars that may hold the same events already. Sources first, then in the order given.
    async fn first_pass(&self, tx: &mut Tx, actor: &Actor, link: &links::Link) -> Result<usize> {
        let mut merges = 0;
        let mut by_uid: HashMap<String, sync::LinkedId> = HashMap::new();
        let mut by_content: HashMap<String, Vec<(sync::LinkedId, CalendarId)>> = HashMap::new();
        let mut order: Vec<&links::LinkMember> = link.members.iter().collect();
        order.sort_by_key(|m| match m.role {
            Role::Source => 0,
            Role::Both => 1,
            Role::Target => 2,
        });
        // Every event becomes an origin or joins one before anything is projected, so that a projection never meets the
        // event that it should have matched.
        for place in &order {
            for mut row in all_of(tx, place.calendar).await? {
                let cause = self.config_cause(place.calendar, link.id);
                let mut flow = Flow::new(self, tx, actor.log_name(), cause);
                let key = content_key(&row.copy.local);
                let matched = by_uid.get(&row.copy.local.uid).copied().or_else(|| {
                    // Each event of a calendar matches at most one of the others.
                    let others = by_content.get_mut(&key)?;
                    let at = others
                        .iter()
                        .position(|(_, calendar)| *calendar != place.calendar)?;
                    Some(others.remove(at).0)
                });
                if let Some(id) = matched
                    && let Some(mut value) = linked::get(flow.tx, id).await?
                {
                    let taken = members::of_linked(flow.tx, id)
                        .await?
                        .iter()
                        .any(|m| m.calendar == place.calendar);
                    if !taken {
                        flow.join(&mut value, &mut row, place).await?;
                        merges += 1;
                        by_content
                            .entry(key)
                            .or_default()
                            .push((id, place.calendar));
                        continue;
                    }
                }
                if let Some(id) = flow.begin(&mut row, link, place).await? {
                    by_uid.insert(row.copy.local.uid.clone(), id);
                    by_content
                        .entry(key)
                        .or_default()
                        .push((id, place.calendar));
                }
            }
        }
        self.project_all(tx, actor, link).await?;
        Ok(merges)
    }

    async fn project_all(&self, tx: &mut Tx, actor: &Actor, link: &links::Link) -> Result<()> {
        let mut after = None;
        loop {
            let page = linked::of_link(tx, link.id, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for value in &page {
                let Some(origin) = copies::get(tx, value.origin).await? else {
                    continue;
                };
                let cause = self.config_cause(origin.copy.calendar, link.id);
                Flow::new(self, tx, actor.log_name(), cause)
                    .outward(value, value.origin)
                    .await?;
            }
        }
    }

    async fn check_link(&self, tx: &mut Tx, actor: &Actor, edit: &LinkEdit) -> Result<()> {
        if edit.name.trim().is_empty() {
            return Err(Error::invalid("name", "a link needs a name"));
        }
        if !(2..=MEMBERS_MAX).contains(&edit.members.len()) {
            return Err(Error::invalid(
                "members",
                format!("a link has 2 to {MEMBERS_MAX} calendars"),
            ));
        }
        for (index, member) in edit.members.iter().enumerate() {
            let row = access::calendar(tx, actor, member.calendar).await;
            let row = row.map_err(|_| {
                Error::invalid(format!("members[{index}].calendar"), "no such calendar")
            })?;
            if row.read_only && member.role.receives() {
                let reason = "this calendar is read-only at its provider: it can only be a source";
                return Err(Error::invalid(format!("members[{index}].role"), reason));
            }
            if edit.members[..index]
                .iter()
                .any(|m| m.calendar == member.calendar)
            {
                return Err(Error::invalid(
                    format!("members[{index}].calendar"),
                    "this calendar is in the link twice",
                ));
            }
        }
        if !edit.members.iter().any(|m| m.role.sends())
            || !edit.members.iter().any(|m| m.role.receives())
        {
            return Err(Error::invalid(
                "members",
                "a link needs a calendar that sends and one that receives",
            ));
        }
        Ok(())
    }

    fn config_cause(&self, from: CalendarId, link: LinkId) -> Cause {
        Cause {
            kind: CauseKind::Config,
            from,
            link: Some(link),
            change: ChangeId(self.ids().uuid()),
            modified: None,
        }
    }

    fn log_link(&self, tx: &mut Tx, actor: &Actor, id: LinkId, removed: bool) {
        tx.log(Change {
            kind: ChangeKind::Link,
            subject: id.0,
            calendar: None,
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed,
        });
    }
}

/// The living events of a calendar that no link made.
async fn all_of(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<copies::Row>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = copies::page(tx, calendar, after, PAGE, false).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = Some(last.copy.id);
        all.extend(page.into_iter().filter(|row| !row.projected));
    }
}
