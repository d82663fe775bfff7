//! The accounts that Apple's caldavtester expects of a CalDAV server: each signs in with its mail address, and its password
//! is its name. Each has a calendar for events and one for tasks.

use std::fmt::Write as _;

use faces::{App, caldav};
use hub::{Access, UserId, Whom, calendars::NewCalendar};
use identity::{Actor, NewUser};

use crate::Result;

/// Where they are at home.
const ZONE: &str = "UTC";
/// Name in its address of the calendar for events.
const EVENTS: &str = "calendar";
/// Name in its address of the calendar for tasks.
const TASKS: &str = "tasks";

/// Accounts of one kind: how many, how they are called, and how the tester's substitutions for them begin.
struct Kind {
    count: usize,
    name: &'static str,
    shown: &'static str,
    /// Of names and passwords.
    person: &'static str,
    /// Of addresses.
    place: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        count: 40,
        name: "user",
        shown: "User",
        person: "",
        place: "",
    },
    Kind {
        count: 10,
        name: "public",
        shown: "Public",
        person: "public",
        place: "public",
    },
    Kind {
        count: 10,
        name: "resource",
        shown: "Resource",
        person: "resource",
        place: "r",
    },
    Kind {
        count: 10,
        name: "location",
        shown: "Location",
        person: "location",
        place: "l",
    },
];

/// The account whose name is not ASCII.
const STRANGE: &str = "i18nuser";

/// The account that cleans up in the calendars of all others.
const ADMIN: &str = "admin";

/// Accounts of which there is one, and how the tester's substitutions for them end.
const SINGLE: [(&str, &str); 4] = [
    (ADMIN, "admin"),
    ("apprentice", "apprentice"),
    ("superuser", "proxy"),
    (STRANGE, "i18n"),
];

/// What we do of what the tester asks a server for. The rest is left out of its runs.
const FEATURES: &[&str] = &[
    "caldav",
    "COPY Method",
    "MOVE Method",
    "Extended MKCOL",
    "ACL Method",
    "acl-principal-prop-set REPORT",
    "principal-match REPORT",
    "principal-property-search REPORT",
    "principal-search-property-set REPORT",
    "add-member",
    "auth-on-root",
    "brief",
    "ctag",
    "current-user-principal",
    "directory listing",
    "client-fix-TRANSP",
    "expand-property",
    "implicit-scheduling",
    "own-root",
    "prefer",
    "prefer-minimal",
    "prefer-representation",
    "prefer-noroot",
    "query-extended",
    "resource-id",
    "rscale",
    "split-calendars",
    "supported-component-sets",
    "sync-report",
    "sync-report-home",
    "sync-report-limit",
    "timezones-by-reference",
    "well-known",
];

/// What is the same whoever runs it: keys of the tester, and their values here.
const CONSTANTS: &[(&str, &str)] = &[
    (
        "multistatus-response-prefix",
        "/{DAV:}multistatus/{DAV:}response",
    ),
    (
        "multistatus-href-prefix",
        "/{DAV:}multistatus/{DAV:}response/{DAV:}href",
    ),
    (
        "verify-response-prefix",
        "{DAV:}response/{DAV:}propstat/{DAV:}prop",
    ),
    (
        "verify-property-prefix",
        "/{DAV:}multistatus/{DAV:}response/{DAV:}propstat/{DAV:}prop",
    ),
    (
        "verify-bad-response",
        "/{DAV:}multistatus/{DAV:}response/{DAV:}status",
    ),
    (
        "verify-error-response",
        "/{DAV:}multistatus/{DAV:}response/{DAV:}error",
    ),
    ("CALDAV", "urn:ietf:params:xml:ns:caldav"),
    ("CARDDAV", "urn:ietf:params:xml:ns:carddav"),
    ("CS", "http://calendarserver.org/ns/"),
    ("root", "/caldav/"),
    ("principalcollection", "/caldav/principals/"),
    ("principals_uids", "/caldav/principals/"),
    ("principals_users", "/caldav/principals/"),
    ("principals_groups", "/caldav/principals/"),
    ("principals_resources", "/caldav/principals/"),
    ("principals_locations", "/caldav/principals/"),
    ("calendars", "/caldav/calendars/"),
    ("calendars_uids", "/caldav/calendars/"),
    ("calendars_users", "/caldav/calendars/"),
    ("calendar", EVENTS),
    ("tasks", TASKS),
    ("polls", "polls"),
    ("inbox", "inbox"),
    ("outbox", "outbox"),
    // There is none. The tester takes `[…]` for a list, and this one, which it ends itself, for an empty one.
    ("dropbox", "["),
    ("attachments", "["),
    ("notification", "notification"),
    ("freebusy", "freebusy"),
    (
        "calendar_home_items_initial_sync",
        "[calendar/,tasks/,inbox/,outbox/]",
    ),
    ("calendar_sync_extra_items", "[]"),
    ("calendar_sync_extra_count", "0"),
    ("add-member", ";add-member"),
];

/// What the tester leaves out when it compares calendar data.
const FILTERS: &[&str] = &[
    "CALSCALE",
    "PRODID",
    "DTSTAMP",
    "CREATED",
    "LAST-MODIFIED",
    "X-WR-CALNAME",
    "CLASS=PUBLIC",
    "PRIORITY=0",
    "TRANSP=OPAQUE",
    "SEQUENCE=0",
];

/// Name, name for people, and how often there is one.
fn accounts() -> impl Iterator<Item = (String, String)> {
    let numbered = |kind: &'static Kind| {
        let of = move |n| {
            (
                format!("{}{n:02}", kind.name),
                format!("{} {n:02}", kind.shown),
            )
        };
        (1..=kind.count).map(of)
    };
    let single = SINGLE.iter().map(|(name, _)| {
        let shown = if *name == STRANGE { "まだ" } else { name };
        ((*name).to_owned(), shown.to_owned())
    });
    KINDS.iter().flat_map(numbered).chain(single)
}

fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// Makes the accounts that are not there yet, with their calendars.
pub(crate) async fn settle(app: &App) -> Result<()> {
    let known = app.identity.users().await?;
    for (name, shown) in accounts() {
        let email = address(&name);
        if known.iter().any(|user| user.email == email) {
            continue;
        }
        let new = NewUser {
            email,
            name: shown,
            time_zone: ZONE.to_owned(),
            password: None,
            roles: Vec::new(),
        };
        let user = app.identity.create_user(new).await?.id;
        app.identity
            .keep_app_password(user, "caldavtester", &name)
            .await?;
        for (calendar, components) in [(EVENTS, &["VEVENT"][..]), (TASKS, &["VTODO"])] {
            let new = NewCalendar {
                name: calendar.to_owned(),
                slug: Some(caldav::slug(user, calendar)),
                kept: caldav::components(components),
                ..NewCalendar::default()
            };
            let actor = Actor::person(app.tenant, user);
            let calendar = app.hub.create_calendar(&actor, new).await?.id;
            if name != ADMIN {
                let whom = Whom::Person(address(ADMIN));
                app.hub.share(&actor, calendar, whom, Access::Write).await?;
            }
        }
    }
    Ok(())
}

/// The tester's `serverinfo.xml` for this server.
pub(crate) async fn serverinfo(app: &App) -> Result<String> {
    let users = app.identity.users().await?;
    let id = |name: &str| {
        let email = address(name);
        let user = users.iter().find(|user| user.email == email);
        user.map_or(UserId(uuid::Uuid::nil()), |user| user.id)
    };
    let port = app.public_url.trim_end_matches('/').rsplit(':').next();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<serverinfo>\n");
    let mut line = |line: String| {
        let _infallible = writeln!(out, "{line}");
    };
    line("<host>127.0.0.1</host>".to_owned());
    line(format!(
        "<nonsslport>{}</nonsslport>",
        port.unwrap_or_default()
    ));
    line("<authtype>basic</authtype>".to_owned());
    line("<waitcount>4</waitcount><waitdelay>0.25</waitdelay>".to_owned());
    line("<features>".to_owned());
    for feature in FEATURES {
        line(format!("<feature>{feature}</feature>"));
    }
    line("</features>\n<substitutions>".to_owned());
    let mut add = |key: String, value: String| {
        line(format!(
            "<substitution><key>${key}:</key><value>{value}</value></substitution>"
        ));
    };
    for (key, value) in CONSTANTS {
        add((*key).to_owned(), (*value).to_owned());
    }
    for (name, end) in SINGLE {
        let principal = format!("/caldav/principals/{}/", id(name));
        add(format!("user{end}"), address(name));
        add(format!("user{end}guid"), id(name).to_string());
        add(format!("pswd{end}"), name.to_owned());
        add(format!("principal_{end}"), principal.clone());
        add(format!("principaluri_{end}"), principal);
    }
    of_strange(id(STRANGE), &mut add);
    for kind in &KINDS {
        for n in 1..=kind.count {
            let name = format!("{}{n:02}", kind.name);
            of_account(kind, n, &name, id(&name), &mut add);
        }
    }
    for n in 1..=10 {
        // Nobody here is a group.
        add(
            format!("gprincipaluri{n}"),
            format!("/caldav/principals/group{n:02}/"),
        );
        add(format!("groupname{n}"), format!("Group {n:02}"));
    }
    line("</substitutions>".to_owned());
    for filter in FILTERS {
        line(format!("<calendardatafilter>{filter}</calendardatafilter>"));
    }
    line("</serverinfo>".to_owned());
    Ok(out)
}

/// The account whose name is not ASCII.
fn of_strange(user: UserId, add: &mut impl FnMut(String, String)) {
    add("i18nid".to_owned(), address(STRANGE));
    add("i18nguid".to_owned(), user.to_string());
    add("i18nname".to_owned(), "まだ".to_owned());
    add("i18npswd".to_owned(), STRANGE.to_owned());
    add("i18nemail".to_owned(), address(STRANGE));
    add(
        "i18ncuaddr".to_owned(),
        format!("mailto:{}", address(STRANGE)),
    );
    add(
        "i18ncalendarpath".to_owned(),
        format!("/caldav/calendars/{user}/{EVENTS}"),
    );
}

fn of_account(
    kind: &Kind,
    n: usize,
    name: &str,
    user: UserId,
    add: &mut impl FnMut(String, String),
) {
    let Kind { person, place, .. } = kind;
    let home = format!("/caldav/calendars/{user}");
    let principal = format!("/caldav/principals/{user}/");
    // The tester calls users `userid1`, and others `publicuserid1` or `resourceid1`.
    let id = if matches!(*person, "" | "public") {
        format!("{person}user")
    } else {
        (*person).to_owned()
    };
    add(format!("{id}id{n}"), address(name));
    add(format!("{id}guid{n}"), user.to_string());
    add(format!("{id}name{n}"), format!("{} {n:02}", kind.shown));
    add(
        format!("{id}name-encoded{n}"),
        format!("{}%20{n:02}", kind.shown),
    );
    add(format!("{person}pswd{n}"), name.to_owned());
    if person.is_empty() {
        add(format!("firstname{n}"), kind.shown.to_owned());
        add(format!("lastname{n}"), format!("{n:02}"));
    }
    add(format!("{place}principal{n}"), principal.clone());
    add(format!("{place}principaluri{n}"), principal.clone());
    add(
        format!("{place}principal{n}noslash"),
        principal.trim_end_matches('/').to_owned(),
    );
    for alt in ["", "alt"] {
        add(format!("{place}calendarhome{alt}{n}"), home.clone());
        add(
            format!("{place}calendarpath{alt}{n}"),
            format!("{home}/{EVENTS}"),
        );
    }
    for part in [
        TASKS,
        "polls",
        "inbox",
        "outbox",
        "dropbox",
        "notification",
        "freebusy",
    ] {
        add(format!("{place}{part}path{n}"), format!("{home}/{part}"));
    }
    add(format!("{place}email{n}"), address(name));
    let mail = format!("mailto:{}", address(name));
    for cuaddr in ["cuaddr", "cuaddralt", "cuaddraltnoslash"] {
        add(format!("{place}{cuaddr}{n}"), mail.clone());
    }
    // Whatever a client calls somebody, here they go by their mail address.
    add(format!("{place}cuaddrurn{n}"), mail);
}
