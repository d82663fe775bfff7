//! A weekly series with moved and cancelled occurrences, at home and at its copies.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, civil::Date};
use network::Request;
use serde_json::{Value, json};

use crate::{
    apps::{ALL, At, HOP, day},
    ics::{lines, vevents},
    practice::Practice,
    until::until,
};

const ZONE: &str = "Europe/Berlin";
const WEEKS: i64 = 6;

/// Made at each provider in turn. One occurrence is moved and one cancelled where it was made, one moved at one copy and one
/// cancelled at the other; every provider's own expansion shows the same. Then it is deleted at a copy.
pub async fn a_series_with_exceptions_goes_every_way(practice: &Practice) {
    for (n, origin) in (5..).zip(ALL) {
        let title = format!("Series of {origin:?}");
        let [one, other] = origin.others();
        let first = day(n);
        let planned = |week: i64| local(first + week.weeks(), 9);
        let later = |week: i64| local(first + week.weeks() + 1.day(), 14);
        create(practice, origin, &title, planned(0)).await;
        let mut expected: BTreeMap<i64, Timestamp> = (0..WEEKS).map(|w| (w, planned(w))).collect();
        let looks = async |what: &str, expected: &BTreeMap<i64, Timestamp>| {
            everywhere(
                practice,
                &format!("{title}: {what}"),
                &title,
                first,
                expected,
            )
            .await;
        };
        looks("made", &expected).await;
        for (week, at, moved) in [
            (1, origin, true),
            (2, origin, false),
            (3, one, true),
            (4, other, false),
        ] {
            if moved {
                change(practice, at, &title, planned(week), Some(later(week))).await;
                expected.insert(week, later(week));
            } else {
                change(practice, at, &title, planned(week), None).await;
                expected.remove(&week);
            }
            looks(&format!("week {week} changed at {at:?}"), &expected).await;
        }
        other.delete(practice, &title).await;
        looks("deleted", &BTreeMap::new()).await;
    }
}

fn local(date: Date, hour: i8) -> Timestamp {
    date.at(hour, 0, 0, 0).in_tz(ZONE).unwrap().timestamp()
}

fn ics(name: &str, at: Timestamp) -> String {
    let zoned = at.in_tz(ZONE).unwrap();
    format!("{name};TZID={ZONE}:{}", zoned.strftime("%Y%m%dT%H%M%S"))
}

fn times(at: Timestamp) -> Value {
    let zoned = |at: Timestamp| {
        let local = at.in_tz(ZONE).unwrap().datetime().to_string();
        json!({ "dateTime": local, "timeZone": ZONE })
    };
    json!({ "start": zoned(at), "end": zoned(at + 30.minutes()) })
}

async fn create(practice: &Practice, at: At, title: &str, start: Timestamp) {
    let calendar = at.calendar(practice);
    let mut event = times(start);
    let request = match at {
        At::Google => {
            event["summary"] = json!(title);
            event["recurrence"] = json!([format!("RRULE:FREQ=WEEKLY;COUNT={WEEKS}")]);
            Request::post(format!("{calendar}/events")).json(&event)
        }
        At::Microsoft => {
            let first = start.in_tz(ZONE).unwrap().date();
            let weekday = first.strftime("%A").to_string().to_lowercase();
            event["subject"] = json!(title);
            event["recurrence"] = json!({
                "pattern": { "type": "weekly", "interval": 1, "daysOfWeek": [weekday], "firstDayOfWeek": "monday" },
                "range": {
                    "type": "numbered", "startDate": first.to_string(), "numberOfOccurrences": WEEKS,
                    "recurrenceTimeZone": ZONE,
                },
            });
            Request::post(format!("{calendar}/events")).json(&event)
        }
        At::Caldav => {
            let (from, to) = (ics("DTSTART", start), ics("DTEND", start + 30.minutes()));
            let object = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acceptance//EN\r\nBEGIN:VEVENT\r\nUID:series@acceptance\r\n\
                 DTSTAMP:20260101T000000Z\r\n{from}\r\n{to}\r\nRRULE:FREQ=WEEKLY;COUNT={WEEKS}\r\nSUMMARY:{title}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n"
            );
            Request::put(format!("{calendar}series.ics"))
                .header("if-none-match", "*")
                .body("text/calendar; charset=utf-8", object)
        }
    };
    at.write(practice, request).await;
}

/// Moves the occurrence that is planned for a moment, or cancels it, as that provider's apps do.
async fn change(
    practice: &Practice,
    at: At,
    title: &str,
    planned: Timestamp,
    to: Option<Timestamp>,
) {
    let url = at.event(practice, &at.only(practice, title).await.id);
    let instance = match at {
        At::Caldav => return change_object(practice, &url, title, planned, to).await,
        At::Google => instance(practice, at, &format!("{url}/instances"), "items", planned).await,
        At::Microsoft => {
            let (from, to) = (planned - 24.hours(), planned + 24.hours());
            let url = format!("{url}/instances?startDateTime={from}&endDateTime={to}");
            instance(practice, at, &url, "value", planned).await
        }
    };
    let instance = at.event(practice, &instance);
    let request = match to {
        Some(to) => Request::patch(instance).json(&times(to)),
        None => Request::delete(instance),
    };
    at.write(practice, request).await;
}

/// The id of an occurrence that is where it was planned.
async fn instance(
    practice: &Practice,
    at: At,
    url: &str,
    list: &str,
    planned: Timestamp,
) -> String {
    let answer: Value = at
        .read(practice, || Request::get(url))
        .await
        .json()
        .unwrap();
    let is_planned = |item: &&Value| {
        let text = item["start"]["dateTime"].as_str().unwrap();
        // Graph says UTC beside it, Google has an offset in it.
        let start = text
            .parse()
            .or_else(|_| format!("{text}Z").parse::<Timestamp>());
        start.unwrap() == planned
    };
    let found = answer[list].as_array().unwrap().iter().find(is_planned);
    let found = found.unwrap_or_else(|| panic!("{at:?}: nothing at {planned} in {answer}"));
    found["id"].as_str().unwrap().to_owned()
}

/// CalDAV knows no occurrences: the object is read, changed and put back whole.
async fn change_object(
    practice: &Practice,
    url: &str,
    title: &str,
    planned: Timestamp,
    to: Option<Timestamp>,
) {
    let old = At::Caldav.read(practice, || Request::get(url)).await;
    let text = old.text().unwrap();
    let mut new = lines(text);
    if let Some(to) = to {
        let uid = vevents(text)[0].raw("UID").to_owned();
        let component = [
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{uid}"),
            "DTSTAMP:20260101T000000Z".to_owned(),
            ics("RECURRENCE-ID", planned),
            ics("DTSTART", to),
            ics("DTEND", to + 30.minutes()),
            format!("SUMMARY:{title}"),
            "END:VEVENT".to_owned(),
        ];
        let end = new.len() - 1;
        new.splice(end..end, component);
    } else {
        let rule = new
            .iter()
            .rposition(|line| line.starts_with("RRULE:"))
            .unwrap();
        new.insert(rule, ics("EXDATE", planned));
    }
    let new: String = new.iter().map(|line| format!("{line}\r\n")).collect();
    let request = Request::put(url)
        .header("if-match", old.header("etag").unwrap())
        .body("text/calendar; charset=utf-8", new);
    At::Caldav.write(practice, request).await;
}

async fn everywhere(
    practice: &Practice,
    what: &str,
    title: &str,
    first: Date,
    expected: &BTreeMap<i64, Timestamp>,
) {
    let expected: Vec<String> = expected.values().map(Timestamp::to_string).collect();
    until(what, HOP, async || {
        for at in ALL {
            let found = at
                .occurrences(practice, title, first - 7.days(), first + 50.days())
                .await;
            if found != expected {
                return Err(format!("{at:?} has {found:?} instead of {expected:?}"));
            }
        }
        Ok(())
    })
    .await;
}
