//! What a path means.

use super::fault::Fault;

/// Which calendar a path is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The mailbox's own one.
    Default,
    /// The one with this id.
    Id(String),
}

/// How somebody answers an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Tentative,
    Decline,
}

/// What else can be done with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Forward,
    DismissReminder,
    SnoozeReminder,
    /// There is no folder of deleted things from which it would have to go: a deletion like any other.
    PermanentDelete,
}

/// What a path is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Me,
    Calendars,
    Calendar(Which),
    Events(Which),
    /// `None`: in whatever calendar it is.
    Event(Option<Which>, String),
    Instances(Option<Which>, String),
    Answer(Option<Which>, String, Answer),
    Cancel(Option<Which>, String),
    /// How many events there are in a calendar: `$count`.
    Count(Which),
    Attachments(Option<Which>, String),
    Attachment(Option<Which>, String, String),
    /// What is in a file: `$value`.
    AttachmentValue(Option<Which>, String, String),
    Extensions(Option<Which>, String),
    Extension(Option<Which>, String, String),
    /// `forward`, `dismissReminder`, `snoozeReminder`, `permanentDelete`.
    Action(Option<Which>, String, Action),
    /// The calendar in which an event is.
    EventCalendar(Option<Which>, String),
    /// A calendar that goes for good, as all do here.
    Gone(Which),
    /// What somebody may be let do with a calendar.
    SharingRoles(Which, String),
    Schedule(Which),
    /// Whom a calendar is opened to.
    Permissions(Which),
    Permission(Which, String),
    Groups,
    Group(String),
    /// The calendars of a group.
    GroupCalendars(String),
    MailboxSettings,
    View(Which),
    Delta(Which),
    Subscriptions,
    Subscription(String),
    /// The same: its program proves again that it may be told.
    Reauthorize(String),
}

impl Resource {
    /// Reads the segments after `/v1.0/`, decoded. `/users/{id}` has become `/me` by then.
    pub(super) fn of(segments: &[String]) -> Result<Self, Fault> {
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let lower: Vec<String> = words
            .iter()
            .map(|w| function(w).to_ascii_lowercase())
            .collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match (&lower[..], &words[..]) {
            (["me"], _) => Ok(Self::Me),
            (["subscriptions"], _) => Ok(Self::Subscriptions),
            (["subscriptions", _], [_, id]) => Ok(Self::Subscription((*id).to_owned())),
            (["subscriptions", _, "reauthorize"], [_, id, _]) => {
                Ok(Self::Reauthorize((*id).to_owned()))
            }
            (["me", "calendars"] | ["me", "calendars", "$count"], _) => Ok(Self::Calendars),
            (["me", "calendar", rest @ ..], [_, _, words @ ..]) => {
                Self::of_calendar(&Which::Default, rest, words)
            }
            (["me", "calendars", _, rest @ ..], [_, _, id, words @ ..]) => {
                Self::of_calendar(&Which::Id((*id).to_owned()), rest, words)
            }
            (["me", "calendargroups"] | ["me", "calendargroups", "$count"], _) => Ok(Self::Groups),
            (["me", "calendargroups", _], [.., id]) => Ok(Self::Group((*id).to_owned())),
            (["me", "calendargroups", _, "calendars"], [.., id, _])
            | (["me", "calendargroups", _, "calendars", "$count"], [.., id, _, _]) => {
                Ok(Self::GroupCalendars((*id).to_owned()))
            }
            (
                ["me", "calendargroups", _, "calendars", _, rest @ ..],
                [_, _, _, _, id, words @ ..],
            ) => Self::of_calendar(&Which::Id((*id).to_owned()), rest, words),
            (["me", "mailboxsettings"], _) => Ok(Self::MailboxSettings),
            (["me", "events"], _) => Ok(Self::Events(Which::Default)),
            (["me", "events", "delta"], _) => Err(no_tracking()),
            (["me", "events", "$count"], _) => Ok(Self::Count(Which::Default)),
            (["me", "events", _, rest @ ..], [_, _, id, words @ ..]) => {
                Self::of_event(None, id, rest, words)
            }
            (["me", "calendarview", ..], [_, words @ ..]) => {
                Self::of_calendar(&Which::Default, &lower[1..], words)
            }
            _ => Err(elsewhere(&lower, &words)),
        }
    }

    fn of_calendar(which: &Which, lower: &[&str], words: &[&str]) -> Result<Self, Fault> {
        match (lower, words) {
            ([], _) => Ok(Self::Calendar(which.clone())),
            (["events"], _) => Ok(Self::Events(which.clone())),
            (["events", "delta"], _) => Err(no_tracking()),
            (["events", "$count"], _) => Ok(Self::Count(which.clone())),
            (["calendarview", "delta"], _) => Ok(Self::Delta(which.clone())),
            (["events", _, rest @ ..], [_, id, words @ ..]) => {
                Self::of_event(Some(which), id, rest, words)
            }
            (["calendarpermissions"] | ["calendarpermissions", "$count"], _) => {
                Ok(Self::Permissions(which.clone()))
            }
            (["permanentdelete"], _) => Ok(Self::Gone(which.clone())),
            ([_], [call]) if sharing(call).is_some() => {
                let whom = sharing(call).unwrap_or_default().to_owned();
                Ok(Self::SharingRoles(which.clone(), whom))
            }
            (["calendarpermissions", _], [_, id]) => {
                Ok(Self::Permission(which.clone(), (*id).to_owned()))
            }
            (["getschedule"], _) => Ok(Self::Schedule(which.clone())),
            (["calendarview"], _) => Ok(Self::View(which.clone())),
            _ => Err(Fault::path(lower.last().copied().unwrap_or_default())),
        }
    }
}

impl Resource {
    fn of_event(
        which: Option<&Which>,
        id: &str,
        lower: &[&str],
        words: &[&str],
    ) -> Result<Self, Fault> {
        let (which, id) = (which.cloned(), id.to_owned());
        let answered = |answer| Ok(Self::Answer(which.clone(), id.clone(), answer));
        let second = || words.get(1).copied().unwrap_or_default().to_owned();
        match lower {
            [] => Ok(Self::Event(which, id)),
            ["attachments"] | ["attachments", "$count"] => Ok(Self::Attachments(which, id)),
            ["attachments", _] => Ok(Self::Attachment(which, id, second())),
            ["attachments", _, "$value"] => Ok(Self::AttachmentValue(which, id, second())),
            ["calendar"] => Ok(Self::EventCalendar(which, id)),
            ["extensions"] | ["extensions", "$count"] => Ok(Self::Extensions(which, id)),
            ["extensions", _] => Ok(Self::Extension(which, id, second())),
            ["instances"] => Ok(Self::Instances(which, id)),
            ["accept"] => answered(Answer::Accept),
            ["tentativelyaccept"] => answered(Answer::Tentative),
            ["decline"] => answered(Answer::Decline),
            ["cancel"] => Ok(Self::Cancel(which, id)),
            ["permanentdelete"] => Ok(Self::Action(which, id, Action::PermanentDelete)),
            ["forward"] => Ok(Self::Action(which, id, Action::Forward)),
            ["dismissreminder"] => Ok(Self::Action(which, id, Action::DismissReminder)),
            ["snoozereminder"] => Ok(Self::Action(which, id, Action::SnoozeReminder)),
            _ => Err(Fault::path(lower.last().copied().unwrap_or_default())),
        }
    }
}

/// Of events as such v1.0 tracks no changes, only of those in a window.
fn no_tracking() -> Fault {
    Fault::option(
        "Unsupported request: Change tracking is not supported against 'microsoft.graph.event'.",
    )
}

/// Paths that Microsoft 365 has and a calendar server has not: as for a client without the permission.
fn elsewhere(lower: &[&str], words: &[&str]) -> Fault {
    const ROOTS: [&str; 11] = [
        "applications",
        "communications",
        "directory",
        "domains",
        "drives",
        "groups",
        "organization",
        "places",
        "sites",
        "teams",
        "users",
    ];
    const MAILBOX: [&str; 18] = [
        "calendarpermissions",
        "chats",
        "contactfolders",
        "contacts",
        "drive",
        "drives",
        "findmeetingtimes",
        "inferenceclassification",
        "joinedteams",
        "mailfolders",
        "manager",
        "memberof",
        "messages",
        "onenote",
        "onlinemeetings",
        "outlook",
        "people",
        "photo",
    ];
    let known = match lower {
        ["me", rest, ..] => MAILBOX.contains(rest),
        [root, ..] => ROOTS.contains(root),
        [] => false,
    };
    if known {
        Fault::denied()
    } else {
        Fault::path(words.get(1).or(words.first()).copied().unwrap_or_default())
    }
}

/// `delta()` and `microsoft.graph.delta()` are `delta`.
fn function(segment: &str) -> &str {
    let name = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
    name.strip_suffix("()").unwrap_or(name)
}

/// Whom `allowedCalendarSharingRoles(User='…')` asks about.
fn sharing(segment: &str) -> Option<&str> {
    let (name, argument) = function(segment).split_once('(')?;
    let (user, whom) = argument.strip_suffix("')")?.split_once("='")?;
    let asked = name.eq_ignore_ascii_case("allowedCalendarSharingRoles")
        && user.eq_ignore_ascii_case("User");
    asked.then_some(whom)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn resource(path: &str) -> Result<Resource, Fault> {
        Resource::of(&path.split('/').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn paths_of_real_clients() {
        let id = |id: &str| Which::Id(id.to_owned());
        for (path, expected) in [
            ("me", Resource::Me),
            ("me/calendars", Resource::Calendars),
            ("me/calendar", Resource::Calendar(Which::Default)),
            ("me/calendars/A=", Resource::Calendar(id("A="))),
            ("me/calendars/A=/events", Resource::Events(id("A="))),
            (
                "me/calendar/events/E=",
                Resource::Event(Some(Which::Default), "E=".into()),
            ),
            (
                "me/calendars/A=/events/E=/instances",
                Resource::Instances(Some(id("A=")), "E=".into()),
            ),
            ("me/events", Resource::Events(Which::Default)),
            ("me/events/E=", Resource::Event(None, "E=".into())),
            (
                "me/events/E=/instances",
                Resource::Instances(None, "E=".into()),
            ),
            ("me/calendarView", Resource::View(Which::Default)),
            ("me/calendarView/delta()", Resource::Delta(Which::Default)),
            (
                "me/calendars/A=/calendarView/microsoft.graph.delta()",
                Resource::Delta(id("A=")),
            ),
            (
                "me/calendars/A=/calendarView/delta",
                Resource::Delta(id("A=")),
            ),
            ("me/calendars/$count", Resource::Calendars),
            (
                "me/events/E=/attachments/$count",
                Resource::Attachments(None, "E=".into()),
            ),
            (
                "me/events/E=/calendar",
                Resource::EventCalendar(None, "E=".into()),
            ),
            (
                "me/calendar/allowedCalendarSharingRoles(User='a@b')",
                Resource::SharingRoles(Which::Default, "a@b".into()),
            ),
            ("subscriptions/S", Resource::Subscription("S".into())),
            (
                "me/events/E=/microsoft.graph.accept",
                Resource::Answer(None, "E=".into(), Answer::Accept),
            ),
            (
                "me/calendars/A=/events/E=/cancel",
                Resource::Cancel(Some(id("A=")), "E=".into()),
            ),
            (
                "me/events/E=/Attachments/F=/$value",
                Resource::AttachmentValue(None, "E=".into(), "F=".into()),
            ),
            (
                "me/calendar/events/E=/extensions/com.example.X",
                Resource::Extension(Some(Which::Default), "E=".into(), "com.example.X".into()),
            ),
            (
                "me/calendar/getSchedule",
                Resource::Schedule(Which::Default),
            ),
            (
                "me/calendars/A=/calendarPermissions",
                Resource::Permissions(id("A=")),
            ),
            (
                "me/calendar/calendarPermissions/P=",
                Resource::Permission(Which::Default, "P=".into()),
            ),
            (
                "me/calendarGroups/G=/calendars/A=/events",
                Resource::Events(id("A=")),
            ),
        ] {
            assert_eq!(resource(path).unwrap(), expected, "{path}");
        }
        for path in [
            "",
            "me/messages",
            "me/calendars/A=/events/E=/nonsense",
            "groups/1/events",
        ] {
            assert!(resource(path).is_err(), "{path}");
        }
    }
}
