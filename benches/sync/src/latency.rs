//! From a provider's notification to the mirrored write, while fifty changes a second come in.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use hub::channels::News;
use tokio::sync::mpsc;

use crate::{
    Fallible,
    desk::Desk,
    measure::{own_cpu, percentile},
    provider::{Memory, locked},
    table::{part, row},
    workload,
};

/// Pairs of linked calendars among which the changes are spread.
const PAIRS: usize = 10;
/// Events of each pair.
const EVENTS: usize = 50;
/// Changes a second.
const PACE: u32 = 50;
/// How long anything may take here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prints percentiles.
pub async fn run(name: &str, database: storage::Settings, changes: usize) -> Fallible {
    part(&format!(
        "notification → mirrored write sent, on {name}: {PACE} changes/s over {PAIRS} pairs of calendars"
    ));
    let memories: Vec<Arc<Memory>> = (0..2 * PAIRS).map(|_| Arc::default()).collect();
    let desk = Desk::with_memories(database, &memories).await?;
    for pair in 0..PAIRS {
        desk.link(2 * pair, 2 * pair + 1).await?;
        for event in 0..EVENTS {
            let number = pair * EVENTS + event;
            memories[2 * pair].put(&number.to_string(), workload::event(number, 0)?);
        }
    }
    let (tell, mut told) = mpsc::unbounded_channel();
    for pair in 0..PAIRS {
        *locked(&memories[2 * pair + 1].told) = Some(tell.clone());
    }
    let (stop, worker) = desk.start();
    for _ in 0..PAIRS * EVENTS {
        tokio::time::timeout(PATIENCE, told.recv()).await?;
    }
    until(|| memories.iter().all(|m| locked(&m.channel).is_some())).await?;
    let cpu = own_cpu()?;
    let sent = send(&desk, &memories, changes).await?;
    let mut waits = Vec::with_capacity(changes);
    while waits.len() < changes {
        let arrived = tokio::time::timeout(PATIENCE, told.recv()).await?;
        let (title, at) = arrived.ok_or("nobody writes any more")?;
        if let Some(begin) = sent.get(&title) {
            waits.push(at.duration_since(*begin).as_secs_f64() * 1e3);
        }
    }
    let cpu = (own_cpu()? - cpu) / changes as f64 * 1e3;
    waits.sort_by(f64::total_cmp);
    for of_hundred in [50, 95, 99] {
        let what = format!("p{of_hundred} of {changes}");
        row(&what, percentile(&waits, of_hundred), "ms");
    }
    row("CPU a change, from notification to echo", cpu, "ms");
    stop.send_replace(true);
    worker.await?;
    desk.stores.close().await;
    Ok(())
}

/// Changes events at an even pace and notifies the hub of each; when each notification was sent.
async fn send(
    desk: &Desk,
    memories: &[Arc<Memory>],
    changes: usize,
) -> Fallible<HashMap<String, Instant>> {
    let mut sent = HashMap::with_capacity(changes);
    let mut pace = tokio::time::interval(Duration::from_secs(1) / PACE);
    for change in 0..changes {
        pace.tick().await;
        let pair = change % PAIRS;
        let number = pair * EVENTS + change / PAIRS % EVENTS;
        let revision = 1 + change / (PAIRS * EVENTS);
        let memory = &memories[2 * pair];
        memory.put(&number.to_string(), workload::event(number, revision)?);
        let channel = locked(&memory.channel).clone();
        let (id, token) = channel.ok_or("a calendar is not watched")?;
        sent.insert(workload::title(number, revision), Instant::now());
        let tenant = desk.store.tenant();
        let (hub, news) = (desk.hub.clone(), News::Changed);
        tokio::spawn(async move { hub.notified(tenant, id, &token, news).await });
    }
    Ok(sent)
}

/// Waits until it is so.
pub async fn until(so: impl Fn() -> bool) -> Fallible {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        if Instant::now() > deadline {
            return Err("the calendars are not watched".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
