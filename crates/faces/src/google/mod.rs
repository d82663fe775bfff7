//! Google Calendar v3, as the discovery document and Google's guides have it, on local copies.
//!
//! A calendar's id is its slug, an event's id is the name that its maker gave it, or its copy's id in base32hex. One
//! event of the hub is a master and its exceptions here: `render` takes it apart, `edit` puts it together again and
//! changes only the units that the client changed.
//!
//! What real Google does differently: an incremental answer holds all parts of a changed series if it is not known what it was before; and
//! occurrences of an endless series are listed for two years ahead unless `timeMax` says otherwise.

mod acl;
mod batch;
mod body;
mod calendar_list;
mod calendars;
mod changes;
mod channels;
mod check;
mod colors;
mod condition;
mod conference;
mod edit;
mod entry;
mod events;
mod fault;
mod fields;
mod filter;
mod free_busy;
mod guests;
mod labels;
mod listing;
mod names;
mod overridden;
mod place;
mod query;
mod quick;
mod render;
mod scopes;
mod settings;
mod shape;
mod signed;
mod since;
mod special;
mod tokens;
mod updates;
mod writable;
mod write;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

pub use channels::{resource_id, resource_uri};
pub use fault::Fault;

use crate::{App, whole};

/// Largest request body, in bytes.
const BODY_MAX: usize = 4 << 20;

/// The router of this face: `/calendar/v3/…` and `/batch/calendar/v3`.
pub fn router(app: App) -> Router {
    let api = api(app);
    Router::new()
        .route("/batch/calendar/v3", post(batch::batch))
        .with_state(api.clone())
        .merge(api.clone())
        .layer(middleware::from_fn_with_state(api, overridden::read))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(whole::read))
}

fn api(app: App) -> Router {
    let event = get(events::get)
        .put(write::update)
        .patch(write::patch)
        .delete(write::delete);
    let calendar = Router::new()
        .route("/calendars", post(calendars::insert))
        .route(
            "/calendars/{calendar}",
            get(calendars::get)
                .put(changes::update)
                .patch(changes::patch)
                .delete(calendars::delete),
        )
        .route(
            "/calendars/{calendar}/events",
            get(events::list).post(write::insert),
        )
        .route(
            "/calendars/{calendar}/acl",
            get(acl::list).post(acl::insert),
        )
        .route(
            "/calendars/{calendar}/acl/watch",
            post(channels::watch_rules),
        )
        .route(
            "/calendars/{calendar}/acl/{rule}",
            get(acl::get)
                .put(acl::update)
                .patch(acl::patch)
                .delete(acl::delete),
        )
        .route(
            "/calendars/{calendar}/transferOwnership",
            post(calendars::transfer),
        )
        .route("/calendars/{calendar}/clear", post(quick::clear))
        .route("/calendars/{calendar}/events/import", post(write::import))
        .route("/calendars/{calendar}/events/quickAdd", post(quick::add))
        .route("/calendars/{calendar}/events/watch", post(channels::watch))
        .route("/calendars/{calendar}/events/{event}", event)
        .route(
            "/calendars/{calendar}/events/{event}/move",
            post(write::relocate),
        )
        .route(
            "/calendars/{calendar}/events/{event}/instances",
            get(events::instances),
        )
        .route("/channels/stop", post(channels::stop))
        .route("/colors", get(colors::get))
        .route("/freeBusy", post(free_busy::query))
        .merge(of_person())
        .fallback(fault::no_such_method)
        .method_not_allowed_fallback(fault::no_such_method)
        .layer(middleware::from_fn(fields::select))
        .with_state(app);
    Router::new().nest("/calendar/v3", calendar)
}

/// What people have for themselves: the list of calendars, and settings.
fn of_person() -> Router<App> {
    Router::new()
        .route(
            "/users/me/calendarList",
            get(calendar_list::list).post(calendar_list::insert),
        )
        .route("/users/me/calendarList/watch", post(channels::watch_list))
        .route(
            "/users/me/calendarList/{calendar}",
            get(calendar_list::get)
                .put(calendar_list::update)
                .patch(calendar_list::patch)
                .delete(calendar_list::delete),
        )
        .route("/users/me/settings", get(settings::list))
        .route("/users/me/settings/watch", post(channels::watch_settings))
        .route("/users/me/settings/{setting}", get(settings::get))
}
