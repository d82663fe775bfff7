//! Rows 55–60: events that change their calendar, zones, days, and lengths that are none.

use calendar::{Address, CustomZone, Duration, Event, Observance, Person, When, Zone};
use jiff::civil::DateTime;
use kalends_hub::{Mask, MaskKind, Role, Settings, links::LinkChange};
use storage::copies;
use sync::replication::Reply;

use super::{is_at_rest, linked, mirrored, there, visit};
use crate::world::{Database, World, event};

both! {
    row_55_moved_across_calendars,
    row_56_zone_rules_change,
    row_56_rules_of_the_machine_change,
    row_55_moved_to_a_calendar_that_lets_nothing_out,
    row_55_moved_while_a_mirror_is_edited,
    row_55_moved_while_its_old_calendar_was_not_read,
    row_55_moved_from_a_calendar_that_is_away,
    row_55_moved_to_a_calendar_that_shows_less,
    row_57_starts_in_a_gap_and_in_an_overlap,
    row_58_zone_that_nobody_knows,
    row_59_days_stay_days,
    row_60_no_length_or_less,
}

async fn row_55_moved_across_calendars(database: Database) {
    // Whichever half of it is seen first.
    for first in 0..2 {
        let world = linked(&database, 2).await;
        for model in &world.models {
            model.manners().mails = true;
        }
        let mut meeting = visit();
        meeting
            .people
            .insert(Address::new("guest@example.com"), Person::default());
        world.models[0].put("a", meeting.clone());
        assert_eq!(world.settle().await, 1);
        let before = world.writes();
        world.models[1].put("b", meeting);
        world.models[0].remove("a");
        world.pull(first).await;
        world.settle().await;
        // The mirrors change sides. The event itself is left to those who moved it.
        assert_eq!(world.writes() - before, 2, "first {first}");
        assert_eq!(
            (world.titles(0), world.titles(1)),
            (vec!["Visit".into()], vec!["Visit".into()])
        );
        assert_eq!(world.id_of(1, "Visit"), "b");
        assert!(world.models[0].living()[0].1.people.is_empty());
        assert!(
            world
                .models
                .iter()
                .all(|m| m.log().iter().all(|write| !write.ends_with(" b")))
        );
        let mails = world.models.iter().map(|m| &m.mails);
        assert!(
            mails
                .into_iter()
                .all(|m| m.load(std::sync::atomic::Ordering::Relaxed) == 0)
        );
        is_at_rest(&world).await;
    }
}

async fn row_55_moved_to_a_calendar_that_lets_nothing_out(database: Database) {
    for first in 0..2 {
        let world = World::new(&database, 2).await;
        let all = Mask::everything;
        world
            .link(&[(0, Role::Source, all()), (1, Role::Target, all())])
            .await;
        world.models[0].put("a", visit());
        assert_eq!(world.settle().await, 1);
        world.models[1].put("b", visit());
        world.models[0].remove("a");
        world.pull(first).await;
        world.settle().await;
        // The mirror goes with the event; what was put there stays, and nothing comes back.
        assert_eq!(world.titles(1), ["Visit"], "first {first}");
        assert_eq!(world.id_of(1, "Visit"), "b");
        assert!(world.titles(0).is_empty());
        is_at_rest(&world).await;
    }
}

async fn row_55_moved_while_a_mirror_is_edited(database: Database) {
    // In whatever order we hear of the three.
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let world = linked(&database, 3).await;
        world.models[0].put("a", visit());
        assert_eq!(world.settle().await, 2);
        let mirror = world.id_of(2, "Visit");
        world.models[2].edit(&mirror, |e| e.title = "Edited".into());
        world.models[1].put("b", visit());
        world.models[0].remove("a");
        for calendar in order {
            world.pull(calendar).await;
        }
        world.settle().await;
        for model in 0..3 {
            assert_eq!(world.titles(model), ["Edited"], "{order:?} {model}");
        }
        assert_eq!(world.id_of(1, "Edited"), "b", "{order:?}");
        is_at_rest(&world).await;
    }
}

async fn row_55_moved_while_its_old_calendar_was_not_read(database: Database) {
    let world = linked(&database, 3).await;
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 2);
    world.models[1].put("b", visit());
    world.models[0].remove("a");
    world.pull(1).await;
    // Its provider was away for a day.
    world.clock.advance(24 * 3600);
    world.settle().await;
    for model in 0..3 {
        assert_eq!(world.titles(model), ["Visit"], "{model}");
    }
    assert_eq!(world.id_of(1, "Visit"), "b");
    is_at_rest(&world).await;
}

async fn row_55_moved_from_a_calendar_that_is_away(database: Database) {
    let world = World::new(&database, 2).await;
    let both = |place| (place, Role::Both, Mask::everything());
    let link = world.link(&[both(0), both(1)]).await;
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 1);
    let away = async |away| {
        let mut members = world.members(&[both(0), both(1)]);
        members[0].away = away;
        let change = LinkChange {
            members: Some(members),
            ..LinkChange::default()
        };
        world.change(link, change).await;
    };
    away(true).await;
    world.models[1].put("b", visit());
    world.models[0].remove("a");
    world.pull(1).await;
    world.settle().await;
    away(false).await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Visit"], "{model}");
    }
    is_at_rest(&world).await;
}

async fn row_55_moved_to_a_calendar_that_shows_less(database: Database) {
    for first in 0..2 {
        let world = World::new(&database, 3).await;
        let busy = Mask {
            kind: MaskKind::Busy,
            ..Mask::everything()
        };
        let all = Mask::everything;
        world
            .link(&[
                (0, Role::Both, all()),
                (1, Role::Both, busy),
                (2, Role::Both, all()),
            ])
            .await;
        world.models[0].put("a", visit());
        assert_eq!(world.settle().await, 2);
        world.models[1].put("b", visit());
        world.models[0].remove("a");
        world.pull(first).await;
        world.settle().await;
        // It is one event still, and nobody reads there what its new calendar keeps to itself.
        assert_eq!(world.titles(1), ["Visit"], "first {first}");
        for model in [0, 2] {
            let titles = world.titles(model);
            assert_eq!(titles.len(), 1, "first {first}");
            assert_ne!(titles, ["Visit"], "first {first} {model}");
        }
        is_at_rest(&world).await;
    }
}

/// A zone that came with its own rules: so many hours east.
fn ship(hours: i32) -> Zone {
    let always = Observance {
        daylight: false,
        name: None,
        start: "1970-01-01T00:00".parse().unwrap(),
        offset_from: hours * 3600,
        offset_to: hours * 3600,
        rules: Vec::new(),
        dates: Vec::new(),
    };
    let ship = CustomZone {
        id: "Ship".into(),
        observances: vec![always],
    };
    Zone::Custom(ship.into())
}

fn nine() -> DateTime {
    "2026-11-24T09:00:00".parse().unwrap()
}

/// When the hub thinks that the only event of a calendar begins.
async fn begins(world: &World, calendar: usize) -> String {
    let mut tx = world.store.read().await.unwrap();
    let rows = copies::page(&mut tx, world.calendars[calendar], None, 9, false);
    let start = rows.await.unwrap()[0].shape.start;
    jiff::Timestamp::from_microsecond(start)
        .unwrap()
        .to_string()
}

async fn row_56_zone_rules_change(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    let mut event = visit();
    event.when = When::zoned(nine(), ship(2), Duration::hours(1));
    world.models[0].put("a", event);
    assert_eq!(world.settle().await, 1);
    assert_eq!(begins(&world, 1).await, "2026-11-24T07:00:00Z");
    // The ship's rules are others now: nine o'clock stays nine o'clock, which is another moment.
    world.models[0].edit("a", |e| {
        e.when = When::zoned(nine(), ship(3), Duration::hours(1));
    });
    assert_eq!(world.settle().await, 1);
    for calendar in 0..2 {
        assert_eq!(
            world.models[calendar].living()[0].1.when.local_start(),
            nine()
        );
        assert_eq!(begins(&world, calendar).await, "2026-11-24T06:00:00Z");
    }
    is_at_rest(&world).await;
}

/// What is noted as moments was worked out by rules that do not hold any more.
async fn row_56_rules_of_the_machine_change(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let mut event = visit();
    event.when = When::zoned(nine(), berlin, Duration::hours(1));
    world.models[0].put("a", event);
    world.settle().await;
    let (hub, store) = (&world.hub, &world.store);
    hub.follow_zones(store).await.unwrap();
    let writes = world.writes();
    let id = world.event(0, "Visit").await.id;
    let begins = async || {
        let mut tx = store.read().await.unwrap();
        let row = storage::copies::get(&mut tx, id).await.unwrap().unwrap();
        (
            row.shape.start,
            storage::spans::of_copy(&mut tx, id).await.unwrap(),
        )
    };
    let right = begins().await;
    let by_other_rules = async || {
        let mut tx = store.write().await.unwrap();
        let mut row = storage::copies::get(&mut tx, id).await.unwrap().unwrap();
        row.shape.start -= 7_200_000_000;
        storage::copies::update(&mut tx, &mut row).await.unwrap();
        let calendar = row.copy.calendar;
        storage::spans::put(&mut tx, id, calendar, &right.1, &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    by_other_rules().await;
    // By the rules of now everything has been worked out already.
    assert_eq!(hub.follow_zones(store).await.unwrap(), 0);
    let mut tx = store.write().await.unwrap();
    storage::meta::set(&mut tx, "zones", "others")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(hub.follow_zones(store).await.unwrap(), 1);
    assert_eq!(begins().await, right);
    assert_eq!(hub.follow_zones(store).await.unwrap(), 0);
    world.settle().await;
    assert_eq!(world.writes(), writes, "its wall time is what it was");
}

async fn row_57_starts_in_a_gap_and_in_an_overlap(database: Database) {
    let world = linked(&database, 2).await;
    // In the night to 28 March 2027 there is no half past two in Berlin; in that to 31 October there are two.
    for (id, start) in [
        ("gap", "2027-03-28T02:30:00"),
        ("overlap", "2027-10-31T02:30:00"),
    ] {
        world.models[0].put(id, event(&format!("{id}@x"), id, start));
    }
    assert_eq!(world.settle().await, 2);
    for (id, start) in [
        ("gap", "2027-03-28T02:30:00"),
        ("overlap", "2027-10-31T02:30:00"),
    ] {
        assert_eq!(there(&world, 1, id).when, event("", "", start).when);
    }
    is_at_rest(&world).await;
    // There and back again.
    let mirror = world.id_of(1, "gap");
    let when = event("", "", "2027-10-31T02:00:00").when;
    world.models[1].edit(&mirror, |e| e.when = when.clone());
    assert_eq!(world.settle().await, 1);
    assert_eq!(there(&world, 0, "gap").when, when);
    is_at_rest(&world).await;
}

async fn row_58_zone_that_nobody_knows(database: Database) {
    let world = linked(&database, 2).await;
    // One that makes a zone with the same offsets of it.
    world.models[1].manners().rewrites = Some(|e| {
        if let When::Timed {
            start, duration, ..
        } = e.when
        {
            e.when = When::zoned(start, Zone::iana("Asia/Dubai").unwrap(), duration);
        }
    });
    let mut event = visit();
    event.when = When::zoned(nine(), ship(4), Duration::hours(1));
    world.models[0].put("a", event.clone());
    assert_eq!(world.settle().await, 1);
    assert_eq!(
        world.models[1].living()[0].1.when.zone(),
        Zone::iana("Asia/Dubai").as_ref()
    );
    is_at_rest(&world).await;
    let mirror = world.id_of(1, "Visit");
    world.models[1].edit(&mirror, |e| e.title = "Ahoy".into());
    assert_eq!(world.settle().await, 1);
    let original = world.models[0].living().remove(0).1;
    assert_eq!(
        (original.title.as_str(), original.when),
        ("Ahoy", event.when)
    );
    is_at_rest(&world).await;
}

async fn row_59_days_stay_days(database: Database) {
    let mut world = World::empty(&database, Settings::default(), 3).await;
    let zones = ["Pacific/Kiritimati", "Europe/Berlin", "Pacific/Pago_Pago"];
    for (model, zone) in zones.into_iter().enumerate() {
        world.models[model].manners().zone = Some(zone);
        world.connect(model).await;
    }
    world.find_calendars().await;
    let all = |i| (i, Role::Both, Mask::everything());
    world.link(&[all(0), all(1), all(2)]).await;
    let days = |start: &str| When::all_day(start.parse().unwrap(), 2);
    let mut leave = visit();
    leave.when = days("2026-12-31");
    world.models[0].put("a", leave);
    assert_eq!(world.settle().await, 2);
    for model in &world.models {
        assert_eq!(model.living()[0].1.when, days("2026-12-31"));
    }
    let last = world.id_of(2, "Visit");
    world.models[2].edit(&last, |e| e.when = days("2027-01-01"));
    assert_eq!(world.settle().await, 2);
    for model in &world.models {
        assert_eq!(model.living()[0].1.when, days("2027-01-01"));
    }
    is_at_rest(&world).await;
}

/// Something that happens at a moment.
fn moment(id: &str) -> Event {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    Event {
        when: When::zoned(nine(), berlin, Duration::hours(0)),
        ..event(&format!("{id}@x"), id, "2026-11-24T09:00:00")
    }
}

async fn row_60_no_length_or_less(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    // One that has no such events makes a minute of it, one refuses it; what ends before it begins is never read.
    world.models[1].manners().rewrites = Some(|e| {
        if let When::Timed { duration, .. } = &mut e.when
            && duration.seconds == 0
        {
            duration.seconds = 60;
        }
    });
    let refusal = Ok(Reply::Refused("end: must be after the start".to_owned()));
    world.models[1].manners().refused = [("refused".to_owned(), refusal)].into();
    world.models[0].manners().malformed = ["backwards".to_owned()].into();
    for id in ["kept", "refused", "backwards"] {
        world.models[0].put(id, moment(id));
    }
    world.settle().await;
    assert_eq!(world.titles(1), ["kept"]);
    assert_eq!(world.models[1].log().len(), 1);
    assert_eq!(there(&world, 0, "kept").when, moment("kept").when);
    let parked = world.event(1, "refused").await.parked;
    assert_eq!(parked.as_deref(), Some("end: must be after the start"));
    assert_eq!(world.view(0).await.unread, 1);
    let before = world.models[1]
        .asked
        .load(std::sync::atomic::Ordering::Relaxed);
    is_at_rest(&world).await;
    assert_eq!(
        world.models[1]
            .asked
            .load(std::sync::atomic::Ordering::Relaxed),
        before
    );
    // It gets a length, and is written.
    world.models[0].edit("refused", |e| {
        e.title = "longer".into();
        e.when = event("", "", "2026-11-24T09:00:00").when;
    });
    world.settle().await;
    assert_eq!(world.titles(1), ["kept", "longer"]);
    is_at_rest(&world).await;
}
