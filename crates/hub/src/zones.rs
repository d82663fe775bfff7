//! Rules of time zones change several times a year. Events keep their wall times; the moments that are noted of them, by which queries
//! find them, are worked out anew when the machine's time zone database is another one than the time before.

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan, tz};
use storage::{Store, calendars, copies, meta};
use sync::CalendarId;

use crate::{Hub, Result, links::flow::Flow, shape};

/// Job: look whether rules have changed.
pub const ZONES: &str = "zones";
/// The fact that tells by which rules moments were noted.
const FACT: &str = "zones";
/// How many events are looked at in one transaction.
const BATCH: usize = 200;
/// How many changes of a zone's offset tell one set of rules from another: those of the next years.
const CHANGES: usize = 12;

impl Hub {
    /// Works out anew, if rules of zones have changed since the last time, when events happen. Of how many that is another moment now.
    pub async fn follow_zones(&self, store: &Store) -> Result<usize> {
        let mut tx = store.read().await?;
        let rules = tx.hash("zone-rules", &rules(self.clock().now()));
        let rules: String = rules.iter().fold(String::new(), |mut text, octet| {
            let _ = write!(text, "{octet:02x}");
            text
        });
        let known = meta::get(&mut tx, FACT).await?;
        let all = calendars::list(&mut tx).await?;
        drop(tx);
        if known.as_ref() == Some(&rules) {
            return Ok(0);
        }
        let mut moved = 0;
        for calendar in all {
            moved += self.renew_moments(store, calendar.id).await?;
        }
        let mut tx = store.write().await?;
        meta::set(&mut tx, FACT, &rules).await?;
        tx.commit().await?;
        if moved > 0 {
            tracing::info!(events = moved, "rules of time zones have changed");
        }
        Ok(moved)
    }

    async fn renew_moments(&self, store: &Store, calendar: CalendarId) -> Result<usize> {
        let (mut after, mut moved) = (None, 0);
        loop {
            let mut tx = store.read().await?;
            let page = copies::page(&mut tx, calendar, after, BATCH, false).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(moved);
            };
            after = Some(last.copy.id);
            let differs =
                |row: &&copies::Row| times(shape::of(&row.copy.local)) != times(row.shape);
            let ids: Vec<_> = page.iter().filter(differs).map(|row| row.copy.id).collect();
            if ids.is_empty() {
                continue;
            }
            let mut tx = store.write().await?;
            for mut row in copies::get_many(&mut tx, &ids).await? {
                let was = row.shape;
                let now = shape::of(&row.copy.local);
                (row.shape.start, row.shape.end) = (now.start, now.end);
                let cause = self.edit_cause(calendar);
                let mut flow = Flow::new(self, &mut tx, "zones".to_owned(), cause);
                flow.occupy(&row, Some(was)).await?;
                copies::update(&mut tx, &mut row).await?;
                moved += 1;
            }
            self.commit(tx).await?;
        }
    }
}

/// What of a shape is moments.
fn times(shape: copies::Shape) -> (i64, Option<i64>) {
    (shape.start, shape.end)
}

/// The rules of all zones that the machine knows, around a moment.
fn rules(now: Timestamp) -> String {
    // A year is hours here, since a moment has no calendar.
    let from = now.saturating_sub((365 * 24).hours()).unwrap_or(now);
    let mut text = String::new();
    for name in tz::db().available() {
        let Ok(zone) = tz::db().get(name.as_str()) else {
            continue;
        };
        let _ = write!(text, "{name} {}", zone.to_offset(from));
        for change in zone.following(from).take(CHANGES) {
            let _ = write!(text, " {} {}", change.timestamp(), change.offset());
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_a_time() {
        let at = |text: &str| rules(text.parse().unwrap_or(Timestamp::UNIX_EPOCH));
        let now = at("2026-11-29T12:00:00Z");
        assert!(now.contains("Europe/Berlin +01"), "{now}");
        assert_eq!(now, at("2026-11-29T12:00:00Z"));
        // Before summer time was general in Europe.
        assert_ne!(now, at("1970-01-01T00:00:00Z"));
    }
}
