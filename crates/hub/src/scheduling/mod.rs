//! Scheduling (RFC 6638): what somebody writes who organizes or attends something changes the copies of the others, in the
//! transaction of the change.
//!
//! Only calendars that are kept here take part: a provider schedules its own. And only what people write through faces:
//! replication and links never come here, and what a link writes has no people in it. People of this hub hear of it in their
//! calendars; others are written to where whoever writes has asked for it ([`Tell`]).
//!
//! | | |
//! |---|---|
//! | `edited` | events that are written without a text: by all faces but CalDAV |
//! | `plan` | who somebody is in what they write, and what follows |
//! | `deliver` | a message changes the copy of whoever gets it, and is put into their inbox |
//! | `outside` | people who are not of this hub: they are written to by mail |
//! | `letter` | what people read of such a message |
//! | `inbox` | where messages arrive, and into which calendar invitations come |

mod deliver;
mod edited;
pub mod inbox;
mod letter;
pub mod outside;
mod own;
mod plan;
pub(crate) mod tag;

use calendar::{Address, Event, Override};
use identity::Actor;
use protocols::{
    dialect::keep_others,
    icalendar::{self, component::Component},
    itip,
};
use storage::{Tx, copies, objects};
use sync::CalendarId;

use crate::{Error, Hub, Result};

pub(crate) use own::Own;
pub(crate) use tag::Tag;

/// Why something is not taken because of whom it concerns (RFC 6638 3.2.4). The texts say what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not all components have the same organizer.
    Organizers,
    /// The organizer may not write this.
    Organizer(String),
    /// The attendee may not write this.
    Attendee(String),
    /// There is another object of this UID, in this calendar under this name.
    Elsewhere {
        /// The calendar's name in URLs.
        slug: String,
        /// The object's name in it.
        name: String,
    },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Organizers => f.write_str("ORGANIZER must be the same in all components"),
            Self::Organizer(text) | Self::Attendee(text) => f.write_str(text),
            Self::Elsewhere { .. } => {
                f.write_str("UID: this meeting is in another of your calendars already")
            }
        }
    }
}

/// Who is told of what somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Nobody.
    Nobody,
    /// People of this hub: they find it in their calendars, and nobody is written to.
    Hub,
    /// The others as well, by mail.
    All,
}

/// How a client wants what it writes to be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduling<'a> {
    /// Who is told.
    pub tell: Tell,
    /// Whether the organizer is told of an answer (`Schedule-Reply`, RFC 6638 8.1).
    pub reply: bool,
    /// Whether the client may not have read what was answered last (`If-Schedule-Tag-Match`, 8.3).
    pub unread: bool,
    /// What is said with it (COMMENT, RFC 5545 3.8.1.4).
    pub comment: Option<&'a str>,
}

impl Scheduling<'static> {
    /// People of this hub are told, and nobody is written to.
    pub const SILENT: Self = Self {
        tell: Tell::Hub,
        reply: true,
        unread: false,
        comment: None,
    };
    /// Everybody is told.
    pub const ALL: Self = Self {
        tell: Tell::All,
        ..Self::SILENT
    };
}

/// Whether an event is one between people: it has an organizer.
pub fn is_scheduled(event: &Event) -> bool {
    let organized = |people: &calendar::People| people.values().any(|person| person.organizer);
    let patched = event.overrides.values().any(|change| match change {
        Override::Patch(patch) => patch.people.as_ref().is_some_and(&organized),
        Override::Excluded => false,
    });
    organized(&event.people) || patched
}

/// Who somebody is in what they write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Organizer,
    Attendee,
}

/// What somebody has written, as it is kept, and the messages that go out with it.
struct Ready {
    role: Role,
    tree: Component<'static>,
    messages: Vec<itip::Message>,
}

impl Hub {
    /// What becomes of a text that somebody writes into a calendar, in the place of another one; the messages that follow from
    /// it are sent. `None` if nothing does.
    pub(crate) async fn scheduled(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
        (before, text): (Option<Own>, &str),
        how: Scheduling<'_>,
    ) -> Result<Option<String>> {
        let Some(ready) = self.plan(tx, calendar, before, (text, how)).await? else {
            return Ok(None);
        };
        let tree = self.pass_on(tx, actor, ready, how).await?;
        let now = icalendar::write::write(&tree);
        Ok((read_tree(text).as_ref() != Some(&tree)).then_some(now))
    }

    /// Sends the messages that go out with what somebody has written; that, with what became of them.
    async fn pass_on(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        ready: Ready,
        how: Scheduling<'_>,
    ) -> Result<Component<'static>> {
        let Ready {
            role,
            mut tree,
            messages,
        } = ready;
        for message in messages {
            let name = match role {
                Role::Organizer => "ATTENDEE",
                Role::Attendee if how.reply => "ORGANIZER",
                Role::Attendee => continue,
            };
            let message = message.saying(how.comment);
            if let Some(status) = Box::pin(self.deliver(tx, actor, &message, how.tell)).await? {
                itip::set_status(&mut tree, &message.to, name, status);
            }
        }
        Ok(tree)
    }

    /// Tells whoever must know that somebody removes this.
    pub(crate) async fn unscheduled(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        gone: &Own,
        how: Scheduling<'_>,
    ) -> Result<()> {
        for message in self.plan_farewell(tx, gone).await? {
            if how.reply || message.method != itip::Method::Reply {
                let message = message.saying(how.comment);
                Box::pin(self.deliver(tx, actor, &message, how.tell)).await?;
            }
        }
        Ok(())
    }
}

/// Copies that are read at once.
const PAGE: usize = 500;

impl Hub {
    /// Tells whoever must know that a calendar goes with all that is in it.
    pub(crate) async fn unschedule_all(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        calendar: CalendarId,
    ) -> Result<()> {
        let how = Scheduling::ALL;
        let (mut after, mut last) = (None, false);
        while !last {
            let page = copies::page(tx, calendar, after, PAGE, false).await?;
            last = page.len() < PAGE;
            after = page.last().map(|row| row.copy.id);
            for row in page {
                if !row.projected && is_scheduled(&row.copy.local) {
                    let own = Own::event(tx, row).await?;
                    self.unscheduled(tx, actor, &own, how).await?;
                }
            }
        }
        let (mut after, mut last) = (None, false);
        while !last {
            let page = objects::page(tx, calendar, after, PAGE).await?;
            last = page.len() < PAGE;
            after = page.last().map(|object| object.id);
            for object in page {
                self.unscheduled(tx, actor, &Own::object(object), how)
                    .await?;
            }
        }
        Ok(())
    }
}

/// The calendar that a text is.
fn read_tree(text: &str) -> Option<Component<'static>> {
    let parsed = icalendar::parse::parse(text).ok()?;
    Some(parsed.components.into_iter().next()?.into_owned())
}

/// The event of a text, with what other dialects keep in the one that it replaces.
pub(crate) fn event_of(text: &str, before: Option<&copies::Row>) -> Result<Event> {
    let unreadable = || Error::invalid("text", "cannot be read as an event");
    let mut events = icalendar::read(text).map_err(|_| unreadable())?.value;
    let mut event = events.pop().ok_or_else(unreadable)?;
    if let Some(before) = before {
        keep_others(&mut event, &before.copy.local, icalendar::DIALECT);
    }
    Ok(event)
}

/// The address that somebody of the hub goes by.
fn address(user: &storage::users::User) -> Address {
    Address::new(&user.email)
}

/// The person of the hub who has an address.
async fn person(tx: &mut Tx, address: &Address) -> Result<Option<storage::users::User>> {
    match address.email() {
        Some(email) => Ok(storage::users::by_email(tx, email).await?),
        None => Ok(None),
    }
}
