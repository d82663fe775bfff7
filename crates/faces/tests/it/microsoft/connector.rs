//! Our own connector against our own face: what one writes, the other gives back. Twins can share a misreading; so the
//! connector is tested against recorded shapes too, and the face against the schema and the official client.

use std::sync::Arc;

use calendar::{Event, Override, Patch, RecurrenceId, When, Zone};
use network::{Budget, Network, Reach, Settings};
use providers::{
    Connector, Create, Delete, Failure, Found, Place, Seen, Tokens, Update,
    microsoft::{Microsoft, limits},
};
use serde_json::json;
use sync::{Stamp, replication::Reply};
use uuid::Uuid;

use super::{Mailbox, appointment, ids};

struct Same(String);

#[async_trait::async_trait]
impl Tokens for Same {
    async fn access(&self) -> Result<String, Failure> {
        Ok(self.0.clone())
    }

    async fn renew(&self, _: &str) -> Result<String, Failure> {
        Err(Failure::Reauthorise("no".into()))
    }
}

fn connector(mailbox: &Mailbox) -> Microsoft {
    let settings = Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    };
    let budget = Arc::new(Budget::new(limits()));
    let tokens = Arc::new(Same(mailbox.token.clone()));
    let root = mailbox.world.url("/");
    Microsoft::new(
        Network::new(settings).unwrap(),
        Arc::new(identity::SystemClock),
        budget,
        &root,
        tokens,
    )
    .unwrap()
}

fn place(id: &str) -> Place<'_> {
    Place {
        id,
        time_zone: "Europe/Berlin",
        from: "2026-08-23T00:00:00Z".parse().unwrap(),
        to: "2028-05-23T00:00:00Z".parse().unwrap(),
    }
}

fn stamp(n: u128) -> Stamp {
    Stamp(Uuid::from_u128(n))
}

fn id(text: &str) -> RecurrenceId {
    text.parse().unwrap()
}

/// A series in Vienna with a cancelled, a moved and a renamed occurrence, and all that Graph has no word for.
fn series() -> Event {
    let zone = Zone::iana("Europe/Vienna").unwrap();
    let start = "2026-11-23T09:00:00".parse().unwrap();
    let hour = calendar::Duration::hours(1);
    let mut event = Event::new("x@example.com", When::zoned(start, zone.clone(), hour));
    event.title = "Zähne 🦷 שלום".into();
    event.text = calendar::Text::plain("one\n\ntwo  < three");
    event.status = calendar::Status::Tentative;
    event.priority = 3;
    event.reminders = Some(vec![calendar::Reminder::minutes_before(30)]);
    event.places = vec![
        calendar::Place::named("Room 2"),
        calendar::Place::named("Garden"),
    ];
    event.rules = vec!["FREQ=WEEKLY;COUNT=8;BYDAY=MO".parse().unwrap()];
    event
        .overrides
        .insert(id("2026-11-30T09:00:00"), Override::Excluded);
    let moved = Patch {
        when: Some(When::zoned(
            "2026-12-08T10:00:00".parse().unwrap(),
            zone,
            hour,
        )),
        ..Patch::default()
    };
    event
        .overrides
        .insert(id("2026-12-07T09:00:00"), Override::Patch(Box::new(moved)));
    let renamed = Patch {
        title: Some("Other".into()),
        ..Patch::default()
    };
    event.overrides.insert(
        id("2026-12-14T09:00:00"),
        Override::Patch(Box::new(renamed)),
    );
    event
}

/// What is there, without what is only the service's.
async fn there(connector: &Microsoft, place: Place<'_>, id: &str) -> Found {
    let Seen::Event(sighting) = connector.get(place, id).await.unwrap() else {
        panic!()
    };
    let mut found = sighting.found.unwrap();
    found.body.unknown = calendar::Unknown::new();
    found
}

fn same(wrote: &Event, came: &Event) {
    let differ: Vec<_> = calendar::unit::diff(wrote, came).into_iter().collect();
    assert!(differ.is_empty(), "{differ:?}\n{wrote:?}\n{came:?}");
}

#[tokio::test]
async fn a_series_goes_there_and_comes_back() {
    let mailbox = Mailbox::open().await;
    let connector = connector(&mailbox);
    let calendars = connector.calendars().await.unwrap();
    assert!(calendars[0].primary && calendars[0].writable);
    assert_eq!(
        connector.account().await.unwrap().as_deref(),
        Some("ada@example.com")
    );
    let place = place(&calendars[0].id);
    let (event, first) = (series(), stamp(1));
    let reply = connector
        .create(
            place,
            Create {
                theirs: false,
                stamp: first,
                id: None,
                body: &event,
            },
        )
        .await
        .unwrap();
    assert_eq!(reply, Reply::StoredUnread, "several requests");
    let Seen::Event(sighting) = connector.find(place, None, first).await.unwrap() else {
        panic!()
    };
    let remote = sighting.id;
    let found = there(&connector, place, &remote).await;
    assert_eq!(found.stamp, Some(first));
    same(&event, &found.body);

    // One unit changes, and one occurrence.
    let mut next = found.body.clone();
    next.title = "New".into();
    let renamed = Patch {
        title: Some("Again other".into()),
        ..Patch::default()
    };
    next.overrides.insert(
        id("2026-12-21T09:00:00"),
        Override::Patch(Box::new(renamed)),
    );
    let update = Update {
        id: &remote,
        version: &found.version,
        stamp: stamp(2),
        previous: &found.body,
        body: &next,
    };
    assert_eq!(
        connector.update(place, update).await.unwrap(),
        Reply::StoredUnread
    );
    let found = there(&connector, place, &remote).await;
    assert_eq!(found.stamp, Some(stamp(2)));
    same(&next, &found.body);

    // A new time applies every override again.
    let mut later = found.body.clone();
    later.overrides.clear();
    let start = "2026-11-23T10:00:00".parse().unwrap();
    later.when = When::zoned(
        start,
        Zone::iana("Europe/Vienna").unwrap(),
        calendar::Duration::hours(1),
    );
    later
        .overrides
        .insert(id("2026-11-30T10:00:00"), Override::Excluded);
    let update = Update {
        id: &remote,
        version: &found.version,
        stamp: stamp(3),
        previous: &found.body,
        body: &later,
    };
    connector.update(place, update).await.unwrap();
    let found = there(&connector, place, &remote).await;
    same(&later, &found.body);

    let stale = sync::Version {
        tag: "W/\"AAAAAAAAAAAAAAAAAAAAAA==\"".into(),
        order: None,
    };
    let delete = Delete {
        id: &remote,
        version: &stale,
    };
    assert_eq!(connector.delete(place, delete).await.unwrap(), Reply::Stale);
    let delete = Delete {
        id: &remote,
        version: &found.version,
    };
    assert_eq!(
        connector.delete(place, delete).await.unwrap(),
        Reply::Deleted
    );
    assert_eq!(connector.get(place, &remote).await.unwrap(), Seen::Nothing);
    assert_eq!(
        mailbox
            .world
            .app
            .mails
            .load(std::sync::atomic::Ordering::Relaxed),
        0
    );
}

#[tokio::test]
async fn a_single_event_is_stored_at_once() {
    let mailbox = Mailbox::open().await;
    let connector = connector(&mailbox);
    let calendars = connector.calendars().await.unwrap();
    let place = place(&calendars[0].id);
    let mut event = Event::new(
        "x",
        When::floating(
            "2026-11-24T09:00:00".parse().unwrap(),
            calendar::Duration::hours(1),
        ),
    );
    event.title = "Wake".into();
    event.reminders = Some(Vec::new());
    let reply = connector
        .create(
            place,
            Create {
                theirs: false,
                stamp: stamp(1),
                id: None,
                body: &event,
            },
        )
        .await
        .unwrap();
    let Reply::Stored {
        id,
        version,
        mut body,
    } = reply
    else {
        panic!("{reply:?}")
    };
    body.unknown = calendar::Unknown::new();
    same(&event, &body);
    let mut next = (*body).clone();
    next.when = When::all_day("2026-12-24".parse().unwrap(), 3);
    let update = Update {
        id: &id,
        version: &version,
        stamp: stamp(2),
        previous: &body,
        body: &next,
    };
    let Reply::Stored {
        version: newer,
        mut body,
        ..
    } = connector.update(place, update).await.unwrap()
    else {
        panic!()
    };
    body.unknown = calendar::Unknown::new();
    same(&next, &body);
    assert!(version.is_older_than(&newer));
    let update = Update {
        id: &id,
        version: &version,
        stamp: stamp(3),
        previous: &body,
        body: &next,
    };
    assert_eq!(connector.update(place, update).await.unwrap(), Reply::Stale);
}

#[tokio::test]
async fn what_people_do_there_is_seen() {
    let mailbox = Mailbox::open().await;
    let connector = connector(&mailbox);
    let calendars = connector.calendars().await.unwrap();
    let place = place(&calendars[0].id);
    for n in 0..30 {
        mailbox
            .post("me/events", &appointment(&format!("{n}")))
            .await;
    }
    connector
        .create(
            place,
            Create {
                theirs: false,
                stamp: stamp(1),
                id: None,
                body: &series(),
            },
        )
        .await
        .unwrap();
    let all = connector.changes(place, None).await.unwrap();
    assert!(all.full && all.doubtful.is_empty() && all.malformed.is_empty());
    assert_eq!(all.sightings.len(), 31);
    let nothing = connector.changes(place, Some(&all.cursor)).await.unwrap();
    assert!(nothing.sightings.is_empty() && !nothing.full);

    // A person cancels and renames occurrences, deletes one event, moves one out of the window.
    let master = mailbox
        .get("me/events?$filter=type eq 'seriesMaster'")
        .await;
    let master = ids(&master)[0].to_owned();
    let instances = mailbox
        .get(&format!(
            "me/events/{master}/instances?{}&$top=20",
            super::WINDOW
        ))
        .await;
    let instance = |day: &str| {
        let mut all = instances["value"].as_array().unwrap().iter();
        let found = all
            .find(|i| i["originalStart"].as_str().unwrap().starts_with(day))
            .unwrap();
        format!("me/events/{}", found["id"].as_str().unwrap())
    };
    assert_eq!(mailbox.delete(&instance("2026-12-28")).await, 204);
    assert_eq!(
        mailbox
            .patch(&instance("2026-12-21"), &json!({"subject": "By hand"}))
            .await
            .status,
        200
    );
    let singles = mailbox
        .get("me/events?$filter=type eq 'singleInstance'")
        .await;
    assert_eq!(
        mailbox
            .delete(&format!("me/events/{}", ids(&singles)[0]))
            .await,
        204
    );
    let away = json!({"start": {"dateTime": "2031-01-01T09:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2031-01-01T10:00:00", "timeZone": "UTC"}});
    mailbox
        .patch(&format!("me/events/{}", ids(&singles)[1]), &away)
        .await;

    let changes = connector
        .changes(place, Some(&nothing.cursor))
        .await
        .unwrap();
    assert_eq!(changes.sightings.len(), 1);
    let body = &changes.sightings[0].found.as_ref().unwrap().body;
    assert_eq!(
        body.overrides[&id("2026-12-28T09:00:00")],
        Override::Excluded
    );
    assert_eq!(
        body.occurrence(id("2026-12-21T09:00:00")).unwrap().title,
        "By hand"
    );
    assert_eq!(body.overrides.len(), 5);
    assert!(changes.doubtful.contains(&ids(&singles)[0].to_owned()));
    assert!(
        changes.doubtful.contains(&ids(&singles)[1].to_owned()),
        "gone from the window, not deleted"
    );
    assert!(matches!(
        connector.get(place, ids(&singles)[1]).await.unwrap(),
        Seen::Event(_)
    ));
    assert_eq!(
        connector.get(place, ids(&singles)[0]).await.unwrap(),
        Seen::Nothing
    );

    let position = mailbox
        .world
        .app
        .hub
        .position(&mailbox.world.actor)
        .await
        .unwrap();
    mailbox.world.app.expire_sync_tokens(position);
    assert_eq!(
        connector
            .changes(place, Some(&changes.cursor))
            .await
            .unwrap_err(),
        Failure::CursorInvalid
    );
}

#[tokio::test]
async fn a_subscription_reaches_its_calendar() {
    let mailbox = Mailbox::open().await;
    let connector = connector(&mailbox);
    let calendars = connector.calendars().await.unwrap();
    let until = mailbox.world.app.hub.clock().now() + jiff::SignedDuration::from_hours(2);
    let watch = providers::Watch {
        id: Uuid::from_u128(9),
        address: "https://hub.example/push/9",
        token: "s",
        until,
    };
    let channel = connector
        .watch(place(&calendars[0].id), watch)
        .await
        .unwrap();
    assert_eq!(channel.expires, until);
    let orders = mailbox.world.app.watchers.list().await;
    assert_eq!(
        orders[0].watched.calendar(),
        Some(mailbox.world.calendar.id)
    );
    assert_eq!(orders[0].token, "s");
    connector.unwatch(&channel).await.unwrap();
    assert!(mailbox.world.app.watchers.list().await.is_empty());
}
