//! Many short lives of a small world, each told by its seed.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::world::{World, say};

/// Steps of one life before it may come to rest.
const STEPS: usize = 60;

fn live(world: &mut World) -> Result<(), String> {
    let steps = STEPS / 3 + world.rng.below(STEPS);
    for _ in 0..steps {
        world.step();
    }
    say!(world, "coming to rest");
    world.link();
    for place in 0..world.providers.len() {
        if world.hub.places[place].away {
            world.hub.come_back(place);
        }
    }
    // Late requests arrive before or after everything else has come to rest.
    if world.rng.chance(50) {
        world.rest()?;
    }
    for place in 0..world.providers.len() {
        while !world.providers[place].late.is_empty() {
            world.deliver_late(place);
        }
    }
    world.rest()?;
    world.check()?;
    world.list_again()?;
    world.check()?;
    for _ in 0..2 {
        world.calm_edit()?;
    }
    world.calm_deletion()?;
    world.check()
}

/// Lives one seed; what went wrong.
pub fn run(seed: u64, listen: bool) -> Option<String> {
    let mut world = World::new(seed, listen);
    let result = catch_unwind(AssertUnwindSafe(|| live(&mut world)));
    let fault = match result {
        Ok(Ok(())) => return None,
        Ok(Err(fault)) => fault,
        Err(_) => "panic".to_owned(),
    };
    let trace = world.trace.unwrap_or_default().join("\n");
    Some(format!("{trace}\n{fault}"))
}

#[test]
fn nothing_is_lost_doubled_leaked_or_written_without_end() {
    let number = |name: &str, default| {
        let value = std::env::var(name).ok();
        value.and_then(|n| n.parse::<u64>().ok()).unwrap_or(default)
    };
    let (from, count) = (number("KALENDS_SEED", 0), number("KALENDS_SEEDS", 3000));
    // One seed for each kind of failure.
    let mut kinds = BTreeMap::new();
    for seed in from..from + count {
        if let Some(story) = run(seed, false) {
            let kind: String = story
                .chars()
                .filter(|c| !c.is_ascii_digit())
                .take(60)
                .collect();
            kinds.entry(kind).or_insert_with(Vec::new).push(seed);
        }
    }
    if let Some(first) = kinds.values().flatten().min() {
        let story = run(*first, true).unwrap_or_default();
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, seeds)| {
                format!(
                    "{} times, such as {:?}: {}",
                    seeds.len(),
                    &seeds[..seeds.len().min(6)],
                    kind.trim()
                )
            })
            .collect();
        panic!(
            "seed {first} fails:\n{story}\nof {count} seeds:\n{}",
            kinds.join("\n")
        );
    }
}
