//! The calendars of a connected account appear here.

use identity::Actor;
use storage::{
    Health, Tx, calendars, connections,
    locks::{Locked, lock},
};
use sync::CalendarId;

use crate::{Hub, Result};

/// Colours for calendars whose provider gives none, or one that another calendar has already: dark enough for white
/// text.
const PALETTE: [&str; 10] = [
    "#2f6fb5", "#8a4ea8", "#b0562a", "#2e7d4f", "#a63a50", "#4a6572", "#7a6a1d", "#3f51b5",
    "#00838f", "#6d4c41",
];

impl Hub {
    /// Calendars that the account has and that are not known yet appear; known ones are renewed.
    pub(crate) async fn adopt_calendars(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        connection: &connections::Connection,
        listed: Vec<providers::Calendar>,
    ) -> Result<()> {
        let now = self.clock().now();
        let mut taken: Vec<String> = calendars::list(tx)
            .await?
            .into_iter()
            .filter_map(|c| c.color)
            .collect();
        let mut sort = i64::try_from(calendars::list(tx).await?.len()).unwrap_or(i64::MAX);
        for theirs in listed {
            let mut known = calendars::by_remote(tx, connection.id, &theirs.id).await?;
            if let Some(row) = &known {
                lock(tx, Locked::Calendar(row.id)).await?;
                known = calendars::get(tx, row.id).await?;
            }
            let id = known
                .as_ref()
                .map_or_else(|| CalendarId(self.ids().uuid()), |row| row.id);
            let fresh = || calendars::Calendar::new(id, theirs.name.clone(), id.to_string(), now);
            let mut row = known.clone().unwrap_or_else(fresh);
            row.connection = Some(connection.id);
            row.owner = actor.user();
            row.remote_id = Some(theirs.id);
            row.color = row.color.or_else(|| Some(distinct(theirs.color, &taken)));
            taken.extend(row.color.clone());
            row.time_zone = theirs.time_zone.or(row.time_zone);
            row.read_only = !theirs.writable;
            row.state = Health::Ok;
            row.message = None;
            if known.is_some() {
                row.name = theirs.name;
                calendars::update(tx, &row).await?;
                self.unpark(tx, id).await?;
            } else {
                row.sort = sort;
                sort += 1;
                calendars::insert(tx, &row).await?;
            }
            self.log_calendar(tx, actor.log_name(), id, false);
            self.request_all(tx, &row);
        }
        Ok(())
    }
}

/// One colour per calendar.
fn distinct(theirs: Option<String>, taken: &[String]) -> String {
    let free = |color: &str| !taken.iter().any(|t| t.eq_ignore_ascii_case(color));
    match theirs {
        Some(color) if free(&color) => color,
        _ => PALETTE
            .iter()
            .find(|c| free(c))
            .unwrap_or(&PALETTE[taken.len() % PALETTE.len()])
            .to_string(),
    }
}
