//! What an event takes of its time, where its two ends say all of when it happens: then nobody who asks when somebody is busy
//! need open it.

use calendar::{Event, FreeBusy, Status};

use crate::{Error, Result};

/// What an event takes of its time (RFC 5545 3.2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Takes {
    /// Nothing: one is free, or it is cancelled.
    Nothing,
    /// One is busy.
    Busy,
    /// One may be.
    Tentative,
    /// One is away.
    Away,
}

impl Takes {
    const ALL: [Self; 4] = [Self::Nothing, Self::Busy, Self::Tentative, Self::Away];

    /// What somebody's time is while something of this kind happens.
    pub fn of(busy: FreeBusy, status: Status) -> Self {
        match (busy, status) {
            (_, Status::Cancelled) | (FreeBusy::Free | FreeBusy::WorkingElsewhere, _) => {
                Self::Nothing
            }
            (FreeBusy::OutOfOffice, _) => Self::Away,
            (FreeBusy::Tentative, _) | (FreeBusy::Busy, Status::Tentative) => Self::Tentative,
            (FreeBusy::Busy, Status::Confirmed) => Self::Busy,
        }
    }

    /// What stands for it in its column.
    pub(crate) fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn numbered(number: i64) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|one| one.number() == number);
        found.ok_or_else(|| Error::Format {
            table: "copies.takes",
            reason: format!("unknown number {number}"),
        })
    }
}

/// What an event takes of the time between its ends, in every zone; `None` if one must look into it.
pub(crate) fn of(event: &Event) -> Option<Takes> {
    let plain = event.when.zone().is_some() && !event.is_series() && event.overrides.is_empty();
    plain.then(|| Takes::of(event.busy, event.status))
}
