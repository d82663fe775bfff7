//! All that is kept of events, table by table, as it was sealed: for whoever looks for what mentions somebody, and takes it
//! out. What a row says is not understood here; who changes it leaves what it is.

use sync::CalendarId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Aad, Error, KeyRef, Result, Tx,
    value::{Value, values},
};

/// What is kept of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kept {
    /// Local copies, living and dead.
    Copies,
    /// What linked copies have in common.
    Linked,
    /// What each of them last agreed with.
    Members,
    /// What was seen at providers.
    Observations,
    /// Events before and after edits that were made here.
    Edits,
    /// Values that lost, and what waits for a decision.
    Conflicts,
    /// What was written to providers.
    Intents,
    /// Answers that are given again to a request that comes again.
    Replies,
    /// What clients put beside events.
    Enclosures,
    /// Calendar objects that are no events.
    Objects,
}

impl Kept {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Copies,
        Self::Linked,
        Self::Members,
        Self::Observations,
        Self::Edits,
        Self::Conflicts,
        Self::Intents,
        Self::Replies,
        Self::Enclosures,
        Self::Objects,
    ];
}

/// Whether a row may be changed behind everybody's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is past: nothing follows from it any more.
    Settled,
    /// Something waits for it: a write, or a person's decision.
    Waiting,
    /// It is an event that lives, and is changed like one.
    Living,
    /// It follows an event that lives.
    Following,
}

/// One row.
pub struct Trace {
    /// Where it is kept.
    pub kept: Kept,
    /// Its calendar, where it has one.
    pub calendar: Option<CalendarId>,
    /// Whether it may be changed.
    pub state: State,
    /// What it says, in JSON.
    pub content: Zeroizing<Vec<u8>>,
    key: Vec<Vec<u8>>,
    sealed: Vec<u8>,
    /// What stands before the JSON: the fingerprint of a request.
    head: Vec<u8>,
}

/// The place of a row among those of its table.
#[derive(Clone, Debug)]
pub struct Place(Vec<Vec<u8>>);

impl Trace {
    /// Its place: the next page begins after it.
    pub fn place(&self) -> Place {
        Place(self.key.clone())
    }

    /// The id of what the row is; of a member, that of the linked event.
    pub fn id(&self) -> Option<Uuid> {
        Uuid::from_slice(self.key.first()?).ok()
    }
}

const COPIES: &str = "
    SELECT content, CASE WHEN alive = 1 THEN 2 + projected ELSE pending END, calendar, id FROM copies
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const LINKED: &str = "
    SELECT content, CASE WHEN alive = 1 THEN CAST(3 AS BIGINT) ELSE CAST(0 AS BIGINT) END, NULL, id FROM linked
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const MEMBERS: &str = "
    SELECT m.content, CASE WHEN l.alive = 1 THEN CAST(3 AS BIGINT) ELSE CAST(0 AS BIGINT) END, m.calendar, m.linked, m.copy
    FROM members m LEFT JOIN linked l ON l.tenant = m.tenant AND l.id = m.linked
    WHERE m.tenant = $1 AND (m.linked > $2 OR (m.linked = $2 AND m.copy > $3)) ORDER BY m.linked, m.copy LIMIT $4";
const OBSERVATIONS: &str = "
    SELECT content, CAST(0 AS BIGINT), calendar, change FROM observations
    WHERE tenant = $1 AND change > $2 ORDER BY change LIMIT $3";
const EDITS: &str = "
    SELECT content, CAST(0 AS BIGINT), calendar, change, copy FROM edits
    WHERE tenant = $1 AND (change > $2 OR (change = $2 AND copy > $3)) ORDER BY change, copy LIMIT $4";
const CONFLICTS: &str = "
    SELECT content, CASE WHEN state = 'open' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END, calendar, id FROM conflicts
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const INTENTS: &str = "
    SELECT content, CASE WHEN outcome IN ('open', 'unresolved') THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END, calendar, stamp
    FROM intents WHERE tenant = $1 AND stamp > $2 ORDER BY stamp LIMIT $3";
const REPLIES: &str = "
    SELECT content, CAST(0 AS BIGINT), NULL, key_hash FROM idempotency
    WHERE tenant = $1 AND key_hash > $2 ORDER BY key_hash LIMIT $3";
const ENCLOSURES: &str = "
    SELECT content, CAST(0 AS BIGINT), calendar, id FROM enclosures
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const OBJECTS: &str = "
    SELECT content, CAST(0 AS BIGINT), calendar, id FROM objects
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";

// Only what is still as it was read: whoever wrote it meanwhile has not taken anything out.
const PUT_COPY: &str = "
    UPDATE copies SET content = $3, revision = revision + 1 WHERE tenant = $1 AND id = $2 AND content = $4 AND alive = 0";
const PUT_LINKED: &str = "
    UPDATE linked SET content = $3 WHERE tenant = $1 AND id = $2 AND content = $4 AND alive = 0";
const PUT_MEMBER: &str = "
    UPDATE members SET content = $4 WHERE tenant = $1 AND linked = $2 AND copy = $3 AND content = $5";
const PUT_OBSERVATION: &str =
    "UPDATE observations SET content = $3 WHERE tenant = $1 AND change = $2 AND content = $4";
const PUT_EDIT: &str = "UPDATE edits SET content = $4 WHERE tenant = $1 AND change = $2 AND copy = $3 AND content = $5";
const PUT_CONFLICT: &str = "
    UPDATE conflicts SET content = $3 WHERE tenant = $1 AND id = $2 AND content = $4 AND state <> 'open'";
const PUT_INTENT: &str = "
    UPDATE intents SET content = $3 WHERE tenant = $1 AND stamp = $2 AND content = $4
        AND outcome NOT IN ('open', 'unresolved')";
const PUT_ENCLOSURE: &str =
    "UPDATE enclosures SET content = $3 WHERE tenant = $1 AND id = $2 AND content = $4";
const PUT_OBJECT: &str = "UPDATE objects SET content = $3, revision = revision + 1 WHERE tenant = $1 AND id = $2 AND content = $4";
const PUT_REPLY: &str =
    "UPDATE idempotency SET content = $3 WHERE tenant = $1 AND key_hash = $2 AND content = $4";

/// What is kept in one table, from the row after `after`, in the order of its keys. What was sealed under a key that is
/// destroyed is left out: nobody can read it.
pub async fn page(
    tx: &mut Tx,
    kept: Kept,
    after: Option<&Place>,
    limit: usize,
) -> Result<(Vec<Trace>, Option<Place>)> {
    let shape = Shape::of(kept);
    let first = Place(vec![vec![0; shape.key_bytes]; shape.keys]);
    let Place(after) = after.unwrap_or(&first);
    let places = after.iter().map(|part| Value::from(part.as_slice()));
    let rows = tx.all(shape.page, places.chain(values![limit])).await?;
    let (mut found, mut last) = (Vec::with_capacity(rows.len()), None);
    for row in &rows {
        let key: Result<Vec<_>> = (0..shape.keys)
            .map(|part| Ok(row.blob(3 + part)?.to_vec()))
            .collect();
        let key = key?;
        last = Some(Place(key.clone()));
        let sealed = row.blob(0)?;
        let mut content = match tx.open(shape.aad(&key)?, sealed).await {
            Ok(content) => content,
            Err(Error::KeyDestroyed(..)) => continue,
            Err(error) => return Err(error),
        };
        let length = shape.head.min(content.len());
        let head = content.drain(..length).collect();
        found.push(Trace {
            kept,
            calendar: row.id_option(2)?,
            state: match row.i64(1)? {
                0 => State::Settled,
                1 => State::Waiting,
                2 => State::Living,
                _ => State::Following,
            },
            content,
            key,
            sealed: sealed.to_vec(),
            head,
        });
    }
    Ok((found, last))
}

/// Says something else in the place of a row that is [settled](State::Settled). False: it has changed since it was read, and
/// is as it was.
pub async fn put(tx: &mut Tx, trace: &Trace, content: &[u8]) -> Result<bool> {
    let shape = Shape::of(trace.kept);
    // What several calendars have in common is under the tenant's key.
    let key = trace.calendar.map_or(KeyRef::Tenant, KeyRef::Calendar);
    let plain = Zeroizing::new([trace.head.as_slice(), content].concat());
    let sealed = tx.seal(key, shape.aad(&trace.key)?, &plain).await?;
    let places = trace.key.iter().map(|part| Value::from(part.as_slice()));
    let contents = values![sealed, trace.sealed.as_slice()];
    Ok(tx.run(shape.put, places.chain(contents)).await? > 0)
}

/// How a table keeps its rows.
struct Shape {
    table: &'static str,
    page: &'static str,
    put: &'static str,
    keys: usize,
    key_bytes: usize,
    head: usize,
}

impl Shape {
    fn of(kept: Kept) -> Self {
        let (table, page, put) = match kept {
            Kept::Copies => ("copies", COPIES, PUT_COPY),
            Kept::Linked => ("linked", LINKED, PUT_LINKED),
            Kept::Members => ("members", MEMBERS, PUT_MEMBER),
            Kept::Observations => ("observations", OBSERVATIONS, PUT_OBSERVATION),
            Kept::Edits => ("edits", EDITS, PUT_EDIT),
            Kept::Conflicts => ("conflicts", CONFLICTS, PUT_CONFLICT),
            Kept::Intents => ("intents", INTENTS, PUT_INTENT),
            Kept::Replies => ("idempotency", REPLIES, PUT_REPLY),
            Kept::Enclosures => ("enclosures", ENCLOSURES, PUT_ENCLOSURE),
            Kept::Objects => ("objects", OBJECTS, PUT_OBJECT),
        };
        let hashed = kept == Kept::Replies;
        let in_pairs = matches!(kept, Kept::Members | Kept::Edits);
        Self {
            table,
            page,
            put,
            keys: if in_pairs { 2 } else { 1 },
            key_bytes: if hashed { 32 } else { 16 },
            head: if hashed { 32 } else { 0 },
        }
    }

    fn aad(&self, key: &[Vec<u8>]) -> Result<Aad> {
        let broken = || Error::Format {
            table: self.table,
            reason: "its key is none".to_owned(),
        };
        let id = |part: &Vec<u8>| Uuid::from_slice(part).map_err(|_| broken());
        match key {
            [hash] if self.key_bytes == 32 => {
                let hash = hash.as_slice().try_into().map_err(|_| broken())?;
                Ok(Aad::hashed(self.table, hash))
            }
            [row] => Ok(Aad {
                table: self.table,
                row: id(row)?,
            }),
            [a, b] => Ok(Aad::pair(self.table, id(a)?, id(b)?)),
            _ => Err(broken()),
        }
    }
}
