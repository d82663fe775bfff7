//! What of an event may be seen in another calendar.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, Privacy, Unit, unit};
use serde::{Deserialize, Serialize};

use crate::law::{Law, holds};

/// The title of a block about which nothing may be seen.
const BUSY: &str = "Busy";

/// What a member may see of the linked event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mask {
    /// Which fields.
    pub kind: MaskKind,
    /// Title of events whose own title is covered; «Busy» if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether private and secret events are shown like all others. If not, only their time is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub show_private: bool,
    /// Whether mirrors in this calendar are private at least, whatever the original is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
}

/// Which fields a mask lets through. Time, repetition, status and free/busy always pass; people and what is local to a
/// copy never do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MaskKind {
    /// Everything.
    Everything,
    /// Only that the time is taken.
    Busy,
    /// Time and these.
    Fields(BTreeSet<Unit>),
}

impl Mask {
    /// Everything, private events as blocks.
    pub fn everything() -> Self {
        Self {
            kind: MaskKind::Everything,
            title: None,
            show_private: false,
            private: false,
        }
    }

    /// Blocks with this title.
    pub fn busy(title: impl Into<String>) -> Self {
        Self {
            kind: MaskKind::Busy,
            title: Some(title.into()),
            show_private: false,
            private: false,
        }
    }

    /// The mask that holds for an event of this privacy.
    fn kind_for(&self, privacy: Privacy) -> &MaskKind {
        if privacy != Privacy::Public && !self.show_private && holds(Law::PrivatesAreBlocks) {
            &MaskKind::Busy
        } else {
            &self.kind
        }
    }

    /// Whether `unit` of an event with this privacy is hidden from the member. An override is never hidden as a whole;
    /// see [`Mask::project`] for what is left of it.
    pub fn covers(&self, unit: &Unit, privacy: Privacy) -> bool {
        (self.private && *unit == Unit::Privacy) || covers(self.kind_for(privacy), unit)
    }

    /// The event as the member may see it. UID, timestamps and everything local to a copy are blank.
    pub fn project(&self, value: &Event) -> Event {
        let kind = self.kind_for(value.privacy);
        let mut seen = Event::new("", value.when.clone());
        for unit in unit::all([value]) {
            if !covers(kind, &unit) {
                unit.take(&mut seen, value);
            }
        }
        if covers(kind, &Unit::Title) {
            self.block_title().clone_into(&mut seen.title);
        }
        if self.private {
            seen.privacy = seen.privacy.max(Privacy::Private);
        }
        for entry in seen.overrides.values_mut() {
            if let Override::Patch(patch) = entry {
                let kind = self.kind_for(patch.privacy.unwrap_or(value.privacy));
                **patch = reduced(kind, patch);
                if self.private {
                    patch.privacy = None;
                }
                if kind == &MaskKind::Busy && self.kind_for(value.privacy) != kind {
                    patch.title = Some(self.block_title().to_owned());
                }
            }
        }
        seen
    }

    /// Brings an occurrence that changed on a masked copy into `value`: the fields that the mask shows come from
    /// `local`, the covered ones stay as they are.
    pub(super) fn absorb_override(&self, unit: &Unit, value: &mut Event, local: &Event) {
        let Unit::Override(id) = unit else { return };
        // What is private of an occurrence alone is hidden like all that is private.
        let own = match value.overrides.get(id) {
            Some(Override::Patch(patch)) => patch.privacy,
            _ => None,
        };
        let kind = self.kind_for(own.unwrap_or(value.privacy)).clone();
        let Some(Override::Patch(shown)) = local.overrides.get(id) else {
            unit.take(value, local);
            return;
        };
        let hidden = match value.overrides.get(id) {
            Some(Override::Patch(patch)) => (**patch).clone(),
            _ => Patch::default(),
        };
        let mut patch = reduced(&kind, shown);
        macro_rules! keep_hidden {
            ($($unit:ident: $($field:ident),+;)*) => {
                $(if covers(&kind, &Unit::$unit) { $(patch.$field = hidden.$field;)+ })*
            };
        }
        if self.private {
            patch.privacy = hidden.privacy;
        }
        keep_hidden! {
            Title: title;
            Place: places;
            Conference: virtual_places;
            Text: text;
            Privacy: privacy;
            Categories: categories, priority;
        }
        value
            .overrides
            .insert(*id, Override::Patch(Box::new(patch)));
    }

    /// What comes to a copy of an occurrence of which the origin's mask hides something: what it does say, and of the rest what
    /// the copy has.
    pub(super) fn fill_override(&self, unit: &Unit, copy: &Event, shown: &Event) -> Event {
        let mut filled = copy.clone();
        Self::busy("").absorb_override(unit, &mut filled, shown);
        let Unit::Override(id) = unit else {
            return filled;
        };
        if let (Some(Override::Patch(patch)), Some(Override::Patch(said))) =
            (filled.overrides.get_mut(id), shown.overrides.get(id))
        {
            let said = reduced(self.kind_for(copy.privacy), said);
            macro_rules! take {
                ($($field:ident),+) => {
                    $(if said.$field.is_some() { patch.$field.clone_from(&said.$field); })+
                };
            }
            take!(
                title,
                text,
                places,
                virtual_places,
                privacy,
                categories,
                priority
            );
        }
        filled
    }

    /// The mask of what is made in the calendar itself: only mirrors are made private.
    pub(super) fn of_originals(&self) -> Self {
        Self {
            private: false,
            ..self.clone()
        }
    }

    fn block_title(&self) -> &str {
        self.title.as_deref().unwrap_or(BUSY)
    }
}

fn covers(kind: &MaskKind, unit: &Unit) -> bool {
    match unit {
        Unit::When | Unit::Rule | Unit::Override(_) | Unit::Status | Unit::Busy => false,
        // Mirrors carry no attendees: nothing that we write may invite anybody.
        Unit::Person(_) | Unit::Reminders | Unit::Color | Unit::Unknown(_) => true,
        unit => match kind {
            MaskKind::Everything => false,
            MaskKind::Busy => true,
            MaskKind::Fields(shown) => !shown.contains(unit),
        },
    }
}

/// What a mask of this kind leaves of an override.
fn reduced(kind: &MaskKind, patch: &Patch) -> Patch {
    fn shown<T: Clone>(kind: &MaskKind, unit: &Unit, value: Option<&T>) -> Option<T> {
        if covers(kind, unit) {
            None
        } else {
            value.cloned()
        }
    }
    Patch {
        when: patch.when.clone(),
        status: patch.status,
        busy: patch.busy,
        title: shown(kind, &Unit::Title, patch.title.as_ref()),
        text: shown(kind, &Unit::Text, patch.text.as_ref()),
        places: shown(kind, &Unit::Place, patch.places.as_ref()),
        virtual_places: shown(kind, &Unit::Conference, patch.virtual_places.as_ref()),
        privacy: shown(kind, &Unit::Privacy, patch.privacy.as_ref()),
        categories: shown(kind, &Unit::Categories, patch.categories.as_ref()),
        priority: shown(kind, &Unit::Categories, patch.priority.as_ref()),
        ..Patch::default()
    }
}
