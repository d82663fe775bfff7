//! L1–L8.

use calendar::{Event, Privacy, Text, Unit};
use sync::{
    CauseKind, Copy, CopyId, LinkId, Linked, LinkedId, Mask, Member, Role,
    links::{self as rules, Made, Moved},
};
use uuid::Uuid;

use super::{cause, event, version, with};
use simulation::{calendar, slots::Slot};

/// A copy in the calendar at this place.
pub(super) fn copy(place: usize, local: &Event) -> Copy {
    let id = CopyId(Uuid::from_u128(u128::try_from(place).unwrap() + 100));
    Copy::made_here(id, calendar(place), local.clone())
}

/// A linked event with its origin.
pub(super) fn origin(role: Role) -> (Linked, Member, Copy) {
    let copy = copy(0, &event());
    let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
    let (linked, member) = rules::begin(id, link, &copy, role, Mask::everything());
    (linked, member, copy)
}

/// Another member whose copy agrees.
pub(super) fn receiver(linked: &Linked, role: Role, mask: Mask) -> (Member, Copy) {
    let mut copy = copy(1, &mask.project(&linked.value));
    let mut linked = linked.clone();
    let config = cause(CauseKind::Config);
    let (member, _) = rules::attach(&mut linked, &mut copy, role, mask, &config);
    (member, copy)
}

fn fields(units: &[Unit]) -> Mask {
    Mask {
        kind: sync::MaskKind::Fields(units.iter().cloned().collect()),
        ..Mask::everything()
    }
}

pub(super) fn flow() -> sync::Cause {
    cause(CauseKind::Flow)
}

#[test]
fn l1_what_changed_on_a_sender_flows_in() {
    let (mut linked, mut member, mut copy) = origin(Role::Both);
    copy.local = with(&event(), Slot::Title, 2);
    let moved = rules::inward(&mut linked, &mut member, &copy);
    assert_eq!(moved, [Unit::Title].into());
    assert_eq!(Slot::Title.read(&linked.value), Some(2));
    assert_eq!(linked.authors[&Unit::Title], calendar(0));
    assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
}

#[test]
fn l1_nothing_flows_in_from_a_target_or_a_dead_copy() {
    let (linked, ..) = origin(Role::Both);
    for (role, alive) in [(Role::Target, true), (Role::Both, false)] {
        let mut linked = linked.clone();
        let (mut member, mut copy) = receiver(&linked, role, Mask::everything());
        copy.local = with(&event(), Slot::Title, 2);
        copy.alive = alive;
        assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
        assert_eq!(Slot::Title.read(&linked.value), Some(0));
    }
}

#[test]
pub(super) fn l1_what_the_mask_covers_stays_with_the_copy() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut copy) = receiver(&linked, Role::Both, fields(&[Unit::Title]));
    copy.local = with(&copy.local, Slot::Place, 4);
    copy.local = with(&copy.local, Slot::Color, 4);
    assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
    assert_eq!(Slot::Place.read(&linked.value), Some(0));
}

#[test]
pub(super) fn l1_a_hidden_note_on_an_occurrence_stays_a_note() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut copy) = receiver(&linked, Role::Both, fields(&[Unit::Place]));
    copy.local = with(&copy.local, Slot::Occurrence(0), 4);
    rules::inward(&mut linked, &mut member, &copy);
    assert_eq!(Slot::Occurrence(0).read(&linked.value), None);
    rules::outward(&linked, &mut member, &mut copy, &flow());
    assert_eq!(Slot::Occurrence(0).read(&copy.local), Some(4));
}

#[test]
fn l2_only_what_changed_goes_out() {
    let (mut linked, mut member, mut here) = origin(Role::Both);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    there.local = with(&there.local, Slot::Place, 4);
    here.local = with(&event(), Slot::Title, 2);
    rules::inward(&mut linked, &mut member, &here);
    let done = rules::outward(&linked, &mut target, &mut there, &flow());
    assert_eq!(done.units, [Unit::Title].into());
    assert_eq!(Slot::Title.read(&there.local), Some(2));
    assert_eq!(there.causes[&Unit::Title], flow());
    // The target's own place stays until the projected place changes.
    assert_eq!(Slot::Place.read(&there.local), Some(4));
    assert!(rules::outward(&linked, &mut target, &mut there, &flow()).is_empty());
}

#[test]
fn l2_what_is_covered_does_not_go_out() {
    let (mut linked, mut member, mut here) = origin(Role::Both);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::busy("Busy"));
    for slot in [
        Slot::Title,
        Slot::Line(0),
        Slot::Place,
        Slot::Occurrence(0),
        Slot::When,
    ] {
        here.local = with(&here.local, slot, 8);
    }
    rules::inward(&mut linked, &mut member, &here);
    rules::outward(&linked, &mut target, &mut there, &flow());
    assert_eq!(there.local.title, "Busy");
    assert_eq!(Slot::When.read(&there.local), Some(8));
    for slot in [Slot::Line(0), Slot::Place, Slot::Occurrence(0)] {
        assert_eq!(slot.read(&there.local), None, "{slot:?}");
    }
}

#[test]
fn l3_a_deletion_by_a_sender_takes_the_receivers_with_it() {
    let (mut linked, mut member, _) = origin(Role::Source);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    assert!(rules::died(&mut linked, &mut member));
    assert!(rules::outward(&linked, &mut target, &mut there, &flow()).life);
    assert!(!there.alive);
}

#[test]
fn l3_a_deletion_on_a_target_is_its_own() {
    let (mut linked, ..) = origin(Role::Source);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    there.alive = false;
    assert!(!rules::died(&mut linked, &mut target));
    assert!(linked.alive && target.declined);
    rules::outward(&linked, &mut target, &mut there, &flow());
    assert!(!there.alive);
}

#[test]
pub(super) fn l3_a_deletion_after_the_event_turned_up_elsewhere_is_half_of_a_move() {
    let (linked, left, _) = origin(Role::Both);
    let since: jiff::Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let soon = since + jiff::SignedDuration::from_mins(59);
    let late = since + jiff::SignedDuration::from_hours(1);
    let there = |role, since| {
        let (member, _) = receiver(&linked, role, Mask::everything());
        Member { since, ..member }
    };
    let (before, after) = (Some(since), Some(soon));
    let cases = [
        (Role::Both, Some(since), after, soon, Moved::LivesOn),
        (Role::Target, Some(since), after, soon, Moved::OutOfTheLink),
        (Role::Both, Some(since), after, late, Moved::Not),
        // The old calendar was not read since.
        (Role::Both, Some(since), before, late, Moved::LivesOn),
        // They met when the link was made.
        (Role::Both, None, before, soon, Moved::Not),
    ];
    for (role, since, read, now, moved) in cases {
        let there = there(role, since);
        assert_eq!(rules::moved(&left, &there, read, now), moved, "{role:?}");
    }
    assert_eq!(rules::moved(&left, &left, before, soon), Moved::Not);
    // Seed 8190713: nothing dies of what a target declines, and nobody else leaves the link with it.
    let declines = there(Role::Target, None);
    let beside = Member {
        copy: CopyId(Uuid::from_u128(77)),
        ..there(Role::Target, Some(since))
    };
    assert_eq!(rules::moved(&declines, &beside, after, soon), Moved::Not);
}

#[test]
fn l4_what_turns_up_elsewhere_after_it_died_lives_on_with_what_was_changed_meanwhile() {
    let (mut linked, mut member, mut left) = origin(Role::Both);
    left.base = Some(sync::Base {
        remote: event(),
        local: event(),
    });
    // Somebody changed a mirror, which was not written to the old calendar before the event was moved away.
    Slot::Title.write(&mut linked.value, 2);
    rules::died(&mut linked, &mut member);
    let mut here = copy(1, &with(&event(), Slot::Place, 3));
    let all = Mask::everything();
    let (joined, done) = rules::follow(
        &mut linked,
        (&member, &left),
        &mut here,
        Role::Both,
        all,
        &flow(),
    );
    assert!(done.conflicts.is_empty() && linked.alive);
    assert_eq!((linked.origin, joined.attached), (here.id, true));
    for event in [&linked.value, &here.local, &joined.agreed] {
        assert_eq!(Slot::Title.read(event), Some(2));
        assert_eq!(Slot::Place.read(event), Some(3));
    }
}

#[test]
fn l4_what_was_edited_while_a_calendar_was_away_and_then_moved_meets_what_was_edited_elsewhere() {
    let (mut linked, mut member, mut left) = origin(Role::Both);
    member.attached = false;
    let edited = with(&left.local, Slot::Place, 3);
    left.local = edited.clone();
    left.base = Some(sync::Base {
        remote: edited.clone(),
        local: edited.clone(),
    });
    Slot::Place.write(&mut linked.value, 2);
    rules::died(&mut linked, &mut member);
    let (mut here, all) = (copy(1, &edited), Mask::everything());
    let left = (&member, &left);
    let (_, done) = rules::follow(&mut linked, left, &mut here, Role::Both, all, &flow());
    let [lost] = &done.conflicts[..] else {
        panic!("nobody would know of it: {done:?}")
    };
    assert_eq!(Slot::Place.read(&lost.local), Some(3));
    assert_eq!(Slot::Place.read(&here.local), Some(2));
}

#[test]
fn l4_what_was_said_in_an_event_that_lives_as_another_one_is_kept() {
    let (living, _, copy) = origin(Role::Both);
    let dead = sync::Linked {
        value: with(&living.value, Slot::Place, 2),
        ..living.clone()
    };
    let lost = rules::lives_as(&dead, &living, &copy, &[]);
    let [lost] = &lost[..] else {
        panic!("nobody would know of it: {lost:?}")
    };
    assert_eq!(Slot::Place.read(&lost.local), Some(2));
    assert_eq!(lost.remote_won, Some(true));
    // What people have of it brings it along.
    let own = [with(&copy.local, Slot::Place, 2)];
    assert!(rules::lives_as(&dead, &living, &copy, &own).is_empty());
}

#[test]
fn l4_what_the_new_calendar_does_not_let_out_goes_from_the_others() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, there) = receiver(&linked, Role::Both, fields(&[Unit::Title]));
    let mut there = there;
    there.local = event();
    let lost = rules::speaks(&mut linked, &mut member, &there, calendar(0));
    assert!(lost.is_empty(), "the copy has it");
    assert_eq!(linked.origin, there.id);
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
    assert_eq!(Slot::Place.read(&linked.value), None);
}

#[test]
pub(super) fn l4_a_revive_counts_only_if_something_flows_or_was_restored() {
    let cases = [
        (Slot::Title, false, true),
        (Slot::Color, false, false),
        (Slot::Color, true, true),
    ];
    for (slot, restored, counts) in cases {
        let (mut linked, mut member, mut copy) = origin(Role::Both);
        rules::died(&mut linked, &mut member);
        copy.local = with(&event(), slot, 2);
        rules::revived(&mut linked, &mut member, &mut copy, restored, &flow());
        assert_eq!(
            (linked.alive, copy.alive),
            (counts, counts),
            "{slot:?} {restored}"
        );
    }
}

#[test]
fn l4_receivers_that_have_not_declined_live_again() {
    let (mut linked, mut member, mut copy) = origin(Role::Both);
    let (mut follows, mut there) = receiver(&linked, Role::Target, Mask::everything());
    let (mut declined, mut gone) = receiver(&linked, Role::Target, Mask::everything());
    gone.alive = false;
    rules::died(&mut linked, &mut declined);
    rules::died(&mut linked, &mut member);
    for (member, copy) in [(&mut follows, &mut there), (&mut declined, &mut gone)] {
        rules::outward(&linked, member, copy, &flow());
    }
    rules::revived(&mut linked, &mut member, &mut copy, true, &flow());
    rules::outward(&linked, &mut follows, &mut there, &flow());
    rules::outward(&linked, &mut declined, &mut gone, &flow());
    assert!(there.alive && !gone.alive);
}

#[test]
fn l5_sources_are_never_written() {
    let (mut linked, mut source, mut copy) = origin(Role::Source);
    linked.value = with(&linked.value, Slot::Title, 2);
    linked.alive = false;
    let before = copy.clone();
    assert!(rules::outward(&linked, &mut source, &mut copy, &flow()).is_empty());
    assert_eq!(copy, before);
}

pub(super) fn remasked(
    linked: &mut Linked,
    member: &mut Member,
    copy: &mut Copy,
    mask: Mask,
    made: Made,
) -> rules::Relinked {
    rules::remask(linked, member, copy, mask, made, &cause(CauseKind::Config))
}

#[test]
fn l6_another_mask_projects_again() {
    let (mut linked, ..) = origin(Role::Source);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    let before = linked.clone();
    let busy = Mask::busy("Busy");
    remasked(&mut linked, &mut target, &mut there, busy, Made::Mirror);
    assert_eq!(linked, before);
    let done = rules::outward(&linked, &mut target, &mut there, &cause(CauseKind::Config));
    assert!(done.units.contains(&Unit::Title) && done.units.contains(&Unit::Text));
    assert_eq!(there.local.title, "Busy");
    assert!(there.local.text.is_empty());
    // It is no edit when it meets a deletion (R8).
    assert!(!there.has_pending_edit());
}

#[test]
fn l6_what_a_calendar_lets_out_no_more_goes_from_the_others_and_stays_with_it() {
    for role in [Role::Source, Role::Both] {
        let (mut linked, mut member, mut here) = origin(role);
        here.local = with(&here.local, Slot::Occurrence(0), 4);
        rules::inward(&mut linked, &mut member, &here);
        let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
        let before = here.clone();
        let busy = Mask::busy("Away");
        let done = remasked(&mut linked, &mut member, &mut here, busy, Made::Person(&[]));
        assert!(done.moved.contains(&Unit::Title));
        rules::outward(&linked, &mut member, &mut here, &flow());
        assert_eq!(here, before, "{role:?}");
        rules::outward(&linked, &mut target, &mut there, &flow());
        assert_eq!(there.local.title, "Away");
        assert!(there.local.text.is_empty());
        assert_eq!(Slot::Occurrence(0).read(&there.local), None);
        // And back again.
        let all = Mask::everything();
        let done = remasked(&mut linked, &mut member, &mut here, all, Made::Person(&[]));
        assert!(done.conflicts.is_empty() && done.copy.is_empty());
        rules::outward(&linked, &mut target, &mut there, &flow());
        assert_eq!(here, before, "{role:?}");
        assert_eq!(there.local.title, here.local.title);
        assert_eq!(there.local.text, here.local.text);
        assert_eq!(Slot::Occurrence(0).read(&there.local), Some(4));
    }
}

#[test]
fn l6_where_a_sender_shows_more_a_note_does_not_win_over_the_event() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut there) = receiver(&linked, Role::Both, Mask::busy("Busy"));
    there.local = with(&there.local, Slot::Title, 4);
    let all = Mask::everything();
    let done = remasked(&mut linked, &mut member, &mut there, all, Made::Mirror);
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
    assert_eq!(Slot::Title.read(&there.local), Some(0));
    assert_eq!(Slot::Title.read(&done.conflicts[0].local), Some(4));
}

#[test]
fn l1_what_its_calendar_marks_private_stays_hidden_where_the_mask_hides_privacy() {
    let mut copy = copy(0, &event());
    copy.local.privacy = Privacy::Private;
    let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
    let title = fields(&[Unit::Title]);
    let (mut linked, mut member) = rules::begin(id, link, &copy, Role::Source, title);
    assert_eq!(linked.value.title, "Busy");
    copy.local = with(&copy.local, Slot::When, 2);
    let moved = rules::inward(&mut linked, &mut member, &copy);
    assert_eq!(moved, [Unit::When].into());
    assert_eq!(linked.value.title, "Busy");
}

#[test]
fn l6_an_event_that_turns_private_is_scrubbed() {
    let (mut linked, mut member, mut here) = origin(Role::Source);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    here.local.privacy = Privacy::Private;
    rules::inward(&mut linked, &mut member, &here);
    rules::outward(&linked, &mut target, &mut there, &flow());
    assert_eq!(there.local.title, "Busy");
    assert!(there.local.text.is_empty() && there.local.places.is_empty());
}

#[test]
fn l7_coming_back_is_a_merge() {
    let (linked, ..) = origin(Role::Both);
    // The copy's edit, the linked event's edit, who wins the title, and whether it is a conflict.
    let cases = [
        (Role::Both, Some(2), None, 2, false),
        (Role::Both, None, Some(3), 3, false),
        (Role::Both, Some(2), Some(3), 3, true),
        (Role::Source, Some(2), Some(3), 2, true),
    ];
    for (role, ours, theirs, wins, conflict) in cases {
        let mut linked = linked.clone();
        let (mut member, mut copy) = receiver(&linked, role, Mask::everything());
        rules::unlink(&mut linked, &mut member, &[]);
        if let Some(number) = ours {
            copy.local = with(&copy.local, Slot::Title, number);
        }
        if let Some(number) = theirs {
            linked.value = with(&linked.value, Slot::Title, number);
        }
        assert!(rules::inward(&mut linked, &mut member, &copy).is_empty());
        assert!(rules::outward(&linked, &mut member, &mut copy, &flow()).is_empty());
        let done = rules::relink(&mut linked, &mut member, &mut copy, &flow());
        assert_eq!(Slot::Title.read(&linked.value), Some(wins), "{role:?}");
        assert_eq!(Slot::Title.read(&copy.local), Some(wins), "{role:?}");
        assert_eq!(!done.conflicts.is_empty(), conflict);
        let again = rules::relink(&mut linked, &mut member, &mut copy, &flow());
        assert_eq!(again, rules::Relinked::default());
    }
}

#[test]
fn l7_a_targets_own_edit_stays_its_own() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut target, mut there) = receiver(&linked, Role::Target, Mask::everything());
    rules::unlink(&mut linked, &mut target, &[]);
    there.local = with(&there.local, Slot::Title, 2);
    rules::relink(&mut linked, &mut target, &mut there, &flow());
    assert_eq!(Slot::Title.read(&there.local), Some(2));
    assert!(rules::outward(&linked, &mut target, &mut there, &flow()).is_empty());
    assert_eq!(Slot::Title.read(&linked.value), Some(0));
}

#[test]
fn l7_what_died_while_apart() {
    let (linked, ..) = origin(Role::Both);
    // Role, copy alive, linked alive, edited meanwhile; both alive afterwards?
    let cases = [
        (Role::Both, false, true, false, true),
        (Role::Target, false, true, false, true),
        (Role::Source, false, true, false, false),
        (Role::Both, true, false, false, false),
        (Role::Both, true, false, true, true),
        (Role::Target, true, false, true, false),
    ];
    for case in cases {
        let (role, copy_lives, linked_lives, edited, live) = case;
        let mut linked = linked.clone();
        let (mut member, mut copy) = receiver(&linked, role, Mask::everything());
        rules::unlink(&mut linked, &mut member, &[]);
        (copy.alive, linked.alive) = (copy_lives, linked_lives);
        if edited {
            copy.local = with(&copy.local, Slot::Title, 2);
        }
        rules::relink(&mut linked, &mut member, &mut copy, &flow());
        assert_eq!((copy.alive, linked.alive), (live, live), "{case:?}");
    }
}

#[test]
fn l8_at_a_first_meeting_linked_wins_where_it_really_differs() {
    let (mut linked, ..) = origin(Role::Both);
    let mut there = copy(1, &with(&event(), Slot::Place, 4));
    there.local.title.push_str("  ");
    let config = cause(CauseKind::Config);
    let (_, losers) = rules::attach(
        &mut linked,
        &mut there,
        Role::Both,
        Mask::everything(),
        &config,
    );
    assert_eq!(losers.len(), 1);
    assert_eq!(Slot::Place.read(&losers[0].local), Some(4));
    assert_eq!(losers[0].remote_won, Some(true));
    assert_eq!(Slot::Place.read(&there.local), Some(0));
    assert!(there.causes.contains_key(&Unit::Place));
    // White space is not worth a write.
    assert!(!there.causes.contains_key(&Unit::Title));
}

#[test]
pub(super) fn l8_what_only_one_of_the_calendars_has_is_taken_into_the_event() {
    let (mut linked, ..) = origin(Role::Both);
    linked.value.text = Text::plain("");
    linked.value.places.clear();
    let noted = with(&with(&event(), Slot::Line(0), 6), Slot::Place, 4);
    let config = cause(CauseKind::Config);
    let mut meet = |role| {
        let (mut there, mask) = (copy(1, &noted), Mask::everything());
        let (_, losers) = rules::attach(&mut linked, &mut there, role, mask, &config);
        (there, losers, linked.value.clone())
    };
    // What a target has of its own is nobody else's: there the linked event wins.
    let (there, losers, value) = meet(Role::Target);
    assert_eq!(Slot::Place.read(&there.local), None);
    assert_eq!((losers.len(), Slot::Place.read(&value)), (2, None));
    let (there, losers, value) = meet(Role::Both);
    assert_eq!((there.local, losers), (noted.clone(), vec![]));
    assert_eq!(Slot::Place.read(&value), Some(4));
    assert_eq!(Slot::Line(0).read(&value), Some(6));
}

#[test]
pub(super) fn l8_what_still_waits_to_be_written_is_not_taken_for_what_the_provider_rewrote() {
    // Seed 1346018.
    let (mut linked, ..) = origin(Role::Both);
    let there = with(&event(), Slot::Place, 4);
    let id = CopyId(Uuid::from_u128(101));
    let mut copy = Copy::made_there(id, calendar(1), "o1".into(), version(1), there);
    let mut ours = event();
    ours.places[0].name.push_str("  ");
    copy.set(&Unit::Place, &ours, &cause(CauseKind::Edit));
    let (role, mask) = (Role::Both, Mask::everything());
    rules::attach(
        &mut linked,
        &mut copy,
        role,
        mask,
        &cause(CauseKind::Config),
    );
    assert!(copy.pending().contains(&Unit::Place));
}

#[test]
pub(super) fn l7_a_living_copy_that_comes_back_is_not_declined() {
    // Hub seed 101095: it was deleted at the target, which left the link, and edited at its provider meanwhile.
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut copy) = receiver(&linked, Role::Target, Mask::everything());
    copy.alive = false;
    assert!(!rules::died(&mut linked, &mut member));
    rules::unlink(&mut linked, &mut member, &[]);
    copy.alive = true;
    rules::relink(&mut linked, &mut member, &mut copy, &flow());
    assert!(copy.alive && !member.declined);
}

#[test]
fn l8_at_a_first_meeting_a_source_wins_over_linked() {
    let (mut linked, ..) = origin(Role::Both);
    let mut there = copy(1, &with(&event(), Slot::Place, 4));
    let config = cause(CauseKind::Config);
    rules::attach(
        &mut linked,
        &mut there,
        Role::Source,
        Mask::everything(),
        &config,
    );
    assert_eq!(Slot::Place.read(&linked.value), Some(4));
    assert_eq!(Slot::Place.read(&there.local), Some(4));
}

#[test]
fn l8_the_same_event_is_known_by_its_content() {
    let key = |event: &Event| rules::content_key(event);
    let mut spelled = event();
    spelled.title = "T0 ".into();
    assert_eq!(key(&event()), key(&spelled));
    assert_ne!(key(&event()), key(&with(&event(), Slot::When, 1)));
}

fn private(kind: sync::MaskKind) -> Mask {
    Mask {
        kind,
        private: true,
        ..Mask::everything()
    }
}

#[test]
fn mirrors_are_private_where_the_mask_says_so_and_flow_like_others() {
    let (mut linked, mut source, mut here) = origin(Role::Both);
    let (mut member, mut there) =
        receiver(&linked, Role::Both, private(sync::MaskKind::Everything));
    assert_eq!(there.local.privacy, Privacy::Private);
    there.local = with(&there.local, Slot::Title, 2);
    assert_eq!(
        rules::inward(&mut linked, &mut member, &there),
        [Unit::Title].into()
    );
    rules::outward(&linked, &mut source, &mut here, &flow());
    assert_eq!(Slot::Title.read(&here.local), Some(2));
    assert_eq!(here.local.privacy, Privacy::Public);
    // What the mask says of privacy is not to be said back.
    there.local.privacy = Privacy::Secret;
    assert!(rules::inward(&mut linked, &mut member, &there).is_empty());
    there.local.privacy = Privacy::Private;
    // What is private anyway flows as what is private does.
    here.local.privacy = Privacy::Secret;
    rules::inward(&mut linked, &mut source, &here);
    rules::outward(&linked, &mut member, &mut there, &flow());
    assert_eq!(there.local.privacy, Privacy::Private);
    assert_eq!(Slot::Title.read(&there.local), None);
}

#[test]
fn what_is_made_where_mirrors_are_private_is_as_it_is() {
    let fields = sync::MaskKind::Fields([Unit::Title, Unit::Privacy].into());
    for kind in [sync::MaskKind::Everything, fields] {
        let mut copy = copy(0, &event());
        let (id, link) = (LinkedId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
        let (mut linked, mut member) =
            rules::begin(id, link, &copy, Role::Both, private(kind.clone()));
        assert_eq!(linked.value.privacy, Privacy::Public);
        assert!(rules::outward(&linked, &mut member, &mut copy, &flow()).is_empty());
        copy.local.privacy = Privacy::Private;
        let moved = rules::inward(&mut linked, &mut member, &copy);
        assert!(moved.contains(&Unit::Privacy), "{kind:?}");
        assert_eq!(linked.value.privacy, Privacy::Private);
    }
}

#[test]
fn l6_mirrors_become_private_and_public_again_with_the_mask() {
    let (mut linked, ..) = origin(Role::Both);
    let (mut member, mut there) = receiver(&linked, Role::Both, Mask::everything());
    let config = cause(CauseKind::Config);
    for (mask, privacy) in [
        (private(sync::MaskKind::Everything), Privacy::Private),
        (Mask::everything(), Privacy::Public),
    ] {
        let made = Made::Mirror;
        rules::remask(&mut linked, &mut member, &mut there, mask, made, &config);
        rules::outward(&linked, &mut member, &mut there, &config);
        assert_eq!(there.local.privacy, privacy);
        assert_eq!(linked.value.privacy, Privacy::Public);
        assert!(rules::inward(&mut linked, &mut member, &there).is_empty());
    }
}

#[test]
fn a_stopped_mirror_is_dead_until_the_filter_lets_it_pass() {
    let (mut linked, mut source, mut here) = origin(Role::Both);
    let (mut member, mut there) = receiver(&linked, Role::Target, fields(&[Unit::Title]));
    // A note on what flows, one where the mask hides, and a colour, which is the copy's own.
    for slot in [Slot::Title, Slot::Place, Slot::Color] {
        there.local = with(&there.local, slot, 4);
    }
    let config = cause(CauseKind::Config);
    let lost = rules::stop(&mut member, &mut there, &config);
    let mut units: Vec<Unit> = lost.iter().map(|lost| lost.unit.clone()).collect();
    units.sort();
    assert_eq!(units, [Unit::Title, Unit::Place]);
    assert!(!there.alive && member.stopped);
    assert_eq!(there.life_cause, Some(config.clone()));
    assert!(rules::stop(&mut member, &mut there, &config).is_empty());
    here.local = with(&here.local, Slot::Title, 2);
    rules::inward(&mut linked, &mut source, &here);
    assert!(rules::outward(&linked, &mut member, &mut there, &flow()).is_empty());
    rules::unlink(&mut linked, &mut member, &[source.clone()]);
    rules::relink(&mut linked, &mut member, &mut there, &flow());
    assert!(!there.alive);
    rules::pass(&mut member);
    assert!(rules::outward(&linked, &mut member, &mut there, &flow()).life);
    assert_eq!(Slot::Title.read(&there.local), Some(2));
    assert_eq!(Slot::Place.read(&there.local), Some(4));
}

#[test]
fn that_a_mirror_is_private_hides_nothing_more_of_it() {
    let (mut linked, ..) = origin(Role::Both);
    let title = sync::MaskKind::Fields([Unit::Title].into());
    let (mut member, mut there) = receiver(&linked, Role::Both, private(title));
    there.local = with(&there.local, Slot::Title, 2);
    let moved = rules::inward(&mut linked, &mut member, &there);
    assert_eq!(moved, [Unit::Title].into());
}
