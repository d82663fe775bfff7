//! Laws that random lives miss too seldom (`crates/simulation/tests/it/mutants.rs`), each taken away in a story of its own.

use std::panic::catch_unwind;

use sync::law::{Law, take_away};

use super::{leaving, links, looking, losers, observing, own, privacy, second, untold, writing};
use crate::parts;

/// Which test fails without which law.
macro_rules! stories {
    ($($law:ident in $file:ident: $story:ident;)*) => {
        &[$((Law::$law, $file::$story),)*]
    };
}

const STORIES: &[(Law, fn())] = stories! {
    FoldedGoAlong in writing: r2_what_was_taken_into_the_rule_goes_with_it;
    ShiftedSlotsAreSaid in losers: r2_occurrences_of_which_one_side_says_nothing_are_sent_where_their_series_moves;
    OldRepliesIgnored in writing: r3_an_answer_older_than_what_was_seen_is_ignored;
    TakenIdsAreLeft in looking: r10_an_event_that_is_there_already_is_adopted_and_a_burned_id_is_left;
    LookAfterRefusal in writing: r4_what_did_not_meet_its_condition_is_looked_at;
    AnsweredWasThere in looking: r4_what_was_stored_and_is_not_found_was_deleted_and_its_write_is_done;
    UnreadWasThere in observing: r9_what_was_never_read_and_is_restored_is_as_we_sent_it;
    OwnStampIsEcho in observing: r5_an_edit_on_top_of_what_was_sent_is_no_conflict;
    EditOnTopOfSent in observing: r5_an_edit_on_top_of_what_was_sent_is_no_conflict;
    UnstampedIsOurs in observing: r5_what_an_open_update_sent_is_ours_though_its_stamp_was_thrown_away;
    UnstampedHasLanded in observing: r5_what_an_open_update_sent_is_ours_once_and_then_somebodys;
    PartsMayCome in parts: overrides_that_a_create_has_not_written_yet_stay_pending;
    LocalUnitsAreTaken in observing: r5_a_colour_on_an_unconfirmed_create_is_taken_over;
    NewerClosesDelete in observing: r7_a_newer_version_closes_the_delete;
    ReviveIsWritten in observing: r7_a_revive_over_an_open_delete_is_written_once;
    LateCreateTellsDeletion in observing: r7_an_older_create_of_ours_in_the_place_of_a_later_one_tells_a_deletion;
    OlderDeleteWasNotIt in observing: r7_a_delete_on_an_older_version_was_not_it;
    EditRefusesUpdates in losers: r7_an_edit_there_refuses_an_update_that_may_still_arrive;
    RestoredIsLookedAt in observing: r7_a_restore_that_overtakes_the_answer_to_our_delete_is_looked_at;
    OldVersionsIgnored in looking: r10_an_older_version_is_ignored;
    SecondAsItWas in second: r10_a_second_object_is_known_when_it_comes_back_as_it_was;
    SecondsColorIsHanded in second: r10_a_colour_on_what_gives_way_before_it_is_known_to_be_there_is_handed_on;
    HeirsEditorsSawTheirs in second: r10_who_edits_a_second_object_saw_what_its_provider_had;
    CoveredStays in links: l1_what_the_mask_covers_stays_with_the_copy;
    NotesStayNotes in links: l1_a_hidden_note_on_an_occurrence_stays_a_note;
    WrittenWithPrivacy in privacy: l1_what_is_written_with_turning_a_mirror_private_is_for_nobody_else;
    OwnPrivacyHides in losers: l1_what_its_calendar_calls_private_hides_where_the_mask_does_not_tell;
    OriginSeesAll in privacy: l2_a_mask_hides_nothing_private_from_where_it_was_made;
    OwnIsLeft in privacy: l2_what_a_person_made_is_no_block_when_it_turns_private_elsewhere;
    NotedIsKept in losers: l2_what_was_noted_on_a_copy_is_kept_where_it_gives_way;
    WhoHidesSeesLess in privacy: l2_who_turns_a_mirror_private_has_a_block_and_what_was_said_there_is_kept;
    MovesAreNoDeletions in links: l3_a_deletion_after_the_event_turned_up_elsewhere_is_half_of_a_move;
    MovedAwayIsStripped in losers: l3_what_came_along_and_waits_is_not_its_own_where_a_copy_was_moved_away;
    ReviveNeedsAnEdit in links: l4_a_revive_counts_only_if_something_flows_or_was_restored;
    AwayEditsAreKept in losers: l4_what_gave_way_when_its_calendar_came_back_is_kept_if_it_was_moved;
    SharedStays in privacy: l6_what_nobody_else_has_goes_with_the_mask_though_others_have_made_the_event;
    OnlyWhatTheyHave in untold: l6_of_a_text_that_goes_with_the_mask_those_lines_stay_that_others_have;
    SeenIsBrought in untold: l6_what_others_have_said_comes_to_a_private_event_with_a_mask_that_shows_it;
    OwnTextGoes in privacy: l6_a_text_goes_with_the_mask_though_others_have_written_into_it;
    OwnTextIsKnown in own: l6_what_was_written_beside_what_came_along_stays_when_that_is_taken_back;
    ScrubbedIsKept in losers: l6_what_was_written_on_a_mirror_and_is_scrubbed_is_kept;
    GoneComesAsLetOut in losers: l6_what_was_gone_while_a_mask_became_wider_is_let_out_when_it_comes_back;
    MovedIsKept in losers: l7_what_was_edited_on_a_copy_that_is_gone_is_kept_if_its_event_died_meanwhile;
    LeaverTakesUntold in leaving: l7_what_nobody_else_is_shown_goes_with_who_leaves_and_flows_again;
    BackWhileAwayLives in leaving: l7_what_came_back_to_life_while_its_calendar_was_away_lives;
    BlocksBringNothing in leaving: l7_nothing_comes_to_what_a_person_made_and_turned_private_while_away;
    LivingIsNotDeclined in links: l7_a_living_copy_that_comes_back_is_not_declined;
    JoinersHideOccurrences in untold: l8_who_joins_with_a_private_copy_tells_nothing_of_its_occurrences;
    TargetsHideNothing in privacy: l8_a_target_is_shown_what_its_mask_shows_whatever_its_own_copy_says;
    BlanksAreFilled in links: l8_what_only_one_of_the_calendars_has_is_taken_into_the_event;
    WaitingIsNotRespelled in links: l8_what_still_waits_to_be_written_is_not_taken_for_what_the_provider_rewrote;
};

#[test]
fn each_of_these_laws_is_missed_in_its_story() {
    for (law, story) in STORIES {
        story();
        take_away(Some(*law));
        let missed = catch_unwind(story).is_err();
        take_away(None);
        assert!(missed, "{}: nothing fails without it", law.name());
    }
}
