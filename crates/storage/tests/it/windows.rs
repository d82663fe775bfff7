//! Copies in a window of time.

use kalends_storage::{copies, windows};
use sync::CalendarId;

use crate::fixture::{Fixture, a_copy, id};

both! {
    what_happens_in_a_window,
    how_long_it_lasts_does_not_matter,
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
