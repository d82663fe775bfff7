//! Linked events: what the copies of one link hold together about one event.

use sync::{LinkId, Linked, LinkedId};

use crate::{
    Aad, KeyRef, Result, Tx,
    row::Row,
    stored::Stored,
    value::{Value, values},
};

const INSERT: &str =
    "INSERT INTO linked (tenant, id, link, alive, content) VALUES ($1, $2, $3, $4, $5)";
const UPDATE: &str =
    "UPDATE linked SET link = $3, alive = $4, content = $5 WHERE tenant = $1 AND id = $2";
const GET: &str = "SELECT id, content FROM linked WHERE tenant = $1 AND id = $2";
const GET_LOCKED_POSTGRES: &str =
    "SELECT id, content FROM linked WHERE tenant = $1 AND id = $2 FOR UPDATE";
const OF_LINK: &str = "
    SELECT id, content FROM linked WHERE tenant = $1 AND link = $2 AND id > $3 ORDER BY id LIMIT $4";
const COUNT_OF_LINK: &str =
    "SELECT COUNT(*) FROM linked WHERE tenant = $1 AND link = $2 AND alive = 1";
const DELETE_OF_LINK: &str = "DELETE FROM linked WHERE tenant = $1 AND link = $2";
const DELETE_MEMBERS: &str = "DELETE FROM members WHERE tenant = $1 AND link = $2";

/// Adds a linked event.
pub async fn insert(tx: &mut Tx, linked: &Linked) -> Result<()> {
    put(tx, INSERT, linked).await
}

/// Writes a linked event.
pub async fn update(tx: &mut Tx, linked: &Linked) -> Result<()> {
    tx.known.ahead.forget_linked(linked.id);
    if tx.behind.is_none() {
        return put(tx, UPDATE, linked).await;
    }
    let row = columns(tx, linked).await?;
    if let Some(behind) = &mut tx.behind {
        behind.linked(linked.id, row.into());
    }
    Ok(())
}

async fn put(tx: &mut Tx, sql: &'static str, linked: &Linked) -> Result<()> {
    let row = columns(tx, linked).await?;
    tx.run_one("linked event", sql, row).await
}

async fn columns(tx: &mut Tx, linked: &Linked) -> Result<[Value; 4]> {
    // It belongs to several calendars: the tenant's key.
    let sealed = tx.seal_json(KeyRef::Tenant, aad(linked.id), linked).await?;
    Ok(values![linked.id, linked.link, linked.alive, sealed])
}

/// One linked event.
pub async fn get(tx: &mut Tx, id: LinkedId) -> Result<Option<Linked>> {
    tx.find(GET, values![id]).await
}

/// One linked event, to be changed: whoever else wants to change it waits until this transaction ends, and then reads
/// what it wrote. Two of its copies may change at the same time, each by its own worker.
pub async fn get_for_update(tx: &mut Tx, id: LinkedId) -> Result<Option<Linked>> {
    if let Some(value) = tx.known.ahead.take_linked(id) {
        return Ok(Some(value));
    }
    match tx.dialect() {
        crate::dialect::Dialect::Sqlite => get(tx, id).await,
        crate::dialect::Dialect::Postgres => tx.find(GET_LOCKED_POSTGRES, values![id]).await,
    }
}

/// The linked events of a link by id, from the one after `after`.
pub async fn of_link(
    tx: &mut Tx,
    link: LinkId,
    after: Option<LinkedId>,
    limit: usize,
) -> Result<Vec<Linked>> {
    let after = after.unwrap_or(LinkedId(uuid::Uuid::nil()));
    tx.list(OF_LINK, values![link, after, limit]).await
}

/// How many living linked events a link has.
pub async fn count_of_link(tx: &mut Tx, link: LinkId) -> Result<i64> {
    let row = tx.one(COUNT_OF_LINK, values![link]).await?;
    row.map_or(Ok(0), |row| row.i64(0))
}

/// Deletes all linked events of a link, with their members.
pub async fn delete_of_link(tx: &mut Tx, link: LinkId) -> Result<()> {
    tx.known.ahead = crate::ahead::Ahead::default();
    tx.run(DELETE_MEMBERS, values![link]).await?;
    tx.run(DELETE_OF_LINK, values![link]).await?;
    Ok(())
}

fn aad(id: LinkedId) -> Aad {
    Aad {
        table: "linked",
        row: id.0,
    }
}

impl Stored for Linked {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        tx.open_json(aad(row.id(0)?), row.blob(1)?).await
    }
}
