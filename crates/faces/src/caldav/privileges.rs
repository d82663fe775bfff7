//! Privileges (RFC 3744 3): what somebody may do with a resource, told honestly, since clients show calendars as read-only
//! by it.

use hub::{Access, CalendarId, Share, Whom};
use identity::User;
use protocols::caldav::{Element, Name, name};

use super::{
    answer::Result,
    properties::{Subject, href},
    request::Request,
    resource::{Resource, principal},
};

/// The scope that writing needs.
const WRITE: &str = "calendar.write";

/// What is said to whoever may not do something.
pub(super) const NEED_PRIVILEGES: Name = Name::new(name::DAV, "need-privileges");

/// A privilege, what it is about, and those inside (RFC 3744 5.3).
struct Privilege {
    namespace: &'static str,
    name: &'static str,
    about: &'static str,
    inner: &'static [Privilege],
}

const fn dav(name: &'static str, about: &'static str, inner: &'static [Privilege]) -> Privilege {
    Privilege {
        namespace: name::DAV,
        name,
        about,
        inner,
    }
}

const SUPPORTED: Privilege = dav(
    "all",
    "everything",
    &[
        dav(
            "read",
            "read",
            &[Privilege {
                namespace: name::CALDAV,
                name: "read-free-busy",
                about: "see when somebody is busy",
                inner: &[],
            }],
        ),
        dav(
            "write",
            "write",
            &[
                dav("write-content", "change objects", &[]),
                dav("write-properties", "change properties", &[]),
                dav("bind", "add objects", &[]),
                dav("unbind", "remove objects", &[]),
            ],
        ),
        dav("read-acl", "see who may do what", &[]),
        dav("write-acl", "say who may do what", &[]),
        dav(
            "read-current-user-privilege-set",
            "see what one may do oneself",
            &[],
        ),
    ],
);

const fn caldav(name: &'static str, about: &'static str, inner: &'static [Privilege]) -> Privilege {
    Privilege {
        namespace: name::CALDAV,
        name,
        about,
        inner,
    }
}

/// On an inbox (RFC 6638 6.1).
const DELIVER: Privilege = caldav(
    "schedule-deliver",
    "send somebody messages",
    &[
        caldav("schedule-deliver-invite", "invite somebody", &[]),
        caldav("schedule-deliver-reply", "answer somebody", &[]),
        caldav("schedule-query-freebusy", "ask when somebody is busy", &[]),
    ],
);

/// On an outbox (RFC 6638 6.2).
const SEND: Privilege = caldav(
    "schedule-send",
    "send messages in somebody's name",
    &[
        caldav("schedule-send-invite", "invite", &[]),
        caldav("schedule-send-reply", "answer", &[]),
        caldav("schedule-send-freebusy", "ask for busy time", &[]),
    ],
);

/// The privileges of scheduling that a resource has.
fn scheduling(subject: &Subject<'_>) -> Option<&'static Privilege> {
    match subject {
        Subject::Resource(Resource::Inbox(_)) => Some(&DELIVER),
        Subject::Resource(Resource::Outbox) => Some(&SEND),
        _ => None,
    }
}

/// `supported-privilege-set`.
pub(super) fn supported(subject: &Subject<'_>) -> Element {
    fn write(privilege: &Privilege) -> Element {
        let about = Element::text(name::DESCRIPTION, privilege.about).attribute("xml:lang", "en");
        let mut element = Element::new(name::SUPPORTED_PRIVILEGE)
            .with(one(&Name::new(privilege.namespace, privilege.name)))
            .with(about);
        element.children.extend(privilege.inner.iter().map(write));
        element
    }
    let mut all = write(&SUPPORTED);
    all.children.extend(scheduling(subject).map(write));
    Element::parent(name::SUPPORTED_PRIVILEGE_SET, [all])
}

fn one(privilege: &Name) -> Element {
    Element::parent(name::PRIVILEGE, [Element::new(privilege.clone())])
}

/// What whoever asks may do. `write` is more than changing what is in a calendar: it is there where its properties can be
/// changed, too.
fn granted(request: &Request, subject: &Subject<'_>) -> Vec<Element> {
    let free_busy = one(&Name::new(name::CALDAV, "read-free-busy"));
    if subject.is_busy_time() {
        return vec![free_busy];
    }
    let mut all = vec!["read", "read-current-user-privilege-set"];
    let own = owns(subject);
    if own {
        all.push("read-acl");
    }
    if request.actor.may(WRITE) {
        let place = subject.place();
        let kept = place.is_some_and(|c| !c.read_only && c.access >= Access::Write);
        let home = matches!(subject, Subject::Resource(Resource::Home));
        let inbox = matches!(subject, Subject::Resource(Resource::Inbox(_)));
        let named = own && (inbox || subject.calendar().is_some());
        all.extend(
            [
                (kept && named, "write"),
                (kept, "write-content"),
                (named, "write-properties"),
                (kept || home, "bind"),
                (kept || home || inbox, "unbind"),
                (own && subject.calendar().is_some(), "write-acl"),
            ]
            .into_iter()
            .filter_map(|(may, name)| may.then_some(name)),
        );
    }
    let mut privileges: Vec<Element> = all
        .into_iter()
        .map(|privilege| one(&Name::new(name::DAV, privilege)))
        .collect();
    privileges.push(free_busy);
    if let Some(own) = scheduling(subject) {
        let all = [own].into_iter().chain(own.inner);
        privileges.extend(all.map(|p| one(&Name::new(p.namespace, p.name))));
    }
    privileges
}

/// Whether it belongs to whoever asks.
fn owns(subject: &Subject<'_>) -> bool {
    match subject.place() {
        Some(calendar) => calendar.access >= Access::Owner,
        None => !matches!(
            subject,
            Subject::Resource(Resource::Root(_) | Resource::Homes | Resource::Principals)
        ),
    }
}

/// `current-user-privilege-set` (RFC 3744 5.5).
pub(super) fn current(request: &Request, subject: &Subject<'_>) -> Element {
    Element::parent(name::CURRENT_USER_PRIVILEGE_SET, granted(request, subject))
}

/// A grant of a calendar, and the person of the house whom it is for, if they are here yet.
pub(super) struct Granted {
    pub(super) share: Share,
    pub(super) person: Option<User>,
}

/// The grants of a calendar.
pub(super) async fn grants(request: &Request, calendar: CalendarId) -> Result<Vec<Granted>> {
    let app = &request.app;
    let shares = app.hub.shares(&request.actor, calendar).await?;
    if shares.is_empty() {
        return Ok(Vec::new());
    }
    let people = app.identity.users().await?;
    let known = shares.into_iter().map(|view| view.share).map(|share| {
        let person = match &share.whom {
            Whom::Person(address) => people.iter().find(|user| user.email == *address),
            Whom::Everybody => None,
        };
        let person = person.cloned();
        Granted { share, person }
    });
    Ok(known.collect())
}

/// `acl` (RFC 3744 5.5): the entry of whoever asks, which cannot be changed, and the grants. Only who owns something sees
/// it. Who is not here yet is named by their mail address.
pub(super) fn acl(request: &Request, subject: &Subject<'_>, shares: &[Granted]) -> Option<Element> {
    let who = href(name::PRINCIPAL, principal(&request.user));
    let ace = Element::new(name::ACE)
        .with(who)
        .with(Element::parent(name::GRANT, granted(request, subject)))
        .with(Element::new(name::PROTECTED));
    let grants = shares.iter().map(|granted| {
        let who = match (&granted.share.whom, &granted.person) {
            (Whom::Everybody, _) => {
                Element::parent(name::PRINCIPAL, [Element::new(name::AUTHENTICATED)])
            }
            (_, Some(person)) => href(name::PRINCIPAL, principal(person)),
            (Whom::Person(address), None) => href(name::PRINCIPAL, format!("mailto:{address}")),
        };
        let opened: &[&str] = match granted.share.access {
            Access::Write | Access::Owner => &["read", "write-content", "bind", "unbind"],
            Access::Read => &["read"],
            _ => &[],
        };
        let opened = opened.iter().map(|local| Name::new(name::DAV, local));
        let opened = opened.chain([Name::new(name::CALDAV, "read-free-busy")]);
        Element::new(name::ACE)
            .with(who)
            .with(Element::parent(name::GRANT, opened.map(|name| one(&name))))
    });
    owns(subject).then(|| Element::parent(name::ACL, [ace].into_iter().chain(grants)))
}

/// `acl-restrictions` (RFC 3744 5.6): entries are of those whom they name.
pub(super) fn restrictions() -> Element {
    let no_invert = Element::new(Name::new(name::DAV, "no-invert"));
    Element::parent(name::ACL_RESTRICTIONS, [no_invert])
}

/// `need-privileges` (RFC 3744 7.1.1): what a request needs and does not have, and of which resources.
pub(super) fn needed(method: &str, path: &str, destination: Option<&str>) -> Element {
    let above = |path: &str| {
        let path = path.trim_end_matches('/');
        path[..path.rfind('/').map_or(0, |at| at + 1)].to_owned()
    };
    let this = || path.to_owned();
    let mut all = match method {
        "PUT" => vec![(this(), "write-content"), (above(path), "bind")],
        "POST" | "MKCALENDAR" | "MKCOL" => vec![(above(path), "bind")],
        "DELETE" | "MOVE" => vec![(above(path), "unbind")],
        "PROPPATCH" => vec![(this(), "write-properties")],
        "ACL" => vec![(this(), "write-acl")],
        _ => vec![(this(), "read")],
    };
    if let Some(destination) = destination.filter(|_| matches!(method, "COPY" | "MOVE")) {
        all.push((above(destination), "bind"));
    }
    let resource = |(path, privilege): (String, &'static str)| {
        let href = Element::text(name::HREF, path);
        let privilege = one(&Name::new(name::DAV, privilege));
        Element::parent(Name::new(name::DAV, "resource"), [href, privilege])
    };
    Element::parent(NEED_PRIVILEGES, all.into_iter().map(resource))
}
