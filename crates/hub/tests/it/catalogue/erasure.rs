//! Row 76: a person is erased. What Kalends keeps is without them afterwards, what providers keep is named and left alone.

use calendar::{Address, Event, Person, Text};
use kalends_hub::{
    CalendarId, EnclosureKind, Key, LinkMember, Mask, OnConflict, Role,
    calendars::NewCalendar,
    erasure::{Account, Doing, What, Where},
    events::NewEvent,
    links::LinkEdit,
};
use storage::traces::{self, Kept};

use super::{hub_edit, is_at_rest, there};
use crate::world::{Database, World, event};

both! {
    row_76_a_person_is_erased,
    row_76_what_waits_for_a_decision_is_named,
}

const ANN: &str = "ann@example.com";

/// An event with Ann and Bob, and a note with the address of Ann and of Joann.
fn meeting(uid: &str, title: &str) -> Event {
    let mut event = event(uid, title, "2026-11-24T09:00:00");
    for (address, name) in [(ANN, "Ann"), ("bob@example.com", "Bob")] {
        let person = Person {
            name: Some(name.to_owned()),
            ..Person::default()
        };
        event.people.insert(Address::new(address), person);
    }
    event.text = Text::plain("Ask Ann@example.com, not joann@example.com");
    event
}

/// How many rows of everything that is kept have her address in them.
async fn rows_with_ann(world: &World) -> usize {
    let (mut tx, mut rows) = (world.store.read().await.unwrap(), 0);
    for kept in Kept::ALL {
        let mut after = None;
        loop {
            let page = traces::page(&mut tx, kept, after.as_ref(), 7).await;
            let (found, last) = page.unwrap();
            let texts = found.iter().map(|t| String::from_utf8_lossy(&t.content));
            let texts = texts.map(|text| text.to_lowercase().replace("joann@", ""));
            rows += texts.filter(|text| text.contains(ANN)).count();
            if last.is_none() {
                break;
            }
            after = last;
        }
    }
    rows
}

async fn erase(world: &World, doing: Doing) -> Account {
    let erased = world
        .hub
        .erase_person(&world.actor, "Ann@example.com", doing);
    Box::pin(erased).await.unwrap()
}

fn remains(account: &Account) -> Vec<(Where, Option<CalendarId>)> {
    let all = account.remains.iter();
    all.map(|one| (one.place, one.calendar)).collect()
}

/// A calendar without a provider that flows into the second one, with one event; it is made as clients make it.
async fn local_calendar(world: &World) -> CalendarId {
    let new = NewCalendar {
        name: "Here".to_owned(),
        ..NewCalendar::default()
    };
    let made = world.hub.create_calendar(&world.actor, new).await.unwrap();
    let member = |calendar, role| LinkMember {
        calendar,
        role,
        mask: Mask::everything(),
        filter: kalends_hub::Filter::default(),
        away: false,
    };
    let edit = LinkEdit {
        name: "Out".to_owned(),
        on_conflict: OnConflict::Newest,
        pilot: false,
        allow_notify: false,
        members: vec![
            member(made.id, Role::Source),
            member(world.calendars[1], Role::Target),
        ],
    };
    world.hub.create_link(&world.actor, edit).await.unwrap();
    let key = Key {
        name: "one".to_owned(),
        request: "POST".to_owned(),
    };
    let new = NewEvent {
        name: None,
        event: meeting("", "Kept here"),
    };
    let answer = |made: &kalends_hub::EventView| {
        let body = serde_json::json!({"participants": {"1": {"name": "Ann", "email": ANN}, "2": {"name": "Bob"}}});
        serde_json::to_vec(&serde_json::json!({"body": body, "etag": made.id.to_string()})).unwrap()
    };
    let silent = (new, kalends_hub::scheduling::Scheduling::SILENT);
    let made_once = world
        .hub
        .create_event_once(&world.actor, made.id, silent, Some(&key), answer);
    made_once.await.unwrap();
    made.id
}

/// Two providers, the first of which flows into the second, and a calendar that is only here. Ann is in everything that is
/// kept.
async fn full_of_ann(database: &Database) -> (World, CalendarId) {
    let mut world = World::new(database, 2).await;
    let all = Mask::everything;
    world
        .link(&[(0, Role::Both, all()), (1, Role::Both, all())])
        .await;
    world.models[0].put("a", meeting("a@x", "Kept there"));
    world.models[0].put("b", meeting("b@x", "Deleted"));
    let local = local_calendar(&world).await;
    world.settle().await;
    // Something that can be undone, something that lost, something that was deleted.
    world.calendars.push(local);
    hub_edit(&world, 2, "Kept here", |e| {
        e.title = "Kept here, too".into();
    })
    .await;
    world.calendars.pop();
    let mirror = world.id_of(1, "Kept there");
    world.models[0].edit("a", |e| e.text = Text::plain("Or call ann@example.com"));
    for text in ["Draft", "Bring the X-rays"] {
        world.models[1].edit(&mirror, |e| e.text = Text::plain(text));
    }
    world.settle().await;
    world.models[0].edit("a", |e| e.text = meeting("", "").text);
    world.models[0].remove("b");
    world.settle().await;
    let here = world.hub.events(&world.actor, local, None, 1, false);
    let here = here.await.unwrap()[0].id;
    let note = serde_json::json!({"extensionName": "crm", "contact": "ann@example.com"});
    let enclosed = world
        .hub
        .enclose(&world.actor, here, EnclosureKind::Extension, note);
    enclosed.await.unwrap();
    (world, local)
}

async fn row_76_a_person_is_erased(database: Database) {
    let (world, _) = full_of_ann(&database).await;
    let before = rows_with_ann(&world).await;
    let preview = erase(&world, Doing::Preview).await;
    let all = [
        What::Events,
        What::Mirrors,
        What::DeletedEvents,
        What::LinkedEvents,
        What::Sightings,
        What::Edits,
        What::Conflicts,
        What::Writes,
        What::Replies,
        What::Enclosures,
    ];
    for what in all {
        let tally = preview.tallies.get(&what).copied().unwrap_or_default();
        assert!(tally.found > 0 && tally.erased == 0, "{what:?}: {tally:?}");
    }
    assert_eq!(
        rows_with_ann(&world).await,
        before,
        "a preview changes nothing"
    );

    let there_before = world.models[0].living();
    let written = world.writes();
    let account = erase(&world, Doing::Erase).await;
    for (what, tally) in &account.tallies {
        let left = tally.found - tally.erased;
        // The event at the provider and its mirror, and the mirror of what was kept here, which is written now.
        let expected = match what {
            What::Events => 1,
            What::Mirrors => 2,
            _ => 0,
        };
        assert_eq!(left, expected, "{what:?}");
    }
    world.settle().await;
    assert_eq!(world.writes() - written, 1, "one mirror follows");
    assert_eq!(
        world.models[0].living(),
        there_before,
        "a provider's event is left alone"
    );
    let mirror = there(&world, 1, "Kept here, too");
    assert_eq!(mirror.text.content, "Ask erased, not joann@example.com");

    // What remains is named, and is gone when it is gone at the provider.
    let account = erase(&world, Doing::Erase).await;
    let expected = [
        (Where::Provider, Some(world.calendars[0])),
        (Where::Mirror, Some(world.calendars[1])),
    ];
    assert_eq!(remains(&account), expected);
    assert_eq!(account.remains[0].title.as_deref(), Some("Kept there"));
    world.models[0].edit("a", |e| {
        e.people.remove(ANN_URI);
        e.text = Text::plain("Ask joann@example.com");
    });
    world.settle().await;
    let account = erase(&world, Doing::Erase).await;
    assert_eq!(remains(&account), []);
    assert_eq!(rows_with_ann(&world).await, 0);
    assert!(erase(&world, Doing::Erase).await.tallies.is_empty());
    // Nobody else is gone.
    assert_eq!(there(&world, 0, "Kept there").people.len(), 1);
    is_at_rest(&world).await;
}

const ANN_URI: &str = "mailto:ann@example.com";

async fn row_76_what_waits_for_a_decision_is_named(database: Database) {
    let world = World::new(&database, 2).await;
    let members = [0, 1].map(|i| (i, Role::Both, Mask::everything()));
    world.link_with(&members, OnConflict::Ask).await;
    world.models[0].put("a", event("a@x", "Visit", "2026-11-24T09:00:00"));
    world.settle().await;
    let mirror = world.id_of(1, "Visit");
    world.models[0].edit("a", |e| e.title = "Ann@example.com".into());
    for title in ["Draft", "Bob"] {
        world.models[1].edit(&mirror, |e| e.title = title.into());
    }
    world.settle().await;
    let account = erase(&world, Doing::Erase).await;
    let places: Vec<_> = account.remains.iter().map(|one| one.place).collect();
    assert!(
        places.contains(&Where::Decision) && places.contains(&Where::Provider),
        "{places:?}"
    );
    // What waits is as it was.
    let open = world.conflicts().await;
    assert_eq!(open.len(), 1);
    let decided =
        world
            .hub
            .decide_conflict(&world.actor, open[0].id, kalends_hub::Keep::Remote, None);
    decided.await.unwrap();
    world.settle().await;
    let account = erase(&world, Doing::Erase).await;
    assert_eq!(
        (world.titles(0), world.titles(1)),
        (vec!["Bob".to_owned()], vec!["Bob".to_owned()])
    );
    assert_eq!(remains(&account), []);
    assert_eq!(rows_with_ann(&world).await, 0);
}
