//! Series that a provider takes in parts: the master first, then its overrides one by one.

use std::collections::BTreeMap;

use calendar::{Duration, Event, Frequency, Override, Rule, When};
use sync::{
    CalendarId, ChangeId, Copy, CopyId, Intent, Observation, Operation, Outcome, Stamp, Version,
    replication::{Standing, Step, looked, plan},
};
use uuid::Uuid;

/// The reply to the first part was lost, and nothing else was written: the overrides are still to come, and are no
/// deletion by anybody.
#[test]
fn overrides_that_a_create_has_not_written_yet_stay_pending() {
    let start = "2026-11-24T09:00:00".parse().unwrap();
    let mut event = Event::new("u", When::floating(start, Duration::hours(1)));
    event.rules = vec![Rule::every(Frequency::Weekly)];
    let bare = event.clone();
    event
        .overrides
        .insert("2026-12-01T09:00:00".parse().unwrap(), Override::Excluded);
    let uuid = Uuid::from_u128(1);
    let mut copy = Copy::made_here(CopyId(uuid), CalendarId(uuid), event.clone());
    let intent = Intent {
        stamp: Stamp(uuid),
        copy: copy.id,
        operation: Operation::Create,
        generation: 0,
        remote_id: Some("chosen".to_owned()),
        version: None,
        body: Some(event.clone()),
        local: Some(event.clone()),
        feed: 0,
        causes: BTreeMap::new(),
        life_cause: None,
        at: "2026-11-23T00:00:00Z".parse().unwrap(),
        outcome: Outcome::Open,
    };
    let seen = Observation {
        change: ChangeId(uuid),
        remote_id: "chosen".to_owned(),
        version: Some(Version {
            tag: "1".to_owned(),
            order: None,
        }),
        body: Some(bare.clone()),
        stamp: Some(intent.stamp),
        modified: None,
    };
    let digest = looked(&mut copy, &[intent], 0, &seen, &Standing::default());
    assert_eq!(digest.taken, []);
    assert_eq!(copy.local, event);
    let Step::Update { previous, body, .. } = plan(&copy, &[]) else {
        panic!("the override is still to be written");
    };
    assert_eq!((*previous, *body), (bare, event));
}
