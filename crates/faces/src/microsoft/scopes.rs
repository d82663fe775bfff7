//! What a program that a person let in may do: the delegated permissions that Graph's reference gives each method.
//!
//! `Calendars.ReadBasic` opens the list of calendars and free/busy, and no events: Graph would leave out their bodies.

use axum::http::Method;
use identity::{Actor, Kind};

use super::fault::Fault;
use crate::auth::{READ, WRITE};

const WRITING: [&str; 2] = ["calendars.readwrite", "calendars.readwrite.shared"];
const READING: [&str; 2] = ["calendars.read", "calendars.read.shared"];
const BASIC: [&str; 1] = ["calendars.readbasic"];
const PEOPLE: [&str; 5] = [
    "user.read",
    "user.readwrite",
    "user.readbasic.all",
    "user.read.all",
    "user.readwrite.all",
];
const MAILBOX: [&str; 2] = ["mailboxsettings.read", "mailboxsettings.readwrite"];

/// The actor with what this request takes, in the hub's own words, if their permissions allow it.
pub(super) fn allow(
    mut actor: Actor,
    method: &Method,
    segments: &[String],
) -> Result<Actor, Fault> {
    let is_program = matches!(actor.kind, Kind::Application { .. });
    let Some(scopes) = &mut actor.scopes else {
        return Ok(actor);
    };
    let has = |wanted: &[&str]| {
        let names = scopes.iter().map(|s| s.rsplit('/').next().unwrap_or(s));
        let mut names = names.map(str::to_ascii_lowercase);
        names.any(|name| wanted.contains(&name.as_str()))
    };
    let (reads, writes) = (has(&READING), has(&WRITING));
    let word = |s: &String| s.trim_end_matches("()").to_ascii_lowercase();
    let lower: Vec<String> = segments.iter().map(word).collect();
    let words: Vec<&str> = lower.iter().map(String::as_str).collect();
    let gets = *method == Method::GET;
    let open = match &words[..] {
        ["me"] => has(&PEOPLE),
        ["me", "mailboxsettings"] => has(&MAILBOX),
        ["subscriptions", ..] => reads || writes,
        [.., "getschedule" | "microsoft.graph.getschedule"] => reads || writes || has(&BASIC),
        ["me", "calendars" | "calendargroups" | "calendar"] | ["me", "calendars", _] if gets => {
            reads || writes || has(&BASIC)
        }
        _ if gets => reads || writes,
        _ => writes,
    };
    if is_program && !open {
        return Err(match &words[..] {
            ["me", ..] if words.len() == 1 => Fault::insufficient_privileges(),
            _ => Fault::denied(),
        });
    }
    if is_program {
        scopes.insert(READ.to_owned());
    }
    if writes && (!is_program || !gets) {
        scopes.insert(WRITE.to_owned());
    }
    Ok(actor)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn program(scopes: &[&str]) -> Actor {
        let kind = Kind::Application {
            client: "crm".to_owned(),
            user: hub::UserId(Uuid::nil()),
        };
        Actor {
            kind,
            scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
            ..Actor::system(hub::TenantId(Uuid::nil()))
        }
    }

    fn asked(scopes: &[&str], method: &Method, path: &str) -> Result<Actor, Fault> {
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        allow(program(scopes), method, &segments)
    }

    #[test]
    fn each_path_takes_its_permission() {
        let (get, post) = (Method::GET, Method::POST);
        for (scopes, method, path, open) in [
            (&["Calendars.ReadWrite"][..], &post, "me/events", true),
            (
                &["https://graph.microsoft.com/Calendars.Read"],
                &get,
                "me/events/x",
                true,
            ),
            (&["Calendars.Read"], &post, "me/events", false),
            (&["Calendars.Read"], &post, "subscriptions", true),
            (&["Calendars.ReadBasic"], &get, "me/calendars", true),
            (
                &["Calendars.ReadBasic"],
                &get,
                "me/calendars/x/events",
                false,
            ),
            (
                &["Calendars.ReadBasic"],
                &post,
                "me/calendar/getSchedule",
                true,
            ),
            (&["Calendars.ReadWrite"], &get, "me", false),
            (&["User.Read"], &get, "me", true),
            (&["User.Read", READ, WRITE], &get, "me/events", false),
            (
                &["https://www.googleapis.com/auth/calendar"],
                &get,
                "me/events",
                false,
            ),
            (&["MailboxSettings.Read"], &get, "me/mailboxSettings", true),
            (&["Calendars.Read"], &get, "me/mailboxSettings", false),
        ] {
            assert_eq!(
                asked(scopes, method, path).is_ok(),
                open,
                "{scopes:?} {method} {path}"
            );
        }
        let actor = asked(&["Calendars.ReadWrite"], &post, "me/events").unwrap();
        assert!(actor.may(READ) && actor.may(WRITE));
    }
}
