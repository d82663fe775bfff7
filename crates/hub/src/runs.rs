//! Runs of the sync: one pull with everything that flowed from it, or one first link. What each did is kept, and it can be
//! undone as a whole.

use calendar::{Event, Unit, unit};
use identity::Actor;
use jiff::Timestamp;
use storage::{
    Tx, copies,
    edits::{self, Edit},
    links,
    runs::{self, Run},
};
use sync::{CalendarId, Cause, CauseKind, ChangeId, CopyId, LinkId};
use uuid::Uuid;

use crate::{Error, Hub, Result, access, events::writable, links::Kept};

/// Most runs of one answer.
const RUNS_MAX: usize = 200;
/// How a run is named where edits have their actor.
const PULL: &str = "run:pull:";
const LINK: &str = "run:link:";

/// What a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// A calendar was read.
    Pull(CalendarId),
    /// A link was made.
    Link(LinkId),
}

impl RunKind {
    fn word(self) -> String {
        match self {
            Self::Pull(calendar) => format!("{PULL}{calendar}"),
            Self::Link(link) => format!("{LINK}{link}"),
        }
    }

    fn read(word: &str) -> Option<Self> {
        let pull = word.strip_prefix(PULL).and_then(|id| id.parse().ok());
        let link = word.strip_prefix(LINK).and_then(|id| id.parse().ok());
        pull.map(Self::Pull).or(link.map(Self::Link))
    }
}

/// A run that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// Its identity.
    pub id: Uuid,
    /// What it was.
    pub kind: RunKind,
    /// When.
    pub at: Timestamp,
    /// How many copies of events it touched.
    pub copies: i64,
}

/// What undoing a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// How many copies are as they were before.
    pub copies: usize,
    /// Those that are not, or not wholly.
    pub left: Vec<Left>,
}

/// A copy that a run touched and that was left as it is, at least in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The copy.
    pub copy: CopyId,
    /// Its calendar.
    pub calendar: CalendarId,
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: String,
}

impl Hub {
    /// The latest runs that did something, newest first.
    pub async fn runs(&self, actor: &Actor, limit: usize) -> Result<Vec<RunView>> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let visible = access::calendars(&mut tx, actor).await?;
        let kept = runs::latest(&mut tx, limit.clamp(1, RUNS_MAX)).await?;
        let views = kept.into_iter().filter_map(|kept| {
            let kind = RunKind::read(&kept.actor)?;
            let seen = match kind {
                RunKind::Pull(calendar) => visible.iter().any(|row| row.id == calendar),
                RunKind::Link(_) => true,
            };
            seen.then_some(RunView {
                id: kept.id.0,
                kind,
                at: kept.at,
                copies: kept.copies,
            })
        });
        Ok(views.collect())
    }

    /// Undoes a run: what it made goes, what it changed goes back, what it deleted is there again. What somebody has changed
    /// since is theirs, and is told. A link that it made goes with its mirrors. It is done by edits like any other.
    pub async fn undo_run(&self, actor: &Actor, id: Uuid) -> Result<Undone> {
        access::may_write(actor)?;
        let mut tx = self.store(actor.tenant).await?.write().await?;
        let mut steps = Vec::new();
        let mut kind = None;
        for edit in edits::by_change(&mut tx, ChangeId(id)).await? {
            kind = kind.or(RunKind::read(&edit.actor));
            if let Some(row) = copies::get(&mut tx, edit.copy).await? {
                steps.push((row.projected, edit));
            }
        }
        let kind = kind.ok_or(Error::NotFound("run"))?;
        let seen = access::calendars(&mut tx, actor).await?;
        // What is in calendars of which the person knows nothing is neither touched nor told.
        steps.retain(|(_, edit)| seen.iter().any(|row| row.id == edit.calendar));
        if let RunKind::Link(link) = kind
            && let Some(link) = links::get(&mut tx, link).await?
        {
            self.remove_link(&mut tx, actor, &link, Kept::Remove)
                .await?;
        }
        // Mirrors follow what they mirror.
        steps.sort_by_key(|(mirror, _)| *mirror);
        // One change for all of it, which can be undone in its turn; and of a kind that notifies nobody (`silence.rs`).
        let mut cause = Cause {
            kind: CauseKind::Undo,
            ..self.edit_cause(CalendarId(id))
        };
        let mut undone = Undone::default();
        for (mirror, edit) in steps {
            cause.from = edit.calendar;
            let (copy, calendar) = (edit.copy, edit.calendar);
            let title = edit.after.as_ref().or(edit.before.as_ref());
            let title = title.map(|event| event.title.clone()).unwrap_or_default();
            let step = Box::pin(self.undo_step(&mut tx, actor, &cause, edit, mirror));
            match step.await? {
                None => undone.copies += 1,
                Some(reason) => undone.left.push(Left {
                    copy,
                    calendar,
                    title,
                    reason,
                }),
            }
        }
        self.commit(tx).await?;
        self.wake();
        Ok(undone)
    }

    /// Undoes what a run did to one copy; why not, if not.
    async fn undo_step(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        cause: &Cause,
        edit: Edit,
        mirror: bool,
    ) -> Result<Option<String>> {
        let mut row = access::copy(tx, actor, edit.copy).await?;
        let now = row.copy.alive.then_some(&row.copy.local);
        if is_as(now, edit.before.as_ref()) {
            return Ok(None);
        }
        if mirror {
            return Ok(left("it follows what it mirrors, which is not as it was"));
        }
        if writable(tx, actor, edit.calendar).await.is_err() {
            return Ok(left("its calendar is read-only at its provider"));
        }
        match (edit.before, edit.after, now.is_some()) {
            (None, Some(after), true) => {
                if !is_as(now, Some(&after)) {
                    return Ok(left("it was changed since"));
                }
                self.delete_in(tx, actor, &mut row, cause).await?;
            }
            (Some(before), None, false) => {
                self.restore_in(tx, actor, &mut row, cause, before).await?;
            }
            (Some(before), Some(after), true) => {
                let theirs = changed_since(&before, &after, &row.copy.local);
                let take_back = |event: &mut Event| {
                    for unit in unit::diff(&before, &after) {
                        if unit.same(event, &after) {
                            unit.take(event, &before);
                        }
                    }
                    Ok(())
                };
                self.edit_in(tx, actor, &mut row, cause, take_back).await?;
                if !theirs.is_empty() {
                    return Ok(left(&format!("changed since: {}", theirs.join(", "))));
                }
            }
            (_, _, true) => return Ok(left("it was brought back since")),
            (_, _, false) => return Ok(left("it was deleted since")),
        }
        Ok(None)
    }

    /// A run that begins now.
    pub(crate) fn new_run(&self, kind: RunKind) -> Run {
        let id = ChangeId(self.ids().uuid());
        Run::new(id, kind.word(), self.clock().now())
    }
}

/// Whether two values are the same event, or both are none.
fn is_as(a: Option<&Event>, b: Option<&Event>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => unit::diff(a, b).is_empty(),
        (None, None) => true,
        _ => false,
    }
}

/// What a run changed and somebody has changed again since, by its RFC 8984 name.
fn changed_since(before: &Event, after: &Event, now: &Event) -> Vec<&'static str> {
    let theirs = unit::diff(before, after)
        .into_iter()
        .filter(|unit| !unit.same(now, after) && !unit.same(now, before));
    let mut names: Vec<&'static str> = theirs.map(|unit: Unit| unit.property()).collect();
    names.dedup();
    names
}

#[expect(clippy::unnecessary_wraps, reason = "an answer of undo_step")]
fn left(reason: &str) -> Option<String> {
    Some(reason.to_owned())
}
