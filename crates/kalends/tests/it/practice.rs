//! The real program with the demo's practice, in a directory and on ports of its own.

use std::{
    fs::File,
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use network::{Network, Reach, Request, Response, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

/// How long the demo may take until it says that it is ready.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(15);
/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(50);
/// Ports from the hub's to the last one with TLS.
const PORTS: u16 = 14;

/// A running demo.
pub struct Practice {
    child: Child,
    dir: TempDir,
    /// The client that stands for every calendar app.
    pub network: Network,
    /// `sandbox.json`.
    pub stage: Value,
}

impl Practice {
    /// Starts the program and waits until it says that it is ready.
    pub async fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let errors = File::create(dir.path().join("stderr")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kalends"))
            .args(["demo", "--data"])
            .arg(dir.path().join("data"))
            .args(["--port", &free_ports().to_string()])
            .env("KALENDS_LOG", "warn")
            .env_remove("KALENDS_MASTER_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("Kalends is ready") {
                    return true;
                }
            }
            false
        };
        let ready = timeout(READY, ready).await;
        let said = || std::fs::read_to_string(dir.path().join("stderr")).unwrap_or_default();
        assert_eq!(ready, Ok(true), "the demo did not get ready: {}", said());
        // The pipe stays open, or the program would die of its next line.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let stage = std::fs::read(dir.path().join("data/sandbox.json")).unwrap();
        Self {
            child,
            network: Network::new(Settings {
                reach: Reach::AlsoLoopback,
                ..Settings::default()
            })
            .unwrap(),
            stage: serde_json::from_slice(&stage).unwrap(),
            dir,
        }
    }

    /// Ends it as a service manager does; it takes the hub along.
    pub async fn stop(mut self) {
        let hub = self.hub();
        signal("-TERM", self.child.id().unwrap()).await;
        let ended = timeout(FAREWELL, self.child.wait()).await;
        assert!(ended.is_ok(), "the demo did not end on SIGTERM");
        assert_eq!(self.hub(), None, "the hub ({hub:?}) outlived the demo");
    }

    /// Where the program keeps everything.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What demo and hub wrote to their standard error.
    pub fn stderr(&self) -> PathBuf {
        self.dir.path().join("stderr")
    }

    /// The hub's process, if it runs.
    pub fn hub(&self) -> Option<u32> {
        let config = self.data().join("hub.toml");
        std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .find(|pid| is_hub(*pid, &config))
    }

    /// `kill -9`, and waits until the hub runs again, as another process.
    pub async fn kill_hub(&self) {
        let old = self.hub().unwrap();
        signal("-KILL", old).await;
        until("a new hub", Duration::from_secs(10), async || {
            match self.hub() {
                Some(pid) if pid != old => Ok(()),
                other => Err(format!("killed {old}, found {other:?}")),
            }
        })
        .await;
    }

    /// Sends; `None` if the reply was lost.
    pub async fn send(&self, request: Request) -> Option<Response> {
        self.network.send(request).await.ok()
    }

    /// A control request of the sandbox's; returns its state.
    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let root = self.stage["control"]["root"].as_str().unwrap();
        let request = Request::post(format!("{root}{path}")).json(body);
        let response = self.send(request).await.unwrap();
        assert_eq!(response.status, 200, "{path}: {:?}", response.text());
        response.json().unwrap()
    }

    /// Requests that would change something, that each provider has had: Google, Microsoft, CalDAV.
    pub async fn writes(&self) -> [u64; 3] {
        let root = self.stage["control"]["root"].as_str().unwrap();
        let response = self.send(Request::get(format!("{root}state"))).await;
        let state: Value = response.unwrap().json().unwrap();
        ["google", "microsoft", "caldav"].map(|name| state[name]["writes"].as_u64().unwrap())
    }

    /// Sets the faults of all three; an empty object means none.
    pub async fn faults(&self, plan: Value) {
        self.control("faults", &plan).await;
    }

    /// No faults.
    pub async fn no_faults(&self) {
        self.faults(json!({})).await;
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        // After a failed check the demo is killed, and could not take the hub along: demo first, or it would start another.
        let _ = self.child.start_kill();
        if let Some(hub) = self.hub() {
            let _ = std::process::Command::new("kill")
                .args(["-KILL", &hub.to_string()])
                .status();
        }
    }
}

fn is_hub(pid: u32, config: &Path) -> bool {
    let mut line = Vec::new();
    if let Ok(mut file) = File::open(format!("/proc/{pid}/cmdline")) {
        let _ = file.read_to_end(&mut line);
    }
    let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    words.contains(&&b"serve"[..]) && words.contains(&config.as_os_str().as_encoded_bytes())
}

async fn signal(name: &str, pid: u32) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(status.await.unwrap().success(), "kill {name} {pid}");
}

/// The first of a block of ports that nobody listens on. Starts at a place of this process' own.
fn free_ports() -> u16 {
    let first = 20_000 + (std::process::id() % 2_600) as u16 * 15;
    let free =
        |base: &u16| (*base..base + PORTS).all(|p| TcpListener::bind(("127.0.0.1", p)).is_ok());
    (first..60_000)
        .chain(20_000..first)
        .step_by(15)
        .find(free)
        .unwrap()
}

/// Looks until `look` is content; fails with its last complaint when the deadline is over.
pub async fn until(what: &str, deadline: Duration, look: impl AsyncFn() -> Result<(), String>) {
    let end = Instant::now() + deadline;
    while let Err(complaint) = look().await {
        assert!(
            Instant::now() < end,
            "{what}: not within {deadline:?}: {complaint}"
        );
        sleep(LOOK).await;
    }
}

/// Lets time pass in which nothing may happen. The only wait that is not for a condition.
pub async fn quiet_interval() {
    sleep(Duration::from_secs(5)).await;
}
