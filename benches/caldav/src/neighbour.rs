//! Whether one person's bulk load stalls another one: somebody asks at an even pace, alone and while somebody else puts all their
//! events there. How long an answer takes counts from when it was to be asked for, so that a stall is counted whole.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Fallible,
    client::{Ask, Client},
    load,
    measure::percentile,
    requests::month,
    server::Server,
    workload::{name, some, text},
};

/// A request of the neighbour's each.
const PACE: Duration = Duration::from_millis(20);
/// How many they send alone.
const ALONE: usize = 1_000;
/// Events that they have.
const EVENTS: usize = 200;

/// What the neighbour waits, in words; nothing where there is none.
pub async fn run(client: &Client, events: usize) -> Fallible<Option<String>> {
    let Some(account) = client.server.neighbour.clone() else {
        return Ok(None);
    };
    let server = Server {
        home: account.home,
        user: account.user,
        password: account.password,
        files: None,
        ..(*client.server).clone()
    };
    let neighbour = Client::new(server)?;
    load::fill(&neighbour, EVENTS).await?;
    let alone = asked(&neighbour, |sent| sent < ALONE).await?;
    let over = Arc::new(AtomicBool::new(false));
    let loading = tokio::spawn({
        let (client, over) = (client.clone(), over.clone());
        async move {
            let loaded = load::fill(&client, events).await;
            over.store(true, Ordering::Relaxed);
            loaded
        }
    });
    let meanwhile = asked(&neighbour, |_| !over.load(Ordering::Relaxed)).await?;
    loading.await??;
    let all = |waits: &[Wait]| told(waits, |_| true);
    let (calm, busy) = (all(&alone), all(&meanwhile));
    let mut words = format!(
        "alone p50 {:.1} ms, p99 {:.1} ms; while another one loads {events} events p50 {:.1} ms, p99 {:.1} ms ({} requests): p99 {:.1} times \
         as long",
        calm[0],
        calm[1],
        busy[0],
        busy[1],
        meanwhile.len(),
        busy[1] / calm[1]
    );
    for kind in ["GET", "PUT", "REPORT"] {
        let of = |waits: &[Wait]| told(waits, |wait| wait.kind == kind)[1];
        words += &format!("; {kind} p99 {:.1}, {:.1}", of(&alone), of(&meanwhile));
    }
    Ok(Some(words))
}

/// How long an answer took.
struct Wait {
    kind: &'static str,
    ms: f64,
}

/// The middle and the ninety-ninth of a hundred, of some.
fn told(waits: &[Wait], which: impl Fn(&Wait) -> bool) -> [f64; 2] {
    let some = waits.iter().filter(|wait| which(wait));
    let mut some: Vec<f64> = some.map(|wait| wait.ms).collect();
    some.sort_by(f64::total_cmp);
    [50, 99].map(|of| percentile(&some, of))
}

/// Asks until it is enough.
async fn asked(neighbour: &Client, go_on: impl Fn(usize) -> bool) -> Fallible<Vec<Wait>> {
    let calendar = neighbour.server.calendar();
    let numbers: Vec<usize> = some(EVENTS, EVENTS).collect();
    let (begin, mut waits) = (Instant::now(), Vec::new());
    while go_on(waits.len()) {
        let turn = waits.len();
        let number = numbers[turn % EVENTS];
        let ask = match turn % 10 {
            0 => Ask::put(
                format!("{calendar}{}", name(number)),
                text(number, turn + 1)?,
            ),
            5 => month(&calendar),
            _ => Ask::new("GET", format!("{calendar}{}", name(number))),
        };
        let due = begin + PACE * u32::try_from(turn)?;
        tokio::time::sleep_until(due.into()).await;
        neighbour.ask(&ask).await?;
        waits.push(Wait {
            kind: ask.method,
            ms: due.elapsed().as_secs_f64() * 1e3,
        });
    }
    Ok(waits)
}
