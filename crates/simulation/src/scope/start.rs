//! Where an exploration begins: one event, linked in all calendars, at rest.

use sync::{Mask, Role};

use crate::{
    model::Place,
    provider::{Kind, Provider, Rewriting},
    rng::Rng,
    slots::Slot,
    world::{World, casting::fields},
};

/// What people edit: a title, one line of a text, one occurrence.
const SLOTS: [Slot; 3] = [Slot::Title, Slot::Line(0), Slot::Occurrence(0)];

/// Ids that a provider makes of its position sort in the order in which they were made.
const POSITION: u64 = 100;

/// Who takes part.
#[derive(Clone, Debug)]
pub struct Start {
    kinds: Vec<Kind>,
    masked: bool,
}

impl Start {
    /// Every combination of providers, linked both ways or from a source to targets that see titles only. Of calendars that
    /// are linked both ways each selection comes once.
    pub fn all(calendars: usize) -> Vec<Self> {
        let mut kinds: Vec<Vec<Kind>> = vec![Vec::new()];
        for _ in 0..calendars {
            kinds = kinds
                .iter()
                .flat_map(|before| {
                    [Kind::Google, Kind::Graph, Kind::CalDav].map(|kind| {
                        let mut kinds = before.clone();
                        kinds.push(kind);
                        kinds
                    })
                })
                .collect();
        }
        let start = |kinds: &Vec<Kind>, masked| Self {
            kinds: kinds.clone(),
            masked,
        };
        let sorted = kinds
            .iter()
            .filter(|kinds| kinds.is_sorted_by_key(|kind| *kind as u8));
        let both = sorted.map(|kinds| start(kinds, false));
        both.chain(kinds.iter().map(|kinds| start(kinds, true)))
            .collect()
    }

    /// Its name, for people.
    pub fn name(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|kind| format!("{kind:?}")).collect();
        let how = if self.masked { " -> " } else { " <-> " };
        kinds.join(how)
    }

    /// How its calendars are linked.
    pub(super) fn places(&self) -> Vec<Place> {
        let place = |index: usize| Place {
            role: match index {
                _ if !self.masked => Role::Both,
                0 => Role::Source,
                _ => Role::Target,
            },
            mask: if self.masked && index > 0 {
                fields(&[Slot::Title])
            } else {
                Mask::everything()
            },
            away: false,
        };
        (0..self.kinds.len()).map(place).collect()
    }

    /// The world as it is then.
    pub(super) fn world(&self, listen: bool) -> Result<World, String> {
        let providers = self.kinds.iter().map(|kind| {
            let rewriting = match kind {
                Kind::Google => Rewriting::Trim,
                Kind::Graph => Rewriting::Html,
                Kind::CalDav | Kind::Feed => Rewriting::None,
            };
            let mut provider = Provider::new(*kind, rewriting);
            provider.position = POSITION;
            provider
        });
        let mut world = World::of(Rng::new(0), self.places(), providers.collect(), false);
        world.link();
        world.create_there(0);
        world.rest()?;
        world.faults = true;
        world.slots = &SLOTS;
        world.trace = listen.then(Vec::new);
        Ok(world)
    }
}
