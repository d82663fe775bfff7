//! What a program that a person let in may do: each method of the API takes the scopes that Google's discovery document
//! gives it.
//!
//! Scopes that mean less than we could hold a program to (calendars that it made itself, public ones, events without
//! their content) open nothing.

use axum::http::Method;
use identity::{Actor, Kind};

use super::Fault;
use crate::auth::{READ, WRITE};

/// As the names of all scopes begin.
const PREFIX: &str = "https://www.googleapis.com/auth/calendar";

/// The actor with what this request takes, in the hub's own words, if their scopes allow it. People and their own tokens
/// are none of this API's business.
pub(super) fn allow(mut actor: Actor, method: &Method, path: &str) -> Result<Actor, Fault> {
    let (Kind::Application { .. }, Some(scopes)) = (&actor.kind, &mut actor.scopes) else {
        return Ok(actor);
    };
    let names = scopes.iter().filter_map(|scope| name(scope));
    if !names.into_iter().any(|name| opens(name, method, path)) {
        return Err(Fault::insufficient_scopes());
    }
    scopes.insert(READ.to_owned());
    if reads(method) {
        scopes.remove(WRITE);
    } else {
        scopes.insert(WRITE.to_owned());
    }
    Ok(actor)
}

/// What of a scope tells it from the others: `events.readonly`; empty for the one that allows everything.
fn name(scope: &str) -> Option<&str> {
    let rest = scope.strip_prefix(PREFIX)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('.')
    }
}

fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whether a scope opens a method of the API.
fn opens(name: &str, method: &Method, path: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    let path = path.strip_prefix("/calendar/v3").unwrap_or(path);
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let reading = |scopes: &[&str]| name == "readonly" || scopes.contains(&name);
    let events = ["events", "events.owned"];
    let seeing = ["events.readonly", "events.owned.readonly"];
    match (&segments[..], reads(method)) {
        (["freeBusy"], _) => reading(&["freebusy", "events.freebusy"]),
        (["users", "me", "settings", ..], _) => reading(&["settings", "settings.readonly"]),
        (["users", "me", "calendarList", ..], true)
        | (["users", "me", "calendarList", "watch"], false) => {
            reading(&["calendarlist", "calendarlist.readonly"])
        }
        (["users", "me", "calendarList", ..], false) => name == "calendarlist",
        // Its own channels, whatever they watch.
        (["channels", "stop"], _) => {
            let lists = ["acls", "calendarlist", "settings"];
            let all = events.iter().chain(&lists);
            reading(&seeing)
                || all
                    .copied()
                    .any(|one| name.trim_end_matches(".readonly") == one)
        }
        (
            ["calendars"] | ["calendars", _] | ["calendars", _, "clear" | "transferOwnership"],
            false,
        ) => name == "calendars",
        (["calendars", _, "acl", _], true) => reading(&["acls", "acls.readonly"]),
        (["calendars", _, "acl"], true) | (["calendars", _, "acl", "watch"], false) => {
            ["acls", "acls.readonly"].contains(&name)
        }
        (["calendars", _, "acl", ..], false) => name == "acls",
        (["calendars", _], true) => reading(&["calendars", "calendars.readonly"]),
        (["calendars", _, "events", "watch"], false) | (["calendars", _, "events", ..], true) => {
            reading(&seeing) || events.contains(&name)
        }
        (["calendars", _, "events", ..], false) => events.contains(&name),
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use identity::Actor;
    use uuid::Uuid;

    use super::*;

    fn program(scopes: &[&str]) -> Actor {
        let tenant = hub::TenantId(Uuid::nil());
        let kind = Kind::Application {
            client: "crm".to_owned(),
            user: hub::UserId(Uuid::nil()),
        };
        Actor {
            kind,
            scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
            ..Actor::system(tenant)
        }
    }

    #[test]
    fn a_request_takes_its_scope_and_gets_what_it_needs_in_our_words() {
        let events = "https://www.googleapis.com/auth/calendar.events";
        let path = "/calendars/c/events";
        let writes = allow(program(&[events]), &Method::POST, path).unwrap();
        assert!(writes.may(WRITE) && writes.may(READ));
        let reads = allow(program(&[events, WRITE]), &Method::GET, path).unwrap();
        assert!(!reads.may(WRITE) && reads.may(READ));
        for (scopes, method, path) in [
            (&[][..], Method::GET, path),
            (&["openid", WRITE, READ], Method::GET, path),
            (&["Calendars.ReadWrite"], Method::GET, path),
            (
                &["https://www.googleapis.com/auth/calendarevents"],
                Method::GET,
                path,
            ),
            (
                &["https://www.googleapis.com/auth/calendar.readonly"],
                Method::POST,
                path,
            ),
            (
                &["https://www.googleapis.com/auth/calendar.freebusy"],
                Method::GET,
                path,
            ),
            (&[events], Method::DELETE, "/calendars/c"),
        ] {
            assert!(
                allow(program(scopes), &method, path).is_err(),
                "{scopes:?} {path}"
            );
        }
        let person = Actor::person(hub::TenantId(Uuid::nil()), hub::UserId(Uuid::nil()));
        assert_eq!(allow(person.clone(), &Method::POST, path).unwrap(), person);
    }
}
