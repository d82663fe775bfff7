//! The hot paths of the calendar engine, each a few hundred times, for `cargo xtask instructions` to count.

use std::{fmt::Write as _, hint::black_box};

use calendar::{
    Compiled, Duration, Event, Rule, When, Window,
    busy::{Policy, busy},
};
use jiff::{civil::DateTime, tz::TimeZone};
use kalends_protocols::icalendar;

const RULES: [&str; 8] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
    "FREQ=WEEKLY;COUNT=100",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
];

const START: DateTime = DateTime::constant(2020, 1, 6, 9, 0, 0, 0);

fn start() -> When {
    When::floating(START, Duration::hours(1))
}

fn compiled(text: &str) -> Compiled {
    let rule: Rule = text.parse().expect("the rules above are valid");
    Compiled::new(&rule, &start())
}

fn expand(rules: &[Compiled], year: i16) -> i64 {
    let end = DateTime::constant(year, 1, 6, 9, 0, 0, 0);
    let each = rules
        .iter()
        .map(|rule| rule.seconds_between(START, end).fold(0, i64::wrapping_add));
    each.fold(0, i64::wrapping_add)
}

fn text() -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//hot//EN\r\n");
    for n in 0..100 {
        let (month, day, hour) = (1 + n % 12, 1 + n % 28, 8 + n % 9);
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{n}@hot.example\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART;TZID=Europe/Berlin:2026{month:02}{day:02}T{hour:02}0000\r\nDURATION:PT45M\r\n\
             SUMMARY:Check-up\\, room {n}\r\nDESCRIPTION:Please bring the insurance card and the form that was sent by le\r\n tter.\r\n\
             X-KEPT;X-WHY=unknown:as it came\r\n"
        );
        if n % 3 == 0 {
            let _ = write!(text, "RRULE:{}\r\n", RULES[n % RULES.len()]);
        }
        text += "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n";
    }
    text + "END:VCALENDAR\r\n"
}

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = text();
    let events: Vec<Event> = icalendar::read(&text)
        .expect("the text above is valid")
        .value;
    let rules: Vec<Compiled> = RULES.iter().map(|rule| compiled(rule)).collect();
    let window = Window {
        from: "2026-11-02T00:00Z".parse().expect("a constant"),
        to: "2026-11-30T00:00Z".parse().expect("a constant"),
    };
    let counted = Compiled::new(
        &"FREQ=DAILY;COUNT=60000".parse().expect("a constant"),
        &When::floating(
            DateTime::constant(1900, 1, 1, 9, 0, 0, 0),
            Duration::hours(1),
        ),
    );
    let today = DateTime::constant(2026, 11, 28, 12, 0, 0, 0);
    let once = || match path.as_str() {
        "expand" => {
            black_box(expand(black_box(&rules), 2030));
        }
        "parse-and-expand" => {
            let rules: Vec<Compiled> = RULES.iter().map(|rule| compiled(black_box(rule))).collect();
            black_box(expand(&rules, 2021));
        }
        "seek" => {
            black_box(
                black_box(&counted)
                    .occurrences_from(black_box(today))
                    .next(),
            );
        }
        "busy" => {
            let found = busy(
                black_box(&events),
                window,
                &TimeZone::UTC,
                Policy::default(),
            );
            black_box(found);
        }
        "read" => {
            black_box(icalendar::read(black_box(&text)).is_ok());
        }
        "write" => {
            let events: Vec<&Event> = events.iter().collect();
            black_box(icalendar::write(
                black_box(&events),
                jiff::Timestamp::UNIX_EPOCH,
            ));
        }
        // What is counted besides the path itself.
        _ => {}
    };
    (0..200).for_each(|_| once());
}
