//! The hub as a child process, started again whenever it is gone.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{Failure, cli::DemoOptions, stage::TOKEN_VARIABLE};

/// Pause before the hub is started again.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the hub may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(3);

/// The hub's process.
pub struct Hub {
    config: PathBuf,
    stage: PathBuf,
    token: String,
    child: Option<Child>,
}

impl Hub {
    /// Starts it.
    pub fn start(config: PathBuf, stage: PathBuf, token: String) -> Self {
        let mut hub = Self {
            config,
            stage,
            token,
            child: None,
        };
        hub.launch();
        hub
    }

    fn launch(&mut self) {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("kalends"));
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg("--config")
            .arg(&self.config)
            .arg("--stage")
            .arg(&self.stage);
        command
            .env(TOKEN_VARIABLE, &self.token)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if std::env::var_os("KALENDS_LOG").is_none() {
            command.env("KALENDS_LOG", "warn");
        }
        match command.spawn() {
            Ok(child) => self.child = Some(child),
            Err(error) => eprintln!("kalends: the hub cannot be started: {error}"),
        }
    }

    /// Waits for the process to end, for ever again.
    pub async fn keep_running(&mut self) {
        loop {
            if let Some(child) = &mut self.child {
                let _ = child.wait().await;
            }
            tokio::time::sleep(PAUSE).await;
            self.launch();
        }
    }

    /// Ends it.
    pub async fn stop(mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.start_kill();
            let _ = tokio::time::timeout(FAREWELL, child.wait()).await;
        }
    }
}

/// The hub's configuration for the demo.
pub fn write_config(options: &DemoOptions, description: &Value) -> Result<PathBuf, Failure> {
    let text = |pointer: &str| {
        description
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (google, microsoft) = (text("/google/root"), text("/microsoft/root"));
    let (id, secret) = (text("/oauth/client_id"), text("/oauth/client_secret"));
    let data = options.data.join("hub");
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}/\"\nnotifications = true\n\n\
         [storage]\ndata = {data:?}\n\n[network]\nreach = \"loopback\"\n\n[sync]\ntime_zone = \"Europe/Berlin\"\n\
         poll_seconds = 5\n\n\
         [google]\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\nroot = \"{google}\"\n\
         authorize_url = \"{google}o/oauth2/v2/auth\"\ntoken_url = \"{google}token\"\n\n\
         [microsoft]\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\nroot = \"{microsoft}\"\n\
         authorize_url = \"{microsoft}common/oauth2/v2.0/authorize\"\ntoken_url = \"{microsoft}common/oauth2/v2.0/token\"\n",
        port = options.port,
        data = data.display().to_string(),
    );
    let file = options.data.join("hub.toml");
    std::fs::write(&file, config)?;
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
