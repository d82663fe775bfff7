//! A sandbox on free ports.

use std::sync::Arc;

use identity::{SystemClock, SystemIds};
use kalends_sandbox::{Kind, Sandbox, Settings};

/// Settings for a sandbox in this folder, on free ports.
pub fn settings(folder: &tempfile::TempDir) -> Settings {
    Settings {
        port: 0,
        tls: false,
        ..Settings::new(folder.path())
    }
}

/// Starts it.
pub async fn start(settings: Settings) -> Sandbox {
    Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .unwrap()
}

/// One stand-in alone.
pub async fn alone(folder: &tempfile::TempDir, kind: Kind) -> Sandbox {
    start(Settings {
        kinds: vec![kind],
        ..settings(folder)
    })
    .await
}
