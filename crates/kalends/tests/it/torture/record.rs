//! What there is to read when something was wrong: what people did and when, and what everybody has now. Beside it lies
//! the hub's log.

use std::fmt::Write;

use crate::apps::ALL;

use super::{items::Calendar, world::World};

/// Writes it into a file of the practice's directory.
pub async fn write(world: &World, round: u64, wrong: &[String]) {
    let mut told = String::new();
    for violation in wrong {
        let _ = writeln!(told, "{violation}");
    }
    told += &world.ledger().told();
    for at in ALL {
        let items = Calendar::Practice(at).items(&world.practice).await;
        let _ = writeln!(told, "\n{at:?}");
        for item in items {
            let _ = writeln!(told, "{item:?}");
        }
    }
    for (calendar, at) in &world.calendars {
        let events = super::desk::events(world, calendar).await;
        let _ = writeln!(told, "\nthe hub's {calendar}, at {at}");
        for event in events.unwrap_or_default() {
            let _ = writeln!(told, "{event}");
        }
    }
    let conflicts = world.json("api/v1/conflicts?limit=200").await;
    let conflicts = conflicts.unwrap_or_default();
    for conflict in conflicts["items"].as_array().into_iter().flatten() {
        let _ = writeln!(told, "{conflict}");
    }
    let file = world.practice.dir.path().join(format!("round-{round}.txt"));
    std::fs::write(file, told).unwrap();
}
