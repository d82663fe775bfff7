//! The vendors' APIs on the hub itself, beside its REST API and its web app: every calendar of the hub, whoever its provider
//! is, through either of them.
//!
//! | Path | What is there |
//! |---|---|
//! | `/google/calendar/v3/…`, `/google/batch/calendar/v3` | Google Calendar |
//! | `/google/o/oauth2/v2/auth`, `/google/token`, … | Google's OAuth |
//! | `/microsoft/v1.0/…` | Microsoft Graph |
//! | `/microsoft/{tenant}/oauth2/v2.0/…` | Entra ID |
//! | `/caldav/…`, `/.well-known/caldav` | CalDAV |
//! | `/feeds/{secret}/{name}` | calendars that were published as feeds |

use axum::{Router, http::StatusCode, middleware, routing::any};

use crate::{App, caldav, cross_origin, feeds, google, microsoft, oauth};

/// Which of them are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Google Calendar and its OAuth.
    pub google: bool,
    /// Microsoft Graph and its OAuth.
    pub microsoft: bool,
    /// CalDAV.
    pub caldav: bool,
}

/// Their routes. Where one is closed there is nothing, and not the web app either.
pub fn router(app: &App, open: Open) -> Router {
    let mut router = feeds::router(app.clone());
    router = if open.google {
        router.nest("/google", google_at(app))
    } else {
        closed(router, "/google")
    };
    router = if open.microsoft {
        router.nest("/microsoft", microsoft_at(app))
    } else {
        closed(router, "/microsoft")
    };
    if open.caldav {
        router.merge(caldav::beside(app.clone()))
    } else {
        closed(router, "/caldav").route("/.well-known/caldav", any(nothing))
    }
}

fn closed(router: Router, at: &str) -> Router {
    let below = [at.to_owned(), format!("{at}/"), format!("{at}/{{*path}}")];
    let add = |router: Router, path: &String| router.route(path, any(nothing));
    below.iter().fold(router, add)
}

fn google_at(app: &App) -> Router {
    let app = app.below("google");
    let paths = oauth::Paths::google().of_the_hub();
    google::router(app.clone())
        .merge(oauth::router(app, paths))
        .fallback(nothing)
        .layer(middleware::from_fn(cross_origin::allow))
}

fn microsoft_at(app: &App) -> Router {
    let app = app.below("microsoft");
    let paths = oauth::Paths::microsoft().of_the_hub();
    microsoft::router(app.clone())
        .merge(oauth::router(app, paths))
        .fallback(nothing)
        .layer(middleware::from_fn(cross_origin::allow))
}

async fn nothing() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is nothing at this address.\n")
}
