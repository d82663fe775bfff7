//! Series that a provider cannot have: their occurrences near to today are single events there, and everything goes on.

use calendar::{Event, Override, Patch, RecurrenceId, Rule};
use kalends_hub::{
    Filter, LinkId, Mask, OnConflict, Role,
    filter::AllDay,
    links::{Kept, LinkChange, LinkEdit},
};

use crate::world::{Database, World, event};

/// No pattern has this: it is weekly in some months only.
pub const WINTERLY: &str = "FREQ=WEEKLY;BYMONTH=11,12,1,2";
/// Thursdays from yesterday to 90 days after today, the 18th of November.
const THURSDAYS: [&str; 13] = [
    "2026-11-19",
    "2026-11-26",
    "2026-12-03",
    "2026-12-10",
    "2026-12-17",
    "2026-12-24",
    "2026-12-31",
    "2027-01-07",
    "2027-01-14",
    "2027-01-21",
    "2027-01-28",
    "2027-02-04",
    "2027-02-11",
];
const DAY: i64 = 24 * 60 * 60;

pub fn id(day: &str) -> RecurrenceId {
    format!("{day}T09:00:00").parse().unwrap()
}

pub fn rule(text: &str) -> Vec<Rule> {
    vec![text.parse().unwrap()]
}

pub fn yoga(rules: &str) -> Event {
    let mut event = event("yoga@test", "Yoga", "2026-11-19T09:00:00");
    event.rules = rule(rules);
    event
}

pub fn renamed(title: &str) -> Override {
    Override::Patch(Box::new(Patch {
        title: Some(title.to_owned()),
        ..Patch::default()
    }))
}

pub fn everything(role: Role) -> (usize, Role, Mask) {
    (0, role, Mask::everything())
}

pub async fn linked(world: &World, role: Role) -> LinkId {
    let narrow = (1, role, Mask::everything());
    let link = world.link(&[everything(Role::Both), narrow]).await;
    at_rest(world).await;
    link
}

pub async fn at_rest(world: &World) {
    world.settle().await;
    assert_eq!(world.settle().await, 0, "it is written on and on");
}

/// Title and local start of what is at a provider, by time; series have their rule, too.
pub fn at(world: &World, model: usize) -> Vec<String> {
    let mut all: Vec<String> = world.models[model]
        .living()
        .into_iter()
        .map(|(_, e)| {
            let rules: Vec<String> = e.rules.iter().map(Rule::to_string).collect();
            let start = e.when.local_start().strftime("%Y-%m-%d %H").to_string();
            format!("{start} {} {}", e.title, rules.join("/"))
                .trim()
                .to_owned()
        })
        .collect();
    all.sort();
    all
}

pub fn singles(title: &str, days: &[&str]) -> Vec<String> {
    days.iter().map(|day| format!("{day} 09 {title}")).collect()
}

/// The id of the single event of a day at the narrow provider.
pub fn single(world: &World, day: &str) -> String {
    let on = |e: &Event| !e.is_series() && e.when.local_start().date().to_string() == day;
    let all = world.models[1].living();
    all.into_iter().find(|(_, e)| on(e)).unwrap().0
}

pub fn series(world: &World) -> Event {
    let all = world.models[0].living();
    all.into_iter().find(|(_, e)| e.is_series()).unwrap().1
}

pub async fn made(database: &Database, rules: &str) -> World {
    let world = World::with_narrow(database, 2).await;
    world.models[0].put("yoga", yoga(rules));
    world.settle().await;
    world
}

async fn its_occurrences_are_events_of_their_own(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Both).await;
    assert_eq!(at(&world, 1), singles("Yoga", &THURSDAYS));
    assert_eq!(at(&world, 0).len(), 1);
    lists_tell_of_them(&world).await;
    // One is moved and renamed there: that is an occurrence of the series here.
    world.models[1].edit(&single(&world, "2026-12-03"), |e| {
        "Yoga outside".clone_into(&mut e.title);
        e.when = e
            .when
            .starting_at(RecurrenceId("2026-12-04T11:00".parse().unwrap()));
    });
    at_rest(&world).await;
    let outside = series(&world).occurrence(id("2026-12-03")).unwrap();
    assert_eq!(outside.title, "Yoga outside");
    assert_eq!(
        outside.when.local_start().to_string(),
        "2026-12-04T11:00:00"
    );
    // One is deleted there, another one cancelled here; nothing else goes.
    world.models[1].remove(&single(&world, "2026-12-10"));
    at_rest(&world).await;
    assert_eq!(
        series(&world).overrides[&id("2026-12-10")],
        Override::Excluded
    );
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-17"), Override::Excluded);
        "Qigong".clone_into(&mut e.title);
    });
    at_rest(&world).await;
    let mut expected = singles("Qigong", &[&THURSDAYS[..2], &THURSDAYS[5..]].concat());
    expected.insert(2, "2026-12-04 11 Yoga outside".to_owned());
    assert_eq!(at(&world, 1), expected);
}

/// A list of events tells the same as each of them by itself.
async fn lists_tell_of_them(world: &World) {
    for (calendar, each) in [(0, 0), (1, THURSDAYS.len())] {
        let calendar = world.calendars[calendar];
        let listed = world
            .hub
            .events_told(&world.actor, calendar, None, 100)
            .await
            .unwrap();
        let occurrences = listed.iter().filter(|event| event.occurrence.is_some());
        assert_eq!(occurrences.count(), each);
        assert!(listed.iter().all(|event| event.exploded.len() == 1));
        for event in &listed {
            let alone = world.hub.event(&world.actor, event.id).await.unwrap();
            assert_eq!(alone, *event);
        }
    }
}

async fn they_move_with_the_days(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Both).await;
    world.clock.advance(8 * DAY);
    world.hub.move_horizons(&world.store).await.unwrap();
    at_rest(&world).await;
    let later = [&THURSDAYS[1..], &["2027-02-18"]].concat();
    assert_eq!(at(&world, 1), singles("Yoga", &later));
    assert_eq!(world.hub.move_horizons(&world.store).await.unwrap(), 0);
    assert_eq!(series(&world).overrides.len(), 0);
}

async fn a_rule_that_can_be_had_again_is_one_series_again(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Both).await;
    world.models[1].edit(&single(&world, "2026-12-03"), |e| {
        "Outside".clone_into(&mut e.title);
    });
    at_rest(&world).await;
    for _ in 0..2 {
        world.models[0].edit("yoga", |e| e.rules = rule("FREQ=WEEKLY;COUNT=9"));
        at_rest(&world).await;
        assert_eq!(
            at(&world, 1),
            ["2026-11-19 09 Yoga FREQ=WEEKLY;COUNT=9;BYDAY=TH"]
        );
        let (_, there) = world.models[1].living().remove(0);
        assert_eq!(there.overrides, series(&world).overrides);
        world.models[0].edit("yoga", |e| e.rules = rule(WINTERLY));
        at_rest(&world).await;
        let mut expected = singles("Yoga", &THURSDAYS);
        "2026-12-03 09 Outside".clone_into(&mut expected[2]);
        assert_eq!(at(&world, 1), expected);
    }
}

async fn a_target_declines_one_occurrence(database: Database) {
    let world = made(&database, WINTERLY).await;
    linked(&world, Role::Target).await;
    world.models[1].remove(&single(&world, "2026-12-03"));
    world.models[1].edit(&single(&world, "2026-12-10"), |e| {
        "Mine".clone_into(&mut e.title);
    });
    at_rest(&world).await;
    assert!(series(&world).overrides.is_empty());
    world.models[0].edit("yoga", |e| "Qigong".clone_into(&mut e.title));
    at_rest(&world).await;
    let days = [&THURSDAYS[..2], &THURSDAYS[3..]].concat();
    assert_eq!(at(&world, 1), singles("Qigong", &days));
}

async fn masks_and_filters_hold_for_them(database: Database) {
    let world = made(&database, WINTERLY).await;
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-03"), renamed("Secret"));
    });
    world.settle().await;
    let narrow = (1, Role::Both, Mask::busy("Taken"));
    let link = world.link(&[everything(Role::Both), narrow]).await;
    at_rest(&world).await;
    assert_eq!(at(&world, 1), singles("Taken", &THURSDAYS));
    // A note on a block is its own; its time is everybody's.
    world.models[1].edit(&single(&world, "2026-12-10"), |e| {
        "Mine".clone_into(&mut e.title);
        e.when = e.when.starting_at(id("2026-12-11"));
    });
    at_rest(&world).await;
    let moved = series(&world).occurrence(id("2026-12-10")).unwrap();
    assert_eq!(moved.title, "Yoga");
    assert_eq!(moved.when.local_start().to_string(), "2026-12-11T09:00:00");
    // Another mask scrubs all of them.
    let members = world.members(&[everything(Role::Both), (1, Role::Both, Mask::busy("Gone"))]);
    let change = |members| LinkChange {
        members: Some(members),
        ..LinkChange::default()
    };
    world.change(link, change(members)).await;
    at_rest(&world).await;
    assert!(
        world.titles(1).iter().all(|title| title == "Gone"),
        "{:?}",
        world.titles(1)
    );
    // A filter stops them, and lets them pass again.
    let mut members = world.members(&[everything(Role::Both), (1, Role::Both, Mask::everything())]);
    members[1].filter = Filter {
        all_day: AllDay::Only,
        ..Filter::default()
    };
    world.change(link, change(members.clone())).await;
    at_rest(&world).await;
    assert!(at(&world, 1).is_empty());
    members[1].filter = Filter::default();
    world.change(link, change(members)).await;
    at_rest(&world).await;
    let mut expected = singles("Yoga", &THURSDAYS);
    "2026-12-11 09 Yoga".clone_into(&mut expected[3]);
    "2026-12-03 09 Secret".clone_into(&mut expected[2]);
    assert_eq!(at(&world, 1), expected);
}

async fn leaving_coming_back_and_going_for_good(database: Database) {
    for kept in [Kept::Keep, Kept::Remove] {
        let world = made(&database, WINTERLY).await;
        let link = linked(&world, Role::Both).await;
        let mut members =
            world.members(&[everything(Role::Both), (1, Role::Both, Mask::everything())]);
        members[1].away = true;
        let change = |members| LinkChange {
            members: Some(members),
            ..LinkChange::default()
        };
        world.change(link, change(members.clone())).await;
        world.models[0].edit("yoga", |e| "Qigong".clone_into(&mut e.title));
        world.models[1].edit(&single(&world, "2026-12-03"), |e| {
            e.when = e.when.starting_at(id("2026-12-04"));
        });
        world.models[1].remove(&single(&world, "2026-12-10"));
        at_rest(&world).await;
        members[1].away = false;
        world.change(link, change(members)).await;
        at_rest(&world).await;
        let moved = series(&world).occurrence(id("2026-12-03")).unwrap();
        assert_eq!(moved.when.local_start().to_string(), "2026-12-04T09:00:00");
        assert_eq!(
            world.titles(1),
            vec!["Qigong"; THURSDAYS.len()],
            "what died apart was not cancelled"
        );
        world
            .hub
            .delete_link(&world.actor, link, kept)
            .await
            .unwrap();
        at_rest(&world).await;
        let left = if kept == Kept::Keep {
            THURSDAYS.len()
        } else {
            0
        };
        assert_eq!(at(&world, 1).len(), left, "{kept:?}");
        assert_eq!(at(&world, 0).len(), 1);
    }
}

async fn a_pilot_shows_them_and_writes_none(database: Database) {
    let world = made(&database, WINTERLY).await;
    let edit = LinkEdit {
        name: "Pilot".to_owned(),
        pilot: true,
        allow_notify: false,
        on_conflict: OnConflict::Newest,
        members: world.members(&[everything(Role::Both), (1, Role::Both, Mask::everything())]),
    };
    let link = world.hub.create_link(&world.actor, edit).await.unwrap();
    assert_eq!(world.settle().await, 0);
    let shown = world.hub.shown_by(&world.actor, link.link.id).await;
    assert_eq!(shown.unwrap().planned.len(), THURSDAYS.len());
    world.models[0].edit("yoga", |e| {
        e.overrides.insert(id("2026-12-03"), Override::Excluded);
    });
    world.clock.advance(8 * DAY);
    world.hub.move_horizons(&world.store).await.unwrap();
    assert_eq!(world.settle().await, 0);
    let live = LinkChange {
        pilot: Some(false),
        ..LinkChange::default()
    };
    world.change(link.link.id, live).await;
    at_rest(&world).await;
    let days = [&THURSDAYS[1..2], &THURSDAYS[3..], &["2027-02-18"]].concat();
    assert_eq!(at(&world, 1), singles("Yoga", &days));
}

async fn a_rule_in_other_words_is_one_series(database: Database) {
    let world = made(&database, "FREQ=DAILY;INTERVAL=7;COUNT=3").await;
    world.models[0].edit("yoga", |e| {
        e.rules = rule("FREQ=WEEKLY;COUNT=3");
        e.overrides.insert(id("2026-12-10"), Override::extra());
    });
    world.settle().await;
    linked(&world, Role::Both).await;
    assert_eq!(
        at(&world, 1),
        ["2026-11-19 09 Yoga FREQ=DAILY;COUNT=4;INTERVAL=7"]
    );
    assert_eq!(
        series(&world).rules,
        rule("FREQ=WEEKLY;COUNT=3"),
        "the rule here keeps its spelling"
    );
    world.models[0].edit("yoga", |e| drop(e.overrides.remove(&id("2026-12-10"))));
    at_rest(&world).await;
    assert_eq!(
        at(&world, 1),
        ["2026-11-19 09 Yoga FREQ=WEEKLY;COUNT=3;BYDAY=TH"]
    );
}

both!(
    its_occurrences_are_events_of_their_own,
    they_move_with_the_days,
    a_rule_that_can_be_had_again_is_one_series_again,
    a_target_declines_one_occurrence,
    masks_and_filters_hold_for_them,
    leaving_coming_back_and_going_for_good,
    a_pilot_shows_them_and_writes_none,
    a_rule_in_other_words_is_one_series,
);
