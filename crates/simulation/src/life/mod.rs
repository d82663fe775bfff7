//! One life of a world: its steps, then rest, then the questions.

mod calm;
mod check;
mod meant;
mod pairs;
mod veiled;

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    ledger::Unseen,
    rng::{Rng, mix},
    world::{World, say},
};

/// Steps of one life before it may come to rest: at least a third of it, at most four thirds.
const STEPS: usize = 60;

/// What happens in one life. Each step has a seed of its own, so that leaving one out changes nothing about the others'
/// choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// How the world is made, and how it comes to rest.
    pub seed: u64,
    /// What happens between.
    pub steps: Vec<u64>,
}

/// How a life went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lived {
    /// Steps of people, accidents and workers, coming to rest included.
    pub ticks: u64,
    /// A digest of all that happened.
    pub digest: u64,
    /// An event came back whose deletion nothing could tell us of, and why: what is known and not to be helped.
    pub known: Option<Unseen>,
    /// What did not hold.
    pub violation: Option<Violation>,
    /// What happened, if anybody listened.
    pub trace: Vec<String>,
}

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name (I1–I10, L3), or `panic`.
    pub invariant: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.found)
    }
}

impl Violation {
    pub(crate) fn new(fault: &str) -> Self {
        let (invariant, found) = fault.split_once(": ").unwrap_or(("rest", fault));
        Self {
            invariant: invariant.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// What a world stopped at.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Violation {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Violation::new(&format!("panic: {}", text.unwrap_or("?")))
}

impl Life {
    /// The life that a seed tells.
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(mix(seed, 1));
        let count = STEPS / 3 + rng.below(STEPS);
        let steps = (0..count).map(|_| rng.next_bits()).collect();
        Self { seed, steps }
    }

    /// Lives it.
    pub fn live(&self, listen: bool) -> Lived {
        let mut world = World::new(self.seed, listen);
        if let Some(place) = self.watched(&world) {
            world.watch(place);
        }
        let result = catch_unwind(AssertUnwindSafe(|| self.pass(&mut world)));
        let violation = match result {
            Ok(Ok(())) => self.interferes(&world),
            Ok(Err(fault)) => Some(Violation::new(&fault)),
            Err(panic) => Some(panicked(panic.as_ref())),
        };
        Lived {
            ticks: world.ticks,
            digest: world.digest(),
            known: world.comes_back_unseen().filter(|_| violation.is_none()),
            violation,
            trace: world.trace.unwrap_or_default(),
        }
    }

    fn pass(&self, world: &mut World) -> Result<(), String> {
        for step in &self.steps {
            world.odd_step(*step);
            world.veil_step(*step);
            world.rng = Rng::new(*step);
            world.step();
        }
        world.rng = Rng::new(mix(self.seed, 2));
        world.note_replaced();
        say!(world, "coming to rest");
        world.widen()?;
        world.reunite();
        // Late requests arrive before or after everything else has come to rest.
        if world.rng.chance(50) {
            world.rest()?;
        }
        world.finish_lost();
        for place in 0..world.providers.len() {
            while !world.providers[place].late.is_empty() {
                world.deliver_late(place);
            }
        }
        world.rest()?;
        world.check()?;
        world.list_again()?;
        world.check()?;
        world.turn_again()?;
        world.check()?;
        for _ in 0..2 {
            if let Some(calm) = world.calm_edit() {
                world.turn_calmly(&calm);
                world.rest()?;
                world.check_calm_edit(&calm)?;
            }
        }
        if let Some(calm) = world.calm_deletion() {
            world.turn_calmly(&calm);
            world.rest()?;
            world.check_calm_deletion(&calm)?;
        }
        world.check()
    }
}
