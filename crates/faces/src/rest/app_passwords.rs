//! A person's app passwords: one for each device or program that speaks CalDAV.

use axum::{Json, extract::State, http::StatusCode};
use identity::AppPassword as Row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem,
    extract::{Body, Path},
    guard::Myself,
};
use crate::App;

/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// Most of them for one person.
const MANY: usize = 100;

/// An app password, without the password.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppPassword {
    id: Uuid,
    /// What the person calls the device.
    name: String,
    created: String,
    /// When it was last used, to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
}

/// An app password that was just made, with what a device asks for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewAppPassword {
    id: Uuid,
    /// What the person calls the device.
    name: String,
    created: String,
    /// The server's address.
    server: String,
    /// The user name.
    username: String,
    /// The password. Told once, here.
    password: String,
}

/// What it is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// What the person calls the device.
    name: String,
}

impl From<Row> for AppPassword {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created: row.created.to_string(),
            last_used: row.last_used.map(|at| at.to_string()),
        }
    }
}

/// One's app passwords, oldest first.
#[utoipa::path(get, path = "/api/v1/app-passwords",
    responses((status = 200, body = [AppPassword]), (status = 403, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Myself(user): Myself,
) -> Result<Json<Vec<AppPassword>>, Problem> {
    let all = app.identity.app_passwords(user.id).await?;
    Ok(Json(all.into_iter().map(Into::into).collect()))
}

/// Makes an app password. The answer has it, and nobody is told it again.
#[utoipa::path(post, path = "/api/v1/app-passwords", request_body = Device,
    responses((status = 201, body = NewAppPassword), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Myself(user): Myself,
    Body(device): Body<Device>,
) -> Result<(StatusCode, Json<NewAppPassword>), Problem> {
    let name = device.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let detail = format!("1 to {NAME_MAX} characters");
        return Err(Problem::field("name", detail));
    }
    if app.identity.app_passwords(user.id).await?.len() >= MANY {
        let detail = format!("there are {MANY} already; remove those that are not used");
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let password = app.hub.ids().token();
    let made = app
        .identity
        .keep_app_password(user.id, name, &password)
        .await?;
    let answer = NewAppPassword {
        id: made.id,
        name: made.name,
        created: made.created.to_string(),
        server: format!("{}caldav/", app.public_url),
        username: user.email,
        password,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Takes an app password away: the device is out, at once.
#[utoipa::path(delete, path = "/api/v1/app-passwords/{id}", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Myself(user): Myself,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    if app.identity.remove_app_password(user.id, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        let detail = "there is no such app password";
        Err(Problem::new(StatusCode::NOT_FOUND, detail))
    }
}
