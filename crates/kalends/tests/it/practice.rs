//! The real program with the demo's practice, in a directory and on ports of its own.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use network::{Network, Reach, Request, Response, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;

use crate::{
    process::{free_ports, kalends, signal, start, stop},
    quiet::nothing_follows,
    until::until,
};

/// How long a new hub may take after the old one is gone.
const RESTART: Duration = Duration::from_secs(10);

/// A running practice: the demo, or the same from processes of our own.
pub struct Practice {
    /// The programs; what ends first stands first.
    pub children: Vec<Child>,
    /// Where they keep everything, and what they wrote to their standard error.
    pub dir: TempDir,
    /// The client that stands for every calendar app.
    pub network: Network,
    /// `sandbox.json`.
    pub stage: Value,
    /// What the terminal showed until it was ready.
    pub said: Vec<String>,
    /// Whether the apps are spared the faults that the hub meets at the same providers.
    pub spared: bool,
}

/// A client that reaches this machine.
pub fn network() -> Network {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    Network::new(settings).unwrap()
}

impl Practice {
    /// Starts the demo as it ships and waits until it says that it is ready.
    pub async fn start() -> Self {
        Self::start_in(TempDir::new().unwrap(), &[]).await
    }

    /// The same in a directory in which there may have been one before, with some variables.
    pub async fn start_in(dir: TempDir, variables: &[(&str, &str)]) -> Self {
        let (data, stderr) = (dir.path().join("data"), dir.path().join("stderr"));
        let port = std::fs::read_to_string(dir.path().join("port"));
        let port = port.unwrap_or_else(|_| free_ports().to_string());
        std::fs::write(dir.path().join("port"), &port).unwrap();
        let data = data.to_str().unwrap();
        let mut command = kalends(&["demo", "--data", data, "--port", &port], &stderr);
        command.envs(variables.iter().copied());
        let begun = Instant::now();
        let (child, said) = start(command, &stderr, "-H 'content-type").await;
        println!("the demo was ready after {:?}", begun.elapsed());
        let stage = std::fs::read(dir.path().join("data/sandbox.json")).unwrap();
        let practice = Self {
            children: vec![child],
            network: network(),
            stage: serde_json::from_slice(&stage).unwrap(),
            said,
            spared: false,
            dir,
        };
        // On a busy machine the first mirroring takes longer than a hop: hops are measured from rest.
        nothing_follows(&practice).await;
        practice
    }

    /// Ends it as a service manager does; it takes the hub along. Returns the directory.
    pub async fn stop(mut self) -> TempDir {
        let hub = self.hub();
        for child in &mut self.children {
            stop(child).await;
        }
        assert_eq!(self.hub(), None, "the hub ({hub:?}) outlived the demo");
        std::mem::replace(&mut self.dir, TempDir::new().unwrap())
    }

    /// Where the program keeps everything.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What demo and hub wrote to their standard error.
    pub fn stderr(&self) -> PathBuf {
        self.dir.path().join("stderr")
    }

    /// The demo's hub, if it runs.
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
        until("a new hub", RESTART, async || match self.hub() {
            Some(pid) if pid != old => Ok(()),
            other => Err(format!("killed {old}, found {other:?}")),
        })
        .await;
    }

    /// Sends; `None` if the reply was lost.
    pub async fn send(&self, request: Request) -> Option<Response> {
        self.network.send(request).await.ok()
    }

    /// Asks the hub's own API; returns the text of its answer.
    pub async fn hub_text(&self, request: impl Fn(String) -> Request, path: &str) -> String {
        let hub = &self.stage["hub"];
        let url = format!("{}{path}", hub["root"].as_str().unwrap());
        let request = request(url).bearer(hub["token"].as_str().unwrap());
        let response = self.send(request).await.unwrap();
        let (status, text) = (response.status, response.text().unwrap());
        assert!(response.is_success(), "{path}: {status} {text}");
        text.to_owned()
    }

    /// Reads from the hub's own API.
    pub async fn hub_json(&self, path: &str) -> Value {
        let text = self.hub_text(Request::get, path).await;
        serde_json::from_str(&text).unwrap()
    }

    /// A control request of the sandbox's; returns its state.
    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let root = self.stage["control"]["root"].as_str().unwrap();
        let request = Request::post(format!("{root}{path}")).json(body);
        let response = self.send(request).await.unwrap();
        assert_eq!(response.status, 200, "{path}: {:?}", response.text());
        response.json().unwrap()
    }

    /// What the sandbox has counted, by provider.
    pub async fn state(&self) -> Value {
        let root = self.stage["control"]["root"].as_str().unwrap();
        let response = self.send(Request::get(format!("{root}state"))).await;
        response.unwrap().json().unwrap()
    }

    /// Requests that would change something, that each provider has had: Google, Microsoft, CalDAV.
    pub async fn writes(&self) -> [u64; 3] {
        let state = self.state().await;
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
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.stderr()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(30);
            println!("its last words:\n{}", lines[last..].join("\n"));
        }
        // After a failed check the demo is killed, and could not take the hub along: demo first, or it would start another.
        for child in &mut self.children {
            let _ = child.start_kill();
        }
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
