//! `events.quickAdd`, `calendars.clear`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use hub::Precondition;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Fault,
    place::{Place, primary},
    query::Query,
    signed::Signed,
    write::Request,
};
use crate::App;

/// Events are deleted by so many.
const BATCH: usize = 500;

/// An event of a sentence. Google reads times in it; here it begins with the next hour, and the sentence is its title.
pub(super) async fn add(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
) -> Result<Response, Fault> {
    let missing = || Fault::required("Required").at("parameter", "text");
    let text = query.get("text").map(str::trim).unwrap_or_default();
    let text = Some(text).filter(|text| !text.is_empty());
    let text = text.ok_or_else(missing)?.to_owned();
    let now = app.hub.clock().now();
    let hour = SignedDuration::from_hours(1);
    let start = Timestamp::from_second(now.as_second().div_euclid(3600) * 3600 + 3600);
    let start = start.unwrap_or(now);
    let end = start.saturating_add(hour).unwrap_or(start);
    let request = Request::new(app, actor, &calendar, query).await?;
    let zone = request.zone();
    let at = |at: Timestamp| json!({"dateTime": at.to_string(), "timeZone": zone});
    let event = json!({"summary": text, "start": at(start), "end": at(end)});
    request.make(&event).await
}

/// Deletes all events of the person's own calendar.
pub(super) async fn clear(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let all = app.hub.calendars(&actor).await?;
    let own = primary(&all, &place.email).map(|own| own.id);
    if own != Some(place.calendar.id) {
        return Err(Fault::invalid("Only the primary calendar can be cleared."));
    }
    loop {
        let events = app
            .hub
            .events(&actor, place.calendar.id, None, BATCH, false)
            .await?;
        if events.is_empty() {
            return Ok(StatusCode::NO_CONTENT);
        }
        for event in events {
            let delete = app.hub.delete_event(&actor, event.id, Precondition::None);
            match Box::pin(delete).await {
                // Somebody else was faster.
                Ok(()) | Err(hub::Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
