//! Runs of the sync: what one of them does to copies is kept, so that it can be undone as a whole. It is kept as edits whose
//! change is the run, and written with the commit of the transaction that is a part of it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use calendar::{Event, unit};
use jiff::Timestamp;
use sync::{CalendarId, ChangeId, Copy, CopyId};

use crate::{
    Result, Tx,
    bulk::Bulk,
    edits::{self, Edit},
    row::Row,
    value::values,
};

/// One run: a pull with everything that flows from it, or a first link. It may take several transactions.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its identity.
    pub id: ChangeId,
    /// What it is, as [`Edit::actor`] says it: `run:…`.
    pub actor: String,
    /// When it began.
    pub at: Timestamp,
    /// What copies were before it, of those that its earlier transactions changed.
    before: Arc<Mutex<BTreeMap<CopyId, Option<Event>>>>,
}

impl Run {
    /// A run that begins now.
    pub fn new(id: ChangeId, actor: String, at: Timestamp) -> Self {
        Self {
            id,
            actor,
            at,
            before: Arc::default(),
        }
    }
}

/// A run that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The run.
    pub id: ChangeId,
    /// What it was.
    pub actor: String,
    /// When it began.
    pub at: Timestamp,
    /// How many copies it touched.
    pub copies: i64,
}

/// What a transaction that is a part of a run has read and written.
pub(crate) struct Journal {
    run: Run,
    /// Copies as they were when they were first read; `None` if they did not live.
    read: HashMap<CopyId, Option<Event>>,
    /// Copies as they were last written.
    written: BTreeMap<CopyId, (CalendarId, Option<Event>)>,
}

impl Journal {
    pub(crate) fn read(&mut self, copy: &Copy) {
        self.read.entry(copy.id).or_insert_with(|| living(copy));
    }

    pub(crate) fn made(&mut self, copy: &Copy) {
        self.read.insert(copy.id, None);
        self.written(copy);
    }

    /// What was not read in this transaction is not known before, so it is not kept.
    pub(crate) fn written(&mut self, copy: &Copy) {
        if self.read.contains_key(&copy.id) {
            self.written.insert(copy.id, (copy.calendar, living(copy)));
        }
    }
}

const LATEST: &str = "
    SELECT change, actor, MIN(at), COUNT(*) FROM edits
    WHERE tenant = $1 AND actor >= 'run:' AND actor < 'run;'
    GROUP BY change, actor ORDER BY MIN(at) DESC, change DESC LIMIT $2";
const KEEP: &str = "
    INSERT INTO edits (tenant, change, copy, calendar, actor, at, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant, change, copy) DO UPDATE SET content = excluded.content";

static KEEPS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(KEEP));

/// This transaction is a part of a run, from its first statement on.
pub fn begin(tx: &mut Tx, run: Run) {
    tx.journal = Some(Box::new(Journal {
        run,
        read: HashMap::new(),
        written: BTreeMap::new(),
    }));
}

/// Keeps what the transaction did as a part of a run.
pub(crate) async fn write_journal(tx: &mut Tx) -> Result<()> {
    let Some(mut journal) = tx.journal.take() else {
        return Ok(());
    };
    let mut rows = Vec::new();
    for edit in journal.edits() {
        rows.push(edits::columns(tx, &edit).await?);
    }
    tx.write_gathered().await?;
    KEEPS.run(&mut tx.session, rows).await?;
    Ok(())
}

impl Journal {
    /// What became other than it was before the run, or than an earlier transaction of the run had kept.
    fn edits(&mut self) -> Vec<Edit> {
        let mut known = self
            .run
            .before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut edits = Vec::new();
        for (copy, (calendar, after)) in std::mem::take(&mut self.written) {
            let read = self.read.remove(&copy).flatten();
            if is_as(read.as_ref(), after.as_ref()) {
                continue;
            }
            let before = known.entry(copy).or_insert(read).clone();
            edits.push(Edit {
                change: self.run.id,
                copy,
                calendar,
                actor: self.run.actor.clone(),
                at: self.run.at,
                before,
                after,
            });
        }
        edits
    }
}

fn living(copy: &Copy) -> Option<Event> {
    copy.alive.then(|| copy.local.clone())
}

/// Whether two values are the same event, or both are none.
fn is_as(a: Option<&Event>, b: Option<&Event>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => unit::diff(a, b).is_empty(),
        (None, None) => true,
        _ => false,
    }
}

/// The latest runs, newest first.
pub async fn latest(tx: &mut Tx, limit: usize) -> Result<Vec<Kept>> {
    let rows = tx.all(LATEST, values![limit]).await?;
    let kept = |row: &Row| {
        Ok(Kept {
            id: row.id(0)?,
            actor: row.text(1)?,
            at: row.time(2)?,
            copies: row.i64(3)?,
        })
    };
    rows.iter().map(kept).collect()
}
