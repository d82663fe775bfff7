//! Use cases on what clients put beside an event: files, and properties of their own. It stays here: no provider hears of
//! it, and no mirror has it.

use calendar::{Privacy, RecurrenceId};
use identity::Actor;
use serde_json::Value;
use storage::{
    Change, ChangeKind, Tx, copies,
    enclosures::{self, Enclosure, Kind},
    shares::Access,
};
use sync::{CalendarId, CopyId};

use crate::{Error, Hub, Result, access, events::writable};

/// Most of a kind beside one event.
const COUNT_MAX: usize = 100;
/// Largest content, in bytes of JSON: a file of 3 MB, and what is said about it.
const BYTES_MAX: usize = 5 * 1024 * 1024;

impl Hub {
    /// What of a kind is beside an event, the oldest first.
    pub async fn enclosures(
        &self,
        actor: &Actor,
        copy: CopyId,
        kind: Kind,
    ) -> Result<Vec<Enclosure>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (row, level) = access::reach_copy(&mut tx, actor, copy, Access::Read).await?;
        if level < Access::Write && row.copy.local.privacy != Privacy::Public {
            return Ok(Vec::new());
        }
        Ok(enclosures::of_copy(&mut tx, copy, kind).await?)
    }

    /// What of a kind is beside the events of a calendar.
    pub async fn enclosures_in(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        kind: Kind,
    ) -> Result<Vec<Enclosure>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::Read).await?;
        let mut all = enclosures::of_calendar(&mut tx, calendar, kind).await?;
        if level < Access::Write {
            let ids: Vec<CopyId> = all.iter().map(|one| one.copy).collect();
            let open = public(&mut tx, &ids).await?;
            all.retain(|one| open.contains(&one.copy));
        }
        Ok(all)
    }

    /// The events of a calendar beside which there is something of a kind, and their occurrences.
    pub async fn enclosing(
        &self,
        actor: &Actor,
        calendar: CalendarId,
        kind: Kind,
    ) -> Result<Vec<(CopyId, Option<RecurrenceId>)>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let (_, level) = access::reach(&mut tx, actor, calendar, Access::Read).await?;
        let mut all = enclosures::places(&mut tx, calendar, kind).await?;
        if level < Access::Write {
            let ids: Vec<CopyId> = all.iter().map(|(copy, _)| *copy).collect();
            let open = public(&mut tx, &ids).await?;
            all.retain(|(copy, _)| open.contains(copy));
        }
        Ok(all)
    }

    /// Puts something beside a living event.
    pub async fn enclose(
        &self,
        actor: &Actor,
        copy: CopyId,
        kind: Kind,
        content: Value,
    ) -> Result<Enclosure> {
        self.enclose_at(actor, (copy, None), kind, content).await
    }

    /// Puts something beside a living event, or beside one of its occurrences alone.
    pub async fn enclose_at(
        &self,
        actor: &Actor,
        (copy, occurrence): (CopyId, Option<RecurrenceId>),
        kind: Kind,
        content: Value,
    ) -> Result<Enclosure> {
        check(&content)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let calendar = self.beside(&mut tx, actor, copy).await?;
        if enclosures::of_copy(&mut tx, copy, kind).await?.len() >= COUNT_MAX {
            let reason = format!("there are {COUNT_MAX} beside the event already");
            return Err(Error::invalid("enclosure", reason));
        }
        let enclosure = Enclosure {
            id: self.ids().uuid(),
            calendar,
            copy,
            occurrence,
            kind,
            created: self.clock().now(),
            content,
        };
        enclosures::insert(&mut tx, &enclosure).await?;
        self.log_beside(&mut tx, actor, &enclosure);
        self.commit(tx).await?;
        Ok(enclosure)
    }

    /// Says something else in the place of what is there.
    pub async fn replace_enclosure(
        &self,
        actor: &Actor,
        mut enclosure: Enclosure,
        content: Value,
    ) -> Result<Enclosure> {
        check(&content)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        self.there(&mut tx, actor, &enclosure).await?;
        enclosure.content = content;
        enclosure.created = self.clock().now();
        enclosures::update(&mut tx, &enclosure).await?;
        self.log_beside(&mut tx, actor, &enclosure);
        self.commit(tx).await?;
        Ok(enclosure)
    }

    /// Takes something away.
    pub async fn remove_enclosure(&self, actor: &Actor, enclosure: &Enclosure) -> Result<()> {
        let mut tx = self.store(actor.tenant).await?.write().await?;
        self.there(&mut tx, actor, enclosure).await?;
        enclosures::delete(&mut tx, enclosure.id).await?;
        self.log_beside(&mut tx, actor, enclosure);
        self.commit(tx).await?;
        Ok(())
    }

    /// The calendar of a living event that the actor may change.
    async fn beside(&self, tx: &mut Tx, actor: &Actor, copy: CopyId) -> Result<CalendarId> {
        access::may_write(actor)?;
        let (row, _) = access::reach_copy(tx, actor, copy, Access::Write).await?;
        if !row.copy.alive {
            return Err(Error::NotFound("event"));
        }
        writable(tx, actor, row.copy.calendar).await?;
        Ok(row.copy.calendar)
    }

    /// Refuses what has gone meanwhile.
    async fn there(&self, tx: &mut Tx, actor: &Actor, enclosure: &Enclosure) -> Result<()> {
        self.beside(tx, actor, enclosure.copy).await?;
        let all = enclosures::of_copy(tx, enclosure.copy, enclosure.kind).await?;
        let found = all.iter().any(|other| other.id == enclosure.id);
        found.then_some(()).ok_or(Error::NotFound("enclosure"))
    }

    /// Whoever follows the event sees it again.
    fn log_beside(&self, tx: &mut Tx, actor: &Actor, enclosure: &Enclosure) {
        tx.log(Change {
            kind: ChangeKind::Event,
            subject: enclosure.copy.0,
            calendar: Some(enclosure.calendar),
            actor: actor.log_name(),
            cause: None,
            at: self.clock().now(),
            removed: false,
        });
    }

    /// What is beside an event goes with it to another calendar.
    pub(crate) async fn move_enclosures(
        &self,
        tx: &mut Tx,
        from: CopyId,
        to: (CalendarId, CopyId),
    ) -> Result<()> {
        for kind in [Kind::File, Kind::Extension, Kind::Property] {
            for mut enclosure in enclosures::of_copy(tx, from, kind).await? {
                enclosures::delete(tx, enclosure.id).await?;
                (enclosure.calendar, enclosure.copy) = to;
                enclosures::insert(tx, &enclosure).await?;
            }
        }
        Ok(())
    }
}

/// Those events of which others may see more than the time.
async fn public(tx: &mut Tx, ids: &[CopyId]) -> Result<Vec<CopyId>> {
    let rows = copies::get_many(tx, ids).await?.into_iter();
    let open = rows.filter(|row| row.copy.local.privacy == Privacy::Public);
    Ok(open.map(|row| row.copy.id).collect())
}

fn check(content: &Value) -> Result<()> {
    if content.to_string().len() > BYTES_MAX {
        return Err(Error::invalid("enclosure", "at most 3 MB"));
    }
    Ok(())
}
