//! `calendarView`, and what all listings share: windows, order, pages.

use std::cmp::Ordering;

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use calendar::Window;
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    call::Call,
    events,
    fault::Fault,
    fields,
    item::Items,
    odata::{at, compare},
    path::Which,
};

/// Items per page, unless the client says how many.
pub(super) const PAGE: usize = 10;
/// The longest window.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(1825 * 24);
/// Most occurrences that are expanded for one answer.
const OCCURRENCES_MAX: usize = 20_000;

/// Single events and occurrences in a window, in order of their start.
pub(super) async fn list(call: &Call, which: &Which) -> Result<Response, Fault> {
    let window = window(call)?;
    let calendar = call.calendar(which).await?;
    let items = Items::new(call, &calendar).expanded().await?;
    let events = call
        .app
        .hub
        .events_in(&call.actor, &[calendar.id], window)
        .await?;
    let mut found = Vec::new();
    for view in &events {
        for occurrence in items.occurrences(view, window) {
            let item = match occurrence.id {
                None => Some(items.whole(view)),
                Some(id) => items.instance(view, id),
            };
            found.extend(item.map(|item| (occurrence.start, item)));
            if found.len() > OCCURRENCES_MAX {
                return Err(Fault::range());
            }
        }
    }
    found.sort_by_key(|(start, _)| *start);
    let context = events::context(call, &calendar);
    let found = found.into_iter().map(|(_, item)| item).collect();
    Ok(listed(call, found, &context))
}

/// The window of a view: `startDateTime` and `endDateTime`, in UTC unless they say otherwise.
pub(super) fn window(call: &Call) -> Result<Window, Fault> {
    let at = |name: &str| {
        let missing = "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.";
        let text = call
            .query
            .parameter(name)
            .ok_or_else(|| Fault::parameter(missing))?;
        moment(text).ok_or_else(|| Fault::parameter(format!("{name} is not a moment in ISO 8601")))
    };
    let (from, to) = (at("startDateTime")?, at("endDateTime")?);
    if from > to {
        return Err(Fault::parameter("startDateTime is after endDateTime"));
    }
    if to.duration_since(from) > SPAN_MAX {
        return Err(Fault::range());
    }
    Ok(Window { from, to })
}

/// A moment as clients write it: with an offset (whose plus may have become a space), or without one.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.replace(' ', "+");
    let civil = || {
        let local: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(local).ok()
    };
    text.parse().ok().or_else(civil)
}

/// Filters, orders and pages whole items, then leaves of each what was asked for.
pub(super) fn listed(call: &Call, items: Vec<Map<String, Value>>, context: &str) -> Response {
    let items = items.into_iter().map(Value::Object).collect();
    paged(call, items, context, PAGE)
}

fn order(a: &Value, b: &Value, by: &[(String, bool)]) -> Ordering {
    by.iter()
        .map(|(path, descending)| {
            let order = compare(at(a, path), at(b, path)).unwrap_or(Ordering::Equal);
            if *descending { order.reverse() } else { order }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// One page of the items that the client wants, in its order and with the link to the next one; or how many there are.
pub(super) fn paged(call: &Call, mut items: Vec<Value>, context: &str, usual: usize) -> Response {
    if let Some(filter) = &call.query.filter {
        items.retain(|item| filter.holds(item));
    }
    if call.segments.last().is_some_and(|last| last == "$count") {
        let kind = [(header::CONTENT_TYPE, "text/plain")];
        return (kind, items.len().to_string()).into_response();
    }
    if !call.query.order.is_empty() {
        items.sort_by(|a, b| order(a, b, &call.query.order));
    }
    let (size, skip, all) = (call.page(usual), call.query.skip, items.len());
    let items = items.into_iter().skip(skip).take(size).collect();
    page(call, items, context, size, all)
}

/// A page of `size` items at most, of `all` that there are, with the link to the next one.
pub(super) fn page(
    call: &Call,
    mut items: Vec<Value>,
    context: &str,
    size: usize,
    all: usize,
) -> Response {
    let skip = call.query.skip;
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        fields::shape(item, &call.query);
    }
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), json!(context));
    if call.query.count {
        body.insert("@odata.count".to_owned(), json!(all));
    }
    body.insert("value".to_owned(), items.into());
    if skip.saturating_add(size) < all {
        let next = call.query.with("$skip", &(skip + size).to_string());
        let link = format!("{}{}?{next}", call.root, call.raw_path);
        body.insert("@odata.nextLink".to_owned(), json!(link));
    }
    preferred(call, Json(body).into_response())
}

/// Says which preferences were honoured.
pub(super) fn preferred(call: &Call, mut response: Response) -> Response {
    if let Some(applied) = call.prefer.applied() {
        response.headers_mut().insert("preference-applied", applied);
    }
    response
}
