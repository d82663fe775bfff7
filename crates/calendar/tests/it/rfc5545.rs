//! The examples of RFC 5545 3.8.5.3, all with DTSTART in America/New_York.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use kalends_calendar::{Duration, Event, When, Window, Zone};

/// Start, rule, how many instances there are (`None`: it goes on), and the first ones as `YYYY-MM-DD [HH:MM]`; a line
/// without time has that of the start.
type Example = (&'static str, &'static str, Option<usize>, &'static str);

const EXAMPLES: &[Example] = &[
    (
        "1997-09-02T09:00",
        "FREQ=DAILY;COUNT=10",
        Some(10),
        "1997-09-02 1997-09-03 1997-09-04 1997-09-05 1997-09-06 1997-09-07 1997-09-08 1997-09-09 1997-09-10 1997-09-11",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        Some(113),
        "1997-09-02 1997-09-03",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=DAILY;INTERVAL=2",
        None,
        "1997-09-02 1997-09-04 1997-09-06",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        Some(5),
        "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12",
    ),
    (
        "1998-01-01T09:00",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        Some(93),
        "1998-01-01 1998-01-02",
    ),
    (
        "1998-01-01T09:00",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        Some(93),
        "1998-01-01 1998-01-02",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=WEEKLY;COUNT=10",
        Some(10),
        "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-10-07 1997-10-14 1997-10-21 1997-10-28 1997-11-04",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        Some(17),
        "1997-09-02 1997-09-09",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        None,
        "1997-09-02 1997-09-16 1997-09-30 1997-10-14 1997-10-28 1997-11-11",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        Some(10),
        "1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16 1997-09-18 1997-09-23 1997-09-25 1997-09-30 1997-10-02",
    ),
    (
        "1997-09-01T09:00",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        Some(25),
        "1997-09-01 1997-09-03 1997-09-05 1997-09-15 1997-09-17 1997-09-19 1997-09-29 1997-10-01",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        Some(8),
        "1997-09-02 1997-09-04 1997-09-16 1997-09-18 1997-09-30 1997-10-02 1997-10-14 1997-10-16",
    ),
    (
        "1997-09-05T09:00",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        Some(10),
        "1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 1998-04-03 1998-05-01 1998-06-05",
    ),
    (
        "1997-09-05T09:00",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        Some(4),
        "1997-09-05 1997-10-03 1997-11-07 1997-12-05",
    ),
    (
        "1997-09-07T09:00",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        Some(10),
        "1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04 1998-01-25 1998-03-01 1998-03-29 1998-05-03 1998-05-31",
    ),
    (
        "1997-09-22T09:00",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        Some(6),
        "1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16",
    ),
    (
        "1997-09-28T09:00",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        None,
        "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        Some(10),
        "1997-09-02 1997-09-15 1997-10-02 1997-10-15",
    ),
    (
        "1997-09-30T09:00",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        Some(10),
        "1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01 1997-12-31 1998-01-01 1998-01-31 1998-02-01",
    ),
    (
        "1997-09-10T09:00",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        Some(10),
        "1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11 1999-03-12 1999-03-13",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        None,
        "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-11-04 1997-11-11",
    ),
    (
        "1997-06-10T09:00",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        Some(10),
        "1997-06-10 1997-07-10 1998-06-10 1998-07-10",
    ),
    (
        "1997-03-10T09:00",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        Some(10),
        "1997-03-10 1999-01-10 1999-02-10 1999-03-10 2001-01-10 2001-02-10 2001-03-10 2003-01-10 2003-02-10 2003-03-10",
    ),
    (
        "1997-01-01T09:00",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        Some(10),
        "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 2003-04-10 2003-07-19 2006-01-01",
    ),
    (
        "1997-05-19T09:00",
        "FREQ=YEARLY;BYDAY=20MO",
        None,
        "1997-05-19 1998-05-18 1999-05-17",
    ),
    (
        "1997-05-12T09:00",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        None,
        "1997-05-12 1998-05-11 1999-05-17",
    ),
    (
        "1997-03-13T09:00",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        None,
        "1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12",
    ),
    (
        "1997-06-05T09:00",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        None,
        "1997-06-05 1997-06-12 1997-06-19 1997-06-26 1997-07-03",
    ),
    (
        "1998-02-13T09:00",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        None,
        "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13",
    ),
    (
        "1997-09-13T09:00",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        None,
        "1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 1998-04-11 1998-05-09 1998-06-13",
    ),
    (
        "1996-11-05T09:00",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        None,
        "1996-11-05 2000-11-07 2004-11-02",
    ),
    (
        "1997-09-04T09:00",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        Some(3),
        "1997-09-04 1997-10-07 1997-11-06",
    ),
    (
        "1997-09-29T09:00",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        None,
        "1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
        Some(3),
        "1997-09-02T09:00 1997-09-02T12:00 1997-09-02T15:00",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        Some(6),
        "1997-09-02T09:00 1997-09-02T09:15 1997-09-02T09:30 1997-09-02T09:45 1997-09-02T10:00 1997-09-02T10:15",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        Some(4),
        "1997-09-02T09:00 1997-09-02T10:30 1997-09-02T12:00 1997-09-02T13:30",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        None,
        "1997-09-02T09:00 1997-09-02T09:20 1997-09-02T09:40 1997-09-02T10:00",
    ),
    (
        "1997-09-02T09:00",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
        None,
        "1997-09-02T09:00 1997-09-02T09:20 1997-09-02T09:40 1997-09-02T10:00",
    ),
    (
        "1997-08-05T09:00",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        Some(4),
        "1997-08-05 1997-08-10 1997-08-19 1997-08-24",
    ),
    (
        "1997-08-05T09:00",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        Some(4),
        "1997-08-05 1997-08-17 1997-08-19 1997-08-31",
    ),
    (
        "2007-01-15T09:00",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        Some(5),
        "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30",
    ),
];

#[test]
fn the_examples_come_out_as_printed() {
    let zone = Zone::iana("America/New_York").unwrap();
    for (start, rule, total, expect) in EXAMPLES {
        let start: DateTime = start.parse().unwrap();
        let mut event = Event::new(
            "example@example.com",
            When::zoned(start, zone.clone(), Duration::hours(1)),
        );
        event.rules.push(rule.parse().unwrap());
        let expect: Vec<DateTime> = expect
            .split(' ')
            .map(|text| match text.parse::<jiff::civil::Date>() {
                Ok(date) if !text.contains('T') => date.to_datetime(start.time()),
                _ => text.parse().unwrap(),
            })
            .collect();
        let got: Vec<DateTime> = event
            .occurrences(Window::ALL, &TimeZone::UTC)
            .take(expect.len())
            .map(|o| o.when.local_start())
            .collect();
        assert_eq!(got, expect, "{rule}");
        let many = event
            .occurrences(Window::ALL, &TimeZone::UTC)
            .take(200)
            .count();
        assert_eq!(many, total.unwrap_or(200), "{rule}");
    }
}

#[test]
fn friday_the_13th_leaves_out_a_start_that_is_excluded() {
    let zone = Zone::iana("America/New_York").unwrap();
    let start: DateTime = "1997-09-02T09:00".parse().unwrap();
    let mut event = Event::new(
        "example@example.com",
        When::zoned(start, zone, Duration::hours(1)),
    );
    event
        .rules
        .push("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13".parse().unwrap());
    let id = event.when.recurrence_id();
    assert_eq!(
        event.first_start(&TimeZone::UTC),
        Some("1997-09-02T13:00:00Z".parse().unwrap())
    );
    event
        .overrides
        .insert(id, kalends_calendar::Override::Excluded);
    let first: Timestamp = "1998-02-13T14:00:00Z".parse().unwrap();
    assert_eq!(event.first_start(&TimeZone::UTC), Some(first));
}
