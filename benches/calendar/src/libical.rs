//! libical 3 through its C library: a program beside this one, compiled here.

use std::{path::Path, process::Command};

use crate::{measure::Outcome, workload::Workload};

/// Compiles and runs it; its version, and what it did.
pub fn run(
    folder: &Path,
    scratch: &Path,
    work: &Workload,
) -> Result<(String, Vec<Outcome>), String> {
    let program = scratch.join("libical");
    let mut compiler = Command::new("cc");
    compiler.args(["-O3", "-march=native", "-o"]).arg(&program);
    compiler.arg(folder.join("peers/libical.c")).arg("-lical");
    let compiled = compiler
        .output()
        .map_err(|error| format!("no C compiler: {error}"))?;
    if !compiled.status.success() {
        return Err("it does not compile; Debian's package is libical-dev".to_owned());
    }
    let mut run = Command::new(&program);
    run.arg(&work.rules_file).arg(&work.calendars_file);
    let output = run.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut version = String::new();
    let mut outcomes = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split(' ').collect();
        let [task, time, count, checksum] = parts[..] else {
            continue;
        };
        let number = |text: &str| text.parse::<u64>().unwrap_or(0);
        let task = match task {
            "version" => {
                version = time.to_owned();
                continue;
            }
            "expand10" => "expand10",
            "parse10" => "parse10",
            "parse1" => "parse1",
            _ => "busy",
        };
        let nanoseconds = number(time) as f64;
        outcomes.push(Outcome {
            task,
            nanoseconds,
            count: number(count),
            checksum: number(checksum),
        });
    }
    Ok((version, outcomes))
}
