//! Whatever is written comes back, unit by unit, except what the losses name.

use std::collections::BTreeSet;

use calendar::{
    Duration, Event, FreeBusy, Frequency, NthWeekday, Override, Patch, Place, Privacy,
    RecurrenceId, Reminder, Rule, Status, Text, Unit, Until, VirtualPlace, When, Zone, unit,
};
use jiff::{
    Span,
    civil::{Date, DateTime, Weekday},
};
use kalends_protocols::microsoft::{
    Options, html::canonical, patch, read, recurrence::Pattern, write,
};
use proptest::prelude::*;

use super::{face, service::answer};

const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "Europe/Vienna",
    "America/New_York",
    "Asia/Kolkata",
    "Antarctica/Troll",
    "Etc/UTC",
];

fn mailbox() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

fn zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(&ZONES[..]).prop_map(|name| Zone::iana(name).unwrap())
}

fn date() -> impl Strategy<Value = Date> {
    (0i64..1500).prop_map(|n| "2025-01-01".parse::<Date>().unwrap() + Span::new().days(n))
}

fn when() -> impl Strategy<Value = When> {
    let minutes = prop_oneof![Just(0u32), 1..3000u32];
    (date(), 0i8..24, 0i8..60, minutes, zone(), zone(), 0..8).prop_map(
        |(date, hour, minute, minutes, zone, end, kind)| {
            let start = date.at(hour, minute, 0, 0);
            // A time that the clocks skip comes back as the one that they show then.
            let start = zone.to_local(zone.to_instant(start));
            let duration = Duration {
                days: 0,
                seconds: minutes * 60,
            };
            match kind {
                0 => When::all_day(date, 1 + minutes % 20),
                1 => When::floating(start, duration),
                2 if end != zone => When::Timed {
                    start,
                    zone: Some(zone),
                    duration,
                    end_zone: Some(end),
                },
                _ => When::zoned(start, zone, duration),
            }
        },
    )
}

/// A rule that fits the start, in one of the forms in which patterns come back.
fn rule(start: DateTime) -> impl Strategy<Value = Option<Rule>> {
    let nth = NthWeekday {
        nth: Some((start.day() - 1) / 7 + 1),
        day: start.weekday(),
    };
    let weekly = |days: BTreeSet<u8>, first: Weekday| {
        let mut rule = Rule::every(Frequency::Weekly);
        let day = |n: &u8| Weekday::from_monday_zero_offset(i8::try_from(*n).unwrap()).unwrap();
        rule.by_day = days.iter().map(|n| NthWeekday::every(day(n))).collect();
        rule.by_day.insert(NthWeekday::every(start.weekday()));
        rule.week_start = first;
        rule
    };
    let mut monthly = Rule::every(Frequency::Monthly);
    monthly.by_month_day = [start.day()].into();
    let mut relative = Rule::every(Frequency::Monthly);
    relative.by_day = [nth].into();
    let month = start.month().unsigned_abs();
    let yearly = |mut rule: Rule| {
        rule.frequency = Frequency::Yearly;
        rule.by_month = [month].into();
        rule
    };
    let kinds = vec![
        Rule::every(Frequency::Daily),
        weekly([2, 4].into(), Weekday::Monday),
        weekly([].into(), Weekday::Sunday),
        yearly(monthly.clone()),
        yearly(relative.clone()),
        monthly,
        relative,
    ];
    (
        prop::sample::select(kinds),
        1u32..4,
        0u8..3,
        1u32..40,
        any::<bool>(),
    )
        .prop_map(move |(mut rule, interval, end, n, repeats)| {
            rule.interval = interval;
            match end {
                0 => rule.count = Some(n),
                1 => {
                    let last = start.date() + Span::new().days(i64::from(n) * 9);
                    rule.until = Some(Until::Date(last));
                }
                _ => {}
            }
            (repeats && Pattern::from_rule(&rule, start).is_ok()).then_some(rule)
        })
}

/// UNTIL as it is said for this kind of start.
fn settle(mut rule: Rule, when: &When) -> Rule {
    if let Some(Until::Date(date)) = rule.until {
        let last = date.to_datetime(when.local_start().time());
        rule.until = Some(match (when, when.zone()) {
            (When::AllDay { .. }, _) => Until::Date(date),
            (_, None) => Until::Local(last),
            (_, Some(zone)) => Until::Utc(zone.to_instant(last)),
        });
    }
    rule
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z &<>;é😀ש\"']{1,20}".prop_map(|s| s.trim().to_owned()),
        "[a-z]{3,8}( [a-z<&]{1,8}){1,4}",
    ]
}

fn single() -> impl Strategy<Value = Event> {
    let states = (
        prop::sample::select(vec![
            Status::Confirmed,
            Status::Tentative,
            Status::Cancelled,
        ]),
        prop::sample::select(vec![
            FreeBusy::Busy,
            FreeBusy::Free,
            FreeBusy::Tentative,
            FreeBusy::OutOfOffice,
            FreeBusy::WorkingElsewhere,
        ]),
        prop::sample::select(vec![Privacy::Public, Privacy::Private, Privacy::Secret]),
        0u8..10,
        prop::option::of(prop::collection::vec(0u32..2000, 0..3)),
    );
    let places = prop::collection::vec(("[A-Za-z ]{1,12}[a-z]", any::<bool>()), 0..3);
    let links = prop::collection::vec("https://[a-z]{3,9}\\.example/[a-z0-9]{1,9}", 0..2);
    let texts = (
        words(),
        words(),
        prop::collection::btree_set("[A-Z][a-z]{2,6}", 0..3),
    );
    (when(), states, places, links, texts, any::<bool>()).prop_map(
        |(when, states, places, links, (title, text, categories), html)| {
            let mut event = Event::new("x@example.com", when);
            (event.status, event.busy, event.privacy, event.priority, _) = states.clone();
            event.reminders = states
                .4
                .map(|all| all.into_iter().map(Reminder::minutes_before).collect());
            event.title = title;
            event.text = if html && !text.is_empty() {
                Text::html("<p>So <b>it</b> is</p>")
            } else {
                Text::plain(text)
            };
            event.places = places
                .into_iter()
                .map(|(name, geo)| Place {
                    name: name.trim().to_owned(),
                    coordinates: geo.then(|| "geo:48.201,16.3695,183".to_owned()),
                })
                .collect();
            event.virtual_places = links
                .into_iter()
                .map(|uri| VirtualPlace {
                    name: String::new(),
                    uri,
                })
                .collect();
            event.categories = categories;
            event
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    single()
        .prop_flat_map(|event| {
            let start = event.when.local_start();
            (
                Just(event),
                rule(start),
                prop::collection::vec((0usize..12, 0u8..5), 0..4),
            )
        })
        .prop_map(|(mut event, rule, overrides)| {
            let Some(rule) = rule else { return event };
            let start = event.when.local_start();
            let pattern = Pattern::from_rule(&rule, start).unwrap();
            let days: Vec<Date> = pattern.dates(start.date()).take(12).collect();
            let count = rule.count.map_or(12, |n| usize::try_from(n).unwrap());
            let last = match rule.until {
                Some(Until::Date(last)) => last,
                _ => Date::MAX,
            };
            for (n, kind) in overrides {
                if n < count && days[n] <= last {
                    let id = RecurrenceId(days[n].to_datetime(start.time()));
                    event.overrides.insert(id, changed(&event, id, kind));
                }
            }
            event.rules = vec![settle(rule, &event.when)];
            event
        })
}

fn changed(event: &Event, id: RecurrenceId, kind: u8) -> Override {
    let mut patch = Patch::default();
    match (kind, &event.when) {
        (0, _) => return Override::Excluded,
        (1, When::Timed { zone, end_zone, .. }) => {
            patch.when = Some(When::Timed {
                start: id.0.date().at(23, 17, 0, 0),
                zone: zone.clone(),
                duration: Duration::minutes(20),
                end_zone: end_zone.clone(),
            });
        }
        (2, _) => patch.busy = Some(FreeBusy::OutOfOffice),
        (3, _) => patch.text = Some(Text::plain("other words")),
        _ => patch.title = Some(format!("{}, but other", event.title)),
    }
    let mut series = event.clone();
    series.overrides.clear();
    let mut single = series.occurrence(id).unwrap();
    patch.apply(&mut single);
    series.set_occurrence(id, &single);
    series.overrides.remove(&id).unwrap()
}

/// Equal, or said to be lost; texts by what they say.
fn assert_same(wrote: &Event, came: &Event, lost: &BTreeSet<String>) -> Result<(), TestCaseError> {
    for unit in unit::diff(wrote, came) {
        let fine = match &unit {
            _ if lost.contains(unit.property()) => true,
            Unit::Text => canonical(&wrote.text) == canonical(&came.text),
            // The mailbox's default, and what only the service knows.
            Unit::Reminders => wrote.reminders.is_none(),
            Unit::Unknown(_) => true,
            Unit::Override(id) => {
                let (a, b) = (wrote.occurrence(*id), came.occurrence(*id));
                if let (Some(a), Some(b)) = (&a, &b) {
                    assert_same(a, b, lost)?;
                }
                a.is_some() == b.is_some()
            }
            _ => false,
        };
        prop_assert!(fine, "{unit:?}\nwrote {wrote:?}\ncame  {came:?}");
    }
    Ok(())
}

#[test]
fn a_floating_time_that_the_viewers_clocks_skip_is_said_to_be_lost() {
    let lost = |start: &str| {
        let when = When::floating(start.parse().unwrap(), Duration::minutes(30));
        let event = Event::new("x@example.com", when);
        let zone = mailbox();
        let options = Options {
            zone: &zone,
            stamp: None,
        };
        let losses = write(&event, options).unwrap().losses;
        losses.iter().any(|loss| loss.property == "start")
    };
    assert!(lost("2026-03-29T02:19:00"));
    assert!(!lost("2026-03-29T03:19:00"));
}

#[test]
fn an_end_that_the_clocks_show_twice_comes_back() {
    let zone = Zone::iana("America/New_York").unwrap();
    let start = "2027-11-05T18:54:00".parse().unwrap();
    let mut event = Event::new(
        "x@example.com",
        When::zoned(start, zone, Duration::minutes(1888)),
    );
    for repeats in [false, true] {
        if repeats {
            // An occurrence of a series that ends so.
            event.when = When::zoned(
                "2027-10-08T18:54:00".parse().unwrap(),
                event.when.zone().unwrap().clone(),
                Duration::minutes(1888),
            );
            event.rules = vec![Rule::every(Frequency::Weekly)];
            event.rules[0].by_day = [NthWeekday::every(Weekday::Friday)].into();
            let id = RecurrenceId(start);
            event.overrides.insert(id, changed(&event, id, 2));
        }
        let zone = mailbox();
        let options = Options {
            zone: &zone,
            stamp: Some("s1"),
        };
        let there = answer(&write(&event, options).unwrap().value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap();
        assert_same(&event, &came.value, &BTreeSet::new()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_comes_back(event in event()) {
        let zone = mailbox();
        let options = Options { zone: &zone, stamp: Some("s1") };
        let wrote = write(&event, options).unwrap();
        let lost: BTreeSet<String> = wrote.losses.iter().map(|l| l.property.clone()).collect();
        let there = answer(&wrote.value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap();
        prop_assert!(came.losses.is_empty(), "{:?}", came.losses);
        assert_same(&event, &came.value, &lost)?;
    }

    #[test]
    fn what_is_written_to_a_service_of_ours_comes_back(event in event()) {
        let zone = mailbox();
        let options = Options { zone: &zone, stamp: Some("s1") };
        let wrote = write(&event, options).unwrap();
        let lost: BTreeSet<String> = wrote.losses.iter().map(|l| l.property.clone()).collect();
        let there = face::answer(&wrote.value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap();
        assert_same(&event, &came.value, &lost)?;
    }

    #[test]
    fn what_came_is_not_written_again(event in event()) {
        let zone = mailbox();
        let options = Options { zone: &zone, stamp: None };
        let there = answer(&write(&event, options).unwrap().value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap().value;
        let nothing = patch(&came, &came, options).unwrap().value;
        prop_assert!(nothing.master.is_empty() && nothing.instances.is_empty());
        let again = write(&came, options);
        prop_assert!(again.is_ok(), "{again:?}");
        let there = answer(&again.unwrap().value);
        let once_more = read(&there.master, &there.exceptions, &there.cancelled).unwrap().value;
        // Reading and writing settles: what came back once comes back the same.
        assert_same(&came, &once_more, &BTreeSet::new())?;
    }

    #[test]
    fn a_change_of_one_unit_sends_that_unit(event in event(), title in "[a-z]{1,9}") {
        let zone = mailbox();
        let options = Options { zone: &zone, stamp: None };
        let there = answer(&write(&event, options).unwrap().value);
        let came = read(&there.master, &there.exceptions, &there.cancelled).unwrap().value;
        let mut next = came.clone();
        next.title = format!("{} {title}", came.title);
        let sent = patch(&came, &next, options).unwrap().value;
        let names: Vec<&str> = sent.master.keys().map(String::as_str).collect();
        prop_assert_eq!(names, ["subject"]);
        prop_assert!(sent.instances.is_empty());
    }
}
