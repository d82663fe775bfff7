//! Tier T3 of `docs/sync.md`: the real program on a real database is killed again and again (`kill -9`) while people work
//! and the network fails; then everything comes to rest, and what must hold is looked at.
//!
//! `cargo xtask torture` asks for many kills, with `KALENDS_TORTURE="seed=1 kills=20 storage=postgres://…"`; the ordinary
//! tests for a few. Chance decides by the seed, but processes and clocks have a will of their own: a seed is a story of
//! the same kind, not the same story.

mod check;
mod desk;
mod items;
mod ledger;
mod object;
mod people;
mod record;
mod rest;
mod rng;
mod words;
mod world;
mod writes;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use tokio::{process::Child, time::sleep};

use crate::apps::ALL;

use rng::Rng;
use world::World;

/// Kills before everything is left alone to come to rest.
const KILLS_A_ROUND: u64 = 10;
/// How long the hub lives, at most, in milliseconds: from its start, or from when it answers.
const LIFE_MS: u64 = 800;

/// What is asked for.
struct Order {
    seed: u64,
    kills: u64,
    storage: Option<String>,
}

impl Order {
    fn read() -> Self {
        let mut order = Self {
            seed: 1,
            kills: 5,
            storage: None,
        };
        let asked = std::env::var("KALENDS_TORTURE").unwrap_or_default();
        for word in asked.split_whitespace() {
            match word.split_once('=') {
                Some(("seed", seed)) => order.seed = seed.parse().unwrap(),
                Some(("kills", kills)) => order.kills = kills.parse().unwrap(),
                Some(("storage", url)) => order.storage = Some(url.to_owned()),
                _ => panic!("KALENDS_TORTURE: {word}: seed=, kills= or storage="),
            }
        }
        order
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_its_word() {
    let order = Order::read();
    let begun = Instant::now();
    let (world, mut hub) = World::start(order.storage.as_deref()).await;
    let (mut kills, mut violations, mut round) = (0, 0, 0);
    while kills < order.kills {
        round += 1;
        let some = KILLS_A_ROUND.min(order.kills - kills);
        let mut rng = Rng::new(order.seed * 1_000 + round);
        let mut wrong = torment(&world, &mut hub, some, &mut rng).await;
        kills += some;
        world.practice.no_faults().await;
        if let Err(trouble) = world.ready().await {
            wrong.push(trouble);
        }
        wrong.extend(check::all(&world).await);
        tell(&world, (round, some), &wrong).await;
        if !wrong.is_empty() {
            record::write(&world, round, &wrong).await;
        }
        violations += wrong.len();
    }
    let edits = world.ledger().deeds;
    let _ = hub.kill().await;
    let dir = world.practice.stop().await;
    let logs = (violations > 0).then(|| dir.keep());
    println!(
        "seed {}, {kills} kills, {edits} edits, {violations} violations, {} seconds",
        order.seed,
        begun.elapsed().as_secs()
    );
    assert!(logs.is_none(), "the logs are in {logs:?}");
}

/// A line per round, and what was found.
async fn tell(world: &World, (round, kills): (u64, u64), wrong: &[String]) {
    let state = world.practice.state().await;
    let sum = |what: &str| -> u64 {
        let counts = ALL.map(|at| state[at.name()][what].as_u64().unwrap());
        counts.iter().sum()
    };
    let deeds = world.ledger().deeds;
    println!(
        "round {round}: {kills} kills; so far {deeds} deeds, {} writes, {} lost, {} refused: {}",
        sum("writes"),
        sum("lost"),
        sum("refused"),
        if wrong.is_empty() {
            "clean"
        } else {
            "VIOLATED"
        }
    );
    for violation in wrong {
        println!("  {violation}");
    }
}

/// People work while the hub is killed and started; it runs in the end.
async fn torment(world: &World, hub: &mut Child, kills: u64, rng: &mut Rng) -> Vec<String> {
    let done = AtomicBool::new(false);
    let mut streams = (0..4).map(|n| Rng::new(rng.below(1 << 40) + n));
    let mut stream = || streams.next().unwrap();
    let (a, b, c, d) = (stream(), stream(), stream(), stream());
    let kill = async {
        let mut wrong = Vec::new();
        for _ in 0..kills {
            world.trouble(rng).await;
            // Some die while they start, the others at work.
            let answers = rng.chance(70);
            if answers && let Err(trouble) = world.ready().await {
                wrong.push(trouble);
                break;
            }
            sleep(Duration::from_millis(rng.below(LIFE_MS))).await;
            hub.kill().await.unwrap();
            wrong.extend(check::any_leaks(world).await);
            *hub = world.launch();
        }
        done.store(true, Ordering::SeqCst);
        wrong
    };
    let (.., wrong) = tokio::join!(
        people::work(world, ALL[0], a, &done),
        people::work(world, ALL[1], b, &done),
        people::work(world, ALL[2], c, &done),
        desk::work(world, d, &done),
        kill,
    );
    wrong
}
