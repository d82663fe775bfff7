//! `kalends demo`: the hub as a process of its own, the sandbox here, and a small practice's life between them.
//!
//! The hub runs as a child so that its plug can be pulled: it is started again whenever it is gone. Everything is set up
//! the way a person would: through the stand-ins' own APIs, their consent pages, and the hub's REST API.

mod connect;
mod supervise;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use identity::{Ids, SystemClock, SystemIds};
use network::Network;
use sandbox::{Kind, Sandbox, Settings};
use serde_json::{Value, json};

use crate::{Failure, cli::DemoOptions, serve::told_to_stop, telemetry};

/// How long the hub may take to answer for the first time.
const READY: Duration = Duration::from_secs(20);

/// Runs until it is told to stop.
pub async fn run(options: DemoOptions) -> Result<(), Failure> {
    telemetry::start("warn");
    // Held until the hub starts: what cannot run shall not remove anything, nor let anybody wait.
    let port = hub_port(options.port)?;
    let hub_root = format!("http://127.0.0.1:{}/", options.port);
    let settings = Settings {
        data: options.data.clone(),
        fresh: options.fresh,
        port: options.port + 1,
        redirect_uri: format!("{hub_root}oauth/callback"),
        kinds: Kind::ALL.to_vec(),
        tls: true,
        tester: false,
    };
    let mut sandbox = Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    let network = Network::new(network::Settings {
        reach: network::Reach::AlsoLoopback,
        ..network::Settings::default()
    })?;
    let token = demo_token(&options.data)?;
    let scene = sandbox::demo::play(&network, &sandbox.description(), today()).await?;
    sandbox.describe_demo(json!({ "hub": { "root": hub_root, "token": token }, "demo": scene }))?;
    let config = supervise::write_config(&options, &sandbox.description())?;
    drop(port);
    let mut hub = supervise::Hub::start(config, sandbox.file(), token.clone());
    let api = connect::Api::new(network, hub_root.clone(), token);
    api.wait_until_ready(READY).await?;
    api.settle(&sandbox.description()).await?;
    tell(&api, &sandbox.description()).await?;
    tokio::select! {
        () = told_to_stop() => {}
        () = hub.keep_running() => {}
    }
    hub.stop().await;
    sandbox.stop().await;
    Ok(())
}

/// The hub's port, if nobody has it.
fn hub_port(port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        Failure::new(format!(
            "port {port} of 127.0.0.1, where the demo has its hub, cannot be used: {error}; stop what uses it or choose \
             other ports with --port"
        ))
    })
}

/// The demo's token for the hub, made once.
fn demo_token(data: &Path) -> Result<String, Failure> {
    let file = data.join("hub-token");
    if let Ok(token) = std::fs::read_to_string(&file) {
        return Ok(token.trim().to_owned());
    }
    let token = SystemIds.token();
    std::fs::write(&file, &token)?;
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(token)
}

fn today() -> jiff::civil::Date {
    use identity::Clock;
    SystemClock
        .now()
        .to_zoned(jiff::tz::TimeZone::system())
        .date()
}

/// What the terminal shows when everything is ready.
async fn tell(api: &connect::Api, description: &Value) -> Result<(), Failure> {
    let welcome = api.welcome_link().await?;
    let google = &description["google"];
    let practice = &description["demo"]["practice"]["google"];
    let user = google["users"]
        .as_array()
        .and_then(|all| all.iter().find(|u| u["email"] == practice["email"]));
    let token = user.and_then(|u| u["token"].as_str()).unwrap_or_default();
    let calendar = practice["calendar_id"].as_str().unwrap_or_default();
    let root = google["root"].as_str().unwrap_or_default();
    // On a day that /demo shows.
    let start = sandbox::demo::scene::working_day(today());
    println!("\nKalends is ready. Open this link, it signs you in:\n\n  {welcome}\n");
    println!("Then look at /demo. Or watch an event hop from Google to the others:\n");
    println!(
        "  curl -X POST '{root}calendar/v3/calendars/{}/events' -H 'authorization: Bearer {token}' \\\n    \
         -H 'content-type: application/json' -d '{{\"summary\": \"Hello from Google\", \"start\": {{\"dateTime\": \
         \"{start}T18:00:00\", \"timeZone\": \"Europe/Berlin\"}}, \"end\": {{\"dateTime\": \"{start}T18:30:00\", \
         \"timeZone\": \"Europe/Berlin\"}}}}'\n",
        calendar.replace('@', "%40")
    );
    Ok(())
}
