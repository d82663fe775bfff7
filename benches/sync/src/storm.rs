//! A storm of notifications: ten thousand a second about a hundred calendars, each to be acknowledged, and each calendar to be read a
//! few times and not ten thousand. Without HTTP, which costs the same however many come.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use hub::channels::News;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    Fallible,
    desk::Desk,
    latency::until,
    measure::{own_cpu, percentile},
    provider::{Memory, locked},
    table::{Target, judged, part, row},
};

/// Calendars that are notified of.
const CALENDARS: usize = 100;
/// Notifications a second.
const PACE: usize = 10_000;
/// Those of a hundredth of a second come together.
const TICK: Duration = Duration::from_millis(10);
/// An acknowledgement should not take longer, in milliseconds.
const ACKNOWLEDGED_MS: f64 = 50.0;

/// Prints how long acknowledgements took, and how often calendars were read.
pub async fn run(name: &str, database: storage::Settings, seconds: usize) -> Fallible {
    part(&format!(
        "a storm on {name}: {PACE} notifications/s of {CALENDARS} calendars, for {seconds} s"
    ));
    let memories: Vec<Arc<Memory>> = (0..CALENDARS).map(|_| Arc::default()).collect();
    let desk = Desk::with_memories(database, &memories).await?;
    let (stop, worker) = desk.start();
    until(|| memories.iter().all(|m| locked(&m.channel).is_some())).await?;
    let channels: Vec<_> = memories
        .iter()
        .filter_map(|m| locked(&m.channel).clone())
        .collect();
    let reads = || -> u64 {
        memories
            .iter()
            .map(|m| m.requests.load(Ordering::Relaxed))
            .sum()
    };
    let (before, cpu) = (reads(), own_cpu()?);
    let count = PACE * seconds;
    let (waits, sent) = send(&desk, &channels, count).await?;
    let cpu = (own_cpu()? - cpu) / count as f64 * 1e6;
    row("sent", count as f64 / sent.as_secs_f64(), "a second");
    row("acknowledged after, p50", percentile(&waits, 50), "ms");
    judged(
        "acknowledged after, p99",
        percentile(&waits, 99),
        "ms",
        &Target::AtMost(ACKNOWLEDGED_MS),
    );
    row(
        "CPU a notification, reads and the sender included",
        cpu,
        "µs",
    );
    let of_each = (reads() - before) as f64 / CALENDARS as f64;
    row(
        "requests to each calendar's provider meanwhile",
        of_each,
        "",
    );
    stop.send_replace(true);
    worker.await?;
    desk.stores.close().await;
    Ok(())
}

/// Sends them at an even pace. How long each waited for its acknowledgement, sorted, in milliseconds, and how long sending took.
async fn send(
    desk: &Desk,
    channels: &[(Uuid, String)],
    count: usize,
) -> Fallible<(Vec<f64>, Duration)> {
    let (begin, at_once) = (Instant::now(), PACE / 100);
    let mut told = JoinSet::new();
    for number in 0..count {
        if number % at_once == 0 {
            let due = begin + TICK * u32::try_from(number / at_once)?;
            tokio::time::sleep_until(due.into()).await;
        }
        let (channel, token) = channels[number % channels.len()].clone();
        let (hub, tenant, at) = (desk.hub.clone(), desk.store.tenant(), Instant::now());
        told.spawn(async move {
            let believed = hub.notified(tenant, channel, &token, News::Changed).await;
            (believed, at.elapsed())
        });
    }
    let sent = begin.elapsed();
    let mut waits = Vec::with_capacity(count);
    while let Some(one) = told.join_next().await {
        let (believed, waited) = one?;
        if !believed? {
            return Err("a notification was not believed".into());
        }
        waits.push(waited.as_secs_f64() * 1e3);
    }
    waits.sort_by(f64::total_cmp);
    Ok((waits, sent))
}
