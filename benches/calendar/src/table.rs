//! The ratios: how many times the CPU time of ours the others need.

use crate::measure::Outcome;

/// What is printed of each task.
const TASKS: [(&str, &str); 5] = [
    ("expand10", "expansion over 10 years, rules compiled before"),
    ("parse10", "the same with parsing the rules, 10 years"),
    ("parse1", "the same, 1 year"),
    (
        "busy",
        "busy time of 1,000 calendars of 200 events, 4 weeks, cold",
    ),
    ("parse", "iCalendar text to the model"),
];

/// One column an engine.
#[derive(Default)]
pub struct Table {
    engines: Vec<(String, Vec<Outcome>)>,
}

impl Table {
    pub fn add(&mut self, name: &str, version: &str, outcomes: Vec<Outcome>) {
        self.engines.push((format!("{name} {version}"), outcomes));
    }

    pub fn print(&self) {
        let Some((_, ours)) = self.engines.first() else {
            return;
        };
        for (task, title) in TASKS {
            let Some(own) = ours.iter().find(|o| o.task == task) else {
                continue;
            };
            println!("\n{title}");
            for (name, outcomes) in &self.engines {
                let Some(o) = outcomes.iter().find(|o| o.task == task) else {
                    continue;
                };
                let same = o.checksum == own.checksum && o.count == own.count;
                let rate = o.count as f64 / o.nanoseconds * 1e3;
                print!(
                    "  {name:<18} {:>12.0} ns  {rate:>9.3} M/s  count {:>7}  checksum {:016x}",
                    o.nanoseconds, o.count, o.checksum
                );
                if same {
                    println!("  {:>8.1}×", o.nanoseconds / own.nanoseconds);
                } else {
                    println!("  differs ({:.1}×)", o.nanoseconds / own.nanoseconds);
                }
            }
        }
    }
}
