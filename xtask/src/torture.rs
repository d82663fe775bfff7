//! `cargo xtask torture`: the real program is killed again and again (`kill -9`), on SQLite and on PostgreSQL, and then has
//! to be right. The driver is a test of the program (`crates/kalends/tests/it/torture`).

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::Result;
use crate::command::{cargo, find, stdout};
use crate::postgres::Cluster;

/// The variable in which the driver finds what is asked for.
const VARIABLE: &str = "KALENDS_TORTURE";
/// The driver.
const TEST: &str = "torture::killed_at_any_moment_it_keeps_its_word";

/// Where the hub keeps its things.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Database {
    Sqlite,
    Postgres,
    /// One after the other.
    Both,
}

/// So many kills on each; false if something was not right.
pub fn run(seed: u64, kills: u64, database: Database) -> Result<bool> {
    let mut passed = true;
    let mut ends = Vec::new();
    if database != Database::Postgres {
        println!("━━ SQLite");
        let (clean, end) = drive(&format!("seed={seed} kills={kills}"))?;
        passed &= clean;
        ends.push(format!("SQLite: {end}"));
    }
    if database != Database::Sqlite {
        println!("━━ PostgreSQL");
        let cluster =
            Cluster::start()?.ok_or("PostgreSQL is not installed: apt-get install postgresql")?;
        let url = new_database(cluster.url())?;
        let (clean, end) = drive(&format!("seed={seed} kills={kills} storage={url}"))?;
        passed &= clean;
        ends.push(format!("PostgreSQL: {end}"));
    }
    println!("━━ torture");
    for end in &ends {
        println!("{end}");
    }
    Ok(passed)
}

/// Runs the driver. Whether all was right, and what it said of itself in the end.
fn drive(order: &str) -> Result<(bool, String)> {
    let mut test = cargo(["test", "--quiet", "--package", "kalends", "--test", "it"]);
    test.args(["--", "--exact", "--nocapture", TEST]);
    let mut driver = test.env(VARIABLE, order).stdout(Stdio::piped()).spawn()?;
    let said = driver.stdout.take().expect("standard output is piped");
    let mut end = "it broke off".to_owned();
    for line in BufReader::new(said).lines() {
        let line = line?;
        println!("{line}");
        if line.starts_with("seed ") {
            end = line;
        }
    }
    Ok((driver.wait()?.success(), end))
}

/// A database of its own: the hub takes the first house that it finds for its own.
fn new_database(url: &str) -> Result<String> {
    if find("psql").is_none() {
        return Err("psql is missing: apt-get install postgresql-client".into());
    }
    let name = format!("torture_{}", std::process::id());
    let sql = format!("CREATE DATABASE {name}");
    stdout(Command::new("psql").args(["--quiet", "--dbname", url, "--command", &sql]))?;
    let (server, _) = url.rsplit_once('/').ok_or("the URL names no database")?;
    Ok(format!("{server}/{name}"))
}
