//! What is no more in the calendar homes of people, by the names that it had in addresses: whoever follows a home is told of
//! it (RFC 6578 3.5.2), and a calendar that is gone cannot say it. It is kept with the person's inbox.

use std::collections::HashSet;

use identity::Actor;
use serde_json::{Value, json};
use storage::{
    Logged, Tx, calendars,
    locks::{Locked, lock},
    shares,
    shares::Whom,
    users,
};
use sync::{CalendarId, UserId};
use uuid::Uuid;

use crate::{Hub, Result};

/// Under which key of an inbox it is kept.
const GONE: &str = "gone";
/// Most of one person; then the oldest are forgotten, and who has not heard of them reads the home anew.
const GONE_MAX: usize = 100;

/// A name in addresses that a calendar had in somebody's home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The calendar; it is still there if it was only renamed.
    pub calendar: CalendarId,
    /// The name.
    pub slug: String,
}

impl Hub {
    /// What changed in the actor's home after a position, as [`Hub::changes`] tells it, and in their inbox too.
    pub async fn home_changes(
        &self,
        actor: &Actor,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<Logged>, i64)> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let mut visible = HashSet::new();
        if let Some(user) = actor.user() {
            visible.extend(calendars::inbox_of(&mut tx, user).await?.map(|row| row.id));
        }
        self.changes_in(&mut tx, actor, visible, (after, limit))
            .await
    }

    /// What is no more in the actor's home.
    pub async fn gone(&self, actor: &Actor) -> Result<Vec<Gone>> {
        let Some(user) = actor.user() else {
            return Ok(Vec::new());
        };
        let mut tx = self.store(actor.tenant).await?.read().await?;
        let inbox = calendars::inbox_of(&mut tx, user).await?;
        let kept = inbox
            .as_ref()
            .and_then(|row| row.kept.get(GONE)?.as_array());
        let read = |gone: &Value| {
            Some(Gone {
                calendar: CalendarId(gone["calendar"].as_str()?.parse::<Uuid>().ok()?),
                slug: gone["slug"].as_str()?.to_owned(),
            })
        };
        Ok(kept.into_iter().flatten().filter_map(read).collect())
    }

    /// Notes for all in whose homes a calendar is that its name is none any more.
    pub(crate) async fn leaves_homes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &calendars::Calendar,
    ) -> Result<()> {
        let mut homes: Vec<UserId> = row.owner.or(actor.user()).into_iter().collect();
        for share in shares::of_calendar(tx, row.id).await? {
            if let Whom::Person(address) = &share.whom {
                homes.extend(users::by_email(tx, address).await?.map(|user| user.id));
            }
        }
        for user in homes {
            let id = self.inbox_in(tx, user).await?;
            lock(tx, Locked::Calendar(id)).await?;
            let Some(mut inbox) = calendars::get(tx, id).await? else {
                continue;
            };
            let gone = inbox.kept.entry(GONE).or_insert_with(|| json!([]));
            if let Value::Array(gone) = gone {
                gone.push(json!({"calendar": row.id.0.to_string(), "slug": row.slug}));
                let old = gone.len().saturating_sub(GONE_MAX);
                gone.drain(..old);
            }
            calendars::update(tx, &inbox).await?;
        }
        Ok(())
    }
}
