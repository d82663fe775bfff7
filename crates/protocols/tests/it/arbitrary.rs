//! Events for round trips: everything that the model can say, in the form in which every mapping says it.

use std::{collections::BTreeSet, sync::Arc};

use calendar::{
    Address, CustomZone, Duration, Event, FreeBusy, Frequency, NthWeekday, Observance, Override,
    Participation, Patch, Person, PersonKind, Place, Privacy, Reminder, Role, Rule, Status, Text,
    Trigger, Until, VirtualPlace, When, Zone,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time, Weekday},
};
use proptest::{collection, option, prelude::*, sample::select};

const SINCE: i64 = 1_000_000_000;
const TO: i64 = 2_000_000_000;

pub fn text() -> impl Strategy<Value = String> {
    let word = select(vec![
        "a",
        " ",
        ";",
        ",",
        ":",
        "\\",
        "\"",
        "\n",
        "^",
        "n",
        "'",
        "é",
        "😀",
        "👩‍⚕️",
        "שלום",
        "\t",
        "%",
    ]);
    collection::vec(word, 1..40).prop_map(|words| words.concat())
}

pub fn date() -> impl Strategy<Value = Date> {
    (2001i16..2033, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d))
}

pub fn local() -> impl Strategy<Value = DateTime> {
    (date(), 0i8..24, 0i8..60, 0i8..60)
        .prop_map(|(d, h, m, s)| d.to_datetime(Time::constant(h, m, s, 0)))
}

pub fn instant() -> impl Strategy<Value = Timestamp> {
    (SINCE..TO).prop_map(|s| Timestamp::from_second(s).unwrap())
}

pub fn custom_zone() -> Zone {
    let observance = |daylight, start: &str, rule: &str, from, to| Observance {
        daylight,
        name: Some("Ours; theirs".into()),
        start: start.parse().unwrap(),
        offset_from: from,
        offset_to: to,
        rules: vec![rule.parse().unwrap()],
        dates: vec![],
    };
    Zone::Custom(Arc::new(CustomZone {
        id: "Our own, zone".into(),
        observances: vec![
            observance(
                false,
                "1990-10-28T03:00:00",
                "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
                7200,
                3600,
            ),
            observance(
                true,
                "1990-03-25T02:00:00",
                "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
                3600,
                7200,
            ),
        ],
    }))
}

pub fn zone() -> impl Strategy<Value = Zone> {
    select(vec![
        Zone::utc(),
        Zone::iana("Europe/Berlin").unwrap(),
        Zone::iana("America/New_York").unwrap(),
        Zone::iana("Australia/Lord_Howe").unwrap(),
        Zone::iana("Asia/Kolkata").unwrap(),
        Zone::iana("Africa/Casablanca").unwrap(),
        custom_zone(),
    ])
}

pub fn duration() -> impl Strategy<Value = Duration> {
    (prop_oneof![4 => Just(0u32), 1 => 0u32..4], 0u32..200_000)
        .prop_map(|(days, seconds)| Duration { days, seconds })
}

pub fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        (date(), 1u32..40).prop_map(|(d, n)| When::all_day(d, n)),
        (local(), duration()).prop_map(|(at, d)| When::floating(at, d)),
        (local(), zone(), duration(), option::of(zone())).prop_map(
            |(start, zone, duration, end)| {
                let end_zone = end.filter(|end| *end != zone);
                When::Timed {
                    start,
                    zone: Some(zone),
                    duration,
                    end_zone,
                }
            }
        ),
    ]
}

fn rule(when: When) -> impl Strategy<Value = Rule> {
    let frequency = select(vec![
        Frequency::Daily,
        Frequency::Weekly,
        Frequency::Monthly,
        Frequency::Yearly,
    ]);
    let days = collection::btree_set(0i8..7, 0..3);
    (
        frequency,
        1u32..4,
        days,
        collection::btree_set(1u8..=12, 0..3),
        prop_oneof![
            Just((None, None)),
            (1u32..20).prop_map(|n| (Some(n), None)),
            (0i64..900).prop_map(|d| (None, Some(d)))
        ],
        any::<bool>(),
    )
        .prop_map(
            move |(frequency, interval, days, months, (count, until), nth)| {
                let mut rule = Rule::every(frequency);
                rule.interval = interval;
                let nth = (nth && frequency == Frequency::Monthly).then_some(-1);
                rule.by_day = days
                    .into_iter()
                    .map(|d| NthWeekday {
                        nth,
                        day: Weekday::from_monday_zero_offset(d).unwrap(),
                    })
                    .collect();
                rule.by_month = months.into();
                rule.count = count;
                let after = |days| {
                    when.local_start()
                        .saturating_add(jiff::Span::new().days(days))
                };
                rule.until = until.map(|days| match &when {
                    When::AllDay { .. } => Until::Date(after(days).date()),
                    When::Timed { zone: None, .. } => Until::Local(after(days)),
                    When::Timed { zone: Some(z), .. } => Until::Utc(z.to_instant(after(days))),
                });
                rule
            },
        )
}

pub fn person(organizer: bool) -> impl Strategy<Value = Person> {
    (
        option::of(text()),
        select(vec![
            PersonKind::Individual,
            PersonKind::Group,
            PersonKind::Resource,
            PersonKind::Location,
        ]),
        select(vec![
            Role::Chair,
            Role::Required,
            Role::Optional,
            Role::Informational,
        ]),
        select(vec![
            Participation::NeedsAction,
            Participation::Accepted,
            Participation::Declined,
            Participation::Tentative,
            Participation::Delegated,
        ]),
        any::<bool>(),
        option::of(text()),
    )
        .prop_map(
            move |(name, kind, role, participation, expects_reply, comment)| Person {
                name: name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()),
                kind,
                organizer,
                role: Some(role),
                participation,
                expects_reply,
                comment: comment.map(|c| c.trim().to_owned()),
                parameters: [("X-NUM-GUESTS".to_owned(), "0".to_owned())].into(),
            },
        )
}

pub fn reminders() -> impl Strategy<Value = Option<Vec<Reminder>>> {
    let trigger = prop_oneof![
        (-100_000i64..1000).prop_map(Trigger::Start),
        (-100_000i64..1000).prop_map(Trigger::End),
        instant().prop_map(Trigger::At)
    ];
    let one = (trigger, any::<bool>()).prop_map(|(trigger, email)| Reminder { trigger, email });
    option::of(collection::vec(one, 0..3))
}

pub fn places() -> impl Strategy<Value = Vec<Place>> {
    let coordinates = select(vec!["geo:48.2,16.37", "geo:-1.5,3;u=10", "geo:1,2,3"]);
    let place = (text(), option::of(coordinates)).prop_map(|(name, c)| Place {
        name,
        coordinates: c.map(str::to_owned),
    });
    collection::vec(place, 0..3)
}

pub fn status() -> impl Strategy<Value = Status> {
    select(vec![
        Status::Confirmed,
        Status::Tentative,
        Status::Cancelled,
    ])
}

pub fn content() -> impl Strategy<Value = Event> {
    let busy = select(vec![
        FreeBusy::Busy,
        FreeBusy::Free,
        FreeBusy::Tentative,
        FreeBusy::OutOfOffice,
        FreeBusy::WorkingElsewhere,
    ]);
    let privacy = select(vec![Privacy::Public, Privacy::Private, Privacy::Secret]);
    let people = (person(true), collection::vec(person(false), 0..3));
    let links = collection::vec(
        text().prop_map(|name| VirtualPlace {
            name: name.trim().to_owned(),
            uri: "https://meet.example/a?b=c;d,e".into(),
        }),
        0..2,
    );
    let body = prop_oneof![
        Just(Text::default()),
        text().prop_map(Text::plain),
        text().prop_map(|t| Text::html(format!("<p>{}</p>", t.replace('\\', "&#92;"))))
    ];
    (
        (text(), body, places(), links),
        (status(), busy, privacy, option::of(people)),
        (
            reminders(),
            collection::btree_set(text(), 0..3),
            0u8..=9,
            0u32..5,
        ),
        (option::of(instant()), option::of(instant()), when()),
    )
        .prop_map(|(a, b, c, d)| {
            let mut event = Event::new("uid-1@example.com", d.2);
            (event.title, event.text, event.places, event.virtual_places) = a;
            (event.status, event.busy, event.privacy) = (b.0, b.1, b.2);
            if let Some((organizer, attendees)) = b.3 {
                let address = |n: usize| Address::new(&format!("p{n}@example.com"));
                event.people.insert(address(0), organizer);
                let attendees = attendees.into_iter().enumerate();
                event
                    .people
                    .extend(attendees.map(|(n, p)| (address(n + 1), p)));
            }
            event.reminders = c.0;
            event.categories = c.1.into_iter().collect::<BTreeSet<_>>();
            (event.priority, event.sequence) = (c.2, c.3);
            (event.created, event.updated) = (d.0, d.1);
            event
        })
}

/// A single event or a series with all kinds of overrides.
pub fn event() -> impl Strategy<Value = Event> {
    content()
        .prop_flat_map(|event| {
            let rule = option::of(rule(event.when.clone()));
            let change = (text(), when(), status(), reminders(), 0u8..5, -1i64..400);
            (Just(event), rule, collection::vec(change, 0..4))
        })
        .prop_map(|(mut event, rule, changes)| {
            event.rules = rule.into_iter().collect();
            let start = event.when.local_start();
            for (title, when, status, reminders, kind, days) in changes {
                let id = start.saturating_add(jiff::Span::new().days(days)).into();
                let plain = event.when.starting_at(id);
                let patch = match kind {
                    0 => {
                        event.overrides.insert(id, Override::Excluded);
                        continue;
                    }
                    1 if days != 0 => Patch::default(),
                    2 => Patch {
                        title: Some(title).filter(|t| *t != event.title),
                        status: Some(status).filter(|s| *s != event.status),
                        reminders: Some(reminders).filter(|r| *r != event.reminders),
                        ..Patch::default()
                    },
                    _ => Patch {
                        when: Some(when).filter(|w| *w != plain),
                        ..Patch::default()
                    },
                };
                if days != 0 || !patch.is_empty() {
                    event.overrides.insert(id, Override::Patch(Box::new(patch)));
                }
            }
            event
        })
}

/// A zone with rules of its own: each from when on, how it repeats, and the hours from and to UTC.
pub fn own_zone(id: &str, observances: &[(&str, &str, i32, i32)]) -> Zone {
    let observance = |(start, rule, from, to): &(&str, &str, i32, i32)| Observance {
        daylight: to > from,
        name: None,
        start: start.parse().unwrap(),
        offset_from: from * 3600,
        offset_to: to * 3600,
        rules: rule.parse().into_iter().collect(),
        dates: Vec::new(),
    };
    let observances = observances.iter().map(observance).collect();
    let id = id.to_owned();
    Zone::Custom(CustomZone { id, observances }.into())
}
