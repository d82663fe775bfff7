//! Clocks and processes: CPU seconds, resident memory, percentiles.

use std::{fs, time::Duration};

use crate::Fallible;

/// `/proc` counts CPU time in hundredths of a second (`USER_HZ`), on every Linux that is about.
pub const TICKS_PER_SECOND: f64 = 100.0;

/// User and system CPU seconds of this process, all threads.
pub fn own_cpu() -> Fallible<f64> {
    cpu("self")
}

/// User and system CPU seconds of a running process, all threads.
pub fn cpu_of(process: u32) -> Fallible<f64> {
    cpu(&process.to_string())
}

fn cpu(process: &str) -> Fallible<f64> {
    let fields = fields(process)?;
    Ok((fields[11] + fields[12]) / TICKS_PER_SECOND)
}

/// The same of all children that have ended and were waited for.
pub fn ended_cpu() -> Fallible<f64> {
    let fields = fields("self")?;
    Ok((fields[13] + fields[14]) / TICKS_PER_SECOND)
}

/// What `/proc/PID/stat` has behind the program's name, from the state on (proc(5)). What is no number counts as 0.
pub fn fields(process: &str) -> Fallible<Vec<f64>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("/proc: no program's name")?;
    let fields: Vec<f64> = fields
        .split(' ')
        .map(|field| field.trim().parse().unwrap_or(0.0))
        .collect();
    if fields.len() < 20 {
        return Err("/proc: too few fields".into());
    }
    Ok(fields)
}

/// Resident memory of a process in MiB: now, and at its highest.
pub fn resident_mib(process: u32) -> Fallible<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let of = |name: &str| -> Fallible<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        let kib: f64 = number.ok_or("/proc: no resident memory")?.parse()?;
        Ok(kib / 1024.0)
    };
    Ok((of("VmRSS:")?, of("VmHWM:")?))
}

/// The value below which so many of a hundred lie.
pub fn percentile(sorted: &[f64], of_hundred: usize) -> f64 {
    let index = (sorted.len() * of_hundred).div_ceil(100).max(1) - 1;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// The middle one.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(values, 50)
}

/// So many in this time, per second.
pub fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}
