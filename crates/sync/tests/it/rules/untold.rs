//! L2 where an event turns private behind a mask that does not tell so.

use std::collections::BTreeSet;

use calendar::{Event, Override, Privacy, Text, Unit};
use sync::{
    Base, Cause, CauseKind, Copy, Linked, Mask, Member, Role,
    links::{self as rules, Made},
};

use super::{
    cause, event,
    privacy::{changed, copy, fields, flow, joins, origin, title, titles},
    with,
};
use simulation::slots::{Slot, occurrence};

#[test]
fn l2_an_event_that_turns_private_behind_a_mask_that_does_not_tell_so_goes() {
    let (mut linked, mut member, mut here) = origin(titles(), &event());
    assert!(!rules::keeps_private(&linked, &member, &here));
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    assert!(rules::keeps_private(&linked, &member, &here));
    let gone = rules::hide(&mut linked, &mut member, &here);
    assert_eq!(gone, [Unit::Title].into());
    assert_eq!(linked.value.title, "Busy");
    here.local = with(&here.local, Slot::Title, 4);
    assert!(rules::inward(&mut linked, &mut member, &here).is_empty());
    here.local.privacy = Privacy::Public;
    rules::inward(&mut linked, &mut member, &here);
    assert_eq!(title(&linked.value), Some(4));
}

#[test]
fn l2_what_its_provider_has_respelled_goes_too() {
    // Seed 6709439: titles came back without their last spaces.
    let series = changed(&event(), 5, None);
    let (mut linked, mut member, mut here) = origin(titles(), &series);
    linked.value.title += "  ";
    if let Some(Override::Patch(patch)) = linked.value.overrides.get_mut(&occurrence(0)) {
        patch.title = patch.title.take().map(|title| title + "  ");
    }
    here.local = changed(&series, 5, Some(Privacy::Private));
    rules::hide(&mut linked, &mut member, &here);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
    assert_eq!(
        title(&linked.value),
        Some(0),
        "of the series nothing is private"
    );
    here.local.privacy = Privacy::Private;
    rules::hide(&mut linked, &mut member, &here);
    assert_eq!(linked.value.title, "Busy");
}

#[test]
fn l2_of_a_text_that_others_have_written_into_the_origins_lines_go_too() {
    let texts = || fields([Unit::Text].into());
    let (mut linked, mut member, mut here) = origin(texts(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Line(0), 2);
    rules::inward(&mut linked, &mut other, &mirror);
    here.local.privacy = Privacy::Private;
    let gone = rules::hide(&mut linked, &mut member, &here);
    assert!(gone.contains(&Unit::Text), "{gone:?}");
    assert_eq!(Slot::Line(0).read(&linked.value), None);
}

#[test]
fn l2_an_occurrence_that_others_have_said_something_of_stays() {
    let busy = || fields(BTreeSet::new());
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, mut member, mut here) = origin(busy(), &series);
    let (mut other, mut mirror) = joins(&mut linked, &series);
    mirror.local = changed(&mirror.local, 5, None);
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward_own(&linked, &mut member, &mut here, &flow());
    here.local.privacy = Privacy::Private;
    rules::hide(&mut linked, &mut member, &here);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), Some(5));
}

#[test]
fn l2_what_its_provider_has_made_markup_of_goes_too() {
    // Seed 8041325.
    let said = with(&event(), Slot::Line(1), 5);
    let (mut linked, mut member, mut here) = origin(titles(), &event());
    linked.value.text = said.text.clone();
    here.local.text = Text {
        content: said.text.content.replace('\n', "<br>\n"),
        html: true,
    };
    here.local.privacy = Privacy::Secret;
    rules::hide(&mut linked, &mut member, &here);
    assert_eq!(linked.value.text, Text::default());
    // The same where others have written into it.
    let texts = || fields([Unit::Text].into());
    let (mut linked, mut member, mut here) = origin(texts(), &said);
    let local = here.local.clone();
    here.local.text = Text {
        content: "x<br/>b=5<br/>".to_owned(),
        html: true,
    };
    here.local.privacy = Privacy::Secret;
    rules::hide(&mut linked, &mut member, &here);
    assert_ne!(linked.value.text, local.text);
}

#[test]
fn l2_what_another_calendar_has_turned_private_stays_private() {
    // Seed 4382759.
    let (mut linked, mut member, mut here) = origin(titles(), &with(&event(), Slot::Title, 3));
    let (mut other, mut mirror) = joins(&mut linked, &with(&event(), Slot::Title, 3));
    here.local.privacy = Privacy::Private;
    rules::hide(&mut linked, &mut member, &here);
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    mirror.local = with(&mirror.local, Slot::Title, 11);
    mirror.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    rules::hide(&mut linked, &mut member, &here);
    assert_eq!(linked.value.privacy, Privacy::Private);
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    rules::inward(&mut linked, &mut other, &mirror);
    assert_ne!(title(&linked.value), Some(11), "it is for nobody else");
}

/// An occurrence is noted on the mirror, and the note comes along the link to where the event was made.
fn noted(
    linked: &mut Linked,
    (member, here): (&mut Member, &mut Copy),
    (other, mirror): (&mut Member, &mut Copy),
) -> Cause {
    mirror.local = changed(&mirror.local, 14, None);
    rules::inward(linked, other, mirror);
    let along = Cause {
        link: Some(linked.link),
        ..flow()
    };
    rules::outward_own(linked, member, here, &along);
    assert_eq!(Slot::Occurrence(0).read(&here.local), Some(14));
    along
}

#[test]
fn l6_what_came_to_a_private_event_is_not_written_once_its_calendars_mask_shows_less() {
    // Seed 8394764: it has gone from the linked event again, so nobody is its author.
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, mut member, mut here) = origin(titles(), &series);
    let (remote, local) = (series.clone(), series.clone());
    here.base = Some(Base { remote, local });
    let (mut other, mut mirror) = joins(&mut linked, &series);
    here.local.privacy = Privacy::Private;
    let along = noted(
        &mut linked,
        (&mut member, &mut here),
        (&mut other, &mut mirror),
    );
    rules::hide(&mut linked, &mut member, &here);
    let busy = fields(BTreeSet::new());
    let (value, alone) = (&mut linked, Made::Person(&[]));
    rules::remask(value, &mut member, &mut here, busy, alone, &along);
    assert_eq!(Slot::Occurrence(0).read(&here.local), None);
}

#[test]
fn l6_what_came_to_a_private_event_is_written_where_its_calendars_mask_still_shows_it() {
    // Seed 14091247: its own calendar sees all of it, private or not.
    let series = with(&event(), Slot::Rule, 1);
    let mut private = series.clone();
    private.privacy = Privacy::Private;
    let wide = fields([Unit::Title, Unit::Place].into());
    let (mut linked, mut member, mut here) = origin(wide, &private);
    let (remote, local) = (private.clone(), private.clone());
    here.base = Some(Base { remote, local });
    let (mut other, mut mirror) = joins(&mut linked, &series);
    let along = noted(
        &mut linked,
        (&mut member, &mut here),
        (&mut other, &mut mirror),
    );
    let (value, alone) = (&mut linked, Made::Person(&[]));
    rules::remask(value, &mut member, &mut here, titles(), alone, &along);
    assert_eq!(Slot::Occurrence(0).read(&here.local), Some(14));
}

#[test]
fn l6_lines_that_wait_go_with_the_mask_though_the_calendar_itself_wrote_into_the_text_last() {
    // Seed 26874860: the whole text was taken for its own.
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    let base = |event: &Event| Base {
        remote: event.clone(),
        local: event.clone(),
    };
    here.base = Some(base(&event()));
    mirror.local = with(&mirror.local, Slot::Line(2), 14);
    rules::inward(&mut linked, &mut other, &mirror);
    let along = Cause {
        from: mirror.calendar,
        link: Some(linked.link),
        ..flow()
    };
    rules::outward_own(&linked, &mut member, &mut here, &along);
    assert_eq!(Slot::Line(2).read(&here.local), Some(14));
    let there = with(&event(), Slot::Line(0), 10);
    here.local = with(&here.local, Slot::Line(0), 10);
    here.base = Some(base(&there));
    rules::inward(&mut linked, &mut member, &here);
    let others = [mirror.local];
    let (copy, made, config) = (&mut here, Made::Person(&others), cause(CauseKind::Config));
    rules::remask(&mut linked, &mut member, copy, titles(), made, &config);
    assert_eq!(Slot::Line(0).read(&here.local), Some(10));
    assert_eq!(Slot::Line(2).read(&here.local), Some(0));
}

#[test]
pub(super) fn l6_of_a_text_that_goes_with_the_mask_those_lines_stay_that_others_have() {
    // Seed 15276650: all of it stayed, since another calendar had a copy of its own from before.
    let private = |number| {
        let mut event = with(&event(), Slot::Line(1), number);
        event.privacy = Privacy::Private;
        event
    };
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &private(5));
    let (value, copy, others) = (&mut linked, &mut here, [private(0)]);
    let config = cause(CauseKind::Config);
    let (mask, made) = (titles(), Made::Person(&others));
    rules::remask(value, &mut member, copy, mask, made, &config);
    assert_eq!(Slot::Line(1).read(&linked.value), None);
    assert_eq!(Slot::Line(0).read(&linked.value), Some(0));
}

#[test]
pub(super) fn l8_who_joins_with_a_private_copy_tells_nothing_of_its_occurrences() {
    // Seed 12719810: neither mask tells that anything is private.
    let (mut linked, ..) = origin(titles(), &changed(&event(), 5, Some(Privacy::Secret)));
    let mut there = copy(1, &changed(&event(), 6, None));
    there.local.privacy = Privacy::Secret;
    let config = cause(CauseKind::Config);
    rules::attach(&mut linked, &mut there, Role::Both, titles(), &config);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
}

#[test]
pub(super) fn l6_what_others_have_said_comes_to_a_private_event_with_a_mask_that_shows_it() {
    // Seed 21554817: it was taken for what the event's own calendar had, and went once that was public again.
    let (mut linked, mut member, mut here) = origin(titles(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Place, 5);
    rules::inward(&mut linked, &mut other, &mirror);
    here.local.privacy = Privacy::Private;
    let (value, copy, config) = (&mut linked, &mut here, cause(CauseKind::Config));
    let (mask, made) = (fields([Unit::Title, Unit::Place].into()), Made::Person(&[]));
    rules::remask(value, &mut member, copy, mask, made, &config);
    rules::outward(&linked, &mut member, &mut here, &flow());
    here.local.privacy = Privacy::Public;
    rules::inward(&mut linked, &mut member, &here);
    assert_eq!(Slot::Place.read(&here.local), Some(5));
    assert_eq!(Slot::Place.read(&linked.value), Some(5));
}
