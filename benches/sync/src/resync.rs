//! Everything is listed again although nothing has changed, as after a cursor that the provider forgot.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use crate::{
    Fallible,
    desk::Desk,
    measure::{own_cpu, rate},
    provider::Memory,
    table::{Target, judged, part, row},
    workload,
};

/// Prints what it costs to find that nothing is to be done.
pub async fn run(database: storage::Settings, events: usize) -> Fallible {
    part(&format!(
        "no-op resync on SQLite: {events} events in two linked calendars, listed whole"
    ));
    let memories: Vec<Arc<Memory>> = (0..2).map(|_| Arc::default()).collect();
    let desk = Desk::with_memories(database, &memories).await?;
    desk.link(0, 1).await?;
    for number in 0..events / 2 {
        memories[0].put(&number.to_string(), workload::event(number, 0)?);
    }
    for (calendar, read) in [(0, true), (1, false), (1, true)] {
        if read {
            desk.pull(calendar).await?;
        } else {
            desk.push(calendar).await?;
        }
    }
    forget_cursors(&desk).await?;
    let count = |of: fn(&Memory) -> u64| -> u64 { memories.iter().map(|m| of(m)).sum() };
    let requests = || count(|m| m.requests.load(Ordering::Relaxed));
    let writes = || count(|m| m.writes.load(Ordering::Relaxed));
    let (requests_before, writes_before) = (requests(), writes());
    let (begin, cpu) = (Instant::now(), own_cpu()?);
    let mut seen = 0;
    for calendar in [0, 1] {
        seen += desk.pull(calendar).await?;
        desk.push(calendar).await?;
    }
    let (time, cpu) = (begin.elapsed(), own_cpu()? - cpu);
    let written = writes() - writes_before;
    if seen != events || written != 0 {
        return Err(format!("{seen} of {events} events were listed, and {written} written").into());
    }
    judged("writes", written as f64, "", &Target::AtMost(0.0));
    row("requests", (requests() - requests_before) as f64, "");
    row("CPU of the hub", cpu, "s");
    row("wall", time.as_secs_f64(), "s");
    row("…", rate(events, time), "events/s");
    desk.stores.close().await;
    Ok(())
}

async fn forget_cursors(desk: &Desk) -> Fallible {
    let mut tx = desk.store.write().await?;
    for mut calendar in storage::calendars::list(&mut tx).await? {
        calendar.cursor = None;
        storage::calendars::update(&mut tx, &calendar).await?;
    }
    tx.commit().await?;
    Ok(())
}
