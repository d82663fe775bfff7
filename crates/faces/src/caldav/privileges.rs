//! Privileges (RFC 3744 3): what somebody may do with a resource, told honestly, since clients show calendars as read-only
//! by it.

use hub::{Access, CalendarView, Whom, shares::ShareView};
use protocols::caldav::{Element, Name, name};

use super::{
    properties::{Subject, href},
    request::Request,
    resource::{Resource, principal},
};

/// The scope that writing needs.
const WRITE: &str = "calendar.write";

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

/// What whoever asks may do.
fn granted(request: &Request, subject: &Subject<'_>) -> Vec<Element> {
    let may_write =
        |calendar: &CalendarView| !calendar.read_only && calendar.access >= Access::Write;
    let writable = match (subject.place(), subject) {
        (Some(calendar), _) => may_write(calendar),
        (None, subject) => matches!(subject, Subject::Resource(Resource::Home)),
    };
    let mut all = vec!["read", "read-current-user-privilege-set"];
    if owns(subject) {
        all.push("read-acl");
    }
    if writable && request.actor.may(WRITE) {
        all.extend([
            "write",
            "write-content",
            "write-properties",
            "bind",
            "unbind",
        ]);
    }
    let mut privileges: Vec<Element> = all
        .into_iter()
        .map(|privilege| one(&Name::new(name::DAV, privilege)))
        .collect();
    privileges.push(one(&Name::new(name::CALDAV, "read-free-busy")));
    if let Some(own) = scheduling(subject) {
        let all = [own].into_iter().chain(own.inner);
        privileges.extend(all.map(|p| one(&Name::new(p.namespace, p.name))));
    }
    if matches!(subject, Subject::Resource(Resource::Inbox(_))) && request.actor.may(WRITE) {
        privileges.push(one(&Name::new(name::DAV, "unbind")));
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

/// `acl` (RFC 3744 5.6): the entry of whoever asks, which cannot be changed, and the grants. Only who owns something sees
/// it. Others are named by their mail address: they may not be here yet.
pub(super) fn acl(
    request: &Request,
    subject: &Subject<'_>,
    shares: &[ShareView],
) -> Option<Element> {
    let who = href(name::PRINCIPAL, principal(&request.user));
    let ace = Element::new(name::ACE)
        .with(who)
        .with(Element::parent(name::GRANT, granted(request, subject)))
        .with(Element::new(name::PROTECTED));
    let grants = shares.iter().map(|view| {
        let who = match &view.share.whom {
            Whom::Everybody => {
                Element::parent(name::PRINCIPAL, [Element::new(name::AUTHENTICATED)])
            }
            Whom::Person(address) => href(name::PRINCIPAL, format!("mailto:{address}")),
        };
        let free_busy = (name::CALDAV, "read-free-busy");
        let opened: &[(&'static str, &'static str)] = match view.share.access {
            Access::Write | Access::Owner => {
                &[(name::DAV, "read"), (name::DAV, "write"), free_busy]
            }
            Access::Read => &[(name::DAV, "read"), free_busy],
            _ => &[free_busy],
        };
        let opened = opened.iter().map(|(ns, local)| one(&Name::new(ns, local)));
        Element::new(name::ACE)
            .with(who)
            .with(Element::parent(name::GRANT, opened))
    });
    owns(subject).then(|| Element::parent(name::ACL, [ace].into_iter().chain(grants)))
}

/// `acl-restrictions` (RFC 3744 5.7): entries grant, and nothing is denied.
pub(super) fn restrictions() -> Element {
    let grants = ["grant-only", "no-invert"].map(|r| Element::new(Name::new(name::DAV, r)));
    Element::parent(name::ACL_RESTRICTIONS, grants)
}
