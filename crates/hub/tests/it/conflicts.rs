//! Who wins when the same thing is changed in two calendars at once, and how a person decides.

use kalends_hub::{ConflictRow, ConflictState, Keep, Mask, OnConflict, Role, links::LinkChange};

use crate::world::{Database, World, event};

both! {
    the_calendar_that_comes_first_wins_where_the_link_says_so,
    where_a_person_is_asked_nothing_moves_until_they_decide,
    a_question_closes_when_somebody_writes_another_value_at_the_provider,
    the_rule_for_conflicts_can_be_changed,
    a_question_about_an_event_that_was_deleted_is_closed_and_both_values_stay,
}

/// What those who answer know of a question.
const OPEN: Option<ConflictState> = Some(ConflictState::Open);

/// Two calendars, linked in this order, in which the same title was changed at the same time.
async fn clash(database: &Database, order: [usize; 2], on_conflict: OnConflict) -> World {
    let world = World::new(database, 2).await;
    let members = order.map(|i| (i, Role::Both, Mask::everything()));
    world.link_with(&members, on_conflict).await;
    world.models[0].put("a", event("a@x", "Title", "2026-11-24T09:00:00"));
    world.settle().await;
    let there = world.id_of(1, "Title");
    world.models[0].edit("a", |e| e.title = "First".into());
    world.models[1].edit(&there, |e| e.title = "Second".into());
    world.settle().await;
    world
}

async fn only(world: &World) -> ConflictRow {
    let mut kept = world.conflicts().await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    kept.remove(0)
}

async fn the_calendar_that_comes_first_wins_where_the_link_says_so(database: Database) {
    for (order, wins, lost) in [([0, 1], "First", "Second"), ([1, 0], "Second", "First")] {
        let world = clash(&database, order, OnConflict::Source).await;
        assert_eq!(world.titles(0), [wins]);
        assert_eq!(world.titles(1), [wins]);
        let kept = only(&world).await.conflict;
        let loser = if kept.remote_won == Some(true) {
            kept.local
        } else {
            kept.remote
        };
        assert_eq!(loser.title, lost);
    }
}

async fn where_a_person_is_asked_nothing_moves_until_they_decide(database: Database) {
    for (keep, wins) in [(Keep::Local, "First"), (Keep::Remote, "Second")] {
        let world = clash(&database, [0, 1], OnConflict::Ask).await;
        assert_eq!(world.titles(0), ["First"]);
        assert_eq!(world.titles(1), ["Second"]);
        let question = only(&world).await;
        assert_eq!(question.conflict.remote_won, None);
        // Everything else goes on.
        world.models[0].edit("a", |e| e.when = event("", "", "2026-11-24T11:00:00").when);
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(1), ["Second"]);
        let decide = world
            .hub
            .decide_conflict(&world.actor, question.id, keep, OPEN);
        decide.await.unwrap();
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(0), [wins]);
        assert_eq!(world.titles(1), [wins]);
        let answered = only(&world).await.conflict;
        assert_eq!(answered.remote_won, Some(keep == Keep::Remote));
        let twice = world
            .hub
            .decide_conflict(&world.actor, question.id, keep, OPEN);
        assert!(matches!(twice.await, Err(kalends_hub::Error::Stale)));
    }
}

async fn a_question_closes_when_somebody_writes_another_value_at_the_provider(database: Database) {
    let world = clash(&database, [0, 1], OnConflict::Ask).await;
    let question = only(&world).await;
    let there = world.id_of(1, "Second");
    world.models[1].edit(&there, |e| e.title = "Third".into());
    world.settle().await;
    // It is asked again, about what is there now.
    let kept = world.conflicts().await;
    assert_eq!(kept.len(), 2);
    let old = world
        .hub
        .decide_conflict(&world.actor, question.id, Keep::Local, OPEN);
    assert!(matches!(old.await, Err(kalends_hub::Error::Stale)));
    let new = kept.iter().find(|row| row.id != question.id).unwrap();
    assert_eq!(new.conflict.remote.title, "Third");
    let decide = world
        .hub
        .decide_conflict(&world.actor, new.id, Keep::Remote, OPEN);
    decide.await.unwrap();
    world.settle().await;
    assert_eq!(world.titles(0), ["Third"]);
}

async fn the_rule_for_conflicts_can_be_changed(database: Database) {
    let world = World::new(&database, 2).await;
    let all = Mask::everything;
    let link = world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    let change = LinkChange {
        on_conflict: Some(OnConflict::Ask),
        name: Some(" Renamed ".to_owned()),
        ..LinkChange::default()
    };
    world.change(link, change).await;
    let links = world.hub.links(&world.actor).await.unwrap();
    assert_eq!(links[0].link.on_conflict, OnConflict::Ask);
    assert_eq!(links[0].link.name, "Renamed");
    assert_eq!(links[0].link.members.len(), 2);
}

async fn a_question_about_an_event_that_was_deleted_is_closed_and_both_values_stay(
    database: Database,
) {
    let world = clash(&database, [0, 1], OnConflict::Ask).await;
    let question = only(&world).await;
    world.models[0].remove("a");
    world.settle().await;
    assert_eq!(world.titles(1), [""; 0]);
    let decide = world
        .hub
        .decide_conflict(&world.actor, question.id, Keep::Remote, OPEN);
    assert!(matches!(decide.await, Err(kalends_hub::Error::Stale)));
    let kept = only(&world).await;
    assert_ne!(kept.state, question.state);
    // Nobody took it: it is the loser, and can be restored.
    assert_eq!(kept.conflict.remote_won, Some(false));
    assert_eq!(kept.conflict.remote.title, "Second");
}
