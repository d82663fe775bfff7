//! Values that are none, and what is made of their events. Each is reported.

use calendar::{Duration, FreeBusy, Override, When};

use kalends_protocols::icalendar::parse;

use super::*;

/// An event that starts on 23 November 2026 at 9 UTC; how long it lasts, and what was said about that.
fn length(lines: &str) -> (Duration, String) {
    let text = calendar(&format!(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\n{lines}\nEND:VEVENT"
    ));
    let read = one(&text);
    assert_eq!(one(&write(&read.value)).value, read.value, "{lines}");
    let [loss] = &read.losses[..] else {
        panic!("{lines}: {:?}", read.losses);
    };
    assert_eq!(loss.property, "duration");
    (read.value.when.duration(), loss.reason.clone())
}

#[test]
fn an_end_that_is_no_time_is_as_if_it_were_not_there() {
    let unread = "DTEND is no date or time";
    for end in [
        "DTEND:19970701T2000000Z",
        "DTEND:20261123T10300Z",
        "DTEND:later",
    ] {
        assert_eq!(
            length(end),
            (Duration::default(), unread.to_owned()),
            "{end}"
        );
        let both = format!("{end}\nDURATION:PT30M");
        assert_eq!(length(&both), (Duration::minutes(30), unread.to_owned()));
    }
    let day = "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261123\nDTEND:x\nEND:VEVENT";
    let when = When::all_day("2026-11-23".parse().unwrap(), 1);
    assert_eq!(one(&calendar(day)).value.when, when);
}

#[test]
fn a_duration_that_is_none_says_nothing_unless_one_length_alone_can_be_meant() {
    for (text, duration, reason) in [
        (
            "PT1W",
            Duration::days(7),
            "weeks or days behind the T of a duration",
        ),
        (
            "PT1W1D2H3M4S",
            Duration {
                days: 8,
                seconds: 7384,
            },
            "weeks or days behind the T of a duration",
        ),
        ("-PT1H", Duration::default(), "the end is before the start"),
        ("-PT1W1D2H3M4S", Duration::default(), "DURATION is none"),
        (
            "P999999999999999999W",
            Duration::default(),
            "DURATION is none",
        ),
        ("an hour", Duration::default(), "DURATION is none"),
    ] {
        let read = length(&format!("DURATION:{text}"));
        assert_eq!(read, (duration, reason.to_owned()), "{text}");
    }
    let nothing = "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nDURATION:-PT0H0M0S\nEND:VEVENT";
    assert_eq!(one(&calendar(nothing)).losses, []);
}

#[test]
fn an_occurrence_without_a_start_begins_where_its_id_says() {
    let series = "BEGIN:VEVENT\nUID:1\nDTSTART:20261120T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
    let cancelled =
        "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261123T090000Z\nSTATUS:CANCELLED\nEND:VEVENT";
    let read = one(&calendar(&format!("{series}{cancelled}")));
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
    assert_eq!(read.losses[0].property, "start");
    let at = "2026-11-23T09:00:00".parse().unwrap();
    let Override::Patch(patch) = &read.value.overrides[&at] else {
        panic!("{:?}", read.value.overrides);
    };
    assert_eq!(patch.when, None, "as long as the others");
    assert!(patch.status.is_some());
    // Alone it has nothing to take its length from.
    let alone = one(&calendar(cancelled)).value;
    assert_eq!(alone.when.local_start(), at.0);
    assert_eq!(one(&write(&alone)).value, alone);
}

#[test]
fn an_extra_occurrence_whose_period_has_no_end_lasts_as_long_as_the_others() {
    for end in ["199700819T220000Z", "19970819T200000Z", "PT", "P1Y"] {
        let text = format!(
            "BEGIN:VEVENT\nUID:1\nDTSTART:19970801T210000Z\nDURATION:PT2H\nRDATE;VALUE=PERIOD:19970819T210000Z/{end}\nEND:VEVENT"
        );
        let read = one(&calendar(&text));
        assert_eq!(read.losses.len(), 1, "{end}: {:?}", read.losses);
        let all: Vec<_> = read.value.overrides.iter().collect();
        let [(id, Override::Patch(patch))] = &all[..] else {
            panic!("{all:?}");
        };
        assert_eq!(id.to_string(), "1997-08-19T21:00:00");
        assert!(patch.is_empty(), "{end}");
    }
}

#[test]
fn a_line_that_is_no_property_does_not_spoil_the_time_before_it() {
    let text = calendar("BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nSUMMARY=Tyres\nEND:VEVENT");
    let read = one(&text);
    assert_eq!(
        read.value.when.local_start().to_string(),
        "2026-11-23T09:00:00"
    );
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
}

#[test]
fn a_day_may_have_a_z_and_a_count_of_minus_one_is_none() {
    let text = "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20131208\nRRULE:FREQ=WEEKLY;COUNT=-1\nRDATE:20131210Z\nEND:VEVENT";
    let read = one(&calendar(text));
    assert_eq!(read.value.rules[0].to_string(), "FREQ=WEEKLY");
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
    let extra = read.value.overrides.keys().next().unwrap();
    assert_eq!(extra.to_string(), "2013-12-10T00:00:00");
}

/// As a telephone of 2003 would send it.
const OLD: &str = "BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Z=C3=A4hne =\r\nputzen; gr=C3=BCndlich\r\nDTSTART:20261123T090000Z\r\nDTEND:20261123T093000Z\r\nRRULE:W2 MO WE #10\r\nEXDATE:20261125T090000Z;20261207T090000Z\r\nTRANSP:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn the_form_before_icalendar_is_read() {
    let read = one(OLD);
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
    let event = read.value;
    assert_eq!(event.title, "Zähne putzen; gründlich");
    assert_eq!(
        event.rules[0].to_string(),
        "FREQ=WEEKLY;COUNT=10;INTERVAL=2;BYDAY=MO,WE"
    );
    assert_eq!(event.overrides.len(), 2);
    assert_eq!(event.busy, FreeBusy::Free);
    assert_eq!(one(&write(&event)).value, event);
    // However its version is spelled, the tree says that it is of today.
    for version in ["VERSION:1.0\r\n", "VERSION\u{16};X=1: 1.0\r\n"] {
        let text = OLD.replace("VERSION:1.0\r\n", version);
        let calendar = &parse::parse(&text).unwrap().components[0];
        assert_eq!(calendar.property("VERSION").unwrap().value, "2.0");
        let again = icalendar::write::write(calendar);
        assert_eq!(&parse::parse(&again).unwrap().components[0], calendar);
    }
}

#[test]
fn utf_16_and_lone_line_ends_are_read() {
    let text = vevent("SUMMARY:Zähne 😀");
    let event = one(&text).value;
    for text in [text.clone(), text.replace("\r\n", "\r").replace('\n', "\r")] {
        let marked = format!("\u{feff}{text}");
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big, text.into_bytes()] {
            let read = icalendar::read(&bytes).unwrap();
            assert_eq!((read.value, read.losses), (vec![event.clone()], vec![]));
        }
    }
}
