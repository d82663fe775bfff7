//! Double bookings: events that take up the same time in calendars that are linked.

use axum::{Json, extract::State};
use hub::{EventView, FirstBy, OverlapView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Problem, Signed, conflicts::cursor, extract::Query};
use crate::App;

/// Overlaps per page, unless fewer are asked for.
const PAGE: usize = 50;

/// Which overlaps.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// Only later ones: `next` of the page before.
    after: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// Overlaps that are not over, the next ones first.
#[derive(Serialize, ToSchema)]
#[schema(as = OverlapPage)]
pub struct Page {
    items: Vec<Overlap>,
    /// `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Two events that take up the same time in calendars that are linked.
#[derive(Serialize, ToSchema)]
pub struct Overlap {
    id: Uuid,
    /// The next stretch of time that both take up.
    start: String,
    end: String,
    /// End of the last stretch within the next half a year.
    until: String,
    /// How many stretches there are until then.
    times: u32,
    /// When this was found.
    found: String,
    /// What says who came first: `made` (when both were made, as they say themselves) or `seen` (one does not say, or both say the same: which came to Kalends first).
    #[schema(value_type = String)]
    rule: FirstBy,
    /// The same in a sentence.
    text: String,
    /// The event that came first.
    first: OverlapSide,
    second: OverlapSide,
}

/// One of the two events.
#[derive(Serialize, ToSchema)]
pub struct OverlapSide {
    event: Uuid,
    calendar: Uuid,
    title: String,
    /// When it was made, or, under the rule `seen`, came here.
    at: String,
}

impl From<OverlapView> for Overlap {
    fn from(view: OverlapView) -> Self {
        let row = view.row;
        let side = |event: EventView| OverlapSide {
            event: event.id.0,
            calendar: event.calendar.0,
            at: match row.rule {
                FirstBy::Made => event.event.created.unwrap_or(event.created),
                FirstBy::Seen => event.created,
            }
            .to_string(),
            title: event.event.title,
        };
        let text = match row.rule {
            FirstBy::Made => "It was made first, as both say themselves.",
            FirstBy::Seen => {
                "It came to Kalends first. When they were made does not tell: one does not say, or both say the same."
            }
        };
        Self {
            id: row.id,
            start: row.met.start.to_string(),
            end: row.met.end.to_string(),
            until: row.met.until.to_string(),
            times: row.met.times,
            found: row.found.to_string(),
            rule: row.rule,
            text: text.to_owned(),
            first: side(view.first),
            second: side(view.second),
        }
    }
}

/// Double bookings: events that take up the same time in linked calendars, the next ones first. They are found with the change that makes
/// them, and go with the one that ends them.
#[utoipa::path(get, path = "/api/v1/overlaps", params(Which),
    responses((status = 200, body = Page), (status = 400, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<Which>,
) -> Result<Json<Page>, Problem> {
    let after = query.after.as_deref();
    let after = after.map(|text| cursor("after", text)).transpose()?;
    let limit = query.limit.unwrap_or(PAGE);
    let page = app.hub.overlaps(&actor, after, limit).await?;
    Ok(Json(Page {
        items: page.items.into_iter().map(Into::into).collect(),
        next: page.next.map(|(at, id)| format!("{at}_{id}")),
    }))
}
