//! The workshop of Kalends. `cargo xtask help` lists what it does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on the terminal"
)]

mod bench;
mod caldavtester;
mod clients;
mod command;
mod corpus;
mod fuzz;
mod instructions;
mod interop;
mod node;
mod openapi;
mod postgres;
mod report;
mod simulate;
mod skips;
mod suite;
mod tidy;
mod torture;
mod venv;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What went wrong, in words for the person at the terminal.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The workshop of Kalends", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every check and every test there is, and say at the end what passed, failed or was skipped.
    Test {
        /// A step that cannot run here (no PostgreSQL, no browser) is a failure, as in CI.
        #[arg(long, env = "KALENDS_REQUIRE_ALL", value_parser = clap::builder::FalseyValueParser::new())]
        require_all: bool,
    },
    /// Check the house rules: who may use whom, names, sizes, headers.
    Tidy {
        /// Only print the file sizes: median, 95th percentile, the ten largest.
        #[arg(long)]
        sizes: bool,
    },
    /// Measure speed as a ratio to named peers.
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Count the instructions of the hot paths (callgrind) and compare them with what is written down.
    Instructions {
        /// Write the counts down instead.
        #[arg(long)]
        update: bool,
    },
    /// Run a command with KALENDS_TEST_POSTGRES set to a throw-away PostgreSQL cluster.
    Postgres {
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Write the description of the REST API to docs/openapi.json, to be reviewed.
    Openapi,
    /// Run rules against what they must be: a corpus, or their definition.
    Corpus {
        #[command(subcommand)]
        what: Corpus,
    },
    /// Run the fuzz targets, one after another. Needs `cargo install cargo-fuzz`.
    Fuzz {
        /// Only this one: rule, vtimezone, icalendar or jscalendar.
        target: Option<String>,
        /// How long each of them runs.
        #[arg(long, default_value_t = 600)]
        seconds: u32,
    },
    /// Live seeded worlds and say what did not hold in them. `cargo xtask simulate --help` has the options.
    #[command(disable_help_flag = true)]
    Simulate {
        /// What the simulation is told.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kill the real program again and again while people work and networks fail, and see that nothing is lost, doubled,
    /// leaked or mailed. Ends with `N kills, V violations` for each database.
    Torture {
        /// Where chance begins.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How often it is killed on each database; 200 for a night.
        #[arg(long, default_value_t = 20)]
        kills: u64,
        /// Where it keeps its things.
        #[arg(long, value_enum, default_value_t = torture::Database::Both)]
        database: torture::Database,
    },
    /// Run Apple's caldavtester against the sandbox's CalDAV server, and count the cases of each suite that pass.
    Caldavtester(caldavtester::Options),
    /// Keep the calendars of real CalDAV servers in step, and let real CalDAV clients use Kalends. What is not installed is named.
    Interop(interop::Options),
    /// Install the vendors' official clients for Python and Node, which some tests drive, under the target directory.
    Clients,
}

#[derive(Subcommand)]
enum Bench {
    /// Recurrence, busy time and iCalendar beside libical (Debian: libical-dev), rrule and calcard.
    Calendar {
        /// A folder whose .ics files are read and written as well.
        #[arg(long)]
        files: Option<std::path::PathBuf>,
    },
    /// The rules, the hub on both databases, its memory, and an initial sync beside vdirsyncer's (Python 3).
    Sync {
        /// `--quick`: fewer events. `--only PART,…`: planner, flow, latency, resync, memory, vdirsyncer.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Google's and Microsoft's APIs as the sandbox speaks them: requests a second, and CPU per request.
    Faces {
        /// `--quick`: fewer events. `--only google,microsoft`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The CalDAV server beside Radicale and Cyrus (Debian: cyrus-imapd, cyrus-caldav, sasl2-bin): CPU per request, and memory.
    Caldav {
        /// `--events N` (10,000), `--connections 1,8,32`, `--only NAME,…`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Corpus {
    /// Calendar files (.ics, .ifb …) below folders: read, written, read again. Ends with `N passed, N failed`.
    Icalendar {
        /// The folders.
        #[arg(required = true)]
        folders: Vec<String>,
    },
    /// Files of JSON Lines, a rule with its start and its instances each. Ends with `N passed, N failed`.
    Recurrence {
        /// The files.
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// Random rules over random windows, against RFC 5545 read word by word. Ends with `N passed, N failed`.
    Oracle {
        /// How many rules × windows.
        #[arg(long, default_value_t = 100_000)]
        cases: u64,
        /// Where randomness begins: the same seed gives the same rules.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

impl Corpus {
    /// The crate that it is about, and its example that runs it.
    fn runner(&self) -> (&'static str, &'static str) {
        match self {
            Self::Icalendar { .. } => ("kalends-protocols", "icalendar_corpus"),
            Self::Recurrence { .. } | Self::Oracle { .. } => ("kalends-calendar", "corpus"),
        }
    }

    /// What the runner is told.
    fn arguments(self) -> Vec<String> {
        match self {
            Self::Icalendar { folders } => folders,
            Self::Recurrence { files } => [vec!["recurrence".to_owned()], files].concat(),
            Self::Oracle { cases, seed } => [
                "oracle",
                "--cases",
                &cases.to_string(),
                "--seed",
                &seed.to_string(),
            ]
            .map(str::to_owned)
            .into(),
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task; false means that it ran and found something wrong.
fn run(task: Task) -> Result<bool> {
    match task {
        Task::Test { require_all } => Ok(suite::run(require_all)),
        Task::Tidy { sizes: true } => tidy::print_sizes(&command::root()).map(|()| true),
        Task::Tidy { sizes: false } => tidy::report(&command::root()),
        Task::Bench {
            what: Bench::Calendar { files },
        } => bench::calendar(files),
        Task::Bench {
            what: Bench::Sync { arguments },
        } => bench::sync(&arguments),
        Task::Bench {
            what: Bench::Faces { arguments },
        } => bench::faces(&arguments),
        Task::Bench {
            what: Bench::Caldav { arguments },
        } => bench::caldav(&arguments),
        Task::Instructions { update } => instructions::check(update),
        Task::Postgres { command } => postgres::run_command(&command),
        Task::Openapi => openapi::write().map(|()| true),
        Task::Corpus { what } => {
            let runner = what.runner();
            corpus::run(runner, &what.arguments())
        }
        Task::Fuzz { target, seconds } => fuzz::run(target.as_deref(), seconds),
        Task::Simulate { arguments } => simulate::run(&arguments),
        Task::Torture {
            seed,
            kills,
            database,
        } => torture::run(seed, kills, database),
        Task::Caldavtester(options) => caldavtester::run(&options),
        Task::Interop(options) => interop::run(&options),
        Task::Clients => clients::Clients::install().map(|clients| {
            for (name, place) in clients.variables() {
                println!("{name}={place}");
            }
            true
        }),
    }
}
