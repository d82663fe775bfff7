//! Events of every kind, those among them that only one of the formats can say.

use calendar::{
    Address, Duration, Event, FreeBusy, Override, PersonKind, Place, Privacy, RecurrenceId,
    Reminder, Status, Text, VirtualPlace, When, Window, Zone,
};
use jiff::{Span, tz::TimeZone};
use proptest::{collection, option, prelude::*, sample::select, strategy::Union};
use serde_json::{Value, json};

use super::rules::{ending, rule};
use crate::arbitrary::{self, own_zone};

/// New York's zone, as Outlook writes it.
pub fn new_york() -> Zone {
    own_zone(
        "Eastern Time (US & Canada) 1",
        &[
            (
                "1601-11-04T02:00:00",
                "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
                -4,
                -5,
            ),
            (
                "1601-03-11T02:00:00",
                "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
                -5,
                -4,
            ),
        ],
    )
}

/// New York's offsets, but Europe's days: nobody has it.
pub fn nowhere() -> Zone {
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

fn when() -> impl Strategy<Value = When> {
    let own = select(vec![new_york(), nowhere(), arbitrary::custom_zone()]);
    // Around the nights in which clocks change, in Berlin.
    let nights = select(vec![
        "2026-03-27T02:30:00",
        "2026-03-29T02:30:00",
        "2026-10-24T02:30:00",
        "2026-10-25T02:30:00",
        "2026-10-25T01:45:00",
        "2026-12-24T00:00:00",
    ]);
    let zone = select(vec![
        None,
        Zone::iana("Europe/Berlin"),
        Zone::iana("Europe/Vienna"),
        Zone::iana("Antarctica/Troll"),
    ]);
    let minutes = |minutes: u32| Duration::minutes(minutes);
    prop_oneof![
        4 => arbitrary::when(),
        1 => (arbitrary::local(), own, arbitrary::duration())
            .prop_map(|(start, zone, duration)| When::zoned(start, zone, duration)),
        2 => (nights, zone, 0u32..2000).prop_map(move |(start, zone, length)| When::Timed {
            start: start.parse().unwrap(),
            zone,
            duration: minutes(length),
            end_zone: None,
        }),
    ]
}

/// What `arbitrary::content()` has in moderation.
fn spiced(event: Event) -> impl Strategy<Value = Event> {
    let color = option::of(select(vec![
        "teal",
        "#dc2127",
        "#123456",
        "mauve-ish",
        "#a4bdfc",
    ]));
    let text = option::of(select(vec![
        Text::html("<p>So <b>it</b> is &amp; so it <a href=\"https://a.example/?b&c\">was</a></p>"),
        Text::html("no markup"),
        Text::html("<div>plain,\r\nas a mail server wraps it</div>"),
        Text::plain("use <b> or R&amp;D\nnext"),
        Text::plain("1 < 2 > 0 & 3"),
        Text::plain("  two  spaces\n\n\nand lines \n"),
    ]));
    let links = option::of(collection::vec(
        select(vec![
            "https://meet.example/abc",
            "https://meet.example/def",
            "tel:+49301234567,,123#",
            "sip:room@example.com",
            "xmpp:room@example.com",
        ]),
        1..4,
    ));
    let place = option::of(select(vec!["https://place.example/1", "Ring 1", "", " "]));
    let stranger = option::of(select(vec!["urn:uuid:1", "Cy@Example.org"]));
    let minutes = option::of(collection::vec((0u32..50_000, any::<bool>()), 0..8));
    (
        (Just(event), color, text, links),
        (place, stranger, minutes, unknown()),
    )
        .prop_map(
            |((mut event, color, text, links), (place, stranger, minutes, unknown))| {
                event.color = color.map(str::to_owned);
                if let Some(text) = text {
                    event.text = text;
                }
                if let Some(links) = links {
                    event.virtual_places = links.into_iter().map(link).collect();
                }
                if let Some(name) = place {
                    event.places.insert(0, Place::named(name));
                }
                if let Some(address) = stranger {
                    add_stranger(&mut event, address);
                }
                if let Some(all) = minutes {
                    let reminder = |(minutes, email)| Reminder {
                        email,
                        ..Reminder::minutes_before(minutes)
                    };
                    event.reminders = Some(all.into_iter().map(reminder).collect());
                }
                for (dialect, kept) in unknown {
                    event.unknown.set(dialect, kept);
                }
                event
            },
        )
}

fn link(uri: &str) -> VirtualPlace {
    VirtualPlace {
        name: String::new(),
        uri: uri.to_owned(),
    }
}

/// Somebody like the organizer, but nobody's guest or not to be mailed.
fn add_stranger(event: &mut Event, address: &str) {
    let Some(mut person) = event.people.values().next().cloned() else {
        return;
    };
    person.organizer = address.starts_with("Cy");
    if person.organizer && person.kind == PersonKind::Group {
        person.role = None;
    }
    event.people.insert(Address::new(address), person);
}

/// What each dialect keeps.
fn unknown() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let kept = select(vec![
        ("icalendar", json!(["X-ALT;X=1:other", "X-MOOD:good"])),
        (
            "google",
            json!({"guestsCanModify": true, "source": {"title": "t", "url": "https://example.com"}}),
        ),
        (
            "google",
            json!({"extendedProperties": {"private": {"theirs": "1"}, "shared": {"a": "b"}}}),
        ),
        (
            "google",
            json!({"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "declineNone"}}),
        ),
        (
            "microsoft",
            json!({"hideAttendees": true, "singleValueExtendedProperties": [{"id": "String {x} Name y", "value": "z"}]}),
        ),
        (
            "microsoft",
            json!({"responseStatus": {"response": "organizer"}}),
        ),
    ]);
    collection::vec(kept, 0..3)
}

/// What may happen to one occurrence.
#[derive(Clone, Debug)]
enum Change {
    Exclude,
    Title(String),
    Text(Text),
    Minutes(i64),
    Days(i64),
    Length(u32),
    When(When),
    Status(Status),
    Busy(FreeBusy),
    Privacy(Privacy),
    Places(Vec<Place>),
    Reminders(Option<Vec<Reminder>>),
    Labels(u8),
    Kept,
    Back,
}

fn change() -> impl Strategy<Value = Change> {
    let busy = select(vec![
        FreeBusy::Busy,
        FreeBusy::Free,
        FreeBusy::Tentative,
        FreeBusy::OutOfOffice,
        FreeBusy::WorkingElsewhere,
    ]);
    let privacy = select(vec![Privacy::Public, Privacy::Private, Privacy::Secret]);
    Union::new_weighted(vec![
        (3, Just(Change::Exclude).boxed()),
        (2, arbitrary::text().prop_map(Change::Title).boxed()),
        (
            1,
            arbitrary::text()
                .prop_map(|text| Change::Text(Text::plain(text)))
                .boxed(),
        ),
        (3, (-90i64..600).prop_map(Change::Minutes).boxed()),
        (2, (-9i64..10).prop_map(Change::Days).boxed()),
        (1, (0u32..4000).prop_map(Change::Length).boxed()),
        (1, when().prop_map(Change::When).boxed()),
        (1, arbitrary::status().prop_map(Change::Status).boxed()),
        (1, busy.prop_map(Change::Busy).boxed()),
        (1, privacy.prop_map(Change::Privacy).boxed()),
        (1, arbitrary::places().prop_map(Change::Places).boxed()),
        (
            1,
            arbitrary::reminders().prop_map(Change::Reminders).boxed(),
        ),
        (1, (0u8..10).prop_map(Change::Labels).boxed()),
        (1, Just(Change::Kept).boxed()),
        (1, Just(Change::Back).boxed()),
    ])
}

impl Change {
    fn apply(self, series: &mut Event, id: RecurrenceId) {
        let Some(mut occurrence) = series.occurrence(id) else {
            return;
        };
        match self {
            Self::Exclude => {
                series.overrides.insert(id, Override::Excluded);
                return;
            }
            Self::Title(title) => occurrence.title = title,
            Self::Text(text) => occurrence.text = text,
            Self::Minutes(minutes) => shift(&mut occurrence.when, Span::new().minutes(minutes)),
            Self::Days(days) => shift(&mut occurrence.when, Span::new().days(days)),
            Self::Length(minutes) => match &mut occurrence.when {
                When::AllDay { days, .. } => *days = 1 + minutes % 9,
                When::Timed { duration, .. } => *duration = Duration::minutes(minutes),
            },
            Self::When(when) => occurrence.when = when,
            Self::Status(status) => occurrence.status = status,
            Self::Busy(busy) => occurrence.busy = busy,
            Self::Privacy(privacy) => occurrence.privacy = privacy,
            Self::Places(places) => occurrence.places = places,
            Self::Reminders(reminders) => occurrence.reminders = reminders,
            Self::Labels(priority) => {
                occurrence.priority = priority;
                occurrence.categories = [format!("label {priority}")].into();
            }
            Self::Kept => occurrence
                .unknown
                .set("icalendar", json!(["X-MOOD:better"])),
            Self::Back => {}
        }
        series.set_occurrence(id, &occurrence);
    }
}

fn shift(when: &mut When, span: Span) {
    match when {
        When::AllDay { start, .. } => {
            *start = start.saturating_add(Span::new().days(i64::from(span.get_days())));
        }
        When::Timed { start, .. } => *start = start.saturating_add(span),
    }
}

/// Gives a single event rules, extra dates and occurrences that differ.
fn repeated(single: Event) -> impl Strategy<Value = Event> {
    let (start, all_day) = (single.when.local_start(), single.when.is_all_day());
    let end = || (0u8..4, 0u32..40);
    (
        option::weighted(0.9, (rule(start, all_day), end())),
        option::weighted(0.05, (rule(start, all_day), end())),
        option::weighted(0.08, (rule(start, all_day), end())),
        collection::vec((0usize..20, change()), 0..5),
        collection::vec((0i64..200, option::of(change())), 0..2),
    )
        .prop_map(move |(first, second, excluded, changes, extras)| {
            let mut event = single.clone();
            let ended = |(rule, end)| ending(rule, &single.when, end);
            event.rules.extend(first.map(ended));
            event.rules.extend(second.map(ended));
            event.excluded_rules.extend(excluded.map(ended));
            let all = event.occurrences(Window::ALL, &TimeZone::UTC);
            let ids: Vec<_> = all.take(20).filter_map(|one| one.id).collect();
            for (at, change) in changes {
                if let Some(id) = ids.get(at) {
                    change.apply(&mut event, *id);
                }
            }
            for (days, change) in extras {
                let id = RecurrenceId(start.saturating_add(Span::new().days(days)));
                event.overrides.entry(id).or_insert_with(Override::extra);
                if let Some(change) = change {
                    change.apply(&mut event, id);
                }
            }
            event
        })
}

/// Single events and series.
pub fn event() -> impl Strategy<Value = Event> {
    (arbitrary::content(), when())
        .prop_flat_map(|(mut event, when)| {
            event.when = when;
            spiced(event)
        })
        .prop_flat_map(|single| {
            let once = Just(single.clone()).boxed();
            Union::new_weighted(vec![(1, once), (3, repeated(single).boxed())])
        })
}
