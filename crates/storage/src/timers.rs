//! Timers: the next moment at which time alone changes something, per subscriber and subject.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Result, Tx, row::Row, value::values};

/// A timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Who waits.
    pub subscriber: String,
    /// For what.
    pub subject: Uuid,
    /// Until when.
    pub due: Timestamp,
}

const SET: &str = "
    INSERT INTO timers (tenant, subscriber, subject, due) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, subscriber, subject) DO UPDATE SET due = excluded.due";
const CLEAR: &str = "DELETE FROM timers WHERE tenant = $1 AND subscriber = $2 AND subject = $3";
const DUE: &str = "
    SELECT subscriber, subject, due FROM timers WHERE tenant = $1 AND due <= $2 ORDER BY due, subscriber LIMIT $3";
const NEXT: &str = "SELECT MIN(due) FROM timers WHERE tenant = $1";

/// Sets a timer, instead of the one that was set.
pub async fn set(tx: &mut Tx, subscriber: &str, subject: Uuid, due: Timestamp) -> Result<()> {
    tx.run(SET, values![subscriber, subject, due]).await?;
    Ok(())
}

/// Removes a timer.
pub async fn clear(tx: &mut Tx, subscriber: &str, subject: Uuid) -> Result<()> {
    tx.run(CLEAR, values![subscriber, subject]).await?;
    Ok(())
}

/// The timers that are due, most overdue first. They stay until they are cleared or set anew.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<Timer>> {
    let rows = tx.all(DUE, values![now, limit]).await?;
    rows.iter().map(timer).collect()
}

/// When the next timer is due.
pub async fn next(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let row = tx.one(NEXT, values![]).await?;
    row.map_or(Ok(None), |row| row.time_option(0))
}

fn timer(row: &Row) -> Result<Timer> {
    Ok(Timer {
        subscriber: row.text(0)?,
        subject: row.id(1)?,
        due: row.time(2)?,
    })
}
