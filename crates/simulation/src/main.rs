//! `simulate`: lives many worlds and says what did not hold in them.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool speaks on the terminal"
)]

use std::{fmt::Write, fs, path::PathBuf, process::ExitCode, slice, thread};

use clap::Parser;
use kalends_simulation::{
    Life, Unseen,
    mutants::Mutant,
    report::{self, Living, Tier},
    scope::{self, Left, Orders, Report, Start},
    shrink::shrink,
};
use sync::{Law, law};

/// How many failing seeds of a kind are named.
const SEEDS_TOLD: usize = 20;

/// Lives seeded worlds and says what did not hold in them.
#[derive(Parser)]
#[command(name = "cargo xtask simulate", version)]
struct Arguments {
    /// How many worlds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// What is real: 1, the rules; 2, the whole hub on SQLite.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    tier: u8,
    /// Take this law away (its name, as `--mutants` prints it).
    #[arg(long)]
    mutant: Option<String>,
    /// Take every law away, one after the other, and say by how many seeds it is missed.
    #[arg(long, conflicts_with = "mutant")]
    mutants: bool,
    /// Of the laws, only these.
    #[arg(long, requires = "mutants", value_delimiter = ',')]
    only: Vec<String>,
    /// Write for each law the first seed that misses it into this file.
    #[arg(long, requires = "mutants")]
    write: Option<PathBuf>,
    /// Tell the whole life of the first seed.
    #[arg(long)]
    trace: bool,
    /// Explore all that can happen in a small scope instead: every order, every accident.
    #[arg(long, conflicts_with_all = ["mutants", "trace"])]
    exhaustive: bool,
    /// In how many calendars.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=3))]
    calendars: u8,
    /// From this start only: two calendars and the link between them, `CalDav <-> CalDav` say.
    #[arg(long)]
    start: Option<String>,
    /// How many things people do.
    #[arg(long, default_value_t = 2)]
    operations: usize,
    /// How many accidents happen.
    #[arg(long, default_value_t = 1)]
    faults: usize,
    /// On so many threads; one world is always lived on one.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A world that stops is told with its seed, not where it stops.
    std::panic::set_hook(Box::new(|_| {}));
    let law = arguments.mutant.as_deref().map(law_named);
    if law == Some(None) {
        return ExitCode::FAILURE;
    }
    let law = law.flatten();
    let fine = if arguments.exhaustive {
        exhaustive(&arguments, law)
    } else if arguments.mutants {
        all_mutants(&arguments)
    } else if arguments.trace {
        let living = Living::new(tier(&arguments));
        tell(&living, &Life::of(arguments.first_seed), law)
    } else {
        lives(&arguments, law)
    };
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn law_named(name: &str) -> Option<Law> {
    let law = Law::ALL.iter().find(|law| law.name() == name);
    if law.is_none() {
        println!("--mutant {name}: there is no such law. The laws are:");
        for law in Law::ALL {
            println!("  {:28} {}", law.name(), law.about());
        }
    }
    law.copied()
}

fn tier(arguments: &Arguments) -> Tier {
    if arguments.tier == 2 {
        Tier::Hub
    } else {
        Tier::Rules
    }
}

fn threads(arguments: &Arguments) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    arguments.threads.unwrap_or(cores).max(1)
}

fn lives(arguments: &Arguments, law: Option<Law>) -> bool {
    let (first, count) = (arguments.first_seed, arguments.seeds);
    let report = report::many(tier(arguments), first, count, law, threads(arguments));
    let living = Living::new(tier(arguments));
    let mut kinds: Vec<&str> = Vec::new();
    for (seed, violation) in &report.violations {
        if !kinds.contains(&violation.invariant.as_str()) {
            kinds.push(&violation.invariant);
            let same = report.violations.iter();
            let same = same.filter(|(_, v)| v.invariant == violation.invariant);
            let seeds: Vec<u64> = same.map(|(seed, _)| *seed).collect();
            let told = &seeds[..seeds.len().min(SEEDS_TOLD)];
            let count = seeds.len();
            println!("{count} violations of {}: {told:?}", violation.invariant);
            let fails = |life: &Life| living.live(life, false).violation;
            law::take_away(law);
            let small = shrink(&Life::of(*seed), fails);
            println!("seed {seed}, {} steps left of it:", small.steps.len());
            tell(&living, &small, law);
        }
    }
    println!(
        "{} steps in {:.1} s on {} threads: {:.0} steps/s a thread; digest {:016x}",
        report.ticks,
        report.wall.as_secs_f64(),
        report.threads,
        report.steps_per_second(),
        report.digest
    );
    for (why, count) in &report.known {
        println!("{count} known: {}", told(*why));
    }
    println!(
        "{} seeds, {} violations, {} known",
        report.seeds,
        report.violations.len(),
        report.known.values().sum::<u64>()
    );
    report.violations.is_empty()
}

/// Why an event came back, for people.
fn told(why: Unseen) -> &'static str {
    match why {
        Unseen::Again => {
            "one of several creates under the same id was deleted, and a later one landed"
        }
        Unseen::Untold => "a create landed and was deleted before anybody was told of it",
        Unseen::Updated => {
            "an update landed unanswered, and whoever deleted the event had seen it (R8)"
        }
    }
}

/// Explores a small scope; whether all of it was good.
fn exhaustive(arguments: &Arguments, law: Option<Law>) -> bool {
    let left = Left {
        operations: arguments.operations,
        faults: arguments.faults,
    };
    let mut starts = Start::all(arguments.calendars.into());
    if let Some(name) = &arguments.start {
        let names: Vec<String> = starts.iter().map(Start::name).collect();
        starts.retain(|start| start.name() == *name);
        if starts.is_empty() {
            println!("--start {name}: there is no such start. The starts are:");
            for name in names {
                println!("  {name}");
            }
            return false;
        }
    }
    let mut all = Report::default();
    for start in &starts {
        let report = scope::explore(
            slice::from_ref(start),
            left,
            Orders::Needed,
            law,
            threads(arguments),
        );
        println!("{}: {report}", start.name());
        all.join(report);
    }
    for found in &all.found {
        println!("{}: {}", found.start, found.violation);
        for line in &found.trace {
            println!("  {line}");
        }
    }
    println!("{all}");
    all.violations == 0
}

/// Tells a life; whether it was a good one.
fn tell(living: &Living, life: &Life, law: Option<Law>) -> bool {
    law::take_away(law);
    let lived = living.live(life, true);
    for line in &lived.trace {
        println!("  {line}");
    }
    println!("  digest {:016x}", lived.digest);
    match &lived.violation {
        Some(violation) => println!("  {violation}"),
        None => println!("  all is well"),
    }
    lived.violation.is_none()
}

fn all_mutants(arguments: &Arguments) -> bool {
    println!(
        "{:28} {:>4} {:>5} {:>6} {:>6}  first  by",
        "law", "tier", "happy", "missed", "of"
    );
    let mut missed = true;
    let mut written = String::new();
    let wanted = |law: &&Law| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == law.name())
    };
    for law in Law::ALL.iter().filter(wanted) {
        let (first, count) = (arguments.first_seed, arguments.seeds);
        let mutant = Mutant::of(*law, tier(arguments), first, count, threads(arguments));
        let found = mutant.report.violations.first();
        if let Some((seed, _)) = found {
            let _ = writeln!(written, "{} {seed}", law.name());
        }
        println!(
            "{:28} {:>4} {:>5} {:>6} {:>6}  {}",
            law.name(),
            arguments.tier,
            if mutant.happy { "yes" } else { "no" },
            mutant.report.violations.len(),
            mutant.report.seeds,
            found.map_or_else(String::new, |(seed, v)| format!("{seed}  {}", v.invariant)),
        );
        missed &= mutant.is_caught() && mutant.happy;
    }
    if let Some(path) = &arguments.write
        && let Err(error) = fs::write(path, written)
    {
        println!("{}: {error}", path.display());
        return false;
    }
    missed
}
