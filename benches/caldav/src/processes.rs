//! A server's processes: the one that was started, and all below it.

use std::{collections::BTreeMap, fs};

use crate::{
    Fallible,
    measure::{self, TICKS_PER_SECOND, fields},
};

/// User and system CPU seconds of all of them, those that have ended among them.
pub fn cpu(process: u32) -> Fallible<f64> {
    let mut sum = 0.0;
    for id in family(process)? {
        // One may end meanwhile; then its parent has its time.
        sum += cpu_of(id).unwrap_or(0.0);
    }
    Ok(sum)
}

/// Resident memory of all of them. What they share counts for each.
pub fn resident_mib(process: u32) -> Fallible<f64> {
    let mut sum = 0.0;
    for id in family(process)? {
        sum += measure::resident_mib(id).map_or(0.0, |(now, _)| now);
    }
    Ok(sum)
}

/// Of one, with its children that have ended and were waited for.
fn cpu_of(process: u32) -> Fallible<f64> {
    let fields = fields(&process.to_string())?;
    Ok(fields[11..15].iter().sum::<f64>() / TICKS_PER_SECOND)
}

fn parent(process: u32) -> Fallible<u32> {
    Ok(fields(&process.to_string())?[1] as u32)
}

fn family(process: u32) -> Fallible<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let id = entry?.file_name().to_string_lossy().parse::<u32>();
        let Ok(id) = id else { continue };
        if let Ok(parent) = parent(id) {
            children.entry(parent).or_default().push(id);
        }
    }
    let (mut all, mut next) = (vec![process], 0);
    while let Some(id) = all.get(next) {
        all.extend(children.remove(id).unwrap_or_default());
        next += 1;
    }
    Ok(all)
}
