//! Identifiers: UUIDs that cannot be mistaken for each other.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, uuid::Error> {
                s.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A customer of the installation; part of every key.
    TenantId
    /// A person who signs in.
    UserId
    /// An authorised account at a provider.
    ConnectionId
    /// A calendar.
    CalendarId
    /// A local copy of an event.
    CopyId
    /// A link between calendars.
    LinkId
    /// One event of a link, with a copy in each of its calendars.
    LinkedId
    /// What started something: an edit through a face, an observation at a provider, a change of configuration.
    ChangeId
    /// Marks one write; unique, persisted before the write, carried by the written event.
    Stamp
}
