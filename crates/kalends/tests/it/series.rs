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

pub const ZONE: &str = "Europe/Berlin";
/// How long a series is, unless a test says otherwise.
pub const WEEKS: i64 = 6;

/// Made at each provider in turn. One occurrence is moved and one cancelled where it was made, one moved at one copy and one
/// cancelled at the other; every provider's own expansion shows the same. Then it is deleted at a copy.
pub async fn a_series_with_exceptions_goes_every_way(practice: &Practice) {
    for (n, origin) in (5..).zip(ALL) {
        let title = format!("Series of {origin:?}");
        let [one, other] = origin.others();
        let first = day(n);
        let planned = |week: i64| local(first + week.weeks(), 9);
        let later = |week: i64| local(first + week.weeks() + 1.day(), 14);
        create(practice, origin, &title, planned(0), &weekly(WEEKS)).await;
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
                let edit = Edit::Move(later(week));
                change(practice, at, &title, planned(week), &edit).await;
                expected.insert(week, later(week));
            } else {
                change(practice, at, &title, planned(week), &Edit::Cancel).await;
                expected.remove(&week);
            }
            looks(&format!("week {week} changed at {at:?}"), &expected).await;
        }
        other.delete(practice, &title).await;
        looks("deleted", &BTreeMap::new()).await;
    }
}

/// What is done to one occurrence.
pub enum Edit {
    Move(Timestamp),
    Rename(String),
    Cancel,
}

/// A weekly rule.
pub fn weekly(count: i64) -> String {
    format!("FREQ=WEEKLY;COUNT={count}")
}

pub fn local(date: Date, hour: i8) -> Timestamp {
    date.at(hour, 0, 0, 0).in_tz(ZONE).unwrap().timestamp()
}

pub fn ics(name: &str, at: Timestamp) -> String {
    let zoned = at.in_tz(ZONE).unwrap();
    format!("{name};TZID={ZONE}:{}", zoned.strftime("%Y%m%dT%H%M%S"))
}

pub fn times(at: Timestamp) -> Value {
    let zoned = |at: Timestamp| {
        let local = at.in_tz(ZONE).unwrap().datetime().to_string();
        json!({ "dateTime": local, "timeZone": ZONE })
    };
    json!({ "start": zoned(at), "end": zoned(at + 30.minutes()) })
}

/// Makes a series, as that provider's apps do. Graph takes no rule: there it is weekly, as often as `rule` counts, or until the
/// day that it says.
pub async fn create(practice: &Practice, at: At, title: &str, start: Timestamp, rule: &str) {
    let calendar = at.calendar(practice);
    let mut event = times(start);
    let request = match at {
        At::Google => {
            event["summary"] = json!(title);
            event["recurrence"] = json!([format!("RRULE:{rule}")]);
            Request::post(format!("{calendar}/events")).json(&event)
        }
        At::Microsoft => {
            event["subject"] = json!(title);
            event["recurrence"] = recurrence(start, rule);
            Request::post(format!("{calendar}/events")).json(&event)
        }
        At::Caldav => {
            let (from, to) = (ics("DTSTART", start), ics("DTEND", start + 30.minutes()));
            let name = title.replace(' ', "-").to_lowercase();
            let object = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acceptance//EN\r\nBEGIN:VEVENT\r\nUID:{name}@acceptance\r\n\
                 DTSTAMP:20260101T000000Z\r\n{from}\r\n{to}\r\nRRULE:{rule}\r\nSUMMARY:{title}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n"
            );
            Request::put(format!("{calendar}{name}.ics"))
                .header("if-none-match", "*")
                .body("text/calendar; charset=utf-8", object)
        }
    };
    at.write(practice, request).await;
}

/// Changes the occurrence that is planned for a moment, as that provider's apps do.
pub async fn change(practice: &Practice, at: At, title: &str, planned: Timestamp, edit: &Edit) {
    let url = at.event(practice, &at.only(practice, title).await.id);
    let instance = match at {
        At::Caldav => {
            let change = |lines: &mut Vec<String>| change_lines(lines, title, planned, edit);
            return change_object(practice, &url, change).await;
        }
        At::Google => instance(practice, at, &format!("{url}/instances"), "items", planned).await,
        At::Microsoft => {
            let (from, to) = (planned - 24.hours(), planned + 24.hours());
            let url = format!("{url}/instances?startDateTime={from}&endDateTime={to}");
            instance(practice, at, &url, "value", planned).await
        }
    };
    let instance = at.event(practice, &instance);
    let name = if at == At::Google {
        "summary"
    } else {
        "subject"
    };
    let request = match edit {
        Edit::Move(to) => Request::patch(instance).json(&times(*to)),
        Edit::Rename(title) => Request::patch(instance).json(&json!({ name: title })),
        Edit::Cancel => Request::delete(instance),
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
pub async fn change_object(practice: &Practice, url: &str, change: impl FnOnce(&mut Vec<String>)) {
    let old = At::Caldav.read(practice, || Request::get(url)).await;
    let mut new = lines(old.text().unwrap());
    change(&mut new);
    let new: String = new.iter().map(|line| format!("{line}\r\n")).collect();
    let request = Request::put(url)
        .header("if-match", old.header("etag").unwrap())
        .body("text/calendar; charset=utf-8", new);
    At::Caldav.write(practice, request).await;
}

/// The lines of an object with one occurrence changed.
fn change_lines(lines: &mut Vec<String>, title: &str, planned: Timestamp, edit: &Edit) {
    let (start, title) = match edit {
        Edit::Cancel => {
            let exdate = ics("EXDATE", planned);
            return lines.insert(place_of_rule(lines), exdate);
        }
        Edit::Move(to) => (*to, title),
        Edit::Rename(title) => (planned, &**title),
    };
    let uid = vevents(&lines.join("\r\n"))[0].raw("UID").to_owned();
    let component = [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        "DTSTAMP:20260101T000000Z".to_owned(),
        ics("RECURRENCE-ID", planned),
        ics("DTSTART", start),
        ics("DTEND", start + 30.minutes()),
        format!("SUMMARY:{title}"),
        "END:VEVENT".to_owned(),
    ];
    let end = lines.len() - 1;
    lines.splice(end..end, component);
}

/// Which line has the rule.
pub fn place_of_rule(lines: &[String]) -> usize {
    let is_rule = |line: &String| line.starts_with("RRULE:");
    lines.iter().rposition(is_rule).unwrap()
}

/// Gives a series another rule, as that provider's apps do.
pub async fn repeat(practice: &Practice, at: At, title: &str, start: Timestamp, rule: &str) {
    let url = at.event(practice, &at.only(practice, title).await.id);
    let body = match at {
        At::Google => json!({ "recurrence": [format!("RRULE:{rule}")] }),
        At::Microsoft => json!({ "recurrence": recurrence(start, rule) }),
        At::Caldav => {
            let change = |lines: &mut Vec<String>| {
                let place = place_of_rule(lines);
                lines[place] = format!("RRULE:{rule}");
            };
            return change_object(practice, &url, change).await;
        }
    };
    at.write(practice, Request::patch(url).json(&body)).await;
}

/// A weekly rule in Graph's words.
fn recurrence(start: Timestamp, rule: &str) -> Value {
    let value = |name: &str| {
        let mut parts = rule.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    assert_eq!(value("FREQ"), Some("WEEKLY"));
    let first = start.in_tz(ZONE).unwrap().date();
    let weekday = first.strftime("%A").to_string().to_lowercase();
    let interval: i64 = value("INTERVAL").unwrap_or("1").parse().unwrap();
    let mut range = json!({ "startDate": first.to_string(), "recurrenceTimeZone": ZONE });
    if let Some(count) = value("COUNT") {
        range["type"] = json!("numbered");
        range["numberOfOccurrences"] = json!(count.parse::<i64>().unwrap());
    } else {
        let until = Date::strptime("%Y%m%d", &value("UNTIL").unwrap()[..8]).unwrap();
        range["type"] = json!("endDate");
        range["endDate"] = json!(until.to_string());
    }
    json!({
        "pattern": { "type": "weekly", "interval": interval, "daysOfWeek": [weekday], "firstDayOfWeek": "monday" },
        "range": range,
    })
}

/// Waits until each provider's own expansion has exactly these occurrences of a title.
pub async fn everywhere(
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
