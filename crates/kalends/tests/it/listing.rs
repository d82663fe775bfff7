//! What a provider lists of the Practice calendar, page by page.

use jiff::Timestamp;
use network::Request;
use serde_json::Value;

use crate::{
    apps::{At, Seen},
    ics::{objects, vevents},
    practice::Practice,
};

/// Events of a Google list; without the changed occurrences, unless the list is expanded.
pub async fn google_list(practice: &Practice, url: &str) -> Vec<Seen> {
    let expanded = url.contains("singleEvents");
    let (mut seen, mut page) = (Vec::new(), String::new());
    loop {
        let answer = At::Google
            .read(practice, || Request::get(format!("{url}{page}")))
            .await;
        let answer: Value = answer.json().unwrap();
        for item in answer["items"].as_array().unwrap() {
            if item["status"] == "cancelled" || (!expanded && item["recurringEventId"].is_string())
            {
                continue;
            }
            let start = match item["start"]["dateTime"].as_str() {
                Some(text) => text.parse::<Timestamp>().unwrap().to_string(),
                None => item["start"]["date"].as_str().unwrap().to_owned(),
            };
            seen.push(listed(item, "summary", start));
        }
        match answer["nextPageToken"].as_str() {
            Some(token) => page = format!("&pageToken={token}"),
            None => return seen,
        }
    }
}

/// Events of a Graph list.
pub async fn microsoft_list(practice: &Practice, url: String) -> Vec<Seen> {
    let (mut seen, mut next) = (Vec::new(), Some(url));
    while let Some(url) = next {
        let answer = At::Microsoft.read(practice, || Request::get(&url)).await;
        let answer: Value = answer.json().unwrap();
        for item in answer["value"].as_array().unwrap() {
            // Without a `Prefer: outlook.timezone` Graph answers in UTC.
            let (local, zone) = (&item["start"]["dateTime"], &item["start"]["timeZone"]);
            assert_eq!(zone, "UTC");
            let local = local.as_str().unwrap();
            let start = match item["isAllDay"].as_bool() {
                Some(true) => local[..10].to_owned(),
                _ => format!("{local}Z")
                    .parse::<Timestamp>()
                    .unwrap()
                    .to_string(),
            };
            seen.push(listed(item, "subject", start));
        }
        next = answer["@odata.nextLink"].as_str().map(str::to_owned);
    }
    seen
}

fn listed(item: &Value, title: &str, start: String) -> Seen {
    let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
    Seen {
        id: text("id"),
        title: text(title),
        start,
    }
}

/// The calendar's events; those of a range, expanded, if one is given.
pub async fn caldav_list(practice: &Practice, range: &str) -> Vec<Seen> {
    let (expand, only) = match range {
        "" => (String::new(), String::new()),
        range => (
            format!("<c:expand {range}/>"),
            format!("<c:time-range {range}/>"),
        ),
    };
    let query = format!(
        "<c:calendar-query xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><c:calendar-data>{expand}\
         </c:calendar-data></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">{only}\
         </c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    );
    let url = At::Caldav.calendar(practice);
    let report = || {
        Request::report(&url)
            .header("depth", "1")
            .body("application/xml", query.clone())
    };
    let answer = At::Caldav.read(practice, report).await;
    let mut seen = Vec::new();
    for (path, object) in objects(answer.text().unwrap()) {
        for event in vevents(&object) {
            if !range.is_empty() || !event.is_override() {
                seen.push(Seen {
                    id: path.clone(),
                    title: event.title(),
                    start: event.start(),
                });
            }
        }
    }
    seen
}
