//! Organizer and attendees, looked up by calendar address.

use std::{borrow::Borrow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// People of an event by calendar address.
///
/// ```
/// use kalends_calendar::{Address, People, Person};
/// let people = People::from([(Address::new("ada@example.com"), Person::default())]);
/// assert!(people.contains_key("mailto:ada@example.com"));
/// ```
pub type People = BTreeMap<Address, Person>;

/// A calendar address (RFC 5545 3.3.3): `mailto:ada@example.com`, in lower case, `mailto:` added to a bare mail
/// address.
///
/// ```
/// use kalends_calendar::Address;
/// assert_eq!(Address::new("Ada@Example.com").to_string(), "mailto:ada@example.com");
/// ```
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
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Address::new("URN:x:1").as_str(), "urn:x:1");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mail address, if it is one.
    ///
    /// ```
    /// use kalends_calendar::Address;
    /// assert_eq!(Address::new("mailto:ada@example.com").email(), Some("ada@example.com"));
    /// assert_eq!(Address::new("urn:x:1").email(), None);
    /// ```
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
///
/// ```
/// use kalends_calendar::{Participation, Person, Role};
/// let ada = Person { name: Some("Ada".into()), role: Some(Role::Chair), ..Person::default() };
/// assert_eq!(ada.participation, Participation::NeedsAction);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
///
/// ```
/// use kalends_calendar::{Person, PersonKind};
/// let room = Person { kind: PersonKind::Location, ..Person::default() };
/// assert_ne!(room.kind, PersonKind::default());
/// ```
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
///
/// ```
/// use kalends_calendar::{Person, Role};
/// let guest = Person { role: Some(Role::Optional), ..Person::default() };
/// assert!(!guest.organizer);
/// ```
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
///
/// ```
/// use kalends_calendar::{Participation, Person};
/// let coming = Person { participation: Participation::Accepted, ..Person::default() };
/// assert!(!coming.expects_reply);
/// ```
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
