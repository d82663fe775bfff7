//! Edits made through a face, and what runs of the sync did ([`crate::runs`]): what the event was before and after, so that a
//! change can be explained and undone.

use calendar::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, ChangeId, CopyId};

use crate::{
    Aad, KeyRef, Result, Tx,
    row::Row,
    stored::Stored,
    value::{Value, values},
};

/// One edit of one copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The change; the `cause` in the change log of what followed.
    pub change: ChangeId,
    /// The copy.
    pub copy: CopyId,
    /// Its calendar.
    pub calendar: CalendarId,
    /// Who did it, as in [`crate::Change::actor`].
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// The event before; `None` if it was made.
    pub before: Option<Event>,
    /// The event after; `None` if it was deleted.
    pub after: Option<Event>,
}

#[derive(Serialize, Deserialize)]
struct Content<E> {
    before: Option<E>,
    after: Option<E>,
}

const INSERT: &str = "
    INSERT INTO edits (tenant, change, copy, calendar, actor, at, content) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const BY_CHANGE: &str = "
    SELECT change, copy, calendar, actor, at, content FROM edits WHERE tenant = $1 AND change = $2 ORDER BY copy";
const OF_COPY: &str = "
    SELECT change, copy, calendar, actor, at, content FROM edits
    WHERE tenant = $1 AND copy = $2 ORDER BY at DESC, change DESC LIMIT $3";
const PRUNE: &str = "DELETE FROM edits WHERE tenant = $1 AND at < $2";

/// Keeps an edit.
pub async fn insert(tx: &mut Tx, edit: &Edit) -> Result<()> {
    let row = columns(tx, edit).await?;
    tx.run(INSERT, row).await?;
    Ok(())
}

pub(crate) async fn columns(tx: &mut Tx, edit: &Edit) -> Result<Vec<Value>> {
    let content = Content {
        before: edit.before.as_ref(),
        after: edit.after.as_ref(),
    };
    let key = KeyRef::Calendar(edit.calendar);
    let sealed = tx
        .seal_json(key, aad(edit.change, edit.copy), &content)
        .await?;
    Ok(Vec::from(values![
        edit.change,
        edit.copy,
        edit.calendar,
        edit.actor.as_str(),
        edit.at,
        sealed
    ]))
}

/// What a change edited.
pub async fn by_change(tx: &mut Tx, change: ChangeId) -> Result<Vec<Edit>> {
    tx.list(BY_CHANGE, values![change]).await
}

/// The latest edits of a copy, newest first.
pub async fn of_copy(tx: &mut Tx, copy: CopyId, limit: usize) -> Result<Vec<Edit>> {
    tx.list(OF_COPY, values![copy, limit]).await
}

/// Forgets the edits before a moment; how many.
pub async fn prune(tx: &mut Tx, older_than: Timestamp) -> Result<u64> {
    tx.run(PRUNE, values![older_than]).await
}

fn aad(change: ChangeId, copy: CopyId) -> Aad {
    Aad::pair("edits", change.0, copy.0)
}

impl Stored for Edit {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let (change, copy) = (row.id(0)?, row.id(1)?);
        let content: Content<Event> = tx.open_json(aad(change, copy), row.blob(5)?).await?;
        Ok(Self {
            change,
            copy,
            calendar: row.id(2)?,
            actor: row.text(3)?,
            at: row.time(4)?,
            before: content.before,
            after: content.after,
        })
    }
}
