//! «This and following» at a provider, and rules that change under changed occurrences, on every kind of provider.

use calendar::{Event, Override, Patch, RecurrenceId, Window};
use jiff::tz::TimeZone;
use kalends_hub::{Mask, Role};

use crate::world::{Database, World, event};

fn id(day: &str) -> RecurrenceId {
    format!("{day}T09:00:00").parse().unwrap()
}

fn renamed(title: &str) -> Override {
    Override::Patch(Box::new(Patch {
        title: Some(title.to_owned()),
        ..Patch::default()
    }))
}

fn yoga(uid: &str, start: &str, rule: &str, overrides: &[(&str, Override)]) -> Event {
    let mut event = event(uid, "Yoga", start);
    event.rules = vec![rule.parse().unwrap()];
    let overrides = overrides.iter().cloned();
    event.overrides = overrides.map(|(day, entry)| (id(day), entry)).collect();
    event
}

/// Two providers that have every series and one that has Graph's, linked both ways, with a weekly series made at one.
async fn made(database: &Database, origin: usize) -> World {
    let world = World::with_narrow(database, 3).await;
    let overrides = [
        ("2026-11-26", renamed("Early")),
        ("2026-12-24", renamed("Late")),
        ("2026-12-31", Override::Excluded),
    ];
    let series = yoga(
        "yoga@test",
        "2026-11-19T09:00:00",
        "FREQ=WEEKLY;COUNT=9;BYDAY=TH",
        &overrides,
    );
    world.models[origin].put("yoga", series);
    world.settle().await;
    let both = |i| (i, Role::Both, Mask::everything());
    world.link(&[both(0), both(1), both(2)]).await;
    at_rest(&world).await;
    world
}

async fn at_rest(world: &World) {
    world.settle().await;
    assert_eq!(world.settle().await, 0, "it is written on and on");
}

/// What a provider's own expansion shows.
fn shown(world: &World, model: usize) -> Vec<String> {
    let mut all = Vec::new();
    for (_, event) in world.models[model].living() {
        for occurrence in event.occurrences(Window::ALL, &TimeZone::UTC) {
            let single = occurrence.id.and_then(|id| event.occurrence(id));
            let title = single.map_or(event.title.clone(), |single| single.title);
            let day = occurrence.when.local_start().date();
            all.push(format!("{day} {title}"));
        }
    }
    all.sort();
    all
}

fn living(world: &World, model: usize) -> usize {
    world.models[model].living().len()
}

const ALL: [&str; 8] = [
    "2026-11-19 Yoga",
    "2026-11-26 Early",
    "2026-12-03 Yoga",
    "2026-12-10 Yoga",
    "2026-12-17 Yoga",
    "2026-12-24 Late",
    "2027-01-07 Yoga",
    "2027-01-14 Yoga",
];

async fn this_and_following_are_two_series_everywhere(database: Database) {
    for origin in 0..3 {
        let world = made(&database, origin).await;
        for model in 0..3 {
            assert_eq!(shown(&world, model), ALL, "{origin} → {model}");
        }
        world.models[origin].edit("yoga", |e| {
            e.rules = vec![
                "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261210T080000Z"
                    .parse()
                    .unwrap(),
            ];
            e.overrides.retain(|key, _| *key < id("2026-12-17"));
        });
        let later = [
            ("2026-12-24", renamed("Late")),
            ("2026-12-31", Override::Excluded),
        ];
        let mut second = yoga(
            "later@test",
            "2026-12-17T09:00:00",
            "FREQ=WEEKLY;COUNT=5;BYDAY=TH",
            &later,
        );
        "Qigong".clone_into(&mut second.title);
        world.models[origin].put("later", second);
        at_rest(&world).await;
        let expected = ALL.map(|line| match line {
            line if line > "2026-12-17" => line.replace("Yoga", "Qigong"),
            line => line.to_owned(),
        });
        for model in 0..3 {
            assert_eq!(shown(&world, model), expected, "{origin} → {model}");
            assert_eq!(living(&world, model), 2, "{origin} → {model}");
        }
        // The exceptions of either go on as theirs.
        let second = world.id_of(1, "Qigong");
        world.models[1].edit(&second, |e| {
            drop(e.overrides.insert(id("2026-12-24"), renamed("Eve")));
        });
        at_rest(&world).await;
        for model in 0..3 {
            assert!(
                shown(&world, model).contains(&"2026-12-24 Eve".to_owned()),
                "{origin} → {model}"
            );
        }
    }
}

async fn an_exception_that_has_no_slot_any_more_is_kept(database: Database) {
    for origin in 0..2 {
        let world = made(&database, origin).await;
        world.models[origin].edit("yoga", |e| {
            e.rules = vec!["FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TH".parse().unwrap()];
        });
        at_rest(&world).await;
        let kept = [
            "2026-11-19 Yoga",
            "2026-11-26 Early",
            "2026-12-03 Yoga",
            "2026-12-17 Yoga",
            "2026-12-24 Late",
        ];
        for model in 0..3 {
            assert_eq!(shown(&world, model), kept, "{origin} → {model}");
        }
        assert_eq!((living(&world, 1 - origin), living(&world, 2)), (1, 3));
    }
}

async fn what_the_provider_resets_is_kept_as_a_loser(database: Database) {
    let world = made(&database, 2).await;
    world.models[2].edit("yoga", |e| {
        e.rules = vec!["FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TH".parse().unwrap()];
        e.overrides.clear();
    });
    at_rest(&world).await;
    for model in 0..3 {
        assert_eq!(shown(&world, model).len(), 4, "{model}");
    }
    let kept = world.conflicts().await;
    let titles: Vec<Option<String>> = kept
        .iter()
        .map(|row| match &row.conflict.unit {
            calendar::Unit::Override(id) => row
                .conflict
                .local
                .occurrence(*id)
                .map(|single| single.title),
            _ => None,
        })
        .collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(
        titles.contains(&Some("Early".to_owned())) && titles.contains(&Some("Late".to_owned())),
        "{titles:?}"
    );
}

/// A provider that has nothing of an occurrence that is as its series has it.
fn says_nothing_twice(event: &mut Event) {
    let mut plain = event.clone();
    plain.overrides.clear();
    event.overrides.retain(
        |id, entry| !matches!(entry, Override::Patch(p) if p.is_empty() && plain.has_occurrence(*id)),
    );
}

async fn what_has_no_slot_any_more_is_busy_where_nothing_is_shown_of_it(database: Database) {
    let world = World::with_narrow(&database, 3).await;
    for model in 1..3 {
        world.models[model].manners().rewrites = Some(says_nothing_twice);
    }
    let renamed = [("2026-11-26", renamed("Early"))];
    let (start, rule) = ("2026-11-19T09:00:00", "FREQ=WEEKLY;COUNT=3;BYDAY=TH");
    world.models[0].put("yoga", yoga("yoga@test", start, rule, &renamed));
    world.settle().await;
    let target = |i| (i, Role::Target, Mask::busy("Busy"));
    let both = (0, Role::Both, Mask::everything());
    world.link(&[both, target(1), target(2)]).await;
    at_rest(&world).await;
    // Two hours later from now on, under an exception that stays where it was.
    world.models[0].edit("yoga", |e| {
        e.when = event("", "", "2026-11-19T11:00:00").when;
    });
    at_rest(&world).await;
    for model in 1..3 {
        assert_eq!(
            shown(&world, model),
            [
                "2026-11-19 Busy",
                "2026-11-26 Busy",
                "2026-11-26 Busy",
                "2026-12-03 Busy",
            ],
            "{model}"
        );
    }
}

both!(
    this_and_following_are_two_series_everywhere,
    an_exception_that_has_no_slot_any_more_is_kept,
    what_the_provider_resets_is_kept_as_a_loser,
    what_has_no_slot_any_more_is_busy_where_nothing_is_shown_of_it,
);
