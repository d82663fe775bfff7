//! Microsoft Graph v1.0.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Fallible,
    client::{Ask, Client},
    workload::{some, visit},
};

const EVENTS: &str = "v1.0/me/events";
const JUNE: &str = "startDateTime=2026-06-01T00:00:00Z&endDateTime=2026-07-01T00:00:00Z";
const YEAR: &str = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z";

/// Prints the figures.
pub async fn run(client: &Client, count: usize) -> Fallible {
    let asks: Fallible<Vec<Ask>> = (0..count).map(create).collect();
    let made = client.measure("POST events", asks?).await?;
    let ids: Vec<&str> = made
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    let few = count / 5;
    let gets = some(few, count).map(|n| Ask::get(format!("{EVENTS}/{}", ids[n])));
    client.measure("GET an event", gets.collect()).await?;
    let patch = |n: usize, what: &str| {
        let body = json!({"subject": format!("Visit {n}, {what}")});
        Ask::with(Method::PATCH, format!("{EVENTS}/{}", ids[n]), body)
    };
    client
        .measure(
            "PATCH an event",
            some(few, count).map(|n| patch(n, "moved")).collect(),
        )
        .await?;
    let first = Ask::get(format!("{EVENTS}?$top=250"));
    let next = |page: &Value| page["@odata.nextLink"].as_str().map(str::to_owned);
    client
        .pages("GET events, all, pages of 250", first, next)
        .await?;
    let month = Ask::get(format!("v1.0/me/calendarView?{JUNE}&$top=1000"));
    let months = client
        .measure("GET calendarView of a month", vec![month; 20])
        .await?;
    let held = months[0]["value"].as_array().map_or(0, Vec::len);
    println!("    ({held} occurrences a page)");
    let series = ids.iter().step_by(10).take(few / 2);
    let instances = series.map(|id| Ask::get(format!("{EVENTS}/{id}/instances?{YEAR}")));
    client
        .measure("GET instances, of ten", instances.collect())
        .await?;
    let first = Ask::get(format!("v1.0/me/calendarView/delta?{YEAR}"));
    let last = client
        .pages("calendarView/delta, a first round", first, next)
        .await?;
    let link = last["@odata.deltaLink"].as_str().ok_or("no deltaLink")?;
    client
        .measure("ten changes", (3..13).map(|n| patch(n, "late")).collect())
        .await?;
    let changed = Ask::get(link);
    let told = client
        .measure("calendarView/delta, ten changes", vec![changed; 200])
        .await?;
    match told[0]["value"].as_array().map_or(0, Vec::len) {
        0 => Err("no changes were told".into()),
        _ => Ok(()),
    }
}

fn create(number: usize) -> Fallible<Ask> {
    let visit = visit(number)?;
    let mut body = json!({
        "subject": visit.title, "location": {"displayName": "Room 2"},
        "body": {"contentType": "text", "content": "Bring the X-ray"},
        "start": {"dateTime": visit.start.to_string(), "timeZone": "Europe/Berlin"},
        "end": {"dateTime": visit.end.to_string(), "timeZone": "Europe/Berlin"},
    });
    if visit.weekly {
        let day = visit.start.strftime("%A").to_string().to_lowercase();
        body["recurrence"] = json!({
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day], "firstDayOfWeek": "monday"},
            "range": {"type": "numbered", "startDate": visit.start.date().to_string(), "numberOfOccurrences": 10},
        });
    }
    Ok(Ask::with(Method::POST, EVENTS, body))
}
