//! Jobs: something is wanted for a subject. Requests coalesce; workers claim under a lease and a fence.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    Result, Store, Tx,
    dialect::CLAIM_KINDS,
    random,
    row::Row,
    value::{Value, values},
};

/// A claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its identity.
    pub id: Uuid,
    /// What is wanted.
    pub kind: String,
    /// Of what.
    pub subject: Uuid,
    /// How often it has been claimed since it was last done; 1 at the first attempt.
    pub attempts: i64,
    /// Grows with every claim. Who holds an older one has lost the job.
    pub fence: i64,
    /// How often it had been requested when it was claimed.
    pub wanted: i64,
}

const REQUEST: &str = "
    INSERT INTO jobs (tenant, id, kind, subject, due, wanted, attempts, fence) VALUES ($1, $2, $3, $4, $5, 1, 0, 0)
    ON CONFLICT (tenant, kind, subject) DO UPDATE SET
        due = CASE WHEN excluded.due < jobs.due THEN excluded.due ELSE jobs.due END,
        wanted = jobs.wanted + 1";
const ENSURE: &str = "
    INSERT INTO jobs (tenant, id, kind, subject, due, wanted, attempts, fence) VALUES ($1, $2, $3, $4, $5, 1, 0, 0)
    ON CONFLICT (tenant, kind, subject) DO NOTHING";
const ANY_DUE: &str = "
    SELECT due FROM jobs
    WHERE tenant = $1 AND kind IN ($3, $4, $5, $6, $7, $8, $9, $10) AND due <= $2 AND (lease IS NULL OR lease <= $2)
    LIMIT 1";
const EXTEND: &str =
    "UPDATE jobs SET lease = $4 WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL";
const DONE: &str = "
    DELETE FROM jobs WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL AND wanted = $4";
const RELEASE: &str = "
    UPDATE jobs SET lease = NULL, owner = NULL, attempts = 0
    WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL";
const RETRY: &str = "
    UPDATE jobs SET lease = NULL, owner = NULL, due = CASE WHEN wanted = $5 THEN $4 ELSE due END
    WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL";
const PUT_BACK: &str = "
    UPDATE jobs SET lease = NULL, owner = NULL, due = CASE WHEN due < $4 THEN $4 ELSE due END,
        attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
    WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL";
const BRING_FORWARD: &str = "UPDATE jobs SET due = due - $2, lease = lease - $2 WHERE tenant = $1";
const BRING_ON: &str = "UPDATE jobs SET due = $3 WHERE tenant = $1 AND due >= $2 AND lease IS NULL";
// An attempt that was cut short is no failure.
const LEFT_BEHIND: &str = "
    UPDATE jobs SET lease = NULL, owner = NULL, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
    WHERE tenant = $1 AND owner = $2 AND lease IS NOT NULL";
// Writes nothing new, but holds the row until the transaction ends, so that the fence stays true until the commit.
const CHECK: &str = "
    UPDATE jobs SET fence = fence WHERE tenant = $1 AND id = $2 AND fence = $3 AND lease IS NOT NULL";
const NEXT_DUE: &str = "
    SELECT MIN(CASE WHEN lease > due THEN lease ELSE due END) FROM jobs
    WHERE tenant = $1 AND kind IN ($2, $3, $4, $5, $6, $7, $8, $9)";
const CANCEL: &str = "DELETE FROM jobs WHERE tenant = $1 AND kind = $2 AND subject = $3";

/// Asks for a job, with the commit. If it is already asked for, the earlier moment counts; if it is being done, it is done
/// once more.
pub fn request(tx: &mut Tx, kind: &str, subject: Uuid, due: Timestamp) {
    let asked = (kind.to_owned(), subject);
    let at = tx.requested.entry(asked).or_insert(due);
    *at = due.min(*at);
}

/// Writes what was asked for. Always in the same order: of two changes along one link that begin at its two ends, each would
/// otherwise hold the job that the other one asks for next, and wait for ever.
pub(crate) async fn write_requests(tx: &mut Tx) -> Result<()> {
    for ((kind, subject), due) in std::mem::take(&mut tx.requested) {
        let row = values![random::id(), kind.as_str(), subject, due];
        tx.run(REQUEST, row).await?;
    }
    Ok(())
}

/// Asks for a job unless it is asked for or being done already.
pub async fn ensure(tx: &mut Tx, kind: &str, subject: Uuid, due: Timestamp) -> Result<()> {
    let row = values![random::id(), kind, subject, due];
    tx.run(ENSURE, row).await?;
    Ok(())
}

/// Takes the most overdue job of these kinds that nobody holds, for so many seconds. A job whose lease has ended can be
/// taken by another owner; whoever had it then fails the [`check`].
pub async fn claim(
    store: &Store,
    kinds: &[&str],
    owner: Uuid,
    now: Timestamp,
    lease_secs: i64,
) -> Result<Option<Job>> {
    let until = now.saturating_add(SignedDuration::from_secs(lease_secs));
    let until = until.unwrap_or(Timestamp::MAX);
    for kinds in kinds.chunks(CLAIM_KINDS) {
        if !any_due(store, kinds, now).await? {
            continue;
        }
        let mut tx = store.write().await?;
        let claim = tx.dialect().claim();
        let fixed = values![now, owner, until].into_iter();
        let row = tx.one(claim, fixed.chain(places(kinds))).await?;
        let job = row.as_ref().map(job).transpose()?;
        tx.commit().await?;
        if job.is_some() {
            return Ok(job);
        }
    }
    Ok(None)
}

/// Asked before the writer's lock is taken: most of the time there is nothing to do.
async fn any_due(store: &Store, kinds: &[&str], now: Timestamp) -> Result<bool> {
    let mut tx = store.read().await?;
    let fixed = values![now].into_iter();
    let row = tx.one(ANY_DUE, fixed.chain(places(kinds))).await?;
    tx.rollback().await?;
    Ok(row.is_some())
}

/// Holds a job longer. False: it is lost.
pub async fn extend(store: &Store, job: &Job, until: Timestamp) -> Result<bool> {
    let mut tx = store.write().await?;
    let touched = tx.run(EXTEND, values![job.id, job.fence, until]).await?;
    tx.commit().await?;
    Ok(touched > 0)
}

/// Ends a job: it is deleted, or due again if it was requested since it was claimed. False: it was lost, and the
/// transaction should be rolled back.
pub async fn done(tx: &mut Tx, job: &Job) -> Result<bool> {
    let values = values![job.id, job.fence, job.wanted];
    if tx.run(DONE, values).await? > 0 {
        return Ok(true);
    }
    Ok(tx.run(RELEASE, values![job.id, job.fence]).await? > 0)
}

/// Gives a job back, to be tried again at `due`, or as soon as possible if it was requested since. False: it was lost.
pub async fn retry(tx: &mut Tx, job: &Job, due: Timestamp) -> Result<bool> {
    let values = values![job.id, job.fence, due, job.wanted];
    Ok(tx.run(RETRY, values).await? > 0)
}

/// Gives a job back that was not begun: it has its next turn at `due`, behind those that have waited longer.
pub async fn put_back(store: &Store, job: &Job, due: Timestamp) -> Result<()> {
    let mut tx = store.write().await?;
    tx.run(PUT_BACK, values![job.id, job.fence, due]).await?;
    tx.commit().await?;
    Ok(())
}

/// The clock was set back by so much: whatever was to be done at a time is to be done as much earlier.
pub async fn bring_forward(store: &Store, by: SignedDuration) -> Result<()> {
    let mut tx = store.write().await?;
    let micros = i64::try_from(by.as_micros()).unwrap_or(0);
    tx.run(BRING_FORWARD, values![micros]).await?;
    tx.commit().await?;
    Ok(())
}

/// What is due at `from` or later, and not being done, is due at `now`.
pub async fn bring_on(store: &Store, from: Timestamp, now: Timestamp) -> Result<()> {
    let mut tx = store.write().await?;
    tx.run(BRING_ON, values![from, now]).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives back whatever an owner holds: it begins anew, and its former self, which held it, is gone. Should that live after
/// all, it fails the [`check`] once somebody has claimed the job.
pub async fn give_back(store: &Store, owner: Uuid) -> Result<u64> {
    let mut tx = store.write().await?;
    let jobs = tx.run(LEFT_BEHIND, values![owner]).await?;
    tx.commit().await?;
    Ok(jobs)
}

/// Whether the job is still ours; stays true until the transaction ends.
pub async fn check(tx: &mut Tx, job: &Job) -> Result<bool> {
    Ok(tx.run(CHECK, values![job.id, job.fence]).await? > 0)
}

/// When the next job of these kinds can be claimed.
pub async fn next_due(tx: &mut Tx, kinds: &[&str]) -> Result<Option<Timestamp>> {
    let mut next = None;
    for kinds in kinds.chunks(CLAIM_KINDS) {
        let row = tx.one(NEXT_DUE, places(kinds)).await?;
        let due = row.map_or(Ok(None), |row| row.time_option(0))?;
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// Takes a request back, whether it is being done or not.
pub async fn cancel(tx: &mut Tx, kind: &str, subject: Uuid) -> Result<()> {
    tx.requested.remove(&(kind.to_owned(), subject));
    tx.run(CANCEL, values![kind, subject]).await?;
    Ok(())
}

/// The kinds, the last one again and again until every place is filled.
fn places(kinds: &[&str]) -> impl Iterator<Item = Value> {
    let last = kinds.last().into_iter().cycle();
    let places = kinds.iter().chain(last).take(CLAIM_KINDS);
    places.map(|kind| Value::from(*kind))
}

fn job(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.id(0)?,
        kind: row.text(1)?,
        subject: row.id(2)?,
        attempts: row.i64(3)?,
        fence: row.i64(4)?,
        wanted: row.i64(5)?,
    })
}
