//! The event itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Override, Patch, People, RecurrenceId, Reminder, Rule, Unknown, When};

/// One UID: a single event, or a series with its overrides.
///
/// Field meanings are those of RFC 8984 sections 4 and 5.1 unless said otherwise.
///
/// ```
/// use kalends_calendar::{Duration, Event, When, Zone};
/// let when = When::zoned("2026-11-30T09:00".parse()?, Zone::utc(), Duration::minutes(30));
/// let mut event = Event::new("stand-up@example.com", when);
/// event.title = "Stand-up".into();
/// event.rules.push("FREQ=WEEKLY;BYDAY=MO,TH".parse()?);
/// assert!(event.is_series());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Globally unique identifier (RFC 5545 3.8.4.7). Not a merge unit: every copy keeps its own.
    pub uid: String,
    /// When it starts and how long it lasts; for a series, its first occurrence.
    pub when: When,
    /// How it repeats. Empty for a single event. Almost always at most one (RFC 5545 discourages more).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Rules whose occurrences are taken out again (EXRULE of RFC 2445; `excludedRecurrenceRules` of RFC 8984).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_rules: Vec<Rule>,
    /// What differs from the rule: extra, excluded, moved and edited occurrences, by original local start.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<RecurrenceId, Override>,
    /// Summary line, plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The longer text.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// Physical places; the first one is the one that simple calendars show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Conferences and other virtual places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub virtual_places: Vec<VirtualPlace>,
    /// Confirmed, tentative or cancelled.
    #[serde(default)]
    pub status: Status,
    /// Whether it takes up time.
    #[serde(default)]
    pub busy: FreeBusy,
    /// Who may see what it is about.
    #[serde(default)]
    pub privacy: Privacy,
    /// Organizer and attendees by calendar address.
    #[serde(default, skip_serializing_if = "People::is_empty")]
    pub people: People,
    /// Alarms of this copy. `None`: the calendar's defaults apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminders: Option<Vec<Reminder>>,
    /// CSS colour name or `#rrggbb` (RFC 7986 5.9) of this copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Free keywords (CATEGORIES).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<String>,
    /// 0 undefined, 1 highest … 9 lowest (RFC 5545 3.8.1.9).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: u8,
    /// Revision number of the organizer (RFC 5545 3.8.7.4). Not a merge unit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sequence: u32,
    /// When it was first made, as its author says. Not a merge unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When it was last revised, as its author says. Not a merge unit, and never decides a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// What the model has no field for, kept per dialect and given back unchanged.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}

impl Event {
    /// A confirmed, busy, public single event with nothing else in it.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let leave = Event::new("leave@example.com", When::all_day("2026-12-24".parse()?, 3));
    /// assert!(!leave.is_series());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn new(uid: impl Into<String>, when: When) -> Self {
        Self {
            uid: uid.into(),
            when,
            rules: Vec::new(),
            excluded_rules: Vec::new(),
            overrides: BTreeMap::new(),
            title: String::new(),
            text: Text::default(),
            places: Vec::new(),
            virtual_places: Vec::new(),
            status: Status::default(),
            busy: FreeBusy::default(),
            privacy: Privacy::default(),
            people: People::new(),
            reminders: None,
            color: None,
            categories: BTreeSet::new(),
            priority: 0,
            sequence: 0,
            created: None,
            updated: None,
            unknown: Unknown::new(),
        }
    }

    /// Whether it can happen more than once: it has a rule, or an extra date.
    ///
    /// ```
    /// use kalends_calendar::{Event, Override, When};
    /// let mut market = Event::new("market@example.com", When::all_day("2026-12-05".parse()?, 1));
    /// market.overrides.insert("2026-12-12T00:00:00".parse()?, Override::extra());
    /// assert!(market.is_series());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn is_series(&self) -> bool {
        !self.rules.is_empty() || !self.overrides.is_empty()
    }

    /// The occurrence `id` as an event of its own: the series' values with the override's patch applied,
    /// without rules and overrides. `None` if that occurrence is excluded. Whether the rule generates
    /// `id` at all is not asked here; see [`crate::recurrence`].
    ///
    /// ```
    /// use kalends_calendar::{Event, Override, When};
    /// let mut yoga = Event::new("yoga@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// yoga.overrides.insert("2026-12-08T00:00:00".parse()?, Override::Excluded);
    /// assert_eq!(yoga.occurrence("2026-12-08T00:00:00".parse()?), None);
    /// let third = yoga.occurrence("2026-12-15T00:00:00".parse()?).ok_or("excluded")?;
    /// assert_eq!(third.when, When::all_day("2026-12-15".parse()?, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn occurrence(&self, id: RecurrenceId) -> Option<Event> {
        let mut single = self.clone();
        single.rules.clear();
        single.excluded_rules.clear();
        single.overrides.clear();
        single.when = self.when.starting_at(id);
        match self.overrides.get(&id) {
            None => {}
            Some(Override::Excluded) => return None,
            Some(Override::Patch(patch)) => patch.apply(&mut single),
        }
        Some(single)
    }

    /// Makes the occurrence `id` look like `single` by recording what differs from the series.
    ///
    /// UID, sequence and timestamps of `single` are not looked at. An occurrence that differs in nothing
    /// and that the caller knows to be generated by the rule may have its override removed instead.
    ///
    /// ```
    /// use kalends_calendar::{Event, When};
    /// let mut yoga = Event::new("yoga@example.com", When::all_day("2026-12-01".parse()?, 1));
    /// let second = "2026-12-08T00:00:00".parse()?;
    /// let mut changed = yoga.occurrence(second).ok_or("excluded")?;
    /// changed.title = "Yoga, in the park".into();
    /// yoga.set_occurrence(second, &changed);
    /// assert_eq!(yoga.occurrence(second), Some(changed));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_occurrence(&mut self, id: RecurrenceId, single: &Event) {
        let mut plain = self.clone();
        plain.overrides.clear();
        let Some(plain) = plain.occurrence(id) else {
            return;
        };
        let patch = Patch::between(&plain, single);
        self.overrides.insert(id, Override::Patch(Box::new(patch)));
    }
}

fn is_zero<T: PartialEq + From<u8>>(n: &T) -> bool {
    *n == T::from(0)
}

/// A longer text, plain or HTML.
///
/// ```
/// use kalends_calendar::Text;
/// assert_eq!(Text::plain("Bring shoes."), Text { content: "Bring shoes.".into(), html: false });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Text {
    /// The text, in the form that `html` says.
    pub content: String,
    /// Whether `content` is HTML (`text/html`) rather than plain text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub html: bool,
}

impl Text {
    /// A plain text.
    ///
    /// ```
    /// assert!(!kalends_calendar::Text::plain("Bring <shoes>.").html);
    /// ```
    pub fn plain(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            html: false,
        }
    }

    /// An HTML text.
    ///
    /// ```
    /// assert!(kalends_calendar::Text::html("Bring <b>shoes</b>.").html);
    /// ```
    pub fn html(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            html: true,
        }
    }

    /// Whether there is no text at all.
    ///
    /// ```
    /// assert!(kalends_calendar::Text::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }
}

/// A physical place (RFC 8984 4.2.5).
///
/// ```
/// use kalends_calendar::Place;
/// let practice = Place { name: "Ring 1, Vienna".into(), coordinates: Some("geo:48.2,16.37".into()) };
/// assert_ne!(practice, Place::named("Ring 1, Vienna"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// What people call it, or its address as one line.
    pub name: String,
    /// `geo:` URI (RFC 5870).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<String>,
}

impl Place {
    /// A place known by its name only.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Place::named("Room 4").coordinates, None);
    /// ```
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            coordinates: None,
        }
    }
}

/// A conference (RFC 8984 4.2.6, RFC 7986 5.11).
///
/// ```
/// use kalends_calendar::{Event, VirtualPlace, When};
/// let mut call = Event::new("call@example.com", When::all_day("2026-12-01".parse()?, 1));
/// call.virtual_places.push(VirtualPlace { name: "Video".into(), uri: "https://example.com/4".into() });
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VirtualPlace {
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How to join, any URI scheme.
    pub uri: String,
}

/// RFC 8984 5.1.3, RFC 5545 3.8.1.11.
///
/// ```
/// assert_eq!(kalends_calendar::Status::default(), kalends_calendar::Status::Confirmed);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It will take place.
    #[default]
    Confirmed,
    /// It may take place.
    Tentative,
    /// It was called off but is still shown.
    Cancelled,
}

/// What the event means for availability. RFC 8984 4.4.2 knows free and busy; the finer shades are those
/// that calendar products show.
///
/// ```
/// assert_eq!(kalends_calendar::FreeBusy::default(), kalends_calendar::FreeBusy::Busy);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreeBusy {
    /// The time is taken.
    #[default]
    Busy,
    /// The time stays free.
    Free,
    /// The time may be taken.
    Tentative,
    /// Away.
    OutOfOffice,
    /// Working, but not in the usual place; the time is free for meetings.
    WorkingElsewhere,
}

/// RFC 8984 4.4.3; RFC 5545 CLASS. Ordered from open to strict.
///
/// ```
/// use kalends_calendar::Privacy;
/// assert!(Privacy::Public < Privacy::Private && Privacy::Private < Privacy::Secret);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Everyone who sees the calendar sees everything.
    #[default]
    Public,
    /// Others see that there is something, not what.
    Private,
    /// Others do not see that there is anything (CONFIDENTIAL).
    Secret,
}
