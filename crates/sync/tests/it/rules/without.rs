//! Laws that random lives miss too seldom (`crates/simulation/tests/it/mutants.rs`), each taken away in a story of its own.

use std::panic::catch_unwind;

use sync::law::{Law, take_away};

use super::{links, looking, observing, writing};

#[test]
fn each_of_these_laws_is_missed_in_its_story() {
    let stories: [(Law, fn()); 9] = [
        (
            Law::OldRepliesIgnored,
            writing::r3_an_answer_older_than_what_was_seen_is_ignored,
        ),
        (
            Law::LookAfterRefusal,
            writing::r4_what_did_not_meet_its_condition_is_looked_at,
        ),
        (
            Law::EditOnTopOfSent,
            observing::r5_an_edit_on_top_of_what_was_sent_is_no_conflict,
        ),
        (
            Law::NewerClosesDelete,
            observing::r7_a_newer_version_closes_the_delete,
        ),
        (
            Law::ReviveIsWritten,
            observing::r7_a_revive_over_an_open_delete_is_written_once,
        ),
        (
            Law::LateCreateTellsDeletion,
            observing::r7_an_older_create_of_ours_in_the_place_of_a_later_one_tells_a_deletion,
        ),
        (
            Law::OldVersionsIgnored,
            looking::r10_an_older_version_is_ignored,
        ),
        (
            Law::MovesAreNoDeletions,
            links::l3_a_deletion_after_the_event_turned_up_elsewhere_is_half_of_a_move,
        ),
        (
            Law::ReviveNeedsAnEdit,
            links::l4_a_revive_counts_only_if_something_flows_or_was_restored,
        ),
    ];
    for (law, story) in stories {
        story();
        take_away(Some(law));
        let missed = catch_unwind(story).is_err();
        take_away(None);
        assert!(missed, "{}: nothing fails without it", law.name());
    }
}
