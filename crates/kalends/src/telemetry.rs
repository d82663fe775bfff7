//! Logs: to the terminal, as text or JSON. No content, no tokens: those never reach a log line.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging. `KALENDS_LOG` filters (`info,hub=debug`); `KALENDS_LOG_JSON=1` writes JSON.
pub fn start(default: &str) {
    let filter = std::env::var("KALENDS_LOG").unwrap_or_else(|_| default.to_owned());
    let builder = fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_target(false);
    let json = std::env::var("KALENDS_LOG_JSON").is_ok_and(|v| v == "1");
    // A second start in one process (tests) keeps the first.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.compact().try_init()
    };
}
