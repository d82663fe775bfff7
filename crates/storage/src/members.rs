//! Members of linked events: one copy each, with what it last agreed with.

use sync::{CalendarId, CopyId, LinkId, LinkedId, Member};

use crate::{
    Aad, KeyRef, Result, Tx,
    row::Row,
    stored::Stored,
    value::{Value, values},
};

const INSERT: &str = "
    INSERT INTO members (tenant, linked, copy, link, calendar, content) VALUES ($1, $2, $3, $4, $5, $6)";
const UPDATE: &str = "
    UPDATE members SET link = $4, calendar = $5, content = $6 WHERE tenant = $1 AND linked = $2 AND copy = $3";
// Sorted here: in search of an order SQLite would read all members that there are.
const OF_LINKED: &str =
    "SELECT linked, copy, content FROM members WHERE tenant = $1 AND linked = $2";
const OF_COPY: &str =
    "SELECT linked, copy, content FROM members WHERE tenant = $1 AND copy = $2 ORDER BY linked";
const OF_LINK: &str = "SELECT linked, copy, content FROM members WHERE tenant = $1 AND link = $2";
const OF_LINK_CALENDAR: &str = "
    SELECT linked, copy, content FROM members WHERE tenant = $1 AND link = $2 AND calendar = $3";
const DELETE: &str = "DELETE FROM members WHERE tenant = $1 AND linked = $2 AND copy = $3";

/// Adds a member.
pub async fn insert(tx: &mut Tx, member: &Member) -> Result<()> {
    tx.known.ahead.forget_members();
    put(tx, INSERT, member).await
}

/// Writes a member; linked event and copy name it.
pub async fn update(tx: &mut Tx, member: &Member) -> Result<()> {
    tx.known.ahead.member_is(member);
    if tx.behind.is_none() {
        return put(tx, UPDATE, member).await;
    }
    let row = columns(tx, member).await?;
    if let Some(behind) = &mut tx.behind {
        behind.member(member.linked, member.copy, row.into());
    }
    Ok(())
}

async fn put(tx: &mut Tx, sql: &'static str, member: &Member) -> Result<()> {
    let row = columns(tx, member).await?;
    tx.run_one("member", sql, row).await
}

async fn columns(tx: &mut Tx, member: &Member) -> Result<[Value; 5]> {
    let key = KeyRef::Calendar(member.calendar);
    let sealed = tx
        .seal_json(key, aad(member.linked, member.copy), member)
        .await?;
    Ok(values![
        member.linked,
        member.copy,
        member.link,
        member.calendar,
        sealed
    ])
}

/// The members of a linked event, in the fixed order of calendars.
pub async fn of_linked(tx: &mut Tx, linked: LinkedId) -> Result<Vec<Member>> {
    if let Some(members) = tx.known.ahead.of_linked(linked) {
        return Ok(members);
    }
    let mut members: Vec<Member> = tx.list(OF_LINKED, values![linked]).await?;
    members.sort_unstable_by_key(|member| (member.calendar, member.copy));
    Ok(members)
}

/// What a copy is a member of: one linked event per link.
pub async fn of_copy(tx: &mut Tx, copy: CopyId) -> Result<Vec<Member>> {
    if let Some(members) = tx.known.ahead.of_copy(copy) {
        return Ok(members);
    }
    tx.list(OF_COPY, values![copy]).await
}

/// All members of a link.
pub async fn of_link(tx: &mut Tx, link: LinkId) -> Result<Vec<Member>> {
    let members = tx.list(OF_LINK, values![link]).await?;
    Ok(by_linked(members))
}

/// A calendar's members in a link.
pub async fn of_link_calendar(
    tx: &mut Tx,
    link: LinkId,
    calendar: CalendarId,
) -> Result<Vec<Member>> {
    let members = tx.list(OF_LINK_CALENDAR, values![link, calendar]).await?;
    Ok(by_linked(members))
}

fn by_linked(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_unstable_by_key(|member| (member.linked, member.copy));
    members
}

/// Removes a member for good.
pub async fn delete(tx: &mut Tx, linked: LinkedId, copy: CopyId) -> Result<()> {
    tx.known.ahead.forget_members();
    tx.run(DELETE, values![linked, copy]).await?;
    Ok(())
}

fn aad(linked: LinkedId, copy: CopyId) -> Aad {
    Aad::pair("members", linked.0, copy.0)
}

impl Stored for Member {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        tx.open_json(aad(row.id(0)?, row.id(1)?), row.blob(2)?)
            .await
    }
}
