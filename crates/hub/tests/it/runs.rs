//! What one run of the sync did can be undone as a whole.

use calendar::{Address, Person, Text};
use kalends_hub::{
    Mask, Precondition, Role, Settings,
    runs::{RunKind, RunView},
};

use crate::world::{Database, World, event};

both! {
    what_a_pull_brought_is_undone_everywhere_but_for_what_was_changed_since,
    a_first_link_is_undone_with_all_that_it_wrote,
    a_run_can_be_undone_again_and_a_first_read_is_none,
    undoing_a_run_notifies_nobody_and_is_one_change,
    a_run_of_several_transactions_is_one,
    what_cannot_be_written_stays,
}

async fn latest(world: &World, is: impl Fn(&RunKind) -> bool) -> RunView {
    let runs = world.hub.runs(&world.actor, 50).await.unwrap();
    let mut found = runs.into_iter().filter(|run| is(&run.kind));
    found.next().unwrap()
}

async fn both_ways(world: &World) {
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
}

async fn what_a_pull_brought_is_undone_everywhere_but_for_what_was_changed_since(
    database: Database,
) {
    let world = World::new(&database, 2).await;
    for (id, title) in [("a", "Board"), ("b", "Gone"), ("c", "Course")] {
        world.models[0].put(id, event(&format!("{id}@x"), title, "2026-11-24T09:00:00"));
    }
    world.settle().await;
    both_ways(&world).await;
    // Somebody lets a program loose on the first calendar.
    world.models[0].edit("a", |e| e.title = "SPAM".into());
    world.models[0].edit("c", |e| {
        e.title = "SPAM course".into();
        e.text = Text::plain("SPAM");
    });
    world.models[0].remove("b");
    world.models[0].put("n", event("n@x", "SPAM new", "2026-11-25T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(1), ["SPAM", "SPAM course", "SPAM new"]);
    let id = world.id_of(1, "SPAM course");
    world.models[1].edit(&id, |e| e.title = "Course, mended".into());
    world.settle().await;
    let here = world.calendars[0];
    let runs = world.hub.runs(&world.actor, 50).await.unwrap();
    let run = runs
        .iter()
        .find(|run| run.kind == RunKind::Pull(here) && run.copies == 8);
    assert!(run.is_some(), "{runs:?}");
    let undone = world
        .hub
        .undo_run(&world.actor, run.unwrap().id)
        .await
        .unwrap();
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Board", "Course, mended", "Gone"]);
        let living = world.models[model].living();
        let course = living.iter().find(|(_, e)| e.title == "Course, mended");
        assert_eq!(course.unwrap().1.text, Text::default());
    }
    let left: Vec<_> = undone
        .left
        .iter()
        .map(|l| (l.title.as_str(), l.reason.as_str()))
        .collect();
    assert_eq!(left[0], ("SPAM course", "changed since: title"));
    assert!(undone.copies >= 6, "{undone:?}");
}

async fn a_first_link_is_undone_with_all_that_it_wrote(database: Database) {
    let world = World::new(&database, 2).await;
    for (model, text) in [(0, "Room 1"), (1, "Room 2")] {
        let mut same = event("x@a", "Same", "2026-11-24T09:00:00");
        same.text = Text::plain(text);
        world.models[model].put("e", same);
        let own = event(
            &format!("{model}@a"),
            &format!("Only {model}"),
            "2026-11-25T09:00:00",
        );
        world.models[model].put("o", own);
    }
    world.settle().await;
    let before = [world.models[0].living(), world.models[1].living()];
    both_ways(&world).await;
    assert_eq!(world.titles(1), ["Only 0", "Only 1", "Same"]);
    let there = world.models[1].living();
    assert!(there.iter().any(|(_, e)| e.text == Text::plain("Room 1")));
    let run = latest(&world, |kind| matches!(kind, RunKind::Link(_))).await;
    let undone = world.hub.undo_run(&world.actor, run.id).await.unwrap();
    assert_eq!((undone.copies, undone.left), (3, vec![]));
    world.settle().await;
    let texts = |living: &[(String, calendar::Event)]| {
        let texts = living.iter().map(|(_, e)| e.text.content.clone());
        texts.collect::<Vec<_>>()
    };
    for (model, before) in before.iter().enumerate() {
        let own = [format!("Only {model}"), "Same".to_owned()];
        assert_eq!(world.titles(model), own);
        assert_eq!(texts(&world.models[model].living()), texts(before));
    }
    assert!(world.hub.links(&world.actor).await.unwrap().is_empty());
}

async fn a_run_can_be_undone_again_and_a_first_read_is_none(database: Database) {
    let mut world = World::empty(&database, Settings::default(), 2).await;
    world.models[0].put("o", event("o@x", "Old", "2026-11-23T09:00:00"));
    for model in 0..2 {
        world.connect(model).await;
    }
    world.find_calendars().await;
    world.settle().await;
    assert_eq!(world.hub_titles(0).await, ["Old"]);
    assert_eq!(world.hub.runs(&world.actor, 50).await.unwrap(), []);
    both_ways(&world).await;
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    world.models[0].remove("a");
    world.settle().await;
    let here = world.calendars[0];
    let run = latest(&world, |kind| *kind == RunKind::Pull(here)).await;
    let titles = vec!["Board".to_owned(), "Old".to_owned()];
    for _ in 0..2 {
        let undone = world.hub.undo_run(&world.actor, run.id).await.unwrap();
        assert!(undone.left.is_empty(), "{undone:?}");
        world.settle().await;
        assert_eq!(
            (world.titles(0), world.titles(1)),
            (titles.clone(), titles.clone())
        );
    }
    // It is an edit: who deletes the event again deletes it.
    let there = world.event(0, "Board").await;
    let gone = world
        .hub
        .delete_event(&world.actor, there.id, Precondition::None);
    gone.await.unwrap();
    world.settle().await;
    assert_eq!(world.titles(1), ["Old"]);
}

async fn undoing_a_run_notifies_nobody_and_is_one_change(database: Database) {
    let world = World::new(&database, 2).await;
    world.models[0].manners().mails = true;
    let mut meeting = event("m@x", "Board", "2026-11-24T09:00:00");
    let guest = Address::new("guest@example.com");
    meeting.people.insert(guest, Person::default());
    world.models[0].put("m", meeting);
    world.models[0].put("a", event("a@x", "Course", "2026-11-24T09:00:00"));
    world.settle().await;
    both_ways(&world).await;
    world.models[0].edit("m", |e| e.title = "SPAM".into());
    world.models[0].edit("a", |e| e.title = "SPAM".into());
    world.settle().await;
    let here = world.calendars[0];
    let run = latest(&world, |kind| *kind == RunKind::Pull(here)).await;
    assert_eq!(run.copies, 4);
    world.hub.undo_run(&world.actor, run.id).await.unwrap();
    world.settle().await;
    assert_eq!(
        world.titles(0),
        ["Course", "SPAM"],
        "the guest hears nothing"
    );
    assert_eq!(world.titles(1), ["Board", "Course"]);
    let held = world.hub.held_writes(&world.actor).await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].notifies, Some(1));
    let sent = world.hub.confirm_notice(&world.actor, held[0].id);
    sent.await.unwrap();
    world.settle().await;
    assert_eq!(world.titles(0), ["Board", "Course"]);
    // The undo is one change, and is undone as one.
    let logged = world.hub.changes(&world.actor, 0, 1_000).await.unwrap().0;
    let course = world.event(0, "Course").await;
    let last = logged.iter().rfind(|l| l.change.subject == course.id.0);
    let position = last.unwrap().position;
    world.hub.undo(&world.actor, position).await.unwrap();
    world.settle().await;
    for model in 0..2 {
        assert_eq!(world.titles(model), ["SPAM", "SPAM"]);
    }
}

async fn a_run_of_several_transactions_is_one(database: Database) {
    let world = World::new(&database, 1).await;
    let all = 130;
    for n in 0..all {
        let event = event(&format!("{n}@x"), "Visit", "2026-11-24T09:00:00");
        world.models[0].put(&format!("e{n}"), event);
    }
    world.settle().await;
    for n in 0..all {
        world.models[0].edit(&format!("e{n}"), |e| e.title = "SPAM".into());
    }
    world.settle().await;
    let run = latest(&world, |_| true).await;
    assert_eq!(run.copies, all);
    let undone = world.hub.undo_run(&world.actor, run.id).await.unwrap();
    assert_eq!(undone.left, []);
    world.settle().await;
    let titles = world.titles(0);
    assert!(titles.iter().all(|title| title == "Visit"), "{titles:?}");
}

async fn what_cannot_be_written_stays(database: Database) {
    let world = World::new(&database, 2).await;
    world.models[0].put("a", event("a@x", "Board", "2026-11-24T09:00:00"));
    world.settle().await;
    both_ways(&world).await;
    world.models[0].edit("a", |e| e.title = "SPAM".into());
    world.settle().await;
    let here = world.calendars[0];
    let run = latest(&world, |kind| *kind == RunKind::Pull(here)).await;
    let mut tx = world.store.write().await.unwrap();
    let row = storage::calendars::get(&mut tx, here).await.unwrap();
    let mut row = row.unwrap();
    row.read_only = true;
    storage::calendars::update(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let undone = world.hub.undo_run(&world.actor, run.id).await.unwrap();
    let left: Vec<_> = undone.left.iter().map(|l| l.reason.as_str()).collect();
    assert_eq!(
        left,
        [
            "its calendar is read-only at its provider",
            "it follows what it mirrors, which is not as it was"
        ]
    );
    assert_eq!((undone.copies, world.settle().await), (0, 0));
    let nobody = world.hub.undo_run(&world.actor, uuid::Uuid::nil()).await;
    assert!(matches!(nobody, Err(kalends_hub::Error::NotFound("run"))));
}
