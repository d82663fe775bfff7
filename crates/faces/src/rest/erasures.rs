//! Erasing a person: what is kept of them, and having it erased.

use axum::{Json, extract::State};
use hub::erasure::{Account, Doing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Problem, Signed, extract::Body};
use crate::App;

/// Who is to be erased.
#[derive(Deserialize, ToSchema)]
pub struct Whom {
    /// Their mail address. What names them otherwise is not found.
    address: String,
}

/// What was found of a person, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct Erasure {
    /// Their mail address.
    address: String,
    /// How much was found and erased, by what it is.
    found: Vec<ErasedOf>,
    /// What is still there.
    remains: Vec<Remains>,
    /// How many more places there are than are named in `remains`.
    unnamed: u64,
}

/// How much of one thing was found and erased.
#[derive(Serialize, ToSchema)]
pub struct ErasedOf {
    /// `events`, `mirrors`, `deletedEvents`, `linkedEvents` (what links remember of deleted ones), `sightings` (what was seen at
    /// providers), `edits` (what can be undone), `conflicts`, `writes` (what was written to providers), `replies` (answers
    /// that are given again), or `enclosures` (what clients put beside events).
    #[schema(value_type = String)]
    what: hub::erasure::What,
    /// In how many the person was found.
    found: u64,
    /// From how many they were erased. The others are among `remains`, or were changed at the same moment.
    erased: u64,
}

/// Something that is still there.
#[derive(Serialize, ToSchema)]
pub struct Remains {
    /// `provider` (an event that a provider keeps), `mirror`, `decision` (a conflict waits for one), `write` (it is under way),
    /// `user`, `connection`, `calendar`, or `link`.
    #[serde(rename = "where")]
    #[schema(value_type = String)]
    place: hub::erasure::Where,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Uuid>,
    /// The event, conflict, write, connection, link or user.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What to do about it.
    text: String,
}

impl From<Account> for Erasure {
    fn from(account: Account) -> Self {
        let tallies = account.tallies.into_iter();
        let remains = account.remains.into_iter();
        Self {
            address: account.address,
            found: tallies
                .map(|(what, tally)| ErasedOf {
                    what,
                    found: tally.found,
                    erased: tally.erased,
                })
                .collect(),
            remains: remains
                .map(|one| Remains {
                    place: one.place,
                    calendar: one.calendar.map(|id| id.0),
                    id: one.subject,
                    title: one.title,
                    text: one.place.advice().to_owned(),
                })
                .collect(),
            unnamed: account.unnamed,
        }
    }
}

/// What is kept of a person, and what an erasure would leave. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/erasures/preview", request_body = Whom,
    responses((status = 200, body = Erasure), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn preview(
    State(app): State<App>,
    Signed(actor): Signed,
    Body(whom): Body<Whom>,
) -> Result<Json<Erasure>, Problem> {
    let account = app.hub.erase_person(&actor, &whom.address, Doing::Preview);
    Ok(Json(account.await?.into()))
}

/// Erases a person where Kalends is the keeper: from events in calendars without a provider, with their mirrors, and from all that
/// is kept of the past. Events of providers' calendars are left alone and named. There is no way back.
#[utoipa::path(post, path = "/api/v1/erasures", request_body = Whom,
    responses((status = 200, body = Erasure), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Body(whom): Body<Whom>,
) -> Result<Json<Erasure>, Problem> {
    let account = app.hub.erase_person(&actor, &whom.address, Doing::Erase);
    Ok(Json(account.await?.into()))
}
