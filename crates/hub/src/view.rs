//! What faces get to see of calendars and events.

use calendar::{Event, RecurrenceId};
use jiff::Timestamp;
use storage::{copies, shares::Access};
use sync::{CalendarId, ConnectionId, CopyId, LinkedId, Remote, UserId};

use crate::{links::Exploded, replicate::silence::notifies};

/// One local copy of an event.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
pub struct EventView {
    /// Its identity.
    pub id: CopyId,
    /// Its calendar.
    pub calendar: CalendarId,
    /// The name that a client gave it (CalDAV file name, Google event id), unique in the calendar for ever.
    pub name: Option<String>,
    /// Grows with every change; what entity tags are made of.
    pub revision: i64,
    /// The event: what it is, or, if not `alive`, what it last was.
    pub event: Event,
    /// Whether it exists.
    pub alive: bool,
    /// When this copy was made.
    pub created: Timestamp,
    /// When this copy last changed.
    pub updated: Timestamp,
    /// The linked event that it is a copy of.
    pub linked: Option<LinkedId>,
    /// Whether it was made by a link rather than by a person.
    pub projected: bool,
    /// Whether a change still waits to be written to the provider.
    pub pending: bool,
    /// Why it is not written, if it is not: the provider refuses it, or it is held.
    pub parked: Option<String>,
    /// How many people the provider would notify, if it is held for that.
    pub notifies: Option<usize>,
    /// Whether its provider has it.
    pub there: bool,
    /// Which occurrence of a series it is, where a provider has to have that as an event of its own. Only told by
    /// [`crate::Hub::event`] and [`crate::Hub::events_told`], as is what follows.
    pub occurrence: Option<RecurrenceId>,
    /// Calendars in which the event is single events, since their providers cannot have it as a series.
    pub exploded: Vec<Exploded>,
}

impl EventView {
    pub(crate) fn of(row: copies::Row) -> Self {
        Self {
            id: row.copy.id,
            calendar: row.copy.calendar,
            name: row.name,
            revision: row.copy.edition,
            alive: row.copy.alive,
            created: row.created,
            updated: row.updated,
            linked: row.linked,
            projected: row.projected,
            pending: row.pending,
            notifies: row.copy.parked.as_deref().and_then(notifies),
            there: matches!(row.copy.remote, Remote::Live { .. }),
            parked: row.copy.parked,
            occurrence: None,
            exploded: Vec::new(),
            event: row.copy.local,
        }
    }
}

/// One calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
pub struct CalendarView {
    /// Its identity.
    pub id: CalendarId,
    /// The account that it comes from; `None` for a local calendar.
    pub connection: Option<ConnectionId>,
    /// Which provider that is.
    pub provider: Option<String>,
    /// Its name.
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// IANA name of its zone.
    pub time_zone: String,
    /// Its name in URLs and foreign APIs.
    pub slug: String,
    /// Events cannot be written: not at the provider, or not by whoever asks.
    pub read_only: bool,
    /// What whoever asks may do with it.
    pub access: Access,
    /// Whose it is; `None`: everybody's.
    pub owner: Option<UserId>,
    /// Whether it is another person's, who has opened it to whoever asks.
    pub shared: bool,
    /// Kept in step with its provider.
    pub selected: bool,
    /// Drawn.
    pub shown: bool,
    /// How replication is doing.
    pub health: storage::Health,
    /// What to do about it, if something is wrong.
    pub message: Option<String>,
    /// How many events are missing at the provider and wait for a person to say whether they were deleted.
    pub missing: usize,
    /// How many events of the provider cannot be read.
    pub unread: usize,
    /// When it was last read.
    pub last_sync: Option<Timestamp>,
    /// It is where messages arrive, and holds nothing else.
    pub inbox: bool,
    /// Place in lists.
    pub sort: i64,
    /// What clients said of it that the model has no field for, by the dialect in which they said it.
    pub kept: serde_json::Map<String, serde_json::Value>,
}

/// What must hold for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    None,
    /// The copy still has this revision (`If-Match`).
    Revision(i64),
}

impl Precondition {
    pub(crate) fn check(self, revision: i64) -> crate::Result<()> {
        match self {
            Self::Revision(expected) if expected != revision => Err(crate::Error::Stale),
            _ => Ok(()),
        }
    }
}
