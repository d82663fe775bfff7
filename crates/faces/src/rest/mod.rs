//! The REST API, `/api/v1`: JSON, RFC 8984 events, RFC 9457 problems, OpenAPI at `/api/openapi.json`.

mod app_passwords;
mod apps;
mod calendars;
mod changes;
mod conflicts;
mod connections;
mod erasures;
mod events;
mod extract;
mod feeds;
mod filters;
mod guard;
mod held;
mod insight;
mod inviting;
mod links;
mod occurrences;
mod once;
mod openapi;
mod overlaps;
mod problem;
mod profiles;
mod runs;
mod session;
mod shares;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{any, get},
};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use apps::{check_app, end_orders};
pub use guard::Signed;
pub use problem::Problem;

use crate::App;

/// Largest request body, in bytes.
const BODY_MAX: usize = 4 << 20;

/// All routes with their description.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::begun())
        .routes(routes!(session::me))
        .routes(routes!(session::set_password))
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(app_passwords::list, app_passwords::create))
        .routes(routes!(app_passwords::remove))
        .routes(routes!(profiles::create))
        .routes(routes!(apps::list, apps::create))
        .routes(routes!(apps::remove))
        .routes(routes!(connections::providers))
        .routes(routes!(connections::list, connections::connect))
        .routes(routes!(connections::disconnect))
        .routes(routes!(connections::sync_now))
        .routes(routes!(calendars::list, calendars::create))
        .routes(routes!(calendars::update, calendars::remove))
        .routes(routes!(shares::list, shares::create))
        .routes(routes!(shares::remove))
        .routes(routes!(feeds::list, feeds::create))
        .routes(routes!(feeds::change, feeds::remove))
        .routes(routes!(feeds::rotate))
        .routes(routes!(calendars::confirm_held))
        .routes(routes!(calendars::dismiss_held))
        .routes(routes!(occurrences::list))
        .routes(routes!(events::list, events::create))
        .routes(routes!(
            events::read,
            events::put,
            events::patch,
            events::remove
        ))
        .routes(routes!(occurrences::patch, occurrences::remove))
        .routes(routes!(insight::why))
        .routes(routes!(insight::activity))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::read))
        .routes(routes!(conflicts::decide))
        .routes(routes!(conflicts::undo))
        .routes(routes!(held::list))
        .routes(routes!(held::confirm))
        .routes(routes!(held::dismiss))
        .routes(routes!(held::approve))
        .routes(routes!(overlaps::list))
        .routes(routes!(erasures::create))
        .routes(routes!(erasures::preview))
        .routes(routes!(insight::undo))
        .routes(routes!(runs::list))
        .routes(routes!(runs::undo))
        .routes(routes!(links::list, links::create))
        .routes(routes!(links::preview))
        .routes(routes!(links::change, links::remove))
        .routes(routes!(links::preview_change))
        .routes(routes!(links::waiting))
        .routes(routes!(changes::list))
        .routes(routes!(changes::stream))
}

/// The OpenAPI document.
pub fn document() -> Value {
    openapi::finished(&routes().split_for_parts().1)
}

/// The router of this face.
pub fn router(app: App) -> Router {
    let (router, described) = routes().split_for_parts();
    let document = openapi::finished(&described);
    router
        .route("/welcome", get(session::welcome))
        .route("/oauth/callback", get(connections::callback))
        .route(
            "/api/openapi.json",
            get(move || async move { Json(document) }),
        )
        .route("/api/{*path}", any(unknown))
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(app)
}

/// For addresses under `/api` that are none.
async fn unknown() -> Problem {
    let detail = "there is nothing at this address; /api/openapi.json lists what there is";
    Problem::new(StatusCode::NOT_FOUND, detail)
}

/// For addresses that do not take this method.
async fn not_so() -> Problem {
    let detail = "this address does not take this method; /api/openapi.json lists what it takes";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}
