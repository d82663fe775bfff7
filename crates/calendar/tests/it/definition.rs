//! The engine and the definition (`tests/support/definition.rs`) say the same of random rules.

use jiff::{ToSpan, civil::DateTime};
use kalends_calendar::{Compiled, Frequency, NthWeekday, Rule, When};
use proptest::prelude::*;

use crate::support::{
    definition::instances,
    random::{horizon, rules, starts},
};

/// So many cases, or as many as PROPTEST_CASES says.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| usual.cases),
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn the_engine_agrees_with_the_definition(rule in rules(), start in starts()) {
        let horizon = horizon(&rule, start);
        let expect = instances(&rule, start, horizon);
        let when = When::floating(start, kalends_calendar::Duration::default());
        let compiled = Compiled::new(&rule, &when);
        let got: Vec<DateTime> = compiled.iter().take_while(|at| *at < horizon).collect();
        prop_assert_eq!(&got, &expect, "{}", rule);
        prop_assert_eq!(folded(&compiled, start, horizon), expect, "{} folded", rule);
    }

    #[test]
    fn seeking_agrees_with_walking(
        rule in rules(),
        start in starts(),
        count in 1u32..300,
        at in 0.0..1.0f64,
    ) {
        check_seeking(rule, start, count, at)?;
    }
}

/// Whatever is asked of a rule with COUNT is answered as a walk through it answers; `at` says where between the start and
/// the horizon.
pub(crate) fn check_seeking(
    mut rule: Rule,
    start: DateTime,
    count: u32,
    at: f64,
) -> Result<(), TestCaseError> {
    let horizon = horizon(&rule, start);
    rule.count = Some(count);
    let when = When::floating(start, kalends_calendar::Duration::default());
    let compiled = Compiled::new(&rule, &when);
    let all: Vec<DateTime> = compiled.iter().take_while(|at| *at < horizon).collect();
    let ended = compiled.iter().nth(all.len()).is_none();
    prop_assert!(all.len() <= count as usize);
    let length = horizon.duration_since(start).as_secs_f64() * at;
    let middle = start.saturating_add(jiff::SignedDuration::from_secs_f64(length.floor()));
    let cut = all.partition_point(|i| *i < middle);
    let rest: Vec<DateTime> = compiled
        .occurrences_from(middle)
        .take_while(|at| *at < horizon)
        .collect();
    prop_assert_eq!(&rest, &all[cut..], "{} from {}", &rule, middle);
    prop_assert_eq!(
        folded(&compiled, middle, horizon),
        rest,
        "{} folded from {}",
        &rule,
        middle
    );
    prop_assert_eq!(compiled.count_before(middle), cut as u64);
    let latest = all.iter().copied().rfind(|i| *i <= middle);
    prop_assert_eq!(compiled.latest(middle), latest, "{}", &rule);
    prop_assert_eq!(compiled.contains(middle), all.contains(&middle));
    if let Some(one) = all.get(cut) {
        prop_assert!(compiled.contains(*one));
    }
    if ended {
        prop_assert_eq!(compiled.last(), all.last().copied(), "{}", &rule);
    }
    // A rule is what its text says.
    prop_assert_eq!(normal(&rule), rule.to_string().parse::<Rule>().unwrap());
    Ok(())
}

/// The instances of a window by `fold`, which goes another way than `next`.
fn folded(rule: &Compiled, from: DateTime, to: DateTime) -> Vec<DateTime> {
    let mut found = Vec::new();
    rule.seconds_between(from, to).for_each(|second| {
        found.push(DateTime::constant(1970, 1, 1, 0, 0, 0, 0) + second.seconds());
    });
    found
}

/// Without the numbers in BYDAY that reading leaves out.
fn normal(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    let numbered = rule.frequency == Frequency::Monthly
        || (rule.frequency == Frequency::Yearly && rule.by_week_no.is_empty());
    if !numbered {
        rule.by_day = rule
            .by_day
            .iter()
            .map(|d| NthWeekday::every(d.day))
            .collect();
    }
    rule
}
