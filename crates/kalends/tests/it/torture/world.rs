//! The practice to be tortured: the stand-ins in a process of their own, and a hub that is started and killed.

use std::{
    collections::BTreeMap,
    process::Stdio,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use network::{Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;

use crate::{
    apart::{configuration, connect, post, read_once},
    apps::ALL,
    practice::{Practice, network},
    process::{free_ports, kalends, start},
    until::within,
};

use super::{items::epoch, ledger::Ledger, rng::Rng};

/// How long the hub may take until it answers.
const READY: Duration = Duration::from_secs(30);
/// The hub's token.
const TOKEN: &str = "a token for the torture and nothing else";

/// All of it.
pub struct World {
    pub practice: Practice,
    /// When the starts that tell numbers begin.
    pub epoch: Timestamp,
    /// The hub's ids of the practice's three calendars, and where they are.
    pub calendars: Vec<(String, &'static str)>,
    /// CalDAV objects that people deleted: path, text, event.
    pub bin: Mutex<Vec<(String, String, u32)>>,
    ledger: Mutex<Ledger>,
    root: String,
}

impl World {
    /// Starts everything, connects, links, and waits until the hub answers. The hub keeps its things in `storage`, or in
    /// SQLite. Returns it with the running hub.
    pub async fn start(storage: Option<&str>) -> (Self, Child) {
        let dir = TempDir::new().unwrap();
        let (data, stderr) = (dir.path().join("data"), dir.path().join("stand-ins.log"));
        let (port, hub_port) = (free_ports().to_string(), free_ports());
        let root = format!("http://127.0.0.1:{hub_port}/");
        let data_text = data.to_str().unwrap();
        let arguments = [
            "sandbox", "--data", data_text, "--port", &port, "--hub", &root,
        ];
        let mut stand_ins = kalends(&arguments, &stderr);
        if let Some(filter) = std::env::var_os("KALENDS_LOG") {
            stand_ins.env("KALENDS_LOG", filter);
        }
        let (sandbox, _) = start(stand_ins, &stderr, "ready").await;
        let stage = std::fs::read(data.join("sandbox.json")).unwrap();
        let mut stage: Value = serde_json::from_slice(&stage).unwrap();
        stage["demo"] = sandbox::demo::found(&network(), &stage).await.unwrap();
        stage["hub"] = json!({ "root": root, "token": TOKEN });
        std::fs::write(dir.path().join("stage.json"), stage.to_string()).unwrap();
        let clients: BTreeMap<&str, Value> = (ALL.iter())
            .map(|at| (at.name(), stage["oauth"].clone()))
            .collect();
        let mut config = configuration(hub_port, dir.path(), &stage, &clients);
        if let Some(url) = storage {
            config = config.replace("[storage]\n", &format!("[storage]\nurl = \"{url}\"\n"));
        }
        // Where the practice looks for its hub.
        std::fs::write(data.join("hub.toml"), config).unwrap();
        let practice = Practice {
            children: vec![sandbox],
            dir,
            network: network(),
            stage,
            said: Vec::new(),
            spared: true,
        };
        let mut world = Self {
            practice,
            epoch: epoch(),
            calendars: Vec::new(),
            bin: Mutex::default(),
            ledger: Mutex::default(),
            root,
        };
        let hub = world.launch();
        world.ready().await.unwrap();
        connect(&world.practice).await;
        world.link().await;
        (world, hub)
    }

    /// Starts the hub.
    pub fn launch(&self) -> Child {
        let config = self.practice.data().join("hub.toml");
        let stage = self.practice.dir.path().join("stage.json");
        let (config, stage) = (config.to_str().unwrap(), stage.to_str().unwrap());
        let arguments = ["serve", "--config", config, "--stage", stage];
        let mut serve = kalends(&arguments, &self.practice.stderr());
        serve.env("KALENDS_DEMO_TOKEN", TOKEN).env(
            "KALENDS_LOG",
            std::env::var("KALENDS_LOG").unwrap_or("info".to_owned()),
        );
        serve.stdout(Stdio::null()).spawn().unwrap()
    }

    /// Waits until it answers.
    pub async fn ready(&self) -> Result<(), String> {
        within("the hub answers", READY, async || {
            let health = Request::get(format!("{}health", self.root));
            let answer = self.practice.send(health).await;
            answer.map(drop).ok_or_else(|| "no answer".to_owned())
        })
        .await
    }

    /// What people did.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    /// Asks the hub's API; `None` if there is no answer.
    pub async fn hub(&self, request: impl Fn(String) -> Request, path: &str) -> Option<Response> {
        let request = request(format!("{}{path}", self.root));
        self.practice.send(request.bearer(TOKEN)).await
    }

    /// The practice's calendars both ways; Ada's own ones are told when she is busy.
    async fn link(&mut self) {
        let calendars = read_once(&self.practice).await;
        let (mut members, mut own) = (Vec::new(), 0);
        for calendar in calendars.as_array().unwrap() {
            let name = calendar["name"].as_str().unwrap();
            let mask = match (name, calendar["provider"].as_str()) {
                ("Practice", _) => json!({ "kind": "everything", "showPrivate": true }),
                ("Private", _) | (_, Some("caldav")) => continue,
                _ => json!({ "kind": "busy", "title": "Busy" }),
            };
            let role = if name == "Practice" { "both" } else { "target" };
            if role == "both" {
                let id = calendar["id"].as_str().unwrap().to_owned();
                let provider = calendar["provider"].as_str().unwrap();
                let at = ALL.iter().find(|at| at.name() == provider).unwrap();
                self.calendars.push((id, at.name()));
            } else {
                own += 1;
            }
            members.push(json!({ "calendar": calendar["id"], "role": role, "mask": mask }));
        }
        assert_eq!((self.calendars.len(), own), (3, 2), "{calendars}");
        let link = json!({ "name": "Torture", "members": members });
        post(&self.practice, "api/v1/links", &link).await;
    }

    /// Other troubles than before, at each provider.
    pub async fn trouble(&self, rng: &mut Rng) {
        for at in ALL {
            let mut plan = json!({
                "provider": at.name(), "retry_after": 1, "delay_ms": rng.below(30), "late_ms": rng.below(2_000),
            });
            for (fault, percent) in [
                ("lose_request_every", 40),
                ("lose_reply_every", 30),
                ("lose_write_reply_every", 40),
                ("late_write_every", 40),
                ("throttle_every", 20),
                ("unavailable_every", 20),
            ] {
                // Primes: what came round with the attempts of one job would hit the same request each time.
                let every = rng.pick(&[3, 5, 7, 11]).unwrap();
                plan[fault] = json!(if rng.chance(percent) { every } else { 0 });
            }
            self.practice.faults(plan).await;
        }
        for tokens in ["expire_sync_tokens", "expire_access_tokens"] {
            if rng.chance(15) {
                let provider = rng.pick(&ALL).unwrap().name();
                let body = json!({ "provider": provider });
                self.practice.control(tokens, &body).await;
            }
        }
    }
}
