//! A throw-away PostgreSQL cluster for tests, gone when xtask ends, however it ends.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::command::{command, find};
use crate::{Result, command};

/// The variable in which tests find the database: the URL of one where they may create and drop databases.
pub const VARIABLE: &str = "KALENDS_TEST_POSTGRES";

/// Where the packages of Debian put the server's programs, one folder per version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A running cluster, or one that somebody else runs and named in [`VARIABLE`].
pub struct Cluster {
    url: String,
    /// The script that owns the cluster and ends it when our end of its standard input closes.
    keeper: Option<Child>,
}

impl Cluster {
    /// Starts a cluster, unless there is one already; `None` when PostgreSQL is not installed.
    pub fn start() -> Result<Option<Self>> {
        if let Some(url) = env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
            return Ok(Some(Self { url, keeper: None }));
        }
        Self::own()
    }

    /// Starts a cluster of our own, whatever else runs.
    pub fn own() -> Result<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        // Between choosing a free port and using it, somebody else may take it: then once more.
        let mut last = String::new();
        for _ in 0..3 {
            match Self::start_in(&programs) {
                Ok(cluster) => return Ok(Some(cluster)),
                Err(error) => last = error.to_string(),
            }
        }
        Err(format!("PostgreSQL does not start: {last}").into())
    }

    /// Whether one can be started.
    pub fn installed() -> bool {
        programs().is_some()
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Who connects to it and where: `postgres@127.0.0.1:5432`.
    pub fn authority(&self) -> &str {
        let (_, rest) = self.url.split_once("//").unwrap_or_default();
        rest.split('/').next().unwrap_or_default()
    }

    /// The same for programs that are linked with PostgreSQL's own library, such as `psql`.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let authority = self.authority();
        let (user, place) = authority.split_once('@').unwrap_or_default();
        let (host, port) = place.split_once(':').unwrap_or_default();
        [("PGUSER", user), ("PGHOST", host), ("PGPORT", port)].map(|(n, v)| (n, v.to_owned()))
    }

    fn start_in(programs: &PathBuf) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut keeper = unprivileged()?
            .args(["sh", "-c", include_str!("postgres.sh"), "postgres.sh"])
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own: Ctrl-C is for us, and the keeper has to outlive us to clean up.
            .process_group(0)
            .spawn()?;
        let mut line = String::new();
        let output = keeper.stdout.take().expect("standard output is piped");
        BufReader::new(output).read_line(&mut line)?;
        if line.trim() != "ready" {
            let status = keeper.wait()?;
            return Err(format!("its script ended with {status}, see above").into());
        }
        Ok(Self {
            url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            keeper: Some(keeper),
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            // Nothing to be done about a failure, and the script has said what it was.
            let _ = keeper.wait();
        }
    }
}

/// `cargo xtask postgres -- COMMAND…`: runs it beside a cluster; false when it fails.
pub fn run_command(words: &[String]) -> Result<bool> {
    let cluster =
        Cluster::start()?.ok_or("PostgreSQL is not installed: apt-get install postgresql")?;
    let (program, arguments) = words.split_first().ok_or("no command given")?;
    let status = Command::new(program)
        .args(arguments)
        .env(VARIABLE, cluster.url())
        .status()
        .map_err(|error| format!("could not start {program}: {error}"))?;
    Ok(status.success())
}

/// The folder with `initdb` and `pg_ctl`: the newest version of Debian's packages, or the one on the PATH.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").is_file().then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
        .or_else(|| Some(find("initdb")?.canonicalize().ok()?.parent()?.to_owned()))
}

/// The start of a command line that runs without root's rights: PostgreSQL refuses to run as root.
fn unprivileged() -> Result<Command> {
    if command::stdout(command("id").arg("-u"))?.trim() == "0" {
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", "postgres", "--"]);
        return Ok(runuser);
    }
    Ok(Command::new("env"))
}
