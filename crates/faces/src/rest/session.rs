//! Signing in, and who one is.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Problem, Signed};
use crate::{
    App,
    auth::{SESSION_COOKIE, cookie},
};

/// How long a session lives without being used, in seconds.
const SESSION_SECONDS: i64 = 30 * 86_400;

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    id: String,
    email: String,
    name: String,
    time_zone: String,
    roles: Vec<String>,
    /// Whether this is the demo, which has a page of its own at `/demo`.
    demo: bool,
}

/// What one signs in with.
#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    email: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct Welcome {
    token: String,
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(super) async fn me(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Me>, Problem> {
    let user = app
        .identity
        .user_of(&actor)
        .await?
        .ok_or_else(Problem::unauthorized)?;
    Ok(Json(Me {
        id: user.id.to_string(),
        email: user.email,
        name: user.name,
        time_zone: user.time_zone,
        roles: user.roles,
        demo: app.demo,
    }))
}

/// Signs in with e-mail and password; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", request_body = SignIn,
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    Json(form): Json<SignIn>,
) -> Result<Response, Problem> {
    match app
        .identity
        .sign_in(&form.email, &form.password, SESSION_SECONDS)
        .await?
    {
        Some(token) => Ok((
            StatusCode::NO_CONTENT,
            set_cookie(&app, &token, SESSION_SECONDS),
        )
            .into_response()),
        None => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "this e-mail address and password do not belong together",
        )),
    }
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = cookie(&headers, SESSION_COOKIE) {
        app.identity.sign_out(token).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie(&app, "", 0)).into_response())
}

/// A sign-in link from the terminal; works once.
pub(super) async fn welcome(
    State(app): State<App>,
    Query(query): Query<Welcome>,
) -> Result<Response, Problem> {
    match app.identity.welcome(&query.token, SESSION_SECONDS).await? {
        Some(token) => {
            Ok((set_cookie(&app, &token, SESSION_SECONDS), Redirect::to("/")).into_response())
        }
        // Used already: whoever is signed in goes on, everybody else signs in.
        None => Ok(Redirect::to("/").into_response()),
    }
}

fn set_cookie(
    app: &App,
    token: &str,
    seconds: i64,
) -> AppendHeaders<[(header::HeaderName, String); 1]> {
    let secure = if app.public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    AppendHeaders([(header::SET_COOKIE, cookie)])
}
