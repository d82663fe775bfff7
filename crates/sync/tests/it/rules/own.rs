//! A calendar's own words beside others' in one text, while both wait to be written: when the others' may not be seen there any
//! more, its own stay (L6, seed 26984003).

use calendar::{Event, Privacy, Unit};
use sync::{
    Base, Cause, CauseKind, Copy, Linked, Mask, Member,
    links::{self as rules, Made},
    replication::{observe, reply},
};

use super::{
    cause, event, intent,
    privacy::{flow, joins, origin, titles},
    seen, stored, with,
};
use simulation::slots::Slot;

const MINE: (Slot, u32) = (Slot::Line(0), 10);
const THEIRS: (Slot, u32) = (Slot::Line(1), 14);

/// An event with a copy in another calendar; and the cause of what comes to it from there.
struct Told {
    linked: Linked,
    member: Member,
    here: Copy,
    other: Member,
    mirror: Copy,
    along: Cause,
}

fn told() -> Told {
    let (mut linked, member, mut here) = origin(Mask::everything(), &event());
    here.base = Some(Base {
        remote: event(),
        local: event(),
    });
    let (other, mirror) = joins(&mut linked, &event());
    let along = Cause {
        from: mirror.calendar,
        link: Some(linked.link),
        ..flow()
    };
    Told {
        linked,
        member,
        here,
        other,
        mirror,
        along,
    }
}

impl Told {
    /// Somebody here writes into the text.
    fn writes(&mut self, (slot, number): (Slot, u32)) {
        let next = with(&self.here.local, slot, number);
        let edit = Cause {
            from: self.here.calendar,
            ..cause(CauseKind::Edit)
        };
        self.here.set(&Unit::Text, &next, &edit);
        rules::inward(&mut self.linked, &mut self.member, &self.here);
    }

    /// Somebody elsewhere does.
    fn hears(&mut self, (slot, number): (Slot, u32)) {
        let Self { linked, member, .. } = self;
        self.mirror.local = with(&linked.value, slot, number);
        self.other.agreed = linked.value.clone();
        rules::inward(linked, &mut self.other, &self.mirror);
        rules::outward_own(linked, member, &mut self.here, &self.along);
    }

    /// The calendar's mask shows titles only from now on.
    fn hides(&mut self) {
        let others = [self.mirror.local.clone()];
        let (copy, made) = (&mut self.here, Made::Person(&others));
        let config = cause(CauseKind::Config);
        rules::remask(
            &mut self.linked,
            &mut self.member,
            copy,
            titles(),
            made,
            &config,
        );
    }
}

fn read(event: &Event) -> (Option<u32>, Option<u32>) {
    (MINE.0.read(event), THEIRS.0.read(event))
}

#[test]
pub(super) fn l6_what_was_written_beside_what_came_along_stays_when_that_is_taken_back() {
    for first in [true, false] {
        let mut told = told();
        if first {
            told.writes(MINE);
        }
        told.hears(THEIRS);
        if !first {
            told.writes(MINE);
        }
        assert_eq!(read(&told.here.local), (Some(10), Some(14)));
        told.hides();
        assert_eq!(read(&told.here.local), (Some(10), Some(0)), "{first}");
        // It waits as this calendar's own.
        assert_eq!(told.here.causes[&Unit::Text].kind, CauseKind::Edit);
        assert_eq!(told.here.own, None);
    }
}

#[test]
fn l6_what_was_written_at_the_provider_meanwhile_stays_too() {
    let mut told = told();
    told.here = Copy {
        remote: super::settled().remote,
        ..told.here
    };
    told.writes(MINE);
    told.hears(THEIRS);
    let there = with(&event(), Slot::Line(2), 12);
    observe(
        &mut told.here,
        &[],
        &seen(9, &there),
        &super::Standing::default(),
    );
    assert_eq!(read(&told.here.local), (Some(10), Some(14)));
    told.hides();
    assert_eq!(read(&told.here.local), (Some(10), Some(0)));
    assert_eq!(Slot::Line(2).read(&told.here.local), Some(12));
}

#[test]
fn l6_what_the_provider_has_of_others_already_stays() {
    let mut told = told();
    told.here = Copy {
        remote: super::settled().remote,
        ..told.here
    };
    told.writes(MINE);
    told.hears(THEIRS);
    let sent = intent(&told.here, &[]);
    told.hears((Slot::Line(2), 13));
    let body = sent.body.clone().unwrap();
    reply(&mut told.here, &sent, stored(9, &body), 0);
    told.hides();
    assert_eq!(read(&told.here.local), (Some(10), Some(14)));
    assert_eq!(
        Slot::Line(2).read(&told.here.local),
        None,
        "it was on its way here"
    );
}

#[test]
fn l2_own_words_stay_where_the_event_turns_private_elsewhere() {
    let mut told = told();
    std::mem::swap(&mut told.member, &mut told.other);
    std::mem::swap(&mut told.here, &mut told.mirror);
    told.here.base = told.mirror.base.take();
    told.along.from = told.mirror.calendar;
    told.hears(THEIRS);
    told.writes(MINE);
    told.mirror.local = told.linked.value.clone();
    told.other.agreed = told.linked.value.clone();
    told.mirror.local.privacy = Privacy::Private;
    rules::inward(&mut told.linked, &mut told.other, &told.mirror);
    let done = rules::outward_own(&told.linked, &mut told.member, &mut told.here, &told.along);
    assert_eq!(read(&told.here.local), (Some(10), Some(0)));
    assert!(done.lost.is_empty(), "{:?}", done.lost);
}
