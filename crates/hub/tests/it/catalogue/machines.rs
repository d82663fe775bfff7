//! Rows 68–73: clocks, crashes, and databases that are not what they were.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use calendar::Text;
use identity::SystemIds;
use kalends_hub::Error;
use tokio::sync::Notify;

use super::{forget, hub_edit, is_at_rest, linked, make, visit, visited};
use crate::world::{Database, World, event, until};

both! {
    row_68_clock_skew,
    row_69_crash_between_any_two_steps,
    row_73_lease_lost_in_mid_write,
    row_73_lease_lost_in_mid_read,
    row_73_lease_lost_in_mid_look,
    row_73_lease_lost_in_mid_look_at_what_goes,
    what_was_read_before_a_write_is_digested_before_it,
}

/// The next answer of a provider is on its way until this rings.
fn lingers(world: &World, model: usize) -> Arc<Notify> {
    let bell = Arc::new(Notify::new());
    world.models[model].manners().lingers = Some(bell.clone());
    bell
}

/// Waits until that answer has been given.
async fn is_on_its_way(world: &World, model: usize) {
    let given = async || world.models[model].manners().lingers.is_none();
    until("the answer is on its way", given).await;
}

async fn row_68_clock_skew(database: Database) {
    for skew in [86_400, -86_400] {
        let world = visited(&database).await;
        let mirror = world.id_of(1, "Visit");
        let before = world.writes();
        // The later edit is the later one by its provider's time, whatever ours is.
        world.models[0].edit("a", |e| e.title = "Earlier".into());
        world.pull(0).await;
        world.clock.advance(skew);
        for _ in 0..5 {
            world.models[1].edit(&mirror, |e| e.title = "Later".into());
        }
        world.settle().await;
        assert_eq!(
            (world.titles(0), world.titles(1)),
            (vec!["Later".into()], vec!["Later".into()])
        );
        assert_eq!(world.writes() - before, 1);
        is_at_rest(&world).await;
        // Whoever waits for a time does not wait a day longer because the clock went back.
        let began = world.clock.peek();
        let worker = world.start();
        world.sync_now().await;
        let read = async || world.view(0).await.last_sync >= Some(began);
        until("the worker has read it", read).await;
        world.clock.advance(skew);
        // Nobody else asks.
        let asked = world.clock.asked();
        let looked = async || world.clock.asked() > asked + 3;
        until("the worker has looked at the clock", looked).await;
        world.models[0].edit("a", |e| e.title = "Found".into());
        // What is being read just then may have been read before the edit: then it takes another look, and still not a day.
        let (mut looks, mut since) = (0, Instant::now());
        world.clock.advance(3 * 3600);
        until("it is found", async || {
            if looks < 5 && since.elapsed().as_secs() >= 3 {
                world.clock.advance(3 * 3600);
                (looks, since) = (looks + 1, Instant::now());
            }
            world.titles(1) == ["Found"]
        })
        .await;
        drop(worker);
    }
}

/// What a person does, step by step.
fn act(world: &World, stage: usize) {
    match stage {
        0 => world.models[0].put("a", visit()),
        1 => world.models[0].edit("a", |e| e.title = "Edited".into()),
        _ => world.models[0].remove("a"),
    }
}

/// What has to be at both providers then.
fn is_as_meant(world: &World, stage: usize, at: &str) {
    let wanted: &[&str] = match stage {
        0 => &["Visit"],
        1 => &["Edited"],
        _ => &[],
    };
    for model in 0..2 {
        assert_eq!(world.titles(model), wanted, "{at}, stage {stage}");
    }
    assert!(world.models[0].log().is_empty(), "{at}");
}

async fn row_69_crash_between_any_two_steps(database: Database) {
    // Before each request, and after each write was carried out.
    for dies_after in [false, true] {
        for point in 0.. {
            let mut world = linked(&database, 2).await;
            let at = format!("point {point}, after {dies_after}");
            {
                let mut manners = world.models[1].manners();
                (manners.until_death, manners.dies_after) = (Some(point), dies_after);
                manners.own_ids = true;
            }
            let stage = AtomicUsize::new(0);
            let work = async {
                for now in 0..3 {
                    stage.store(now, Ordering::Relaxed);
                    act(&world, now);
                    world.pull(0).await;
                    world.push(1).await;
                    world.pull(1).await;
                }
            };
            let died = world.models[1].died.clone();
            let done = tokio::select! {
                () = work => true,
                () = died.notified() => false,
            };
            if done {
                assert!(point > 3, "{at}");
                break;
            }
            world.models[1].manners().until_death = None;
            world.restart().await;
            let reached = stage.into_inner();
            world.push(1).await;
            world.settle().await;
            let log = world.models[1].log();
            let made = log.iter().filter(|w| w.starts_with("create"));
            assert!(made.count() <= 1, "{at}: {log:?}");
            is_as_meant(&world, reached, &at);
            for next in reached + 1..3 {
                act(&world, next);
                assert_eq!(world.settle().await, 1, "{at}");
                is_as_meant(&world, next, &at);
            }
            is_at_rest(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_70_database_takes_no_writes() {
    let mut database = Database::sqlite();
    database.settings.busy_wait = std::time::Duration::from_millis(200);
    let world = visited(&database).await;
    let full = database.open().await;
    let full = full.of(world.store.tenant()).await.unwrap();
    world.models[0].edit("a", |e| e.title = "Changed".into());
    world.pull(0).await;
    let asked = || world.models[1].asked.load(Ordering::Relaxed);
    let before = (asked(), world.writes());
    let lock = full.write().await.unwrap();
    for calendar in &world.calendars {
        assert!(
            world.hub.push(&world.store, *calendar).await.is_err()
                || *calendar == world.calendars[0]
        );
        assert!(world.hub.pull(&world.store, *calendar).await.is_err());
    }
    // What could not be noted is not sent; what is there can be read.
    assert_eq!((asked(), world.writes()), before);
    assert_eq!(world.hub_titles(0).await, ["Changed"]);
    assert_eq!(world.event(1, "Changed").await.event.title, "Changed");
    lock.rollback().await.unwrap();
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Changed"]);
    is_at_rest(&world).await;
}

/// Whatever happens to the database, the providers are as they were, and nothing is to be written.
async fn loses(world: &mut World, behind: Database) {
    let (before, titles) = (world.writes(), [world.titles(0), world.titles(1)]);
    world.database = behind;
    world.restart().await;
    world.settle().await;
    assert_eq!([world.titles(0), world.titles(1)], titles);
    assert_eq!(world.writes(), before);
    is_at_rest(world).await;
    // And they are bound as before.
    let mirror = world.id_of(1, "New");
    world.models[1].edit(&mirror, |e| e.title = "Newer".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), world.titles(1));
    is_at_rest(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_71_lost_tail_of_commits() {
    let database = Database::sqlite();
    let mut world = linked(&database, 2).await;
    make(&world, 0, 3);
    world.settle().await;
    let behind = database.snapshot();
    // All of this is at the providers, and forgotten here.
    world.models[0].put("n", event("n@x", "New", "2026-11-26T09:00:00"));
    world.models[0].edit("e0", |e| e.title = "Changed".into());
    world.models[0].remove("e1");
    assert_eq!(world.settle().await, 3);
    loses(&mut world, behind).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_72_restore_from_an_old_backup() {
    let database = Database::sqlite();
    let mut world = linked(&database, 2).await;
    make(&world, 0, 60);
    world.settle().await;
    let behind = database.snapshot();
    for i in 0..9 {
        world.models[0].remove(&format!("e{i}"));
        world.models[0].edit(&format!("e{}", i + 20), |e| {
            e.title = format!("Changed {i}");
        });
    }
    world.models[0].put("n", event("n@x", "New", "2026-11-26T09:00:00"));
    assert_eq!(world.settle().await, 19);
    // So old that the providers do not know its position any more.
    world.clock.advance(40 * 86_400);
    forget(&world);
    loses(&mut world, behind).await;
}

/// An edit waited when the backup was made. It was written then, and people went on from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_72_what_waited_in_an_old_backup_is_not_written_over_what_came_after() {
    let database = Database::sqlite();
    let mut world = visited(&database).await;
    let title = world.hub_titles(0).await.remove(0);
    hub_edit(&world, 0, &title, |event| event.title = "Planned".into()).await;
    let behind = database.snapshot();
    world.settle().await;
    world.models[0].edit("a", |e| e.title = "Agreed".into());
    world.settle().await;
    let before = world.writes();
    world.database = behind;
    world.restart().await;
    world.hub.mark_restored(&world.store).await.unwrap();
    world.settle().await;
    assert_eq!(world.writes(), before, "nobody has looked at it yet");
    assert_eq!(world.titles(0), ["Agreed"]);
    assert_eq!(world.titles(1), ["Agreed"]);
    for held in world.hub.held_writes(&world.actor).await.unwrap() {
        let let_go = world.hub.dismiss_notice(&world.actor, held.id).await;
        assert!(matches!(let_go, Ok(()) | Err(Error::Stale)), "{let_go:?}");
    }
    world.hub.approve_restored(&world.actor).await.unwrap();
    world.settle().await;
    assert_eq!(world.writes(), before);
    assert_eq!(world.hub_titles(0).await, ["Agreed"]);
    is_at_rest(&world).await;
}

async fn row_73_lease_lost_in_mid_write(database: Database) {
    let world = visited(&database).await;
    world.models[1].manners().late = true;
    world.models[0].edit("a", |e| e.title = "First".into());
    world.pull(0).await;
    // A write is under way when somebody else takes the job over.
    world.push(1).await;
    world.models[1].manners().late = false;
    let other = world.other_hub(Arc::new(SystemIds)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    world.models[0].edit("a", |e| e.title = "Second".into());
    other.pull(&store, world.calendars[0]).await.unwrap();
    other.push(&store, world.calendars[1]).await.unwrap();
    assert_eq!(world.titles(1), ["Second"]);
    world.models[1].deliver();
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Second"]);
    }
    let log = world.models[1].log();
    assert_eq!(log.len(), 2, "made, and changed once: {log:?}");
    is_at_rest(&world).await;
}

/// Whoever has lost the job comes back with a page that is older than what has been read since.
async fn row_73_lease_lost_in_mid_read(database: Database) {
    let world = visited(&database).await;
    let body = world.models[0].living().remove(0).1;
    let bell = Arc::new(Notify::new());
    world.models[0].remove("a");
    world.models[0].manners().lingers = Some(bell.clone());
    let other = world.other_hub(Arc::new(SystemIds)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    let old = world.hub.pull(&world.store, world.calendars[0]);
    let new = async {
        is_on_its_way(&world, 0).await;
        world.models[0].put("a", body);
        other.pull(&store, world.calendars[0]).await.unwrap();
        bell.notify_one();
    };
    let (old, ()) = tokio::join!(old, new);
    let before = world.writes();
    assert_eq!(
        old.unwrap().sightings,
        0,
        "what is new since the other one read"
    );
    world.settle().await;
    assert_eq!(
        world.writes(),
        before,
        "the mirror was deleted and made again"
    );
    is_at_rest(&world).await;
}

/// Whoever has lost the job has looked for a write before it arrived, and says so once the other one has seen it there.
async fn row_73_lease_lost_in_mid_look(database: Database) {
    let world = linked(&database, 2).await;
    world.models[0].put("a", visit());
    world.pull(0).await;
    world.models[1].manners().late = true;
    world.push(1).await;
    world.models[1].manners().late = false;
    let bell = lingers(&world, 1);
    let other = world.other_hub(Arc::new(SystemIds)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    let old = world.push(1);
    let new = async {
        is_on_its_way(&world, 1).await;
        world.models[1].deliver();
        other.pull(&store, world.calendars[1]).await.unwrap();
        bell.notify_one();
    };
    tokio::join!(old, new);
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Visit"], "at {model}");
    }
    let log = world.models[1].log();
    assert_eq!(log.len(), 1, "it was made once: {log:?}");
    is_at_rest(&world).await;
}

/// Or it has found what is gone by now, as the other one was told before anybody knew whose it was.
async fn row_73_lease_lost_in_mid_look_at_what_goes(database: Database) {
    let world = linked(&database, 2).await;
    world.models[1].manners().own_ids = true;
    world.models[0].put("a", visit());
    world.pull(0).await;
    world.models[1].lossy.store(true, Ordering::Relaxed);
    world.push(1).await;
    world.models[1].lossy.store(false, Ordering::Relaxed);
    let bell = lingers(&world, 1);
    let other = world.other_hub(Arc::new(SystemIds)).await;
    let store = other.store(world.store.tenant()).await.unwrap();
    let old = world.push(1);
    let new = async {
        is_on_its_way(&world, 1).await;
        world.models[1].remove(&world.id_of(1, "Visit"));
        other.pull(&store, world.calendars[1]).await.unwrap();
        bell.notify_one();
    };
    tokio::join!(old, new);
    world.settle().await;
    // That somebody deleted it nobody was told; it is not taken for one that is there.
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Visit"]);
    }
    is_at_rest(&world).await;
}

/// Where versions have no order, a page that was read before our write and is digested after it looks like somebody's edit.
async fn what_was_read_before_a_write_is_digested_before_it(database: Database) {
    let world = linked(&database, 2).await;
    world.models[1].manners().coarse = true;
    world.models[0].put("a", visit());
    world.settle().await;
    let mirror = world.id_of(1, "Visit");
    world.models[1].edit(&mirror, |event| event.text = Text::plain("Noted"));
    world.models[0].edit("a", |event| event.title = "Second".into());
    world.pull(0).await;
    let bell = lingers(&world, 1);
    let page = world.hub.pull(&world.store, world.calendars[1]);
    let write = async {
        is_on_its_way(&world, 1).await;
        let write = world.push(1);
        tokio::pin!(write);
        // It waits for the page; whoever does not has long been done by then.
        let soon = tokio::time::timeout(Duration::from_millis(200), &mut write);
        let waits = soon.await.is_err();
        bell.notify_one();
        if waits {
            write.await;
        }
        waits
    };
    let (page, waits) = tokio::join!(page, write);
    page.unwrap();
    assert!(waits);
    world.settle().await;
    for model in 0..2 {
        let all = world.models[model].living();
        let said = all
            .iter()
            .map(|(_, e)| (e.title.as_str(), e.text.content.as_str()));
        assert_eq!(said.collect::<Vec<_>>(), [("Second", "Noted")]);
    }
    is_at_rest(&world).await;
}
