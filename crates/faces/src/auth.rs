//! Who is asking: a session cookie, a bearer token, or (CalDAV) a user name with an app password.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};
use identity::Actor;

use crate::App;

/// Name of the session cookie. HttpOnly, SameSite=Lax.
pub const SESSION_COOKIE: &str = "kalends_session";

/// How somebody proved who they are.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// By a cookie, which browsers send along unasked: changes then need the CSRF header too.
    pub by_cookie: bool,
}

/// Finds out who is asking; `None` if nobody that we know.
pub async fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, identity::Error> {
    if let Some(value) = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
    {
        let actor = match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                app.identity.authenticate_bearer(token.trim()).await?
            }
            Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
                match basic(pair.trim()) {
                    Some((user, password)) => {
                        app.identity.authenticate_basic(&user, &password).await?
                    }
                    None => None,
                }
            }
            _ => None,
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
