//! What a page of a provider's changes will ask for, read before it is asked for: a few statements for the page, not a few for
//! each of its events. Whoever writes a row forgets what was read of it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use sync::{CalendarId, CopyId, Linked, LinkedId, Member};

use crate::{Result, Tx, bulk::Listed, copies, dialect::Dialect, spans::Span, value::Value};

/// From so many events on it is worth while to read ahead, where the database is another program.
pub const FEW: usize = 3;

/// What was read. What is taken out is not asked for again, or else is read again.
#[derive(Default)]
pub(crate) struct Ahead {
    copies: HashMap<CopyId, copies::Row>,
    /// The copy that stands for a provider's event; calendar and hash of the id.
    remotes: HashMap<(CalendarId, [u8; 32]), CopyId>,
    linked: HashMap<LinkedId, Linked>,
    members: HashMap<(LinkedId, CopyId), Member>,
    /// Of copies and linked events all of whose members were read.
    of_copy: HashMap<CopyId, BTreeSet<LinkedId>>,
    of_linked: HashMap<LinkedId, BTreeSet<(CalendarId, CopyId)>>,
    spans: HashMap<CopyId, Vec<Span>>,
}

impl Ahead {
    pub fn take_copy(&mut self, id: CopyId) -> Option<copies::Row> {
        self.copies.remove(&id)
    }

    pub fn take_remote(&mut self, calendar: CalendarId, hash: [u8; 32]) -> Option<copies::Row> {
        let id = self.remotes.remove(&(calendar, hash))?;
        self.copies.remove(&id)
    }

    pub fn take_linked(&mut self, id: LinkedId) -> Option<Linked> {
        self.linked.remove(&id)
    }

    pub fn take_spans(&mut self, copy: CopyId) -> Option<Vec<Span>> {
        self.spans.remove(&copy)
    }

    pub fn of_copy(&self, copy: CopyId) -> Option<Vec<Member>> {
        let all = self.of_copy.get(&copy)?.iter();
        all.map(|linked| self.members.get(&(*linked, copy)).cloned())
            .collect()
    }

    /// In the fixed order of calendars.
    pub fn of_linked(&self, linked: LinkedId) -> Option<Vec<Member>> {
        let all = self.of_linked.get(&linked)?.iter();
        all.map(|(_, copy)| self.members.get(&(linked, *copy)).cloned())
            .collect()
    }

    /// A copy is written: what it was is not so any more, nor which copy stands for that event.
    pub fn forget_copy(&mut self, id: CopyId, calendar: CalendarId, remote: Option<[u8; 32]>) {
        self.copies.remove(&id);
        if let Some(hash) = remote {
            self.remotes.remove(&(calendar, hash));
        }
    }

    pub fn forget_linked(&mut self, id: LinkedId) {
        self.linked.remove(&id);
    }

    /// A member is written that is there already.
    pub fn member_is(&mut self, member: &Member) {
        if let Some(known) = self.members.get_mut(&(member.linked, member.copy)) {
            if known.calendar == member.calendar {
                known.clone_from(member);
            } else {
                self.forget_members();
            }
        }
    }

    /// Members come or go.
    pub fn forget_members(&mut self) {
        self.members.clear();
        self.of_copy.clear();
        self.of_linked.clear();
    }

    fn has_read(&mut self, member: Member) {
        let (linked, copy) = (member.linked, member.copy);
        self.of_copy.entry(copy).or_default().insert(linked);
        let of_linked = self.of_linked.get_mut(&linked);
        if let Some(all) = of_linked {
            all.insert((member.calendar, copy));
        }
        self.members.insert((linked, copy), member);
    }
}

const BY_REMOTE: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND calendar = $2 AND remote_hash IN ($3) ORDER BY alive DESC, updated DESC";
const BY_ID: &str = "
    SELECT id, linked, admitted, projected, pending, recurring, start_at, end_at, revision, created, updated, content
    FROM copies WHERE tenant = $1 AND id IN ($2)";
const LINKED_OF: &str = "
    SELECT id, content FROM linked
    WHERE tenant = $1 AND id IN (SELECT linked FROM members WHERE tenant = $1 AND copy IN ($2)) ORDER BY id";
const LINKED_OF_LOCKED_POSTGRES: &str = "
    SELECT id, content FROM linked
    WHERE tenant = $1 AND id IN (SELECT linked FROM members WHERE tenant = $1 AND copy IN ($2)) ORDER BY id FOR UPDATE";
const MEMBERS_OF_ALL: &str = "
    SELECT linked, copy, content FROM members
    WHERE tenant = $1 AND copy IN (SELECT copy FROM members WHERE tenant = $1 AND linked IN ($2))";
const SPANS_OF: &str = "
    SELECT copy, start_at, end_at FROM spans WHERE tenant = $1 AND copy IN ($2) ORDER BY copy, start_at";

static REMOTES: LazyLock<Listed> = LazyLock::new(|| Listed::new(BY_REMOTE));
static COPIES: LazyLock<Listed> = LazyLock::new(|| Listed::new(BY_ID));
static LINKED: LazyLock<Listed> = LazyLock::new(|| Listed::new(LINKED_OF));
static LINKED_LOCKED: LazyLock<Listed> = LazyLock::new(|| Listed::new(LINKED_OF_LOCKED_POSTGRES));
static MEMBERS: LazyLock<Listed> = LazyLock::new(|| Listed::new(MEMBERS_OF_ALL));
static SPANS: LazyLock<Listed> = LazyLock::new(|| Listed::new(SPANS_OF));

/// Reads the copies that stand for events of a provider, and gives those that there are. What the same transaction asks for
/// next, one by one, it has then.
pub async fn of_remotes<'t>(
    tx: &'t mut Tx,
    calendar: CalendarId,
    remote_ids: &[&str],
) -> Result<Vec<&'t copies::Row>> {
    let hash = |id: &&str| tx.hash("copy-remote", id);
    let hashes: Vec<[u8; 32]> = remote_ids.iter().map(hash).collect();
    for (sql, list) in REMOTES.asking(&hashes) {
        let calendar_first = std::iter::once(Value::from(calendar));
        let rows: Vec<copies::Row> = tx.list(sql, calendar_first.chain(list)).await?;
        for row in rows {
            let hash = row.copy.remote.id().map(|id| tx.hash("copy-remote", id));
            let ahead = &mut tx.known.ahead;
            // A living one comes first, and is the one that counts.
            if let Some(hash) = hash
                && let std::collections::hash_map::Entry::Vacant(free) =
                    ahead.remotes.entry((calendar, hash))
            {
                free.insert(row.copy.id);
                ahead.copies.insert(row.copy.id, row);
            }
        }
    }
    let ahead = &tx.known.ahead;
    let found = hashes.iter().filter_map(|hash| {
        let id = ahead.remotes.get(&(calendar, *hash))?;
        ahead.copies.get(id)
    });
    Ok(found.collect())
}

/// Reads what copies that change will be asked for: their linked events, which nobody else changes until this transaction ends,
/// the copies of these, the members of all of them, and when the copies themselves take up time.
pub async fn of_changed(tx: &mut Tx, changed: &[CopyId]) -> Result<()> {
    // First what is locked: what is read after that stays so.
    let linked = match tx.dialect() {
        Dialect::Sqlite => &LINKED,
        Dialect::Postgres => &LINKED_LOCKED,
    };
    let mut values: Vec<Linked> = Vec::new();
    for (sql, list) in linked.asking(changed) {
        values.extend(tx.list::<Linked, _>(sql, list).await?);
    }
    let ids: BTreeSet<LinkedId> = values.iter().map(|value| value.id).collect();
    let ids: Vec<LinkedId> = ids.into_iter().collect();
    let all = of_linked(tx, &ids).await?;
    let ahead = &mut tx.known.ahead;
    ahead.linked = values.into_iter().map(|value| (value.id, value)).collect();
    for copy in changed {
        ahead.of_copy.entry(*copy).or_default();
    }
    let unread = |copy: &CopyId| !ahead.copies.contains_key(copy);
    let others: Vec<CopyId> = all.into_iter().filter(unread).collect();
    for (sql, list) in COPIES.asking(&others) {
        for row in tx.list::<copies::Row, _>(sql, list).await? {
            tx.known.ahead.copies.insert(row.copy.id, row);
        }
    }
    spans_of(tx, changed).await
}

/// Reads the members of linked events. Which copies these, and those that they are with elsewhere, are.
pub async fn of_linked(tx: &mut Tx, linked: &[LinkedId]) -> Result<BTreeSet<CopyId>> {
    let ahead = &mut tx.known.ahead;
    ahead.forget_members();
    ahead.of_linked = linked.iter().map(|id| (*id, BTreeSet::new())).collect();
    let mut copies = BTreeSet::new();
    for (sql, list) in MEMBERS.asking(linked) {
        for member in tx.list::<Member, _>(sql, list).await? {
            copies.insert(member.copy);
            tx.known.ahead.has_read(member);
        }
    }
    Ok(copies)
}

async fn spans_of(tx: &mut Tx, changed: &[CopyId]) -> Result<()> {
    let mut spans: HashMap<CopyId, Vec<Span>> =
        changed.iter().map(|id| (*id, Vec::new())).collect();
    for (sql, list) in SPANS.asking(changed) {
        for row in tx.all(sql, list).await? {
            let span = (row.i64(1)?, row.i64(2)?);
            spans.entry(row.id(0)?).or_default().push(span);
        }
    }
    tx.known.ahead.spans = spans;
    Ok(())
}
