//! Random rules against their definition, each over many windows.

use jiff::{SignedDuration, Span, ToSpan, civil::DateTime};
use kalends_calendar::{Compiled, Duration, Until, When};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::support::{
    cases::Outcome,
    definition,
    random::{self, rules, starts},
};

/// Windows over which one rule is compared.
const WINDOWS: u64 = 100;

/// How many rules and windows, and where randomness begins.
pub struct Options {
    cases: u64,
    seed: u64,
}

impl Options {
    /// Reads `--cases N` and `--seed S`.
    pub fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            cases: 100_000,
            seed: 1,
        };
        for pair in words.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{pair:?} lacks a number"));
            };
            let number = value.parse().map_err(|e| format!("{name} {value}: {e}"))?;
            match *name {
                "--cases" => options.cases = number,
                "--seed" => options.seed = number,
                _ => return Err(format!("{name} is neither --cases nor --seed")),
            }
        }
        Ok(options)
    }
}

/// Compares rule after rule until there were enough cases; a case is one rule over one window.
pub fn run(options: &Options) -> Outcome {
    let mut outcome = Outcome::default();
    let rules = options.cases.div_ceil(WINDOWS);
    for number in 0..rules {
        if number > 0 && number % 10_000 == 0 {
            let (passed, failed) = (outcome.passed, outcome.failed.len());
            eprintln!("{number} of {rules} rules: {passed} passed, {failed} failed");
        }
        compare(options.seed, number, &mut outcome);
    }
    outcome
}

/// One rule, which its seed and its number tell.
fn compare(seed: u64, number: u64, outcome: &mut Outcome) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number);
    let mut bytes = [0; 32];
    for part in bytes.chunks_exact_mut(8) {
        part.copy_from_slice(&random.next().to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut rule, start) = (rules(), starts()).new_tree(&mut runner).unwrap().current();
    let mut horizon = random::horizon(&rule, start);
    for _ in 0..random.below(4) {
        horizon = random::horizon(&rule, horizon);
    }
    let seconds = horizon.duration_since(start).as_secs().unsigned_abs();
    match random.below(4) {
        0 => rule.count = Some(u32::try_from(random.below(400)).unwrap() + 1),
        1 => rule.until = Some(Until::Local(later(start, random.below(seconds)))),
        _ => {}
    }
    let expect = definition::instances(&rule, start, horizon);
    let compiled = Compiled::new(&rule, &When::floating(start, Duration::default()));
    for _ in 0..WINDOWS {
        let (from, to) = window(&mut random, start, seconds, &expect);
        match differ(&compiled, from, to, &expect) {
            None => outcome.passed += 1,
            Some(wrong) => outcome.failed.push(format!(
                "rule {number}: {rule} from {start}\n  {from} to {to}: {wrong}"
            )),
        }
    }
}

/// A window before the horizon: anywhere, or between two instances.
fn window(
    random: &mut Random,
    start: DateTime,
    seconds: u64,
    instances: &[DateTime],
) -> (DateTime, DateTime) {
    let mut anywhere = || later(start, random.below(seconds + 1));
    let (mut a, mut b) = (anywhere(), anywhere());
    let mut instance = |other| match random.below(instances.len() as u64 * 2 + 1) {
        n if n < instances.len() as u64 => instances[usize::try_from(n).unwrap()],
        _ => other,
    };
    (a, b) = (instance(a), instance(b));
    let early = match random.below(10) {
        0 => 400.days(),
        _ => Span::new(),
    };
    (a.min(b).saturating_sub(early), a.max(b))
}

/// What the engine says otherwise than the definition.
fn differ(rule: &Compiled, from: DateTime, to: DateTime, all: &[DateTime]) -> Option<String> {
    let first = all.partition_point(|at| *at < from);
    let end = all.partition_point(|at| *at < to).max(first);
    let expect = &all[first..end];
    let forward: Vec<DateTime> = rule.between(from, to).collect();
    let mut folded = Vec::with_capacity(expect.len());
    rule.seconds_between(from, to).for_each(|second| {
        folded.push(DateTime::constant(1970, 1, 1, 0, 0, 0, 0) + SignedDuration::from_secs(second));
    });
    let mut backward: Vec<DateTime> = rule.before(to).take_while(|at| *at >= from).collect();
    backward.reverse();
    for (way, got) in [
        ("forward", forward),
        ("folded", folded),
        ("backward", backward),
    ] {
        if got != expect {
            let at = (0..got.len())
                .find(|i| got.get(*i) != expect.get(*i))
                .unwrap_or(got.len());
            let (found, right) = (got.get(at), expect.get(at));
            return Some(format!(
                "{way}, number {}: {found:?} instead of {right:?}",
                at + 1
            ));
        }
    }
    let counted = rule.count_before(from);
    let latest = all[..first].last().copied();
    let second_before = from.saturating_sub(1.second());
    (counted != first as u64)
        .then(|| format!("counts {counted} before the window instead of {first}"))
        .or_else(|| {
            let got = rule.latest(second_before);
            (got != latest).then(|| format!("{got:?} is the latest instead of {latest:?}"))
        })
}

fn later(start: DateTime, seconds: u64) -> DateTime {
    start.saturating_add(SignedDuration::from_secs(i64::try_from(seconds).unwrap()))
}

/// A sequence of numbers without pattern (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}
