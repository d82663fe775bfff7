//! `kalends sandbox`: the stand-ins alone.

use std::{path::PathBuf, sync::Arc};

use identity::{SystemClock, SystemIds};
use sandbox::{Kind, Sandbox, Settings};

use crate::{Failure, cli::SandboxOptions, serve::told_to_stop, telemetry};

/// Where all three keep their things.
const DATA: &str = "data/sandbox";

/// Runs until it is told to stop.
pub async fn run(options: SandboxOptions) -> Result<(), Failure> {
    telemetry::start("warn");
    let tester = options.caldavtester;
    let only = options.only.map(Kind::from);
    let only = only.or(tester.then_some(Kind::Caldav));
    let kinds = only.map_or(Kind::ALL.to_vec(), |only| vec![only]);
    let data = options.data.unwrap_or_else(|| match kinds[..] {
        _ if tester => PathBuf::from(format!("{DATA}-caldavtester")),
        [only] => PathBuf::from(format!("{DATA}-{}", only.name())),
        _ => PathBuf::from(DATA),
    });
    let settings = Settings {
        data: data.clone(),
        fresh: options.fresh,
        port: options.port,
        redirect_uri: format!("{}/oauth/callback", options.hub.trim_end_matches('/')),
        kinds,
        tls: !tester,
        tester,
    };
    let sandbox = Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    println!(
        "The sandbox is ready; {} says how to reach it.",
        data.join("sandbox.json").display()
    );
    told_to_stop().await;
    sandbox.stop().await;
    Ok(())
}
