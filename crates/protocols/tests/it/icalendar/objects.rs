//! Whole calendars: what is no event comes back as it came.

use kalends_protocols::icalendar::{Object, Other, value::Moment};

use super::*;

/// Reads a text of one calendar.
fn object(text: &str) -> Mapped<Object> {
    Object::read(text).unwrap().map(|mut objects| {
        assert_eq!(objects.len(), 1);
        objects.remove(0)
    })
}

fn written(object: &Object) -> String {
    let text = object.write("2026-11-01T00:00:00Z".parse().unwrap());
    assert_eq!(self::object(&text).value, *object, "{text}");
    text
}

#[test]
fn tasks_journals_and_the_rest_come_back_as_they_came() {
    let kept = [
        "X-WR-CALNAME:Praxis",
        "METHOD:PUBLISH",
        "BEGIN:VTODO",
        "UID:tyres",
        "DTSTART;TZID=Europe/Vienna:20261201T080000",
        "DUE;TZID=Europe/Vienna:20261202T170000",
        "SUMMARY;LANGUAGE=en:Winter\\; tyres",
        "PERCENT-COMPLETE:40",
        "BEGIN:VALARM",
        "TRIGGER;RELATED=END:-PT5M",
        "ACTION:DISPLAY",
        "END:VALARM",
        "END:VTODO",
        "BEGIN:VJOURNAL",
        "DTSTART;VALUE=DATE:20261123",
        "DESCRIPTION:Quiet",
        "END:VJOURNAL",
        "BEGIN:VFREEBUSY",
        "UID:busy",
        "FREEBUSY;FBTYPE=BUSY:20261123T080000Z/PT1H",
        "END:VFREEBUSY",
        "BEGIN:VAVAILABILITY",
        "UID:hours",
        "BEGIN:AVAILABLE",
        "DTSTART:20261123T090000Z",
        "DURATION:PT8H",
        "RRULE:FREQ=DAILY",
        "END:AVAILABLE",
        "END:VAVAILABILITY",
        "BEGIN:X-PART",
        "X-INSIDE:1",
        "END:X-PART",
    ];
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20261123T090000Z\nEND:VEVENT";
    let read = object(&calendar(&format!("{}\n{event}", kept.join("\n"))));
    assert_eq!(read.losses, []);
    let object = read.value;
    assert_eq!(object.events.len(), 1);
    let kinds: Vec<_> = object.others.iter().map(|o| &*o.component.name).collect();
    assert_eq!(
        kinds,
        ["VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "X-PART"]
    );
    let task = &object.others[0];
    assert_eq!(task.uid.as_deref(), Some("tyres"));
    let local = |m: &Option<Moment>| m.as_ref().unwrap().civil().to_string();
    assert_eq!(local(&task.start), "2026-12-01T08:00:00");
    assert_eq!(local(&task.end), "2026-12-02T17:00:00");
    assert_eq!(object.others[1].uid, None);
    let text = written(&object);
    let lines = lines(&text);
    for line in kept {
        assert!(lines.contains(&line.to_owned()), "{line}\n{text}");
    }
    assert_eq!(text.matches("TZID:Europe/Vienna").count(), 1);
    assert!(text.contains("BEGIN:DAYLIGHT"), "{text}");
}

#[test]
fn a_task_in_a_zone_of_its_own_is_sealed_with_its_rules() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Ship\nX-DECK:4\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE";
    let task = "BEGIN:VTODO\nUID:t\nDTSTART;TZID=Ship:20261123T100000\nDURATION:P1DT2H\nEND:VTODO";
    let object = object(&calendar(&format!("{zone}\n{task}"))).value;
    let other = &object.others[0];
    let at = |m: &Option<Moment>| m.as_ref().unwrap().instant(None).to_string();
    assert_eq!(at(&other.start), "2026-11-23T08:30:00Z");
    assert_eq!(at(&other.end), "2026-11-24T10:30:00Z");
    assert!(written(&object).contains("X-DECK:4"));
    assert_eq!(Other::open(&other.sealed()).unwrap(), **other);
}

#[test]
fn of_a_zone_that_is_there_twice_the_last_one_counts() {
    let zone = |offset: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:Ship\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let task = "BEGIN:VTODO\nUID:t\nDTSTART;TZID=Ship:20261123T100000\nEND:VTODO";
    let text = zone("+0100") + &zone("+0230") + task;
    let object = object(&calendar(&text)).value;
    let start = object.others[0].start.as_ref().unwrap();
    assert_eq!(start.instant(None).to_string(), "2026-11-23T07:30:00Z");
    assert_eq!(written(&object).matches("BEGIN:VTIMEZONE").count(), 1);
}

#[test]
fn the_zones_of_a_task_have_an_order_of_their_own() {
    let zone = |id: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{id}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Ship A:20261123T100000\nEND:VEVENT\n";
    let task = "BEGIN:VTODO\nUID:t\nDTSTART;TZID=Ship A:20261123T100000\nDUE;TZID=Ship B:20261123T100000\nEND:VTODO";
    for zones in [
        zone("Ship A") + &zone("Ship B"),
        zone("Ship B") + &zone("Ship A"),
    ] {
        written(&object(&calendar(&(zones + event + task))).value);
    }
}

#[test]
fn a_zone_that_a_task_names_too_comes_back_as_it_came() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Ship\nX-DECK:4\nBEGIN:STANDARD\nCOMMENT:of the ship\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE";
    let of = |kind: &str| {
        format!("BEGIN:{kind}\nUID:{kind}\nDTSTART;TZID=Ship:20261123T100000\nEND:{kind}")
    };
    let text = calendar(&[zone, &of("VTODO"), &of("VEVENT")].join("\n"));
    let text = written(&object(&text).value);
    assert!(
        text.contains("X-DECK:4") && text.contains("COMMENT:of the ship"),
        "{text}"
    );
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
}

#[test]
fn an_event_that_cannot_be_understood_is_kept_and_reported() {
    let read = object(&calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTART:soon\nX-A:b\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nDTSTART:20261123\nEND:VEVENT",
    ));
    let [loss] = &read.losses[..] else {
        panic!("{:?}", read.losses);
    };
    assert_eq!(
        (loss.property.as_str(), loss.fallback.as_str()),
        ("other", "kept as it came")
    );
    assert!(loss.reason.contains("DTSTART"), "{}", loss.reason);
    assert_eq!(read.value.events[0].uid, "2");
    let text = written(&read.value);
    assert!(text.contains("DTSTART:soon\r\nX-A:b\r\n"), "{text}");
}

#[test]
fn several_calendars_stay_several_and_what_is_outside_is_one() {
    let text = "BEGIN:VEVENT\nUID:1\nDTSTART:20261123\nEND:VEVENT\nBEGIN:VCALENDAR\nNAME:A\nEND:VCALENDAR\nBEGIN:VCALENDAR\nNAME:B\nCALSCALE:JULIAN\nEND:VCALENDAR\nBEGIN:VTODO\nUID:2\nEND:VTODO\n";
    let objects = Object::read(text).unwrap().value;
    let [a, b, outside] = &objects[..] else {
        panic!("{objects:?}");
    };
    assert_eq!(a.properties[0].value, "A");
    assert!(written(b).contains("CALSCALE:JULIAN"));
    assert!(!written(b).contains("GREGORIAN"));
    assert_eq!((outside.events.len(), outside.others.len()), (1, 1));
}
