//! Configuration profiles for Apple's devices: the account of a device with its app password, so that nobody has to type it.
//! The password is in the request and in the answer, and is kept by nobody in between.

use std::fmt::Write as _;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::{Kind, User};
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Problem, extract::Path};
use crate::{App, auth};

/// Longest app password, in characters; ours are shorter.
const PASSWORD_MAX: usize = 200;
/// The media type by which the devices know it.
const PROFILE: &str = "application/x-apple-aspen-config";

/// The app password, as it was told when it was made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileForm)]
pub struct Secret {
    /// The app password.
    password: String,
}

/// A value of a property list, as far as profiles need them.
enum Value {
    Text(String),
    Whole(u16),
    Truth(bool),
    Dictionary(Vec<(&'static str, Value)>),
    List(Vec<Value>),
}

/// The profile for a device whose app password was just made. A form of a page may ask for it, without the header that other changes
/// need: nothing is changed here, and a device offers to install a profile only where a page leads to it.
#[utoipa::path(post, path = "/api/v1/app-passwords/{id}/kalends.mobileconfig", params(("id" = Uuid, Path)),
    request_body(content = Secret, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = String, content_type = "application/x-apple-aspen-config"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let user = person(&app, &headers).await?;
    let wrong = |_| Problem::field("password", "a form with the app password is needed");
    let secret: Secret = serde_html_form::from_bytes(&body).map_err(wrong)?;
    let all = app.identity.app_passwords(user.id).await?;
    let device = all.into_iter().find(|device| device.id == id);
    let device = device.ok_or_else(|| {
        let detail = "there is no such app password";
        Problem::new(StatusCode::NOT_FOUND, detail)
    })?;
    if secret.password.is_empty() || secret.password.chars().count() > PASSWORD_MAX {
        let detail = format!("the app password is needed: 1 to {PASSWORD_MAX} characters");
        return Err(Problem::field("password", detail));
    }
    let address = Url::parse(&app.public_url).ok();
    let address = address.filter(|url| url.host_str().is_some());
    let address = address.ok_or_else(|| {
        let detail = "the hub does not know its own address (server.public_url)";
        Problem::new(StatusCode::CONFLICT, detail)
    })?;
    let profile = profile(&address, &user, (id, &device.name), secret.password);
    let headers = [
        (header::CONTENT_TYPE, PROFILE),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"kalends.mobileconfig\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, list(&profile)).into_response())
}

/// The person who has signed in.
async fn person(app: &App, headers: &HeaderMap) -> Result<User, Problem> {
    let caller = auth::caller(app, headers).await?;
    let caller = caller.ok_or_else(Problem::unauthorized)?;
    let (Kind::Person(_), None) = (&caller.actor.kind, &caller.actor.scopes) else {
        let detail = "only a person who has signed in can do this, not a program";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    };
    let user = app.identity.user_of(&caller.actor).await?;
    user.ok_or_else(Problem::unauthorized)
}

/// Apple's Configuration Profile Reference: a profile with one payload, `com.apple.caldav.account`. Its identifiers come from that of the app
/// password, so that installing it again replaces it.
fn profile(address: &Url, user: &User, (id, device): (Uuid, &str), password: String) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let secure = address.scheme() == "https";
    let port = address.port_or_known_default().unwrap_or(443);
    let host = address.host_str().unwrap_or_default();
    let own = format!("dev.kalends.{id}");
    let account = vec![
        ("CalDAVAccountDescription", text("Kalends")),
        ("CalDAVHostName", text(host)),
        ("CalDAVPassword", Value::Text(password)),
        ("CalDAVPort", Value::Whole(port)),
        (
            "CalDAVPrincipalURL",
            Value::Text(format!("/caldav/principals/{}/", user.id)),
        ),
        ("CalDAVUseSSL", Value::Truth(secure)),
        ("CalDAVUsername", text(&user.email)),
        ("PayloadDisplayName", text("Kalends")),
        ("PayloadIdentifier", Value::Text(format!("{own}.caldav"))),
        ("PayloadType", text("com.apple.caldav.account")),
        ("PayloadUUID", Value::Text(named(id, "caldav"))),
        ("PayloadVersion", Value::Whole(1)),
    ];
    Value::Dictionary(vec![
        (
            "PayloadContent",
            Value::List(vec![Value::Dictionary(account)]),
        ),
        (
            "PayloadDescription",
            text(
                "Your calendars in Kalends. It holds a password for this device: delete the file when it is installed.",
            ),
        ),
        (
            "PayloadDisplayName",
            Value::Text(format!("Kalends: {device}")),
        ),
        ("PayloadIdentifier", Value::Text(own)),
        ("PayloadOrganization", text(host)),
        ("PayloadType", text("Configuration")),
        ("PayloadUUID", Value::Text(named(id, "profile"))),
        ("PayloadVersion", Value::Whole(1)),
    ])
}

/// A UUID of its own for each part.
fn named(id: Uuid, part: &str) -> String {
    Uuid::new_v5(&id, part.as_bytes())
        .hyphenated()
        .to_string()
        .to_uppercase()
}

/// A property list in XML.
fn list(root: &Value) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n",
    );
    write(&mut out, root);
    out.push_str("</plist>\n");
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Text(text) => element(out, "string", text),
        Value::Whole(number) => element(out, "integer", &number.to_string()),
        Value::Truth(true) => out.push_str("<true/>\n"),
        Value::Truth(false) => out.push_str("<false/>\n"),
        Value::Dictionary(entries) => {
            out.push_str("<dict>\n");
            for (key, value) in entries {
                element(out, "key", key);
                write(out, value);
            }
            out.push_str("</dict>\n");
        }
        Value::List(values) => {
            out.push_str("<array>\n");
            for value in values {
                write(out, value);
            }
            out.push_str("</array>\n");
        }
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    let _infallible = write!(out, "<{name}>");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    let _infallible = writeln!(out, "</{name}>");
}
