//! `cargo xtask bench faces`: requests a second and CPU per request of Google's and Microsoft's APIs, as the real program speaks
//! them (`kalends sandbox`), over HTTP, with 10,000 events in the calendar. CPU is the server's alone.
//!
//! A request that is refused fails the run; a slow one does not.

mod client;
mod google;
#[path = "../../sync/src/measure.rs"]
#[expect(
    dead_code,
    reason = "percentiles and memory are for others who share it"
)]
mod measure;
mod microsoft;
mod server;
#[path = "../../sync/src/table.rs"]
#[expect(dead_code, reason = "targets are for others who share it")]
mod table;
mod workload;

use std::path::PathBuf;

use clap::Parser;

use crate::{
    client::Client,
    server::{Kind, Server},
    table::part,
};

/// A result of this program.
type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures the faces.
#[derive(Parser)]
struct Arguments {
    /// Fewer events and requests.
    #[arg(long)]
    quick: bool,
    /// Only these: google, microsoft.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The program `kalends`, optimised.
    #[arg(long)]
    kalends: PathBuf,
    /// Where databases are kept while they are measured; a disk, not memory.
    #[arg(long, default_value = ".")]
    scratch: PathBuf,
}

#[tokio::main]
async fn main() -> Fallible {
    let arguments = Arguments::parse();
    let events = if arguments.quick { 1_000 } else { 10_000 };
    for kind in [Kind::Google, Kind::Microsoft] {
        let wanted =
            arguments.only.is_empty() || arguments.only.iter().any(|only| only == kind.name());
        if !wanted {
            continue;
        }
        let folder = tempfile::tempdir_in(&arguments.scratch)?;
        let server = Server::start(&arguments.kalends, folder.path(), kind).await?;
        part(&format!(
            "{}'s API, {events} events, of which three in ten are series",
            kind.name()
        ));
        let client = Client::new(&server)?;
        match kind {
            Kind::Google => google::run(&client, events).await?,
            Kind::Microsoft => microsoft::run(&client, events).await?,
        }
    }
    Ok(())
}
