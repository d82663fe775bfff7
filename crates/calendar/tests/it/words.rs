//! Rules in plain words: every part is said.

use jiff::civil::DateTime;
use kalends_calendar::{Compiled, Duration, English, Rule, Until, When, Zone};
use proptest::prelude::*;

use crate::{
    definition::config,
    support::random::{horizon, rules, starts},
};

/// A Tuesday at half past six in the evening.
fn start() -> When {
    When::floating("2026-12-01T18:30".parse().unwrap(), Duration::hours(1))
}

fn says(rule: &str, start: &When, words: &str) {
    let rule: Rule = rule.parse().unwrap();
    assert_eq!(rule.describe(start, &English), words, "{rule}");
}

#[test]
fn rules_are_said_as_people_say_them() {
    for (rule, words) in [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=2", "every second day"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", "every 10 days, 5 times"),
        ("FREQ=DAILY;BYDAY=MO,WE", "every Monday and Wednesday"),
        (
            "FREQ=DAILY;BYMONTH=1,2L;COUNT=1",
            "every day in January and leap month 2, once",
        ),
        (
            "FREQ=DAILY;INTERVAL=3;BYDAY=MO",
            "every 3 days if that is a Monday",
        ),
        (
            "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0",
            "every day at 09:00 and 14:00",
        ),
        ("FREQ=DAILY;BYHOUR=9", "every day at 09:30"),
        ("FREQ=WEEKLY", "every Tuesday"),
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,FR;BYMONTH=6",
            "every Monday, Tuesday and Friday in June",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20270630T235959",
            "every second Tuesday and Thursday until 30 June 2027",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "every second Tuesday and Sunday, weeks beginning on Sunday",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU",
            "every 3 weeks on every Tuesday",
        ),
        ("FREQ=MONTHLY", "on the 1st of each month"),
        (
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=10",
            "on the last Friday of each month, 10 times",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15,-1,-2",
            "on the 2nd to last day, the last day and the 15th of each month",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,3MO",
            "every second month on the 1st Monday and the 3rd Monday of each month",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "on the 13th of each month if that is a Friday",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,-1FR",
            "every month on every Monday and the last Friday of each month",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "every month on every Monday, every Tuesday, every Wednesday, every Thursday and every Friday, \
             of these only the last in each month",
        ),
        ("FREQ=YEARLY", "every year on the 1st of December"),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            "every year on the 4th Thursday of November",
        ),
        (
            "FREQ=YEARLY;BYDAY=20MO",
            "every year on the 20th Monday of the year",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=1,100,-1",
            "every year on the last day, the 1st day and the 100th day of the year",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=20,-1",
            "every year on every Tuesday if that is in the last week or week 20 of the year",
        ),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3",
            "every 4 years on the 2nd and the 3rd of November if that is a Tuesday",
        ),
        ("FREQ=HOURLY;INTERVAL=2", "every second hour"),
        (
            "FREQ=HOURLY;BYHOUR=9,10;BYMINUTE=0,20",
            "every hour, during hours 9 and 10, at minutes 0 and 20, at second 0",
        ),
        (
            "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9",
            "every 20 minutes, during hour 9, at second 0",
        ),
        (
            "FREQ=SECONDLY;BYSECOND=1,2",
            "every second, during seconds 1 and 2",
        ),
        (
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9L;BYMONTHDAY=10;SKIP=FORWARD",
            "every year on the 10th of leap month 9, in the calendar CHINESE, or after where that does not exist",
        ),
        (
            "FREQ=DAILY;UNTIL=20270630T120000",
            "every day until 29 June 2027",
        ),
        (
            "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0;UNTIL=20270630T120000",
            "every day at 09:00 and 18:00 until 30 June 2027 at 12:00",
        ),
    ] {
        says(rule, &start(), words);
    }
}

#[test]
fn whole_days_have_no_times_and_zones_have_their_own_end() {
    let days = When::all_day(jiff::civil::date(2026, 12, 1), 1);
    says(
        "FREQ=DAILY;BYHOUR=9;UNTIL=20270630",
        &days,
        "every day until 30 June 2027",
    );
    says(
        "FREQ=HOURLY;INTERVAL=5",
        &days,
        "every 5 hours, where that is midnight",
    );
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let evening = When::zoned(
        "2026-12-01T23:30".parse().unwrap(),
        berlin,
        Duration::hours(1),
    );
    says(
        "FREQ=DAILY;UNTIL=20270630T213000Z",
        &evening,
        "every day until 30 June 2027",
    );
    says(
        "FREQ=DAILY;UNTIL=20270630T212959Z",
        &evening,
        "every day until 29 June 2027",
    );
}

/// The rule with one part of another one.
fn mixed(mut rule: Rule, other: &Rule, part: u8) -> Rule {
    match part {
        0 => rule.interval = other.interval,
        1 => rule.week_start = other.week_start,
        2 => rule.by_second.clone_from(&other.by_second),
        3 => rule.by_minute.clone_from(&other.by_minute),
        4 => rule.by_hour.clone_from(&other.by_hour),
        5 => rule.by_day.clone_from(&other.by_day),
        6 => rule.by_month_day.clone_from(&other.by_month_day),
        7 => rule.by_year_day.clone_from(&other.by_year_day),
        8 => rule.by_week_no.clone_from(&other.by_week_no),
        9 => rule.by_month.clone_from(&other.by_month),
        10 => rule.by_set_position.clone_from(&other.by_set_position),
        11 => rule.count = Some(other.interval),
        12 => {
            let until = "2005-05-05T05:05:05".parse().unwrap();
            rule.until = Some(Until::Local(until));
        }
        _ => rule.frequency = other.frequency,
    }
    rule
}

proptest! {
    #![proptest_config(config(2_000))]

    /// What is left out would make two rules sound alike that are not.
    #[test]
    fn rules_that_sound_alike_are_alike(
        rule in rules(),
        other in rules(),
        part in 0u8..14,
        start in starts(),
        all_day in any::<bool>(),
    ) {
        let when = if all_day {
            When::all_day(start.date(), 1)
        } else {
            When::floating(start, Duration::hours(1))
        };
        let other = mixed(rule.clone(), &other, part);
        let words = [&rule, &other].map(|rule| rule.describe(&when, &English));
        prop_assert!(!words[0].contains("  ") && !words[0].ends_with(' '), "{}", words[0]);
        if words[0] == words[1] {
            let horizon = horizon(&rule, start);
            let [a, b] = [&rule, &other].map(|rule| -> Vec<DateTime> {
                let rule = Compiled::new(rule, &when);
                rule.iter().take_while(|at| *at < horizon).take(500).collect()
            });
            prop_assert_eq!(a, b, "{} and {}: {}", rule, other, words[0]);
        }
    }
}
