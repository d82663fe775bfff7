//! Series over every ordered pair of real mappings: made at one provider and changed at another one, or at the same, by the
//! words that each has for it. And what Microsoft cannot have of them.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, civil::Date};
use network::Request;

use crate::{
    apps::{ALL, At, HOP, day},
    practice::Practice,
    series::{
        Edit, WEEKS, change, change_object, create, everywhere, ics, local, place_of_rule, repeat,
        times, weekly,
    },
    until::until,
};

/// One occurrence is moved, one renamed, one cancelled; then the series is split («this and following»), and another one with
/// the same exceptions gets another rule.
pub async fn every_pair_agrees(practice: &Practice) {
    let pairs = ALL
        .into_iter()
        .flat_map(|origin| ALL.map(|at| (origin, at)));
    for (n, (origin, at)) in (2..).zip(pairs) {
        let (split, reruled) = (
            format!("Split {origin:?} {at:?}"),
            format!("Rerule {origin:?} {at:?}"),
        );
        let first = day(n);
        let planned = |week: i64| local(first + week.weeks(), 9);
        for title in [&split, &reruled] {
            create(practice, origin, title, planned(0), &weekly(WEEKS)).await;
        }
        let mut expected: BTreeMap<i64, String> = (0..WEEKS)
            .map(|week| (week, format!("{} T", planned(week))))
            .collect();
        let both = async |what: &str, expected: &BTreeMap<i64, String>| {
            for title in [&split, &reruled] {
                let what = format!("{title}: {what}");
                let exactly = |found: &[String]| found.iter().eq(expected.values());
                same(practice, &what, title, first, exactly).await;
            }
        };
        both("made", &expected).await;
        let moved = local(first + 1.weeks() + 1.day(), 14);
        for title in [&split, &reruled] {
            change(practice, at, title, planned(1), &Edit::Move(moved)).await;
            let renamed = Edit::Rename(format!("{title}, renamed"));
            change(practice, at, title, planned(2), &renamed).await;
            change(practice, at, title, planned(3), &Edit::Cancel).await;
        }
        expected.insert(1, format!("{moved} T"));
        expected.insert(2, format!("{} T, renamed", planned(2)));
        expected.remove(&3);
        both("moved, renamed, cancelled", &expected).await;
        split_at(practice, at, &split, first).await;
        let tail = [4, 5].map(|week| format!("{} T, later", planned(week)));
        let ends = |found: &[String]| {
            found[0] == expected[&0] && found.ends_with(&tail) && (4..=6).contains(&found.len())
        };
        same(
            practice,
            &format!("{split}: this and following"),
            &split,
            first,
            ends,
        )
        .await;
        let rule = "FREQ=WEEKLY;INTERVAL=2;COUNT=3";
        repeat(practice, at, &reruled, planned(0), rule).await;
        // Whether exceptions survive their rule is the provider's to say; the others have what it says.
        let goes_on = |found: &[String]| {
            let last = format!("{} T", planned(4));
            found[0] == expected[&0] && found.last() == Some(&last) && found.len() < 5
        };
        same(
            practice,
            &format!("{reruled}: another rule"),
            &reruled,
            first,
            goes_on,
        )
        .await;
    }
}

/// Ends a series before its fifth occurrence, and makes the rest a series of its own.
async fn split_at(practice: &Practice, at: At, title: &str, first: Date) {
    let start = local(first + 4.weeks(), 9);
    let until = local(first + 3.weeks(), 9).strftime("%Y%m%dT%H%M%SZ");
    let rule = format!("FREQ=WEEKLY;UNTIL={until}");
    repeat(practice, at, title, local(first, 9), &rule).await;
    create(practice, at, &format!("{title}, later"), start, &weekly(2)).await;
}

/// Waits until all three show the same of a title, which is as it should be: starts, and titles behind the first.
async fn same(
    practice: &Practice,
    what: &str,
    title: &str,
    first: Date,
    is_right: impl Fn(&[String]) -> bool,
) {
    until(what, HOP * 2, async || {
        let mut all = Vec::new();
        for at in ALL {
            let seen = at
                .expanded(practice, first - 7.days(), first + 50.days())
                .await;
            let of_title = seen.iter().filter(|seen| seen.title.starts_with(title));
            let mut found: Vec<String> = of_title
                .map(|seen| format!("{} T{}", seen.start, &seen.title[title.len()..]))
                .collect();
            found.sort();
            all.push(found);
        }
        let right = !all[0].is_empty() && is_right(&all[0]);
        if right && all[0] == all[1] && all[0] == all[2] {
            return Ok(());
        }
        Err(format!("Google, Microsoft, CalDAV have {all:#?}"))
    })
    .await;
}

/// A rule that is none of Graph's: single events stand for it there, and are its occurrences.
pub async fn what_graph_cannot_have_is_single_events(practice: &Practice) {
    for (n, origin) in (12..).zip([At::Google, At::Caldav]) {
        let title = format!("Wintry {origin:?}");
        let first = day(n);
        let planned = |week: i64| local(first + week.weeks(), 9);
        let months = [0, 1, 2].map(|month| (first + month.months()).month().to_string());
        let rule = format!("FREQ=WEEKLY;BYMONTH={}", months.join(","));
        create(practice, origin, &title, planned(0), &rule).await;
        let mut expected: BTreeMap<i64, Timestamp> = (0..8).map(|w| (w, planned(w))).collect();
        let looks = async |what: &str, expected: &BTreeMap<i64, Timestamp>| {
            let what = format!("{title}: {what}");
            everywhere(practice, &what, &title, first, expected).await;
        };
        looks("made", &expected).await;
        // One is moved and one deleted where they are single events, one is cancelled at home.
        let moved = local(first + 2.weeks() + 1.day(), 14);
        let single = single(practice, &title, planned(2)).await;
        let request = Request::patch(single).json(&times(moved));
        At::Microsoft.write(practice, request).await;
        expected.insert(2, moved);
        looks("moved there", &expected).await;
        let gone = self::single(practice, &title, planned(3)).await;
        At::Microsoft.write(practice, Request::delete(gone)).await;
        expected.remove(&3);
        looks("deleted there", &expected).await;
        change(practice, origin, &title, planned(4), &Edit::Cancel).await;
        expected.remove(&4);
        looks("cancelled at home", &expected).await;
        origin.delete(practice, &title).await;
        looks("deleted at home", &BTreeMap::new()).await;
    }
}

/// An extra date is a single event beside the series there.
pub async fn an_extra_date_stands_beside_its_series(practice: &Practice) {
    let (title, first) = ("Extra", day(14));
    let planned = |week: i64| local(first + week.weeks(), 9);
    create(practice, At::Caldav, title, planned(0), &weekly(WEEKS)).await;
    let mut expected: BTreeMap<i64, Timestamp> = (0..WEEKS).map(|w| (w, planned(w))).collect();
    everywhere(practice, "Extra: made", title, first, &expected).await;
    let extra = local(first + 3.days(), 9);
    let id = At::Caldav.only(practice, title).await.id;
    let url = At::Caldav.event(practice, &id);
    let add = |lines: &mut Vec<String>| lines.insert(place_of_rule(lines), ics("RDATE", extra));
    change_object(practice, &url, add).await;
    expected.insert(100, extra);
    let mut sorted: Vec<Timestamp> = expected.values().copied().collect();
    sorted.sort();
    let expected: BTreeMap<i64, Timestamp> = (0..).zip(sorted).collect();
    everywhere(practice, "Extra: a date more", title, first, &expected).await;
    let there = At::Microsoft.events(practice).await;
    let there = there.iter().filter(|seen| seen.title == title).count();
    assert_eq!(there, 2, "the series and one event");
}

/// Address of the single event of a moment at Microsoft.
async fn single(practice: &Practice, title: &str, start: Timestamp) -> String {
    let all = At::Microsoft.events(practice).await;
    let is = |seen: &&crate::apps::Seen| seen.title == title && seen.start == start.to_string();
    let found = all.iter().find(is).unwrap();
    At::Microsoft.event(practice, &found.id)
}
