//! Conflicts as people read them: both sides, what stands now, and what can be done about it.

use std::collections::{BTreeSet, HashMap};

use calendar::{Event, Unit, unit};
use identity::Actor;
use jiff::Timestamp;
use storage::{Tx, calendars, conflicts, conflicts::State, copies, edits, links, members, users};
use sync::{CalendarId, ChangeId, Conflict, LinkId, Ruling, Side, UserId};
use uuid::Uuid;

use super::{Keep, decide::both};
use crate::{Error, Hub, Result, access};

/// Most conflicts of one answer.
const CONFLICTS_MAX: usize = 200;

/// Where a page ended: when its last conflict happened, and which it is.
pub type Cursor = (Timestamp, Uuid);

/// Conflicts, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConflictPage {
    /// As many as were asked for, if there are so many.
    pub items: Vec<ConflictView>,
    /// Where the next page begins; `None` if this is the last one.
    pub next: Option<Cursor>,
}

/// One conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictView {
    /// Both sides, and what has become of it.
    pub row: conflicts::Row,
    /// The event as it is now, or last was.
    pub now: Option<Event>,
    /// Whether that is still there.
    pub alive: bool,
    /// The link whose rule decided, with its name.
    pub link: Option<(LinkId, String)>,
    /// Where our value came from.
    pub ours: Origin,
    /// Where the provider's value came from.
    pub theirs: Origin,
    /// Everything that either side changed.
    pub units: Vec<UnitView>,
    /// What can be decided.
    pub outcomes: Vec<Keep>,
    /// Who decided last, if a person did; empty for the installation itself.
    pub decided_by: Option<String>,
    /// Whether what was decided last can be taken back.
    pub undoable: bool,
    /// The rule in a sentence.
    pub text: String,
}

/// Who wrote a value, where and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// In which calendar; `None` if that may not be known.
    pub calendar: Option<CalendarId>,
    /// When, as whoever took it says.
    pub at: Option<Timestamp>,
    /// The person, if they wrote it through Kalends.
    pub who: Option<String>,
}

/// One thing that at least one side changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitView {
    /// What it is.
    pub unit: Unit,
    /// Whether it is what the conflict is about; the others were merged.
    pub clash: bool,
    /// Whose value stands now.
    pub stands: Stands,
}

/// Whose value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// The one that Kalends had.
    Ours,
    /// The one that the provider had.
    Theirs,
    /// Both had the same.
    Both,
    /// Another one: both merged, or what somebody has written since.
    Other,
    /// None: a person is asked, and each side has its own.
    Asked,
}

impl Hub {
    /// Conflicts, newest first, from the one after `after`.
    pub async fn conflicts(
        &self,
        actor: &Actor,
        which: conflicts::Which,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<ConflictPage> {
        let limit = limit.clamp(1, CONFLICTS_MAX);
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut inbox = Inbox::of(&mut tx, actor).await?;
        let (mut page, mut after) = (ConflictPage::default(), after);
        loop {
            // One more than is wanted, to know whether there are more.
            let rows = conflicts::list(inbox.tx, which, after, limit + 1).await?;
            let more = rows.len() > limit;
            for row in rows {
                if page.items.len() == limit {
                    page.next = after;
                    return Ok(page);
                }
                after = Some((row.at, row.id));
                if inbox.calendars.contains_key(&row.calendar) {
                    page.items.push(inbox.view(row).await?);
                }
            }
            if !more {
                return Ok(page);
            }
        }
    }

    /// One conflict.
    pub async fn conflict(&self, actor: &Actor, id: Uuid) -> Result<ConflictView> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let row = conflicts::get(&mut tx, id).await?;
        let mut inbox = Inbox::of(&mut tx, actor).await?;
        let row = row.filter(|row| inbox.calendars.contains_key(&row.calendar));
        inbox.view(row.ok_or(Error::NotFound("conflict"))?).await
    }
}

/// What is read along with conflicts.
struct Inbox<'t> {
    tx: &'t mut Tx,
    calendars: HashMap<CalendarId, calendars::Calendar>,
    writes: bool,
}

impl<'t> Inbox<'t> {
    async fn of(tx: &'t mut Tx, actor: &Actor) -> Result<Self> {
        let visible = access::calendars(tx, actor).await?;
        Ok(Self {
            tx,
            calendars: visible.into_iter().map(|row| (row.id, row)).collect(),
            writes: access::may_write(actor).is_ok(),
        })
    }

    async fn view(&mut self, row: conflicts::Row) -> Result<ConflictView> {
        let conflict = &row.conflict;
        let copy = copies::get(self.tx, row.copy).await?;
        let alive = copy.as_ref().is_some_and(|row| row.copy.alive);
        let now = copy.map(|row| row.copy.local);
        let here = Side {
            calendar: row.calendar,
            link: None,
            change: None,
            at: None,
        };
        let ours = self.origin(conflict.local_side.unwrap_or(here)).await?;
        let theirs = self.origin(conflict.remote_side.unwrap_or(here)).await?;
        let decided_by = match &row.last {
            Some(deed) => Some(self.name(&deed.actor).await?.unwrap_or_default()),
            None => None,
        };
        Ok(ConflictView {
            link: self.link(&row).await?,
            units: units(&row, now.as_ref()),
            outcomes: self.outcomes(&row, now.as_ref().filter(|_| alive)),
            undoable: self.writes && row.last.is_some() && row.state != State::Open,
            text: reason(&row).to_owned(),
            ours,
            theirs,
            decided_by,
            alive,
            now,
            row,
        })
    }

    async fn origin(&mut self, side: Side) -> Result<Origin> {
        let who = match side.change {
            Some(change) => self.writer(change).await?,
            None => None,
        };
        let known = self.calendars.contains_key(&side.calendar);
        Ok(Origin {
            calendar: known.then_some(side.calendar),
            at: side.at,
            who: who.filter(|_| known),
        })
    }

    /// Who made a change through Kalends. Of what is written at providers nobody tells that.
    async fn writer(&mut self, change: ChangeId) -> Result<Option<String>> {
        match edits::by_change(self.tx, change).await?.first() {
            Some(edit) => self.name(&edit.actor).await,
            None => Ok(None),
        }
    }

    /// The person in an actor's name: `user:…`, or `app:…:…` for a program that they let in.
    async fn name(&mut self, actor: &str) -> Result<Option<String>> {
        let id = actor.rsplit(':').next().and_then(|id| id.parse().ok());
        let Some(id) = id else { return Ok(None) };
        Ok(users::get(self.tx, UserId(id)).await?.map(|user| user.name))
    }

    /// The link along which one side came, or that the event is in.
    async fn link(&mut self, row: &conflicts::Row) -> Result<Option<(LinkId, String)>> {
        let sides = [row.conflict.local_side, row.conflict.remote_side];
        let along = sides.into_iter().flatten().find_map(|side| side.link);
        let id = if along.is_some() {
            along
        } else {
            let members = members::of_copy(self.tx, row.copy).await?;
            let member = members.iter().find(|m| m.attached).or(members.first());
            member.map(|member| member.link)
        };
        let Some(id) = id else { return Ok(None) };
        Ok(links::get(self.tx, id).await?.map(|link| (id, link.name)))
    }

    /// What can be decided; `now` is the event, if it is there.
    fn outcomes(&self, row: &conflicts::Row, now: Option<&Event>) -> Vec<Keep> {
        let conflict = &row.conflict;
        let read_only = self
            .calendars
            .get(&row.calendar)
            .is_some_and(|c| c.read_only);
        let mut all = Vec::new();
        if !self.writes {
            return all;
        }
        let stands = |side: &Event| now.is_some_and(|now| conflict.unit.same(now, side));
        let open = row.state == State::Open;
        if open {
            all.extend(now.and((!read_only).then_some(Keep::Local)));
            all.extend(now.map(|_| Keep::Remote));
            all.extend(
                now.filter(|_| !read_only)
                    .and(both(conflict))
                    .map(|_| Keep::Merge),
            );
            return all;
        }
        if now.is_some() && !read_only {
            all.extend((!stands(&conflict.local)).then_some(Keep::Local));
            all.extend((!stands(&conflict.remote)).then_some(Keep::Remote));
        }
        if row.state != State::Confirmed {
            all.push(Keep::Merge);
        }
        if now.is_some() && !read_only && !stands(loser(conflict)) {
            all.push(Keep::Loser);
        }
        all
    }
}

/// The event with the value that lost.
fn loser(conflict: &Conflict) -> &Event {
    if conflict.remote_won == Some(true) {
        &conflict.local
    } else {
        &conflict.remote
    }
}

/// Everything that either side changed, what clashed first.
fn units(row: &conflicts::Row, now: Option<&Event>) -> Vec<UnitView> {
    let Conflict {
        unit: clash,
        base,
        local,
        remote,
        ..
    } = &row.conflict;
    let mut changed: BTreeSet<Unit> = unit::diff(base, local);
    changed.extend(unit::diff(base, remote));
    changed.retain(|unit| !unit.is_local() && unit != clash);
    let stands = |unit: &Unit| {
        let Some(now) = now else { return Stands::Other };
        match (unit.same(now, local), unit.same(now, remote)) {
            (true, true) => Stands::Both,
            (true, false) => Stands::Ours,
            (false, true) => Stands::Theirs,
            (false, false) => Stands::Other,
        }
    };
    let asked = row.state == State::Open && row.last.is_none();
    let first = UnitView {
        unit: clash.clone(),
        clash: true,
        stands: if asked { Stands::Asked } else { stands(clash) },
    };
    let others = changed.into_iter().map(|unit| UnitView {
        stands: stands(&unit),
        clash: false,
        unit,
    });
    std::iter::once(first).chain(others).collect()
}

/// What decided, for people.
fn reason(row: &conflicts::Row) -> &'static str {
    match (row.conflict.by, row.state) {
        (Ruling::Newest, _) => "The newer change was kept.",
        (Ruling::Order, _) => {
            "No times tell which change is newer: the calendar that comes first was kept."
        }
        (Ruling::Source, _) => "The calendar that comes first in the link was kept.",
        (Ruling::Target, _) => "Copies here follow the link: what came along it was kept.",
        (Ruling::Ask, State::Open) => {
            "The link asks: each calendar keeps its own until somebody decides."
        }
        (Ruling::Ask, _) => "The link asks, and it was answered.",
        (Ruling::Met, _) => "Both calendars had it when they met: one of the two was kept.",
        (Ruling::Projection, _) => {
            "It was written on a copy, and gave way when what the copy shows changed."
        }
    }
}
