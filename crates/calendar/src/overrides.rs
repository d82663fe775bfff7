//! What one occurrence of a series does differently (RFC 8984 4.3.5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Event, FreeBusy, People, Place, Privacy, Reminder, Status, Text, Unknown, VirtualPlace, When,
};

/// One entry of a series' overrides.
///
/// ```
/// use kalends_calendar::{Event, Override, Patch, When};
/// let mut yoga = Event::new("yoga@example.com", When::all_day("2026-12-01".parse()?, 1));
/// yoga.rules.push("FREQ=WEEKLY".parse()?);
/// yoga.overrides.insert("2026-12-08T00:00:00".parse()?, Override::Excluded);
/// let outside = Patch { title: Some("In the park".into()), ..Patch::default() };
/// yoga.overrides.insert("2026-12-15T00:00:00".parse()?, Override::Patch(Box::new(outside)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Override {
    /// The occurrence does not take place (EXDATE, a cancelled instance).
    Excluded,
    /// The occurrence differs in what the patch names. An empty patch at a start that no rule generates is an
    /// extra occurrence (RDATE).
    Patch(Box<Patch>),
}

impl Override {
    /// An extra occurrence that differs in nothing.
    ///
    /// ```
    /// use kalends_calendar::Override;
    /// assert!(matches!(Override::extra(), Override::Patch(patch) if patch.is_empty()));
    /// ```
    pub fn extra() -> Self {
        Self::Patch(Box::default())
    }
}

macro_rules! patch {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        /// The fields of [`Event`] that an occurrence has differently; `None` is the series' own value.
        ///
        /// ```
        /// use kalends_calendar::Patch;
        /// let moved = Patch { title: Some("Later".into()), ..Patch::default() };
        /// assert!(!moved.is_empty());
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct Patch {
            $($(#[$doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
            /// What the model has no field for on this occurrence.
            #[serde(default, skip_serializing_if = "Unknown::is_empty")]
            pub unknown: Unknown,
        }

        impl Patch {
            /// Whether nothing differs.
            ///
            /// ```
            /// assert!(kalends_calendar::Patch::default().is_empty());
            /// ```
            pub fn is_empty(&self) -> bool {
                self.unknown.is_empty() $(&& self.$field.is_none())*
            }

            /// Sets what differs on `single`.
            ///
            /// ```
            /// use kalends_calendar::{Event, Patch, When};
            /// let mut event = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
            /// Patch { title: Some("Later".into()), ..Patch::default() }.apply(&mut event);
            /// assert_eq!(event.title, "Later");
            /// # Ok::<(), jiff::Error>(())
            /// ```
            pub fn apply(&self, single: &mut Event) {
                $(if let Some(value) = &self.$field { single.$field.clone_from(value); })*
                if !self.unknown.is_empty() { single.unknown = self.unknown.clone(); }
            }

            /// What `single` has differently from `plain`, the occurrence as the series has it.
            ///
            /// ```
            /// use kalends_calendar::{Event, Patch, When};
            /// let plain = Event::new("1@example.com", When::all_day("2026-12-01".parse()?, 1));
            /// let single = Event { title: "Later".into(), ..plain.clone() };
            /// assert_eq!(Patch::between(&plain, &single).title.as_deref(), Some("Later"));
            /// # Ok::<(), jiff::Error>(())
            /// ```
            pub fn between(plain: &Event, single: &Event) -> Self {
                Self {
                    $($field: (plain.$field != single.$field).then(|| single.$field.clone()),)*
                    unknown: if plain.unknown == single.unknown { Unknown::new() } else { single.unknown.clone() },
                }
            }

            /// Three-way merge, field by field: a field that only one side changed against `base` is taken from that
            /// side; where both changed it, `ours` stays. The second value says whether that happened.
            ///
            /// ```
            /// use kalends_calendar::{Patch, Status};
            /// let base = Patch::default();
            /// let ours = Patch { title: Some("Later".into()), ..Patch::default() };
            /// let theirs = Patch { status: Some(Status::Tentative), ..Patch::default() };
            /// let (merged, clash) = Patch::merge(&base, &ours, &theirs);
            /// assert!(merged.title.is_some() && merged.status.is_some() && !clash);
            /// ```
            #[must_use]
            pub fn merge(base: &Self, ours: &Self, theirs: &Self) -> (Self, bool) {
                let mut merged = ours.clone();
                let mut clash = false;
                $(if ours.$field == base.$field {
                    merged.$field.clone_from(&theirs.$field);
                } else if theirs.$field != base.$field && theirs.$field != ours.$field {
                    clash = true;
                })*
                if ours.unknown == base.unknown { merged.unknown = theirs.unknown.clone(); }
                (merged, clash)
            }
        }
    };
}

patch! {
    /// Moved, or of another length.
    when: When,
    /// Summary line.
    title: String,
    /// Longer text.
    text: Text,
    /// Physical places.
    places: Vec<Place>,
    /// Conferences.
    virtual_places: Vec<VirtualPlace>,
    /// Called off but shown, or tentative.
    status: Status,
    /// Whether it takes up time.
    busy: FreeBusy,
    /// Who may see it.
    privacy: Privacy,
    /// Organizer and attendees.
    people: People,
    /// Alarms.
    reminders: Option<Vec<Reminder>>,
    /// Colour.
    color: Option<String>,
    /// Keywords.
    categories: BTreeSet<String>,
    /// Priority.
    priority: u8,
}
