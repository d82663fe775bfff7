//! Whole lives.

use kalends_simulation::{
    Life,
    report::{self, Tier},
    shrink::shrink,
};
use sync::{Law, law};

/// Few enough to be lived unoptimised; `cargo xtask simulate` lives millions.
const SEEDS: u64 = 1_000;

#[test]
fn nothing_is_lost_doubled_leaked_or_written_without_end() {
    let report = report::many(Tier::Rules, 0, SEEDS, None, 2);
    assert_eq!(report.seeds, SEEDS);
    if let Some((seed, violation)) = report.violations.first() {
        let life = Life::of(*seed).live(true);
        panic!("seed {seed}: {violation}\n{}", life.trace.join("\n"));
    }
}

/// Lives that failed once. A change of the world makes others of them; as long as it is the same, these are what each rule was
/// found by (`docs/sync.md`).
const ONCE_FAILED: &[u64] = &[
    136_401, 4_382_759, 4_511_914, 6_045_296, 6_341_188, 6_580_516, 8_041_325, 8_190_713,
    8_206_204, 8_365_190, 8_394_764, 8_424_799, 8_426_207, 8_458_737, 9_045_842, 9_054_800,
    9_144_507, 9_176_289, 10_063_369, 10_570_886, 10_598_310, 10_603_571, 10_732_089, 10_990_621,
    11_027_593, 12_202_435, 12_240_862, 12_384_971, 12_399_953, 12_431_564, 12_719_810, 12_775_127,
    12_974_668, 12_982_060, 13_054_949, 14_091_247, 14_096_670, 14_199_163, 15_276_650, 17_014_231,
    18_053_146, 20_875_183, 21_087_315, 21_364_467, 21_554_817, 21_800_758, 22_016_219, 24_302_784,
    24_333_531, 24_385_182, 24_989_991, 25_866_551, 26_135_254, 26_289_219, 26_486_101, 26_874_860,
    26_293_568, 26_984_003, 27_061_456, 27_082_693, 27_213_914, 27_366_920,
];

#[test]
fn lives_that_failed_once_do_not_any_more() {
    for seed in ONCE_FAILED {
        assert_eq!(Life::of(*seed).live(false).violation, None, "seed {seed}");
    }
}

/// The same with the real hub, its process ending in mid-work.
#[test]
fn nothing_is_lost_or_doubled_by_the_real_hub_either() {
    let report = report::many(Tier::Hub, 0, 60, None, 2);
    assert_eq!(report.seeds, 60);
    if let Some((seed, violation)) = report.violations.first() {
        panic!("seed {seed}: {violation}");
    }
}

#[test]
fn a_seed_tells_the_same_life_whoever_listens_and_on_however_many_threads() {
    let (alone, listened) = (Life::of(7).live(false), Life::of(7).live(true));
    assert_eq!(
        (alone.digest, alone.ticks),
        (listened.digest, listened.ticks)
    );
    assert!(!listened.trace.is_empty());
    assert_ne!(alone.digest, Life::of(8).live(false).digest);
    let (one, two) = (
        report::many(Tier::Rules, 0, 100, None, 1),
        report::many(Tier::Rules, 0, 100, None, 2),
    );
    assert_eq!((one.digest, one.ticks), (two.digest, two.ticks));
    let hub = || report::many(Tier::Hub, 0, 5, None, 1);
    let (one, two) = (hub(), hub());
    assert_eq!((one.digest, one.ticks), (two.digest, two.ticks));
}

#[test]
fn a_failing_life_is_told_with_fewer_steps_and_still_fails_in_the_same_way() {
    law::take_away(Some(Law::OnlyChangedUnits));
    let fails = |life: &Life| life.live(false).violation;
    let (life, first) = (0..50)
        .map(Life::of)
        .find_map(|life| fails(&life).map(|violation| (life, violation)))
        .expect("without this law every other life fails");
    let small = shrink(&life, fails);
    let left = fails(&small).expect("it still fails");
    law::take_away(None);
    assert_eq!(left.invariant, first.invariant);
    assert!(small.steps.len() < life.steps.len());
    assert!(fails(&small).is_none(), "with the law it is a good life");
}

/// I5 as pairs of lives, in which something else is hidden from the calendar that is watched.
#[test]
fn a_calendar_that_is_sent_what_is_hidden_from_it_can_tell_two_lives_apart() {
    let life = Life::of(37);
    assert_eq!(life.interference(), None);
    law::take_away(Some(Law::PrivatesAreBlocks));
    let told = life.interference();
    law::take_away(None);
    let told = told.expect("the title of a private event is sent");
    assert_eq!(told.invariant, "I5");
    assert!(told.found.contains("is sent what tells it"), "{told}");
}
