//! A calendar of a hundred thousand events, read for the first time: how much memory the real program takes for that beside what it
//! takes anyway.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Fallible,
    measure::resident_mib,
    provider::{Memories, Memory, locked},
    served::Served,
    stand_in::{self, multistatus},
    table::{Target, judged, part, row},
    workload,
};

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long it has to take next to no CPU to be quiet.
const QUIET: Duration = Duration::from_secs(3);
/// What it may take beside the rest, in MiB.
const EXTRA_MIB: f64 = 200.0;

/// What the provider knows.
struct Provider {
    events: usize,
    /// Names of objects that were asked for.
    asked: Mutex<HashSet<String>>,
    /// It was listed whole.
    listed: AtomicBool,
}

/// Prints how much memory it takes.
pub async fn run(program: &Path, folder: &Path, events: usize) -> Fallible {
    part(&format!(
        "a CalDAV calendar of {events} events, read by `kalends serve` on SQLite"
    ));
    let provider = Arc::new(Provider {
        events,
        asked: Mutex::default(),
        listed: AtomicBool::new(false),
    });
    let says = provider.clone();
    let (root, server) = stand_in::start(Arc::new(move |path, body| says.says(path, body))).await?;
    let served = Served::new(program, folder);
    empty(&served, &root).await?;
    let running = served.start()?;
    let begin = Instant::now();
    let anyway = loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (now, _) = resident_mib(running.id())?;
        if provider.listed.load(Ordering::Relaxed) || begin.elapsed() > PATIENCE {
            break now;
        }
    };
    while locked(&provider.asked).len() < events {
        if begin.elapsed() > PATIENCE {
            let count = locked(&provider.asked).len();
            return Err(format!("only {count} of {events} events were read").into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let cpu = running.quiet(QUIET, begin + PATIENCE).await?;
    let (now, highest) = resident_mib(running.id())?;
    row("until all were read", begin.elapsed().as_secs_f64(), "s");
    row("CPU an event", cpu / events as f64 * 1e3, "ms");
    row("resident memory before", anyway, "MiB");
    row("… afterwards", now, "MiB");
    judged(
        "… at its highest, more than before",
        highest - anyway,
        "MiB",
        &Target::AtMost(EXTRA_MIB),
    );
    server.abort();
    Ok(())
}

impl Provider {
    fn says(&self, path: &str, body: &str) -> String {
        if body.contains("calendar-multiget") {
            return multistatus(&self.objects(body));
        }
        if body.contains("sync-collection") && !body.contains("bench.example/1") {
            self.listed.store(true, Ordering::Relaxed);
            let listed = (0..self.events).map(|n| {
                format!(
                    "<d:response><d:href>{path}{n}.ics</d:href><d:propstat><d:prop><d:getetag>\"{n}\"</d:getetag></d:prop>\
                     <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
                )
            });
            return multistatus(&listed.collect::<String>());
        }
        multistatus("")
    }

    fn objects(&self, body: &str) -> String {
        let hrefs = body
            .split("href>")
            .filter_map(|part| part.split("</").next());
        let mut all = String::new();
        for href in hrefs.filter(|href| href.ends_with(".ics")) {
            let name = href.rsplit('/').next().unwrap_or_default();
            let Ok(number) = name.trim_end_matches(".ics").parse::<usize>() else {
                continue;
            };
            locked(&self.asked).insert(name.to_owned());
            let text = workload::text(number, 0);
            all += &format!(
                "<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:getetag>\"{number}\"</d:getetag><c:calendar-data>{text}\
                 </c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
            );
        }
        all
    }
}

/// Makes the database: an account with one calendar, which has not been read yet.
async fn empty(served: &Served, root: &str) -> Fallible {
    let directory = Memories {
        name: "caldav",
        all: vec![Arc::new(Memory::default())],
    };
    let mut desk = served.desk(Arc::new(directory)).await?;
    desk.connect("caldav", root, "0").await?;
    desk.find_calendars().await?;
    let mut tx = desk.store.write().await?;
    for mut calendar in storage::calendars::list(&mut tx).await? {
        calendar.remote_id = Some(format!("{root}0/"));
        storage::calendars::update(&mut tx, &calendar).await?;
    }
    tx.commit().await?;
    desk.stores.close().await;
    Ok(())
}
