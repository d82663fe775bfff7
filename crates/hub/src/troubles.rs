//! What is wrong with a calendar or an account, where people look for it, and when it is over.

use providers::Failure;
use storage::{
    Health, Store, Tx, calendars, connections,
    locks::{Locked, lock},
};
use sync::{CalendarId, ConnectionId};

use crate::{Error, Hub, Result};

impl Hub {
    /// Shows the failure where people look: at the calendar, and at the account if that is what is wrong.
    pub(crate) async fn tell(
        &self,
        store: &Store,
        calendar: CalendarId,
        error: &Error,
    ) -> Result<()> {
        if matches!(error, Error::Provider(Failure::Later { .. })) {
            return Ok(());
        }
        tracing::warn!(%calendar, %error, "sync failed; it is tried again later");
        let state = match error {
            Error::Provider(failure) if failure.needs_person() => Health::Reconnect,
            _ => Health::Failing,
        };
        let mut tx = store.write().await?;
        lock(&mut tx, Locked::Calendar(calendar)).await?;
        let Some(mut row) = calendars::get(&mut tx, calendar).await? else {
            return Ok(());
        };
        let message = Some(error.to_string());
        if row.state == state && row.message == message {
            return Ok(());
        }
        row.state = state;
        row.message.clone_from(&message);
        calendars::update(&mut tx, &row).await?;
        self.log_calendar(&mut tx, "sync".to_owned(), calendar, false);
        if let (Health::Reconnect, Some(connection)) = (state, row.connection) {
            self.needs_reconnect(&mut tx, connection, message).await?;
        }
        self.commit(tx).await?;
        Ok(())
    }

    async fn needs_reconnect(
        &self,
        tx: &mut Tx,
        id: ConnectionId,
        message: Option<String>,
    ) -> Result<()> {
        lock(tx, Locked::Connection(id)).await?;
        if let Some(mut connection) = connections::get(tx, id).await? {
            connection.state = Health::Reconnect;
            connection.message = message;
            connections::update(tx, &connection).await?;
            self.log_connection(tx, "sync".to_owned(), id, false);
        }
        Ok(())
    }

    /// A read has worked: whatever was wrong with the account is not wrong any more.
    pub(crate) async fn works_again(&self, tx: &mut Tx, id: ConnectionId) -> Result<()> {
        lock(tx, Locked::Connection(id)).await?;
        if let Some(mut connection) = connections::get(tx, id).await?
            && connection.state != Health::Ok
        {
            connection.state = Health::Ok;
            connection.message = None;
            connections::update(tx, &connection).await?;
            self.log_connection(tx, "sync".to_owned(), id, false);
        }
        Ok(())
    }
}
