//! Organizer and attendees, looked up by calendar address.

use std::{borrow::Borrow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// People of an event by calendar address.
pub type People = BTreeMap<Address, Person>;

/// A calendar address (RFC 5545 3.3.3): `mailto:ada@example.com`, in lower case, `mailto:` added to a bare mail
/// address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Normalises any spelling of an address.
    ///
    /// ```
    /// use kalends_calendar::Address;
    /// assert_eq!(Address::new("Ada@Example.com"), Address::new("MAILTO:ada@example.com"));
    /// ```
    pub fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        if text.contains(':') {
            Self(text)
        } else {
            Self(format!("mailto:{text}"))
        }
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mail address, if it is one.
    pub fn email(&self) -> Option<&str> {
        self.0.strip_prefix("mailto:")
    }
}

impl Borrow<str> for Address {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One person, room or thing that takes part (RFC 8984 4.4.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Display name (CN).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is (CUTYPE).
    #[serde(default)]
    pub kind: PersonKind,
    /// Whether this is the organizer (may also attend).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organizer: bool,
    /// How it takes part; `None` for an organizer who is not in the attendee list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The answer, owned by that person (PARTSTAT).
    #[serde(default)]
    pub participation: Participation,
    /// Whether an answer is asked for (RSVP).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expects_reply: bool,
    /// What the person said with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Parameters that the model has no field for, by upper-case name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// RFC 5545 3.2.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonKind {
    /// A human being.
    #[default]
    Individual,
    /// Several.
    Group,
    /// Equipment.
    Resource,
    /// A place.
    Location,
}

/// RFC 5545 3.2.16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Leads it.
    Chair,
    /// Needed.
    Required,
    /// Welcome.
    Optional,
    /// Gets a copy for information.
    Informational,
}

/// RFC 5545 3.2.12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Participation {
    /// No answer yet.
    #[default]
    NeedsAction,
    /// Comes.
    Accepted,
    /// Does not come.
    Declined,
    /// May come.
    Tentative,
    /// Sends somebody else.
    Delegated,
}
