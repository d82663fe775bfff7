//! What was read and not touched since is copied when it is written.

use calendar::{CustomZone, When, Zone};
use kalends_protocols::icalendar::Object;

use super::*;

const SHIP: &str = "BEGIN:VTIMEZONE\r\nTZID:Ship\r\nX-DECK:4\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0130\r\nTZOFFSETTO:+0130\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

fn wrapped(inner: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{inner}END:VCALENDAR\r\n")
}

/// An event whose lines come in an order, with a stamp and a fold that nobody here would write.
fn strange(uid: &str, start: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nX-A;B=\r\n c:d\r\nSUMMARY:Win\r\n ter\\; tyres\r\nDTSTART{start}\r\nUID:{uid}\r\nSTATUS:CONFIRMED\r\nDTSTAMP:20200101T000000Z\r\nEND:VEVENT\r\n"
    )
}

fn object(text: &str) -> Object {
    let mut objects = Object::read(text).unwrap().value;
    assert_eq!(objects.len(), 1);
    objects.remove(0)
}

fn written(object: &Object) -> String {
    let text = object.write("2026-11-01T00:00:00Z".parse().unwrap());
    assert_eq!(&self::object(&text), object, "{text}");
    text
}

/// The rules of a zone under a name, always so many minutes east.
fn zone(text: &str) -> Zone {
    let event = strange("z", ";TZID=Ship:20261123T100000");
    let When::Timed { zone, .. } = object(&wrapped(&(text.to_owned() + &event))).events[0]
        .when
        .clone()
    else {
        panic!("a timed event");
    };
    zone.unwrap()
}

fn moved(event: &mut Event, to: Zone) {
    if let When::Timed { zone, .. } = &mut event.when {
        *zone = Some(to);
    }
}

#[test]
fn what_nobody_touched_is_copied_and_the_rest_is_written() {
    let [a, b] = ["a", "b"].map(|uid| strange(uid, ":20261123T090000Z"));
    let other = "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:Fo\r\n ld\r\nEND:VTODO\r\n";
    let mut object = object(&wrapped(&[&a, other, &*b].concat()));
    let text = written(&object);
    for copied in [&a, &b, other] {
        assert!(text.contains(copied), "{text}");
    }
    object.events[0].title = "Summer tyres".into();
    let text = written(&object);
    assert!(!text.contains(&a) && text.contains("SUMMARY:Summer tyres\r\n"));
    assert!(text.contains("DTSTAMP:20261101T000000Z\r\n"), "{text}");
    assert!(text.contains(&b) && text.contains(other), "{text}");
    // The same value in the same place, but made here.
    object.events[1] = object.events[1].clone().into_inner().into();
    object.others[0].uid = Some("t".into());
    let text = written(&object);
    assert!(!text.contains(&b) && !text.contains(other), "{text}");
}

#[test]
fn all_components_of_a_series_are_copied_and_one_that_left_its_calendar_too() {
    let series = "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20200101T000000Z\r\nRRULE:FREQ=DAILY\r\nDTSTART;TZID=Ship:20261123T100000\r\nEND:VEVENT\r\n";
    let change = "BEGIN:VEVENT\r\nRECURRENCE-ID;TZID=Ship:20261124T100000\r\nDTSTAMP:20200101T000000Z\r\nUID:a\r\nDTSTART;TZID=Ship:20261124T120000\r\nEND:VEVENT\r\n";
    let between = strange("b", ":20261123");
    let text = wrapped(
        &[
            SHIP,
            series,
            &between.replace("DTSTART:", "DTSTART;VALUE=DATE:"),
            change,
        ]
        .concat(),
    );
    let object = object(&text);
    let text = written(&object);
    assert!(text.contains(&[series, change].concat()), "{text}");
    assert!(text.contains(SHIP), "{text}");
    // Its zone goes with it.
    let alone = Object {
        events: vec![object.events[0].clone()],
        ..Object::default()
    };
    let text = written(&alone);
    assert!(text.contains(&[SHIP, series, change].concat()), "{text}");
}

#[test]
fn what_is_not_as_it_should_be_is_written_anew() {
    let good = strange("a", ":20261123T090000Z");
    assert!(object(&wrapped(&good)).events[0].is_as_read());
    let long = "X-LONG:".to_owned() + &"x".repeat(69);
    let bad = [
        good.replace("\r\n", "\n"),
        good.replacen("\r\n", "\n", 1),
        good.replace("STATUS:", "STATUS :"),
        good.replace("STATUS:", "STATUS \r\n :"),
        good.replace("STATUS:CONFIRMED", &long),
        good.replace("STATUS:CONFIRMED", "X-A:\u{7}"),
        good.replace("STATUS:CONFIRMED", "X-A:\rb"),
        good.replace("STATUS:CONFIRMED", "X-A:b\r"),
        good.replace("STATUS:CONFIRMED", "a line without a name"),
        good.replace("STATUS:CONFIRMED", "X-A;B=\"c:d"),
        good.replace("STATUS:CONFIRMED", ""),
        good.replace("STATUS:CONFIRMED", "END:VALARM"),
        good.replace("STATUS:CONFIRMED", "BEGIN:VALARM\r\nACTION:AUDIO"),
        good.replace("STATUS:CONFIRMED", "DTEND:never"),
        good.replace("DTSTAMP:20200101T000000Z\r\n", ""),
        good.replace("UID:a\r\n", ""),
    ];
    for bad in bad {
        let object = object(&wrapped(&bad));
        assert!(!object.events[0].is_as_read(), "{bad:?}");
        let text = written(&object);
        let mut lines = text.strip_suffix("\r\n").unwrap().split("\r\n");
        assert!(lines.all(|line| line.len() <= 75 && !line.contains(['\r', '\n', '\u{7}'])));
    }
    // Neither is what had to be rewritten before it could be read.
    let text = wrapped(&good);
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(wide).collect();
    assert!(!Object::read(wide).unwrap().value[0].events[0].is_as_read());
    let marked = "\u{feff}".to_owned() + &text;
    assert!(written(&object(&marked)).contains(&good));
}

#[test]
fn a_zone_that_both_need_is_there_once() {
    let alias = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nX-OWN:1\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    for (id, zone) in [("Europe/Berlin", alias), ("Ship", SHIP)] {
        let start = format!(";TZID={id}:20260723T100000");
        let [a, b] = ["a", "b"].map(|uid| strange(uid, &start));
        let mut object = object(&wrapped(&[zone, &a, &b].concat()));
        assert!(written(&object).contains(zone));
        object.events[1].title = "Summer".into();
        let text = written(&object);
        assert!(text.contains(&a) && !text.contains(&b), "{text}");
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1, "{text}");
        // Where the name says what the zone is, its rules are those of the database.
        assert_eq!(text.contains("BEGIN:DAYLIGHT"), id != "Ship", "{text}");
        assert_eq!(text.contains("X-DECK:4"), id == "Ship", "{text}");
        object.events.remove(0);
        assert_eq!(written(&object).matches("BEGIN:VTIMEZONE").count(), 1);
    }
}

#[test]
fn a_zone_that_came_without_its_rules_gets_them() {
    let [a, b] = ["Europe/Berlin", "W. Europe Standard Time"]
        .map(|id| strange(id, &format!(";TZID={id}:20260723T100000")));
    let text = written(&object(&wrapped(&[&*a, &b].concat())));
    assert!(text.contains(&a) && text.contains(&b), "{text}");
    assert!(text.contains("TZID:Europe/Berlin\r\n"), "{text}");
    assert!(text.contains("TZID:W. Europe Standard Time\r\n"), "{text}");
    // Also for times that the usual span does not hold.
    let old = strange("c", ";TZID=Europe/Berlin:19490723T100000");
    let text = written(&object(&wrapped(&old)));
    assert!(text.contains("DTSTART:19490410T020000\r\n"), "{text}");
}

#[test]
fn another_zone_of_the_same_name_gets_another_name() {
    let [a, b] = ["a", "b"].map(|uid| strange(uid, ";TZID=Ship:20261123T100000"));
    let mut object = object(&wrapped(&[SHIP, &a, &b].concat()));
    let other = zone(&SHIP.replace("+0130", "+0230"));
    moved(&mut object.events[1], other.clone());
    let text = object.write("2026-11-01T00:00:00Z".parse().unwrap());
    assert!(text.contains(&a), "{text}");
    let again = self::object(&text);
    let starts = |object: &Object| -> Vec<_> {
        let each = object.events.iter();
        each.map(|e| e.when.start_instant(&jiff::tz::TimeZone::UTC).to_string())
            .collect()
    };
    assert_eq!(
        starts(&again),
        ["2026-11-23T08:30:00Z", "2026-11-23T07:30:00Z"]
    );
    assert_eq!(again.events[1].when.zone().unwrap().name(), "Ship 2");
    // Of events that came from different calendars none is copied.
    let far = self::object(&wrapped(
        &(SHIP.replace("+0130", "+0330") + &strange("c", ";TZID=Ship:20261123T100000")),
    ));
    object.events.extend(far.events);
    let text = object.write("2026-11-01T00:00:00Z".parse().unwrap());
    let again = self::object(&text);
    assert_eq!(starts(&again), starts(&object), "{text}");
    let nowhere = CustomZone {
        id: "Ship".into(),
        observances: Vec::new(),
    };
    moved(&mut object.events[1], Zone::Custom(nowhere.into()));
    let again = self::object(&object.write("2026-11-01T00:00:00Z".parse().unwrap()));
    assert_eq!(starts(&again), starts(&object));
}
