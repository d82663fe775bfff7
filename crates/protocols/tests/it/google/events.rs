//! Events of all kinds, as proptest strategies.

use calendar::{
    Address, Duration, Event, FreeBusy, Frequency, NthWeekday, Override, Participation, People,
    Person, PersonKind, Place, Privacy, RecurrenceId, Reminder, Role, Rule, Status, Text, Trigger,
    Until, VirtualPlace, When, Zone,
};
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time, Weekday},
};
use proptest::{collection, option, prelude::*, sample::select, strategy::Union};

/// The zone of the calendar that the events are on.
pub fn calendar_zone() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

fn zone() -> impl Strategy<Value = Zone> {
    let names = [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "UTC",
        "Australia/Lord_Howe",
    ];
    select(names.to_vec()).prop_map(|name| Zone::iana(name).unwrap())
}

fn date() -> impl Strategy<Value = Date> {
    (2020..2031i16, 1..13i8, 1..29i8).prop_map(|(y, m, d)| Date::constant(y, m, d))
}

fn local() -> impl Strategy<Value = DateTime> {
    (date(), 0..24i8, 0..60i8).prop_map(|(date, h, m)| date.to_datetime(Time::constant(h, m, 0, 0)))
}

fn duration() -> impl Strategy<Value = Duration> {
    (0..4u32, 0..2000u32).prop_map(|(days, minutes)| Duration {
        days: days.saturating_sub(1),
        seconds: minutes * 60,
    })
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        (date(), 1..10u32).prop_map(|(start, days)| When::all_day(start, days)),
        (
            local(),
            option::weighted(0.8, zone()),
            duration(),
            option::weighted(0.2, zone())
        )
            .prop_map(|(start, zone, duration, end_zone)| {
                let end_zone = end_zone.filter(|end| zone.as_ref().is_some_and(|z| z != end));
                When::Timed {
                    start,
                    zone,
                    duration,
                    end_zone,
                }
            }),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Zäöüß&<>,; ]{1,30}",
        1 => Just("🦷 שלום مرحبا".to_owned()),
        1 => Just(String::new()),
    ]
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        words().prop_map(Text::plain),
        words().prop_map(|w| Text::html(format!("<p>{w}</p>"))),
        Just(Text::plain("a <b>bold</b> claim\nR&amp;D")),
        Just(Text::html("no markup")),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let geo = Just("geo:52.5,13.4".to_owned());
    (words(), option::weighted(0.2, geo))
        .prop_map(|(name, coordinates)| Place { name, coordinates })
}

fn virtual_place() -> impl Strategy<Value = VirtualPlace> {
    let uris = [
        "https://meet.example.com/abc",
        "tel:+49301234567,,123#",
        "sip:room@example.com",
        "xmpp:room@example.com",
    ];
    (words(), select(uris.to_vec())).prop_map(|(name, uri)| VirtualPlace {
        name,
        uri: uri.to_owned(),
    })
}

fn person() -> impl Strategy<Value = Person> {
    let kinds = [
        PersonKind::Individual,
        PersonKind::Individual,
        PersonKind::Resource,
        PersonKind::Group,
    ];
    let roles = [
        None,
        Some(Role::Required),
        Some(Role::Optional),
        Some(Role::Chair),
    ];
    let answers = [
        Participation::NeedsAction,
        Participation::Accepted,
        Participation::Tentative,
        Participation::Declined,
        Participation::Delegated,
    ];
    let guests = option::weighted(0.2, 1..9u32);
    (
        option::of("[a-z]{1,8}"),
        select(kinds.to_vec()),
        any::<bool>(),
        select(roles.to_vec()),
        select(answers.to_vec()),
        option::weighted(0.2, "[a-z]{1,8}"),
        guests,
    )
        .prop_map(
            |(name, kind, organizer, role, participation, comment, guests)| Person {
                name,
                kind,
                organizer,
                role,
                participation,
                expects_reply: false,
                comment,
                parameters: guests
                    .map(|n| ("X-NUM-GUESTS".to_owned(), n.to_string()))
                    .into_iter()
                    .collect(),
            },
        )
}

fn people() -> impl Strategy<Value = People> {
    let address = select(&[
        "ada@example.com",
        "ben@example.com",
        "urn:uuid:1",
        "Cy@Example.org",
    ])
    .prop_map(Address::new);
    collection::btree_map(address, person(), 0..3)
}

fn reminder() -> impl Strategy<Value = Reminder> {
    let trigger = prop_oneof![
        4 => (0..2000i64).prop_map(|minutes| Trigger::Start(minutes * -60)),
        1 => (-100..100i64).prop_map(Trigger::Start),
        1 => Just(Trigger::End(0)),
        1 => Just(Trigger::At(Timestamp::UNIX_EPOCH)),
    ];
    (trigger, any::<bool>()).prop_map(|(trigger, email)| Reminder { trigger, email })
}

/// Everything but time and recurrence.
fn content(when: When) -> impl Strategy<Value = Event> {
    let status = select(&[Status::Confirmed, Status::Tentative, Status::Cancelled]);
    let busy = select(&[
        FreeBusy::Busy,
        FreeBusy::Free,
        FreeBusy::Tentative,
        FreeBusy::OutOfOffice,
        FreeBusy::WorkingElsewhere,
    ]);
    let privacy = select(&[Privacy::Public, Privacy::Private, Privacy::Secret]);
    let color = option::of(select(&[
        "#a4bdfc",
        "#dc2127",
        "teal",
        "#123456",
        "no colour",
    ]));
    let labels = (collection::btree_set("[a-z\"]{1,9}", 0..3), 0..10u8);
    (
        (words(), text(), collection::vec(place(), 0..3)),
        collection::vec(virtual_place(), 0..3),
        (status, busy, privacy),
        people(),
        option::of(collection::vec(reminder(), 0..7)),
        (color, labels, unknown()),
    )
        .prop_map(
            move |((title, text, places), virtual_places, shades, people, reminders, rest)| {
                let mut event = Event::new("u@example.com", when.clone());
                event.title = title;
                event.text = text;
                event.places = places;
                event.virtual_places = virtual_places;
                (event.status, event.busy, event.privacy) = shades;
                event.people = people;
                event.reminders = reminders;
                event.color = rest.0.map(str::to_owned);
                (event.categories, event.priority) = rest.1;
                if rest.2.get("conferenceData").is_some() {
                    event.virtual_places = vec![VirtualPlace {
                        name: String::new(),
                        uri: "https://meet.google.com/abc".to_owned(),
                    }];
                }
                event.unknown.set("google", rest.2);
                event
            },
        )
}

fn unknown() -> impl Strategy<Value = serde_json::Value> {
    select(&[
        "{}",
        r#"{"guestsCanModify":true,"source":{"title":"t","url":"https://example.com"}}"#,
        r#"{"eventType":"outOfOffice","outOfOfficeProperties":{"autoDeclineMode":"declineNone"}}"#,
        r#"{"extendedProperties":{"private":{"theirs":"1"},"shared":{"a":"b"}}}"#,
        r#"{"conferenceData":{"conferenceId":"abc","entryPoints":[{"entryPointType":"video","uri":"https://meet.google.com/abc"}]}}"#,
        r#"{"creator":{"email":"ada@example.com","self":true},"newIn2031":[1,{"x":null}]}"#,
    ])
    .prop_map(|text| serde_json::from_str(text).unwrap())
}

fn rule(when: When) -> impl Strategy<Value = Rule> {
    let frequency = prop_oneof![
        4 => Just(Frequency::Daily),
        4 => Just(Frequency::Weekly),
        1 => Just(Frequency::Monthly),
    ];
    let ends = prop_oneof![
        (1..40u32).prop_map(|count| (Some(count), None)),
        (1..200i64).prop_map(move |days| (None, Some(until(&when, days)))),
        Just((None, None)),
    ];
    let days = select(&[Weekday::Monday, Weekday::Thursday, Weekday::Sunday]);
    let days = collection::btree_set(days.prop_map(NthWeekday::every), 0..3);
    (frequency, 1..4u32, ends, days).prop_map(|(frequency, interval, (count, until), by_day)| {
        Rule {
            interval,
            count,
            until,
            by_day: if frequency == Frequency::Weekly {
                by_day.into()
            } else {
                [].into()
            },
            ..Rule::every(frequency)
        }
    })
}

/// The end of a rule in the form that the event's kind asks for.
fn until(when: &When, days: i64) -> Until {
    let end = when.local_start().saturating_add(Span::new().days(days));
    match (when.is_all_day(), when.zone()) {
        (true, _) => Until::Date(end.date()),
        (false, Some(zone)) => Until::Utc(zone.to_instant(end)),
        // What Google has is an instant; only a local time that exists and is unique comes back.
        (false, None) => Until::Local(end.date().at(12, 0, 0, 0)),
    }
}

/// What may happen to one occurrence, by its number.
fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Exclude),
        words().prop_map(Change::Title),
        (1..600i64).prop_map(Change::Move),
        Just(Change::CallOff),
    ]
}

#[derive(Clone, Debug)]
enum Change {
    Exclude,
    Title(String),
    Move(i64),
    CallOff,
}

impl Change {
    fn apply(&self, series: &mut Event, id: RecurrenceId) {
        let Some(mut occurrence) = series.occurrence(id) else {
            return;
        };
        match self {
            Self::Exclude => {
                series.overrides.insert(id, Override::Excluded);
                return;
            }
            Self::Title(title) => occurrence.title.clone_from(title),
            Self::Move(minutes) => match &mut occurrence.when {
                When::AllDay { days, .. } => *days += 1,
                When::Timed { start, .. } => {
                    *start = start.saturating_add(Span::new().minutes(*minutes));
                }
            },
            Self::CallOff => occurrence.status = Status::Cancelled,
        }
        series.set_occurrence(id, &occurrence);
        let unchanged = |o: &Override| matches!(o, Override::Patch(patch) if patch.is_empty());
        if series.overrides.get(&id).is_some_and(unchanged) {
            series.overrides.remove(&id);
        }
    }
}

fn series(base: Event) -> impl Strategy<Value = Event> {
    let rule = rule(base.when.clone());
    let changes = collection::vec((1..30usize, change()), 0..4);
    let extras = collection::vec(1..5i64, 0..2);
    (rule, changes, extras).prop_map(move |(rule, changes, extras)| {
        let mut event = base.clone();
        event.rules.push(rule);
        let window = calendar::Window::ALL;
        let ids: Vec<_> = event
            .occurrences(window, &jiff::tz::TimeZone::UTC)
            .take(30)
            .filter_map(|occurrence| occurrence.id)
            .collect();
        for (index, change) in changes {
            if let Some(id) = ids.get(index) {
                change.apply(&mut event, *id);
            }
        }
        for days in extras {
            let start = event.when.local_start();
            let id = start.saturating_add(
                Span::new()
                    .days(days * 9)
                    .seconds(if event.when.is_all_day() { 0 } else { 17 * 60 }),
            );
            event
                .overrides
                .entry(RecurrenceId(id))
                .or_insert_with(Override::extra);
        }
        event
    })
}

/// Single events and series.
pub fn event() -> impl Strategy<Value = Event> {
    when()
        .prop_flat_map(content)
        .prop_flat_map(|base| Union::new([Just(base.clone()).boxed(), series(base).boxed()]))
}

/// Two states of one copy: the second one has some units of an independent event.
pub fn two_states() -> impl Strategy<Value = (Event, Event)> {
    (event(), event(), collection::vec(any::<bool>(), 64)).prop_map(|(previous, other, choice)| {
        let mut next = previous.clone();
        let units = calendar::unit::diff(&previous, &other);
        let shape = choice[0];
        for (unit, take) in units.into_iter().zip(choice.into_iter().skip(1).cycle()) {
            use calendar::Unit;
            match unit {
                // When and rule only make sense with the overrides that go with them.
                Unit::When | Unit::Rule | Unit::Override(_) if shape => {
                    unit.take(&mut next, &other);
                }
                Unit::When | Unit::Rule | Unit::Override(_) | Unit::Unknown(_) => {}
                // An event keeps its organizer.
                Unit::Person(ref address)
                    if [&previous, &other]
                        .iter()
                        .any(|event| event.people.get(address).is_some_and(|p| p.organizer)) => {}
                _ if take => unit.take(&mut next, &other),
                _ => {}
            }
        }
        (previous, next)
    })
}
