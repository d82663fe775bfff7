//! L2 where an event turns private while something is still to be written to a copy that a person made.

use calendar::{Override, Privacy};
use sync::{Mask, Role, links as rules};

use super::{
    event,
    privacy::{flow, joins, origin},
    with,
};
use simulation::slots::{Slot, occurrence};

#[test]
fn l2_what_came_beside_own_words_is_not_written_once_the_event_is_private() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut own) = joins(&mut linked, &event());
    own.base = Some(sync::Base {
        remote: event(),
        local: event(),
    });
    here.local = with(&event(), Slot::Line(1), 5);
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut other, &mut own, &flow());
    own.local = with(&own.local, Slot::Line(2), 6);
    rules::inward(&mut linked, &mut other, &own);
    here.local = linked.value.clone();
    member.agreed = linked.value.clone();
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    let done = rules::outward_own(&linked, &mut other, &mut own, &flow());
    assert_eq!(own.local.text, event().text);
    assert_eq!(Slot::Line(2).read(&linked.value), Some(6), "it is there");
    // Seeds 8424799 and 8426207: nobody else may have it to write.
    let kept: Vec<_> = done.lost.iter().map(|lost| &lost.local).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(Slot::Line(2).read(kept[0]), Some(6));
}

#[test]
fn l8_what_came_along_is_not_written_once_the_event_is_private_though_it_came_from_its_own_calendar()
 {
    // Seed 6580516: what started it was seen in the very calendar to which it came.
    let (mut linked, ..) = origin(Mask::everything(), &with(&event(), Slot::Title, 7));
    let (mut was, mut own) = joins(&mut linked, &event());
    own.base = Some(sync::Base {
        remote: event(),
        local: event(),
    });
    let along = sync::Cause {
        from: own.calendar,
        link: Some(linked.link),
        ..flow()
    };
    own.local = event();
    was.agreed = event();
    rules::outward_own(&linked, &mut was, &mut own, &along);
    assert_eq!(Slot::Title.read(&own.local), Some(7));
    own.local.privacy = Privacy::Secret;
    rules::attach(
        &mut linked,
        &mut own,
        Role::Both,
        Mask::everything(),
        &along,
    );
    assert_eq!(Slot::Title.read(&own.local), Some(0));
}

#[test]
fn l2_what_was_noted_on_a_private_events_occurrence_is_kept_when_that_is_cancelled() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut own) = joins(&mut linked, &event());
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut other, &mut own, &flow());
    own.local = with(&own.local, Slot::Occurrence(0), 7);
    rules::inward(&mut linked, &mut other, &own);
    let cancelled = Override::Excluded;
    here.local.overrides.insert(occurrence(0), cancelled);
    rules::inward(&mut linked, &mut member, &here);
    let done = rules::outward_own(&linked, &mut other, &mut own, &flow());
    assert_eq!(Slot::Occurrence(0).read(&own.local), None);
    let kept: Vec<_> = done.lost.iter().map(|lost| &lost.local).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(Slot::Occurrence(0).read(kept[0]), Some(7));
}
