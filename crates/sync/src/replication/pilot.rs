//! A link that only shows what it would do (pilot mode): what it did to a copy can be taken back, since no provider has it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Copy, LinkId, Remote};

/// What taking it back did to the copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Its value is another one.
    pub value: bool,
    /// It died or came back.
    pub life: bool,
}

/// Takes back what came along these links and was never written: units become what was last sent, what was only shown goes,
/// and what was only shown as deleted is there again.
pub fn forget(copy: &mut Copy, pilots: &BTreeSet<LinkId>) -> Forgotten {
    let mut done = Forgotten::default();
    if let Some(base) = &copy.base {
        let causes = std::mem::take(&mut copy.causes);
        let (theirs, ours): (BTreeMap<_, _>, BTreeMap<_, _>) = causes
            .into_iter()
            .partition(|(_, cause)| cause.came_along(pilots));
        copy.causes = ours;
        for unit in theirs.into_keys() {
            done.value |= !unit.same(&copy.local, &base.local);
            unit.take(&mut copy.local, &base.local);
        }
    }
    if copy
        .life_cause
        .as_ref()
        .is_some_and(|cause| cause.came_along(pilots))
    {
        let there = matches!(copy.remote, Remote::Live { .. });
        done.life = copy.alive != there;
        copy.alive = there;
        copy.life_cause = None;
    }
    done
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use calendar::{Event, Unit, When};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::{
        CalendarId, Cause, CauseKind, ChangeId, CopyId, Intent, Observation, Operation, Outcome,
        Stamp, Version,
        replication::{Reply, Standing, Step, observe, plan, plan_without, reply, sent_without},
    };

    fn cause(via: &[LinkId]) -> Cause {
        Cause {
            kind: CauseKind::Flow,
            from: CalendarId(Uuid::nil()),
            link: via.last().copied(),
            via: via.to_vec(),
            change: ChangeId(Uuid::nil()),
            modified: None,
        }
    }

    fn event(title: &str) -> Event {
        let day = When::all_day("2026-12-01".parse().unwrap(), 1);
        Event {
            title: title.to_owned(),
            ..Event::new("1@x", day)
        }
    }

    fn there(title: &str) -> Copy {
        let version = Version {
            tag: "1".to_owned(),
            order: None,
        };
        let calendar = CalendarId(Uuid::nil());
        Copy::made_there(
            CopyId(Uuid::nil()),
            calendar,
            "id".to_owned(),
            version,
            event(title),
        )
    }

    #[test]
    fn what_came_along_a_pilot_anywhere_on_its_way_is_not_sent_and_can_be_forgotten() {
        let (pilot, live) = (LinkId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
        let pilots = BTreeSet::from([pilot]);
        let mut copy = there("Before");
        let mut next = event("Shown");
        next.categories.insert("Own".to_owned());
        copy.set(&Unit::Title, &next, &cause(&[pilot, live]));
        assert_eq!(plan_without(&copy, &[], &pilots), Step::Nothing);
        assert!(matches!(plan(&copy, &[]), Step::Update { .. }));
        copy.set(&Unit::Categories, &next, &cause(&[live]));
        let Step::Update { body, .. } = plan_without(&copy, &[], &pilots) else {
            panic!("what else was changed is sent")
        };
        assert_eq!((&*body.title, body.categories.len()), ("Before", 1));
        assert_eq!(sent_without(&copy, &pilots), *body);
        let done = forget(&mut copy, &pilots);
        assert_eq!((done.value, done.life), (true, false));
        assert_eq!(
            (&*copy.local.title, copy.local.categories.len()),
            ("Before", 1)
        );
    }

    #[test]
    fn a_pilot_makes_and_deletes_nothing() {
        let pilot = LinkId(Uuid::from_u128(1));
        let pilots = BTreeSet::from([pilot]);
        let mut made = Copy::made_here(CopyId(Uuid::nil()), CalendarId(Uuid::nil()), event("New"));
        made.life_cause = Some(cause(&[pilot]));
        assert_eq!(plan_without(&made, &[], &pilots), Step::Nothing);
        assert!(forget(&mut made, &pilots).life && !made.alive);
        let mut gone = there("There");
        gone.alive = false;
        gone.life_cause = Some(cause(&[pilot]));
        assert_eq!(plan_without(&gone, &[], &pilots), Step::Nothing);
        assert!(matches!(plan(&gone, &[]), Step::Delete { .. }));
        assert!(forget(&mut gone, &pilots).life && gone.alive);
    }

    #[test]
    fn what_a_pilot_does_while_a_write_is_under_way_is_not_written_after_it() {
        let pilot = LinkId(Uuid::from_u128(1));
        let pilots = BTreeSet::from([pilot]);
        let intent = |operation| Intent {
            stamp: Stamp(Uuid::from_u128(9)),
            copy: CopyId(Uuid::nil()),
            operation,
            generation: 0,
            remote_id: Some("id".to_owned()),
            version: None,
            body: Some(event("Edited")),
            local: Some(event("Edited")),
            feed: 0,
            causes: BTreeMap::new(),
            life_cause: None,
            in_parts: false,
            at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Open,
        };
        let mut gone = there("Before");
        gone.alive = false;
        gone.life_cause = Some(cause(&[pilot]));
        let stored = Reply::Stored {
            id: "id".to_owned(),
            version: Version {
                tag: "2".to_owned(),
                order: None,
            },
            body: Box::new(event("Edited")),
        };
        let mut landed = gone.clone();
        reply(&mut gone, &intent(Operation::Update), stored, 0);
        assert_eq!(plan_without(&gone, &[], &pilots), Step::Nothing);
        let seen = Observation {
            change: ChangeId(Uuid::nil()),
            remote_id: "id".to_owned(),
            version: Some(Version {
                tag: "2".to_owned(),
                order: None,
            }),
            body: Some(event("Edited")),
            stamp: Some(Stamp(Uuid::from_u128(9))),
            modified: None,
        };
        let open = [intent(Operation::Update)];
        observe(&mut landed, &open, &seen, &Standing::default());
        assert_eq!(plan_without(&landed, &[], &pilots), Step::Nothing);
        let mut revived = there("Before");
        revived.life_cause = Some(cause(&[pilot]));
        reply(&mut revived, &intent(Operation::Delete), Reply::Deleted, 0);
        assert_eq!(plan_without(&revived, &[], &pilots), Step::Nothing);
        assert!(matches!(plan(&revived, &[]), Step::Create { .. }));
    }
}
