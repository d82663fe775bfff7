//! Our own connector against our own face: what one writes the other shows, and the other way round.

use std::sync::Arc;

use async_trait::async_trait;
use calendar::{
    Duration, Event, FreeBusy, Frequency, Override, Place as Where, Privacy, RecurrenceId, Rule,
    Text, When, Zone, unit,
};
use identity::SystemClock;
use network::{Budget, Network, Reach, Settings};
use providers::{
    Connector, Create, Delete, Failure, Found, Place, Seen, Tokens, Update,
    google::{Google, limits},
};
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

use super::world::World;

struct One(String);

#[async_trait]
impl Tokens for One {
    async fn access(&self) -> Result<String, Failure> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _: &str) -> Result<String, Failure> {
        Err(Failure::Reauthorise("test".to_owned()))
    }
}

fn connector(world: &World) -> Google {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    let network = Network::new(settings).unwrap();
    let budget = Arc::new(Budget::new(limits()));
    let root = format!("http://{}/", world.address);
    let tokens = Arc::new(One(world.token.clone()));
    Google::new(network, Arc::new(SystemClock), budget, &root, tokens).unwrap()
}

fn place() -> Place<'static> {
    Place {
        id: "ada@example.com",
        time_zone: "Europe/Berlin",
        from: jiff::Timestamp::MIN,
        to: jiff::Timestamp::MAX,
    }
}

fn stamp(n: u128) -> Stamp {
    Stamp(Uuid::from_u128(n))
}

fn second() -> RecurrenceId {
    "2026-12-01T09:00:00".parse().unwrap()
}

/// A weekly series with one edited, one called-off and one extra occurrence.
fn series() -> Event {
    let start = "2026-11-24T09:00:00".parse().unwrap();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let mut event = Event::new(
        "u@example.com",
        When::zoned(start, zone, Duration::hours(1)),
    );
    "🦷 שלום".clone_into(&mut event.title);
    event.text = Text::plain("two\nlines");
    event.places = vec![Where::named("Room 1")];
    event.busy = FreeBusy::Tentative;
    event.privacy = Privacy::Secret;
    event.rules = vec![Rule::every(Frequency::Weekly)];
    let mut occurrence = event.occurrence(second()).unwrap();
    occurrence.when = occurrence
        .when
        .starting_at("2026-12-02T15:00:00".parse().unwrap());
    event.set_occurrence(second(), &occurrence);
    event
        .overrides
        .insert("2026-12-08T09:00:00".parse().unwrap(), Override::Excluded);
    event
        .overrides
        .insert("2026-12-10T11:00:00".parse().unwrap(), Override::extra());
    event
}

/// Equal in all that people see; the UID and what is kept for the provider are each side's own.
fn assert_same(a: &Event, b: &Event) {
    let units = unit::diff(a, b).into_iter();
    let units: Vec<_> = units
        .filter(|u| !matches!(u, calendar::Unit::Unknown(_)))
        .collect();
    assert!(units.is_empty(), "{units:?}\n{a:#?}\n{b:#?}");
}

async fn found(google: &Google, id: &str) -> Found {
    match google.get(place(), id).await.unwrap() {
        Seen::Event(sighting) => sighting.found.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn make(google: &Google, body: &Event) -> (String, Version) {
    let id = google.choose_id(Uuid::from_u128(1), 1).unwrap();
    let create = Create {
        theirs: false,
        stamp: stamp(1),
        id: Some(&id),
        body,
    };
    let Reply::Stored {
        id: stored,
        version,
        body: returned,
    } = google.create(place(), create).await.unwrap()
    else {
        panic!("it is stored");
    };
    assert_eq!(stored, id);
    assert_same(&returned, body);
    (id, version)
}

#[tokio::test]
async fn a_series_is_made_once_seen_whole_and_deleted() {
    let world = World::start().await;
    let google = connector(&world);
    let cursor = google.changes(place(), None).await.unwrap().cursor;
    let body = series();
    let (id, version) = make(&google, &body).await;
    let create = Create {
        theirs: false,
        stamp: stamp(2),
        id: Some(&id),
        body: &body,
    };
    assert_eq!(google.create(place(), create).await, Ok(Reply::Exists));

    let there = found(&google, &id).await;
    assert_same(&there.body, &body);
    assert_eq!((there.stamp, &there.version), (Some(stamp(1)), &version));
    let seen = google.find(place(), None, stamp(1)).await.unwrap();
    assert!(matches!(seen, Seen::Event(sighting) if sighting.id == id));
    // What the two listings say is the same state.
    let changes = google.changes(place(), Some(&cursor)).await.unwrap();
    assert_eq!(
        changes.sightings,
        google.changes(place(), None).await.unwrap().sightings
    );
    assert_eq!(changes.sightings.len(), 1);
    assert_eq!(changes.sightings[0].found.as_ref(), Some(&there));
    assert_eq!(
        google
            .changes(place(), Some(&changes.cursor))
            .await
            .unwrap()
            .sightings,
        []
    );

    let stale = Version {
        tag: "\"1\"".to_owned(),
        order: None,
    };
    assert_eq!(
        google
            .delete(
                place(),
                Delete {
                    id: &id,
                    version: &stale
                }
            )
            .await,
        Ok(Reply::Stale)
    );
    assert_eq!(
        google
            .delete(
                place(),
                Delete {
                    id: &id,
                    version: &version
                }
            )
            .await,
        Ok(Reply::Deleted)
    );
    assert_eq!(
        google
            .delete(
                place(),
                Delete {
                    id: &id,
                    version: &version
                }
            )
            .await,
        Ok(Reply::Missing)
    );
    let gone = google
        .changes(place(), Some(&changes.cursor))
        .await
        .unwrap();
    assert_eq!(
        (gone.sightings[0].id.as_str(), &gone.sightings[0].found),
        (id.as_str(), &None)
    );
    assert_eq!(google.get(place(), &id).await, Ok(Seen::Nothing));
    // Its id is burnt.
    let create = Create {
        theirs: false,
        stamp: stamp(3),
        id: Some(&id),
        body: &body,
    };
    assert_eq!(google.create(place(), create).await, Ok(Reply::Exists));
}

#[tokio::test]
async fn changes_of_all_kinds_arrive_as_they_were_meant() {
    let world = World::start().await;
    let google = connector(&world);
    let (id, mut version) = make(&google, &series()).await;
    let mut previous = found(&google, &id).await.body;
    let zone = Zone::iana("America/New_York").unwrap();
    let steps: [fn(&mut Event, &Zone); 8] = [
        |event, _| event.title.push('!'),
        |event, _| drop(event.overrides.remove(&second())),
        |event, _| drop(event.overrides.insert(second(), Override::Excluded)),
        |event, _| {
            event
                .overrides
                .remove(&"2026-12-08T09:00:00".parse().unwrap());
        },
        |event, _| {
            event
                .overrides
                .remove(&"2026-12-10T11:00:00".parse().unwrap());
        },
        |event, _| event.rules[0].interval = 2,
        |event, zone| {
            event.overrides.clear();
            event.when = When::zoned(
                "2026-11-24T08:00:00".parse().unwrap(),
                zone.clone(),
                Duration::minutes(45),
            );
        },
        |event, _| {
            event.rules.clear();
            event.when = When::all_day("2026-11-24".parse().unwrap(), 2);
            event.busy = FreeBusy::Free;
            event.privacy = Privacy::Public;
        },
    ];
    for (n, step) in steps.into_iter().enumerate() {
        let mut next = previous.clone();
        step(&mut next, &zone);
        let update = Update {
            id: &id,
            version: &version,
            stamp: stamp(10 + n as u128),
            previous: &previous,
            body: &next,
        };
        let reply = google.update(place(), update).await.unwrap();
        assert!(
            matches!(reply, Reply::Stored { .. } | Reply::StoredUnread),
            "step {n}: {reply:?}"
        );
        let there = found(&google, &id).await;
        assert_same(&there.body, &next);
        assert_eq!(there.stamp, Some(stamp(10 + n as u128)));
        if let Reply::Stored { version, body, .. } = reply {
            assert_eq!(
                (&version, &*body),
                (&there.version, &there.body),
                "step {n}"
            );
        }
        (previous, version) = (there.body, there.version);
    }
}
