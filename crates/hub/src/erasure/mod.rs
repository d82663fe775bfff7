//! Erasing a person: all that is kept of them here is found and taken out, with an account of what was found, what is gone,
//! and what stands elsewhere and must be erased there.
//!
//! Of an event in a provider's calendar the provider is the keeper, so it is named and left alone: erased there, it goes
//! from here like any other change, and its mirrors follow. Kalends is the keeper of everything else: of events in calendars
//! of its own, and of the past. See `docs/erasure.md`.

mod account;
mod person;

use std::collections::HashSet;

use calendar::unit;
use identity::{Actor, Kind};
use serde_json::Value;
use storage::{
    Tx, calendars, connections, copies, links, mail,
    shares::{self, Whom},
    traces::{self, Kept, State, Trace},
    users,
};
use sync::{CalendarId, CopyId};

pub use account::{Account, Remain, Tally, What, Where};

use self::person::Person;
use crate::{Error, Hub, Result, access, links::flow::Flow};

/// How many rows are looked at in one transaction.
const PAGE: usize = 200;
/// The role of whoever administers the house.
const OWNER: &str = "owner";

/// What is done to what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing: it is only said what there is.
    Preview,
    /// It is erased.
    Erase,
}

impl Hub {
    /// Finds all that is kept of the person with this mail address, in all calendars, and erases it where Kalends is the
    /// keeper. It can be done again at any time, and finds what has come since.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the actor does not administer the house, [`Error::Invalid`] if that is no mail address.
    pub async fn erase_person(
        &self,
        actor: &Actor,
        address: &str,
        doing: Doing,
    ) -> Result<Account> {
        let mut tx = self.store(actor.tenant).await?.read().await?;
        administers(&mut tx, actor).await?;
        let person = Person::new(address)?;
        let all = calendars::list(&mut tx).await?;
        let local = all.iter().filter(|row| row.connection.is_none());
        let mut search = Search {
            hub: self,
            actor,
            doing,
            visible: all
                .iter()
                .filter(|row| access::owns(actor, row))
                .map(|row| row.id)
                .collect(),
            local: local.map(|row| row.id).collect(),
            account: Account::new(person.address()),
            person,
        };
        search.settings(&mut tx, &all).await?;
        drop(tx);
        // Events first: their mirrors and what they have in common follow.
        search.table(Kept::Copies, true).await?;
        for kept in Kept::ALL {
            search.table(kept, false).await?;
        }
        if doing == Doing::Erase {
            let mut tx = self.store(actor.tenant).await?.write().await?;
            mail::forget(&mut tx, search.person.address()).await?;
            self.commit(tx).await?;
        }
        self.wake();
        Ok(search.account)
    }
}

/// Refuses whoever does not administer the house, and programs that somebody let in to keep their calendar.
async fn administers(tx: &mut Tx, actor: &Actor) -> Result<()> {
    access::may_write(actor)?;
    let is_owner = match &actor.kind {
        Kind::System => true,
        Kind::Person(id) => {
            let user = users::get(tx, *id).await?;
            user.is_some_and(|user| user.roles.iter().any(|role| role == OWNER))
        }
        Kind::Application { .. } => false,
    };
    if is_owner {
        return Ok(());
    }
    let reason = "only the owner of this installation can have somebody erased";
    Err(Error::Forbidden(reason.to_owned()))
}

struct Search<'a> {
    hub: &'a Hub,
    actor: &'a Actor,
    person: Person,
    doing: Doing,
    /// Those whose titles the actor may be told.
    visible: HashSet<CalendarId>,
    /// Those without a provider.
    local: HashSet<CalendarId>,
    account: Account,
}

impl Search<'_> {
    /// What somebody has set up, and must change themselves: it would stop working.
    async fn settings(&mut self, tx: &mut Tx, all: &[calendars::Calendar]) -> Result<()> {
        let account = &mut self.account;
        if let Some(user) = users::by_email(tx, self.person.address()).await? {
            account.remains(Where::User, None, Some(user.id.0), None);
        }
        for row in connections::list(tx).await? {
            if self.person.is_in(&row.account) {
                account.remains(Where::Connection, None, Some(row.id.0), None);
            }
        }
        for row in all {
            let texts = [Some(&row.name), row.description.as_ref()];
            let mut texts = texts.into_iter().flatten();
            let mut kept = Value::Object(row.kept.clone());
            let said = self.person.take_out(&mut kept) > 0;
            if said || texts.any(|text| self.person.is_in(text)) {
                account.remains(Where::Calendar, Some(row.id), None, None);
            }
        }
        for share in shares::list(tx).await? {
            let theirs = match &share.whom {
                Whom::Person(address) => self.person.is_in(address),
                Whom::Everybody => false,
            };
            if theirs {
                account.remains(Where::Calendar, Some(share.calendar), None, None);
            }
        }
        for link in links::list(tx).await? {
            let mut members = serde_json::to_value(&link.members).unwrap_or_default();
            if self.person.is_in(&link.name) || self.person.take_out(&mut members) > 0 {
                account.remains(Where::Link, None, Some(link.id.0), None);
            }
        }
        Ok(())
    }

    /// Goes through one table: through the events that are changed like events, or through everything else.
    async fn table(&mut self, kept: Kept, events: bool) -> Result<()> {
        let store = self.hub.store(self.actor.tenant).await?;
        let mut after = None;
        loop {
            let mut tx = match self.doing {
                Doing::Preview => store.read().await?,
                Doing::Erase => store.write().await?,
            };
            let (found, last) = traces::page(&mut tx, kept, after.as_ref(), PAGE).await?;
            for trace in found {
                let wanted = (trace.state == State::Living) == events;
                if wanted && self.person.may_be_in(&trace.content) {
                    self.trace(&mut tx, trace).await?;
                }
            }
            if self.doing == Doing::Erase {
                self.hub.commit(tx).await?;
            }
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    async fn trace(&mut self, tx: &mut Tx, trace: Trace) -> Result<()> {
        let mut value: Value = serde_json::from_slice(&trace.content).map_err(|_| unreadable())?;
        let places = match trace.kept {
            // The name of a file beside it is its identity.
            Kept::Copies => self.person.take_out(&mut value["copy"]),
            Kept::Replies => self.person.take_out_freely(&mut value["body"]),
            Kept::Enclosures | Kept::Objects => {
                self.person.take_out_lines(&mut value["text"]) + self.person.take_out(&mut value)
            }
            _ => self.person.take_out(&mut value),
        };
        if places == 0 {
            return Ok(());
        }
        let visible = trace.calendar.is_some_and(|id| self.visible.contains(&id));
        let title = value["copy"]["local"]["title"].as_str();
        let title = title.filter(|_| visible).map(str::to_owned);
        let what = What::of(&trace);
        let (calendar, id) = (trace.calendar, trace.id());
        let place = match (trace.kept, trace.state) {
            (Kept::Linked | Kept::Members, State::Following) => return Ok(()),
            (_, State::Settled) => {
                self.account.found(what);
                if self.doing == Doing::Erase {
                    let content = serde_json::to_vec(&value).map_err(|_| unreadable())?;
                    if traces::put(tx, &trace, &content).await? {
                        self.account.erased(what);
                    }
                }
                return Ok(());
            }
            (_, State::Living) if calendar.is_some_and(|id| self.local.contains(&id)) => {
                self.account.found(what);
                if self.doing == Doing::Erase {
                    self.edit(tx, CopyId(id.unwrap_or_default())).await?;
                    self.account.erased(what);
                }
                return Ok(());
            }
            (_, State::Living) => Where::Provider,
            (_, State::Following) => Where::Mirror,
            (Kept::Conflicts, State::Waiting) => Where::Decision,
            (_, State::Waiting) => Where::Write,
        };
        self.account.found(what);
        self.account.remains(place, calendar, id, title);
        Ok(())
    }

    /// Takes the person out of an event in a calendar of our own. It is an edit like any other, but for one thing: nothing is
    /// kept of what was there before.
    async fn edit(&mut self, tx: &mut Tx, id: CopyId) -> Result<()> {
        let mut row = copies::get(tx, id).await?.ok_or(Error::Stale)?;
        let next = self.without(&row.copy)?;
        let cause = self.hub.edit_cause(row.copy.calendar);
        for unit in unit::diff(&row.copy.local, &next.local) {
            row.copy.set(&unit, &next.local, &cause);
        }
        // Nor is anything kept of why.
        row.copy = self.without(&row.copy)?;
        row.copy.local.updated = Some(self.hub.clock().now());
        let mut flow = Flow::new(self.hub, tx, self.actor.log_name(), cause);
        Box::pin(flow.changed(&mut row)).await
    }

    fn without(&self, copy: &sync::Copy) -> Result<sync::Copy> {
        let mut value = serde_json::to_value(copy).map_err(|_| unreadable())?;
        self.person.take_out(&mut value);
        serde_json::from_value(value).map_err(|_| unreadable())
    }
}

/// Serde's messages may quote content.
fn unreadable() -> Error {
    Error::Storage(storage::Error::Format {
        table: "what is kept",
        reason: "it is no JSON that we know".to_owned(),
    })
}
