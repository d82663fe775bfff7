//! `cargo xtask bench caldav`: what a request costs a CalDAV server, of Kalends and of others that run beside it with the same
//! events. CPU is that of the server's processes; how fast a request is answered is measured only of somebody beside whom another one loads
//! a calendar.
//!
//! A request that is refused fails the run; a slow one does not. What takes long is asked less often, and never longer than
//! a few seconds a figure.

mod client;
mod load;
#[path = "../../sync/src/measure.rs"]
#[expect(dead_code, reason = "rates and medians are for others who share it")]
mod measure;
mod neighbour;
mod processes;
mod requests;
mod server;
mod table;
mod workload;

use clap::Parser;

use crate::{client::Client, server::Server, table::Table};

/// A result of this program.
type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures CalDAV servers that run already.
#[derive(Parser)]
struct Arguments {
    /// How many events each of them is given.
    #[arg(long, default_value_t = 10_000)]
    events: usize,
    /// How many connections ask at once; a figure for each.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    connections: Vec<usize>,
    /// Only these figures, by a part of their names.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where the servers are, in JSON: the first one is ours.
    #[arg(long)]
    servers: String,
}

#[tokio::main]
async fn main() -> Fallible {
    let arguments = Arguments::parse();
    let servers: Vec<Server> = serde_json::from_str(&arguments.servers)?;
    let mut table = Table::new(&servers);
    for (column, server) in servers.into_iter().enumerate() {
        let client = Client::new(server)?;
        let wanted = |name: &str| {
            let only = &arguments.only;
            only.is_empty() || only.iter().any(|part| name.contains(part))
        };
        if wanted("neighbour")
            && let Some(waits) = neighbour::run(&client, arguments.events).await?
        {
            table.say(column, "neighbour", &waits);
        } else {
            let loaded = load::fill(&client, arguments.events).await?;
            table.say(column, "load", &loaded);
        }
        let loaded = processes::resident_mib(client.server.process)?;
        for &connections in &arguments.connections {
            for request in requests::ALL {
                let name = request.name();
                if !wanted(name) {
                    continue;
                }
                let plan = request.prepare(&client, arguments.events).await?;
                let cost = client.measure(&plan, connections).await?;
                table.cost(column, name, connections, &cost);
                plan.undo(&client).await?;
            }
        }
        let after = processes::resident_mib(client.server.process)?;
        table.say(
            column,
            "resident",
            &format!("{loaded:.0} MB when loaded, {after:.0} MB in the end"),
        );
    }
    table.print();
    Ok(())
}
