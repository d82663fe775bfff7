//! `kalends sandbox` with one stand-in, and how it is ended.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::Fallible;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose API.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Google Calendar v3.
    Google,
    /// Microsoft Graph v1.0.
    Microsoft,
}

impl Kind {
    /// Its name in commands and in `sandbox.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
        }
    }
}

/// The program while it runs; ended when this goes.
pub struct Server {
    child: Child,
    /// Where it is reached, with a slash at the end.
    pub root: String,
    /// The token of its first person.
    pub token: String,
}

impl Server {
    /// Starts it on free ports, and waits until it tells where it is.
    pub async fn start(program: &Path, data: &Path, kind: Kind) -> Fallible<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(data.join("log"))?;
        let mut sandbox = Command::new(program);
        sandbox.args([
            "sandbox",
            "--only",
            kind.name(),
            "--port",
            &port.to_string(),
            "--data",
        ]);
        sandbox
            .arg(data.join("stand-in"))
            .env("KALENDS_LOG", "warn");
        sandbox
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let child = sandbox.spawn()?;
        let mut server = Self {
            child,
            root: String::new(),
            token: String::new(),
        };
        let begin = Instant::now();
        let description = data.join("stand-in/sandbox.json");
        while !server.is_described(&fs::read(&description).unwrap_or_default(), kind) {
            if let Some(status) = server.child.try_wait()? {
                let log = fs::read_to_string(data.join("log"))?;
                return Err(format!("the sandbox ended, {status}: {log}").into());
            }
            if begin.elapsed() > PATIENCE {
                return Err("the sandbox does not start".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    fn is_described(&mut self, description: &[u8], kind: Kind) -> bool {
        let described: Value = serde_json::from_slice(description).unwrap_or_default();
        let twin = &described[kind.name()];
        let (root, token) = (twin["root"].as_str(), twin["users"][0]["token"].as_str());
        if let (Some(root), Some(token)) = (root, token) {
            (self.root, self.token) = (root.to_owned(), token.to_owned());
        }
        !self.token.is_empty()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever has ended already cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
