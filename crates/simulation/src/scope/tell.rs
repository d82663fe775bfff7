//! What is asked at the end, and a path told with as few steps as possible.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    Start,
    plan::{Left, Plan},
    step::Step,
};
use crate::{Violation, life, rng::Rng, world::World};

/// What does not hold once the world has come to rest.
pub(super) fn questions(world: &mut World) -> Option<Violation> {
    let asked = catch_unwind(AssertUnwindSafe(|| {
        world.rng = Rng::new(0);
        for place in 0..world.providers.len() {
            while !world.providers[place].late.is_empty() {
                world.deliver_late(place);
            }
        }
        world.rest()?;
        world.check()?;
        world.list_again()?;
        world.check()
    }));
    match asked {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(Violation::new(&fault)),
        Err(panic) => Some(life::panicked(panic.as_ref())),
    }
}

/// The steps that are needed for a violation, told.
pub(super) fn briefly(
    start: &Start,
    left: Left,
    plan: &Plan,
    path: &[Step],
    violation: &Violation,
) -> Vec<String> {
    let fails = |path: &[Step]| {
        let (_, found) = retell(start, left, plan, path, false);
        found.is_some_and(|found| found.invariant == violation.invariant)
    };
    let mut path = path.to_vec();
    let mut at = path.len();
    while at > 0 {
        at -= 1;
        let mut without = path.clone();
        without.remove(at);
        if fails(&without) {
            path = without;
            at = at.min(path.len());
        }
    }
    let (mut trace, found) = retell(start, left, plan, &path, true);
    trace.extend(found.map(|violation| violation.to_string()));
    trace
}

/// The same steps once more; what cannot happen any more is left out.
fn retell(
    start: &Start,
    mut left: Left,
    plan: &Plan,
    path: &[Step],
    listen: bool,
) -> (Vec<String>, Option<Violation>) {
    let mut world = start.world(listen).unwrap();
    let lived = catch_unwind(AssertUnwindSafe(|| {
        for step in path {
            if step.is_possible(&world, left, plan) {
                left = step.happen(&mut world, left, plan);
            }
        }
    }));
    let found = match lived {
        Ok(()) => questions(&mut world),
        Err(panic) => Some(life::panicked(panic.as_ref())),
    };
    (world.trace.unwrap_or_default(), found)
}
