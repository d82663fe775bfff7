//! How fast the rules are by themselves: no hub, no database, one thread.

use std::{
    collections::BTreeMap,
    hint::black_box,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use calendar::{Event, Unit};
use jiff::Timestamp;
use sync::{
    CalendarId, Cause, CauseKind, ChangeId, Copy, CopyId, Intent, Observation, Operation, Outcome,
    Stamp, Version,
    replication::{Reply, Standing, Step, observe, plan, reply},
};
use uuid::Uuid;

use crate::{
    Fallible, measure,
    table::{Target, judged, part, row, skipped},
    workload,
};

/// How long one run takes at least.
const RUN: Duration = Duration::from_millis(500);
/// Rules that one round applies: plan, reply, observe the echo, observe a person's edit.
const STEPS: usize = 4;

/// Prints what the rules can do.
pub fn run(simulate: Option<&Path>, seeds: u64) -> Fallible {
    part("the rules by themselves, one thread");
    let mut rates = Vec::new();
    for _ in 0..5 {
        rates.push(rounds()?);
    }
    let rate = measure::median(&mut rates);
    row(
        "plan, reply, observe an echo, observe an edit",
        rate,
        "steps/s",
    );
    match simulate {
        Some(program) => lives(program, seeds),
        None => {
            skipped("whole lives", "no --simulate PROGRAM is given");
            Ok(())
        }
    }
}

/// Steps a second over an event that is edited here and at its provider in turns.
fn rounds() -> Fallible<f64> {
    let here = [workload::event(1, 1)?, workload::event(1, 2)?];
    let there = [workload::event(1, 3)?, workload::event(1, 4)?];
    let calendar = CalendarId(Uuid::from_u128(1));
    let version = |order: i64| Version {
        tag: order.to_string(),
        order: Some(order),
    };
    let mut copy = Copy::made_there(
        CopyId(Uuid::from_u128(2)),
        calendar,
        "1".to_owned(),
        version(0),
        there[1].clone(),
    );
    let cause = cause(calendar);
    let (mut steps, mut order) = (0, 0);
    let begin = Instant::now();
    while begin.elapsed() < RUN {
        for turn in 0..2 {
            copy.set(&Unit::Title, &here[turn], &cause);
            copy.set(&Unit::When, &here[turn], &cause);
            let Step::Update { body, .. } = plan(black_box(&copy), &[]) else {
                return Err("an edited event is not written".into());
            };
            let intent = intent(&copy, (*body).clone());
            order += 1;
            let stored = Reply::Stored {
                id: "1".to_owned(),
                version: version(order),
                body: body.clone(),
            };
            reply(&mut copy, &intent, stored, 0);
            let echo = observation(version(order), *body, Some(intent.stamp));
            let standing = Standing::default();
            if !observe(&mut copy, &[], &echo, &standing).echo {
                return Err("an echo was taken for an edit".into());
            }
            order += 1;
            let edit = observation(version(order), there[turn].clone(), Some(intent.stamp));
            if observe(&mut copy, &[], &edit, &standing).taken.is_empty() {
                return Err("an edit was taken for an echo".into());
            }
            steps += STEPS;
        }
    }
    black_box(&copy);
    Ok(measure::rate(steps, begin.elapsed()))
}

fn cause(from: CalendarId) -> Cause {
    Cause {
        kind: CauseKind::Flow,
        from,
        link: None,
        via: Vec::new(),
        change: ChangeId(Uuid::from_u128(3)),
        modified: None,
    }
}

fn intent(copy: &Copy, body: Event) -> Intent {
    Intent {
        stamp: Stamp(Uuid::from_u128(4)),
        copy: copy.id,
        operation: Operation::Update,
        generation: 0,
        remote_id: Some("1".to_owned()),
        version: None,
        body: Some(body),
        local: Some(copy.local.clone()),
        feed: 0,
        causes: BTreeMap::new(),
        life_cause: None,
        in_parts: false,
        at: Timestamp::UNIX_EPOCH,
        outcome: Outcome::Open,
    }
}

fn observation(version: Version, body: Event, stamp: Option<Stamp>) -> Observation {
    Observation {
        change: ChangeId(Uuid::from_u128(5)),
        remote_id: "1".to_owned(),
        version: Some(version),
        body: Some(body),
        stamp,
        modified: None,
    }
}

/// Whole lives, as `cargo xtask simulate` lives them: with people, accidents and providers, which take their time too.
fn lives(program: &Path, seeds: u64) -> Fallible {
    for (tier, seeds, target) in [("1", seeds, 200_000.0), ("2", seeds / 50, 3_000.0)] {
        let arguments = ["--seeds", &seeds.to_string(), "--tier", tier];
        let output = Command::new(program).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| {
            let (before, _) = line.split_once(" steps/s a thread")?;
            before.rsplit(' ').next()?.parse().ok()
        });
        let rate: f64 = rate.ok_or("the simulation does not tell its steps")?;
        let what = format!("simulation, tier {tier}, {seeds} lives (steps of its worlds)");
        judged(&what, rate, "steps/s", &Target::AtLeast(target));
    }
    Ok(())
}
