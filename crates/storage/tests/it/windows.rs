//! Copies in a window of time.

use calendar::{Duration, Event, FreeBusy, Frequency, Override, RecurrenceId, Rule, Status, When};
use jiff::civil::DateTime;
use kalends_storage::{
    copies,
    takes::Takes,
    windows::{self, Seen, Taken},
};
use sync::CalendarId;

use crate::fixture::{Fixture, a_copy, an_event, id};

both! {
    what_happens_in_a_window,
    how_long_it_lasts_does_not_matter,
    what_is_taken_is_told_where_the_ends_say_it,
}

async fn what_happens_in_a_window(f: Fixture) {
    let calendar = f.calendar().await;
    let shapes = [
        ("before", 0, Some(10), true),
        ("until", 5, Some(11), true),
        ("moment", 10, Some(10), true),
        ("endless", 0, None, true),
        ("inside", 12, Some(13), true),
        ("after", 20, Some(30), true),
        ("dead", 12, Some(13), false),
    ];
    let mut tx = f.store.write().await.unwrap();
    for (uid, start, end, alive) in shapes {
        let mut row = a_copy(calendar, uid);
        (row.shape.start, row.shape.end, row.copy.alive) = (start, end, alive);
        copies::insert(&mut tx, &row).await.unwrap();
    }
    let uids = |rows: Vec<copies::Row>| -> Vec<String> {
        rows.into_iter().map(|row| row.copy.local.uid).collect()
    };
    let asked = [calendar, CalendarId(id())];
    let found = windows::copies_in(&mut tx, &asked, (10, 20), 99)
        .await
        .unwrap();
    assert_eq!(uids(found), ["endless", "until", "moment", "inside"]);
    let found = windows::copies_in(&mut tx, &asked, (10, 20), 2)
        .await
        .unwrap();
    assert_eq!(uids(found), ["endless", "until"]);
    let (mut by_id, mut after) = (Vec::new(), None);
    loop {
        let page = windows::copies_in_by_id(&mut tx, calendar, (10, 20), after, 3).await;
        let page = page.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.copy.id);
        by_id.extend(uids(page));
    }
    by_id.sort();
    assert_eq!(by_id, ["endless", "inside", "moment", "until"]);
    let all = copies::living(&mut tx, calendar, 0, 99).await.unwrap();
    assert_eq!(all.len(), 6);
    let rest = copies::living(&mut tx, calendar, 4, 99).await.unwrap();
    assert_eq!(uids(rest), uids(all)[4..]);
    assert_eq!(copies::count(&mut tx, calendar).await.unwrap(), 6);
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

async fn how_long_it_lasts_does_not_matter(f: Fixture) {
    let calendar = f.calendar().await;
    let window = (1_000_000 * DAY, 1_000_030 * DAY);
    let mut expected = Vec::new();
    let mut tx = f.store.write().await.unwrap();
    // About each end of the window, by lengths about each end of each class.
    for days in [0, 1, 2, 3, 31, 32, 33, 511, 512, 513, 40_000] {
        for (begins, off) in [
            (window.0 - days * DAY, [-1, 0, 1]),
            (window.0, [-1, 0, 1]),
            (window.1, [-1, 0, 1]),
        ] {
            for off in off {
                let start = begins + off;
                let end = start + days * DAY;
                let mut row = a_copy(calendar, &format!("{start} {end}"));
                (row.shape.start, row.shape.end) = (start, Some(end));
                copies::insert(&mut tx, &row).await.unwrap();
                if start < window.1 && (end > window.0 || start >= window.0) {
                    expected.push((start, row.copy.id));
                }
            }
        }
    }
    expected.sort_by_key(|(start, id)| (*start, id.0));
    let found = windows::copies_in(&mut tx, &[calendar], window, 999).await;
    let found: Vec<_> = found
        .unwrap()
        .iter()
        .map(|r| (r.shape.start, r.copy.id))
        .collect();
    assert_eq!(found, expected);
    let found = windows::copies_in_by_id(&mut tx, calendar, window, None, 999).await;
    let mut found: Vec<_> = found
        .unwrap()
        .iter()
        .map(|r| (r.shape.start, r.copy.id))
        .collect();
    found.sort_by_key(|(start, id)| (*start, id.0));
    assert_eq!(found, expected);
}

async fn what_is_taken_is_told_where_the_ends_say_it(f: Fixture) {
    let calendar = f.calendar().await;
    let start: DateTime = "2026-11-24T09:00:00".parse().unwrap();
    let named = |uid: &str, change: &dyn Fn(&mut Event)| {
        let mut event = an_event(uid);
        change(&mut event);
        event
    };
    let excluded = (RecurrenceId(start), Override::Excluded);
    let all = [
        named("busy", &|_| {}),
        named("free", &|event| event.busy = FreeBusy::Free),
        named("cancelled", &|event| event.status = Status::Cancelled),
        named("maybe", &|event| event.status = Status::Tentative),
        named("away", &|event| event.busy = FreeBusy::OutOfOffice),
        named("day", &|event| event.when = When::all_day(start.date(), 1)),
        named("floating", &|event| {
            event.when = When::floating(start, Duration::hours(1));
        }),
        named("series", &|event| {
            event.rules.push(Rule::every(Frequency::Weekly));
        }),
        named("nothing", &|event| {
            event.overrides.extend([excluded.clone()]);
        }),
    ];
    let mut tx = f.store.write().await.unwrap();
    for event in all {
        let mut row = a_copy(calendar, &event.uid);
        row.copy.local = event;
        copies::insert(&mut tx, &row).await.unwrap();
    }
    let taken = async |tx: &mut kalends_storage::Tx, window| {
        let found = windows::taken_in(tx, calendar, window, 99).await.unwrap();
        let (mut stretches, mut others) = (Vec::new(), Vec::new());
        for one in found {
            match one {
                Taken::Stretch(takes, span) => stretches.push((takes, span)),
                Taken::Copy(row) => others.push((row.copy.local.uid.clone(), row.copy.alive)),
            }
        }
        stretches.sort_unstable();
        others.sort_unstable();
        (stretches, others)
    };
    let (stretches, others) = taken(&mut tx, (0, 9_000)).await;
    let when = (1_000, 2_000);
    let told = [Takes::Busy, Takes::Tentative, Takes::Away];
    assert_eq!(stretches, told.map(|takes| (takes, when)));
    let opened = ["day", "floating", "nothing", "series"];
    assert_eq!(others, opened.map(|uid| (uid.to_owned(), true)));
    // Of the same ones no more is opened than their names.
    let seen = windows::seen_in(&mut tx, calendar, (0, 9_000), 99).await;
    let (mut heads, mut whole) = (0, Vec::new());
    for one in seen.unwrap() {
        match one {
            Seen::Head(_) => heads += 1,
            Seen::Copy(row) => whole.push(row.copy.local.uid.clone()),
        }
    }
    whole.sort_unstable();
    assert_eq!((heads, &whole[..]), (5, &opened.map(str::to_owned)[..]));
    // What is written again is told as it is then.
    let row = copies::by_uid(&mut tx, calendar, "busy").await.unwrap();
    let mut row = row.into_iter().next().unwrap();
    row.copy.local.busy = FreeBusy::Free;
    copies::update(&mut tx, &mut row).await.unwrap();
    let (stretches, _) = taken(&mut tx, (0, 9_000)).await;
    assert_eq!(stretches.len(), 2);
    let nothing = (Vec::new(), Vec::new());
    assert_eq!(taken(&mut tx, (2_000, 9_000)).await, nothing);
}
