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

/// The version that the UUID of a mirror's stamp has: RFC 9562 leaves its meaning to whoever uses it.
const MIRROR: usize = 8;

impl Stamp {
    /// A stamp for a write of a mirror, or of an event that a person made: whoever finds a mirror of another installation
    /// must not take it for an event, or two of them mirror each other's mirrors without end.
    pub fn new(id: Uuid, mirror: bool) -> Self {
        let bytes = *id.as_bytes();
        Self(match (mirror, id.get_version_num()) {
            (true, _) => uuid::Builder::from_custom_bytes(bytes).into_uuid(),
            (false, MIRROR) => uuid::Builder::from_random_bytes(bytes).into_uuid(),
            (false, _) => id,
        })
    }

    /// Whether it was written on a mirror.
    pub fn is_of_mirror(self) -> bool {
        self.0.get_version_num() == MIRROR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_says_whether_it_is_of_a_mirror() {
        for version in 0..16_u128 {
            let id = Uuid::from_u128(7 << 100 | version << 76 | 5);
            for mirror in [true, false] {
                assert_eq!(Stamp::new(id, mirror).is_of_mirror(), mirror, "{version}");
            }
        }
    }
}
