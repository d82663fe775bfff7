//! Double bookings: two events that take up the same time in calendars that are linked. Ids and times only: nothing sealed.

use std::{collections::HashSet, sync::LazyLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::{CalendarId, CopyId};
use uuid::Uuid;

use crate::{
    Result, Tx,
    bulk::Listed,
    dialect::Dialect,
    row,
    row::{Word as _, words},
    stored::Stored,
    value::values,
};

/// A double booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identity.
    pub id: Uuid,
    /// The event that came first, and its calendar.
    pub first: (CopyId, CalendarId),
    /// The other one.
    pub second: (CopyId, CalendarId),
    /// What says so.
    pub rule: Rule,
    /// When it was found.
    pub found: Timestamp,
    /// When they meet.
    pub met: Met,
}

/// When two events meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// Beginning of the next stretch.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// End of the last stretch that is known.
    pub until: Timestamp,
    /// How many stretches are known.
    pub times: u32,
}

/// What says which of two events came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// When they were made, as both say themselves.
    Made,
    /// At least one does not say, or they say the same: the order in which they came here.
    Seen,
}

words! { Rule, "double_bookings.rule":
    "made" => Rule::Made,
    "seen" => Rule::Seen,
}

const INSERT: &str = "
    INSERT INTO double_bookings (tenant, id, first, second, first_calendar, second_calendar, rule, found, start_at, end_at,
        until_at, times)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const UPDATE: &str = "
    UPDATE double_bookings SET start_at = $3, end_at = $4, until_at = $5, times = $6 WHERE tenant = $1 AND id = $2";
const DELETE: &str = "DELETE FROM double_bookings WHERE tenant = $1 AND id = $2";
const OF_COPY: &str = "
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND first = $2
    UNION
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND second = $2";
const AS_FIRST: &str = "SELECT first FROM double_bookings WHERE tenant = $1 AND first IN ($2)";
const AS_SECOND: &str = "SELECT second FROM double_bookings WHERE tenant = $1 AND second IN ($2)";
const OF_CALENDAR: &str = "
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND first_calendar = $2
    UNION
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND second_calendar = $2";
const LIST: &str = "
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND until_at > $2 AND (start_at > $3 OR (start_at = $3 AND id > $4))
    ORDER BY start_at, id LIMIT $5";
const PASSED: &str = "
    SELECT id, first, first_calendar, second, second_calendar, rule, found, start_at, end_at, until_at, times
    FROM double_bookings WHERE tenant = $1 AND end_at <= $2";
const LOCK_POSTGRES: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended($2, 0))::text FROM tenants WHERE tenant = $1";

static FIRST: LazyLock<Listed> = LazyLock::new(|| Listed::new(AS_FIRST));
static SECOND: LazyLock<Listed> = LazyLock::new(|| Listed::new(AS_SECOND));

/// Waits until nobody else looks for overlaps. Of two transactions that each make one of two events that meet, the second
/// must see the first: on PostgreSQL they could otherwise commit side by side. Nothing but the commit comes after it.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        let name = format!("overlaps {}", tx.tenant());
        tx.all(LOCK_POSTGRES, values![name]).await?;
    }
    Ok(())
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let values = values![
        row.id,
        row.first.0,
        row.second.0,
        row.first.1,
        row.second.1,
        row.rule.word(),
        row.found,
        row.met.start,
        row.met.end,
        row.met.until,
        row.met.times
    ];
    tx.run_one("overlap", INSERT, values).await
}

/// Writes when they meet.
pub async fn update(tx: &mut Tx, row: &Row) -> Result<()> {
    let Met {
        start,
        end,
        until,
        times,
    } = row.met;
    let values = values![row.id, start, end, until, times];
    tx.run_one("overlap", UPDATE, values).await
}

/// Removes one.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(DELETE, values![id]).await?;
    Ok(())
}

/// Those of a copy.
pub async fn of_copy(tx: &mut Tx, copy: CopyId) -> Result<Vec<Row>> {
    tx.list(OF_COPY, values![copy]).await
}

/// Those of the copies that have any.
pub async fn having(tx: &mut Tx, copies: &[CopyId]) -> Result<HashSet<CopyId>> {
    let mut found = HashSet::new();
    for statements in [&FIRST, &SECOND] {
        for (sql, list) in statements.asking(copies) {
            for row in tx.all(sql, list).await? {
                found.insert(row.id(0)?);
            }
        }
    }
    Ok(found)
}

/// Those of a calendar's copies.
pub async fn of_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<Vec<Row>> {
    tx.list(OF_CALENDAR, values![calendar]).await
}

/// Those that are not over at a moment, the next ones first; from the one after `after`, which is known by when it begins and
/// its identity.
pub async fn list(
    tx: &mut Tx,
    now: Timestamp,
    after: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<Row>> {
    let (start, id) = after.unwrap_or((Timestamp::MIN, Uuid::nil()));
    tx.list(LIST, values![now, start, id, limit]).await
}

/// Those of which the next stretch is over.
pub async fn passed(tx: &mut Tx, now: Timestamp) -> Result<Vec<Row>> {
    tx.list(PASSED, values![now]).await
}

impl Stored for Row {
    async fn read(_: &mut Tx, row: &row::Row) -> Result<Self> {
        Ok(Self {
            id: row.id(0)?,
            first: (row.id(1)?, row.id(2)?),
            second: (row.id(3)?, row.id(4)?),
            rule: row.word(5)?,
            found: row.time(6)?,
            met: Met {
                start: row.time(7)?,
                end: row.time(8)?,
                until: row.time(9)?,
                times: u32::try_from(row.i64(10)?).unwrap_or(u32::MAX),
            },
        })
    }
}
