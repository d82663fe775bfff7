//! What is printed: a line a figure, a column a server, and how many times as much the best of the others takes.

use std::collections::BTreeMap;

use crate::{client::Cost, server::Server};

/// CPU milliseconds that a request of Kalends should take at most, at 10,000 events.
const WANTED: [(&str, f64); 8] = [
    ("PUT", 0.5),
    ("GET", 0.1),
    ("month query", 5.0),
    ("multiget 100", 2.0),
    ("30-day free-busy", 2.0),
    ("sync with 10 changes", 3.0),
    ("initial sync", 8.0),
    ("PROPFIND depth 1", 8.0),
];

/// Figures by name and connections.
pub struct Table {
    names: Vec<String>,
    costs: BTreeMap<(usize, &'static str), Vec<Option<f64>>>,
    words: BTreeMap<String, Vec<String>>,
}

impl Table {
    /// An empty one for these servers.
    pub fn new(servers: &[Server]) -> Self {
        Self {
            names: servers.iter().map(|server| server.name.clone()).collect(),
            costs: BTreeMap::new(),
            words: BTreeMap::new(),
        }
    }

    /// A figure; printed at once, since a run is long.
    pub fn cost(&mut self, column: usize, what: &'static str, connections: usize, cost: &Cost) {
        let name = &self.names[column];
        println!(
            "{name}: {what}, {connections} at once: {:.3} ms of CPU ({} requests, {} octets each)",
            cost.cpu_ms, cost.count, cost.octets
        );
        let row = self.costs.entry((connections, what)).or_default();
        row.resize(self.names.len(), None);
        row[column] = Some(cost.cpu_ms);
    }

    /// Something that is no cost of a request.
    pub fn say(&mut self, column: usize, what: &str, said: &str) {
        println!("{}: {what}: {said}", self.names[column]);
        let row = self.words.entry(what.to_owned()).or_default();
        row.resize(self.names.len(), String::new());
        said.clone_into(&mut row[column]);
    }

    /// All of it.
    pub fn print(&self) {
        println!(
            "\nCPU per request, ms; ratio of the best other to {}",
            self.names[0]
        );
        for ((connections, what), row) in &self.costs {
            let told = |cost: &Option<f64>| cost.map_or("-".to_owned(), |ms| format!("{ms:.2}"));
            let columns = self.names.iter().zip(row);
            let columns: Vec<String> = columns
                .map(|(name, cost)| format!("{name} {}", told(cost)))
                .collect();
            let ours = row[0];
            let best = row[1..].iter().flatten().copied().reduce(f64::min);
            let ratio = ours.zip(best).map(|(ours, best)| best / ours);
            let ratio = ratio.map_or(String::new(), |ratio| format!(", ratio {ratio:.1}"));
            let wanted = WANTED.iter().find(|(name, _)| name == what);
            let wanted = wanted.map_or(String::new(), |(_, most)| {
                let met = ours.is_some_and(|ours| ours <= *most);
                format!(", wanted ≤ {most}: {}", if met { "met" } else { "MISSED" })
            });
            println!(
                "{what}, {connections} at once: {}{ratio}{wanted}",
                columns.join(", ")
            );
        }
        for (what, row) in &self.words {
            for (name, said) in self.names.iter().zip(row) {
                println!("{name}: {what}: {said}");
            }
        }
    }
}
