//! Occurrences by themselves: without their series, twice, or no different from it.

use calendar::Override;

use super::*;

/// A VEVENT of the UID 1 at an hour of 23 November 2026 in Berlin.
fn single(id: &str, hour: u8, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID{id}\nDTSTART;TZID=Europe/Berlin:20261123T{hour:02}0000\nDURATION:PT1H\n{lines}\nEND:VEVENT\n"
    )
}

#[test]
fn two_occurrences_without_their_series_stay_two() {
    // Alike but for the time: neither is an exception to anything.
    let first = single(";TZID=Europe/Berlin:20261123T080000", 9, "X-A:1");
    let second = single(";TZID=Europe/Berlin:20261123T110000", 11, "X-A:1");
    let event = one(&calendar(&(first + &second))).value;
    assert_eq!(event.overrides.len(), 1);
    let written = write(&event);
    assert_eq!(written.matches("BEGIN:VEVENT").count(), 2, "{written}");
    assert_eq!(written.matches("X-A:1").count(), 2);
    assert_eq!(one(&written).value, event);
}

#[test]
fn the_dates_of_an_occurrence_without_its_series_are_not_lost() {
    let text = single(
        ";RANGE=THISANDFUTURE:20261123T080000Z",
        9,
        "RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20261124T090000/20261124T100000,20261125T090000/PT3H",
    );
    let event = one(&calendar(&text)).value;
    assert_eq!(event.overrides.len(), 2);
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn a_first_occurrence_that_differs_in_nothing_is_no_override() {
    let series = "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261123T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
    let same = single(";TZID=Europe/Berlin:20261123T090000", 9, "");
    let event = one(&calendar(&format!("{series}{same}"))).value;
    assert!(event.overrides.is_empty());
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn of_an_occurrence_that_is_there_twice_the_newer_one_counts() {
    let series = "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261120T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
    let id = ";TZID=Europe/Berlin:20261123T090000";
    let new = single(id, 12, "SEQUENCE:3");
    let old = single(id, 14, "SEQUENCE:2");
    for text in [format!("{series}{new}{old}"), format!("{series}{old}{new}")] {
        let read = one(&calendar(&text));
        assert_eq!(read.losses.len(), 1);
        assert_eq!(read.losses[0].property, "recurrenceOverrides");
        let [Override::Patch(patch)] = &read.value.overrides.values().collect::<Vec<_>>()[..]
        else {
            panic!("{:?}", read.value.overrides);
        };
        let start = patch.when.as_ref().unwrap().local_start();
        assert_eq!(start.hour(), 12);
    }
}

#[test]
fn an_empty_text_keeps_what_its_parameters_say() {
    let text = vevent(
        "SUMMARY;LANGUAGE=de:\nDESCRIPTION;ALTREP=\"cid:1\":\nLOCATION;LANGUAGE=de:\nX-ALT-DESC;FMTTYPE=text/html:\nRRULE:",
    );
    let read = one(&text);
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
    let mut event = read.value;
    let lines = lines(&write(&event));
    for line in [
        "SUMMARY;LANGUAGE=de:",
        "DESCRIPTION;ALTREP=\"cid:1\":",
        "LOCATION;LANGUAGE=de:",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:?}");
    }
    assert_eq!(one(&write(&event)).value, event);
    event.title = "New".into();
    assert!(!write(&event).contains("SUMMARY;"));
}

#[test]
fn an_address_keeps_what_a_line_may_hold() {
    let text = vevent("ATTENDEE:urn:a\tb\u{9f}c\nORGANIZER:urn:\u{85}d");
    let event = one(&text).value;
    assert_eq!(event.people.len(), 2);
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn spaces_around_the_address_of_a_conference_come_back() {
    let line = "CONFERENCE;X-A=b:  https://a.example\u{85}";
    let event = one(&vevent(line)).value;
    assert_eq!(event.virtual_places[0].uri, "https://a.example");
    assert!(lines(&write(&event)).contains(&line.to_owned()));
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn a_rule_that_skips_comes_back() {
    let event = one(&vevent("RRULE:FREQ=MONTHLY;SKIP=BACKWARD")).value;
    assert_eq!(event.rules[0].rscale.as_deref(), Some("GREGORIAN"));
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn coordinates_that_are_none_are_no_spelling_of_any() {
    let event = one(&vevent("GEO;X-A=b:12.3\\;x\nLOCATION;X-A=b:Wien")).value;
    let written = write(&event);
    assert!(written.contains("LOCATION;X-A=b:Wien"), "{written}");
    assert_eq!(one(&written).value, event);
}
