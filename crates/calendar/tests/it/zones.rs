//! A database that is brought up to date while the program runs.

use jiff::tz::TimeZone;
use kalends_calendar::{Duration, Event, Rule, When, Window, Zone, zone::replace_rules};

#[test]
fn a_new_rule_set_moves_instants_and_keeps_wall_times() {
    // A zone that no other test looks at: the change is seen by all.
    let zone = Zone::iana("Antarctica/Vostok").unwrap();
    let start = "2030-01-07T09:00".parse().unwrap();
    let mut event = Event::new(
        "1@example.com",
        When::zoned(start, zone, Duration::hours(1)),
    );
    event
        .rules
        .push("FREQ=MONTHLY;COUNT=6".parse::<Rule>().unwrap());
    let shown = |event: &Event| -> (Vec<String>, Vec<String>) {
        let all: Vec<_> = event.occurrences(Window::ALL, &TimeZone::UTC).collect();
        let local = all.iter().map(|o| o.when.local_start().to_string());
        (
            local.collect(),
            all.iter().map(|o| o.start.to_string()).collect(),
        )
    };
    let (local, before) = shown(&event);
    assert_eq!(local.len(), 6);
    // From 2030 on, an hour of summer time from April on: a government has decided.
    let decided = TimeZone::posix("OLD-5NEW,M4.1.0/0,M9.1.0/0").unwrap();
    replace_rules([("Antarctica/Vostok", decided)]);
    let (same, after) = shown(&event);
    assert_eq!(same, local);
    assert_eq!(after[0], "2030-01-07T04:00:00Z");
    assert_eq!(after[5], "2030-06-07T03:00:00Z");
    assert_ne!(before[5], after[5]);
    // Another thread knows of it, too.
    let elsewhere = std::thread::spawn(move || shown(&event).1).join().unwrap();
    assert_eq!(elsewhere, after);
}
