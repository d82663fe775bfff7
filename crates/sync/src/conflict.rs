//! Two people changed the same unit: who wins, and what is kept of the other.

use calendar::{Event, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CalendarId, Cause};

/// Who wins when both sides changed the same unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The later one by the providers' own modification times; ties go to the calendar that comes first.
    #[default]
    Newest,
    /// What the provider of this copy has (a source wins for itself).
    Remote,
    /// A value that began in one of these calendars, which come before the copy's own; else what the provider has. Two
    /// edits in the copy's own calendar are settled as by [`Policy::Newest`].
    First(Vec<CalendarId>),
    /// What we have (on a target the projection wins, R6).
    Local,
    /// Ask a person; nothing of this unit moves until then.
    Ask,
}

/// One lost value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What both changed.
    pub unit: Unit,
    /// What both started from.
    pub base: Event,
    /// Our value.
    pub local: Event,
    /// The provider's value.
    pub remote: Event,
    /// Whether the provider's value won; `None` while a person is asked.
    pub remote_won: Option<bool>,
}

/// What the people of a link want to be done about conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnConflict {
    /// The newer change wins.
    #[default]
    Newest,
    /// The calendar that comes first in the link wins; sources come before all others.
    Source,
    /// A person is asked.
    Ask,
}

impl Policy {
    /// Whether the remote value wins; `None` asks.
    pub(crate) fn remote_wins(
        &self,
        here: CalendarId,
        remote_modified: Option<Timestamp>,
        cause: Option<&Cause>,
    ) -> Option<bool> {
        match self {
            Self::Ask => None,
            Self::Remote => Some(true),
            Self::Local => Some(false),
            Self::First(calendars) if cause.is_none_or(|cause| cause.from != here) => {
                Some(cause.is_none_or(|cause| !calendars.contains(&cause.from)))
            }
            Self::Newest | Self::First(_) => {
                let Some(cause) = cause else {
                    return Some(true);
                };
                Some(match (remote_modified, cause.modified) {
                    (Some(remote), Some(local)) if remote != local => remote > local,
                    _ => here <= cause.from,
                })
            }
        }
    }
}
