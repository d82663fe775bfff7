//! The search: depth first, one piece for each start and plan, so that threads share nothing.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use sync::{Law, law};

use super::{
    Start, digest,
    order::Order,
    plan::{Left, Plan},
    step::{Step, is_at_rest},
    tell,
};
use crate::{Violation, life, report::STACK, rng::mix, world::World};

/// What did not hold, and how it came to that.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it began.
    pub start: String,
    /// What did not hold.
    pub violation: Violation,
    /// What happened, with what is not needed for it left out.
    pub trace: Vec<String>,
}

/// Which orders are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orders {
    /// Those that can make a difference.
    Needed,
    /// All of them.
    All,
}

/// What came of an exploration.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// States that were come to, on every way.
    pub visited: u64,
    /// Those that differ.
    pub distinct: u64,
    /// The digests of those in which nothing more happens, each looked at.
    pub ends: BTreeSet<u64>,
    /// How many of those did not hold.
    pub violations: u64,
    /// The first of each invariant and start.
    pub found: Vec<Found>,
    /// Time on the clock.
    pub wall: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} states visited, {} distinct, {} ends checked, {} violations, {:.1} s",
            self.visited,
            self.distinct,
            self.ends.len(),
            self.violations,
            self.wall.as_secs_f64()
        )
    }
}

impl Report {
    /// Adds another one.
    pub fn join(&mut self, other: Self) {
        self.visited += other.visited;
        self.distinct += other.distinct;
        self.ends.extend(other.ends);
        self.violations += other.violations;
        self.wall += other.wall;
        for found in other.found {
            let same = |known: &Found| {
                known.start == found.start && known.violation.invariant == found.violation.invariant
            };
            if !self.found.iter().any(same) {
                self.found.push(found);
            }
        }
    }
}

/// Explores all that can happen from each start, without a law if one is named.
pub fn explore(
    starts: &[Start],
    left: Left,
    orders: Orders,
    without: Option<Law>,
    threads: usize,
) -> Report {
    let begin = Instant::now();
    let mut pieces = Vec::new();
    for start in starts {
        // Every world of a start has the same places.
        let plans = Plan::all(&start.places(), left).into_iter();
        pieces.extend(plans.map(|plan| (start, plan)));
    }
    let next = AtomicUsize::new(0);
    let work = || {
        law::take_away(without);
        let mut report = Report::default();
        while let Some((start, plan)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            report.join(search(start, left, plan, orders));
        }
        report
    };
    let mut report = Report::default();
    thread::scope(|scope| {
        let spawn = |_| {
            let thread = thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, work).unwrap()
        };
        let running: Vec<_> = (0..threads.max(1)).map(spawn).collect();
        for thread in running {
            report.join(thread.join().unwrap());
        }
    });
    report.wall = begin.elapsed();
    report
}

/// One start and one plan: one search.
fn search(start: &Start, left: Left, plan: &Plan, orders: Orders) -> Report {
    let name = start.name();
    let mut search = Search {
        start,
        name: name.bytes().fold(0, |all, byte| mix(all, byte.into())),
        plan,
        left,
        order: Order::new(orders == Orders::Needed),
        seen: HashMap::new(),
        path: Vec::new(),
        stopped: false,
        report: Report::default(),
    };
    match start.world(false) {
        Ok(world) => search.go_on(&world, left),
        Err(fault) => search.found(Violation::new(&fault)),
    }
    search.report.distinct = u64::try_from(search.seen.len()).unwrap();
    search.report
}

/// Steps after which things that still move will never rest.
const STEPS_MAX: usize = 400;

struct Search<'s> {
    start: &'s Start,
    /// A digest of its name.
    name: u64,
    plan: &'s Plan,
    left: Left,
    order: Order,
    /// The states, and how many accidents were left in them at most.
    seen: HashMap<(u64, usize), usize>,
    path: Vec<Step>,
    /// There is no end of states.
    stopped: bool,
    report: Report,
}

impl Search<'_> {
    fn arrive(&mut self, step: Step, world: &World, left: Left) {
        self.report.visited += 1;
        let state = (digest::of(world), left.operations);
        // Whatever can happen with fewer accidents can happen with more.
        match self.seen.get(&state) {
            Some(known) if *known >= left.faults => return,
            _ => self.seen.insert(state, left.faults),
        };
        self.path.push(step);
        if self.path.len() > STEPS_MAX {
            self.found(Violation::new("it never comes to rest"));
            self.stopped = true;
        }
        if is_at_rest(world) {
            self.end(state.0, world);
        }
        self.go_on(world, left);
        self.path.pop();
    }

    fn go_on(&mut self, world: &World, left: Left) {
        let (order, plan) = (&mut self.order, self.plan);
        let next = catch_unwind(AssertUnwindSafe(|| order.next(world, left, plan)));
        match next {
            Ok(next) => {
                for (step, world, left) in next {
                    if self.stopped {
                        return;
                    }
                    self.arrive(step, &world, left);
                }
            }
            Err(panic) => self.found(life::panicked(panic.as_ref())),
        }
    }

    /// Nothing more happens: is all as it should be?
    fn end(&mut self, state: u64, world: &World) {
        if !self.report.ends.insert(mix(state, self.name)) {
            return;
        }
        if let Some(violation) = tell::questions(&mut world.clone()) {
            self.found(violation);
        }
    }

    fn found(&mut self, violation: Violation) {
        self.report.violations += 1;
        let known = |found: &Found| found.violation.invariant == violation.invariant;
        if !self.report.found.iter().any(known) {
            let trace = tell::briefly(self.start, self.left, self.plan, &self.path, &violation);
            self.report.found.push(Found {
                start: self.start.name(),
                violation,
                trace,
            });
        }
    }
}
