//! One test, or a few, for each rule of the design, by its name.

mod conflicts;
mod feeds;
mod leaving;
mod links;
mod looking;
mod losers;
mod observing;
mod occurrences;
mod own;
mod privacy;
mod second;
mod untold;
mod unwritten;
mod without;
mod writing;

use calendar::{Event, Unit};
use jiff::Timestamp;
use sync::{
    Cause, CauseKind, ChangeId, Copy, CopyId, Intent, Observation, Operation, Outcome, Policy,
    Remote, Stamp, Version,
    replication::{Reply, Standing, Step, plan},
};
use uuid::Uuid;

use simulation::{
    calendar,
    slots::{Slot, when},
};

/// The event in which every slot holds 0.
fn event() -> Event {
    let mut event = Event::new("uid", when(0));
    for slot in [Slot::Title, Slot::Line(0), Slot::Place] {
        slot.write(&mut event, 0);
    }
    event
}

/// The same with one slot changed.
fn with(event: &Event, slot: Slot, number: u32) -> Event {
    let mut event = event.clone();
    slot.write(&mut event, number);
    event
}

fn version(order: i64) -> Version {
    Version {
        tag: order.to_string(),
        order: Some(order),
    }
}

fn stamp(number: u128) -> Stamp {
    Stamp(Uuid::from_u128(number))
}

fn cause(kind: CauseKind) -> Cause {
    Cause {
        kind,
        from: calendar(1),
        link: None,
        via: Vec::new(),
        change: ChangeId(Uuid::from_u128(1)),
        modified: Timestamp::from_second(1000).ok(),
    }
}

/// A copy in calendar 0 that agrees with version 1 of «o1» there.
fn settled() -> Copy {
    let id = CopyId(Uuid::from_u128(1));
    Copy::made_there(id, calendar(0), "o1".into(), version(1), event())
}

/// The same with a title that came along a link and still has to be written.
fn pending() -> Copy {
    let mut copy = settled();
    let next = with(&event(), Slot::Title, 2);
    copy.set(&Unit::Title, &next, &cause(CauseKind::Flow));
    copy
}

/// A sighting of «o1» in this version.
fn seen(order: i64, body: &Event) -> Observation {
    Observation {
        change: ChangeId(Uuid::from_u128(9)),
        remote_id: "o1".into(),
        version: Some(version(order)),
        body: Some(body.clone()),
        stamp: None,
        modified: Timestamp::from_second(2000).ok(),
    }
}

/// A sighting of nothing under «o1».
fn gone() -> Observation {
    Observation {
        version: None,
        body: None,
        ..seen(0, &event())
    }
}

/// The intent that the planner's next write would have.
fn intent(copy: &Copy, intents: &[Intent]) -> Intent {
    let (operation, body) = match plan(copy, intents) {
        Step::Create { body, .. } => (Operation::Create, Some(*body)),
        Step::Update { body, .. } => (Operation::Update, Some(*body)),
        Step::Delete { .. } => (Operation::Delete, None),
        step => panic!("no write: {step:?}"),
    };
    let version = match &copy.remote {
        Remote::Live { version, .. } => Some(version.clone()),
        _ => None,
    };
    Intent {
        stamp: stamp(77 + u128::try_from(intents.len()).unwrap()),
        copy: copy.id,
        operation,
        generation: copy.generation,
        remote_id: copy.remote.id().map(str::to_owned),
        version,
        local: body.is_some().then(|| copy.local.clone()),
        body,
        feed: 0,
        causes: copy.causes.clone(),
        life_cause: None,
        in_parts: true,
        at: Timestamp::UNIX_EPOCH,
        outcome: Outcome::Open,
    }
}

fn is_update(step: &Step) -> bool {
    matches!(step, Step::Update { .. })
}

const FREE: Standing = Standing {
    target: false,
    policy: Policy::Newest,
};

fn stored(order: i64, body: &calendar::Event) -> Reply {
    Reply::Stored {
        id: "o1".into(),
        version: version(order),
        body: Box::new(body.clone()),
    }
}

/// A copy that we made, and its create, of unknown outcome.
fn unconfirmed() -> (Copy, sync::Intent) {
    let mut copy = Copy::made_here(settled().id, settled().calendar, event());
    copy.generation = 0;
    let create = intent(&copy, &[]);
    (copy, create)
}
