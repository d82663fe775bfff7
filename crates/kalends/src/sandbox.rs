//! `kalends sandbox`: the stand-ins alone.

use std::sync::Arc;

use identity::{SystemClock, SystemIds};
use sandbox::{Kind, Sandbox, Settings};

use crate::{Failure, cli::SandboxOptions, serve::told_to_stop, telemetry};

/// Where a hub on its usual port gets its OAuth answers.
const USUAL_REDIRECT: &str = "http://127.0.0.1:8420/oauth/callback";

/// Runs until it is told to stop.
pub async fn run(options: SandboxOptions) -> Result<(), Failure> {
    telemetry::start("warn");
    prepare(&options.data, options.fresh)?;
    let settings = Settings {
        data: options.data.clone(),
        port: options.port,
        redirect_uri: USUAL_REDIRECT.to_owned(),
        kinds: Kind::ALL.to_vec(),
        tls: true,
    };
    let sandbox = Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    println!(
        "The sandbox is ready; {} says how to reach it.",
        options.data.join("sandbox.json").display()
    );
    told_to_stop().await;
    sandbox.stop().await;
    Ok(())
}

/// Makes the data directory, empty if so wished.
pub fn prepare(data: &std::path::Path, fresh: bool) -> Result<(), Failure> {
    let told = |error: std::io::Error| Failure::new(format!("--data {}: {error}", data.display()));
    if fresh && data.exists() {
        // Only what looks like ours is removed.
        let ours = data.join("sandbox.json").exists() || data.join("sandbox.key").exists();
        let empty = std::fs::read_dir(data).map_err(told)?.next().is_none();
        if !ours && !empty {
            return Err(Failure::new(format!(
                "--fresh: {} does not look like a sandbox's data",
                data.display()
            )));
        }
        std::fs::remove_dir_all(data).map_err(told)?;
    }
    std::fs::create_dir_all(data).map_err(told)
}
