//! Kalends: keeps every calendar that a business has in step. This is the binary: configuration, wiring, commands.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]

mod apps;
mod cli;
mod config;
mod demo;
mod doctor;
mod erase;
mod house;
mod people;
mod restored;
mod sandbox;
mod serve;
mod sign_in;
mod site;
mod stage;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // Two crates bring rustls; both get the same cryptography.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let result = match cli.command {
        cli::Command::Serve(options) => serve::run(options).await,
        cli::Command::Migrate(options) => doctor::migrate(options).await,
        cli::Command::Doctor(options) => doctor::run(options).await,
        cli::Command::SignInLink(options) => sign_in::run(options).await,
        cli::Command::Person(options) => people::run(options).await,
        cli::Command::Restored(options) => restored::run(options).await,
        cli::Command::Erase(options) => erase::run(options).await,
        cli::Command::App(options) => apps::run(options).await,
        cli::Command::Sandbox(options) => sandbox::run(options).await,
        cli::Command::Demo(options) => demo::run(options).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("kalends: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Why a command ended: a sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A sentence for the person at the terminal.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        }
    )*};
}

failures!(
    storage::Error,
    hub::Error,
    identity::Error,
    ::sandbox::Error,
    network::Error,
    std::io::Error,
    config::BadConfig
);
