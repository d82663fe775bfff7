//! Many lives, on all cores, and what came of them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use sync::{Law, law};

use crate::{Life, Lived, Unseen, Violation, rng::mix, whole::House};

/// Seeds that a thread takes at once.
const CHUNK: u64 = 64;

/// A transaction of the hub carries whole events, several levels deep.
pub(crate) const STACK: usize = 16 << 20;

/// What of Kalends is real in a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The planner, the merge, links and masks; the hub is a few vectors.
    Rules,
    /// All of the hub, on SQLite.
    Hub,
}

/// Lives lives, of one tier, on one thread.
pub struct Living {
    house: Option<(tokio::runtime::Runtime, House)>,
}

impl Living {
    /// Ready for lives of a tier.
    pub fn new(tier: Tier) -> Self {
        let house = (tier == Tier::Hub).then(|| {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_all().build().unwrap();
            let house = runtime.block_on(House::new()).unwrap();
            (runtime, house)
        });
        Self { house }
    }

    /// Lives one.
    pub fn live(&self, life: &Life, listen: bool) -> Lived {
        match &self.house {
            Some((runtime, house)) => runtime.block_on(house.live(life, listen)),
            None => life.live(listen),
        }
    }
}

/// What came of many lives.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many were lived.
    pub seeds: u64,
    /// Steps of all of them.
    pub ticks: u64,
    /// A digest of all of them, whatever their order.
    pub digest: u64,
    /// Which failed, and how, by seed.
    pub violations: Vec<(u64, Violation)>,
    /// In how many an event came back whose deletion nothing could tell us of, and why not.
    pub known: BTreeMap<Unseen, u64>,
    /// Time on the clock.
    pub wall: Duration,
    /// On so many threads.
    pub threads: usize,
}

impl Report {
    /// Steps per second and thread.
    pub fn steps_per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let (ticks, threads) = (self.ticks as f64, self.threads.max(1) as f64);
        ticks / self.wall.as_secs_f64().max(1e-9) / threads
    }

    fn add(&mut self, seed: u64, lived: Lived) {
        self.seeds += 1;
        self.ticks += lived.ticks;
        self.digest ^= mix(seed, lived.digest);
        if let Some(why) = lived.known {
            *self.known.entry(why).or_default() += 1;
        }
        self.violations
            .extend(lived.violation.map(|violation| (seed, violation)));
    }

    fn join(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.ticks += other.ticks;
        self.digest ^= other.digest;
        for (why, count) in other.known {
            *self.known.entry(why).or_default() += count;
        }
        self.violations.extend(other.violations);
    }
}

/// Lives `count` seeds from `first` on, without a law if one is named.
pub fn many(tier: Tier, first: u64, count: u64, without: Option<Law>, threads: usize) -> Report {
    live(tier, first, count, without, threads, false)
}

/// The same until a life fails; the others that had begun are lived to their end.
pub fn until_missed(tier: Tier, first: u64, count: u64, law: Law, threads: usize) -> Report {
    live(tier, first, count, Some(law), threads, true)
}

fn live(
    tier: Tier,
    first: u64,
    count: u64,
    without: Option<Law>,
    threads: usize,
    one_is_enough: bool,
) -> Report {
    let missed = AtomicBool::new(false);
    let next = AtomicU64::new(0);
    let begin = Instant::now();
    let work = || {
        law::take_away(without);
        let mut report = Report::default();
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= count {
                return report;
            }
            // A database is for so many lives: it grows with each.
            let living = Living::new(tier);
            for seed in first + from..first + (from + CHUNK).min(count) {
                if one_is_enough && missed.load(Ordering::Relaxed) {
                    return report;
                }
                report.add(seed, living.live(&Life::of(seed), false));
                missed.fetch_or(!report.violations.is_empty(), Ordering::Relaxed);
            }
        }
    };
    let mut report = Report {
        threads,
        ..Report::default()
    };
    thread::scope(|scope| {
        let spawn = |_| {
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, work).unwrap()
        };
        let running: Vec<_> = (0..threads).map(spawn).collect();
        for thread in running {
            report.join(thread.join().unwrap());
        }
    });
    report.wall = begin.elapsed();
    report.violations.sort_by_key(|(seed, _)| *seed);
    report
}
