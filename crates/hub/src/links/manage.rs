//! Making, listing and removing links.

use identity::Actor;
use storage::{Change, ChangeKind, Tx, copies, linked, links, members, runs};
use sync::{CalendarId, Cause, CauseKind, ChangeId, LinkId, LinkedId, OnConflict};

use super::{flow::Flow, pilot};
use crate::{Error, Hub, Key, Result, access, runs::RunKind};

/// What a person says of a link.
#[derive(Clone, Debug)]
pub struct LinkEdit {
    /// Its name.
    pub name: String,
    /// Who wins when the same thing is changed in two calendars.
    pub on_conflict: OnConflict,
    /// Nothing is written to providers; what would be is shown.
    pub pilot: bool,
    /// What comes along it may be written where the provider then notifies an event's participants.
    pub allow_notify: bool,
    /// Its calendars.
    pub members: Vec<links::LinkMember>,
}

/// A link with what can be said about how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// The link.
    pub link: links::Link,
    /// How many events it keeps in step.
    pub events: i64,
    /// How many of its copies have not been written to their providers yet, or are refused by them; of a pilot, also those that
    /// it would write. Nothing that a mask hides is left at a provider once this is 0 (L6).
    pub waiting: i64,
}

/// What becomes of mirrored events when a link goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// They stay as ordinary events.
    #[default]
    Keep,
    /// They are removed; originals stay.
    Remove,
}

/// Most calendars in one link.
const MEMBERS_MAX: usize = 50;

impl Hub {
    /// All links.
    pub async fn links(&self, actor: &Actor) -> Result<Vec<LinkView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut all = Vec::new();
        for link in links::list(&mut tx).await? {
            all.push(view(&mut tx, link).await?);
        }
        Ok(all)
    }

    /// Makes a link and brings its calendars in step.
    pub async fn create_link(&self, actor: &Actor, edit: LinkEdit) -> Result<LinkView> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let (link, _) = Box::pin(self.make_link(&mut tx, actor, edit)).await?;
        let view = view(&mut tx, link).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(view)
    }

    /// Makes a link and its answer, or returns the answer that was given under this key before.
    pub async fn create_link_once(
        &self,
        actor: &Actor,
        edit: LinkEdit,
        key: Option<&Key>,
        answer: impl FnOnce(&LinkView) -> Vec<u8> + Send,
    ) -> Result<Vec<u8>> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        if let Some(reply) = self.first_answer(&mut tx, actor, key).await? {
            return Ok(reply);
        }
        let (link, _) = Box::pin(self.make_link(&mut tx, actor, edit)).await?;
        let view = view(&mut tx, link).await?;
        let reply = answer(&view);
        self.keep_answer(&mut tx, actor, key, &reply).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(reply)
    }

    /// Makes a link in this transaction; also how many pairs of events were recognised as the same.
    pub(super) async fn make_link(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        edit: LinkEdit,
    ) -> Result<(links::Link, usize)> {
        let link = links::Link {
            id: LinkId(self.ids().uuid()),
            name: edit.name.trim().to_owned(),
            state: links::State::Active,
            on_conflict: edit.on_conflict,
            pilot: edit.pilot,
            allow_notify: edit.allow_notify,
            members: edit.members,
            created: self.clock().now(),
        };
        self.check_link(tx, actor, &link).await?;
        runs::begin(tx, self.new_run(RunKind::Link(link.id)));
        links::insert(tx, &link).await?;
        self.log_link(tx, actor, link.id, false);
        let all: Vec<CalendarId> = link.members.iter().map(|m| m.calendar).collect();
        tx.touched().calendars.extend(all.iter().copied());
        let meeting = CauseKind::Config;
        let merges = Box::pin(self.meet(tx, actor, &link, &all, meeting)).await?;
        Box::pin(self.project_all(tx, actor, &link, meeting)).await?;
        Ok((link, merges))
    }

    /// Removes a link, and what its calendars remember of it.
    pub async fn delete_link(&self, actor: &Actor, id: LinkId, kept: Kept) -> Result<()> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let link = links::get(&mut tx, id).await?;
        let link = link.ok_or(Error::NotFound("link"))?;
        self.remove_link(&mut tx, actor, &link, kept).await?;
        self.commit(tx).await?;
        self.wake();
        Ok(())
    }

    /// The same in this transaction.
    pub(crate) async fn remove_link(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
        kept: Kept,
    ) -> Result<()> {
        let calendars = link.members.iter().map(|place| place.calendar);
        tx.touched().calendars.extend(calendars);
        let members = members::of_link(tx, link.id).await?;
        linked::delete_of_link(tx, link.id).await?;
        links::delete(tx, link.id).await?;
        self.log_link(tx, actor, link.id, true);
        for member in members {
            Box::pin(self.set_free(tx, actor, &member, link, kept)).await?;
        }
        Ok(())
    }

    /// The copy of a member that is no more. A mirror becomes an event like any other, or goes. What a pilot only showed goes.
    pub(super) async fn set_free(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        member: &sync::Member,
        link: &links::Link,
        kept: Kept,
    ) -> Result<()> {
        let Some(mut row) = copies::get(tx, member.copy).await? else {
            return Ok(());
        };
        let others = members::of_copy(tx, member.copy).await?;
        row.linked = others.first().map(|m| m.linked);
        let mut cause = self.link_cause(CauseKind::Config, member.calendar, member.link);
        if link.pilot {
            // This is no part of what it only shows.
            (cause.link, cause.via) = (None, Vec::new());
            self.forget(tx, actor, &cause, link.id, &mut row).await?;
            if row.projected && !row.copy.alive {
                return Ok(());
            }
        }
        if row.projected && kept == Kept::Remove && row.copy.alive {
            row.copy.alive = false;
            row.copy.life_cause = Some(cause.clone());
        } else if row.projected {
            row.projected = false;
        }
        Flow::new(self, tx, actor.log_name(), cause)
            .save(&mut row)
            .await
    }

    /// Whether a link can be.
    pub(super) async fn check_link(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
    ) -> Result<()> {
        if link.name.is_empty() {
            return Err(Error::invalid("name", "a link needs a name"));
        }
        let places = &link.members;
        if !(2..=MEMBERS_MAX).contains(&places.len()) {
            return Err(Error::invalid(
                "members",
                format!("a link has 2 to {MEMBERS_MAX} calendars"),
            ));
        }
        for (index, place) in places.iter().enumerate() {
            let row = access::calendar(tx, actor, place.calendar).await;
            let row = row.map_err(|_| {
                Error::invalid(format!("members[{index}].calendar"), "no such calendar")
            })?;
            if row.read_only && place.role.receives() {
                let reason = "this calendar is read-only at its provider: it can only be a source";
                return Err(Error::invalid(format!("members[{index}].role"), reason));
            }
            place.filter.check().map_err(|bad| {
                Error::invalid(format!("members[{index}].filter.{}", bad.field), bad.reason)
            })?;
            let twice = |other: &links::LinkMember| other.calendar == place.calendar;
            if places[..index].iter().any(twice) {
                return Err(Error::invalid(
                    format!("members[{index}].calendar"),
                    "this calendar is in the link twice",
                ));
            }
        }
        if !could_be(places) {
            return Err(Error::invalid(
                "members",
                "a link needs a calendar that sends and one that receives",
            ));
        }
        Ok(())
    }

    /// The cause of what follows from a change of a link.
    pub(crate) fn link_cause(&self, kind: CauseKind, from: CalendarId, link: LinkId) -> Cause {
        Cause {
            kind,
            from,
            link: Some(link),
            via: vec![link],
            change: ChangeId(self.ids().uuid()),
            modified: None,
        }
    }

    pub(super) fn log_link(&self, tx: &mut Tx, actor: &Actor, id: LinkId, removed: bool) {
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

/// Whether something can flow between these calendars.
pub(super) fn could_be(places: &[links::LinkMember]) -> bool {
    let (sender, receiver) = (
        places.iter().any(|m| m.role.sends()),
        places.iter().any(|m| m.role.receives()),
    );
    places.len() >= 2 && sender && receiver
}

/// A link as people see it.
pub(super) async fn view(tx: &mut Tx, link: links::Link) -> Result<LinkView> {
    let shown = if link.pilot {
        pilot::shown(tx, &link).await?.len()
    } else {
        0
    };
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    Ok(LinkView {
        events: linked::count_of_link(tx, link.id).await?,
        waiting: links::waiting(tx, link.id).await? + shown,
        link,
    })
}

/// How many linked events are read at once.
const PAGE: usize = 500;

/// All linked events of a link, dead ones included, by id.
pub(super) async fn events_of(tx: &mut Tx, link: LinkId) -> Result<Vec<LinkedId>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = linked::of_link(tx, link, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = Some(last.id);
        all.extend(page.iter().map(|value| value.id));
    }
}
