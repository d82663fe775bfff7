//! Zones that brought their own rules, written for targets that know zones by name alone.

use calendar::{Duration, Event, Loss, Until, When, Zone};
use kalends_protocols::{google, microsoft};

use crate::arbitrary::{custom_zone, own_zone};

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

/// As Outlook writes the zones of the United States.
fn new_york(id: &str) -> Zone {
    let summer = "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3";
    let winter = "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11";
    own_zone(
        id,
        &[
            ("1601-11-04T02:00:00", winter, -4, -5),
            ("1601-03-11T02:00:00", summer, -5, -4),
        ],
    )
}

/// New York's offsets, but Europe's days: nobody has it.
fn nowhere() -> Zone {
    let (summer, winter) = (
        "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    );
    own_zone(
        "Nowhere",
        &[
            ("1990-10-28T03:00:00", winter, -4, -5),
            ("1990-03-25T02:00:00", summer, -5, -4),
        ],
    )
}

fn weekly(zone: Zone) -> Event {
    let start = "2026-11-24T09:00:00".parse().unwrap();
    let mut event = Event::new("u", When::zoned(start, zone, Duration::hours(1)));
    event.rules = vec!["FREQ=WEEKLY".parse().unwrap()];
    event
}

fn at_google(event: &Event) -> (Event, Vec<Loss>) {
    let written = google::write(event, &berlin(), google::Exclusions::Lines);
    let exceptions: Vec<_> = written.value.exceptions.into_values().collect();
    let read = google::read(&written.value.master, &exceptions, &berlin()).unwrap();
    (read.value, written.losses)
}

fn at_microsoft(event: &Event) -> Result<(String, Vec<Loss>), microsoft::Error> {
    let zone = berlin();
    let options = microsoft::Options {
        zone: &zone,
        stamp: None,
    };
    let written = microsoft::write(event, options)?;
    let name = &written.value.master["start"]["timeZone"];
    Ok((name.as_str().unwrap().to_owned(), written.losses))
}

#[test]
fn own_zones_become_those_whose_clocks_show_the_same() {
    for (own, iana, windows) in [
        (
            new_york("Eastern Time (US & Canada) 1"),
            "America/New_York",
            "Eastern Standard Time",
        ),
        // The mailbox's own zone goes first, where several are equal.
        (custom_zone(), "Europe/Berlin", "W. Europe Standard Time"),
        (
            own_zone("Ship", &[("1970-01-01T00:00:00", "", 9, 9)]),
            "Asia/Seoul",
            "Korea Standard Time",
        ),
        (
            own_zone("Ours", &[("1970-01-01T00:00:00", "", 0, 0)]),
            "Atlantic/Reykjavik",
            "Greenwich Standard Time",
        ),
    ] {
        let event = weekly(own);
        let (read, losses) = at_google(&event);
        assert_eq!(read.when.zone().unwrap().name(), iana);
        assert_eq!(read.when.local_start(), event.when.local_start());
        assert_eq!(losses.len(), 1, "{losses:?}");
        assert_eq!(losses[0].property, "timeZone");
        assert_eq!(losses[0].fallback, format!("the same offsets, {iana}"));
        assert_eq!(google::has_its_rules(&event, &berlin()), Ok(()));
        let (name, losses) = at_microsoft(&event).unwrap();
        assert_eq!((name.as_str(), losses.len()), (windows, 1));
        assert!(
            microsoft::apart(None, &event, &berlin())
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn a_zone_that_only_looks_alike_is_not_taken() {
    // Every month begins with the same offset as in New York, and two weeks of March have another one.
    let mut event = weekly(nowhere());
    assert!(google::has_its_rules(&event, &berlin()).is_err());
    assert!(at_microsoft(&event).is_err());
    assert!(microsoft::apart(None, &event, &berlin()).is_err());
    let (read, losses) = at_google(&event);
    assert_eq!(read.when.zone(), Some(&berlin()));
    assert!(losses[0].fallback.contains("an hour off"));
    // A single event keeps its moment.
    event.rules.clear();
    assert_eq!(google::has_its_rules(&event, &berlin()), Ok(()));
    let (name, losses) = at_microsoft(&event).unwrap();
    assert_eq!(name, "UTC");
    assert_eq!(losses[0].fallback, "the same moment in UTC");
    // A year at least is compared, also of a series that ends before the clocks differ.
    event = weekly(nowhere());
    event.rules[0].until = Some(Until::Utc("2026-12-24T00:00:00Z".parse().unwrap()));
    assert!(at_microsoft(&event).is_err());
}

#[test]
fn occurrences_and_ends_in_own_zones_take_part() {
    let mut event = weekly(new_york("Mine"));
    let id = "2026-12-01T09:00:00".parse().unwrap();
    let mut moved = event.occurrence(id).unwrap();
    moved.when = When::Timed {
        start: "2026-12-01T10:00:00".parse().unwrap(),
        zone: Some(new_york("Mine")),
        duration: Duration::hours(2),
        end_zone: Some(custom_zone()),
    };
    event.set_occurrence(id, &moved);
    let (read, losses) = at_google(&event);
    let When::Timed { zone, end_zone, .. } = read.occurrence(id).unwrap().when else {
        panic!("it has a time");
    };
    assert_eq!(zone.unwrap().name(), "America/New_York");
    assert_eq!(end_zone, Some(berlin()));
    assert_eq!(losses.len(), 2, "{losses:?}");
    assert_eq!(at_microsoft(&event).unwrap().1.len(), 2);
    // An end whose zone nobody has is shown in that of the start.
    let When::Timed { end_zone, .. } = &mut event.when else {
        panic!("it has a time");
    };
    *end_zone = Some(nowhere());
    let lost = at_microsoft(&event).unwrap().1;
    let said = |loss: &&Loss| loss.fallback == "the end in the zone of the start";
    assert_eq!(lost.iter().filter(said).count(), 1, "{lost:?}");
}

#[test]
fn a_change_of_something_else_sends_no_zone() {
    let before = at_google(&weekly(custom_zone())).0;
    let mut after = weekly(custom_zone());
    after.title = "Other".into();
    let patch = google::patch(&before, &after, &berlin()).value;
    let names: Vec<_> = patch.master.unwrap().keys().cloned().collect();
    assert_eq!(names, ["summary"]);
    let zone = berlin();
    let options = microsoft::Options {
        zone: &zone,
        stamp: None,
    };
    let mut before = weekly(berlin());
    before.rules = vec!["FREQ=WEEKLY;BYDAY=TU".parse().unwrap()];
    after.rules.clone_from(&before.rules);
    let patch = microsoft::patch(&before, &after, options).unwrap().value;
    let names: Vec<_> = patch.master.keys().cloned().collect();
    assert_eq!(names, ["subject"]);
}
