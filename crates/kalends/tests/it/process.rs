//! The program as a process: ports that nobody has, signals, and what it says.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kalends");
/// How long it may take until it says that it is ready.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(15);
/// Ports from the hub's to the last one with TLS, and one that says that the others are taken.
const PORTS: u16 = 16;
/// Where the blocks begin, and how many there are: below the ports that outgoing connections take (from 32768 on Linux).
const FIRST: u16 = 20_000;
const BLOCKS: u16 = 750;

/// The program with these arguments, its standard error in a file, and nothing of the caller's configuration.
pub fn kalends(arguments: &[&str], stderr: &Path) -> Command {
    let mut command = quiet(Command::new(PROGRAM), stderr);
    command.args(arguments);
    command
}

/// The same where a file that may not grow is an error, as a full disk is, and no reason to be killed.
pub fn on_a_disk(arguments: &[&str], stderr: &Path) -> Command {
    let mut command = quiet(Command::new("env"), stderr);
    command
        .args(["--ignore-signal=XFSZ", PROGRAM])
        .args(arguments);
    command
}

/// How large the files of a process may become from now on: the soft limit, which can be raised again.
pub async fn limit_files(pid: u32, size: &str) {
    let (pid, size) = (pid.to_string(), format!("--fsize={size}:"));
    let status = Command::new("prlimit")
        .args(["--pid", &pid, &size])
        .status();
    assert!(status.await.unwrap().success(), "prlimit");
}

fn quiet(mut command: Command, stderr: &Path) -> Command {
    let errors = File::options().create(true).append(true).open(stderr);
    command
        .env_remove("KALENDS_MASTER_KEY")
        .env_remove("KALENDS_CONFIG")
        .env("KALENDS_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors.unwrap())
        .kill_on_drop(true);
    command
}

/// Starts it and waits for a line that contains `word`. Returns what it has said until then.
pub async fn start(mut command: Command, stderr: &Path, word: &str) -> (Child, Vec<String>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let ready = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            said.push(line);
            if said.last().unwrap().contains(word) {
                return true;
            }
        }
        false
    };
    let ready = timeout(READY, ready).await;
    let complaints = || std::fs::read_to_string(stderr).unwrap_or_default();
    assert_eq!(ready, Ok(true), "it did not get ready: {}", complaints());
    // The pipe stays open, or the program would die of its next line.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, said)
}

/// Ends it as a service manager does.
pub async fn stop(child: &mut Child) {
    signal("-TERM", child.id().unwrap()).await;
    let ended = timeout(FAREWELL, child.wait()).await;
    assert!(ended.is_ok(), "it did not end on SIGTERM");
}

/// Sends a signal.
pub async fn signal(name: &str, pid: u32) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(status.await.unwrap().success(), "kill {name} {pid}");
}

/// The first of a block of ports that nobody listens on. Each process and each call looks at a place of its own. The last
/// port of the block is held as long as this process lives: what the block is for starts only later, and processes
/// beside this one look, too.
pub fn free_ports() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let place =
        u16::try_from(std::process::id() % u32::from(BLOCKS)).unwrap() * PORTS + call * 20 * PORTS;
    let first = FIRST + place % (BLOCKS * PORTS);
    let take = |base: u16| {
        let guard = TcpListener::bind(("127.0.0.1", base + PORTS - 1)).ok()?;
        let is_free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        let taken = (base..base + PORTS - 1).all(is_free).then_some(base);
        // Never closed.
        taken.inspect(|_| std::mem::forget(guard))
    };
    (first..FIRST + BLOCKS * PORTS)
        .chain(FIRST..first)
        .step_by(PORTS.into())
        .find_map(take)
        .unwrap()
}
