//! L1, L2, L6 and L8 where events turn private, and public again.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, Privacy, Unit};
use sync::{
    CauseKind, Copy, CopyId, LinkId, Linked, LinkedId, Mask, Member, Role,
    links::{self as rules, Made},
};
use uuid::Uuid;

use super::{cause, event, with};
use simulation::{
    calendar,
    slots::{Slot, occurrence},
};

pub(super) fn copy(place: u128, local: &Event) -> Copy {
    let id = CopyId(Uuid::from_u128(place + 100));
    let place = usize::try_from(place).unwrap();
    Copy::made_here(id, calendar(place), local.clone())
}

/// A linked event with its origin in calendar 0.
pub(super) fn origin(mask: Mask, local: &Event) -> (Linked, Member, Copy) {
    let copy = copy(0, local);
    let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
    let (linked, member) = rules::begin(id, link, &copy, Role::Both, mask);
    (linked, member, copy)
}

/// A copy in calendar 1 that joins, and what it is then.
pub(super) fn joins(linked: &mut Linked, local: &Event) -> (Member, Copy) {
    let mut copy = copy(1, local);
    let config = cause(CauseKind::Config);
    let (member, _) = rules::attach(linked, &mut copy, Role::Both, Mask::everything(), &config);
    (member, copy)
}

pub(super) fn titles() -> Mask {
    fields([Unit::Title].into())
}

pub(super) fn fields(shown: BTreeSet<Unit>) -> Mask {
    Mask {
        kind: sync::MaskKind::Fields(shown),
        ..Mask::everything()
    }
}

pub(super) fn flow() -> sync::Cause {
    cause(CauseKind::Flow)
}

pub(super) fn title(event: &Event) -> Option<u32> {
    Slot::Title.read(event)
}

/// An event whose first occurrence is called otherwise, and is as private as this.
pub(super) fn changed(event: &Event, number: u32, privacy: Option<Privacy>) -> Event {
    let patch = Patch {
        title: Some(format!("t{number}")),
        privacy,
        ..Patch::default()
    };
    let mut event = with(event, Slot::Rule, 1);
    let entry = Override::Patch(Box::new(patch));
    event.overrides.insert(occurrence(0), entry);
    event
}

#[test]
pub(super) fn l2_who_turns_a_mirror_private_has_a_block_and_what_was_said_there_is_kept() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Place, 2);
    rules::inward(&mut linked, &mut other, &mirror);
    assert!(!rules::sees_less(&linked, &other));
    mirror.local.privacy = Privacy::Private;
    let moved = rules::inward(&mut linked, &mut other, &mirror);
    assert_eq!(moved, [Unit::Privacy].into());
    assert!(rules::sees_less(&linked, &other));
    let done = rules::outward(&linked, &mut other, &mut mirror, &flow());
    assert_eq!(mirror.local.title, "Busy");
    let kept: Vec<&Unit> = done.lost.iter().map(|lost| &lost.unit).collect();
    assert_eq!(kept, [&Unit::Place], "that was said there");
    // Where it was made, all of it is to be seen.
    rules::outward(&linked, &mut member, &mut here, &flow());
    assert_eq!(title(&here.local), Some(0));
    assert_eq!(here.local.privacy, Privacy::Private);
}

#[test]
pub(super) fn l1_what_is_written_with_turning_a_mirror_private_is_for_nobody_else() {
    let (mut linked, ..) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Title, 3);
    mirror.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut other, &mirror);
    assert_eq!(linked.value.privacy, Privacy::Private);
    assert_eq!(title(&linked.value), Some(0));
}

#[test]
pub(super) fn l2_what_a_person_made_is_no_block_when_it_turns_private_elsewhere() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut own) = joins(&mut linked, &event());
    own.base = Some(sync::Base {
        remote: event(),
        local: event(),
    });
    here.local = with(&event(), Slot::Title, 5);
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut other, &mut own, &flow());
    assert_eq!(title(&own.local), Some(5));
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut other, &mut own, &flow());
    assert_eq!(title(&own.local), Some(0), "5 was not written yet");
    assert!(own.pending().is_empty());
    here.local.privacy = Privacy::Public;
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut other, &mut own, &flow());
    assert_eq!(title(&own.local), Some(5));
}

#[test]
fn l6_where_privacy_is_told_no_more_what_it_hid_goes_whoever_wrote_it() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Line(0), 2);
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward_own(&linked, &mut member, &mut here, &flow());
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    let config = cause(CauseKind::Config);
    let (value, copy) = (&mut linked, &mut here);
    rules::remask(
        value,
        &mut member,
        copy,
        titles(),
        Made::Person(&[]),
        &config,
    );
    assert_eq!(linked.value.privacy, Privacy::Public);
    assert_eq!(Slot::Line(0).read(&linked.value), None);
    assert_eq!(Slot::Line(0).read(&here.local), Some(2));
}

#[test]
pub(super) fn l2_a_mask_hides_nothing_private_from_where_it_was_made() {
    let (mut linked, mut member, mut here) = origin(titles(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward(&linked, &mut member, &mut here, &flow());
    assert_eq!(title(&here.local), Some(0));
}

#[test]
fn l1_a_note_on_a_private_occurrence_is_a_note() {
    let series = changed(&event(), 1, Some(Privacy::Private));
    let (mut linked, ..) = origin(Mask::everything(), &series);
    let (mut member, mut mirror) = joins(&mut linked, &Mask::everything().project(&series));
    assert_eq!(Slot::Occurrence(0).read(&mirror.local), None);
    mirror.local = changed(&mirror.local, 2, None);
    rules::inward(&mut linked, &mut member, &mirror);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), Some(1));
}

#[test]
fn l8_what_is_private_in_a_calendar_is_told_nothing_when_it_joins() {
    let said = with(&event(), Slot::Title, 6);
    let (mut linked, ..) = origin(Mask::everything(), &said);
    let mut private = event();
    private.privacy = Privacy::Private;
    let (_, copy) = joins(&mut linked, &private);
    assert_eq!(linked.value.privacy, Privacy::Private);
    assert_eq!(title(&copy.local), Some(0));
}

#[test]
pub(super) fn l8_a_target_is_shown_what_its_mask_shows_whatever_its_own_copy_says() {
    let said = with(&event(), Slot::Title, 6);
    let (mut linked, ..) = origin(Mask::everything(), &said);
    let mut private = event();
    private.privacy = Privacy::Private;
    let mut copy = copy(1, &private);
    let config = cause(CauseKind::Config);
    rules::attach(&mut linked, &mut copy, Role::Target, titles(), &config);
    assert_eq!(title(&copy.local), Some(6));
    assert_eq!(copy.local.privacy, Privacy::Private);
}

#[test]
fn l8_what_came_along_another_link_is_not_written_once_a_private_event_is_joined() {
    let mut private = event();
    private.privacy = Privacy::Private;
    let (mut linked, ..) = origin(Mask::everything(), &private);
    let mut copy = copy(1, &event());
    let local = event();
    let remote = event();
    copy.base = Some(sync::Base { remote, local });
    let elsewhere = sync::Cause {
        from: calendar(2),
        ..flow()
    };
    copy.set(&Unit::Title, &with(&event(), Slot::Title, 4), &elsewhere);
    let config = cause(CauseKind::Config);
    let mask = Mask::everything();
    rules::attach(&mut linked, &mut copy, Role::Both, mask, &config);
    assert_eq!(title(&copy.local), Some(0));
}

#[test]
fn l1_an_occurrence_written_with_turning_a_mirror_private_is_for_nobody_else() {
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, ..) = origin(Mask::everything(), &series);
    let (mut other, mut mirror) = joins(&mut linked, &series);
    mirror.local = changed(&mirror.local, 3, None);
    mirror.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut other, &mirror);
    assert_eq!(linked.value.privacy, Privacy::Private);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
}

#[test]
fn l4_what_was_edited_in_a_private_event_is_not_brought_to_where_it_turns_up() {
    let mut private = event();
    private.privacy = Privacy::Private;
    let (mut linked, mut was, mut left) = origin(Mask::everything(), &private);
    let (remote, local) = (private.clone(), private.clone());
    left.base = Some(sync::Base { remote, local });
    left.local = with(&private, Slot::Line(1), 5);
    rules::inward(&mut linked, &mut was, &left);
    (linked.alive, left.alive) = (false, false);
    let mut there = copy(1, &private);
    let (from, mask) = ((&was, &left), Mask::everything());
    let (_, done) = rules::follow(&mut linked, from, &mut there, Role::Both, mask, &flow());
    assert_eq!(Slot::Line(1).read(&there.local), Some(0));
    assert_eq!(Slot::Line(1).read(&linked.value), Some(0));
    let kept: Vec<_> = done.conflicts.iter().map(|lost| &lost.local).collect();
    let kept: Vec<_> = kept.into_iter().map(|e| Slot::Line(1).read(e)).collect();
    assert_eq!(kept, [Some(5)], "nothing that was written is lost");
}

#[test]
fn l4_a_private_event_that_turns_up_is_said_as_its_calendar_lets_it_out() {
    let mut private = with(&event(), Slot::Rule, 1);
    private.privacy = Privacy::Private;
    let (mut linked, was, mut left) = origin(Mask::everything(), &private);
    (linked.alive, left.alive) = (false, false);
    let mut there = copy(1, &changed(&private, 5, None));
    there.local.privacy = Privacy::Public;
    let (from, busy) = ((&was, &left), Mask::busy("Busy"));
    rules::follow(&mut linked, from, &mut there, Role::Both, busy, &flow());
    assert_eq!(Slot::Occurrence(0).read(&there.local), Some(5));
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
}

#[test]
fn l4_what_was_said_elsewhere_of_a_private_event_stays_there_when_another_calendar_speaks_for_it() {
    let mut private = event();
    private.privacy = Privacy::Private;
    private.places.clear();
    let (mut linked, ..) = origin(Mask::everything(), &private);
    let (mut member, there) = joins(&mut linked, &private);
    linked.value = with(&linked.value, Slot::Place, 5);
    linked.authors.insert(Unit::Place, calendar(0));
    let lost = rules::speaks(&mut linked, &mut member, &there, calendar(0));
    assert_eq!(linked.value.places, private.places);
    let kept: Vec<_> = lost
        .iter()
        .map(|lost| Slot::Place.read(&lost.remote))
        .collect();
    assert_eq!(kept, [Some(5)], "nothing that was written is lost");
}

#[test]
fn l4_who_speaks_for_an_event_tells_that_an_occurrence_is_private_there() {
    let series = changed(&event(), 5, None);
    let (mut linked, ..) = origin(Mask::everything(), &series);
    let private = changed(&series, 5, Some(Privacy::Private));
    let (mut member, there) = joins(&mut linked, &private);
    rules::speaks(&mut linked, &mut member, &there, calendar(0));
    assert_eq!(linked.value.overrides, private.overrides);
}

#[test]
pub(super) fn l6_a_text_goes_with_the_mask_though_others_have_written_into_it() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Line(0), 2);
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward_own(&linked, &mut member, &mut here, &flow());
    let config = cause(CauseKind::Config);
    let (value, copy) = (&mut linked, &mut here);
    rules::remask(
        value,
        &mut member,
        copy,
        titles(),
        Made::Person(&[]),
        &config,
    );
    assert_eq!(linked.value.text.content, "");
    assert_eq!(Slot::Line(0).read(&here.local), Some(2));
}

#[test]
fn l1_who_turns_an_occurrence_private_that_was_made_elsewhere_tells_only_that() {
    let series = changed(&event(), 1, None);
    let (mut linked, ..) = origin(Mask::everything(), &series);
    let (mut other, mut mirror) = joins(&mut linked, &series);
    mirror.local = changed(&mirror.local, 2, Some(Privacy::Private));
    rules::inward(&mut linked, &mut other, &mirror);
    assert_eq!(
        linked.value,
        changed(&linked.value, 1, Some(Privacy::Private))
    );
}

#[test]
fn l8_an_occurrence_that_a_link_has_brought_is_not_written_once_the_copy_is_private_and_joins() {
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, ..) = origin(Mask::everything(), &changed(&series, 5, None));
    let mut private = series.clone();
    private.privacy = Privacy::Private;
    let mut copy = copy(1, &private);
    let (remote, local) = (private.clone(), private.clone());
    copy.base = Some(sync::Base { remote, local });
    let unit = Unit::Override(occurrence(0));
    let config = sync::Cause {
        from: copy.calendar,
        ..cause(CauseKind::Config)
    };
    copy.set(&unit, &changed(&private, 5, None), &config);
    let mask = Mask::everything();
    rules::attach(&mut linked, &mut copy, Role::Both, mask, &config);
    assert_eq!(Slot::Occurrence(0).read(&copy.local), None);
}

#[test]
fn l6_an_occurrence_that_goes_with_the_mask_stays_where_it_was_made() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    here.local = changed(&here.local, 5, None);
    rules::inward(&mut linked, &mut member, &here);
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    mirror.local.privacy = Privacy::Secret;
    rules::inward(&mut linked, &mut other, &mirror);
    rules::outward_own(&linked, &mut member, &mut here, &flow());
    let config = cause(CauseKind::Config);
    let (value, copy) = (&mut linked, &mut here);
    rules::remask(
        value,
        &mut member,
        copy,
        titles(),
        Made::Person(&[]),
        &config,
    );
    assert_eq!(Slot::Occurrence(0).read(&here.local), Some(5), "remask");
    rules::inward(&mut linked, &mut member, &here);
    rules::outward_own(&linked, &mut member, &mut here, &flow());
    assert_eq!(Slot::Occurrence(0).read(&here.local), Some(5));
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
}

#[test]
pub(super) fn l6_what_nobody_else_has_goes_with_the_mask_though_others_have_made_the_event() {
    // 5002375: a calendar that saw more from then on was told.
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (_, there) = joins(&mut linked, &event());
    here.local = with(&here.local, Slot::Place, 5);
    rules::inward(&mut linked, &mut member, &here);
    let (config, others) = (cause(CauseKind::Config), [there.local]);
    let (value, copy) = (&mut linked, &mut here);
    let made = Made::Person(&others);
    rules::remask(value, &mut member, copy, fields([].into()), made, &config);
    assert_eq!(Slot::Place.read(&linked.value), None);
    assert_eq!(title(&linked.value), title(&event()), "others have it");
    assert_eq!(Slot::Place.read(&here.local), Some(5));
}

#[test]
fn l1_what_is_noted_on_an_occurrence_is_kept_when_who_does_not_see_it_cuts_it_off() {
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    other.mask = Mask::busy("Busy");
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    here.local = with(&here.local, Slot::Occurrence(0), 7);
    rules::inward(&mut linked, &mut member, &here);
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    assert_eq!(Slot::Occurrence(0).read(&mirror.local), None);
    mirror
        .local
        .overrides
        .insert(occurrence(0), Override::Excluded);
    rules::inward(&mut linked, &mut other, &mirror);
    let done = rules::outward(&linked, &mut member, &mut here, &flow());
    assert_eq!(Slot::Occurrence(0).read(&here.local), None);
    let kept: Vec<_> = done.lost.iter().map(|lost| &lost.local).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(Slot::Occurrence(0).read(kept[0]), Some(7));
    // Who sees it knows what goes.
    here.local = with(&here.local, Slot::Occurrence(0), 8);
    rules::inward(&mut linked, &mut member, &here);
    other.mask = Mask::everything();
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    mirror
        .local
        .overrides
        .insert(occurrence(0), Override::Excluded);
    rules::inward(&mut linked, &mut other, &mirror);
    let done = rules::outward(&linked, &mut member, &mut here, &flow());
    assert_eq!(done.lost, []);
}

#[test]
fn l7_an_occurrence_that_was_turned_private_while_away_is_a_block_there_when_its_calendar_comes_back()
 {
    // Seed 8458737: what others had said of it meanwhile came with it.
    let series = with(&event(), Slot::Rule, 1);
    let (mut linked, mut member, mut here) = origin(Mask::everything(), &series);
    let (mut other, mut mirror) = joins(&mut linked, &series);
    rules::unlink(&mut linked, &mut other, &[member.clone()]);
    here.local = changed(&here.local, 6, None);
    rules::inward(&mut linked, &mut member, &here);
    let private = changed(&mirror.local, 0, Some(Privacy::Private));
    mirror.local = private;
    if let Some(Override::Patch(patch)) = mirror.local.overrides.get_mut(&occurrence(0)) {
        patch.title = None;
    }
    rules::relink(&mut linked, &mut other, &mut mirror, &flow());
    assert!(rules::sees_less(&linked, &other));
    rules::outward(&linked, &mut other, &mut mirror, &flow());
    assert_eq!(Slot::Occurrence(0).read(&mirror.local), None);
}

#[test]
fn l7_what_only_a_calendar_had_said_stays_there_when_it_comes_back_and_the_event_is_private() {
    // Seed 9045842: nobody else's mask let it out, and its copy lost it to the link.
    let (mut linked, mut member, mut here) = origin(titles(), &event());
    let (mut other, mut mirror) = joins(&mut linked, &event());
    mirror.local = with(&mirror.local, Slot::Place, 2);
    rules::inward(&mut linked, &mut other, &mirror);
    rules::unlink(&mut linked, &mut other, &[member.clone()]);
    here.local.privacy = Privacy::Private;
    linked.value.privacy = Privacy::Private;
    rules::outward(&linked, &mut member, &mut here, &flow());
    let done = rules::relink(&mut linked, &mut other, &mut mirror, &flow());
    assert_eq!(done.conflicts, []);
    assert_eq!(Slot::Place.read(&mirror.local), Some(2));
    assert_eq!(linked.value.places, [], "it is for nobody else");
}
