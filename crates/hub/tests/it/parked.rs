//! One event that a provider will not have, or will not hand out, and the rest that goes on.

use std::sync::atomic::Ordering;

use kalends_hub::{Health, Mask, Role};
use providers::Failure;
use sync::replication::Reply;

use crate::world::{Database, World, event};

both! {
    what_was_refused_is_tried_again_when_a_person_asks,
    a_refused_event_waits_for_itself_and_the_rest_goes_on,
    a_write_that_fails_keeps_nobody_back_and_is_told,
    an_account_that_may_not_write_is_asked_once,
    one_bad_look_does_not_end_a_read,
    what_a_look_finds_may_be_another_copys,
    the_copy_of_a_mirror_is_not_taken_for_it,
}

/// Everything of the first calendar is mirrored in the second.
async fn mirrored(database: &Database) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world
}

fn make(world: &World, titles: &[&str]) {
    for title in titles {
        let uid = format!("{title}@x");
        world.models[0].put(title, event(&uid, title, "2026-11-24T09:00:00"));
    }
}

async fn a_refused_event_waits_for_itself_and_the_rest_goes_on(database: Database) {
    let world = mirrored(&database).await;
    let refusal = Ok(Reply::Refused("title: too rude".to_owned()));
    world.models[1].manners().refused = [("Bad".to_owned(), refusal)].into();
    make(&world, &["Bad", "Good"]);
    world.settle().await;
    assert_eq!(world.titles(1), ["Good"]);
    let view = world.event(1, "Bad").await;
    assert_eq!(view.parked.as_deref(), Some("title: too rude"));
    assert_eq!(world.settle().await, 0, "it is not sent again");
    world.models[0].edit("Bad", |e| e.title = "Better".into());
    world.settle().await;
    assert_eq!(world.titles(1), ["Better", "Good"]);
    assert_eq!(world.event(1, "Better").await.parked, None);
}

async fn a_write_that_fails_keeps_nobody_back_and_is_told(database: Database) {
    let world = mirrored(&database).await;
    let odd = Err(Failure::Protocol("status 399".to_owned()));
    world.models[1].manners().refused = [("Bad".to_owned(), odd)].into();
    make(&world, &["Bad", "Good", "Better"]);
    world
        .hub
        .pull(&world.store, world.calendars[0])
        .await
        .unwrap();
    let pushed = world.hub.push(&world.store, world.calendars[1]).await;
    assert!(pushed.unwrap_err().to_string().contains("status 399"));
    assert_eq!(world.titles(1), ["Better", "Good"]);
    world.models[1].manners().refused.clear();
    world.settle().await;
    assert_eq!(world.titles(1), ["Bad", "Better", "Good"]);
}

async fn an_account_that_may_not_write_is_asked_once(database: Database) {
    let world = mirrored(&database).await;
    let titles: Vec<String> = (0..30).map(|n| format!("Visit {n}")).collect();
    let no = || Err(Failure::Forbidden("insufficientPermissions".to_owned()));
    world.models[1].manners().refused = titles.iter().map(|t| (t.clone(), no())).collect();
    make(
        &world,
        &titles.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    world
        .hub
        .pull(&world.store, world.calendars[0])
        .await
        .unwrap();
    let asked = || world.models[1].asked.load(Ordering::Relaxed);
    let before = asked();
    let pushed = world.hub.push(&world.store, world.calendars[1]).await;
    assert!(matches!(
        pushed,
        Err(kalends_hub::Error::Provider(Failure::Forbidden(_)))
    ));
    assert!(asked() - before <= 4, "only what was under way already");
}

async fn one_bad_look_does_not_end_a_read(database: Database) {
    let world = World::new(&database, 1).await;
    make(&world, &["Gone", "Odd", "Stays"]);
    world.settle().await;
    world.models[0].remove("Gone");
    make(&world, &["New"]);
    {
        let mut manners = world.models[0].manners();
        manners.hidden.insert("Odd".to_owned());
        let failure = Failure::Unreachable("it answered 500".to_owned());
        manners.unreadable.insert("Odd".to_owned(), failure);
    }
    world.models[0].expired.store(true, Ordering::Relaxed);
    world
        .hub
        .pull(&world.store, world.calendars[0])
        .await
        .unwrap();
    assert_eq!(world.hub_titles(0).await, ["New", "Odd", "Stays"]);
    let view = world.view(0).await;
    assert_eq!(view.health, Health::Ok);
    assert!(view.message.unwrap().contains("500"));
}

async fn what_a_look_finds_may_be_another_copys(database: Database) {
    let world = World::new(&database, 1).await;
    make(&world, &["Theirs"]);
    world.settle().await;
    {
        let mut manners = world.models[0].manners();
        manners.own_ids = true;
        // Somebody copied an event with all its properties: the stamp finds the wrong one.
        manners.finds = Some("Theirs".to_owned());
        let lost = Ok(Reply::Unknown);
        manners.refused.insert("Ours".to_owned(), lost);
    }
    let new = kalends_hub::events::NewEvent {
        name: None,
        event: event("", "Ours", "2026-11-25T09:00:00"),
    };
    world
        .hub
        .create_event(&world.actor, world.calendars[0], new)
        .await
        .unwrap();
    let push = async || world.hub.push(&world.store, world.calendars[0]).await;
    push().await.unwrap();
    world.models[0].manners().refused.clear();
    push().await.unwrap();
    world.settle().await;
    assert_eq!(world.titles(0), ["Ours", "Theirs"]);
    assert_eq!(world.hub_titles(0).await, ["Ours", "Theirs"]);
}

async fn the_copy_of_a_mirror_is_not_taken_for_it(database: Database) {
    let world = mirrored(&database).await;
    let there = &world.models[1];
    there.manners().own_ids = true;
    make(&world, &["Dentist"]);
    world.pull(0).await;
    there.lossy.store(true, Ordering::Relaxed);
    world.push(1).await;
    there.lossy.store(false, Ordering::Relaxed);
    // Nobody has told us the id of what was made when somebody copies it, and the window lists the copy alone.
    let made = world.id_of(1, "Dentist");
    there.copy(&made, "own-copy", "copy@x");
    there.manners().unlisted.insert(made.clone());
    world.pull(1).await;
    there.manners().unlisted.clear();
    world.settle().await;
    world.models[0].edit("Dentist", |event| "Surgeon".clone_into(&mut event.title));
    world.settle().await;
    let titles: Vec<_> = there
        .living()
        .into_iter()
        .map(|(id, e)| (id, e.title))
        .collect();
    let expected = [(made, "Surgeon"), ("own-copy".to_owned(), "Dentist")];
    assert_eq!(titles, expected.map(|(id, title)| (id, title.to_owned())));
    assert_eq!(world.titles(0), ["Dentist", "Surgeon"]);
}

async fn what_was_refused_is_tried_again_when_a_person_asks(database: Database) {
    let world = mirrored(&database).await;
    let refusal = Ok(Reply::Refused("the account may not write".to_owned()));
    world.models[1].manners().refused = [("Bad".to_owned(), refusal)].into();
    make(&world, &["Bad"]);
    world.settle().await;
    world.models[1].manners().refused.clear();
    assert_eq!(world.settle().await, 0);
    world.sync_now().await;
    world.settle().await;
    assert_eq!(world.titles(1), ["Bad"]);
}
