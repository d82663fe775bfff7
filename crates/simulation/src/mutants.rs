//! The laws of sync, taken away one by one: each must be missed.

use sync::{Law, Mask, Role, law};

use crate::{
    model::Place,
    provider::{Kind, Provider, Rewriting},
    report::{self, Report, Tier},
    rng::Rng,
    world::World,
};

/// What became of the world without one law.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The law that was taken away.
    pub law: Law,
    /// Whether an event still is made, brought over, changed and brought over again where nothing goes wrong.
    pub happy: bool,
    /// What many seeds say.
    pub report: Report,
}

impl Mutant {
    /// Lives `count` seeds from `first` on without `law`; with the whole hub, which takes longer, until one fails.
    pub fn of(law: Law, tier: Tier, first: u64, count: u64, threads: usize) -> Self {
        let report = match tier {
            Tier::Rules => report::many(tier, first, count, Some(law), threads),
            Tier::Hub => report::until_missed(tier, first, count, law, threads),
        };
        Self {
            law,
            happy: is_happy(law),
            report,
        }
    }

    /// Whether anybody noticed.
    pub fn is_caught(&self) -> bool {
        !self.report.violations.is_empty()
    }
}

/// Whether the happy path goes well without a law: two calendars, nothing goes wrong.
pub fn is_happy(law: Law) -> bool {
    law::take_away(Some(law));
    let happy = happy_path().is_ok();
    law::take_away(None);
    happy
}

fn happy_path() -> Result<(), String> {
    let place = || Place {
        role: Role::Both,
        mask: Mask::everything(),
        away: false,
    };
    let providers = [Kind::Google, Kind::CalDav].map(|kind| Provider::new(kind, Rewriting::None));
    let places = vec![place(), place()];
    let mut world = World::of(Rng::new(0), places, providers.into(), false);
    world.link();
    world.create_there(0);
    world.rest()?;
    for _ in 0..3 {
        if let Some(calm) = world.calm_edit() {
            world.rest()?;
            world.check_calm_edit(&calm)?;
        }
    }
    let mut providers = world.providers.iter();
    if providers.all(|provider| provider.live().len() == 1) {
        world.check()
    } else {
        Err("it did not arrive".to_owned())
    }
}
