//! `cargo xtask bench calendar`: the calendar engine beside libical, `rrule` and `calcard`, the same work in one run.
//!
//! Each engine runs each task through its own interface. CPU time counts, never the clock on the wall. First every engine
//! makes a checksum of all its answers, outside of the measured passes: engines that differ are said to, and a ratio
//! against a wrong answer is not printed.

mod files;
mod libical;
mod measure;
mod ours;
mod rrule_crate;
mod table;
mod workload;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let scratch = std::env::args()
        .nth(1)
        .map_or_else(|| folder.join("target/bench"), PathBuf::from);
    std::fs::create_dir_all(&scratch)?;
    let work = workload::Workload::write(&folder, &scratch)?;
    println!("rules       {}", work.rules_file.display());
    println!(
        "calendars   {} ({:.1} MB)",
        work.calendars_file.display(),
        work.calendars.len() as f64 / 1e6
    );
    let mut table = table::Table::default();
    if std::env::args().nth(2).as_deref() == Some("--files") {
        files::run(&scratch, None);
        return Ok(());
    }
    table.add("kalends", ours::VERSION, ours::run(&work));
    if std::env::args().nth(2).as_deref() == Some("--ours") {
        table.print();
        ours::print_absolute(&work);
        return Ok(());
    }
    match libical::run(&folder, &scratch, &work) {
        Ok((version, results)) => table.add("libical", &version, results),
        Err(error) => println!("SKIPPED: libical: {error}"),
    }
    table.add("rrule", "0.14.0", rrule_crate::run(&work));

    table.print();
    ours::print_absolute(&work);
    let folder = std::env::var_os("KALENDS_ICS").map(PathBuf::from);
    files::run(&scratch, folder.as_deref());
    Ok(())
}
