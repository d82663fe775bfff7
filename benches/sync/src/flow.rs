//! Changes through the whole hub: read, merged, carried along a two-way link, committed; then written at the mirror.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use crate::{
    Fallible,
    desk::Desk,
    measure::{median, own_cpu, rate},
    provider::Memory,
    table::{Target, judged, part, row},
    workload,
};

/// Rounds of which the median counts.
const ROUNDS: usize = 5;

/// What one round took.
#[derive(Default)]
struct Times {
    merged: Vec<f64>,
    written: Vec<f64>,
    echoed: Vec<f64>,
    merge_cpu: Vec<f64>,
    write_cpu: Vec<f64>,
}

/// Prints how many changes a second pass through a hub on this database.
pub async fn run(
    name: &str,
    database: storage::Settings,
    target: Option<f64>,
    events: usize,
) -> Fallible {
    part(&format!(
        "changes through the hub on {name}: {events} events, one two-way link"
    ));
    let memories: Vec<Arc<Memory>> = (0..2).map(|_| Arc::default()).collect();
    let desk = Desk::with_memories(database, &memories).await?;
    desk.link(0, 1).await?;
    for number in 0..events {
        memories[0].put(&number.to_string(), workload::event(number, 0)?);
    }
    let (begin, cpu) = (Instant::now(), own_cpu()?);
    desk.pull(0).await?;
    desk.push(1).await?;
    desk.pull(1).await?;
    let cpu = (own_cpu()? - cpu) / events as f64 * 1e3;
    row(
        "initial sync: new events read, mirrored, read back",
        rate(events, begin.elapsed()),
        "events/s",
    );
    row("… CPU of the hub an event", cpu, "ms");
    let mut times = Times::default();
    for round in 1..=ROUNDS {
        one(&desk, &memories, events, round, &mut times).await?;
    }
    let merged = median(&mut times.merged);
    let what = "changed events merged and committed";
    match target {
        Some(target) => judged(what, merged, "changes/s", &Target::AtLeast(target)),
        None => row(what, merged, "changes/s"),
    }
    row("… CPU a change", median(&mut times.merge_cpu), "ms");
    row(
        "mirrored writes planned, sent and answered",
        median(&mut times.written),
        "writes/s",
    );
    row("… CPU a write", median(&mut times.write_cpu), "ms");
    row(
        "echoes of our own writes recognised",
        median(&mut times.echoed),
        "echoes/s",
    );
    desk.stores.close().await;
    Ok(())
}

/// Pairs of calendars that change at the same time.
const PAIRS: usize = 4;

/// The same for several pairs of calendars at once, as workers read them: what the database and two cores can do.
pub async fn at_once(
    name: &str,
    database: storage::Settings,
    target: f64,
    events: usize,
) -> Fallible {
    part(&format!(
        "changes through the hub on {name}: {PAIRS} two-way links at once, {} events each",
        events / PAIRS
    ));
    let memories: Vec<Arc<Memory>> = (0..2 * PAIRS).map(|_| Arc::default()).collect();
    let desk = Arc::new(Desk::with_memories(database, &memories).await?);
    for pair in 0..PAIRS {
        desk.link(2 * pair, 2 * pair + 1).await?;
    }
    let mut rates = Vec::new();
    for round in 0..=ROUNDS {
        for number in 0..events / PAIRS * PAIRS {
            let memory = &memories[2 * (number % PAIRS)];
            memory.put(&number.to_string(), workload::event(number, round)?);
        }
        let begin = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for pair in 0..PAIRS {
            let desk = desk.clone();
            tasks.spawn(async move { desk.pull(2 * pair).await });
        }
        let mut read = 0;
        while let Some(task) = tasks.join_next().await {
            read += task??;
        }
        if read != events / PAIRS * PAIRS {
            return Err(format!("{read} of {events} changes were read").into());
        }
        if round > 0 {
            rates.push(rate(read, begin.elapsed()));
        }
        for pair in 0..PAIRS {
            desk.push(2 * pair + 1).await?;
            desk.pull(2 * pair + 1).await?;
        }
    }
    let merged = median(&mut rates);
    let what = "changed events merged and committed";
    judged(what, merged, "changes/s", &Target::AtLeast(target));
    desk.stores.close().await;
    Ok(())
}

async fn one(
    desk: &Desk,
    memories: &[Arc<Memory>],
    events: usize,
    round: usize,
    times: &mut Times,
) -> Fallible {
    for number in 0..events {
        memories[0].put(&number.to_string(), workload::event(number, round)?);
    }
    let (begin, cpu) = (Instant::now(), own_cpu()?);
    let read = desk.pull(0).await?;
    times.merged.push(rate(read, begin.elapsed()));
    let each = 1e3 / events as f64;
    times.merge_cpu.push((own_cpu()? - cpu) * each);
    let before = memories[1].writes.load(Ordering::Relaxed);
    let (begin, cpu) = (Instant::now(), own_cpu()?);
    let written = desk.push(1).await?;
    times.written.push(rate(written, begin.elapsed()));
    times.write_cpu.push((own_cpu()? - cpu) * each);
    let begin = Instant::now();
    let echoes = desk.pull(1).await?;
    times.echoed.push(rate(echoes, begin.elapsed()));
    let writes = memories[1].writes.load(Ordering::Relaxed) - before;
    if (read, written, writes, echoes) != (events, events, events as u64, events) {
        return Err(format!(
            "of {events} changes {read} were read, {written} written ({writes} arrived), {echoes} read back"
        )
        .into());
    }
    Ok(())
}
