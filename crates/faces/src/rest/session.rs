//! Signing in, and who one is.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use identity::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem, Signed,
    extract::{Body, Query},
};
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
    /// Whether one can sign in with a password.
    has_password: bool,
}

/// What one signs in with.
#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    email: String,
    password: String,
}

/// A password to be set.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// The password so far. Not needed if there is none, nor within a day of signing in by a link from the terminal.
    current: Option<String>,
    /// The new one, 8 to 1024 bytes.
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
        has_password: user.password.is_some(),
    }))
}

/// Signs in with e-mail and password; the answer sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", request_body = SignIn,
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    Body(form): Body<SignIn>,
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

/// Sets the password that one signs in with. All other sessions end; the answer sets the cookie of a new one.
#[utoipa::path(put, path = "/api/v1/me/password", request_body = NewPassword,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn set_password(
    State(app): State<App>,
    Signed(actor): Signed,
    headers: HeaderMap,
    Body(form): Body<NewPassword>,
) -> Result<Response, Problem> {
    let (Kind::Person(user), None) = (&actor.kind, &actor.scopes) else {
        let detail = "only a person who has signed in can set their password, not a program";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    };
    let session = cookie(&headers, SESSION_COOKIE);
    let changed = app
        .identity
        .change_password(*user, form.current.as_deref(), session, form.password)
        .await?;
    if !changed {
        let detail = "this is not the password so far; whoever has forgotten it signs in by a link (kalends sign-in-link)";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail).at("current"));
    }
    if session.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let token = app.identity.begin_session(*user, SESSION_SECONDS).await?;
    let cookie = set_cookie(&app, &token, SESSION_SECONDS);
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
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
