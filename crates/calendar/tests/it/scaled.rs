//! Rules that count in other calendars (RSCALE) and rules whose dates may not exist (SKIP): RFC 7529.

use jiff::civil::DateTime;
use kalends_calendar::{Compiled, Duration, Rule, Skip, When};
use proptest::prelude::*;

use crate::{
    definition::{check_seeking, config},
    support::random::{horizon, rules, starts},
};

/// Whether the calendars of ICU4X are built in.
const OTHERS: bool = cfg!(feature = "rscale");

fn instances(rule: &Rule, start: DateTime) -> Vec<DateTime> {
    let horizon = horizon(rule, start);
    let compiled = Compiled::new(rule, &When::floating(start, Duration::default()));
    compiled.iter().take_while(|at| *at < horizon).collect()
}

fn skips() -> impl Strategy<Value = Skip> {
    prop_oneof![Just(Skip::Omit), Just(Skip::Backward), Just(Skip::Forward)]
}

fn scales() -> impl Strategy<Value = Option<String>> {
    let known: &[&str] = if OTHERS {
        &["CHINESE", "HEBREW", "ETHIOPIC", "PERSIAN", "ISLAMIC-CIVIL"]
    } else {
        &["GREGORIAN"]
    };
    proptest::sample::select(known).prop_map(|name| Some(name.to_owned()))
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn rscale_gregorian_alone_changes_nothing(rule in rules(), start in starts()) {
        let scaled = Rule { rscale: Some("GREGORIAN".into()), ..rule.clone() };
        prop_assert_eq!(instances(&scaled, start), instances(&rule, start), "{}", scaled);
    }

    #[test]
    fn skip_changes_nothing_where_every_date_exists(rule in rules(), start in starts(), skip in skips()) {
        let mut rule = rule;
        rule.by_month_day.retain(|day| day.abs() <= 28);
        let start = start.with().day(start.day().min(28)).build().unwrap();
        let scaled = Rule { skip, ..rule.clone() };
        prop_assert_eq!(instances(&scaled, start), instances(&rule, start), "{}", scaled);
    }

    /// ICU4X has our calendar too, and the walk through its months must find what the masks know.
    #[test]
    fn our_calendar_under_another_name_gives_the_same(rule in rules(), start in starts()) {
        if OTHERS {
            let scaled = Rule { rscale: Some("ISO8601".into()), ..rule.clone() };
            prop_assert_eq!(instances(&scaled, start), instances(&rule, start), "{}", scaled);
        }
    }

    #[test]
    fn seeking_agrees_with_walking(
        rule in rules(),
        start in starts(),
        (scale, skip, leap) in (scales(), skips(), proptest::option::weighted(0.2, 1u8..=12)),
        count in 1u32..300,
        at in 0.0..1.0f64,
    ) {
        let mut rule = Rule { rscale: scale.map(Into::into), skip, ..rule };
        rule.by_leap_month.extend(leap);
        check_seeking(rule, start, count, at)?;
    }
}

fn check(cases: &[(&str, &str, &str)]) {
    for (start, rule, expect) in cases {
        let rule: Rule = rule.parse().unwrap();
        let when = When::all_day(start.parse().unwrap(), 1);
        let found: Vec<String> = Compiled::new(&rule, &when)
            .iter()
            .take(expect.split(' ').count())
            .map(|at| at.date().to_string())
            .collect();
        assert_eq!(found.join(" "), *expect, "{start} {rule}");
    }
}

#[test]
fn dates_that_do_not_exist_are_moved() {
    check(&[
        (
            "2014-01-31",
            "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
            "2014-01-31 2014-02-28 2014-03-31 2014-04-30",
        ),
        (
            "2014-01-31",
            "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD",
            "2014-01-31 2014-03-01 2014-03-31 2014-05-01",
        ),
        (
            "2014-01-31",
            "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT",
            "2014-01-31 2014-03-31 2014-05-31 2014-07-31",
        ),
        (
            "2016-02-29",
            "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;UNTIL=20190301",
            "2016-02-29 2017-03-01 2018-03-01 2019-03-01",
        ),
        // Two that come to be one are one.
        (
            "2015-02-01",
            "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;SKIP=BACKWARD",
            "2015-02-28 2016-02-28 2016-02-29 2017-02-28",
        ),
        // Positions count what was moved.
        (
            "2015-01-01",
            "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=31;BYSETPOS=2;SKIP=FORWARD",
            "2015-05-01 2016-05-01",
        ),
        // A month that does not exist is moved too.
        (
            "2015-05-10",
            "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=5L;SKIP=FORWARD",
            "2015-06-10 2016-06-10",
        ),
    ]);
}

#[cfg(feature = "rscale")]
#[test]
fn other_calendars_have_their_own_months_and_years() {
    check(&[
        (
            "2014-09-10",
            "RSCALE=ETHIOPIC;FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=-1",
            "2014-09-10 2015-09-11 2016-09-10 2017-09-10 2018-09-10 2019-09-11",
        ),
        (
            "2013-07-09",
            "RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY;BYMONTH=9",
            "2013-07-09 2014-06-29 2015-06-18 2016-06-07 2017-05-27",
        ),
        (
            "2013-10-25",
            "RSCALE=ISLAMIC-CIVIL;FREQ=MONTHLY",
            "2013-10-25 2013-11-24 2013-12-24 2014-01-22",
        ),
        (
            "2013-10-25",
            "RSCALE=DANGI;FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=4",
            "2014-05-06 2015-05-25",
        ),
        // Every other New Year; every third month, leap months among them.
        (
            "2013-02-10",
            "RSCALE=CHINESE;FREQ=YEARLY;INTERVAL=2",
            "2013-02-10 2015-02-19 2017-01-28 2019-02-05",
        ),
        (
            "2014-09-24",
            "RSCALE=CHINESE;FREQ=MONTHLY;INTERVAL=3",
            "2014-09-24 2014-12-22 2015-03-20 2015-06-16",
        ),
        (
            "2026-03-21",
            "RSCALE=PERSIAN;FREQ=YEARLY",
            "2026-03-21 2027-03-21 2028-03-20 2029-03-20",
        ),
        (
            "2025-09-11",
            "RSCALE=COPTIC;FREQ=YEARLY",
            "2025-09-11 2026-09-11 2027-09-12 2028-09-11",
        ),
        (
            "2026-03-22",
            "RSCALE=INDIAN;FREQ=YEARLY",
            "2026-03-22 2027-03-22 2028-03-21 2029-03-22",
        ),
        // Purim is in Adar, in leap years in the second one.
        (
            "2023-03-07",
            "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=14",
            "2023-03-07 2024-03-24 2025-03-14 2026-03-03",
        ),
    ]);
}

/// Years that are many are counted by their types, which such rules do not have.
#[test]
fn counting_far_ahead_agrees_with_walking() {
    let scale = if OTHERS { "CHINESE" } else { "GREGORIAN" };
    let rule = format!("RSCALE={scale};FREQ=MONTHLY;SKIP=BACKWARD;COUNT=2000");
    let start: DateTime = "2026-01-31T09:00".parse().unwrap();
    let when = When::floating(start, Duration::hours(1));
    let compiled = Compiled::new(&rule.parse().unwrap(), &when);
    let far: DateTime = "2095-06-01T00:00".parse().unwrap();
    let walked = compiled.iter().take_while(|at| *at < far).count();
    assert_eq!(compiled.count_before(far), walked as u64);
    assert_eq!(
        compiled.occurrences_from(far).next(),
        compiled.iter().nth(walked)
    );
}

#[test]
fn a_scaled_rule_that_never_comes_true_ends() {
    let scale = if OTHERS { "CHINESE" } else { "GREGORIAN" };
    let rule = format!("RSCALE={scale};FREQ=YEARLY;BYMONTH=13;SKIP=FORWARD");
    let rule: Rule = rule.parse().unwrap();
    let start: DateTime = "2026-11-02T09:00".parse().unwrap();
    let compiled = Compiled::new(&rule, &When::floating(start, Duration::hours(1)));
    assert_eq!(compiled.iter().next(), None);
    assert!(!compiled.is_endless());
    assert!(compiled.work() < 500_000, "{}", compiled.work());
    // In our own calendar that is certain; in another one it is only not worth more.
    assert_eq!(compiled.gave_up(), OTHERS);
}
