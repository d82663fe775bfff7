//! Feeds whose ids do not last: an event that comes under another id is the same one.

use kalends_hub::{Mask, Role};

use crate::{
    model::Wrote,
    world::{Database, World, event},
};

both! {
    other_ids_write_nothing,
    an_edit_under_another_id_is_an_edit,
    numbers_that_move_up_delete_what_is_gone,
    of_many_other_ids_nothing_is_held,
    what_comes_back_under_another_id_is_the_same,
    a_number_that_is_used_again_is_another_event,
    what_says_that_nothing_has_changed_deletes_nothing,
}

/// A feed of these events, and a calendar that has mirrors of them.
async fn feed(database: &Database, titles: &[&str]) -> World {
    let world = World::new(database, 2).await;
    world.models[0].manners().feed = true;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Source, all()), (1, Role::Target, all())])
        .await;
    for (number, title) in titles.iter().enumerate() {
        let id = number.to_string();
        world.models[0].put(&id, event(&id, title, "2026-11-24T09:00:00"));
    }
    world.settle().await;
    assert_eq!(world.titles(1).len(), titles.len());
    world.models[1].wrote();
    world
}

/// What was written to the mirrors: what it did, and the title.
fn wrote(world: &World) -> Vec<(Wrote, String)> {
    let wrote = world.models[1].wrote().into_iter();
    wrote.map(|(what, event)| (what, event.title)).collect()
}

async fn other_ids_write_nothing(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2", "Twin", "Twin"]).await;
    let known = world.event(0, "Flat 1").await.id;
    for round in 0..3 {
        world.models[0].turn(|id, _| format!("{round}-{}@booking", id.len()) + id);
        world.settle().await;
        assert_eq!(wrote(&world), []);
    }
    assert_eq!(world.event(0, "Flat 1").await.id, known);
    assert_eq!(
        world.hub_titles(0).await,
        ["Flat 1", "Flat 2", "Twin", "Twin"]
    );
    // One of the two is gone, and the other one has another id again.
    let twins: Vec<String> = world.models[0]
        .living()
        .into_iter()
        .filter(|(_, e)| e.title == "Twin")
        .map(|(id, _)| id)
        .collect();
    world.models[0].remove(&twins[0]);
    world.models[0].turn(|id, _| format!("again-{id}"));
    world.settle().await;
    assert_eq!(wrote(&world), [(Wrote::Delete, "Twin".to_owned())]);
    assert_eq!(world.titles(1), ["Flat 1", "Flat 2", "Twin"]);
}

async fn an_edit_under_another_id_is_an_edit(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2"]).await;
    world.models[0].edit("1", |event| {
        event.text = calendar::Text::plain("Two people");
    });
    world.models[0].turn(|id, _| format!("turned-{id}"));
    world.settle().await;
    assert_eq!(wrote(&world), [(Wrote::Update, "Flat 2".to_owned())]);
    assert_eq!(
        world.event(1, "Flat 2").await.event.text.content,
        "Two people"
    );
}

async fn numbers_that_move_up_delete_what_is_gone(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2", "Flat 3"]).await;
    world.models[0].remove("0");
    let up = |id: &str, _: &_| (id.parse::<usize>().unwrap() - 1).to_string();
    world.models[0].turn(up);
    world.settle().await;
    assert_eq!(wrote(&world), [(Wrote::Delete, "Flat 1".to_owned())]);
    assert_eq!(world.titles(1), ["Flat 2", "Flat 3"]);
    assert_eq!(world.hub_titles(0).await, ["Flat 2", "Flat 3"]);
}

async fn of_many_other_ids_nothing_is_held(database: Database) {
    let titles: Vec<String> = (0..60).map(|n| format!("Visit {n:02}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let world = feed(&database, &titles).await;
    world.models[0].turn(|id, _| format!("turned-{id}"));
    world.settle().await;
    assert_eq!((world.view(0).await.missing, wrote(&world)), (0, vec![]));
    // What is really gone is held as ever, and numbers that are used again are no others' deletion.
    for number in 0..30 {
        world.models[0].remove(&format!("turned-{number}"));
    }
    world.models[0]
        .turn(|_, event| format!("turned-{}", 59 - event.title[6..].parse::<u32>().unwrap()));
    world.settle().await;
    assert_eq!((world.view(0).await.missing, wrote(&world)), (30, vec![]));
    assert_eq!(world.hub_titles(0).await.len(), 60);
    // That is still asked, whatever the ids, but not of what is there again.
    world.models[0].put("back", event("back", "Visit 07", "2026-11-24T09:00:00"));
    world.models[0].turn(|_, event| format!("turned-{}", &event.title[6..]));
    world.settle().await;
    assert_eq!((world.view(0).await.missing, wrote(&world)), (29, vec![]));
    let id = world.calendars[0];
    world.hub.confirm_held(&world.actor, id).await.unwrap();
    world.settle().await;
    assert_eq!(wrote(&world).len(), 29);
    assert_eq!(world.titles(1).len(), 31);
}

async fn what_comes_back_under_another_id_is_the_same(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2"]).await;
    let known = world.event(0, "Flat 2").await.id;
    world.models[0].remove("1");
    world.settle().await;
    assert_eq!(wrote(&world), [(Wrote::Delete, "Flat 2".to_owned())]);
    world.models[0].put("2", event("2", "Flat 2", "2026-11-24T09:00:00"));
    world.settle().await;
    assert_eq!(world.event(0, "Flat 2").await.id, known);
    assert_eq!(world.titles(1), ["Flat 1", "Flat 2"]);
}

async fn a_number_that_is_used_again_is_another_event(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2"]).await;
    let known = world.event(0, "Flat 2").await.id;
    // Somebody does not want it in their calendar.
    let mirror = world.id_of(1, "Flat 2");
    world.models[1].remove(&mirror);
    world.settle().await;
    world.models[0].remove("1");
    world.settle().await;
    world.models[0].put("1", event("1", "Flat 3", "2026-11-24T09:00:00"));
    world.settle().await;
    assert_eq!(world.titles(1), ["Flat 1", "Flat 3"]);
    assert_ne!(world.event(0, "Flat 3").await.id, known);
}

async fn what_says_that_nothing_has_changed_deletes_nothing(database: Database) {
    let world = feed(&database, &["Flat 1", "Flat 2"]).await;
    world.models[0].manners().unchanged = true;
    world.models[0].manners().again = Some(std::time::Duration::from_mins(5));
    let id = world.calendars[0];
    let pulled = world.hub.pull(&world.store, id).await.unwrap();
    assert_eq!(
        (pulled.sightings, pulled.again.unwrap().as_secs()),
        (0, 300)
    );
    world.settle().await;
    assert_eq!(world.hub_titles(0).await, ["Flat 1", "Flat 2"]);
    assert_eq!((world.titles(1).len(), wrote(&world)), (2, vec![]));
}
