//! Google Calendar v3.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Fallible,
    client::{Ask, Client},
    workload::{some, visit},
};

const EVENTS: &str = "calendar/v3/calendars/primary/events";

/// Prints the figures.
pub async fn run(client: &Client, count: usize) -> Fallible {
    let asks: Fallible<Vec<Ask>> = (0..count).map(insert).collect();
    let made = client.measure("events.insert", asks?).await?;
    let ids: Vec<&str> = made
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    let few = count / 5;
    let gets = some(few, count).map(|n| Ask::get(format!("{EVENTS}/{}", ids[n])));
    client.measure("events.get", gets.collect()).await?;
    let patch = |n: usize, what: &str| {
        let body = json!({"summary": format!("Visit {n}, {what}")});
        Ask::with(Method::PATCH, format!("{EVENTS}/{}", ids[n]), body)
    };
    client
        .measure(
            "events.patch",
            some(few, count).map(|n| patch(n, "moved")).collect(),
        )
        .await?;
    let first = format!("{EVENTS}?maxResults=250");
    let next = |page: &Value| {
        let token = page["nextPageToken"].as_str()?;
        Some(format!("{EVENTS}?maxResults=250&pageToken={token}"))
    };
    let last = client
        .pages("events.list, all, pages of 250", Ask::get(first), next)
        .await?;
    let token = last["nextSyncToken"].as_str().ok_or("no nextSyncToken")?;
    let month = format!(
        "{EVENTS}?singleEvents=true&orderBy=startTime&maxResults=2500&timeMin=2026-06-01T00:00:00Z&timeMax=2026-07-01T00:00:00Z"
    );
    let months = client
        .measure(
            "events.list, a month of single events",
            vec![Ask::get(month); 20],
        )
        .await?;
    let held = months[0]["items"].as_array().map_or(0, Vec::len);
    println!("    ({held} occurrences a page)");
    let series = ids.iter().step_by(10).take(few / 2);
    let instances = series.map(|id| Ask::get(format!("{EVENTS}/{id}/instances")));
    client
        .measure("events.instances, of ten", instances.collect())
        .await?;
    client
        .measure("ten changes", (3..13).map(|n| patch(n, "late")).collect())
        .await?;
    let changed = Ask::get(format!("{EVENTS}?syncToken={token}"));
    let told = client
        .measure(
            "events.list since a syncToken, ten changes",
            vec![changed; 200],
        )
        .await?;
    match told[0]["items"].as_array().map_or(0, Vec::len) {
        10 => Ok(()),
        other => Err(format!("{other} changes were told instead of ten").into()),
    }
}

fn insert(number: usize) -> Fallible<Ask> {
    let visit = visit(number)?;
    let mut body = json!({
        "summary": visit.title, "location": "Room 2", "description": "Bring the X-ray",
        "start": {"dateTime": visit.start.to_string(), "timeZone": "Europe/Berlin"},
        "end": {"dateTime": visit.end.to_string(), "timeZone": "Europe/Berlin"},
    });
    if visit.weekly {
        body["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=10"]);
    }
    Ok(Ask::with(Method::POST, EVENTS, body))
}
