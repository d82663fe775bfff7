//! Copies that may happen in a window of time, found by both ends: the database has an index for each of four classes by how
//! long a copy lasts, from its first occurrence to its last, and of each class only what begins in the window, or at most so
//! long before it, is looked at. What lasts for years, or for ever, is in the last one.

use sync::{CalendarId, CopyId};

use crate::{
    Result, Tx,
    copies::Row,
    heads::{self, Head},
    row,
    spans::Span,
    stored::Stored,
    takes::Takes,
    value::values,
};

// The conditions are those of the indexes in `0022_windows.sql`, word for word.
const IN: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content, takes
    FROM (
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at <= 172800000000
          AND start_at >= $3 - 172800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 172800000000 AND end_at - start_at <= 2764800000000
          AND start_at >= $3 - 2764800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 2764800000000 AND end_at - start_at <= 44236800000000
          AND start_at >= $3 - 44236800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND (end_at IS NULL OR end_at - start_at > 44236800000000)
          AND start_at < $4 AND (end_at IS NULL OR end_at > $3)
    ) found
    ORDER BY start_at, id LIMIT $5";
const TAKING: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated,
        CASE WHEN takes IS NULL THEN content END, takes
    FROM (
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at <= 172800000000
          AND start_at >= $3 - 172800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 172800000000 AND end_at - start_at <= 2764800000000
          AND start_at >= $3 - 2764800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 2764800000000 AND end_at - start_at <= 44236800000000
          AND start_at >= $3 - 44236800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT * FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND (end_at IS NULL OR end_at - start_at > 44236800000000)
          AND start_at < $4 AND (end_at IS NULL OR end_at > $3)
    ) found
    WHERE takes IS NULL OR takes > 0 LIMIT $5";
// All that happen are found before they are put in order: else SQLite goes through the whole calendar by id.
const IN_BY_ID: &str = "
    WITH found AS MATERIALIZED (
        SELECT id FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at <= 172800000000
          AND start_at >= $3 - 172800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT id FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 172800000000 AND end_at - start_at <= 2764800000000
          AND start_at >= $3 - 2764800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT id FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND end_at - start_at > 2764800000000 AND end_at - start_at <= 44236800000000
          AND start_at >= $3 - 44236800000000 AND start_at < $4 AND (end_at > $3 OR start_at >= $3)
        UNION ALL
        SELECT id FROM copies WHERE tenant = $1 AND calendar = $2 AND alive = 1
          AND (end_at IS NULL OR end_at - start_at > 44236800000000)
          AND start_at < $4 AND (end_at IS NULL OR end_at > $3)
    )
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND id IN (SELECT id FROM found WHERE id > $5 ORDER BY id LIMIT $6)
    ORDER BY id";

/// Living copies that may happen in `from_us..to_us` (microseconds), at most `limit` in all; calendar by calendar, each
/// by start.
pub async fn copies_in(
    tx: &mut Tx,
    calendars: &[CalendarId],
    (from_us, to_us): (i64, i64),
    limit: usize,
) -> Result<Vec<Row>> {
    let mut found: Vec<Row> = Vec::new();
    for calendar in calendars {
        let room = limit - found.len();
        if room == 0 {
            break;
        }
        let values = values![*calendar, from_us, to_us, room];
        found.extend(tx.list::<Row, _>(IN, values).await?);
    }
    Ok(found)
}

/// What happens in a window, opened as far as it must be to know that.
#[derive(Debug)]
pub enum Seen {
    /// A single event, of which its two ends say that it does.
    Head(Head),
    /// What must be looked into.
    Copy(Box<Row>),
}

/// Living copies of a calendar that happen in `from_us..to_us`, or may do so, by start.
pub async fn seen_in(
    tx: &mut Tx,
    calendar: CalendarId,
    (from_us, to_us): (i64, i64),
    limit: usize,
) -> Result<Vec<Seen>> {
    tx.list(IN, values![calendar, from_us, to_us, limit]).await
}

impl Stored for Seen {
    async fn read(tx: &mut Tx, row: &row::Row) -> Result<Self> {
        Ok(match row.i64_option(12)? {
            Some(_) => Self::Head(heads::open(tx, row.id(0)?, row.blob(11)?).await?),
            None => Self::Copy(Box::new(Row::read(tx, row).await?)),
        })
    }
}

/// What may take up time.
#[derive(Debug)]
pub enum Taken {
    /// This stretch, and nothing else need be known.
    Stretch(Takes, Span),
    /// What must be looked into.
    Copy(Box<Row>),
}

/// What takes up time of a calendar in `from_us..to_us`, or may do so, in no particular order.
pub async fn taken_in(
    tx: &mut Tx,
    calendar: CalendarId,
    (from_us, to_us): (i64, i64),
    limit: usize,
) -> Result<Vec<Taken>> {
    tx.list(TAKING, values![calendar, from_us, to_us, limit])
        .await
}

impl Stored for Taken {
    async fn read(tx: &mut Tx, row: &row::Row) -> Result<Self> {
        match (row.i64_option(12)?, row.i64_option(7)?) {
            (Some(takes), Some(end)) => {
                Ok(Self::Stretch(Takes::numbered(takes)?, (row.i64(6)?, end)))
            }
            _ => Ok(Self::Copy(Box::new(Row::read(tx, row).await?))),
        }
    }
}

/// A calendar's living copies that may happen in `from_us..to_us`, by id, from the one after `after`.
pub async fn copies_in_by_id(
    tx: &mut Tx,
    calendar: CalendarId,
    (from_us, to_us): (i64, i64),
    after: Option<CopyId>,
    limit: usize,
) -> Result<Vec<Row>> {
    let after = after.unwrap_or(CopyId(uuid::Uuid::nil()));
    let values = values![calendar, from_us, to_us, after, limit];
    tx.list(IN_BY_ID, values).await
}
