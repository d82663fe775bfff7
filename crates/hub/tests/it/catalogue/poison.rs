//! Rows 61–66: events that cannot be written or read, odd texts, and versions and ids that say less than they should.

use std::sync::atomic::Ordering;

use calendar::Text;
use kalends_hub::Mask;
use providers::Failure;

use super::{is_at_rest, linked, mirrored, visit};
use crate::world::{Database, event};

both! {
    row_61_poison_event,
    row_62_texts_of_all_kinds,
    row_64_stored_without_a_version,
    row_65_the_same_version_and_another_body,
    row_66_id_used_again,
}

async fn row_61_poison_event(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    let odd = Err(Failure::Protocol("status 399".to_owned()));
    world.models[1].manners().refused = [("Bad".to_owned(), odd)].into();
    world.models[0].manners().malformed = ["worse".to_owned()].into();
    for title in ["Bad", "Good", "worse"] {
        world.models[0].put(title, event(title, title, "2026-11-24T09:00:00"));
    }
    world.pull(0).await;
    let asked = || world.models[1].asked.load(Ordering::Relaxed);
    let push = async || world.hub.push(&world.store, world.calendars[1]).await;
    for attempt in 1..=4 {
        let told = push().await.unwrap_err().to_string();
        assert!(told.contains("status 399"), "{attempt}: {told}");
    }
    assert_eq!(world.titles(1), ["Good"], "it holds up nobody");
    assert_eq!(asked(), 5);
    // The fifth time is the last one.
    push().await.unwrap();
    assert_eq!(asked(), 6);
    is_at_rest(&world).await;
    assert_eq!(asked(), 6);
    let parked = world.event(1, "Bad").await.parked.unwrap();
    assert!(
        parked.contains("5 times") && parked.contains("status 399"),
        "{parked}"
    );
    assert_eq!(world.view(0).await.unread, 1);
    // Another value is another attempt, at both.
    world.models[0].manners().malformed.clear();
    world.models[0].edit("Bad", |e| e.title = "Better".into());
    world.models[0].edit("worse", |e| e.title = "Mended".into());
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.titles(1), ["Better", "Good", "Mended"]);
    assert_eq!(world.event(1, "Better").await.parked, None);
    is_at_rest(&world).await;
}

async fn row_62_texts_of_all_kinds(database: Database) {
    let world = linked(&database, 2).await;
    let texts = [
        "👩‍👩‍👧‍👦 🦷 🏳️‍🌈",
        "Zahna\u{0308}rztin und Zahn\u{e4}rztin",
        "فحص الأسنان \u{202e}RTL\u{202c}",
        "one\r\ntwo\nthree\rfour\u{2028}five",
        "a, b; c\\n \"d\" <e> & \u{0} \u{7}",
        &format!("{}é{}", "x".repeat(74), "y".repeat(80)),
    ];
    for (i, text) in texts.iter().enumerate() {
        let mut odd = event(&format!("{i}@x"), text, "2026-11-24T09:00:00");
        odd.text = Text::plain(*text);
        world.models[0].put(&format!("e{i}"), odd);
    }
    assert_eq!(world.settle().await, texts.len());
    let mut wanted: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    wanted.sort();
    for model in 0..2 {
        assert_eq!(world.titles(model), wanted);
        assert_eq!(world.hub_titles(model).await, wanted);
        let living = world.models[model].living();
        assert!(
            living.iter().all(|(_, e)| e.text.content == e.title),
            "{model}"
        );
    }
    is_at_rest(&world).await;
    // Another spelling of the same letters is another text, and comes back as such.
    let mirror = world.id_of(1, texts[1]);
    world.models[1].edit(&mirror, |e| e.title = "Zahn\u{e4}rztin".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), world.titles(1));
    is_at_rest(&world).await;
}

async fn row_64_stored_without_a_version(database: Database) {
    let world = linked(&database, 2).await;
    world.models[1].manners().unread = true;
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 1, "it is read, not written again");
    for title in ["Second", "Third"] {
        world.models[0].edit("a", |e| e.title = title.into());
        assert_eq!(world.settle().await, 1);
        assert_eq!(world.titles(1), [title]);
    }
    // What somebody else does right after our write is seen.
    let mirror = world.id_of(1, "Third");
    world.models[1].edit(&mirror, |e| e.title = "Theirs".into());
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["Theirs"]);
    is_at_rest(&world).await;
    world.models[0].remove("a");
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(1).is_empty());
    is_at_rest(&world).await;
}

async fn row_65_the_same_version_and_another_body(database: Database) {
    let world = linked(&database, 2).await;
    for n in 0..25 {
        let (id, title) = (format!("{n}@x"), format!("Visit {n:02}"));
        world.models[0].put(&id, event(&id, &title, "2026-11-24T09:00:00"));
    }
    assert_eq!(world.settle().await, 25);
    world.models[0].edit_unseen("7@x", |e| e.title = "Moved to Friday".into());
    assert_eq!(world.settle().await, 0, "nobody could know");
    // Ten of the twenty-five are read every six hours.
    for _ in 0..3 {
        world.clock.advance(6 * 3600);
        world.settle().await;
    }
    for model in 0..2 {
        assert!(world.titles(model).contains(&"Moved to Friday".to_owned()));
    }
    let titles: Vec<String> = world.models[1]
        .wrote()
        .into_iter()
        .map(|(_, e)| e.title)
        .collect();
    assert_eq!(titles.len(), 26, "one write, of what was changed");
    assert_eq!(titles[25], "Moved to Friday");
    // What is known again is no news, and an edit of it goes back under the version that it has.
    let mirror = world.id_of(1, "Moved to Friday");
    world.models[1].edit(&mirror, |e| e.title = "Moved to Monday".into());
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(0).contains(&"Moved to Monday".to_owned()));
    is_at_rest(&world).await;
}

async fn row_66_id_used_again(database: Database) {
    let world = linked(&database, 2).await;
    world.models[0].put("a", visit());
    assert_eq!(world.settle().await, 1);
    let (old, mirror) = (world.event(0, "Visit").await, world.id_of(1, "Visit"));
    // It goes, and another event comes under its id, seen in one go and one after the other.
    world.models[0].remove("a");
    world.settle().await;
    world.models[0].put("a", event("other@x", "Other", "2026-12-01T09:00:00"));
    assert_eq!(world.settle().await, 1);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Other"]);
    }
    let new = world.event(0, "Other").await;
    assert_ne!(new.id, old.id);
    assert_ne!(world.id_of(1, "Other"), mirror);
    // What the old one was is not told of the new one.
    let gone = world.hub.event(&world.actor, old.id).await.unwrap();
    assert_eq!((gone.alive, gone.event.title.as_str()), (false, "Visit"));
    is_at_rest(&world).await;
}
