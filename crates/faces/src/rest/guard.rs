//! What must be true of a request before it is looked at: somebody sent it, and meant to.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use hub::Precondition;
use identity::{Actor, Kind, User};

use super::Problem;
use crate::{App, auth};

/// The role of whoever administers the installation.
const OWNER: &str = "owner";
/// The header that browsers never send of themselves.
const CSRF_HEADER: &str = "x-kalends-csrf";

/// What a program that a person let in through a vendor's OAuth may ask for: what those scopes are about. The rest (links,
/// connections, conflicts, erasures …) is for people and for tokens that they made for it.
const FOR_PROGRAMS: [&str; 6] = [
    "me",
    "calendars",
    "events",
    "occurrences",
    "changes",
    "stream",
];

/// Somebody who has signed in.
pub struct Signed(pub Actor);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = auth::caller(app, &parts.headers)
            .await?
            .ok_or_else(Problem::unauthorized)?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if caller.by_cookie && !reads && !parts.headers.contains_key(CSRF_HEADER) {
            let detail = "changes made with the session cookie need the header X-Kalends-CSRF: 1";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        if let Kind::Application { .. } = caller.actor.kind {
            admit(&caller.actor, parts.uri.path())?;
        }
        Ok(Self(caller.actor))
    }
}

/// Refuses a program what it was not let in for.
fn admit(program: &Actor, path: &str) -> Result<(), Problem> {
    let rest = path.strip_prefix("/api/v1/").unwrap_or_default();
    let what = rest.split('/').next().unwrap_or_default();
    if !FOR_PROGRAMS.contains(&what) {
        let detail = "a program that was let in to use calendars may not do this";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    if what != "me" && !program.may(auth::READ) {
        let detail =
            "this program was not let in to see calendars (the scope calendar.read is missing)";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(())
}

/// The person who administers this installation, signed in or by a token of theirs that allows everything.
pub struct Administrator;

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Myself(user) =
            <Myself as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        if user.roles.iter().any(|role| role == OWNER) {
            return Ok(Self);
        }
        let detail = "only the owner of this installation can do this";
        Err(Problem::new(StatusCode::FORBIDDEN, detail))
    }
}

/// A person about whose own affairs it is: signed in, or by a token of theirs that allows everything.
pub struct Myself(pub User);

impl FromRequestParts<App> for Myself {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Signed(actor) =
            <Signed as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let (Kind::Person(_), None) = (&actor.kind, &actor.scopes) else {
            let detail = "only a person who has signed in can do this, not a program";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        };
        let user = app.identity.user_of(&actor).await?;
        Ok(Self(user.ok_or_else(Problem::unauthorized)?))
    }
}

impl OptionalFromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        Ok(
            <Self as FromRequestParts<App>>::from_request_parts(parts, app)
                .await
                .ok(),
        )
    }
}

/// An entity tag of a revision.
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// `If-Match`, which changes to events must carry.
pub fn if_match(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "send If-Match with the ETag that you read, or If-Match: * to change it whatever it is by now";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, detail));
    };
    let value = value.to_str().unwrap_or_default().trim();
    if value == "*" {
        return Ok(Precondition::None);
    }
    let tag = value.trim_start_matches("W/").trim_matches('"');
    // A tag that was never ours matches nothing.
    Ok(Precondition::Revision(tag.parse().unwrap_or(-1)))
}
