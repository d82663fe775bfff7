//! A hub as it ships, with its owner signed in.

use std::{path::PathBuf, process::Stdio};

use network::{Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;

use crate::{
    practice::network,
    process::{free_ports, kalends, limit_files, on_a_disk, start, stop},
};

/// Where the programs of these tests get their codes.
pub const REDIRECT: &str = "https://crm.example.com/oauth/back?from=kalends";

/// A running hub.
pub struct Hub {
    child: Child,
    /// Its address, with a slash at the end.
    pub root: String,
    /// The owner's session.
    pub cookie: String,
    /// Its configuration.
    pub config: String,
    stderr: PathBuf,
    _dir: TempDir,
}

impl Hub {
    /// Starts it with more configuration.
    pub async fn start(more: &str) -> Self {
        Self::with("", more).await
    }

    /// Starts it behind a proxy that people know by this address.
    pub async fn behind(public_url: &str) -> Self {
        Self::with(&format!("public_url = {public_url:?}\n"), "").await
    }

    async fn with(server: &str, more: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let (config, stderr) = (dir.path().join("config.toml"), dir.path().join("stderr"));
        let (port, data) = (free_ports(), dir.path().join("data"));
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n{server}[storage]\ndata = {:?}\n{more}",
            data.display().to_string()
        );
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap().to_owned();
        let serve = on_a_disk(&["serve", "--config", &config], &stderr);
        let (child, said) = start(serve, &stderr, "/welcome?token=").await;
        let root = format!("http://127.0.0.1:{port}/");
        let (_, token) = said.last().unwrap().split_once("/welcome").unwrap();
        let link = format!("{root}welcome{token}");
        let welcomed = network().send(Request::get(link)).await.unwrap();
        let cookie = welcomed.header("set-cookie").unwrap();
        Self {
            child,
            root,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            config,
            stderr,
            _dir: dir,
        }
    }

    pub async fn send(&self, request: Request) -> Response {
        network().send(request).await.unwrap()
    }

    /// The body of a success.
    pub async fn ok(&self, request: Request) -> Value {
        let answer = self.send(request).await;
        assert!(
            answer.is_success(),
            "{} {}: {:?}",
            answer.status,
            answer.url,
            answer.text()
        );
        answer.json().unwrap()
    }

    /// A request of the web app.
    pub fn rest(&self, of: impl Fn(String) -> Request, path: &str) -> Request {
        of(format!("{}api/v1/{path}", self.root))
            .secret_header("cookie", &self.cookie)
            .header("x-kalends-csrf", "1")
    }

    /// Makes a calendar; its id.
    pub async fn calendar(&self, name: &str) -> String {
        let request = self.rest(Request::post, "calendars");
        let made = self.ok(request.json(&json!({"name": name}))).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// What the program says when it is called with this configuration.
    pub async fn command(&self, command: &[&str], rest: &[&str]) -> String {
        let config = ["--config", self.config.as_str()];
        let arguments = [command, rest, &config].concat();
        let mut command = kalends(&arguments, &self.stderr);
        let said = command.stderr(Stdio::piped()).output().await.unwrap();
        let all = [said.stdout, said.stderr].concat();
        String::from_utf8(all).unwrap()
    }

    /// How large its files may become, the database among them; `unlimited` is a size, too.
    pub async fn limit_files(&self, size: &str) {
        limit_files(self.child.id().unwrap(), size).await;
    }

    /// Ends it and starts it again.
    pub async fn restart(mut self) -> Self {
        stop(&mut self.child).await;
        let serve = kalends(&["serve", "--config", &self.config], &self.stderr);
        (self.child, _) = start(serve, &self.stderr, "/welcome?token=").await;
        self
    }

    /// Ends it as a service manager does.
    pub async fn stop(mut self) {
        stop(&mut self.child).await;
    }
}
