//! What was written where, and why.

use std::collections::BTreeSet;

use calendar::Unit;
use identity::Actor;
use jiff::Timestamp;
use storage::{calendars, changes, copies, intents, links, members, observations};
use sync::{CalendarId, Cause, CauseKind, ChangeId, CopyId, Intent, LinkId, Operation, Outcome};
use uuid::Uuid;

use crate::{Hub, Result, access};

/// Most entries of one answer.
const ENTRIES_MAX: usize = 200;

/// One write to a provider with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its stamp.
    pub id: Uuid,
    /// When it was decided.
    pub at: Timestamp,
    /// When its outcome became known.
    pub closed: Option<Timestamp>,
    /// What it did.
    pub operation: Operation,
    /// To which copy.
    pub copy: CopyId,
    /// In which calendar.
    pub calendar: CalendarId,
    /// That event's title.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The properties that it wrote, in their RFC 8984 names.
    pub properties: BTreeSet<&'static str>,
    /// The rule of the sync design that called for it.
    pub rule: &'static str,
    /// The link along which it came.
    pub link: Option<LinkId>,
    /// The calendar in which it began.
    pub from: Option<CalendarId>,
    /// The change that started it.
    pub change: Option<ChangeId>,
    /// Where the change log first tells of that change; `None` once that is forgotten.
    pub position: Option<i64>,
    /// The same in a sentence.
    pub text: String,
}

impl Hub {
    /// Writes, newest first.
    pub async fn activity(
        &self,
        actor: &Actor,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let recent = intents::recent(&mut tx, before, limit.clamp(1, ENTRIES_MAX)).await?;
        let mut entries = Vec::with_capacity(recent.len());
        for (intent, calendar, closed) in recent {
            entries.push(self.entry(&mut tx, intent, calendar, closed).await?);
        }
        Ok(entries)
    }

    /// Why one event is as it is: every write to it, newest first.
    pub async fn why(&self, actor: &Actor, id: CopyId) -> Result<Vec<Entry>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let row = access::copy(&mut tx, actor, id).await?;
        // The trail of an event is that of all its linked copies: what arrived here set out there.
        let mut ids = vec![row.copy.id];
        if let Some(linked) = row.linked {
            ids.extend(
                members::of_linked(&mut tx, linked)
                    .await?
                    .into_iter()
                    .map(|m| m.copy),
            );
            ids.dedup();
        }
        let mut entries = Vec::new();
        for copy in ids {
            for (intent, calendar, closed) in intents::of_copy(&mut tx, copy, ENTRIES_MAX).await? {
                entries.push(self.entry(&mut tx, intent, calendar, closed).await?);
            }
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.dedup_by_key(|entry| entry.id);
        entries.truncate(ENTRIES_MAX);
        Ok(entries)
    }

    async fn entry(
        &self,
        tx: &mut storage::Tx,
        intent: Intent,
        calendar: CalendarId,
        closed: Option<Timestamp>,
    ) -> Result<Entry> {
        let cause = intent
            .causes
            .values()
            .find(|c| c.link.is_some())
            .or(intent.causes.values().next());
        // Why an update was made is why its units changed; why anything else was made is why the copy lives or died.
        let life = intent.life_cause.as_ref();
        let cause = match intent.operation {
            Operation::Update => cause.or(life),
            Operation::Create | Operation::Delete => life.or(cause),
        }
        .cloned();
        let title = copies::get(tx, intent.copy)
            .await?
            .map(|row| row.copy.local.title)
            .unwrap_or_default();
        let properties: BTreeSet<&'static str> = intent.causes.keys().map(Unit::property).collect();
        let rule = rule(&intent, cause.as_ref());
        let position = match &cause {
            Some(cause) => {
                let told = changes::by_cause(tx, cause.change, 1).await?;
                told.first().map(|logged| logged.position)
            }
            None => None,
        };
        let text = self
            .sentence(tx, &intent, calendar, cause.as_ref(), &properties)
            .await?;
        Ok(Entry {
            id: intent.stamp.0,
            at: intent.at,
            closed,
            operation: intent.operation,
            copy: intent.copy,
            calendar,
            title,
            outcome: intent.outcome,
            properties,
            rule,
            link: cause.as_ref().and_then(way),
            from: cause.as_ref().map(|c| c.from),
            change: cause.as_ref().map(|c| c.change),
            position,
            text,
        })
    }

    async fn sentence(
        &self,
        tx: &mut storage::Tx,
        intent: &Intent,
        calendar: CalendarId,
        cause: Option<&Cause>,
        properties: &BTreeSet<&'static str>,
    ) -> Result<String> {
        let name = |row: Option<calendars::Calendar>| {
            row.map_or_else(|| "a removed calendar".to_owned(), |c| c.name)
        };
        let here = name(calendars::get(tx, calendar).await?);
        let done = match intent.operation {
            Operation::Create => format!("Made in {here}"),
            Operation::Update if properties.is_empty() => format!("Written to {here}"),
            Operation::Update => {
                let list: Vec<&str> = properties.iter().copied().collect();
                format!("Changed {} in {here}", list.join(", "))
            }
            Operation::Delete => format!("Removed from {here}"),
        };
        let members = members::of_copy(tx, intent.copy).await?;
        let exploded = members.iter().find_map(|member| member.exploded.as_ref());
        if let Some(reason) = exploded
            && intent.operation == Operation::Delete
        {
            return Ok(format!(
                "{done} because its provider cannot have this series ({reason}): single events stand for it there"
            ));
        }
        let done = if members.iter().any(|member| !member.part.is_whole()) {
            format!("{done}, one occurrence as an event of its own,")
        } else {
            done
        };
        let Some(cause) = cause else { return Ok(done) };
        let there = name(calendars::get(tx, cause.from).await?);
        let seen = observations::by_change(tx, cause.change).await?.is_some();
        let because = match (cause.kind, seen) {
            (CauseKind::Config, _) => "because a link or its settings changed".to_owned(),
            (CauseKind::Undo, _) => "because a run of the sync was taken back".to_owned(),
            (_, true) => format!("because it was changed in {there}, at its provider"),
            (_, false) => format!("because it was changed in {there}, through Kalends"),
        };
        let along = match way(cause) {
            Some(id) => links::get(tx, id)
                .await?
                .map(|l| format!(", along the link «{}»", l.name)),
            None => None,
        };
        Ok(format!("{done} {because}{}", along.unwrap_or_default()))
    }
}

/// The link along which it came; also where a person has answered for it since.
fn way(cause: &Cause) -> Option<LinkId> {
    cause.link.or(cause.via.last().copied())
}

/// Which rule of the design called for the write.
fn rule(intent: &Intent, cause: Option<&Cause>) -> &'static str {
    match (intent.operation, cause.map(|c| (c.kind, way(c).is_some()))) {
        (_, Some((CauseKind::Config, _))) => "L6",
        (Operation::Delete, Some((_, true))) => "L3",
        (_, Some((_, true))) => "L2",
        (Operation::Delete, _) => "R1",
        _ => "R2",
    }
}
