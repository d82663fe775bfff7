//! Series that a provider takes in parts: the master first, then its overrides one by one.

use std::collections::BTreeMap;

use calendar::{Duration, Event, Frequency, Override, Patch, RecurrenceId, Rule, When};
use sync::{
    CalendarId, ChangeId, Copy, CopyId, Intent, Observation, Operation, Outcome, Stamp, Version,
    replication::{Standing, Step, looked, plan},
};
use uuid::Uuid;

fn weekly() -> Event {
    let start = "2026-11-24T09:00:00".parse().unwrap();
    let mut event = Event::new("u", When::floating(start, Duration::hours(1)));
    event.rules = vec![Rule::every(Frequency::Weekly)];
    event
}

/// A write of the only copy here, in parts, whose outcome is not known.
fn sent(operation: Operation, remote_id: &str, event: &Event) -> Intent {
    Intent {
        stamp: Stamp(Uuid::from_u128(1)),
        copy: CopyId(Uuid::from_u128(1)),
        operation,
        generation: 0,
        remote_id: Some(remote_id.to_owned()),
        version: None,
        body: Some(event.clone()),
        local: Some(event.clone()),
        feed: 0,
        causes: BTreeMap::new(),
        life_cause: None,
        in_parts: true,
        at: "2026-11-23T00:00:00Z".parse().unwrap(),
        outcome: Outcome::Open,
    }
}

/// The first that is seen of what a create has made under the id that it chose.
fn first(create: &Intent, body: Event) -> Observation {
    Observation {
        change: ChangeId(create.copy.0),
        remote_id: "chosen".to_owned(),
        version: Some(Version {
            tag: "1".to_owned(),
            order: None,
        }),
        body: Some(body),
        stamp: Some(create.stamp),
        modified: None,
    }
}

/// Somebody gave an occurrence a title after our master was written and before its turn came: neither title was written
/// with the other in sight, so one of them loses and is kept.
#[test]
fn an_override_that_somebody_was_faster_to_write_is_a_conflict() {
    let second: RecurrenceId = "2026-12-01T09:00:00".parse().unwrap();
    let titled = |title: &str| {
        let mut event = weekly();
        let patch = Patch {
            title: Some(title.to_owned()),
            ..Patch::default()
        };
        let patch = Override::Patch(Box::new(patch));
        event.overrides.insert(second, patch);
        event
    };
    let uuid = Uuid::from_u128(1);
    let version = |tag: &str| Version {
        tag: tag.to_owned(),
        order: None,
    };
    let calendar = CalendarId(uuid);
    let mut copy = Copy::made_there(
        CopyId(uuid),
        calendar,
        "id".to_owned(),
        version("1"),
        titled("Old"),
    );
    copy.local = titled("Ours");
    let intent = Intent {
        version: Some(version("1")),
        ..sent(Operation::Update, "id", &copy.local)
    };
    let seen = Observation {
        change: ChangeId(uuid),
        remote_id: "id".to_owned(),
        version: Some(version("3")),
        body: Some(titled("Theirs")),
        stamp: Some(intent.stamp),
        modified: Some("2026-11-23T00:00:01Z".parse().unwrap()),
    };
    let digest = looked(&mut copy, &[intent], 0, &seen, &Standing::default());
    let [conflict] = &digest.conflicts[..] else {
        panic!("{digest:?}")
    };
    let sides = (&conflict.local, &conflict.remote);
    assert_eq!(sides, (&titled("Ours"), &titled("Theirs")));
    assert_eq!(copy.local, titled("Theirs"), "the newer one");
    assert_eq!(digest.settled, [(Stamp(uuid), Outcome::Done)]);
}

/// The reply to the first part was lost, and nothing else was written: the overrides are still to come, and are no
/// deletion by anybody.
#[test]
pub(crate) fn overrides_that_a_create_has_not_written_yet_stay_pending() {
    let mut event = weekly();
    let bare = event.clone();
    event
        .overrides
        .insert("2026-12-01T09:00:00".parse().unwrap(), Override::Excluded);
    let uuid = Uuid::from_u128(1);
    let mut copy = Copy::made_here(CopyId(uuid), CalendarId(uuid), event.clone());
    let intent = sent(Operation::Create, "chosen", &event);
    let seen = first(&intent, bare.clone());
    let digest = looked(&mut copy, &[intent], 0, &seen, &Standing::default());
    assert_eq!(digest.taken, []);
    assert_eq!(copy.local, event);
    // To write the rest is no tug-of-war with anybody.
    assert_eq!(
        digest.settled,
        [(Stamp(Uuid::from_u128(1)), Outcome::Partly)]
    );
    let Step::Update { previous, body, .. } = plan(&copy, &[]) else {
        panic!("the override is still to be written");
    };
    assert_eq!((*previous, *body), (bare, event));
}

/// The same where the series has no slot for the occurrence: its date comes with the master, what is different on it later.
#[test]
pub(crate) fn what_is_different_on_a_date_in_addition_stays_pending_until_it_is_written() {
    let date: RecurrenceId = "2026-11-26T17:00:00".parse().unwrap();
    let on_it = |patch: Patch| {
        let mut event = weekly();
        let patch = Override::Patch(Box::new(patch));
        event.overrides.insert(date, patch);
        event
    };
    let moved = on_it(Patch {
        title: Some("Later that day".to_owned()),
        ..Patch::default()
    });
    let uuid = Uuid::from_u128(1);
    let mut copy = Copy::made_here(CopyId(uuid), CalendarId(uuid), moved.clone());
    let intent = sent(Operation::Create, "chosen", &moved);
    let seen = first(&intent, on_it(Patch::default()));
    let digest = looked(&mut copy, &[intent], 0, &seen, &Standing::default());
    assert_eq!(digest.taken, []);
    assert_eq!(copy.local, moved);
    assert_eq!(digest.settled, [(Stamp(uuid), Outcome::Partly)]);
    assert!(matches!(plan(&copy, &[]), Step::Update { body, .. } if *body == moved));
}
