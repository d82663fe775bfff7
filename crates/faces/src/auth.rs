//! Who is asking: a session cookie, a bearer token, or (CalDAV) a user name with an app password.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use identity::{Actor, User};
use jiff::Timestamp;

use crate::App;

/// Name of the session cookie. HttpOnly, SameSite=Lax.
pub const SESSION_COOKIE: &str = "kalends_session";
/// The scope that a token needs to see calendars and events.
pub const READ: &str = "calendar.read";
/// The scope that it needs to change them.
pub const WRITE: &str = "calendar.write";

/// How somebody proved who they are.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// By a cookie, which browsers send along unasked: changes then need the CSRF header too.
    pub by_cookie: bool,
}

/// Finds out who is asking; `None` if nobody that we know. An app password is none here: it is for [`device`].
pub async fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, identity::Error> {
    if headers.contains_key(header::AUTHORIZATION) {
        let actor = match credentials(headers, "bearer") {
            Some(token) => app.identity.authenticate_bearer(token).await?,
            None => None,
        };
        return Ok(actor.map(|actor| Caller {
            actor,
            by_cookie: false,
        }));
    }
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let actor = app.identity.authenticate_session(token).await?;
    Ok(actor.map(|actor| Caller {
        actor,
        by_cookie: true,
    }))
}

/// When the token of a request ends, if it is a program's.
pub async fn ends(app: &App, headers: &HeaderMap) -> Result<Option<Timestamp>, identity::Error> {
    let Some(token) = credentials(headers, "bearer") else {
        return Ok(None);
    };
    let info = app.identity.token_info(token).await?;
    Ok(info.and_then(|info| info.expires))
}

/// Who is asking over CalDAV: a device with an app password, or a program with a bearer token, for a person. A cookie counts
/// for nothing, since it comes along unasked.
pub async fn device(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<(Actor, User)>, identity::Error> {
    if let Some(pair) = credentials(headers, "basic") {
        return match basic(pair) {
            Some((user, password)) => app.identity.authenticate_basic(&user, &password).await,
            None => Ok(None),
        };
    }
    let Some(token) = credentials(headers, "bearer") else {
        return Ok(None);
    };
    let Some(actor) = app.identity.authenticate_bearer(token).await? else {
        return Ok(None);
    };
    let user = app.identity.user_of(&actor).await?;
    Ok(user.map(|user| (actor, user)))
}

/// What an Authorization header of this scheme holds.
fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (own, rest) = value.split_once(' ')?;
    own.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// User name and password of a Basic header (RFC 7617).
pub fn basic(pair: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(pair).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}
