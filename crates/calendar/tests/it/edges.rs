//! Rules and starts that no text could carry, but a stored value might: nothing may panic or hang.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use kalends_calendar::{
    Compiled, Duration, Event, NthWeekday, RecurrenceId, Rule, Until, When, Window, Zone,
};
use proptest::prelude::*;

use crate::{definition, support::random};

fn any_start() -> impl Strategy<Value = DateTime> {
    let date = prop_oneof![
        Just(Date::MIN),
        Just(Date::MAX),
        Just(Date::new(-1, 12, 31).unwrap()),
        Just(Date::new(2024, 2, 29).unwrap()),
    ];
    let time = prop_oneof![
        Just(Time::midnight()),
        Just(Time::MAX),
        Just(Time::constant(2, 30, 0, 0))
    ];
    (date, time).prop_map(|(date, time)| date.to_datetime(time))
}

/// A rule bent by numbers of any size.
fn any_rule() -> impl Strategy<Value = Rule> {
    let numbers = (
        any::<u32>(),
        any::<u8>(),
        any::<i8>(),
        any::<i16>(),
        0u8..16,
    );
    (random::rules(), numbers, any::<Option<u32>>()).prop_map(
        |(mut rule, (interval, byte, small, number, which), count)| {
            rule.count = count;
            if which & 1 == 1 {
                rule.interval = if interval < 1 << 31 { 0 } else { interval };
            }
            if which & 2 == 2 {
                rule.by_month.insert(byte);
                rule.by_hour.insert(byte);
                rule.by_second.insert(byte);
            }
            if which & 4 == 4 {
                rule.by_month_day.insert(small);
                rule.by_week_no.insert(small);
                let day = jiff::civil::Weekday::Monday;
                rule.by_day.insert(NthWeekday {
                    nth: Some(small),
                    day,
                });
            }
            if which & 8 == 8 {
                rule.by_year_day.insert(number);
                rule.by_set_position.insert(number);
                rule.by_set_position.insert(0);
                rule.until = Some(Until::Utc(Timestamp::MAX));
            }
            rule
        },
    )
}

proptest! {
    #![proptest_config(definition::config(12))]

    #[test]
    fn nothing_panics(
        rule in any_rule(),
        start in any_start(),
        days in prop_oneof![Just(0u32), Just(u32::MAX), 0u32..400],
        kind in 0u8..4,
    ) {
        let length = Duration { days, seconds: days };
        let when = match kind {
            0 => When::all_day(start.date(), days),
            1 => When::floating(start, length),
            2 => When::zoned(start, Zone::iana("Europe/Berlin").unwrap(), length),
            _ => When::zoned(start, Zone::iana("Pacific/Apia").unwrap(), length),
        };
        let mut event = Event::new("edge@example.com", when);
        let compiled = Compiled::new(&rule, &event.when);
        for at in [DateTime::MIN, DateTime::MAX, start] {
            let _ = (compiled.contains(at), compiled.count_before(at), compiled.latest(at));
            let _ = compiled.occurrences_from(at).take(3).count();
        }
        let _ = (compiled.last(), compiled.is_endless());
        event.rules.push(rule);
        let utc = TimeZone::UTC;
        let all: Vec<_> = event.occurrences(Window::ALL, &utc).take(5).collect();
        prop_assert!(all.is_sorted_by_key(|o| o.start));
        let _ = (event.last_end(&utc), event.first_start(&utc));
        let _ = event.next_occurrence(Timestamp::UNIX_EPOCH, &utc);
        for at in [DateTime::MIN, DateTime::MAX, start] {
            let _ = event.has_occurrence(RecurrenceId(at));
            let _ = event.split_at(RecurrenceId(at), "x");
        }
        if let Some(second) = all.get(1) {
            let _ = event.split_at(second.when.recurrence_id(), "x");
        }
    }
}

#[test]
fn a_rule_of_an_unknown_calendar_says_at_once_that_it_has_no_instances() {
    let start = "1900-01-01T00:00:00".parse().unwrap();
    let rule = kalends_calendar::Rule::parse_lenient("FREQ=SECONDLY;INTERVAL=15;RSCALE=X-MARTIAN")
        .unwrap()
        .value;
    let when = kalends_calendar::When::floating(start, kalends_calendar::Duration::hours(1));
    let began = std::time::Instant::now();
    for _ in 0..2_000 {
        let compiled = kalends_calendar::Compiled::new(&rule, &when);
        assert_eq!(compiled.iter().next(), None);
        assert_eq!(
            compiled.latest("9000-01-01T00:00:00".parse().unwrap()),
            None
        );
        assert!(!compiled.is_endless());
        assert_eq!(compiled.last(), None);
    }
    // Searching all years took a thousand times as long.
    assert!(began.elapsed().as_secs() < 20);
}
