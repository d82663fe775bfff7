//! When copies take up time, stretch by stretch and ready to be compared: an index by time, so that whoever changes an event
//! need not look at all others.

use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

use sync::{CalendarId, CopyId};

use crate::{
    Result, Tx,
    bulk::{Bulk, Listed},
    value::values,
};

/// Longest stretch, in microseconds: a day. Longer ones are kept in pieces.
pub const SPAN_MAX_US: i64 = 86_400_000_000;

/// A half-open stretch of time, in microseconds since 1970.
pub type Span = (i64, i64);

/// A stretch that two copies have both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The other copy.
    pub other: CopyId,
    /// When.
    pub span: Span,
}

const OF_COPY: &str =
    "SELECT start_at, end_at FROM spans WHERE tenant = $1 AND copy = $2 ORDER BY start_at";
const CLEAR: &str = "DELETE FROM spans WHERE tenant = $1 AND copy = $2";
const REMOVE: &str = "DELETE FROM spans WHERE tenant = $1 AND copy = $2 AND start_at = $3";
/// From so many stretches on that go, all are written anew.
const MANY: usize = 16;
const INSERT: &str =
    "INSERT INTO spans (tenant, copy, calendar, start_at, end_at) VALUES ($1, $2, $3, $4, $5)";
const MEETINGS: &str = "
    SELECT theirs.copy, mine.start_at, mine.end_at, theirs.start_at, theirs.end_at
    FROM spans mine JOIN spans theirs ON theirs.tenant = mine.tenant AND theirs.calendar = $3
        AND theirs.start_at < mine.end_at AND theirs.start_at > mine.start_at - 86400000000
        AND theirs.end_at > mine.start_at
    WHERE mine.tenant = $1 AND mine.copy = $2 AND mine.end_at > $4 AND theirs.end_at > $4
      AND NOT EXISTS (
        SELECT 1 FROM members a JOIN members b ON b.tenant = a.tenant AND b.linked = a.linked
        WHERE a.tenant = $1 AND a.copy = mine.copy AND b.copy = theirs.copy)
    ORDER BY mine.start_at, theirs.start_at, theirs.copy LIMIT $5";
const COPIES: &str = "SELECT copy FROM spans WHERE tenant = $1 AND calendar = $2";
const PRUNE: &str = "DELETE FROM spans WHERE tenant = $1 AND end_at < $2";

const MEETING: &str = "
    SELECT DISTINCT mine.copy
    FROM spans mine JOIN spans theirs ON theirs.tenant = mine.tenant AND theirs.calendar = $2
        AND theirs.start_at < mine.end_at AND theirs.start_at > mine.start_at - 86400000000
        AND theirs.end_at > mine.start_at
    WHERE mine.tenant = $1 AND mine.end_at > $3 AND theirs.end_at > $3 AND mine.copy IN ($4)
      AND NOT EXISTS (
        SELECT 1 FROM members a JOIN members b ON b.tenant = a.tenant AND b.linked = a.linked
        WHERE a.tenant = $1 AND a.copy = mine.copy AND b.copy = theirs.copy)";

static INSERTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new(INSERT));
static ALL_MEETING: LazyLock<Listed> = LazyLock::new(|| Listed::new(MEETING));

/// When a copy takes up time, in order.
pub async fn of_copy(tx: &mut Tx, copy: CopyId) -> Result<Vec<Span>> {
    if let Some(spans) = tx.known.ahead.take_spans(copy) {
        return Ok(spans);
    }
    let rows = tx.all(OF_COPY, values![copy]).await?;
    rows.iter()
        .map(|row| Ok((row.i64(0)?, row.i64(1)?)))
        .collect()
}

/// Says when a copy takes up time, where it was known to take up `before`. No stretch is longer than [`SPAN_MAX_US`], no two
/// begin together, and they are in order. What stays as it is is not written again: of a series that is looked at a day
/// further ahead almost all stays.
pub async fn put(
    tx: &mut Tx,
    copy: CopyId,
    calendar: CalendarId,
    before: &[Span],
    spans: &[Span],
) -> Result<()> {
    let missing = |from: &[Span], of: &[Span]| -> Vec<Span> {
        let lacks = from.iter().filter(|span| of.binary_search(span).is_err());
        lacks.copied().collect()
    };
    tx.known.ahead.take_spans(copy);
    let row = |(start, end): &Span| Vec::from(values![copy, calendar, *start, *end]);
    let gone = missing(before, spans);
    if gone.len() == before.len()
        && let Some(behind) = &mut tx.behind
    {
        behind.spans(copy, spans.iter().map(row));
        return Ok(());
    }
    let mut new = missing(spans, before);
    if gone.len() > MANY {
        tx.run(CLEAR, values![copy]).await?;
        new = spans.to_vec();
    } else {
        for (start, _) in &gone {
            tx.run(REMOVE, values![copy, *start]).await?;
        }
    }
    tx.write_gathered().await?;
    let new = new.iter().map(row).collect();
    INSERTS.run(&mut tx.session, new).await?;
    Ok(())
}

/// When a copy meets those of a calendar after a moment, by time, at most so many stretches. Copies of one linked event do
/// not meet: they are the same event.
pub async fn meetings(
    tx: &mut Tx,
    copy: CopyId,
    calendar: CalendarId,
    after_us: i64,
    limit: usize,
) -> Result<Vec<Meeting>> {
    let values = values![copy, calendar, after_us, limit];
    let rows = tx.all(MEETINGS, values).await?;
    rows.iter()
        .map(|row| {
            let (mine, theirs) = ((row.i64(1)?, row.i64(2)?), (row.i64(3)?, row.i64(4)?));
            Ok(Meeting {
                other: row.id(0)?,
                span: (mine.0.max(theirs.0), mine.1.min(theirs.1)),
            })
        })
        .collect()
}

/// Those of the copies that meet any of a calendar's after a moment, as [`meetings`] says when.
pub async fn meeting(
    tx: &mut Tx,
    copies: &[CopyId],
    calendar: CalendarId,
    after_us: i64,
) -> Result<HashSet<CopyId>> {
    let mut found = HashSet::new();
    for (sql, list) in ALL_MEETING.asking(copies) {
        let fixed = values![calendar, after_us].into_iter();
        for row in tx.all(sql, fixed.chain(list)).await? {
            found.insert(row.id(0)?);
        }
    }
    Ok(found)
}

/// The copies of a calendar that take up time, in the order of their ids.
pub async fn copies_of(tx: &mut Tx, calendar: CalendarId) -> Result<BTreeSet<CopyId>> {
    let rows = tx.all(COPIES, values![calendar]).await?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Forgets what ended before a moment; how many stretches.
pub async fn prune(tx: &mut Tx, before_us: i64) -> Result<u64> {
    tx.run(PRUNE, values![before_us]).await
}
