//! What passes and what does not.

use calendar::{
    Duration, Event, FreeBusy, Override, Participation, Patch, Place, Status, Text, When, Zone,
};
use jiff::tz::TimeZone;

use super::*;

/// An hour in Berlin.
fn at(start: &str) -> Event {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let when = When::zoned(start.parse().unwrap(), berlin, Duration::hours(1));
    Event::new("a@x", when)
}

fn day(start: &str, days: u32) -> Event {
    Event::new("a@x", When::all_day(start.parse().unwrap(), days))
}

fn every(rule: &str, mut event: Event) -> Event {
    event.rules.push(rule.parse().unwrap());
    event
}

/// Monday, 30 November 2026, noon in Berlin.
fn lets_for(filter: &Filter, event: &Event, answer: Option<Participation>, invited: bool) -> bool {
    let context = Context {
        now: "2026-11-30T11:00:00Z".parse().unwrap(),
        zone: &TimeZone::get("Europe/Berlin").unwrap(),
        answer,
        invited,
    };
    filter.lets(event, &context)
}

fn lets(filter: &Filter, event: &Event) -> bool {
    lets_for(filter, event, None, false)
}

fn hours(from: &str, to: &str, days: &[Day]) -> Filter {
    Filter {
        hours: Some(Hours {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            days: days.iter().copied().collect(),
        }),
        ..Filter::default()
    }
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const WORKDAYS: [Day; 5] = [Day::Mo, Day::Tu, Day::We, Day::Th, Day::Fr];

#[test]
fn what_says_nothing_lets_everything_through() {
    let open = Filter::default();
    assert!(open.is_open() && !open.moves());
    assert!(lets_for(
        &open,
        &at("1990-01-01T03:00"),
        Some(Participation::Declined),
        true
    ));
    assert_eq!(serde_json::to_string(&open).unwrap(), "{}");
}

#[test]
fn hours_are_touched_in_the_calendars_zone() {
    let office = hours("09:00", "17:00", &WORKDAYS);
    for (start, passes) in [
        ("2026-12-01T08:00", false),
        ("2026-12-01T08:30", true),
        ("2026-12-01T16:59", true),
        ("2026-12-01T17:00", false),
        // A Saturday.
        ("2026-12-05T10:00", false),
    ] {
        assert_eq!(lets(&office, &at(start)), passes, "{start}");
    }
    let new_york = Zone::iana("America/New_York").unwrap();
    let dawn = "2026-12-01T05:00".parse().unwrap();
    let there = Event::new("a@x", When::zoned(dawn, new_york, Duration::hours(1)));
    assert!(lets(&office, &there));
    let mut moment = at("2026-12-01T09:00");
    moment.when = When::zoned(moment.when.local_start(), Zone::utc(), Duration::default());
    assert!(lets(&office, &moment));
    moment.when = When::zoned(
        "2026-12-01T16:00".parse().unwrap(),
        Zone::utc(),
        Duration::default(),
    );
    assert!(!lets(&office, &moment));
}

#[test]
fn hours_may_reach_into_the_next_day_and_go_around_the_clock() {
    let night = hours("22:00", "06:00", &[Day::Fr]);
    assert!(lets(&night, &at("2026-12-04T21:30")));
    assert!(lets(&night, &at("2026-12-05T05:30")));
    assert!(!lets(&night, &at("2026-12-05T06:00")));
    assert!(!lets(&night, &at("2026-12-05T22:30")));
    let saturday = hours("00:00", "00:00", &[Day::Sa]);
    assert!(lets(&saturday, &at("2026-12-05T23:00")));
    assert!(!lets(&saturday, &at("2026-12-06T00:00")));
}

#[test]
fn whole_days_are_judged_by_the_day_of_the_week() {
    let office = hours("09:00", "17:00", &WORKDAYS);
    assert!(!lets(&office, &day("2026-12-05", 2)));
    assert!(lets(&office, &day("2026-12-05", 3)));
}

#[test]
fn whole_days_stay_out_or_are_alone() {
    let with = |all_day| Filter {
        all_day,
        ..Filter::default()
    };
    let (hour, whole) = (at("2026-12-01T09:00"), day("2026-12-01", 1));
    assert!(!lets(&with(AllDay::Exclude), &whole) && lets(&with(AllDay::Exclude), &hour));
    assert!(lets(&with(AllDay::Only), &whole) && !lets(&with(AllDay::Only), &hour));
}

#[test]
fn categories_go_by_their_name() {
    let categories = Words {
        any_of: list(&["work", "Team"]),
        none_of: list(&["draft"]),
    };
    let filter = Filter {
        categories,
        ..Filter::default()
    };
    let mut event = at("2026-12-01T09:00");
    assert!(!lets(&filter, &event));
    event.categories.insert("Work".into());
    assert!(lets(&filter, &event));
    event.categories.insert("DRAFT".into());
    assert!(!lets(&filter, &event));
    event.categories = ["Workshop".to_owned()].into();
    assert!(!lets(&filter, &event));
}

#[test]
fn words_are_found_in_title_place_and_text() {
    let with = |any_of: &[&str], none_of: &[&str]| Filter {
        text: Words {
            any_of: list(any_of),
            none_of: list(none_of),
        },
        ..Filter::default()
    };
    let mut event = at("2026-12-01T09:00");
    event.title = "Weekly  Planning".into();
    event.places = vec![Place::named("Straße 4")];
    event.text = Text::html("Bring <b>SHOES</b>");
    for word in ["weekly planning", "STRASSE", "straße", "shoes"] {
        let passes = word != "STRASSE";
        assert_eq!(lets(&with(&[word], &[]), &event), passes, "{word}");
        assert_eq!(lets(&with(&[], &[word]), &event), !passes, "{word}");
    }
    assert!(!lets(&with(&["planning bring"], &[]), &event));
    assert!(!lets(&with(&["<b>"], &[]), &event));
}

#[test]
fn answers_are_the_owners_and_their_own_events_are_accepted() {
    let filter = Filter {
        answers: vec![Participation::Accepted, Participation::Tentative],
        ..Filter::default()
    };
    let event = at("2026-12-01T09:00");
    for (answer, passes) in [
        (None, true),
        (Some(Participation::Accepted), true),
        (Some(Participation::Tentative), true),
        (Some(Participation::NeedsAction), false),
        (Some(Participation::Declined), false),
        (Some(Participation::Delegated), false),
    ] {
        assert_eq!(
            lets_for(&filter, &event, answer, false),
            passes,
            "{answer:?}"
        );
    }
}

#[test]
fn only_what_takes_up_time_is_busy() {
    let filter = Filter {
        busy_only: true,
        ..Filter::default()
    };
    let mut event = at("2026-12-01T09:00");
    assert!(lets(&filter, &event));
    event.busy = FreeBusy::Free;
    assert!(!lets(&filter, &event));
    event.busy = FreeBusy::OutOfOffice;
    assert!(lets(&filter, &event));
    event.status = Status::Cancelled;
    assert!(!lets(&filter, &event));
}

#[test]
fn whoever_is_invited_needs_no_copy() {
    let filter = Filter {
        skip_if_invited: true,
        ..Filter::default()
    };
    let event = at("2026-12-01T09:00");
    assert!(!lets_for(&filter, &event, None, true));
    assert!(lets_for(&filter, &event, None, false));
    assert!(lets_for(
        &Filter {
            busy_only: true,
            ..Filter::default()
        },
        &event,
        None,
        true
    ));
}

#[test]
fn the_horizon_is_counted_in_days_of_the_zone() {
    let near = Filter {
        horizon: Horizon {
            back: Some(1),
            ahead: Some(0),
        },
        ..Filter::default()
    };
    assert!(near.moves());
    for (start, passes) in [
        ("2026-11-28T23:00", false),
        ("2026-11-29T00:00", true),
        ("2026-11-30T23:30", true),
        ("2026-12-01T00:00", false),
    ] {
        assert_eq!(lets(&near, &at(start)), passes, "{start}");
    }
    assert!(lets(&near, &day("2026-11-29", 1)) && !lets(&near, &day("2026-12-01", 1)));
    let ahead = Filter {
        horizon: Horizon {
            back: None,
            ahead: Some(7),
        },
        ..Filter::default()
    };
    assert!(lets(&ahead, &at("1990-01-01T09:00")));
    assert!(!lets(&ahead, &at("2026-12-08T09:00")));
}

#[test]
fn a_series_passes_if_one_of_its_occurrences_does() {
    let saturday = hours("00:00", "00:00", &[Day::Sa]);
    let daily = every("FREQ=DAILY", at("2026-12-01T09:00"));
    assert!(lets(&saturday, &daily));
    assert!(!lets(
        &saturday,
        &every("FREQ=WEEKLY", at("2026-12-01T09:00"))
    ));
    let week = Filter {
        horizon: Horizon {
            back: Some(7),
            ahead: Some(7),
        },
        ..Filter::default()
    };
    assert!(lets(&week, &every("FREQ=WEEKLY", at("2001-01-01T09:00"))));
    assert!(!lets(
        &week,
        &every("FREQ=WEEKLY;COUNT=9", at("2001-01-01T09:00"))
    ));
    assert!(!lets(&week, &every("FREQ=YEARLY", at("2001-06-01T09:00"))));
}

#[test]
fn an_occurrence_that_was_changed_is_judged_by_itself() {
    let filter = Filter {
        text: Words {
            any_of: list(&["board"]),
            none_of: Vec::new(),
        },
        ..hours("09:00", "17:00", &WORKDAYS)
    };
    let mut series = every("FREQ=WEEKLY", at("2026-12-01T19:00"));
    assert!(!lets(&filter, &series));
    let id = "2026-12-08T19:00:00".parse().unwrap();
    let mut patch = Patch {
        title: Some("Board".into()),
        ..Patch::default()
    };
    series
        .overrides
        .insert(id, Override::Patch(Box::new(patch.clone())));
    assert!(!lets(&filter, &series));
    patch.when = Some(at("2026-12-08T10:00").when);
    series
        .overrides
        .insert(id, Override::Patch(Box::new(patch)));
    assert!(lets(&filter, &series));
    // Nor does what it would have been count.
    let mut once = every("FREQ=WEEKLY;COUNT=1", at("2026-12-01T10:00"));
    once.title = "Board".into();
    assert!(lets(&filter, &once));
    let other = Patch {
        title: Some("Lunch".into()),
        ..Patch::default()
    };
    let first = "2026-12-01T10:00:00".parse().unwrap();
    once.overrides
        .insert(first, Override::Patch(Box::new(other)));
    assert!(!lets(&filter, &once));
    let near = Filter {
        horizon: Horizon {
            back: None,
            ahead: Some(7),
        },
        ..filter.clone()
    };
    assert!(!lets(&near, &series));
    // And it does not speak for the others.
    series.title = "Board".into();
    series.overrides.insert(id, Override::Excluded);
    assert!(!lets(&filter, &series));
}

#[test]
fn what_cannot_be_meant_is_named() {
    let field = |filter: Filter| filter.check().unwrap_err().field;
    assert_eq!(field(hours("09:00", "17:00", &[])), "hours.days");
    let empty = Words {
        any_of: Vec::new(),
        none_of: list(&["a", " "]),
    };
    let text = Filter {
        text: empty.clone(),
        ..Filter::default()
    };
    assert_eq!(field(text), "text.noneOf");
    let long = Words {
        any_of: list(&[&"a".repeat(201)]),
        none_of: Vec::new(),
    };
    let categories = Filter {
        categories: long,
        ..Filter::default()
    };
    assert_eq!(field(categories), "categories.anyOf");
    let many = Words {
        any_of: vec!["a".to_owned(); 51],
        none_of: Vec::new(),
    };
    let many = Filter {
        text: many,
        ..Filter::default()
    };
    assert_eq!(field(many), "text.anyOf");
    let far = Horizon {
        back: None,
        ahead: Some(36_526),
    };
    let far = Filter {
        horizon: far,
        ..Filter::default()
    };
    assert_eq!(field(far), "horizon.ahead");
    let delegated = Filter {
        answers: vec![Participation::Delegated],
        ..Filter::default()
    };
    assert_eq!(field(delegated), "answers");
    assert_eq!(hours("09:00", "17:00", &WORKDAYS).check(), Ok(()));
}

#[test]
fn it_is_kept_as_it_was() {
    let filter = Filter {
        all_day: AllDay::Only,
        answers: vec![Participation::NeedsAction],
        horizon: Horizon {
            back: Some(3),
            ahead: None,
        },
        text: Words {
            any_of: list(&["a"]),
            none_of: Vec::new(),
        },
        ..hours("09:00", "17:00", &[Day::Mo])
    };
    let json = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter);
}
