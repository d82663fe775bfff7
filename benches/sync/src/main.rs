//! `cargo xtask bench sync`: the hub's figures, and an initial sync beside vdirsyncer's in the same run.
//!
//! Providers live in memory unless a part says otherwise, so that the hub is measured and nothing else. A part that
//! lacks something says so by name; a part whose result is wrong (a change lost, a write too many) fails the run.

mod desk;
mod flow;
mod huge;
mod latency;
mod measure;
mod memory;
mod planner;
mod provider;
mod radicale;
mod resync;
mod served;
mod stand_in;
mod storm;
mod table;
mod versus;
mod workload;

use std::path::PathBuf;

use clap::Parser;
use tempfile::TempDir;

use crate::{desk::sqlite, table::skipped};

/// A result of this program.
type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The URL of a PostgreSQL database in which tenants may be made; xtask sets it.
const POSTGRES: &str = "KALENDS_TEST_POSTGRES";

/// Measures the hub.
#[derive(Parser)]
struct Arguments {
    /// Fewer events and shorter runs.
    #[arg(long)]
    quick: bool,
    /// Only these parts: planner, flow, latency, storm, resync, huge, memory, vdirsyncer.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The program `simulate`, optimised.
    #[arg(long)]
    simulate: Option<PathBuf>,
    /// The program `kalends`, optimised.
    #[arg(long)]
    kalends: Option<PathBuf>,
    /// A Python that has Radicale and vdirsyncer.
    #[arg(long)]
    python: Option<PathBuf>,
    /// Where databases are kept while they are measured; a disk, not memory.
    #[arg(long, default_value = ".")]
    scratch: PathBuf,
}

impl Arguments {
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    /// How many of something.
    fn of(&self, all: usize, quick: usize) -> usize {
        if self.quick { quick } else { all }
    }

    fn folder(&self) -> Fallible<TempDir> {
        Ok(tempfile::tempdir_in(&self.scratch)?)
    }
}

/// Says that there is no PostgreSQL.
fn without_postgres() {
    skipped("PostgreSQL", "it is not installed, or no xtask started it");
}

#[tokio::main]
async fn main() -> Fallible {
    let arguments = Arguments::parse();
    let postgres = std::env::var(POSTGRES).ok().filter(|url| !url.is_empty());
    let postgres = postgres.map(storage::Settings::new);
    if arguments.wants("planner") {
        let seeds = arguments.of(100_000, 5_000) as u64;
        planner::run(arguments.simulate.as_deref(), seeds)?;
    }
    if arguments.wants("flow") {
        flows(&arguments, postgres.as_ref()).await?;
    }
    if arguments.wants("latency") {
        let changes = arguments.of(1_500, 300);
        let folder = arguments.folder()?;
        latency::run("SQLite", sqlite(folder.path(), false), changes).await?;
        match postgres {
            Some(database) => latency::run("PostgreSQL", database, changes).await?,
            None => without_postgres(),
        }
    }
    if arguments.wants("storm") {
        let folder = arguments.folder()?;
        storm::run("SQLite", sqlite(folder.path(), false), arguments.of(5, 2)).await?;
    }
    if arguments.wants("resync") {
        let folder = arguments.folder()?;
        resync::run(sqlite(folder.path(), false), arguments.of(10_000, 1_000)).await?;
    }
    if arguments.wants("huge") {
        match &arguments.kalends {
            Some(program) => {
                let folder = arguments.folder()?;
                huge::run(program, folder.path(), arguments.of(100_000, 5_000)).await?;
            }
            None => skipped("huge", "no --kalends PROGRAM is given"),
        }
    }
    if arguments.wants("memory") {
        match &arguments.kalends {
            Some(program) => {
                let folder = arguments.folder()?;
                let calendars = arguments.of(1_000, 100);
                memory::run(program, folder.path(), calendars, 500).await?;
            }
            None => skipped("memory", "no --kalends PROGRAM is given"),
        }
    }
    if arguments.wants("vdirsyncer") {
        beside_vdirsyncer(arguments).await?;
    }
    Ok(())
}

async fn flows(arguments: &Arguments, postgres: Option<&storage::Settings>) -> Fallible {
    let events = arguments.of(2_000, 300);
    for (name, durable, target) in [
        ("SQLite", false, Some(300.0)),
        ("SQLite, durable", true, None),
    ] {
        let folder = arguments.folder()?;
        flow::run(name, sqlite(folder.path(), durable), target, events).await?;
    }
    let Some(database) = postgres else {
        without_postgres();
        return Ok(());
    };
    flow::run("PostgreSQL", database.clone(), None, events).await?;
    flow::at_once("PostgreSQL", database.clone(), 1_000.0, events).await
}

async fn beside_vdirsyncer(arguments: Arguments) -> Fallible {
    let events = arguments.of(5_000, 500);
    match (arguments.kalends, arguments.python) {
        (Some(program), Some(python)) => {
            let runtime = tokio::runtime::Handle::current();
            let scratch = arguments.scratch;
            // It waits for other programs, and blocks meanwhile.
            let run = move || versus::run(&program, &python, &scratch, events, &runtime);
            tokio::task::spawn_blocking(run).await?
        }
        (None, _) => {
            skipped("vdirsyncer", "no --kalends PROGRAM is given");
            Ok(())
        }
        (_, None) => {
            skipped("vdirsyncer", "no --python PROGRAM with it is given");
            Ok(())
        }
    }
}
