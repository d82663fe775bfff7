//! Nothing that comes along a link notifies anybody, unless a person or the link answers for it.

use calendar::{Address, Event, Person};
use kalends_hub::{
    Error, EventView, LinkId, Mask, Precondition, Role,
    links::{LinkChange, LinkEdit},
};

use crate::{
    filters,
    world::{Database, World, event},
};

both! {
    a_change_that_would_notify_people_is_held_and_says_how_many,
    what_is_held_is_sent_once,
    what_is_held_is_let_go_where_it_came_from_too,
    a_link_may_notify,
    a_deletion_is_a_message_and_can_be_sent_or_let_go,
    an_event_that_would_be_made_again_invites_nobody,
    a_calendars_owner_is_nobody_to_notify,
    what_somebody_else_organises_is_made_again_as_a_copy_of_theirs,
}

/// A meeting with guests at a provider that notifies them, mirrored at another one.
async fn meeting(database: &Database, guests: &[&str]) -> World {
    let world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].manners().mails = true;
    let mut meeting = event("m@x", "Board", "2026-11-24T09:00:00");
    for guest in guests {
        meeting
            .people
            .insert(Address::new(guest), Person::default());
    }
    world.models[0].put("m", meeting);
    world.settle().await;
    world
}

const GUESTS: [&str; 2] = ["guest@example.com", "other@example.com"];

/// The title at the other provider, from where it comes back to the meeting.
async fn retitle(world: &World, title: &str) -> usize {
    let (id, _) = world.models[1].living().remove(0);
    world.models[1].edit(&id, |e| e.title = title.into());
    world.settle().await
}

async fn held(world: &World) -> EventView {
    let mut all = world.hub.held_writes(&world.actor).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn allow(world: &World, link: LinkId, allowed: bool) {
    let change = LinkChange {
        allow_notify: Some(allowed),
        ..LinkChange::default()
    };
    world.change(link, change).await;
    world.settle().await;
}

async fn the_link(world: &World) -> LinkId {
    world.hub.links(&world.actor).await.unwrap()[0].link.id
}

async fn a_change_that_would_notify_people_is_held_and_says_how_many(database: Database) {
    let world = meeting(&database, &GUESTS).await;
    assert_eq!(retitle(&world, "Board, later").await, 0);
    assert_eq!(world.titles(0), ["Board"], "nobody is told");
    let held = held(&world).await;
    assert_eq!(held.event.title, "Board, later");
    assert_eq!(held.notifies, Some(2));
    let reason = held.parked.as_deref().unwrap();
    assert!(
        reason.starts_with("held: this will notify 2 people"),
        "{reason}"
    );
    // What a person changes in that very calendar is theirs to answer for.
    let edit = |e: &mut Event| {
        e.title = "Board, at noon".into();
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, held.id, Precondition::None, edit);
    edited.await.unwrap();
    world.settle().await;
    assert_eq!(world.titles(0), ["Board, at noon"]);
    assert!(
        world
            .hub
            .held_writes(&world.actor)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn what_is_held_is_sent_once(database: Database) {
    let world = meeting(&database, &GUESTS).await;
    retitle(&world, "Board, later").await;
    let event = held(&world).await.id;
    world.hub.confirm_notice(&world.actor, event).await.unwrap();
    assert_eq!(world.settle().await, 1);
    assert_eq!(world.titles(0), ["Board, later"]);
    let why = world.hub.why(&world.actor, event).await.unwrap();
    let sent = why
        .iter()
        .find(|entry| entry.calendar == world.calendars[0]);
    let sent = sent.unwrap();
    assert_eq!((sent.rule, sent.link), ("L2", Some(the_link(&world).await)));
    // There is nothing more to send, and the next change is held again.
    for again in [
        world.hub.confirm_notice(&world.actor, event).await,
        world.hub.dismiss_notice(&world.actor, event).await,
    ] {
        assert!(matches!(again, Err(Error::Stale)));
    }
    assert_eq!(retitle(&world, "Board, at noon").await, 0);
    assert_eq!(world.titles(0), ["Board, later"]);
}

async fn what_is_held_is_let_go_where_it_came_from_too(database: Database) {
    let world = meeting(&database, &GUESTS).await;
    retitle(&world, "Board, later").await;
    let event = held(&world).await.id;
    world.hub.dismiss_notice(&world.actor, event).await.unwrap();
    assert_eq!(world.settle().await, 1, "where it came from");
    for calendar in 0..2 {
        assert_eq!(world.titles(calendar), ["Board"]);
        assert_eq!(world.hub_titles(calendar).await, ["Board"]);
    }
    // It can be undone; then a person has asked for it.
    let logged = world.hub.changes(&world.actor, 0, 1_000).await.unwrap().0;
    let last = logged.iter().rfind(|l| l.change.subject == event.0);
    let position = last.unwrap().position;
    world.hub.undo(&world.actor, position).await.unwrap();
    assert_eq!(world.settle().await, 2);
    for calendar in 0..2 {
        assert_eq!(world.titles(calendar), ["Board, later"]);
    }
}

async fn a_link_may_notify(database: Database) {
    let world = meeting(&database, &GUESTS).await;
    retitle(&world, "Board, later").await;
    let link = the_link(&world).await;
    allow(&world, link, true).await;
    assert_eq!(world.titles(0), ["Board, later"], "what was held is sent");
    retitle(&world, "Board, at noon").await;
    assert_eq!(world.titles(0), ["Board, at noon"]);
    allow(&world, link, false).await;
    retitle(&world, "Board, at one").await;
    assert_eq!(world.titles(0), ["Board, at noon"]);
    // From the beginning, too.
    let world = World::new(&database, 2).await;
    world.models[0].manners().mails = true;
    let all = Mask::everything;
    let edit = LinkEdit {
        name: "Link".to_owned(),
        pilot: false,
        allow_notify: true,
        on_conflict: kalends_hub::OnConflict::Newest,
        members: world.members(&[(0, Role::Both, all()), (1, Role::Both, all())]),
    };
    let made = world.hub.create_link(&world.actor, edit).await.unwrap();
    assert!(made.link.allow_notify);
    let mut meeting = event("m@x", "Board", "2026-11-24T09:00:00");
    let guest = Address::new(GUESTS[0]);
    meeting.people.insert(guest, Person::default());
    world.models[0].put("m", meeting);
    world.settle().await;
    retitle(&world, "Board, later").await;
    assert_eq!(world.titles(0), ["Board, later"]);
}

async fn a_deletion_is_a_message_and_can_be_sent_or_let_go(database: Database) {
    for sent in [true, false] {
        let world = meeting(&database, &GUESTS).await;
        world.models[1].remove(&world.id_of(1, "Board"));
        assert_eq!(world.settle().await, 0);
        assert_eq!(world.titles(0), ["Board"], "nobody is uninvited");
        let held = held(&world).await;
        assert_eq!((held.alive, held.notifies), (false, Some(2)));
        if sent {
            world
                .hub
                .confirm_notice(&world.actor, held.id)
                .await
                .unwrap();
            assert_eq!(world.settle().await, 1);
            assert!(world.titles(0).is_empty() && world.titles(1).is_empty());
        } else {
            world
                .hub
                .dismiss_notice(&world.actor, held.id)
                .await
                .unwrap();
            assert_eq!(world.settle().await, 1, "the mirror comes back");
            for calendar in 0..2 {
                assert_eq!(world.titles(calendar), ["Board"]);
                assert_eq!(world.hub_titles(calendar).await, ["Board"]);
            }
        }
    }
}

async fn an_event_that_would_be_made_again_invites_nobody(database: Database) {
    for sent in [true, false] {
        let world = meeting(&database, &GUESTS).await;
        // Cancelled where it was made, while somebody edits the mirror: the edit brings it back (L4).
        world.models[0].remove("m");
        world.pull(0).await;
        retitle(&world, "Board, later").await;
        assert!(world.titles(0).is_empty(), "nobody is invited again");
        let held = held(&world).await;
        assert_eq!((held.there, held.notifies), (false, Some(2)));
        if sent {
            world
                .hub
                .confirm_notice(&world.actor, held.id)
                .await
                .unwrap();
            world.settle().await;
            assert_eq!(world.titles(0), ["Board, later"]);
        } else {
            world
                .hub
                .dismiss_notice(&world.actor, held.id)
                .await
                .unwrap();
            world.settle().await;
            assert!(world.titles(0).is_empty() && world.titles(1).is_empty());
        }
    }
}

async fn a_calendars_owner_is_nobody_to_notify(database: Database) {
    let owner = "owner@example.com";
    for (guests, notified) in [(vec![owner, GUESTS[0]], Some(1)), (vec![owner], None)] {
        let world = meeting(&database, &guests).await;
        filters::name(&world, 0, owner).await;
        retitle(&world, "Board, later").await;
        if notified.is_some() {
            assert_eq!(held(&world).await.notifies, notified);
        } else {
            assert_eq!(world.titles(0), ["Board, later"]);
        }
    }
}

async fn what_somebody_else_organises_is_made_again_as_a_copy_of_theirs(database: Database) {
    let owner = "owner@example.com";
    for (organizer, copies) in [("boss@example.com", &["Board, later"][..]), (owner, &[])] {
        let world = meeting(&database, &[]).await;
        filters::name(&world, 0, owner).await;
        world.models[0].manners().mails = false;
        let organizer = Address::new(organizer);
        world.models[0].edit("m", |e| {
            let organizes = Person {
                organizer: true,
                ..Person::default()
            };
            e.people.insert(organizer.clone(), organizes);
        });
        world.settle().await;
        // It goes where it was, while somebody edits the mirror: the edit brings it back (L4).
        world.models[0].remove("m");
        world.pull(0).await;
        retitle(&world, "Board, later").await;
        assert_eq!(world.titles(0), ["Board, later"]);
        assert_eq!(*world.models[0].imported.lock().unwrap(), copies);
        assert!(world.models[1].imported.lock().unwrap().is_empty());
    }
}
