//! Rows 41–48: people are never written to without being asked, and what is private stays so.

use calendar::{
    Address, Duration, Event, Frequency, Participation, Person, Privacy, Rule, Status, Text, Unit,
    When,
};
use kalends_hub::{Mask, Role};
use providers::Failure;
use sync::replication::Reply;

use super::{is_at_rest, linked, mirrored, visit};
use crate::world::{Database, World, event};

both! {
    row_41_mirror_mails_nobody,
    row_42_update_is_made_in_place,
    row_43_organisers_and_attendees_copies_both_linked,
    row_44_answer_on_a_mirror,
    row_45_source_called_off,
    row_46_private_event_mirrored,
    row_47_public_turned_private,
    row_47_turned_private_where_that_is_not_told_and_the_last_other_copy_goes,
    row_48_private_words_nowhere,
}

/// An event with somebody who invites and somebody who is invited.
fn meeting() -> Event {
    let mut event = event("m@x", "Board", "2026-11-24T09:00:00");
    let host = Person {
        organizer: true,
        participation: Participation::Accepted,
        ..Person::default()
    };
    event.people.insert(Address::new("host@example.com"), host);
    event
        .people
        .insert(Address::new("guest@example.com"), Person::default());
    event
}

fn mails(world: &World) -> Vec<usize> {
    let mails = world.models.iter().map(|m| &m.mails);
    mails
        .map(|m| m.load(std::sync::atomic::Ordering::Relaxed))
        .collect()
}

async fn row_41_mirror_mails_nobody(database: Database) {
    let world = linked(&database, 2).await;
    for model in &world.models {
        // Whatever is written of an event with people is told them.
        model.manners().mails = true;
    }
    world.models[0].put("m", meeting());
    assert_eq!(world.settle().await, 1);
    let mirror = world.id_of(1, "Board");
    assert!(world.models[1].living()[0].1.people.is_empty());
    world.models[0].edit("m", |e| e.title = "Board, room 2".into());
    assert_eq!(world.settle().await, 1);
    // What somebody does to the mirror is not written to the meeting itself: that would be told.
    world.models[1].edit(&mirror, |e| e.text = Text::plain("Take the slides"));
    assert_eq!(world.settle().await, 0);
    world.models[1].remove(&mirror);
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.titles(0), ["Board, room 2"]);
    assert!(world.models[0].log().is_empty());
    assert_eq!(mails(&world), [0, 0]);
    is_at_rest(&world).await;
}

async fn row_42_update_is_made_in_place(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    world.models[0].put("a", visit());
    world.settle().await;
    let mirror = world.id_of(1, "Visit");
    let edits: [fn(&mut Event); 6] = [
        |e| e.title = "Visit".into(),
        |e| e.when = When::all_day("2026-11-25".parse().unwrap(), 2),
        |e| e.rules = vec![Rule::every(Frequency::Weekly)],
        |e| e.when = event("", "", "2026-12-24T18:00:00").when,
        |e| e.rules.clear(),
        |e| e.when = e.when.starting_at("2026-12-25T18:00:00".parse().unwrap()),
    ];
    for edit in &edits {
        world.models[0].edit("a", edit);
        world.settle().await;
        assert_eq!(world.id_of(1, "Visit"), mirror);
        let (here, there) = (world.models[0].living(), world.models[1].living());
        assert_eq!(
            (&here[0].1.when, &here[0].1.rules),
            (&there[0].1.when, &there[0].1.rules)
        );
    }
    let update = format!("update {mirror}");
    let log = world.models[1].log();
    assert_eq!(
        log.len(),
        edits.len(),
        "one made, the first edit changed nothing"
    );
    assert!(log[1..].iter().all(|write| *write == update), "{log:?}");
    is_at_rest(&world).await;
}

async fn row_43_organisers_and_attendees_copies_both_linked(database: Database) {
    let world = World::new(&database, 2).await;
    for model in &world.models {
        model.manners().mails = true;
        model.put("m", meeting());
    }
    world.settle().await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    assert_eq!(world.writes(), 0);
    let linked = world.event(0, "Board").await.linked;
    assert!(linked.is_some() && world.event(1, "Board").await.linked == linked);
    // The providers tell each other of a change; we need not.
    for model in &world.models {
        model.edit("m", |e| e.when = event("", "", "2026-11-25T09:00:00").when);
    }
    assert_eq!(world.settle().await, 0);
    for model in 0..2 {
        assert_eq!(world.titles(model), ["Board"]);
        assert_eq!(world.models[model].living()[0].1.people, meeting().people);
    }
    assert_eq!(mails(&world), [0, 0]);
    is_at_rest(&world).await;
}

async fn row_44_answer_on_a_mirror(database: Database) {
    let world = linked(&database, 2).await;
    world.models[0].put("m", meeting());
    assert_eq!(world.settle().await, 1);
    // An answer that somebody gives on the mirror, and one on an invitation of one's own under the same UID.
    let mirror = world.id_of(1, "Board");
    let answer = |e: &mut Event| {
        let guest = Person {
            participation: Participation::Declined,
            ..Person::default()
        };
        e.people.insert(Address::new("guest@example.com"), guest);
    };
    world.models[1].edit(&mirror, answer);
    assert_eq!(world.settle().await, 0);
    let mut invitation = meeting();
    answer(&mut invitation);
    world.models[1].put("i", invitation);
    assert_eq!(world.settle().await, 1, "the mirror gives way");
    assert_eq!(world.titles(1), ["Board"]);
    world.models[1].edit("i", |e| e.people.clear());
    assert_eq!(world.settle().await, 0);
    assert_eq!(world.models[0].living()[0].1.people, meeting().people);
    assert!(world.models[0].log().is_empty());
    is_at_rest(&world).await;
}

async fn row_45_source_called_off(database: Database) {
    let world = mirrored(&database, Mask::busy("Away")).await;
    world.models[0].put("m", meeting());
    assert_eq!(world.settle().await, 1);
    // It is still shown, struck through, where it was called off.
    world.models[0].edit("m", |e| e.status = Status::Cancelled);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["Board"]);
    assert!(world.titles(1).is_empty());
    is_at_rest(&world).await;
    // Nobody called it off after all; then it goes altogether.
    world.models[0].edit("m", |e| e.status = Status::Confirmed);
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(1), ["Away"]);
    world.models[0].remove("m");
    assert_eq!(world.settle().await, 1);
    assert!(world.titles(1).is_empty());
    // One that was called off before anybody saw it is never mirrored.
    let mut late = visit();
    late.status = Status::Cancelled;
    world.models[0].put("a", late);
    assert_eq!(world.settle().await, 0);
    assert!(world.models[0].log().is_empty());
    is_at_rest(&world).await;
}

/// Something that nobody else may read.
fn therapy(privacy: Privacy) -> Event {
    let mut secret = event("p@x", "Therapy XYZZY", "2026-11-24T09:00:00");
    secret.text = Text::plain("XYZZY");
    secret.places = vec![calendar::Place::named("XYZZY")];
    secret.privacy = privacy;
    secret
}

fn leaks(world: &World) -> bool {
    format!("{:?}", world.models[1].living()).contains("XYZZY")
}

async fn row_46_private_event_mirrored(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    for privacy in [Privacy::Private, Privacy::Secret] {
        world.models[0].put("p", therapy(privacy));
        assert_eq!(world.settle().await, 1);
        let (_, block) = world.models[1].living().remove(0);
        assert_eq!(block.when, therapy(privacy).when);
        assert!(!leaks(&world), "{block:?}");
        // What is private is nobody's write.
        world.models[0].edit("p", |e| e.text = Text::plain("XYZZY, next time at ten"));
        assert_eq!(world.settle().await, 0);
        world.models[0].remove("p");
        assert_eq!(world.settle().await, 1);
    }
    is_at_rest(&world).await;
}

async fn row_47_public_turned_private(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    world.models[0].put("p", therapy(Privacy::Public));
    world.models[0].put("z", event("z@x", "Afterwards", "2026-11-25T09:00:00"));
    assert_eq!(world.settle().await, 2);
    assert!(leaks(&world));
    let mirror = world.id_of(1, "Therapy XYZZY");
    world.models[0].edit("p", |e| e.privacy = Privacy::Private);
    assert_eq!(world.settle().await, 1);
    assert!(!leaks(&world));
    assert_eq!(
        world.models[1].log().last(),
        Some(&format!("update {mirror}"))
    );
    is_at_rest(&world).await;
}

async fn row_47_turned_private_where_that_is_not_told_and_the_last_other_copy_goes(
    database: Database,
) {
    let world = World::new(&database, 3).await;
    let shown = |units: &[Unit]| Mask {
        kind: kalends_hub::MaskKind::Fields(units.iter().cloned().collect()),
        ..Mask::everything()
    };
    for model in [0, 2] {
        world.models[model].put("p", therapy(Privacy::Public));
        world.pull(model).await;
    }
    world
        .link(&[
            (0, Role::Source, shown(&[Unit::Title, Unit::Place])),
            (1, Role::Target, Mask::everything()),
            (2, Role::Target, shown(&[Unit::Title])),
        ])
        .await;
    world.settle().await;
    // Its calendar does not tell that it is private, and somebody else has it anyway.
    world.models[0].edit("p", |e| e.privacy = Privacy::Private);
    world.settle().await;
    assert!(leaks(&world));
    world.models[2].remove("p");
    world.settle().await;
    assert_eq!(world.models[1].living().len(), 1);
    assert!(!leaks(&world));
}

async fn row_48_private_words_nowhere(database: Database) {
    let world = mirrored(&database, Mask::everything()).await;
    let mut told = Vec::new();
    // Whatever goes wrong with it is told without its words.
    let wrong: [Result<Reply, Failure>; 3] = [
        Ok(Reply::Refused("start: is no time".to_owned())),
        Err(Failure::Protocol("status 399".to_owned())),
        Err(Failure::Forbidden("insufficientPermissions".to_owned())),
    ];
    world.models[0].put("p", therapy(Privacy::Public));
    world.pull(0).await;
    for answer in wrong {
        world.models[1].manners().refused = [("Therapy XYZZY".to_owned(), answer)].into();
        world.sync_now().await;
        // As often as it takes for it to be put aside.
        for _ in 0..5 {
            let pushed = world.hub.push(&world.store, world.calendars[1]).await;
            told.extend(pushed.err().map(|error| format!("{error} {error:?}")));
        }
        told.extend(world.event(1, "Therapy XYZZY").await.parked);
        told.extend(world.view(1).await.message);
    }
    assert_eq!(told.len(), 10, "{told:?}");
    assert!(told.iter().all(|text| !text.contains("XYZZY")), "{told:?}");
    // Until then nobody has seen it, and as a private event nobody ever does.
    world.models[1].manners().refused.clear();
    world.models[0].edit("p", |e| {
        e.privacy = Privacy::Private;
        e.when = When::zoned(
            "2026-11-25T09:00:00".parse().unwrap(),
            calendar::Zone::utc(),
            Duration::hours(1),
        );
    });
    world.sync_now().await;
    assert_eq!(world.settle().await, 1);
    assert!(!leaks(&world));
    is_at_rest(&world).await;
}
