//! The VTIMEZONEs that we write are right, and those that we read are understood.

use std::sync::Arc;

use calendar::{CustomZone, Duration, Event, Rule, When, Zone};
use kalends_protocols::icalendar::{component::Component, parse};

use super::*;

/// The VTIMEZONE of a written event, read as a zone of its own by giving it a name that nobody knows.
fn as_custom(event: &Event) -> Arc<CustomZone> {
    let name = event.when.zone().unwrap().name();
    let text = write(event).replace(&format!("TZID:{name}"), "TZID:Unheard of");
    let text = text.replace(&format!("TZID={name}"), "TZID=Unheard of");
    match one(&text).value.when.zone().unwrap() {
        Zone::Custom(zone) => zone.clone(),
        Zone::Iana(name) => panic!("{name}"),
    }
}

#[test]
fn written_zones_agree_with_the_database_over_the_years_of_the_series() {
    for name in [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Asia/Jerusalem",
        "Asia/Kolkata",
        "Africa/Casablanca",
        "Asia/Tehran",
        "Pacific/Apia",
        "America/Asuncion",
    ] {
        for start in ["2010-03-07T09:00:00", "2026-11-23T09:00:00"] {
            let zone = Zone::iana(name).unwrap();
            let when = When::zoned(start.parse().unwrap(), zone.clone(), Duration::hours(1));
            let mut event = Event::new("1", when);
            event.rules = vec!["FREQ=DAILY".parse::<Rule>().unwrap()];
            let ours = Zone::Custom(as_custom(&event));
            let mut at = event.when.local_start();
            while at.year() < 2038 {
                assert_eq!(ours.to_instant(at), zone.to_instant(at), "{name} {at}");
                at = at.saturating_add(jiff::Span::new().days(1));
            }
        }
    }
}

#[test]
fn an_endless_series_has_rules_without_an_end() {
    let event = one(&vevent("RRULE:FREQ=WEEKLY")).value;
    let text = write(&event);
    assert!(
        text.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"),
        "{text}"
    );
    assert!(text.contains("TZNAME:CEST"));
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
}

#[test]
fn every_zone_that_is_used_is_written_once() {
    let text = vevent("RRULE:FREQ=DAILY;COUNT=3").replace(
        "END:VEVENT",
        "END:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20261124T080000Z\nDTSTART;TZID=America/New_York:20261124T090000\nDTEND;TZID=Asia/Tokyo:20261125T090000\nEND:VEVENT",
    );
    let written = write(&one(&text).value);
    let parsed = parse::parse(&written).unwrap();
    let tzids: Vec<_> = parsed.components[0]
        .components
        .iter()
        .filter(|c: &&Component| c.is("VTIMEZONE"))
        .map(|c| c.property("TZID").unwrap().value.clone())
        .collect();
    assert_eq!(tzids, ["America/New_York", "Asia/Tokyo", "Europe/Berlin"]);
}

#[test]
fn odd_tzids_are_understood() {
    for (tzid, name) in [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("\"Eastern Standard Time\"", "America/New_York"),
        (
            "/freeassociation.sourceforge.net/Europe/Berlin",
            "Europe/Berlin",
        ),
        ("Asia/Calcutta", "Asia/Calcutta"),
    ] {
        let text = calendar(&format!(
            "BEGIN:VEVENT\nUID:1\nDTSTART;TZID={tzid}:20261123T090000\nEND:VEVENT"
        ));
        let read = one(&text);
        assert_eq!(read.value.when.zone().unwrap().name(), name);
        assert_eq!(read.losses, []);
    }
}

#[test]
fn a_zone_with_its_own_rules_is_kept_and_used() {
    let text = calendar(
        "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0330\nTZOFFSETTO:+0230\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0230\nTZOFFSETTO:+0330\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Customized Time Zone:20260723T090000\nEND:VEVENT",
    );
    let event = one(&text).value;
    let start = event.when.start_instant(&jiff::tz::TimeZone::UTC);
    assert_eq!(start.to_string(), "2026-07-23T05:30:00Z");
    assert_eq!(one(&write(&event)).value, event);
}

#[test]
fn a_name_without_rules_is_kept_and_reported() {
    let text = calendar("BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Nowhere:20260723T090000\nEND:VEVENT");
    let read = one(&text);
    assert_eq!(read.losses.len(), 1, "{:?}", read.losses);
    assert!(write(&read.value).contains("DTSTART;TZID=Nowhere:20260723T090000"));
    assert_eq!(one(&write(&read.value)).value, read.value);
}

#[test]
fn occurrences_are_expanded_in_utc() {
    let event = one(&vevent(
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261130T090000\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20261207T090000\nDTSTART;TZID=Europe/Berlin:20261207T100000\nDURATION:PT2H",
    ))
    .value;
    let window = calendar::Window {
        from: "2026-11-01T00:00:00Z".parse().unwrap(),
        to: "2027-01-01T00:00:00Z".parse().unwrap(),
    };
    let utc = jiff::tz::TimeZone::UTC;
    let tree = icalendar::expand(&event, window, &utc, window.from, 10).unwrap();
    let values = |name: &str| -> Vec<String> {
        let found = tree.components.iter().filter_map(|c| c.property(name));
        found.map(|p| p.value.to_string()).collect()
    };
    // The first one has none (RFC 4791 9.6.5).
    assert_eq!(
        values("RECURRENCE-ID"),
        ["20261207T080000Z", "20261214T080000Z"]
    );
    assert_eq!(
        values("DTSTART"),
        ["20261123T080000Z", "20261207T090000Z", "20261214T080000Z"]
    );
    assert_eq!(values("DTEND")[1], "20261207T110000Z");
    assert!(
        tree.components
            .iter()
            .all(|c| c.property("RRULE").is_none())
    );
    assert_eq!(
        icalendar::expand(&event, window, &utc, window.from, 2),
        None
    );
}

#[test]
fn a_zone_that_only_an_unknown_property_names_has_its_rules_too() {
    let text =
        vevent("X-RING;TZID=\"W. Europe Standard Time\":20261123T080000\nX-B;TZID=Nowhere:1");
    let text = write(&one(&text).value);
    let written = parse::parse(&text).unwrap();
    let zones: Vec<_> = written.components[0]
        .components
        .iter()
        .filter(|c| c.is("VTIMEZONE"))
        .collect();
    let ids: Vec<_> = zones
        .iter()
        .map(|z| z.property("TZID").unwrap().as_text())
        .collect();
    // Of a name that says nothing nobody knows the rules.
    assert_eq!(ids, ["Europe/Berlin", "W. Europe Standard Time"]);
    let summer = zones[1].components.iter().find(|c| c.is("DAYLIGHT"));
    assert_eq!(
        summer.unwrap().property("TZOFFSETTO").unwrap().value,
        "+0200"
    );
}
