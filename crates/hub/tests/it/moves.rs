//! Events that people move to or from a calendar that is away from the link, or there and back before anybody has looked
//! (L4, L7, R10). Each was a life of the simulation with the whole hub.

use std::sync::atomic::Ordering;

use calendar::{Frequency, Override, Patch, Privacy, RecurrenceId, Rule, Text, Unit};
use kalends_hub::{
    EnclosureKind, Error, LinkId, Mask, MaskKind, Precondition, Role, events::NewEvent,
    links::LinkChange,
};
use providers::Failure;

use crate::world::{Database, World, event};

both! {
    moved_to_a_calendar_that_is_away_whose_mirror_was_edited,
    moved_to_a_calendar_that_is_away_and_nothing_else,
    moved_to_a_calendar_that_is_away_before_anybody_has_looked,
    moved_from_a_target_to_its_source_that_is_away,
    moved_there_and_back_while_an_edit_waited,
    moved_while_nobody_could_look,
    moved_there_and_back_to_where_it_waits,
    moved_there_and_back_before_its_making_was_heard_of,
    moved_in_the_hub,
    edited_while_away_and_then_moved,
    moved_to_a_target_and_revived_by_another_calendar,
    moved_to_a_target_and_back_while_an_edit_waited,
    moved_to_a_calendar_in_which_it_is_private_and_that_does_not_tell,
    deleted_by_the_last_who_had_it_too_when_it_had_turned_private,
    brought_back_to_a_target_after_its_source_deleted_it,
    revived_beside_the_same_invitation_that_turned_up_meanwhile,
}

async fn linked(database: &Database, roles: &[Role]) -> (World, LinkId) {
    let world = World::new(database, roles.len()).await;
    let all = roles.iter().enumerate();
    let all: Vec<_> = all
        .map(|(i, role)| (i, *role, Mask::everything()))
        .collect();
    let link = world.link(&all).await;
    (world, link)
}

async fn set_away(world: &World, link: LinkId, model: usize, away: bool) {
    let links = world.hub.links(&world.actor).await.unwrap();
    let mut members = links[0].link.members.clone();
    let here = members
        .iter_mut()
        .filter(|m| m.calendar == world.calendars[model]);
    here.for_each(|member| member.away = away);
    let change = LinkChange {
        members: Some(members),
        ..LinkChange::default()
    };
    world.change(link, change).await;
}

/// A person takes an event along to another calendar.
fn carry(world: &World, id: &str, from: usize, to: usize, new: &str) {
    let all = world.models[from].living();
    let (_, body) = all.into_iter().find(|(there, _)| there == id).unwrap();
    world.models[to].put(new, body);
    world.models[from].remove(id);
}

/// Somebody writes a text in the hub.
async fn edit_here(world: &World, calendar: usize, text: &str) {
    let id = world.event(calendar, "Visit").await.id;
    let text = Text::plain(text);
    let edit = move |event: &mut calendar::Event| {
        event.text = text;
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, id, Precondition::None, edit);
    edited.await.unwrap();
}

/// Everybody has the visit once, with this text, and nothing more is written.
async fn is_one(world: &World, text: &str) {
    world.settle().await;
    for model in 0..world.models.len() {
        let there = world.models[model].living();
        let [(_, visit)] = &there[..] else {
            panic!("not one at {model}: {there:?}");
        };
        assert_eq!(visit.title, "Visit", "{model}");
        assert_eq!(visit.text, Text::plain(text), "{model}");
    }
}

const VISIT: &str = "2026-11-24T09:00:00";

/// 705671, 709430: the mirror that waited brought the dead event back to life, and what had been moved was another one.
async fn moved_to_a_calendar_that_is_away_whose_mirror_was_edited(database: Database) {
    let (world, link) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.pull(0).await;
    set_away(&world, link, 1, true).await;
    carry(&world, "a", 0, 1, "b");
    edit_here(&world, 1, "Noted").await;
    world.pull(0).await;
    world.pull(1).await;
    set_away(&world, link, 1, false).await;
    is_one(&world, "Noted").await;
    assert_eq!(world.id_of(1, "Visit"), "b");
}

/// 709757: what a listing lacked could not be looked at, and the next listings said nothing of it: when somebody could look,
/// hours later, it seemed to have gone long after it had turned up in its new calendar.
async fn moved_while_nobody_could_look(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.settle().await;
    carry(&world, "a", 0, 1, "b");
    let odd = Failure::Protocol("nobody understands this".to_owned());
    let manners = || world.models[0].manners();
    manners().unreadable.insert("a".to_owned(), odd);
    world.models[0].expired.store(true, Ordering::Relaxed);
    world.pull(0).await;
    world.pull(1).await;
    world.pull(0).await;
    world.clock.advance(2 * 3_600);
    world.pull(0).await;
    manners().unreadable.clear();
    world.clock.advance(24 * 3_600);
    is_one(&world, "").await;
    assert_eq!(world.id_of(1, "Visit"), "b");
}

/// The event that has died lives on where it was moved to.
async fn moved_to_a_calendar_that_is_away_and_nothing_else(database: Database) {
    let (world, link) = linked(&database, &[Role::Both, Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.settle().await;
    set_away(&world, link, 1, true).await;
    let (here, other) = (world.id_of(1, "Visit"), world.event(2, "Visit").await.id);
    carry(&world, "a", 0, 1, "b");
    world.models[1].remove(&here);
    world.pull(0).await;
    world.pull(1).await;
    set_away(&world, link, 1, false).await;
    is_one(&world, "").await;
    assert_eq!(world.id_of(1, "Visit"), "b");
    // It is the same linked event: the mirror that had gone with the old copy is back.
    assert_eq!(world.event(2, "Visit").await.id, other);
}

/// The deletion in its old calendar is half of a move, though the other half was seen while its calendar was away.
async fn moved_to_a_calendar_that_is_away_before_anybody_has_looked(database: Database) {
    let (world, link) = linked(&database, &[Role::Both, Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.pull(0).await;
    set_away(&world, link, 1, true).await;
    carry(&world, "a", 0, 1, "b");
    world.pull(1).await;
    set_away(&world, link, 1, false).await;
    is_one(&world, "").await;
    assert_eq!(world.id_of(1, "Visit"), "b");
}

/// 705949: the source's event and the one that its target still has are one, whatever somebody edits in the old calendar, not
/// knowing of the move; and the deletion there is the other half of it.
async fn moved_from_a_target_to_its_source_that_is_away(database: Database) {
    for edits in [None, Some("Noted")] {
        let (world, link) = linked(&database, &[Role::Source, Role::Target]).await;
        world.models[1].put("a", event("a@x", "Visit", VISIT));
        world.settle().await;
        set_away(&world, link, 0, true).await;
        carry(&world, "a", 1, 0, "b");
        if let Some(text) = edits {
            edit_here(&world, 1, text).await;
        }
        world.pull(0).await;
        set_away(&world, link, 0, false).await;
        is_one(&world, "").await;
        let kept = world.conflicts().await;
        let texts = kept.iter().filter(|kept| kept.conflict.unit == Unit::Text);
        assert_eq!(texts.count(), edits.iter().count());
    }
}

/// 702876, 706666: the event that an edit kept alive was made again beside the one that had come back.
async fn moved_there_and_back_while_an_edit_waited(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.pull(0).await;
    edit_here(&world, 0, "Noted").await;
    carry(&world, "a", 0, 1, "b");
    world.pull(1).await;
    carry(&world, "b", 1, 0, "c");
    world.push(0).await;
    is_one(&world, "Noted").await;
    assert_eq!(world.id_of(0, "Visit"), "c");
}

/// 704249: an edit of its mirror brings the event back that has gone, and with it its copy, which waits to be made again. What then
/// turns up there is half of a further move.
async fn moved_there_and_back_to_where_it_waits(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.settle().await;
    let mirror = world.id_of(1, "Visit");
    world.models[1].edit(&mirror, |event| event.text = Text::plain("Noted"));
    carry(&world, "a", 0, 1, "b");
    world.pull(0).await;
    world.pull(1).await;
    world.push(1).await;
    carry(&world, "b", 1, 0, "c");
    world.pull(0).await;
    world.clock.advance(2 * 3_600);
    is_one(&world, "Noted").await;
    assert_eq!(world.id_of(0, "Visit"), "c");
}

/// 27082693: it was made here, and nobody heard that it had been. What came back was another event to the hub, and its own was
/// made again.
async fn moved_there_and_back_before_its_making_was_heard_of(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[0].manners().late = true;
    let event = event("a@x", "Visit", VISIT);
    let new = NewEvent { name: None, event };
    let made = world
        .hub
        .create_event(&world.actor, world.calendars[0], new);
    made.await.unwrap();
    world.push(0).await;
    world.models[0].manners().late = false;
    world.models[0].deliver();
    let id = world.id_of(0, "Visit");
    let noted = |event: &mut calendar::Event| event.text = Text::plain("Noted");
    world.models[0].edit(&id, noted);
    // Of what was made and went since its cursor its feed tells nothing.
    world.models[0].manners().unlisted.insert(id.clone());
    carry(&world, &id, 0, 1, "b");
    world.pull(1).await;
    carry(&world, "b", 1, 0, "c");
    world.pull(0).await;
    is_one(&world, "Noted").await;
    assert_eq!(world.id_of(0, "Visit"), "c");
}

/// Both halves at once: the event stays the same linked event, and there is one everywhere.
async fn moved_in_the_hub(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Both, Role::Both]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.settle().await;
    let (moved, mirror) = (world.event(0, "Visit").await, world.event(2, "Visit").await);
    let to = world.calendars[1];
    let none = Precondition::None;
    let here = world
        .hub
        .move_event(&world.actor, moved.id, moved.calendar, none);
    assert!(matches!(here.await, Err(Error::Invalid { .. })));
    let (file, note) = (EnclosureKind::File, serde_json::json!({"name": "a.txt"}));
    let enclosed = world.hub.enclose(&world.actor, moved.id, file, note);
    let enclosed = enclosed.await.unwrap();
    let there = world.hub.move_event(&world.actor, moved.id, to, none);
    let there = there.await.unwrap();
    assert_eq!((there.calendar, there.event.uid.as_str()), (to, "a@x"));
    is_one(&world, "").await;
    assert_eq!(world.event(1, "Visit").await.id, there.id);
    assert_eq!(world.event(2, "Visit").await.id, mirror.id);
    let old = world.hub.event(&world.actor, moved.id).await.unwrap();
    assert!(!old.alive);
    // What was beside it is beside it there, and no mirror has it.
    let beside = async |id| world.hub.enclosures(&world.actor, id, file).await.unwrap();
    assert_eq!(beside(there.id).await[0].id, enclosed.id);
    assert!(beside(moved.id).await.is_empty() && beside(mirror.id).await.is_empty());
}

/// 707765: what was edited while its calendar was away, and gave way when that came back, is kept.
async fn edited_while_away_and_then_moved(database: Database) {
    let (world, link) = linked(&database, &[Role::Both, Role::Both, Role::Both]).await;
    world.models[2].put("a", event("a@x", "Visit", VISIT));
    world.settle().await;
    let id = world.event(2, "Visit").await.id;
    let deleted = world
        .hub
        .delete_event(&world.actor, id, Precondition::None)
        .await;
    deleted.unwrap();
    set_away(&world, link, 2, true).await;
    world.models[2].edit("a", |event| event.text = Text::plain("Noted"));
    world.pull(2).await;
    carry(&world, "a", 2, 1, "b");
    world.pull(2).await;
    set_away(&world, link, 2, false).await;
    world.settle().await;
    let texts: Vec<Text> = (0..3)
        .flat_map(|model| world.models[model].living())
        .map(|(_, event)| event.text)
        .collect();
    let kept = world.conflicts().await;
    let is_kept = kept
        .iter()
        .any(|kept| kept.conflict.local.text == Text::plain("Noted"));
    assert_eq!(texts.len(), 3);
    assert!(
        is_kept || texts.contains(&Text::plain("Noted")),
        "{texts:?}"
    );
}

/// 801876: a calendar that comes back brings a dead event to life that was moved to a target.
async fn moved_to_a_target_and_revived_by_another_calendar(database: Database) {
    let roles = [Role::Both, Role::Both, Role::Target];
    let (world, link) = linked(&database, &roles).await;
    world.models[1].put("a", event("a@x", "Visit", VISIT));
    world.pull(1).await;
    set_away(&world, link, 0, true).await;
    carry(&world, "a", 1, 2, "b");
    world.pull(1).await;
    world.pull(2).await;
    edit_here(&world, 0, "Noted").await;
    set_away(&world, link, 0, false).await;
    is_one(&world, "Noted").await;
    assert_eq!(world.id_of(2, "Visit"), "b");
}

/// 1004356: whoever moves it back brings the dead event to life before it is known that it has gone from the target.
async fn moved_to_a_target_and_back_while_an_edit_waited(database: Database) {
    let (world, _) = linked(&database, &[Role::Both, Role::Target]).await;
    world.models[0].put("a", event("a@x", "Visit", VISIT));
    world.pull(0).await;
    carry(&world, "a", 0, 1, "b");
    world.pull(1).await;
    edit_here(&world, 1, "Noted").await;
    carry(&world, "b", 1, 0, "c");
    world.pull(0).await;
    world.settle().await;
    assert_eq!(world.titles(0), ["Visit"]);
    assert_eq!(world.titles(1), ["Visit"]);
    assert_eq!(world.settle().await, 0);
}

/// 8365190: what nobody else may know of an occurrence goes from the others once its new calendar speaks for it.
async fn moved_to_a_calendar_in_which_it_is_private_and_that_does_not_tell(database: Database) {
    let world = World::new(&database, 3).await;
    let titles = Mask {
        kind: MaskKind::Fields([Unit::Title].into()),
        ..Mask::everything()
    };
    let all = (Role::Both, Mask::everything());
    let members = [
        (0, Role::Both, titles),
        (1, all.0, all.1.clone()),
        (2, all.0, all.1),
    ];
    world.link(&members).await;
    let mut series = event("a@x", "Visit", VISIT);
    series.rules.push(Rule::every(Frequency::Weekly));
    let first: RecurrenceId = VISIT.parse().unwrap();
    let said = move |privacy| {
        let title = Some("Biopsy".to_owned());
        let patch = Patch {
            title,
            privacy,
            ..Patch::default()
        };
        Override::Patch(Box::new(patch))
    };
    series.overrides.insert(first, said(None));
    world.models[2].put("a", series);
    world.settle().await;
    let shown = |model: usize| {
        world.models[model].living()[0]
            .1
            .occurrence(first)
            .unwrap()
            .title
    };
    assert_eq!(shown(1), "Biopsy");
    let secret = Some(Privacy::Secret);
    world.models[2].edit("a", |event| {
        drop(event.overrides.insert(first, said(secret)));
    });
    carry(&world, "a", 2, 0, "b");
    // It is seen there before it is known to be gone.
    world.pull(0).await;
    world.pull(2).await;
    world.settle().await;
    assert_eq!(shown(0), "Biopsy");
    for model in 1..3 {
        assert_ne!(shown(model), "Biopsy", "{model}");
        assert_eq!(world.titles(model), ["Visit"]);
    }
    assert_eq!(world.settle().await, 0);
}

/// 12202435: it looks like a move, since the event has just come back in its own calendar under another id. What stayed in the link
/// for the sake of the copy that went goes with it all the same.
async fn deleted_by_the_last_who_had_it_too_when_it_had_turned_private(database: Database) {
    let world = World::new(&database, 2).await;
    let titles = Mask {
        kind: MaskKind::Fields([Unit::Title].into()),
        ..Mask::everything()
    };
    for model in 0..2 {
        world.models[model].put("a", event("a@x", "Visit", VISIT));
        world.pull(model).await;
    }
    let id = world.event(0, "Visit").await.id;
    let said = |event: &mut calendar::Event| {
        event.title = "Biopsy".into();
        Ok(())
    };
    let edited = world
        .hub
        .edit_event(&world.actor, id, Precondition::None, said);
    edited.await.unwrap();
    let mut own = event("a@x", "Visit", VISIT);
    own.privacy = Privacy::Secret;
    world.models[0].remove("a");
    world.models[0].put("b", own);
    world.models[1].remove("a");
    let members = [(0, Role::Both, titles), (1, Role::Both, Mask::everything())];
    world.link(&members).await;
    world.pull(0).await;
    world.pull(1).await;
    world.settle().await;
    assert_eq!(world.titles(0), ["Biopsy"]);
    assert_eq!(world.titles(1), ["Busy"]);
    assert_eq!(world.settle().await, 0);
}

async fn revived_beside_the_same_invitation_that_turned_up_meanwhile(database: Database) {
    let (world, link) = linked(&database, &[Role::Both, Role::Both]).await;
    world.models[1].put("a", event("a@x", "Visit", "2026-11-24T09:00:00"));
    world.settle().await;
    set_away(&world, link, 1, true).await;
    // Whoever is there deletes the mirror and is invited after that.
    world.models[0].remove(&world.id_of(0, "Visit"));
    world.settle().await;
    world.models[0].put("own", event("a@x", "Visit", "2026-11-24T09:00:00"));
    world.settle().await;
    world.models[1].edit("a", |e| e.title = "Visit, later".into());
    world.settle().await;
    set_away(&world, link, 1, false).await;
    world.settle().await;
    assert_eq!(world.models[0].living().len(), 1, "{:?}", world.titles(0));
    assert_eq!(world.models[1].living().len(), 1, "{:?}", world.titles(1));
    assert_eq!(world.titles(0), world.titles(1));
    // It is one event from then on.
    world.models[0].edit("own", |e| e.title = "Both".into());
    world.settle().await;
    assert_eq!(
        (world.titles(0), world.titles(1)),
        (vec!["Both".to_owned()], vec!["Both".to_owned()])
    );
    assert_eq!(world.settle().await, 0);
}

/// What somebody has on a target is theirs: it does not belong to the linked event again, which has died.
async fn brought_back_to_a_target_after_its_source_deleted_it(database: Database) {
    let world = World::new(&database, 2).await;
    for (model, id) in [(0, "a"), (1, "b")] {
        world.models[model].put(id, event("a@x", "Visit", VISIT));
    }
    let roles = [(0, Role::Source), (1, Role::Target)];
    world
        .link(&roles.map(|(i, role)| (i, role, Mask::everything())))
        .await;
    world.settle().await;
    world.clock.advance(2 * 3_600);
    world.models[0].remove("a");
    world.settle().await;
    assert_eq!(world.titles(1), [""; 0]);
    let before = world.writes();
    world.models[1].put("c", event("a@x", "Visit", VISIT));
    world.settle().await;
    assert_eq!(world.titles(1), ["Visit"]);
    assert_eq!((world.titles(0), world.writes()), (vec![], before));
}
