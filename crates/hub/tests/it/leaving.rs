//! Leaving a link for a while and coming back (L7).

use calendar::{Text, Unit};
use kalends_hub::{
    LinkId, LinkState, Mask, Role,
    links::{Kept, LinkChange},
};
use sync::MaskKind;

use crate::world::{Database, World, event};

both! {
    a_link_that_was_paused_merges_what_was_changed_meanwhile,
    a_calendar_that_is_away_gets_nothing_and_gives_nothing_until_it_comes_back,
    a_private_event_that_its_calendar_changed_while_away_catches_up,
    what_only_who_is_away_has_said_is_not_told_by_a_mask_that_shows_more,
    nor_is_what_only_who_has_left_for_good_had_said,
}

async fn linked(database: &Database, count: usize) -> (World, LinkId) {
    let world = World::new(database, count).await;
    let all: Vec<_> = (0..count)
        .map(|i| (i, Role::Both, Mask::everything()))
        .collect();
    let link = world.link(&all).await;
    (world, link)
}

async fn set_state(world: &World, link: LinkId, state: LinkState) {
    let change = LinkChange {
        state: Some(state),
        ..LinkChange::default()
    };
    world.change(link, change).await;
}

async fn set_away(world: &World, link: LinkId, model: usize, away: bool) {
    set_member(world, link, model, |member| member.away = away).await;
}

async fn set_mask(world: &World, link: LinkId, model: usize, mask: Mask) {
    set_member(world, link, model, |member| member.mask = mask).await;
}

async fn set_member(
    world: &World,
    link: LinkId,
    model: usize,
    set: impl FnOnce(&mut storage::links::LinkMember),
) {
    let links = world.hub.links(&world.actor).await.unwrap();
    let mut members = links[0].link.members.clone();
    let here = |member: &&mut storage::links::LinkMember| member.calendar == world.calendars[model];
    members.iter_mut().find(here).map(set).unwrap();
    let change = LinkChange {
        members: Some(members),
        ..LinkChange::default()
    };
    world.change(link, change).await;
}

/// A visit with a text, of which the other calendars are shown the title.
async fn titled(database: &Database, count: usize) -> (World, LinkId) {
    let world = World::new(database, count).await;
    let titles = || Mask {
        kind: MaskKind::Fields([Unit::Title].into()),
        ..Mask::everything()
    };
    let mut places = vec![(0, Role::Both, Mask::everything())];
    places.extend((1..count).map(|place| (place, Role::Both, titles())));
    let link = world.link(&places).await;
    let mut visit = event("a@x", "Visit", "2026-11-24T09:00:00");
    visit.text = Text::plain("Diagnosis");
    world.models[0].put("a", visit);
    world.settle().await;
    (world, link)
}

async fn nor_is_what_only_who_has_left_for_good_had_said(database: Database) {
    let (world, link) = titled(&database, 3).await;
    let links = world.hub.links(&world.actor).await.unwrap();
    let mut members = links[0].link.members.clone();
    members.retain(|member| member.calendar != world.calendars[0]);
    let change = LinkChange {
        members: Some(members),
        kept: Kept::Keep,
        ..LinkChange::default()
    };
    world.change(link, change).await;
    set_mask(&world, link, 1, Mask::everything()).await;
    world.settle().await;
    assert_eq!(world.titles(1), ["Visit"]);
    assert_eq!(world.models[1].living()[0].1.text, Text::plain(""));
}

async fn what_only_who_is_away_has_said_is_not_told_by_a_mask_that_shows_more(database: Database) {
    let (world, link) = titled(&database, 2).await;
    set_away(&world, link, 0, true).await;
    set_mask(&world, link, 1, Mask::everything()).await;
    world.settle().await;
    let text = || world.models[1].living().remove(0).1.text;
    assert_eq!(text(), Text::plain(""));
    set_away(&world, link, 0, false).await;
    world.settle().await;
    assert_eq!(text(), Text::plain("Diagnosis"));
    assert_eq!([0, 1].map(|at| world.titles(at)), [["Visit"], ["Visit"]]);
}

async fn a_link_that_was_paused_merges_what_was_changed_meanwhile(database: Database) {
    let (world, link) = linked(&database, 2).await;
    for (id, title) in [("a", "Both"), ("b", "Gone here"), ("c", "Gone everywhere")] {
        world.models[0].put(id, event(&format!("{id}@x"), title, "2026-11-24T09:00:00"));
    }
    world.settle().await;
    let there = |title: &str| world.id_of(1, title);
    let (both, everywhere) = (there("Both"), there("Gone everywhere"));
    set_state(&world, link, LinkState::Paused).await;
    // Different units, a unit that both change, deletions on one side and on both, and a new event on each side.
    world.models[0].edit("a", |e| {
        e.title = "Here".into();
        e.text = Text::plain("Note");
    });
    world.models[1].edit(&both, |e| {
        e.title = "There".into();
        e.when = event("", "", "2026-11-25T09:00:00").when;
    });
    world.models[0].remove("b");
    world.models[0].remove("c");
    world.models[1].remove(&everywhere);
    world.models[0].put("n", event("n@x", "New here", "2026-11-24T12:00:00"));
    world.models[1].put("m", event("m@x", "New there", "2026-11-24T13:00:00"));
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(0), ["Here", "New here"]);
    assert_eq!(world.titles(1), ["Gone here", "New there", "There"]);
    set_state(&world, link, LinkState::Active).await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(
            world.titles(model),
            ["Gone here", "Here", "New here", "New there"],
            "{model}"
        );
        let merged = world.models[model].living();
        let merged = &merged.iter().find(|(_, e)| e.title == "Here").unwrap().1;
        assert_eq!(merged.text, Text::plain("Note"));
        assert_eq!(merged.when, event("", "", "2026-11-25T09:00:00").when);
    }
    let kept = world.conflicts().await;
    let [lost] = &kept[..] else {
        panic!("one conflict: {kept:?}")
    };
    assert_eq!(lost.conflict.local.title, "There");
    assert_eq!(lost.conflict.remote_won, Some(true));
    // It is a link like any other again.
    world.models[0].remove("n");
    world.settle().await;
    assert_eq!(world.titles(1), ["Gone here", "Here", "New there"]);
}

async fn a_calendar_that_is_away_gets_nothing_and_gives_nothing_until_it_comes_back(
    database: Database,
) {
    let (world, link) = linked(&database, 3).await;
    world.models[0].put("a", event("a@x", "Old", "2026-11-24T09:00:00"));
    world.settle().await;
    set_away(&world, link, 2, true).await;
    world.models[0].edit("a", |e| e.title = "New".into());
    world.models[0].put("b", event("b@x", "Second", "2026-11-24T10:00:00"));
    world.models[2].put("c", event("c@x", "Third", "2026-11-24T11:00:00"));
    let mirror = world.id_of(2, "Old");
    world.models[2].edit(&mirror, |e| e.text = Text::plain("Mine"));
    world.settle().await;
    assert_eq!(world.titles(1), ["New", "Second"]);
    assert_eq!(world.titles(2), ["Old", "Third"]);
    assert!(world.models[0].living()[0].1.text.is_empty());
    set_away(&world, link, 2, false).await;
    world.settle().await;
    for model in 0..3 {
        assert_eq!(world.titles(model), ["New", "Second", "Third"], "{model}");
    }
    let back = world.models[0].living();
    let back = back.iter().find(|(_, e)| e.title == "New").unwrap();
    assert_eq!(back.1.text, Text::plain("Mine"));
    // Coming back once more changes nothing.
    set_away(&world, link, 2, true).await;
    set_away(&world, link, 2, false).await;
    assert_eq!(world.settle().await, 0);
}

async fn a_private_event_that_its_calendar_changed_while_away_catches_up(database: Database) {
    let world = World::new(&database, 3).await;
    let mut open = Mask::everything();
    open.show_private = true;
    let link = world
        .link(&[(0, Role::Both, Mask::everything()), (1, Role::Both, open)])
        .await;
    let mut private = event("a@x", "Therapy", "2026-11-24T09:00:00");
    private.privacy = calendar::Privacy::Private;
    world.models[0].put("a", private);
    world.settle().await;
    assert_eq!(world.titles(1), ["Therapy"]);
    set_away(&world, link, 0, true).await;
    world.models[0].edit("a", |e| e.title = "Therapy, room 2".into());
    world.settle().await;
    set_away(&world, link, 0, false).await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Therapy, room 2"]);
    }
}
