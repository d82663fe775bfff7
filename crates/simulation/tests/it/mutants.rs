//! The laws, each taken away. `caught.txt` says in which life each is missed;
//! `cargo xtask simulate --mutants --seeds 20000 --write crates/simulation/tests/it/caught.txt` finds them anew when the
//! world has changed.

use std::collections::BTreeMap;

use kalends_simulation::{
    Life, mutants,
    report::{Living, Tier},
};
use sync::{Law, law};

/// Laws that lives miss too seldom are missed in stories, named there.
const STORIES: &str = include_str!("../../../sync/tests/it/rules/without.rs");

/// Laws for which there is neither a life nor a story of the rules alone. Without what carries them out in the hub, the test of
/// the hub that is named fails; that was tried by hand.
const SHOWN_BY_THE_HUB: &[Law] = &[
    // Rows 16 and 55 of the hub's catalogue.
    Law::GoneIsFoundByUid,
    // `the_copy_of_a_mirror_is_not_taken_for_it` of the hub: where the model's providers choose ids, they tell copies apart.
    Law::FirstMadeIsOurs,
    // `row_55_moved_while_a_mirror_is_edited` of the hub. In the model such an event begins anew without it, meets itself as it
    // comes back to life, and what was edited is kept as a loser.
    Law::MovedLivesOn,
    // `what_was_read_before_a_write_is_digested_before_it` of the hub, where a calendar is read or written, not both at once.
    Law::FreshPage,
    // `what_comes_along_one_link_goes_on_along_the_next` of the hub: in the model there is one link only.
    Law::MirrorsDoNotOriginate,
    // `what_a_look_finds_may_be_another_copys` of the hub.
    Law::OthersAreNotFound,
    // `brought_back_to_a_target_after_its_source_deleted_it` of the hub.
    Law::TargetsOwnStaysDead,
    // `moved_to_a_target_and_back_while_an_edit_waited` of the hub.
    Law::BackMayBeMoved,
    // `moved_from_a_target_to_its_source_that_is_away` of the hub.
    Law::TwinsMayBeMoved,
];

fn has_story(law: Law) -> bool {
    let begin = format!("{law:?} in ");
    STORIES
        .lines()
        .any(|line| line.trim_start().starts_with(&begin))
}

#[test]
fn each_law_is_missed_in_a_life_that_is_good_with_it() {
    let caught: BTreeMap<&str, u64> = include_str!("caught.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, seed)| Some((name, seed.trim().parse().ok()?)))
        .collect();
    for law in Law::ALL {
        let Some(seed) = caught.get(law.name()) else {
            let name = law.name();
            let elsewhere = has_story(*law) || SHOWN_BY_THE_HUB.contains(law);
            assert!(elsewhere, "{name} has no life in caught.txt and no story");
            continue;
        };
        let life = Life::of(*seed);
        assert_eq!(life.live(false).violation, None, "seed {seed}");
        law::take_away(Some(*law));
        let missed = life.live(false).violation;
        law::take_away(None);
        assert!(
            missed.is_some(),
            "{}: nothing fails without it at seed {seed}",
            law.name()
        );
    }
}

/// Laws that the hub carries out, with the hub itself: `caught-whole.txt` is found with `--mutants --tier 2 --only …`.
#[test]
fn laws_that_the_hub_carries_out_are_missed_with_the_whole_hub() {
    let living = Living::new(Tier::Hub);
    let caught: BTreeMap<&str, u64> = include_str!("caught-whole.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, seed)| Some((name, seed.trim().parse().ok()?)))
        .collect();
    assert_eq!(caught.len(), 6);
    for law in Law::ALL {
        let name = law.name();
        let Some(seed) = caught.get(name) else {
            continue;
        };
        let life = Life::of(*seed);
        assert_eq!(living.live(&life, false).violation, None, "{seed}");
        law::take_away(Some(*law));
        let missed = living.live(&life, false).violation;
        law::take_away(None);
        assert!(
            missed.is_some(),
            "{name}: nothing fails without it at seed {seed}"
        );
    }
}

#[test]
fn without_any_one_law_what_goes_well_still_goes_well() {
    // What is local to a copy is covered by every mask.
    for law in Law::ALL.iter().filter(|law| **law != Law::CoveredStays) {
        assert!(mutants::is_happy(*law), "{}", law.name());
    }
}
