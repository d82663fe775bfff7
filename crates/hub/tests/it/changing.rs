//! Links that are changed: masks (L6), directions, calendars that join and go.

use calendar::{Text, Unit};
use kalends_hub::{
    LinkId, Mask, MaskKind, Role,
    links::{Kept, LinkChange, PlannedOperation},
};
use std::sync::atomic::Ordering;

use crate::world::{Database, World, event};

both! {
    a_narrower_mask_scrubs_and_says_when_it_is_done,
    what_a_calendar_lets_out_no_more_is_scrubbed_elsewhere_and_stays_there,
    a_note_on_a_block_gives_way_to_the_event_and_is_kept,
    a_calendar_that_sends_from_now_on_brings_its_own_events,
    a_calendar_that_joins_is_matched_and_one_that_goes_leaves_the_others_in_step,
    an_account_that_goes_leaves_the_others_linked,
}

fn members(world: &World, members: &[(usize, Role, Mask)]) -> LinkChange {
    LinkChange {
        members: Some(world.members(members)),
        ..LinkChange::default()
    }
}

fn all() -> Mask {
    Mask::everything()
}

/// The first calendar flows into the second and has one event.
async fn one_way(database: &Database, here: Mask, there: Mask) -> (World, LinkId) {
    let world = World::new(database, 2).await;
    let link = world
        .link(&[(0, Role::Source, here), (1, Role::Target, there)])
        .await;
    let mut secret = event("p@x", "Therapy XYZZY", "2026-11-24T09:00:00");
    secret.text = Text::plain("XYZZY");
    world.models[0].put("p", secret);
    world.settle().await;
    (world, link)
}

fn leaks(world: &World, model: usize) -> bool {
    format!("{:?}", world.models[model].living()).contains("XYZZY")
}

async fn a_narrower_mask_scrubs_and_says_when_it_is_done(database: Database) {
    let (world, link) = one_way(&database, all(), all()).await;
    assert!(leaks(&world, 1));
    let busy = members(
        &world,
        &[
            (0, Role::Source, all()),
            (1, Role::Target, Mask::busy("Away")),
        ],
    );
    let preview = world
        .hub
        .preview_change(&world.actor, link, busy.clone())
        .await
        .unwrap();
    let planned: Vec<_> = preview.planned.iter().collect();
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].operation, PlannedOperation::Update);
    assert_eq!(planned[0].title, "Away");
    // A preview is not committed.
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.change(link, busy).await, 1);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Away"]);
    assert!(!leaks(&world, 1));
    assert_eq!(world.hub.links(&world.actor).await.unwrap()[0].waiting, 0);
    // Another title for the block, and everything again.
    let titled = members(
        &world,
        &[
            (0, Role::Source, all()),
            (1, Role::Target, Mask::busy("Elsewhere")),
        ],
    );
    world.change(link, titled).await;
    world.settle().await;
    assert_eq!(world.titles(1), ["Elsewhere"]);
    let open = members(
        &world,
        &[(0, Role::Source, all()), (1, Role::Target, all())],
    );
    world.change(link, open).await;
    world.settle().await;
    assert_eq!(world.models[1].living()[0].1.title, "Therapy XYZZY");
    assert_eq!(world.models[0].writes.load(Ordering::Relaxed), 0);
}

async fn what_a_calendar_lets_out_no_more_is_scrubbed_elsewhere_and_stays_there(
    database: Database,
) {
    for role in [Role::Source, Role::Both] {
        let world = World::new(&database, 2).await;
        let link = world
            .link(&[(0, role, all()), (1, Role::Both, all())])
            .await;
        let mut secret = event("p@x", "Therapy", "2026-11-24T09:00:00");
        secret.text = Text::plain("XYZZY");
        world.models[0].put("p", secret);
        world.settle().await;
        let only_titles = Mask {
            kind: MaskKind::Fields([Unit::Title].into()),
            ..all()
        };
        let narrow = members(&world, &[(0, role, only_titles), (1, Role::Both, all())]);
        world.change(link, narrow).await;
        assert_eq!(world.settle().await, 1);
        assert!(!leaks(&world, 1) && leaks(&world, 0), "{role:?}");
        // What it then changes there stays there, too.
        world.models[0].edit("p", |e| e.text = Text::plain("XYZZY again"));
        assert_eq!(world.settle().await, 0);
        let wide = members(&world, &[(0, role, all()), (1, Role::Both, all())]);
        world.change(link, wide).await;
        assert_eq!(world.settle().await, 1);
        assert_eq!(
            world.models[1].living()[0].1.text,
            Text::plain("XYZZY again")
        );
    }
}

async fn a_note_on_a_block_gives_way_to_the_event_and_is_kept(database: Database) {
    let world = World::new(&database, 2).await;
    let busy = Mask::busy("Busy");
    let link = world
        .link(&[(0, Role::Both, all()), (1, Role::Both, busy)])
        .await;
    world.models[0].put("p", event("p@x", "Therapy", "2026-11-24T09:00:00"));
    world.settle().await;
    let block = world.id_of(1, "Busy");
    world.models[1].edit(&block, |e| e.title = "Ask Ada".into());
    world.settle().await;
    let open = members(&world, &[(0, Role::Both, all()), (1, Role::Both, all())]);
    world.change(link, open).await;
    world.settle().await;
    assert_eq!(world.titles(0), ["Therapy"]);
    assert_eq!(world.titles(1), ["Therapy"]);
    let kept = world.conflicts().await;
    assert_eq!(kept[0].conflict.local.title, "Ask Ada");
}

async fn a_calendar_that_sends_from_now_on_brings_its_own_events(database: Database) {
    let (world, link) = one_way(&database, all(), all()).await;
    world.models[1].put("own", event("own@x", "Own", "2026-11-25T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(0), ["Therapy XYZZY"]);
    let both = members(&world, &[(0, Role::Both, all()), (1, Role::Both, all())]);
    world.change(link, both).await;
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Own", "Therapy XYZZY"]);
    }
    let there = world.id_of(1, "Therapy XYZZY");
    world.models[1].edit(&there, |e| e.title = "Moved".into());
    world.settle().await;
    assert_eq!(world.titles(0), ["Moved", "Own"]);
}

async fn a_calendar_that_joins_is_matched_and_one_that_goes_leaves_the_others_in_step(
    database: Database,
) {
    let world = World::new(&database, 3).await;
    let link = world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("a", event("a@x", "Same", "2026-11-24T09:00:00"));
    world.models[0].put("b", event("b@x", "First", "2026-11-24T08:00:00"));
    world.models[2].put("c", event("c@x", "Same", "2026-11-24T09:00:00"));
    world.models[2].put("d", event("d@x", "Third", "2026-11-24T10:00:00"));
    world.settle().await;
    let three = members(
        &world,
        &[
            (0, Role::Both, all()),
            (1, Role::Both, all()),
            (2, Role::Both, all()),
        ],
    );
    world.change(link, three).await;
    world.settle().await;
    for model in 0..3 {
        assert_eq!(world.titles(model), ["First", "Same", "Third"], "{model}");
    }
    let two = LinkChange {
        kept: Kept::Remove,
        ..members(&world, &[(0, Role::Both, all()), (1, Role::Both, all())])
    };
    let preview = world
        .hub
        .preview_change(&world.actor, link, two.clone())
        .await
        .unwrap();
    let removed = preview.planned.iter();
    let removed = removed.filter(|p| p.operation == PlannedOperation::Delete);
    assert_eq!(removed.count(), 3);
    world.change(link, two).await;
    world.settle().await;
    // Its own event goes with it, as do its mirrors; what others have as well stays with everybody.
    assert_eq!(world.titles(0), ["First", "Same"]);
    assert_eq!(world.titles(1), ["First", "Same"]);
    assert_eq!(world.titles(2), ["Same", "Third"]);
    world.models[0].edit("a", |e| e.title = "Later".into());
    world.settle().await;
    assert_eq!(world.titles(1), ["First", "Later"]);
    assert_eq!(world.titles(2), ["Same", "Third"]);
}

async fn an_account_that_goes_leaves_the_others_linked(database: Database) {
    let world = World::new(&database, 3).await;
    world
        .link(&[
            (0, Role::Both, all()),
            (1, Role::Both, all()),
            (2, Role::Both, all()),
        ])
        .await;
    world.models[1].put("a", event("a@x", "Ours", "2026-11-24T09:00:00"));
    world.settle().await;
    let connections = world.hub.connections(&world.actor).await.unwrap();
    let calendars = world.hub.calendars(&world.actor).await.unwrap();
    let first = calendars.iter().find(|c| c.id == world.calendars[0]);
    let gone = connections
        .iter()
        .find(|c| Some(c.id) == first.unwrap().connection);
    world
        .hub
        .disconnect(&world.actor, gone.unwrap().id, Kept::Keep)
        .await
        .unwrap();
    let links = world.hub.links(&world.actor).await.unwrap();
    assert_eq!(links[0].link.members.len(), 2);
    world.models[1].edit("a", |e| e.title = "Theirs".into());
    for calendar in &world.calendars[1..] {
        world.hub.pull(&world.store, *calendar).await.unwrap();
        world.hub.push(&world.store, *calendar).await.unwrap();
    }
    assert_eq!(world.titles(2), ["Theirs"]);
    assert_eq!(world.titles(0), ["Ours"]);
}
