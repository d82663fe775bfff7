//! Texts as RFC 5545 has them and as clients write them.

use calendar::{FreeBusy, Override, Patch, Place, Reminder, Text, Trigger, When};
use kalends_protocols::icalendar::Error;

use super::*;

fn patch<'a>(event: &'a Event, id: &str) -> &'a Patch {
    match &event.overrides[&id.parse().unwrap()] {
        Override::Patch(patch) => patch,
        Override::Excluded => panic!("{id} is excluded"),
    }
}

#[test]
fn an_rfc_5545_example() {
    // RFC 5545 3.6.1.
    let event = one(&calendar(
        "BEGIN:VEVENT\nUID:19970901T130000Z-123402@example.com\nDTSTAMP:19970901T130000Z\nDTSTART;VALUE=DATE:19971102\nSUMMARY:Our Blissful Anniversary\nTRANSP:TRANSPARENT\nCLASS:CONFIDENTIAL\nCATEGORIES:ANNIVERSARY,PERSONAL,SPECIAL OCCASION\nRRULE:FREQ=YEARLY\nEND:VEVENT",
    ))
    .value;
    assert_eq!(event.when, When::all_day("1997-11-02".parse().unwrap(), 1));
    assert_eq!(event.busy, FreeBusy::Free);
    assert_eq!(event.categories.len(), 3);
    let lines = lines(&write(&event));
    assert!(lines.contains(&"DTEND;VALUE=DATE:19971103".to_owned()));
    assert!(lines.contains(&"CLASS:CONFIDENTIAL".to_owned()));
}

#[test]
fn what_the_model_does_not_know_comes_back_byte_for_byte() {
    let unknown = [
        "URL;VALUE=URI:https://example.com/a,b;c",
        "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS=\"Ring 1\\, Wien\";X-TITLE=\"a: b\":geo:48.2,16.37",
        "x-lower;Param=ONE,\"two;three\":raw \\; value\\",
        "ATTACH;FMTTYPE=application/pdf;ENCODING=BASE64;VALUE=BINARY:JVBERi0xLjQKJcfs",
        "X-EMOJI:👩‍⚕️ שלום 👩‍⚕️ שלום 👩‍⚕️ שלום 👩‍⚕️ שלום 👩‍⚕️ שלום",
        "BEGIN:X-PART",
        "X-INSIDE:1",
        "BEGIN:X-DEEPER",
        "END:X-DEEPER",
        "END:X-PART",
        "BEGIN:VALARM",
        "X-WR-ALARMUID:A",
        "ACTION:AUDIO",
        "TRIGGER:-PT15M",
        "ATTACH;VALUE=URI:Chord",
        "ACKNOWLEDGED:20260101T000000Z",
        "END:VALARM",
        "BEGIN:VALARM",
        "ACTION:NONE",
        "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
        "END:VALARM",
    ];
    let event = one(&vevent(&unknown.join("\n"))).value;
    let written = lines(&write(&event));
    for line in unknown {
        assert!(written.contains(&line.to_owned()), "{line}\n{written:#?}");
    }
    let position = |l: &str| written.iter().position(|w| w == l).unwrap();
    assert_eq!(position("END:X-PART") - position("BEGIN:X-PART"), 4);
    assert_eq!(event.reminders, Some(vec![Reminder::minutes_before(15)]));
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn an_alarm_that_was_taken_out_does_not_come_back_with_its_details() {
    let text = vevent("BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT15M\nX-WR-ALARMUID:A\nEND:VALARM");
    let mut event = one(&text).value;
    event.reminders = Some(vec![Reminder {
        trigger: Trigger::End(60),
        email: true,
    }]);
    let written = write(&event);
    assert!(!written.contains("X-WR-ALARMUID"), "{written}");
    assert_eq!(one(&written).value.reminders, event.reminders);
    event.reminders = Some(Vec::new());
    assert_eq!(one(&write(&event)).value.reminders, event.reminders);
}

#[test]
fn a_spelling_goes_back_until_its_value_changes() {
    let text = vevent(
        "SUMMARY;LANGUAGE=de:Zahnarzt\nLOCATION;ALTREP=\"http://x/y\":Wien\nCONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:https://meet.example/1",
    );
    let mut event = one(&text).value;
    let written = lines(&write(&event));
    for line in [
        "SUMMARY;LANGUAGE=de:Zahnarzt",
        "LOCATION;ALTREP=\"http://x/y\":Wien",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:https://meet.example/1",
    ] {
        assert!(written.contains(&line.to_owned()), "{line}");
    }
    event.title = "Dentist".into();
    let written = lines(&write(&event));
    assert!(written.contains(&"SUMMARY:Dentist".to_owned()));
    assert!(!written.iter().any(|l| l.contains("Zahnarzt")));
}

#[test]
fn overrides_of_one_uid_are_one_event() {
    let text = vevent(
        "SUMMARY:Weekly\nX-A:1\nRRULE:FREQ=WEEKLY;COUNT=10\nEXDATE;TZID=Europe/Berlin:20261207T090000,20261214T090000\nRDATE:20261225T080000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20261130T090000\nDTSTART;TZID=Europe/Berlin:20261201T110000\nDTEND;TZID=Europe/Berlin:20261201T120000\nSUMMARY:Weekly\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nX-A:1\nRECURRENCE-ID:20261221T080000Z\nDTSTART:20261221T080000Z\nDURATION:PT1H\nSTATUS:CANCELLED\nSUMMARY:Gone\nSEQUENCE:4",
    );
    let event = one(&text).value;
    assert_eq!(event.overrides.len(), 5);
    assert_eq!(
        event.overrides[&"2026-12-07T09:00:00".parse().unwrap()],
        Override::Excluded
    );
    // 8 o'clock UTC is 9 in Berlin.
    assert_eq!(
        event.overrides[&"2026-12-25T09:00:00".parse().unwrap()],
        Override::extra()
    );
    let moved = patch(&event, "2026-11-30T09:00:00");
    assert!(moved.when.is_some() && moved.title.is_none());
    // The override has none of its series' unknown lines, and stays so.
    assert!(!moved.unknown.is_empty());
    let gone = patch(&event, "2026-12-21T09:00:00");
    assert_eq!(gone.title.as_deref(), Some("Gone"));
    assert!(gone.unknown.is_empty());
    assert_eq!(event.sequence, 4);
    let text = write(&event);
    assert_eq!(text.matches("X-A:1").count(), 2, "{text}");
    assert_eq!(text.matches("RDATE").count(), 1);
    assert_eq!(one(&text).value, event);
}

#[test]
fn an_occurrence_without_its_series_stays_one() {
    let text = vevent("RECURRENCE-ID;TZID=Europe/Berlin:20261123T080000");
    let event = one(&text).value;
    let written = write(&event);
    assert!(written.contains("RECURRENCE-ID;TZID=Europe/Berlin:20261123T080000"));
    assert!(!written.contains("RDATE"));
    assert_eq!(one(&written).value, event);
}

#[test]
fn a_change_to_all_following_is_kept_and_reported() {
    let text = vevent(
        "RRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261125T080000Z\nDTSTART;TZID=Europe/Berlin:20261125T100000",
    );
    let read = one(&text);
    assert_eq!(read.losses.len(), 1);
    let written = write(&read.value);
    assert!(written.contains("RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T080000Z"));
    assert_eq!(one(&written).value, read.value);
}

#[test]
fn a_change_to_all_following_is_one_to_each_where_there_is_an_end() {
    let text = vevent(
        "RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Berlin:20261126T090000\nSUMMARY:Old\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20261127T090000\nDTSTART;TZID=Europe/Berlin:20261127T150000\n\
         SUMMARY:Own\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261124T090000\n\
         DTSTART;TZID=Europe/Berlin:20261124T100000\nSUMMARY:New",
    );
    let read = one(&text);
    assert_eq!(read.losses.len(), 0, "{:?}", read.losses);
    let utc = jiff::tz::TimeZone::UTC;
    let starts = read.value.occurrences(calendar::Window::ALL, &utc);
    let starts: Vec<String> = starts.map(|o| o.start.to_string()).collect();
    assert_eq!(
        starts,
        [
            "2026-11-23T08:00:00Z",
            "2026-11-24T09:00:00Z",
            "2026-11-25T09:00:00Z",
            "2026-11-27T14:00:00Z",
        ]
    );
    let title = |day: &str| {
        let id = format!("{day}T09:00:00").parse().unwrap();
        read.value.occurrence(id).unwrap().title
    };
    assert_eq!(title("2026-11-25"), "New");
    assert_eq!(title("2026-11-27"), "Own");
    assert_eq!(one(&write(&read.value)).value, read.value);
}

#[test]
fn an_extra_occurrence_that_differs_has_a_date_and_a_component() {
    let text = vevent("RRULE:FREQ=WEEKLY\nRDATE;VALUE=PERIOD:20261126T080000Z/PT3H");
    let event = one(&text).value;
    assert!(patch(&event, "2026-11-26T09:00:00").when.is_some());
    let written = write(&event);
    assert!(written.contains("RDATE;TZID=Europe/Berlin:20261126T090000"));
    assert!(written.contains("RECURRENCE-ID;TZID=Europe/Berlin:20261126T090000"));
    assert_eq!(one(&written).value, event);
}

#[test]
fn an_event_without_an_end_gets_one() {
    let event = one(&calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000\nEND:VEVENT",
    ));
    let written = write(&event.value);
    assert!(written.contains("DTEND:20261123T090000"));
    assert_eq!(one(&written).value, event.value);
}

#[test]
fn an_end_in_the_second_of_two_equal_hours_stays_there() {
    // 2:30 CEST to 2:30 CET: one hour on the night when clocks go back.
    let event = one(&calendar("BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261025T023000\nDURATION:PT1H\nEND:VEVENT")).value;
    assert!(write(&event).contains("DTEND:20261025T013000Z"));
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn busy_follows_transp_where_the_two_disagree() {
    for (lines, busy) in [
        (
            "TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
            FreeBusy::OutOfOffice,
        ),
        (
            "TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:FREE",
            FreeBusy::Busy,
        ),
        (
            "TRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY",
            FreeBusy::Free,
        ),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", FreeBusy::Free),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", FreeBusy::Tentative),
        ("", FreeBusy::Busy),
    ] {
        assert_eq!(one(&vevent(lines)).value.busy, busy, "{lines}");
    }
}

#[test]
fn html_counts_while_it_says_the_same() {
    let html = "X-ALT-DESC;FMTTYPE=text/html:<p>Bring <b>X-rays</b></p>";
    let event = one(&vevent(&format!("DESCRIPTION:Bring   X-rays\\n\n{html}"))).value;
    assert_eq!(event.text, Text::html("<p>Bring <b>X-rays</b></p>"));
    let written = lines(&write(&event));
    assert!(written.contains(&"DESCRIPTION:Bring   X-rays\\n".to_owned()));
    assert!(written.contains(&html.to_owned()));
    // A client that knows only DESCRIPTION has changed it.
    let mut event = one(&vevent(&format!("DESCRIPTION:Bring nothing\n{html}"))).value;
    assert_eq!(event.text, Text::plain("Bring nothing"));
    assert!(lines(&write(&event)).contains(&html.to_owned()));
    event.text = Text::plain("Something else");
    assert!(!write(&event).contains("X-ALT-DESC"));
    // One of another type with the same words is no spelling of it.
    let other = "X-ALT-DESC;FMTTYPE=text/plain:Bring X-rays";
    let html = other.replace("plain", "html");
    for text in [format!("{other}\n{html}"), format!("{html}\n{other}")] {
        let event = one(&vevent(&text)).value;
        assert_eq!(event.text, Text::html("Bring X-rays"));
        assert_eq!(one(&write(&event)).value, event);
    }
}

#[test]
fn an_empty_description_beside_html_is_written_with_its_words() {
    for empty in ["DESCRIPTION:", "DESCRIPTION;LANGUAGE=de:"] {
        let text = vevent(&format!(
            "{empty}\nX-ALT-DESC;FMTTYPE=text/html:<p>Tyres</p>"
        ));
        let event = one(&text).value;
        assert!(lines(&write(&event)).contains(&"DESCRIPTION:Tyres".to_owned()));
        assert_eq!(one(&write(&event)).value, event);
    }
}

#[test]
fn spaces_around_a_name_come_back() {
    let event = one(&vevent("ATTENDEE;CN=\" Ada \":mailto:a@b.example")).value;
    assert_eq!(
        event.people["mailto:a@b.example"].name.as_deref(),
        Some(" Ada ")
    );
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn of_two_answers_the_one_that_is_known_counts() {
    for words in ["ALE;PARTSTAT=ACCEPTED", "ACCEPTED;PARTSTAT=ALE"] {
        let event = one(&vevent(&format!(
            "ATTENDEE;PARTSTAT={words}:mailto:a@b.example"
        )))
        .value;
        assert_eq!(one(&write(&event)).value, event, "{words}");
    }
}

#[test]
fn a_parameter_with_a_quoted_semicolon_in_its_name_comes_back() {
    let event = one(&vevent(
        "ATTENDEE;CN9\"a; b\";PARTSTAT=ACCEPTED:mailto:a@b.example",
    ))
    .value;
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn people_with_everything() {
    let lines_in = [
        "ORGANIZER;CN=Ada;SENT-BY=\"mailto:desk@example.com\":mailto:ada@example.com",
        "ATTENDEE;CN=Ada;ROLE=CHAIR;PARTSTAT=ACCEPTED;EMAIL=ada@example.com:mailto:ada@example.com",
        "ATTENDEE;CN=\"Room; 1\";CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;X-RESPONSE-COMMENT=^'ok^';MEMBER=\"mailto:a@x\",\"mailto:b@x\":mailto:room@example.com",
        "ATTENDEE;PARTSTAT=X-LATER:/AbC/principal/",
        "ATTENDEE;CUTYPE=UNKNOWN;PARTSTAT=DECLINED:urn:uuid:ABC",
    ];
    let event = one(&vevent(&lines_in.join("\n"))).value;
    assert_eq!(event.people.len(), 4);
    assert_eq!(
        event.people["mailto:room@example.com"].comment.as_deref(),
        Some("\"ok\"")
    );
    let written = lines(&write(&event));
    for line in lines_in {
        assert!(written.contains(&line.to_owned()), "{line}\n{written:#?}");
    }
}

#[test]
fn no_parameter_says_what_an_address_is() {
    let text = vevent("ATTENDEE;x-kalends-uri=\"urn:x\";PARTSTAT=ACCEPTED:mailto:ada@example.com");
    let event = one(&text).value;
    assert_eq!(one(&write(&event)).value, event);
    let written = lines(&write(&event));
    let line = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com".to_owned();
    assert!(written.contains(&line), "{written:#?}");
}

#[test]
fn a_place_that_somebody_changed_elsewhere_is_not_our_old_one() {
    let mut event = one(&vevent("LOCATION:Wien\nGEO:48.2;16.37")).value;
    assert_eq!(
        event.places[0].coordinates.as_deref(),
        Some("geo:48.2,16.37")
    );
    event.places.push(Place::named("or Graz"));
    let written = write(&event);
    assert_eq!(one(&written).value.places, event.places);
    let changed = written.replace("LOCATION:Wien\r\nGEO", "LOCATION:Linz\r\nGEO");
    assert_eq!(one(&changed).value.places.len(), 1);
}

#[test]
fn errors_name_line_and_property() {
    for (text, message) in [
        (
            vevent("RRULE:FREQ=SOMETIMES"),
            "line 7: RRULE: FREQ=SOMETIMES is outside of what RFC 5545 allows for FREQ",
        ),
        (
            vevent("EXDATE:yesterday"),
            "line 7: EXDATE: a date such as 20261123 or a time such as 20261123T090000Z is needed",
        ),
        (
            calendar("BEGIN:VEVENT\nUID:1\nEND:VEVENT"),
            "line 3: VEVENT has no DTSTART",
        ),
    ] {
        assert_eq!(icalendar::read(&text).unwrap_err().to_string(), message);
    }
    assert_eq!(icalendar::read("<html>"), Err(Error::NotCalendar));
}

#[test]
fn one_bad_event_does_not_keep_the_others_away() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:1\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nDTSTART:20261123\nEND:VEVENT\nBEGIN:VTODO\nUID:3\nEND:VTODO",
    );
    let each = icalendar::read_each(&text).unwrap();
    assert!(each[0].is_err());
    assert_eq!(each[1].as_ref().unwrap().value.uid, "2");
    assert_eq!(each.len(), 2);
}

#[test]
fn an_event_without_uid_gets_the_same_one_every_time() {
    let text =
        calendar("BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\nDTSTART:20261123\nSUMMARY:a\nEND:VEVENT");
    let later = text.replace("20260101T000000Z", "20260202T000000Z");
    assert_eq!(one(&text).value.uid, one(&later).value.uid);
    assert_ne!(
        one(&text).value.uid,
        one(&text.replace("SUMMARY:a", "SUMMARY:b")).value.uid
    );
}
