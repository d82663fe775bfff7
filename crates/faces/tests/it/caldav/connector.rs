//! Our own connector against our own face: the way of the sandbox.

use std::sync::Arc;

use calendar::{Event, Override, When};
use jiff::Timestamp;
use network::{Budget, Clock};
use providers::{
    Connector, Create, Delete, Failure, Place, Seen, Update,
    caldav::{Caldav, limits},
};
use sync::{Stamp, replication::Reply};

use super::*;

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }
}

fn stamp(n: u128) -> Stamp {
    Stamp(uuid::Uuid::from_u128(n))
}

async fn look(caldav: &Caldav, place: Place<'_>, id: &str) -> providers::Found {
    match caldav.get(place, id).await.unwrap() {
        Seen::Event(sighting) => sighting.found.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_series_goes_there_and_back() {
    let dav = Dav::start().await;
    let budget = Arc::new(Budget::new(limits("dav.example")));
    let url = dav.world.url("/");
    let caldav = Caldav::new(
        dav.network.clone(),
        Arc::new(Now),
        budget,
        &url,
        "ada@example.com",
        &dav.world.password,
    )
    .unwrap();
    let calendars = caldav.calendars().await.unwrap();
    assert_eq!(calendars.len(), 1);
    assert_eq!(calendars[0].time_zone.as_deref(), Some("Europe/Berlin"));
    assert!(calendars[0].writable);
    let place = Place {
        id: &calendars[0].id,
        time_zone: "Europe/Berlin",
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };
    let empty = caldav.changes(place, None).await.unwrap();
    assert!(empty.full && empty.sightings.is_empty());

    let start = "2026-11-23T09:00:00".parse().unwrap();
    let zone = calendar::Zone::iana("Europe/Berlin").unwrap();
    let mut event = Event::new(
        "series@kalends",
        When::zoned(start, zone, calendar::Duration::hours(1)),
    );
    event.title = "Check-up 😀 שלום".into();
    event.rules = vec!["FREQ=WEEKLY;COUNT=6".parse().unwrap()];
    let id = |text: &str| text.parse::<calendar::RecurrenceId>().unwrap();
    event
        .overrides
        .insert(id("2026-11-30T09:00:00"), Override::Excluded);
    let mut moved = event.occurrence(id("2026-12-07T09:00:00")).unwrap();
    moved.title = "Longer".into();
    event.set_occurrence(id("2026-12-07T09:00:00"), &moved);

    let name = caldav.choose_id(uuid::Uuid::from_u128(1), 0).unwrap();
    let create = Create {
        theirs: false,
        stamp: stamp(1),
        id: Some(&name),
        body: &event,
    };
    let reply = caldav.create(place, create).await.unwrap();
    assert!(matches!(reply, Reply::Stored { .. }), "{reply:?}");
    assert_eq!(caldav.create(place, create).await.unwrap(), Reply::Exists);
    let found = look(&caldav, place, &name).await;
    assert_eq!(found.stamp, Some(stamp(1)));
    assert!(found.modified.is_some());
    assert_eq!(calendar::unit::diff(&found.body, &event), [].into());

    let changes = caldav.changes(place, Some(&empty.cursor)).await.unwrap();
    assert_eq!(changes.sightings.len(), 1);
    assert_eq!(changes.sightings[0].id, name);
    assert_eq!(
        changes.sightings[0].found.as_ref().unwrap().body,
        found.body
    );

    let mut next = event.clone();
    next.title = "Renamed".into();
    let update = |version| Update {
        id: &name,
        version,
        stamp: stamp(2),
        previous: &event,
        body: &next,
    };
    let reply = caldav.update(place, update(&found.version)).await.unwrap();
    assert!(matches!(reply, Reply::Stored { .. }), "{reply:?}");
    assert_eq!(
        caldav.update(place, update(&found.version)).await.unwrap(),
        Reply::Stale
    );
    let newer = look(&caldav, place, &name).await;
    assert_eq!(
        (newer.body.title.as_str(), newer.stamp),
        ("Renamed", Some(stamp(2)))
    );

    let delete = Delete {
        id: &name,
        version: &newer.version,
    };
    assert_eq!(caldav.delete(place, delete).await.unwrap(), Reply::Deleted);
    let gone = caldav.changes(place, Some(&changes.cursor)).await.unwrap();
    assert_eq!(gone.sightings.len(), 1);
    assert!(gone.sightings[0].found.is_none());

    let latest = dav.world.app.hub.position(&dav.world.actor).await.unwrap();
    dav.world.app.expire_sync_tokens(latest);
    let failure = caldav.changes(place, Some(&gone.cursor)).await.unwrap_err();
    assert_eq!(failure, Failure::CursorInvalid);
}
