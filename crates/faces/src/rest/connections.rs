//! Accounts at providers.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use hub::{Auth, ConnectionId, Health, connections::PasswordAccount, links::Kept};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Path, Query},
    once::{Made, Making},
};
use crate::App;

/// A provider that can be connected.
#[derive(Serialize, ToSchema)]
pub struct Provider {
    id: String,
    name: String,
    /// `oauth`: on the provider's own page; `password`: with an address, a user name and an app password; `address`: with the
    /// address of a feed, and user name and password only where it asks for them.
    auth: String,
    presets: Vec<Preset>,
}

/// A well-known server.
#[derive(Serialize, ToSchema)]
pub struct Preset {
    name: String,
    url: String,
}

/// A connected account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    id: Uuid,
    provider: String,
    account: String,
    /// `ok`, `failing`, `reconnect` or `paused`.
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sync: Option<String>,
    /// Whether the provider notifies us; otherwise it is polled.
    push: bool,
    calendars: usize,
}

/// An account to be connected. For providers with `auth: password` the other fields are needed, for those with `auth: address`
/// only `url`.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewConnection)]
pub struct Connect {
    provider: String,
    url: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

/// An account that is connected.
#[derive(Serialize, ToSchema)]
pub struct Connected {
    #[schema(value_type = Uuid)]
    id: ConnectionId,
}

/// Where to go to grant access.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Authorize {
    authorize_url: String,
}

/// What becomes of mirrored events.
#[derive(Deserialize, IntoParams)]
pub struct Mirrors {
    /// `keep` (they become ordinary events) or `remove`.
    mirrors: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

impl Mirrors {
    /// What the person chose.
    pub(super) fn kept(&self) -> Result<Kept, Problem> {
        match self.mirrors.as_deref() {
            None | Some("keep") => Ok(Kept::Keep),
            Some("remove") => Ok(Kept::Remove),
            Some(_) => Err(Problem::field("mirrors", "keep or remove")),
        }
    }
}

/// A state on the wire.
pub(super) fn health(health: Health) -> String {
    match health {
        Health::Ok => "ok",
        Health::Failing => "failing",
        Health::Reconnect => "reconnect",
        Health::Paused => "paused",
    }
    .to_owned()
}

/// What can be connected.
#[utoipa::path(get, path = "/api/v1/providers", responses((status = 200, body = [Provider])))]
pub(super) async fn providers(
    State(app): State<App>,
    Signed(_actor): Signed,
) -> Json<Vec<Provider>> {
    let all = app.hub.descriptions().into_iter().map(|d| Provider {
        id: d.id,
        name: d.name,
        auth: serde_json::to_value(d.auth)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default(),
        presets: d
            .presets
            .into_iter()
            .map(|p| Preset {
                name: p.name,
                url: p.url,
            })
            .collect(),
    });
    Json(all.collect())
}

/// Connected accounts.
#[utoipa::path(get, path = "/api/v1/connections", responses((status = 200, body = [Connection])))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
) -> Result<Json<Vec<Connection>>, Problem> {
    let calendars = app.hub.calendars(&actor).await?;
    let mut all = Vec::new();
    for row in app.hub.connections(&actor).await? {
        let mine: Vec<_> = calendars
            .iter()
            .filter(|c| c.connection == Some(row.id))
            .collect();
        let worst = mine.iter().find(|c| c.selected && c.health != Health::Ok);
        let state = if row.state == Health::Ok {
            worst.map_or(Health::Ok, |c| c.health)
        } else {
            row.state
        };
        all.push(Connection {
            id: row.id.0,
            provider: row.provider,
            account: row.account,
            state: health(state),
            message: row
                .message
                .or_else(|| worst.and_then(|c| c.message.clone())),
            last_sync: mine
                .iter()
                .filter_map(|c| c.last_sync)
                .max()
                .map(|t| t.to_string()),
            push: app.hub.is_pushed(&actor, row.id).await?,
            calendars: mine.len(),
        });
    }
    Ok(Json(all))
}

/// Connects an account: 202 with the page on which to grant access, or 201 when it is connected at once.
#[utoipa::path(post, path = "/api/v1/connections", request_body = Connect,
    responses((status = 201, body = Connected), (status = 202, body = Authorize), (status = 400, body = Problem), (status = 502, body = Problem)))]
pub(super) async fn connect(
    State(app): State<App>,
    Signed(actor): Signed,
    making: Making<Connect>,
) -> Result<Response, Problem> {
    let Making { form, key } = making;
    let by_address = app.hub.how_to_connect(&form.provider) == Some(Auth::Address);
    let or_none = |given: Option<String>| given.or_else(|| by_address.then(String::new));
    let Some(password) = or_none(form.password) else {
        let redirect = format!("{}oauth/callback", app.public_url);
        let authorize_url = app.hub.authorize(&actor, &form.provider, &redirect).await?;
        return Ok((StatusCode::ACCEPTED, Json(Authorize { authorize_url })).into_response());
    };
    let need = |field: &str, value: Option<String>| {
        value.ok_or_else(|| Problem::field(field, "is needed"))
    };
    let account = PasswordAccount {
        url: need("url", form.url)?,
        username: need("username", or_none(form.username))?,
        provider: form.provider,
        password,
    };
    let answer = |id| Made::plain(&Connected { id }).kept();
    let made = app
        .hub
        .connect_password_once(&actor, account, key.as_ref(), answer)
        .await?;
    Made::given(&made)
}

/// Comes back from a provider's consent page. Whatever went wrong is told on the connections page, in `refused`.
pub(super) async fn callback(
    State(app): State<App>,
    signed: Option<Signed>,
    query: Result<Query<Callback>, Problem>,
) -> Redirect {
    match accepted(&app, signed, query).await {
        Ok(()) => Redirect::to("/connections"),
        Err(problem) => {
            let told = utf8_percent_encode(problem.detail(), NON_ALPHANUMERIC);
            Redirect::to(&format!("/connections?refused={told}"))
        }
    }
}

async fn accepted(
    app: &App,
    signed: Option<Signed>,
    query: Result<Query<Callback>, Problem>,
) -> Result<(), Problem> {
    let Signed(actor) = signed.ok_or_else(|| {
        let detail = "you were signed out meanwhile: sign in, then connect again";
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    })?;
    let Query(query) = query?;
    match (query.error.as_deref(), query.state, query.code) {
        (Some("access_denied"), ..) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "access was not granted",
        )),
        (Some(error), ..) => {
            // A word of the protocol (RFC 6749, section 4.1.2.1), and nothing else that a page may have put there.
            let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            let error: String = error.chars().filter(word).take(60).collect();
            let detail = format!("the provider refused ({error}): connect again");
            Err(Problem::new(StatusCode::FORBIDDEN, detail))
        }
        (None, Some(state), Some(code)) => {
            app.hub.authorized(&actor, &state, &code).await?;
            Ok(())
        }
        _ => Err(Problem::field(
            "code",
            "the provider sent no code: connect again",
        )),
    }
}

/// Forgets an account. Nothing is deleted at its provider.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", params(("id" = Uuid, Path), Mirrors), responses((status = 204)))]
pub(super) async fn disconnect(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(mirrors): Query<Mirrors>,
) -> Result<StatusCode, Problem> {
    app.hub
        .disconnect(&actor, ConnectionId(id), mirrors.kept()?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the account's calendars now.
#[utoipa::path(post, path = "/api/v1/connections/{id}/sync", params(("id" = Uuid, Path)), responses((status = 202)))]
pub(super) async fn sync_now(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.hub.sync_now(&actor, ConnectionId(id)).await?;
    Ok(StatusCode::ACCEPTED)
}
