//! Double bookings across linked calendars: found with the change that makes them, gone with the one that ends them.

use calendar::{FreeBusy, Rule, Status};
use jiff::SignedDuration;
use kalends_hub::{
    FirstBy, LinkState, Mask, OverlapView, Precondition, Role,
    events::NewEvent,
    links::{Kept, LinkChange},
};

use crate::world::{Database, World, event};

both! {
    they_are_found_as_the_change_commits_and_go_with_it,
    who_came_first_is_said_by_when_they_were_made,
    what_takes_up_no_time_and_mirrors_overlap_nothing,
    series_meet_again_and_again,
    links_say_which_calendars_belong_together,
    what_is_over_goes,
    of_two_that_commit_at_once_one_sees_the_other,
    the_same_event_in_two_calendars_is_one,
}

const DAY: i64 = 86_400;

async fn linked(database: &Database) -> World {
    let world = World::new(database, 2).await;
    world
        .link(&[0, 1].map(|i| (i, Role::Both, Mask::everything())))
        .await;
    world
}

async fn overlaps(world: &World) -> Vec<OverlapView> {
    let page = world.hub.overlaps(&world.actor, None, 100).await.unwrap();
    page.items
}

/// The titles of each pair, who came first first.
async fn pairs(world: &World) -> Vec<String> {
    let all = overlaps(world).await.into_iter();
    all.map(|o| format!("{} / {}", o.first.event.title, o.second.event.title))
        .collect()
}

async fn pull(world: &World, calendar: usize) {
    let id = world.calendars[calendar];
    world.hub.pull(&world.store, id).await.unwrap();
}

async fn they_are_found_as_the_change_commits_and_go_with_it(database: Database) {
    let world = linked(&database).await;
    world.models[0].put("a", event("a@x", "Crown", "2026-11-24T09:00:00"));
    world.settle().await;
    assert_eq!(pairs(&world).await, [""; 0]);
    world.models[1].put("b", event("b@x", "School", "2026-11-24T09:30:00"));
    let before = world.hub.position(&world.actor).await.unwrap();
    pull(&world, 1).await;
    let found = overlaps(&world).await;
    let [only] = &found[..] else {
        panic!("one overlap: {found:#?}")
    };
    assert_eq!(only.first.calendar, world.calendars[0]);
    assert_eq!(only.second.calendar, world.calendars[1]);
    let met = only.row.met;
    assert_eq!(met.start.to_string(), "2026-11-24T08:30:00Z");
    assert_eq!(met.end.to_string(), "2026-11-24T09:00:00Z");
    assert_eq!((met.times, met.until), (1, met.end));
    // It is told where everything is told.
    let (changes, _) = world.hub.changes(&world.actor, before, 100).await.unwrap();
    let told = changes.iter().filter(|l| l.change.subject == only.row.id);
    assert_eq!(told.count(), 1);
    // Another title is no other overlap.
    let id = only.first.id;
    let edited = world
        .hub
        .edit_event(&world.actor, id, Precondition::None, |event| {
            event.title = "Crown fitting".into();
            Ok(())
        });
    edited.await.unwrap();
    world.settle().await;
    assert_eq!(overlaps(&world).await[0].row, only.row);
    // One of them is moved until they only touch, and back.
    for (start, expected) in [("10:00", 0), ("09:59", 1)] {
        let when = event("", "", &format!("2026-11-24T{start}:00")).when;
        world.models[1].edit("b", |e| e.when = when);
        pull(&world, 1).await;
        assert_eq!(pairs(&world).await.len(), expected, "{start}");
    }
    world.models[0].remove("a");
    pull(&world, 0).await;
    assert_eq!(pairs(&world).await, [""; 0]);
}

async fn who_came_first_is_said_by_when_they_were_made(database: Database) {
    let world = linked(&database).await;
    let made = |uid, title, at: Option<&str>| calendar::Event {
        created: at.map(|at| at.parse().unwrap()),
        ..event(uid, title, "2026-11-24T09:00:00")
    };
    let (old, new) = (Some("2026-10-01T00:00:00Z"), Some("2026-11-01T00:00:00Z"));
    world.models[0].put("a", made("a@x", "Late", new));
    world.settle().await;
    world.models[1].put("b", made("b@x", "Early", old));
    world.settle().await;
    let found = overlaps(&world).await;
    assert_eq!(pairs(&world).await, ["Early / Late"]);
    assert_eq!(found[0].row.rule, FirstBy::Made);
    // Where one does not say, it is who came here first.
    world.models[1].remove("b");
    world.models[1].put("c", made("c@x", "Unknown", None));
    world.settle().await;
    assert_eq!(pairs(&world).await, ["Late / Unknown"]);
    assert_eq!(overlaps(&world).await[0].row.rule, FirstBy::Seen);
}

async fn what_takes_up_no_time_and_mirrors_overlap_nothing(database: Database) {
    let world = linked(&database).await;
    world.models[0].put("a", event("a@x", "Crown", "2026-11-24T09:00:00"));
    let free = calendar::Event {
        busy: FreeBusy::Free,
        ..event("b@x", "Birthday", "2026-11-24T09:00:00")
    };
    let cancelled = calendar::Event {
        status: Status::Cancelled,
        ..event("c@x", "Called off", "2026-11-24T09:00:00")
    };
    world.models[1].put("b", free);
    world.models[1].put("c", cancelled);
    world.settle().await;
    // Each calendar has a mirror of what the other has and what is not called off.
    assert_eq!(world.titles(0), ["Birthday", "Crown"]);
    assert_eq!(world.titles(1), ["Birthday", "Called off", "Crown"]);
    assert_eq!(pairs(&world).await, [""; 0]);
    world.models[1].edit("b", |e| e.busy = FreeBusy::Busy);
    world.settle().await;
    assert_eq!(pairs(&world).await, ["Crown / Birthday"]);
}

async fn series_meet_again_and_again(database: Database) {
    let world = linked(&database).await;
    let weekly = |uid, title, start, rule: &str| {
        let mut series = event(uid, title, start);
        series.rules.push(rule.parse::<Rule>().unwrap());
        series
    };
    let hygiene = weekly("a@x", "Hygiene", "2026-11-24T09:00:00", "FREQ=WEEKLY");
    world.models[0].put("a", hygiene);
    let yoga = weekly("b@x", "Yoga", "2026-12-01T09:30:00", "FREQ=WEEKLY;COUNT=4");
    world.models[1].put("b", yoga);
    world.settle().await;
    let met = overlaps(&world).await[0].row.met;
    assert_eq!(met.start.to_string(), "2026-12-01T08:30:00Z");
    assert_eq!(met.until.to_string(), "2026-12-22T09:00:00Z");
    assert_eq!(met.times, 4);
    // One occurrence is moved out of the way, one cancelled.
    world.models[1].edit("b", |series| {
        let first = "2026-12-01T09:30:00".parse().unwrap();
        let mut single = series.occurrence(first).unwrap();
        single.when = event("", "", "2026-12-01T18:00:00").when;
        series.set_occurrence(first, &single);
        let second = "2026-12-08T09:30:00".parse().unwrap();
        let excluded = calendar::Override::Excluded;
        series.overrides.insert(second, excluded);
    });
    world.settle().await;
    let met = overlaps(&world).await[0].row.met;
    assert_eq!(met.start.to_string(), "2026-12-15T08:30:00Z");
    assert_eq!(met.times, 2);
}

async fn links_say_which_calendars_belong_together(database: Database) {
    let world = World::new(&database, 3).await;
    for (model, title) in [(0, "Zero"), (1, "One"), (2, "Two")] {
        let own = event(&format!("{model}@x"), title, "2026-11-24T09:00:00");
        world.models[model].put("a", own);
    }
    world.settle().await;
    assert_eq!(pairs(&world).await, [""; 0]);
    let members = [(0, Role::Source), (1, Role::Target)];
    let members = members.map(|(i, role)| (i, role, Mask::busy("Busy")));
    let link = world.link(&members).await;
    assert_eq!(pairs(&world).await, ["Zero / One"]);
    let state = |state| LinkChange {
        state: Some(state),
        ..LinkChange::default()
    };
    world.change(link, state(LinkState::Paused)).await;
    assert_eq!(pairs(&world).await, [""; 0]);
    world.change(link, state(LinkState::Active)).await;
    assert_eq!(pairs(&world).await, ["Zero / One"]);
    let removed = world.hub.delete_link(&world.actor, link, Kept::Remove);
    removed.await.unwrap();
    assert_eq!(pairs(&world).await, [""; 0]);
}

async fn what_is_over_goes(database: Database) {
    let world = linked(&database).await;
    let mut weekly = event("a@x", "Hygiene", "2026-11-24T09:00:00");
    weekly.rules.push("FREQ=WEEKLY;COUNT=2".parse().unwrap());
    world.models[0].put("a", weekly);
    let mut daily = event("b@x", "Yoga", "2026-11-24T09:30:00");
    daily.rules.push("FREQ=DAILY;COUNT=9".parse().unwrap());
    world.models[1].put("b", daily);
    world.settle().await;
    let times = async || {
        let all = overlaps(&world).await;
        all.first()
            .map(|o| (o.row.met.times, o.row.met.start.to_string()))
    };
    let first = "2026-11-24T08:30:00Z";
    assert_eq!(times().await, Some((2, first.to_owned())));
    let later = first.parse::<jiff::Timestamp>().unwrap() + SignedDuration::from_hours(1);
    let passes = later.duration_since(world.clock.peek()).as_secs();
    world.clock.advance(passes);
    world.hub.move_overlaps(&world.store).await.unwrap();
    assert_eq!(times().await, Some((1, "2026-12-01T08:30:00Z".to_owned())));
    world.clock.advance(7 * DAY);
    assert_eq!(times().await, None);
    world.hub.move_overlaps(&world.store).await.unwrap();
    let mut tx = world.store.read().await.unwrap();
    let left = storage::overlaps::of_calendar(&mut tx, world.calendars[0]).await;
    assert_eq!(left.unwrap(), []);
    drop(tx);
    // What lies beyond what was looked at comes nearer.
    let mut yearly = event("c@x", "Review", "2026-11-24T12:00:00");
    yearly.rules.push("FREQ=YEARLY".parse().unwrap());
    world.models[0].put("c", yearly);
    world.models[1].put("d", event("d@x", "Lunch", "2027-11-24T12:00:00"));
    world.settle().await;
    assert_eq!(times().await, None);
    world.clock.advance(300 * DAY);
    world.hub.move_overlaps(&world.store).await.unwrap();
    assert_eq!(times().await, Some((1, "2027-11-24T11:00:00Z".to_owned())));
}

async fn of_two_that_commit_at_once_one_sees_the_other(database: Database) {
    let world = linked(&database).await;
    let create = |calendar: usize, title: String, hour: usize| {
        let new = NewEvent {
            name: None,
            event: event("", &title, &format!("2026-11-24T{hour:02}:00:00")),
        };
        let (hub, actor) = (world.hub.clone(), world.actor.clone());
        let calendar = world.calendars[calendar];
        tokio::spawn(async move { hub.create_event(&actor, calendar, new).await })
    };
    for hour in 1..=20 {
        let both = (
            create(0, format!("{hour} here"), hour),
            create(1, format!("{hour} there"), hour),
        );
        both.0.await.unwrap().unwrap();
        both.1.await.unwrap().unwrap();
        assert_eq!(pairs(&world).await.len(), hour);
    }
}

async fn the_same_event_in_two_calendars_is_one(database: Database) {
    let world = World::new(&database, 2).await;
    for model in &world.models {
        model.put("a", event("a@x", "Invitation", "2026-11-24T09:00:00"));
    }
    world.models[0].put("b", event("b@x", "Visit", "2026-11-25T09:00:00"));
    world.models[1].put("c", event("c@x", "Visit", "2026-11-25T09:00:00"));
    world.settle().await;
    world
        .link(&[0, 1].map(|i| (i, Role::Both, Mask::everything())))
        .await;
    assert_eq!(world.titles(1), ["Invitation", "Visit"]);
    assert_eq!(pairs(&world).await, [""; 0]);
}
