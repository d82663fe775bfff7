//! The conflict inbox: what it shows, each outcome, taking each back, and how long losers are kept. Situations of the catalogue
//! have their numbers.

use calendar::{Override, RecurrenceId, Rule, Text, Unit};
use kalends_hub::{
    ConflictState, ConflictView, Error, Keep, Mask, OnConflict, Role, Stands, WhichConflicts,
};
use sync::Ruling;

use crate::world::{Database, World, event};

both! {
    row_07_the_same_field_on_two_sides_is_shown_and_each_outcome_can_be_taken_back,
    row_08_different_fields_are_both_kept_and_shown_beside_what_clashed,
    row_13_an_edit_beats_a_deletion_that_did_not_know_of_it,
    row_49_the_series_edited_here_and_an_occurrence_there_are_both_kept,
    an_answer_that_was_not_written_yet_is_taken_back_without_a_trace,
    an_answer_that_was_written_is_taken_back_and_asked_again,
    two_texts_are_kept_both,
    losers_are_kept_for_90_days_and_no_longer,
    pages_end_where_the_next_ones_begin,
}

const DAY: i64 = 86_400;

/// Two calendars, linked both ways, with one event.
async fn linked(database: &Database, on_conflict: OnConflict) -> World {
    let world = World::new(database, 2).await;
    let members = [0, 1].map(|i| (i, Role::Both, Mask::everything()));
    world.link_with(&members, on_conflict).await;
    let base = event("a@x", "Title", "2026-11-24T09:00:00");
    world.models[0].put("a", base);
    world.settle().await;
    world
}

/// The same with its title changed on both sides, later at the second one.
async fn clashed(database: &Database, on_conflict: OnConflict) -> World {
    let world = linked(database, on_conflict).await;
    let there = world.id_of(1, "Title");
    world.models[0].edit("a", |e| e.title = "First".into());
    for title in ["Draft", "Second"] {
        world.models[1].edit(&there, |e| e.title = title.into());
    }
    world.settle().await;
    world
}

async fn only(world: &World) -> ConflictView {
    let mut all = world.views().await;
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

async fn decide(world: &World, keep: Keep) {
    let id = only(world).await.row.id;
    let decided = world.hub.decide_conflict(&world.actor, id, keep, None);
    decided.await.unwrap();
}

async fn undo(world: &World) {
    let id = only(world).await.row.id;
    let undone = world.hub.undo_conflict(&world.actor, id);
    Box::pin(undone).await.unwrap();
}

/// The titles at both providers at rest, and how many writes it took to get there.
async fn at_rest(world: &World) -> (String, String, usize) {
    let writes = Box::pin(world.settle()).await;
    let [a, b] = [0, 1].map(|model| world.titles(model).join(", "));
    (a, b, writes)
}

fn titles(first: &str, second: &str, writes: usize) -> (String, String, usize) {
    (first.to_owned(), second.to_owned(), writes)
}

async fn row_07_the_same_field_on_two_sides_is_shown_and_each_outcome_can_be_taken_back(
    database: Database,
) {
    let world = clashed(&database, OnConflict::Newest).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 0));
    let view = only(&world).await;
    let conflict = &view.row.conflict;
    let sides = [&conflict.base, &conflict.local, &conflict.remote];
    assert_eq!(
        sides.map(|side| side.title.as_str()),
        ["Title", "First", "Second"]
    );
    assert_eq!(
        (conflict.by, conflict.remote_won),
        (Ruling::Newest, Some(true))
    );
    assert_eq!(view.ours.calendar, Some(world.calendars[0]));
    assert_eq!(view.theirs.calendar, Some(world.calendars[1]));
    assert!(view.ours.at.unwrap() < view.theirs.at.unwrap());
    assert_eq!(view.link.as_ref().unwrap().1, "Link");
    assert_eq!(view.units.len(), 1);
    assert_eq!(view.units[0].stands, Stands::Theirs);
    assert_eq!(view.outcomes, [Keep::Local, Keep::Merge, Keep::Loser]);
    let nothing = world.hub.undo_conflict(&world.actor, view.row.id).await;
    assert!(matches!(nothing, Err(Error::Forbidden(_))));

    for keep in [Keep::Local, Keep::Loser] {
        decide(&world, keep).await;
        assert_eq!(at_rest(&world).await, titles("First", "First", 2));
        let view = only(&world).await;
        assert_eq!(view.row.state, ConflictState::Restored);
        assert_eq!(view.outcomes, [Keep::Remote, Keep::Merge]);
        undo(&world).await;
        assert_eq!(at_rest(&world).await, titles("Second", "Second", 2));
        assert_eq!(only(&world).await.row.state, ConflictState::Resolved);
    }
    // An undone decision is made again, and then the other one.
    undo(&world).await;
    assert_eq!(at_rest(&world).await, titles("First", "First", 2));
    decide(&world, Keep::Remote).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 2));
    assert_eq!(only(&world).await.row.state, ConflictState::Resolved);
    decide(&world, Keep::Merge).await;
    let view = only(&world).await;
    assert_eq!(view.row.state, ConflictState::Confirmed);
    assert_eq!(view.outcomes, [Keep::Local, Keep::Loser]);
    undo(&world).await;
    assert_eq!(only(&world).await.row.state, ConflictState::Resolved);
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 0));
}

async fn row_08_different_fields_are_both_kept_and_shown_beside_what_clashed(database: Database) {
    let world = linked(&database, OnConflict::Newest).await;
    let there = world.id_of(1, "Title");
    let text = Text::plain("Bring the X-rays");
    world.models[0].edit("a", |e| e.title = "First".into());
    world.models[1].edit(&there, |e| e.text = text.clone());
    assert_eq!(at_rest(&world).await, titles("First", "First", 2));
    for model in &world.models {
        assert_eq!(model.living()[0].1.text, text);
    }
    assert!(world.views().await.is_empty());
    // Beside a title that clashes, what merged is shown, too.
    let later = event("", "", "2026-11-24T11:00:00").when;
    world.models[0].edit("a", |e| e.title = "Second".into());
    world.models[1].edit(&there, |e| {
        e.title = "Third".into();
        e.when = later.clone();
    });
    world.settle().await;
    let view = only(&world).await;
    let shown: Vec<_> = view.units.iter().map(|u| (&u.unit, u.clash)).collect();
    assert_eq!(shown, [(&Unit::Title, true), (&Unit::When, false)]);
    assert_eq!(view.units[1].stands, Stands::Theirs);
    assert_eq!(view.row.conflict.remote.when, later);
    assert_ne!(view.row.conflict.local.when, later);
}

async fn row_13_an_edit_beats_a_deletion_that_did_not_know_of_it(database: Database) {
    for (deletes, edits) in [(0, 1), (1, 0)] {
        let world = linked(&database, OnConflict::Newest).await;
        let ids = [0, 1].map(|model| world.id_of(model, "Title"));
        world.models[deletes].remove(&ids[deletes]);
        world.models[edits].edit(&ids[edits], |e| e.title = "Edited".into());
        assert_eq!(at_rest(&world).await, titles("Edited", "Edited", 1));
        assert_eq!(at_rest(&world).await, titles("Edited", "Edited", 0));
        assert!(world.views().await.is_empty());
    }
}

async fn row_49_the_series_edited_here_and_an_occurrence_there_are_both_kept(database: Database) {
    let world = linked(&database, OnConflict::Newest).await;
    let weekly: Rule = "FREQ=WEEKLY;COUNT=4".parse().unwrap();
    world.models[0].edit("a", |series| series.rules.push(weekly));
    world.settle().await;
    let there = world.id_of(1, "Title");
    let second: RecurrenceId = "2026-12-01T09:00:00".parse().unwrap();
    world.models[0].edit("a", |series| series.title = "Hygiene".into());
    world.models[1].edit(&there, |series| {
        let mut single = series.occurrence(second).unwrap();
        single.when = event("", "", "2026-12-01T14:00:00").when;
        series.set_occurrence(second, &single);
    });
    assert_eq!(at_rest(&world).await, titles("Hygiene", "Hygiene", 2));
    for model in &world.models {
        let series = &model.living()[0].1;
        let Some(Override::Patch(patch)) = series.overrides.get(&second) else {
            panic!("{series:?}")
        };
        assert_eq!(
            patch.when.as_ref().unwrap().local_start().to_string(),
            "2026-12-01T14:00:00"
        );
        assert_eq!(series.occurrence(second).unwrap().title, "Hygiene");
    }
    assert!(world.views().await.is_empty());
}

async fn an_answer_that_was_not_written_yet_is_taken_back_without_a_trace(database: Database) {
    for keep in [Keep::Local, Keep::Remote] {
        let world = clashed(&database, OnConflict::Ask).await;
        assert_eq!(at_rest(&world).await, titles("First", "Second", 0));
        let view = only(&world).await;
        assert_eq!(view.outcomes, [Keep::Local, Keep::Remote]);
        assert_eq!(view.units[0].stands, Stands::Asked);
        decide(&world, keep).await;
        undo(&world).await;
        assert_eq!(at_rest(&world).await, titles("First", "Second", 0));
        let again = only(&world).await;
        assert_eq!(again.row.state, ConflictState::Open);
        assert_eq!(
            (again.row.conflict, again.row.last),
            (view.row.conflict, None)
        );
        decide(&world, Keep::Remote).await;
        assert_eq!(at_rest(&world).await, titles("Second", "Second", 1));
    }
}

async fn an_answer_that_was_written_is_taken_back_and_asked_again(database: Database) {
    let world = clashed(&database, OnConflict::Ask).await;
    decide(&world, Keep::Remote).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 1));
    // Nothing was written at the provider that was asked about.
    undo(&world).await;
    assert_eq!(at_rest(&world).await, titles("First", "Second", 1));
    decide(&world, Keep::Local).await;
    assert_eq!(at_rest(&world).await, titles("First", "First", 1));
    // Now it was: what it had is kept in the question.
    undo(&world).await;
    assert_eq!(at_rest(&world).await, titles("First", "First", 0));
    let view = only(&world).await;
    assert_eq!(view.row.state, ConflictState::Open);
    assert_eq!(view.units[0].stands, Stands::Ours);
    // Another edit does not answer it.
    let note = Text::plain("Call first");
    world.models[0].edit("a", |e| e.text = note);
    world.settle().await;
    decide(&world, Keep::Remote).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 2));
    assert_eq!(only(&world).await.row.conflict.remote_won, Some(true));
}

async fn two_texts_are_kept_both(database: Database) {
    let world = linked(&database, OnConflict::Ask).await;
    let there = world.id_of(1, "Title");
    world.models[0].edit("a", |e| e.text = Text::plain("Allergic to latex"));
    world.models[1].edit(&there, |e| e.text = Text::plain("Bring the X-rays"));
    world.settle().await;
    let view = only(&world).await;
    assert_eq!(view.outcomes, [Keep::Local, Keep::Remote, Keep::Merge]);
    decide(&world, Keep::Merge).await;
    assert_eq!(world.settle().await, 2);
    for model in &world.models {
        let text = &model.living()[0].1.text;
        assert_eq!(text.content, "Allergic to latex\nBring the X-rays");
    }
    undo(&world).await;
    world.settle().await;
    for model in &world.models {
        assert_eq!(model.living()[0].1.text.content, "Allergic to latex");
    }
}

async fn losers_are_kept_for_90_days_and_no_longer(database: Database) {
    let world = clashed(&database, OnConflict::Newest).await;
    let prune = async |days: i64| {
        world.clock.advance(days * DAY);
        world.hub.prune(&world.store).await.unwrap();
    };
    prune(89).await;
    decide(&world, Keep::Loser).await;
    assert_eq!(at_rest(&world).await, titles("First", "First", 2));
    // What has lost now is kept from now on.
    prune(89).await;
    decide(&world, Keep::Loser).await;
    decide(&world, Keep::Remote).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 2));
    prune(89).await;
    only(&world).await;
    prune(2).await;
    assert!(world.views().await.is_empty());
    // A question waits as long as it must, and its loser is kept from when it was answered.
    let world = clashed(&database, OnConflict::Ask).await;
    world.clock.advance(100 * DAY);
    world.hub.prune(&world.store).await.unwrap();
    decide(&world, Keep::Local).await;
    world.clock.advance(89 * DAY);
    world.hub.prune(&world.store).await.unwrap();
    decide(&world, Keep::Loser).await;
    assert_eq!(at_rest(&world).await, titles("Second", "Second", 1));
}

async fn pages_end_where_the_next_ones_begin(database: Database) {
    let world = linked(&database, OnConflict::Newest).await;
    let there = world.id_of(1, "Title");
    for round in 0..5 {
        world.models[0].edit("a", |e| e.title = format!("{round} here"));
        world.models[1].edit(&there, |e| e.title = format!("{round} there"));
        world.settle().await;
    }
    let page = async |after, limit| {
        let all = WhichConflicts::Settled;
        let page = world.hub.conflicts(&world.actor, all, after, limit).await;
        page.unwrap()
    };
    let all = page(None, 5).await;
    assert_eq!((all.items.len(), all.next), (5, None));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let some = page(after, 2).await;
        found.extend(some.items);
        after = some.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, all.items);
    let open = WhichConflicts::Open;
    let open = world.hub.conflicts(&world.actor, open, None, 9).await;
    assert!(open.unwrap().items.is_empty());
}
