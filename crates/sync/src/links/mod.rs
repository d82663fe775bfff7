//! Linking: local copies of one linked event, kept in step by projection.
//!
//! Nothing here touches a provider. [`inward`] brings what changed on a copy into the linked event, [`outward`] brings
//! the linked event to the other copies through their masks; both compare with `agreed`, so deltas are never passed on
//! and A → B → C → A cannot loop.

pub mod filter;
mod flow;
mod join;
mod mask;
mod matching;
mod moved;
mod part;
mod private;
mod relink;
mod remask;
mod stop;

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Event, RecurrenceId, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use filter::Filter;
pub use flow::{Outward, begin, died, gives_way, inward, outward, outward_own, revived, seen};
pub use join::attach;
pub use mask::{Mask, MaskKind};
pub use matching::content_key;
pub use moved::{Moved, follow, leave, lives_as, moved, speaks};
pub use part::{Part, is_over, occurrence};
pub use private::{hide, keeps_private, sees_less};
pub use relink::{Relinked, relink, relink_own, unlink};
pub use remask::{Made, remask};
pub use stop::{pass, stop};

use crate::{CalendarId, CopyId, LinkId, LinkedId, copy::pairs};

/// What all members of a link hold together about one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Its identity.
    pub id: LinkedId,
    /// The link that it belongs to.
    pub link: LinkId,
    /// The value; no people, nothing that is local to a copy.
    pub value: Event,
    /// Who last changed each unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub authors: BTreeMap<Unit, CalendarId>,
    /// Whether it exists.
    pub alive: bool,
    /// The copy that it began with.
    pub origin: CopyId,
}

/// How one calendar takes part in one linked event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may be so without the others"
)]
pub struct Member {
    /// The linked event.
    pub linked: LinkedId,
    /// The link.
    pub link: LinkId,
    /// The calendar.
    pub calendar: CalendarId,
    /// Its copy.
    pub copy: CopyId,
    /// Which part of the linked event that is. A calendar has at most one member for each.
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    pub part: Part,
    /// Why the provider cannot have the series, if so: it is stopped, and occurrences near to today are members instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploded: Option<String>,
    /// Occurrences that the provider cannot have within the series: each is a member of its own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub apart: BTreeSet<RecurrenceId>,
    /// Direction.
    pub role: Role,
    /// What may be seen there.
    pub mask: Mask,
    /// The linked value, as projected for this member, that its copy last agreed with.
    pub agreed: Event,
    /// Liveness that its copy last agreed with.
    pub agreed_alive: bool,
    /// When its copy turned up beside copies of the same event that were there already; `None` if they all met, or if it is a
    /// mirror. A deletion elsewhere soon afterwards is the other half of a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// A person removed it here, on a target: it stays away (L3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
    /// A filter keeps its mirror away for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Whether it follows the link at present; kept after unlinking so that relinking remembers (L7).
    pub attached: bool,
}

impl Member {
    /// Whether it is all of the event in this calendar.
    pub fn is_whole_in(&self, calendar: CalendarId) -> bool {
        self.calendar == calendar && self.part.is_whole()
    }
}

/// Direction of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Flows out, is never written (L5).
    Source,
    /// Receives only.
    Target,
    /// Both.
    Both,
}

impl Role {
    /// Whether changes on this member flow out.
    pub fn sends(self) -> bool {
        self != Self::Target
    }

    /// Whether this member is written.
    pub fn receives(self) -> bool {
        self != Self::Source
    }
}
