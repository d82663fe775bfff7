//! Two people changed the same unit: who wins, and what is kept of the other.

use calendar::{Event, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CalendarId, Cause, ChangeId, LinkId, Observation};

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
    /// By what it was decided, or who is to decide.
    #[serde(default)]
    pub by: Ruling,
    /// Where our value came from, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_side: Option<Side>,
    /// Where the provider's value came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_side: Option<Side>,
}

/// By what a conflict was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// The newer change, by what the providers themselves say.
    #[default]
    Newest,
    /// No times that could tell: the calendar that comes first in the fixed order.
    Order,
    /// The calendar that comes first in the link.
    Source,
    /// On a target the projection wins.
    Target,
    /// A person is asked.
    Ask,
    /// Calendars met that had the event both: what the link had counts.
    Met,
    /// Something that was noted on a copy gave way when the projection became another one.
    Projection,
}

/// Where one of the two values came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The calendar in which it was written.
    pub calendar: CalendarId,
    /// The link along which it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// The change that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeId>,
    /// When it was written, as whoever took it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Side {
    /// Somewhere in a calendar; nothing more is known.
    pub(crate) fn of_calendar(calendar: CalendarId, link: Option<LinkId>) -> Self {
        Self {
            calendar,
            link,
            change: None,
            at: None,
        }
    }

    /// A change with this cause.
    pub(crate) fn of(cause: &Cause) -> Self {
        Self {
            change: Some(cause.change),
            at: cause.modified,
            ..Self::of_calendar(cause.from, cause.link)
        }
    }

    /// What was seen at a calendar's provider.
    pub(crate) fn seen(calendar: CalendarId, seen: &Observation) -> Self {
        Self {
            change: Some(seen.change),
            at: seen.modified,
            ..Self::of_calendar(calendar, None)
        }
    }
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
    /// By what it is decided, and whether the remote value wins; `None` asks.
    pub(crate) fn remote_wins(
        &self,
        here: CalendarId,
        remote_modified: Option<Timestamp>,
        cause: Option<&Cause>,
    ) -> (Ruling, Option<bool>) {
        match self {
            Self::Ask => (Ruling::Ask, None),
            Self::Remote => (Ruling::Source, Some(true)),
            Self::Local => (Ruling::Target, Some(false)),
            Self::First(calendars) if cause.is_none_or(|cause| cause.from != here) => {
                let wins = cause.is_none_or(|cause| !calendars.contains(&cause.from));
                (Ruling::Source, Some(wins))
            }
            Self::Newest | Self::First(_) => {
                let Some(cause) = cause else {
                    return (Ruling::Newest, Some(true));
                };
                match (remote_modified, cause.modified) {
                    (Some(remote), Some(local)) if remote != local => {
                        (Ruling::Newest, Some(remote > local))
                    }
                    _ => (Ruling::Order, Some(here <= cause.from)),
                }
            }
        }
    }
}
