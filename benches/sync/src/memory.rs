//! Resident memory of the real program with many connected calendars in which nothing happens.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hub::{CalendarId, CopyId, shape};
use sync::{Copy, Version};
use uuid::Uuid;

use crate::{
    Fallible,
    measure::{cpu_of, resident_mib},
    provider::{Memories, Memory, locked},
    served::Served,
    stand_in::{self, multistatus},
    table::{part, row},
    workload,
};

/// How long the program may take to have looked at every calendar once.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long it is watched once it is quiet: each calendar is polled once meanwhile.
const REST: Duration = Duration::from_secs(120);
/// How long it has to take next to no CPU to be quiet.
const QUIET: Duration = Duration::from_secs(2);

/// Prints how much memory it takes.
pub async fn run(program: &Path, folder: &Path, calendars: usize, events: usize) -> Fallible {
    part(&format!(
        "memory of `kalends serve` on SQLite: {calendars} connected CalDAV calendars of {events} events"
    ));
    let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let says = asked.clone();
    let says = move |path: &str, _: &str| {
        locked(&says).insert(path.to_owned());
        // Nothing ever happens.
        multistatus("")
    };
    let (root, server) = stand_in::start(Arc::new(says)).await?;
    let served = Served::new(program, folder);
    fill(&served, &root, calendars, events).await?;
    let size = fs::metadata(folder.join("kalends.db"))?.len();
    row("database", size as f64 / 1024.0 / 1024.0, "MiB");
    let running = served.start()?;
    let begin = Instant::now();
    while locked(&asked).len() < calendars {
        if begin.elapsed() > PATIENCE {
            let count = locked(&asked).len();
            return Err(format!("only {count} of {calendars} calendars were read").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    row(
        "until every calendar has been read once",
        begin.elapsed().as_secs_f64(),
        "s",
    );
    // When events take up time was not noted in the database that was made up, and is noted once.
    let cpu = running.quiet(QUIET, begin + PATIENCE).await?;
    tokio::time::sleep(REST).await;
    let (now, highest) = resident_mib(running.id())?;
    row("resident memory", now, "MiB");
    row("… at its highest", highest, "MiB");
    let cpu = (cpu_of(running.id())? - cpu) / REST.as_secs_f64() * 100.0;
    row("CPU while nothing happens but polls", cpu, "% of a core");
    server.abort();
    Ok(())
}

/// Makes the database: an account for each calendar, each read to the end.
async fn fill(served: &Served, root: &str, calendars: usize, events: usize) -> Fallible {
    let directory = Memories {
        name: "caldav",
        all: (0..calendars)
            .map(|_| Arc::new(Memory::default()))
            .collect(),
    };
    let mut desk = served.desk(Arc::new(directory)).await?;
    for number in 0..calendars {
        desk.connect("caldav", root, &number.to_string()).await?;
    }
    desk.find_calendars().await?;
    let bodies: Vec<_> = (0..events)
        .map(|number| workload::event(number, 0))
        .collect::<Fallible<_>>()?;
    let mut tx = desk.store.write().await?;
    let rows = storage::calendars::list(&mut tx).await?;
    tx.commit().await?;
    for (number, mut calendar) in rows.into_iter().enumerate() {
        let mut tx = desk.store.write().await?;
        calendar.remote_id = Some(format!("{root}{number}/"));
        calendar.cursor = Some("{\"sync\":\"http://bench.example/1\"}".to_owned());
        calendar.last_sync = Some(calendar.created);
        storage::calendars::update(&mut tx, &calendar).await?;
        for (event, body) in bodies.iter().enumerate() {
            let copy = copy(calendar.id, event, body.clone());
            let row = storage::copies::Row {
                shape: shape::of(&copy.local),
                copy,
                name: None,
                revision: 1,
                created: calendar.created,
                updated: calendar.created,
                linked: None,
                projected: false,
                pending: false,
            };
            storage::copies::insert(&mut tx, &row).await?;
        }
        tx.commit().await?;
    }
    desk.stores.close().await;
    Ok(())
}

fn copy(calendar: CalendarId, number: usize, body: calendar::Event) -> Copy {
    let version = Version {
        tag: format!("\"{number}\""),
        order: None,
    };
    let id = CopyId(Uuid::now_v7());
    Copy::made_there(id, calendar, format!("{number}.ics"), version, body)
}
