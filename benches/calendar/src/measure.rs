//! CPU time of a pass, repeated until it is long enough to trust.

use std::hint::black_box;

use cpu_time::ProcessTime;

/// What one engine did in one task.
pub struct Outcome {
    /// Name of the task.
    pub task: &'static str,
    /// CPU nanoseconds of one pass, the median of several runs.
    pub nanoseconds: f64,
    /// How many things one pass made.
    pub count: u64,
    /// Of all answers.
    pub checksum: u64,
}

/// CPU nanoseconds of one pass: the median of five runs of at least 0.2 seconds. Passes are so many at a time that looking
/// at the clock, which takes as long as a short pass, does not count.
pub fn nanoseconds(mut pass: impl FnMut() -> u64) -> f64 {
    let begun = ProcessTime::now();
    black_box(pass());
    let first = begun.elapsed().as_nanos().max(1);
    let at_once = u32::try_from(1_000_000 / first).unwrap_or(1).max(1);
    let mut runs: Vec<f64> = (0..5)
        .map(|_| {
            let begun = ProcessTime::now();
            let mut passes = 0_u32;
            loop {
                for _ in 0..at_once {
                    black_box(pass());
                }
                passes += at_once;
                let spent = begun.elapsed();
                if spent.as_millis() >= 200 {
                    return spent.as_nanos() as f64 / f64::from(passes);
                }
            }
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[2]
}

/// One pass that is long by itself.
pub fn once(pass: impl FnOnce() -> u64) -> f64 {
    let begun = ProcessTime::now();
    black_box(pass());
    begun.elapsed().as_nanos() as f64
}

/// The checksum of instances: civil second and number of the rule.
pub fn of_instance(civil_second: i64, rule: usize) -> u64 {
    (civil_second as u64)
        .wrapping_mul(31)
        .wrapping_add(rule as u64)
}

/// The checksum of merged busy times in Unix seconds.
pub fn of_spans(mut spans: Vec<(i64, i64)>, from: i64, to: i64) -> u64 {
    spans.retain(|(a, b)| *a < to && *b > from && a < b);
    spans.sort_unstable();
    let mut sum = 0_u64;
    let mut open: Option<(i64, i64)> = None;
    let mut close = |span: Option<(i64, i64)>| {
        if let Some((a, b)) = span {
            sum = sum
                .wrapping_add((a as u64).wrapping_mul(31))
                .wrapping_add(b as u64);
        }
    };
    for (a, b) in spans {
        let (a, b) = (a.max(from), b.min(to));
        match &mut open {
            Some((_, until)) if a <= *until => *until = (*until).max(b),
            _ => close(open.replace((a, b))),
        }
    }
    close(open);
    sum
}
