//! Programs that people may let in through Google's or Microsoft's OAuth: registered by the administrator.

use axum::{Json, extract::State, http::StatusCode};
use identity::oauth::{Client, NewClient};
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;

use super::{
    Problem,
    extract::{Body, Path},
    guard::Administrator,
};
use crate::{
    App as Faces,
    auth::{READ, WRITE},
};

/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// Most redirect URIs of a program, and most scopes.
const MANY: usize = 20;
/// Longest redirect URI or scope, in bytes.
const TEXT_MAX: usize = 2_000;
/// Most programs.
const APPS_MAX: usize = 1_000;

/// A registered program.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// Its `client_id`.
    id: String,
    /// What people are shown when they are asked to let it in.
    name: String,
    /// Where it gets its codes: exactly these addresses. A program without a secret chooses the port on loopback addresses
    /// itself (RFC 8252).
    redirect_uris: Vec<String>,
    /// What it may ask people for: `calendar.read`, `calendar.write` (which includes reading), or scopes as Google and
    /// Microsoft write them. Empty: everything.
    scopes: Vec<String>,
    /// Whether it has a secret: a program on a server has, one on people's own devices cannot keep any.
    confidential: bool,
    created: String,
    /// Its `client_secret`. Told once, when it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A program to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewApp)]
pub struct New {
    /// What people are shown when they are asked to let it in.
    name: String,
    /// Where it gets its codes: https, or http on loopback; without a secret also a scheme of its own (`com.example.app:/back`).
    redirect_uris: Vec<String>,
    /// What it may ask people for. Nothing here: everything.
    #[serde(default)]
    scopes: Vec<String>,
    /// Whether it gets a secret (the default).
    #[serde(default = "yes")]
    confidential: bool,
}

fn yes() -> bool {
    true
}

impl App {
    fn of(client: Client, secret: Option<String>) -> Self {
        Self {
            id: client.id,
            name: client.name,
            redirect_uris: client.redirect_uris,
            scopes: client.scopes,
            confidential: client.secret_hash.is_some(),
            created: client.created.to_string(),
            secret,
        }
    }
}

/// The registered programs, oldest first.
#[utoipa::path(get, path = "/api/v1/apps", responses((status = 200, body = [App]), (status = 403, body = Problem)))]
pub(super) async fn list(
    State(app): State<Faces>,
    _: Administrator,
) -> Result<Json<Vec<App>>, Problem> {
    let all = app.identity.clients().await?.into_iter();
    Ok(Json(all.map(|client| App::of(client, None)).collect()))
}

/// Registers a program. The answer has its secret, which nobody is told again.
#[utoipa::path(post, path = "/api/v1/apps", request_body = New,
    responses((status = 201, body = App), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn create(
    State(app): State<Faces>,
    _: Administrator,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<App>), Problem> {
    if app.identity.clients().await?.len() >= APPS_MAX {
        let detail = format!("there are {APPS_MAX} programs already");
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let id = app.hub.ids().uuid().to_string();
    let secret = new.confidential.then(|| app.hub.ids().token());
    let client = NewClient {
        id: id.clone(),
        secret: secret.clone(),
        name: new.name.trim().to_owned(),
        redirect_uris: new.redirect_uris,
        scopes: new.scopes,
    };
    check(&client)?;
    app.identity.register_client(client).await?;
    let made = app.identity.client(&id).await?;
    let made = made.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "it was removed again"))?;
    Ok((StatusCode::CREATED, Json(App::of(made, secret))))
}

/// Removes a program: whoever has let it in has it let out again, at once.
#[utoipa::path(delete, path = "/api/v1/apps/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(app): State<Faces>,
    _: Administrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if !app.identity.remove_client(&id).await? {
        let detail = "there is no such program";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    }
    end_orders(&app, &id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends what a program that is gone has ordered. Orders of which it wants to hear how they end are left to whoever delivers,
/// who ends them with that message.
pub async fn end_orders(app: &Faces, program: &str) {
    for watcher in app.watchers.list().await {
        if watcher.program.as_deref() == Some(program) && watcher.terms.lifecycle.is_none() {
            app.watchers.close(watcher.id).await;
        }
    }
}

/// What is wrong with a program that is to be registered, in words.
pub fn check_app(new: &NewClient) -> Result<(), String> {
    check(new).map_err(|problem| problem.to_string())
}

fn check(new: &NewClient) -> Result<(), Problem> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let detail = format!("1 to {NAME_MAX} characters");
        return Err(Problem::field("name", detail));
    }
    if !(1..=MANY).contains(&new.redirect_uris.len()) {
        let detail = format!("1 to {MANY} addresses");
        return Err(Problem::field("redirectUris", detail));
    }
    for (place, uri) in new.redirect_uris.iter().enumerate() {
        check_redirect(uri, new.secret.is_some())
            .map_err(|detail| Problem::field(format!("redirectUris[{place}]"), detail))?;
    }
    let right = |scope: &String| {
        matches!(scope.as_str(), READ | WRITE)
            || (!scope.is_empty()
                && scope.len() <= TEXT_MAX
                && scope.bytes().all(|b| b.is_ascii_graphic()))
    };
    if new.scopes.len() > MANY || !new.scopes.iter().all(right) {
        let detail = format!("at most {MANY}, each a word such as {READ} or Calendars.Read");
        return Err(Problem::field("scopes", detail));
    }
    Ok(())
}

/// Whether codes may be sent there (RFC 9700 2.1, RFC 8252 7).
fn check_redirect(text: &str, confidential: bool) -> Result<(), &'static str> {
    let Ok(url) = Url::parse(text) else {
        return Err("is no address such as https://crm.example.com/oauth/back");
    };
    if text.len() > TEXT_MAX || text.contains('*') {
        return Err("is too long, or has a *: codes are sent to this very address");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must have neither # nor user name nor password");
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err("must begin with https://, except on this machine"),
        // A scheme of the program's own is a name that it owns, turned round.
        own if !confidential && own.contains('.') => Ok(()),
        _ => Err("must begin with https://"),
    }
}

#[cfg(test)]
mod tests {
    use super::check_redirect;

    #[test]
    fn codes_are_sent_over_tls_or_to_the_same_machine() {
        for (uri, confidential, right) in [
            ("https://crm.example.com/back?x=1", true, true),
            ("http://localhost:8080/back", true, true),
            ("http://127.0.0.1/", false, true),
            ("http://crm.example.com/back", true, false),
            ("http://localhost.example.com/", true, false),
            ("https://crm.example.com/#x", true, false),
            ("https://*.example.com/", true, false),
            ("https://a@example.com/", true, false),
            ("com.example.app:/back", false, true),
            ("com.example.app:/back", true, false),
            ("javascript:alert(1)", false, false),
            ("data:text/html,x", false, false),
            ("/back", true, false),
        ] {
            assert_eq!(check_redirect(uri, confidential).is_ok(), right, "{uri}");
        }
    }
}
