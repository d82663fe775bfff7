//! The account of an erasure: what was found, what is gone, and what remains and where.

use std::collections::BTreeMap;

use serde::Serialize;
use storage::traces::{Kept, State, Trace};
use sync::CalendarId;
use uuid::Uuid;

/// Most places that are named one by one.
const REMAINS_MAX: usize = 1_000;

/// What was found of a person, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Their mail address.
    pub address: String,
    /// How much was found and erased, by what it is. What was not erased is among `remains`, or was changed by somebody
    /// else at the same moment.
    pub tallies: BTreeMap<What, Tally>,
    /// What is still there, at most 1,000 places.
    pub remains: Vec<Remain>,
    /// How many more places there are.
    pub unnamed: u64,
}

/// How much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// In how many rows the person was found.
    pub found: u64,
    /// From how many of them they were erased.
    pub erased: u64,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// Events.
    Events,
    /// Mirrors of events.
    Mirrors,
    /// Events that were deleted.
    DeletedEvents,
    /// What links remember of events that were deleted.
    LinkedEvents,
    /// What was seen at providers.
    Sightings,
    /// What can be undone.
    Edits,
    /// What lost in a conflict, and what waits for a decision.
    Conflicts,
    /// What was written to providers, and what is being written.
    Writes,
    /// Answers that are given again.
    Replies,
    /// What clients put beside events, and tasks and journals.
    Enclosures,
}

impl What {
    pub(super) fn of(trace: &Trace) -> Self {
        match trace.kept {
            Kept::Copies => match trace.state {
                State::Living => Self::Events,
                State::Following => Self::Mirrors,
                State::Settled | State::Waiting => Self::DeletedEvents,
            },
            Kept::Linked | Kept::Members => Self::LinkedEvents,
            Kept::Observations => Self::Sightings,
            Kept::Edits => Self::Edits,
            Kept::Conflicts => Self::Conflicts,
            Kept::Intents => Self::Writes,
            Kept::Replies => Self::Replies,
            Kept::Enclosures | Kept::Objects => Self::Enclosures,
        }
    }
}

/// Something that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remain {
    /// Where, which says what to do about it.
    pub place: Where,
    /// In which calendar.
    pub calendar: Option<CalendarId>,
    /// The event, conflict, write, connection, link or user.
    pub subject: Option<Uuid>,
    /// The event's title, without the address; `None` where the actor may not see the calendar.
    pub title: Option<String>,
}

/// Where something remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Where {
    /// In an event of a provider's calendar.
    Provider,
    /// In a mirror, which follows its event.
    Mirror,
    /// In a conflict that waits for a decision.
    Decision,
    /// In a write of which the outcome is not known yet.
    Write,
    /// They are a user of Kalends.
    User,
    /// A connection with an account of theirs.
    Connection,
    /// The name or description of a calendar.
    Calendar,
    /// The name or a filter of a link.
    Link,
}

impl Where {
    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Provider => {
                "The provider keeps this event: erase them there. Kalends follows; then erase here once more."
            }
            Self::Mirror => {
                "This mirror follows its event, and is written as soon as that has changed."
            }
            Self::Decision => {
                "This conflict waits for a decision: decide it, then erase here once more."
            }
            Self::Write => "This is being written: erase here once more when that is done.",
            Self::User => "They can sign in here: remove their account.",
            Self::Connection => "An account of theirs is connected: disconnect it.",
            Self::Calendar => {
                "The calendar is named after them: give it another name, or remove it."
            }
            Self::Link => "The link's name or a filter has their address: change it.",
        }
    }
}

impl Account {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            tallies: BTreeMap::new(),
            remains: Vec::new(),
            unnamed: 0,
        }
    }

    pub(super) fn found(&mut self, what: What) {
        self.tallies.entry(what).or_default().found += 1;
    }

    pub(super) fn erased(&mut self, what: What) {
        self.tallies.entry(what).or_default().erased += 1;
    }

    pub(super) fn remains(
        &mut self,
        place: Where,
        calendar: Option<CalendarId>,
        subject: Option<Uuid>,
        title: Option<String>,
    ) {
        if self.remains.len() == REMAINS_MAX {
            self.unnamed += 1;
            return;
        }
        self.remains.push(Remain {
            place,
            calendar,
            subject,
            title,
        });
    }
}
