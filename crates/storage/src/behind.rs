//! Writes of one transaction that are gathered and made together: a page of a provider's changes writes the same few tables
//! for each of its events. Only where statements travel to a server ([`Tx::is_far`]). Whatever else the transaction says to the database is said after them, so it sees them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use sync::{CopyId, LinkedId};

use crate::{
    Error, Result, Tx,
    bulk::{Bulk, Listed},
    session::Session,
    value::Value,
};

/// Writes that were not made yet, as their columns.
#[derive(Default)]
pub(crate) struct Behind {
    /// Copies, with the revision that is expected last.
    copies: BTreeMap<CopyId, Vec<Value>>,
    linked: BTreeMap<LinkedId, Vec<Value>>,
    members: BTreeMap<(LinkedId, CopyId), Vec<Value>>,
    observations: Vec<Vec<Value>>,
    /// Copies whose stretches of time all go, before the new ones are written.
    cleared: BTreeSet<CopyId>,
    spans: Vec<Vec<Value>>,
}

const UPDATE_COPIES: &str = "
    UPDATE copies SET calendar = v.column2, uid_hash = v.column3, remote_hash = v.column4, name_hash = v.column5,
        linked = v.column6, alive = v.column7, admitted = v.column8, projected = v.column9, pending = v.column10,
        parked = v.column11, recurring = v.column12, start_at = v.column13, end_at = v.column14, takes = v.column15,
        revision = v.column16, created = v.column17, updated = v.column18, content = v.column19
    FROM (VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)) AS v
    WHERE copies.tenant = $1 AND copies.id = v.column1 AND copies.revision = v.column20";
const UPDATE_LINKED: &str = "
    UPDATE linked SET link = v.column2, alive = v.column3, content = v.column4
    FROM (VALUES ($2, $3, $4, $5)) AS v WHERE linked.tenant = $1 AND linked.id = v.column1";
const UPDATE_MEMBERS: &str = "
    UPDATE members SET link = v.column3, calendar = v.column4, content = v.column5
    FROM (VALUES ($2, $3, $4, $5, $6)) AS v
    WHERE members.tenant = $1 AND members.linked = v.column1 AND members.copy = v.column2";
const INSERT_OBSERVATION: &str = "
    INSERT INTO observations (tenant, change, calendar, remote_hash, at, content) VALUES ($1, $2, $3, $4, $5, $6)";
const CLEAR_SPANS: &str = "DELETE FROM spans WHERE tenant = $1 AND copy IN ($2)";
const INSERT_SPAN: &str =
    "INSERT INTO spans (tenant, copy, calendar, start_at, end_at) VALUES ($1, $2, $3, $4, $5)";

static COPIES: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(UPDATE_COPIES));
static LINKED: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(UPDATE_LINKED));
static MEMBERS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(UPDATE_MEMBERS));
static OBSERVATIONS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(INSERT_OBSERVATION));
static CLEARED: LazyLock<Listed> = LazyLock::new(|| Listed::new(CLEAR_SPANS));
static SPANS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(INSERT_SPAN));

impl Behind {
    /// A copy, where `expected` is the revision that it must still have.
    pub fn copy(&mut self, id: CopyId, mut columns: Vec<Value>, expected: Value) {
        // Written twice: what the first write expected is what the database still has.
        let was = self.copies.remove(&id).and_then(|mut row| row.pop());
        columns.push(was.unwrap_or(expected));
        self.copies.insert(id, columns);
    }

    pub fn linked(&mut self, id: LinkedId, columns: Vec<Value>) {
        self.linked.insert(id, columns);
    }

    pub fn member(&mut self, linked: LinkedId, copy: CopyId, columns: Vec<Value>) {
        self.members.insert((linked, copy), columns);
    }

    pub fn observation(&mut self, columns: Vec<Value>) {
        self.observations.push(columns);
    }

    /// Stretches that replace all that a copy has in the database.
    pub fn spans(&mut self, copy: CopyId, rows: impl IntoIterator<Item = Vec<Value>>) {
        self.cleared.insert(copy);
        self.spans.extend(rows);
    }

    fn is_empty(&self) -> bool {
        self.copies.is_empty()
            && self.linked.is_empty()
            && self.members.is_empty()
            && self.observations.is_empty()
            && self.cleared.is_empty()
            && self.spans.is_empty()
    }

    /// Makes the writes, each table's in the order of its keys.
    async fn write(&mut self, session: &mut Session) -> Result<()> {
        let Self {
            copies,
            linked,
            members,
            observations,
            cleared,
            spans,
        } = std::mem::take(self);
        let stale = Error::Stale("event");
        exactly(&COPIES, session, copies.into_values().collect(), stale).await?;
        let gone = Error::Missing("linked event");
        exactly(&LINKED, session, linked.into_values().collect(), gone).await?;
        let gone = Error::Missing("member");
        exactly(&MEMBERS, session, members.into_values().collect(), gone).await?;
        OBSERVATIONS.run(session, observations).await?;
        let cleared: Vec<CopyId> = cleared.into_iter().collect();
        for (sql, list) in CLEARED.asking(&cleared) {
            session.run(sql, list).await?;
        }
        SPANS.run(session, spans).await?;
        Ok(())
    }
}

/// Each row must be touched.
async fn exactly(
    bulk: &'static Bulk,
    session: &mut Session,
    rows: Vec<Vec<Value>>,
    otherwise: Error,
) -> Result<()> {
    let wanted = rows.len() as u64;
    if bulk.run(session, rows).await? < wanted {
        return Err(otherwise);
    }
    Ok(())
}

impl Tx {
    /// From now on writes of copies and of what belongs to them may be made later, at the latest before the commit; so it may
    /// be only then that one of them turns out to be [`Error::Stale`]. Where a statement is a call and not a journey, they are
    /// made at once: there many rows in one cost more.
    pub fn gather(&mut self) {
        if self.is_far() {
            self.behind.get_or_insert_default();
        }
    }

    /// Whether statements travel to a server, so that few of them are better than many.
    pub fn is_far(&self) -> bool {
        self.session.is_far()
    }

    /// Makes the writes that were gathered.
    pub(crate) async fn write_gathered(&mut self) -> Result<()> {
        match &mut self.behind {
            Some(behind) if !behind.is_empty() => behind.write(&mut self.session).await,
            _ => Ok(()),
        }
    }
}
