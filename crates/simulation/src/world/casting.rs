//! Who takes part: how the calendars are linked, and which habits their providers have.

use sync::{Mask, MaskKind, Role};

use crate::{
    model::Place,
    provider::{Kind, Provider, Rewriting},
    rng::Rng,
    slots::Slot,
};

/// How the calendars of this world are linked.
pub(super) fn places(rng: &mut Rng) -> Vec<Place> {
    let place = |role, mask| Place {
        role,
        mask,
        away: false,
    };
    let all = Mask::everything;
    match rng.below(8) {
        0 => vec![place(Role::Both, all()), place(Role::Both, all())],
        1 => vec![
            place(Role::Source, all()),
            place(Role::Target, Mask::busy("Busy")),
        ],
        2 => vec![
            place(Role::Source, all()),
            place(Role::Target, fields(&[Slot::Title])),
            place(Role::Target, all()),
        ],
        3 => vec![
            place(Role::Both, all()),
            place(Role::Both, fields(&[Slot::Title, Slot::Place])),
        ],
        4 => vec![
            place(Role::Both, all()),
            place(Role::Both, all()),
            place(Role::Target, Mask::busy("Away")),
        ],
        5 => vec![
            place(Role::Source, all()),
            place(Role::Source, all()),
            place(Role::Target, fields(&[Slot::Title])),
        ],
        _ => vec![
            place(Role::Both, all()),
            place(Role::Both, all()),
            place(Role::Both, all()),
        ],
    }
}

/// A provider with some habits.
pub(super) fn provider(rng: &mut Rng) -> Provider {
    let (kind, rewriting) = match rng.below(3) {
        0 => (Kind::Google, Rewriting::Trim),
        1 => (Kind::Graph, Rewriting::Html),
        _ if rng.chance(30) => (Kind::CalDav, Rewriting::Trim),
        _ => (Kind::CalDav, Rewriting::None),
    };
    Provider::new(kind, rewriting)
}

/// A mask that a member may get instead of the one that it has.
pub(super) fn mask(rng: &mut Rng) -> Mask {
    match rng.below(4) {
        0 => Mask::everything(),
        1 => Mask::busy("Busy"),
        2 => fields(&[Slot::Title]),
        _ => fields(&[Slot::Title, Slot::Place]),
    }
}

pub(crate) fn fields(units: &[Slot]) -> Mask {
    Mask {
        kind: MaskKind::Fields(units.iter().map(|slot| slot.unit()).collect()),
        title: None,
        show_private: false,
        private: false,
    }
}
