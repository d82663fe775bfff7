//! A weekly series with one moved and one cancelled occurrence.

use jiff::{Timestamp, ToSpan, civil::Date};
use network::Request;
use serde_json::{Value, json};

use crate::{
    apps::{ALL, At, HOP, day},
    practice::{Practice, until},
};

const TITLE: &str = "Series of five";

/// Made in Google; the others' own expansion shows the same occurrences.
pub async fn exceptions_arrive(practice: &Practice) {
    let first = day(5);
    let at = |date: Date, hour: i8| {
        date.at(hour, 0, 0, 0)
            .in_tz("Europe/Berlin")
            .unwrap()
            .timestamp()
    };
    let id = create(practice, at(first, 9)).await;
    let weeks: Vec<Date> = (0..5).map(|week| first + week.weeks()).collect();
    let mut expected: Vec<Timestamp> = weeks.iter().map(|date| at(*date, 9)).collect();
    everywhere(practice, "the series", first, &expected).await;

    let moved = at(weeks[1] + 1.day(), 14);
    let instances = instances(practice, &id).await;
    let times = json!({
        "start": { "dateTime": moved.to_string() }, "end": { "dateTime": (moved + 30.minutes()).to_string() },
    });
    let url = |n: usize| At::Google.event(practice, &instances[n]);
    At::Google
        .write(practice, Request::patch(url(1)).json(&times))
        .await;
    expected[1] = moved;
    everywhere(practice, "one moved", first, &expected).await;

    At::Google.write(practice, Request::delete(url(2))).await;
    expected.remove(2);
    everywhere(practice, "one cancelled", first, &expected).await;
}

async fn create(practice: &Practice, start: Timestamp) -> String {
    let zoned = |instant: Timestamp| json!({ "dateTime": instant.to_string(), "timeZone": "Europe/Berlin" });
    let series = json!({
        "summary": TITLE, "start": zoned(start), "end": zoned(start + 30.minutes()),
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"],
    });
    let url = format!("{}/events", At::Google.calendar(practice));
    At::Google
        .write(practice, Request::post(url).json(&series))
        .await;
    At::Google.only(practice, TITLE).await.id
}

/// Ids of the occurrences, in order.
async fn instances(practice: &Practice, id: &str) -> Vec<String> {
    let url = format!("{}/instances", At::Google.event(practice, id));
    let answer: Value = At::Google
        .read(practice, || Request::get(&url))
        .await
        .json()
        .unwrap();
    let items = answer["items"].as_array().unwrap().iter();
    let mut items: Vec<(Timestamp, String)> = items
        .map(|item| {
            let start = item["start"]["dateTime"].as_str().unwrap().parse().unwrap();
            (start, item["id"].as_str().unwrap().to_owned())
        })
        .collect();
    items.sort();
    items.into_iter().map(|(_, id)| id).collect()
}

async fn everywhere(practice: &Practice, what: &str, first: Date, expected: &[Timestamp]) {
    let expected: Vec<String> = expected.iter().map(Timestamp::to_string).collect();
    until(what, HOP, async || {
        for at in ALL {
            let found = at
                .occurrences(practice, TITLE, first - 7.days(), first + 50.days())
                .await;
            if found != expected {
                return Err(format!("{at:?} has {found:?} instead of {expected:?}"));
            }
        }
        Ok(())
    })
    .await;
}
