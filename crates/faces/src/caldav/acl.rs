//! ACL (RFC 3744 8.1): whom a calendar is shared with, and for what. An entry grants; what it does not say is not granted.

use axum::{http::StatusCode, response::Response};
use hub::{Access, CalendarView, Whom};
use protocols::caldav::{Element, Name, name};

use super::{
    answer::{Fault, Result, empty},
    request::Request,
    resource::{Resource, path_of},
};

/// Entries of one request.
const ENTRIES_MAX: usize = 100;

/// What each privilege opens; those that open nothing by themselves are there so that they are known.
const OPENS: [(&str, &str, Access); 11] = [
    (name::DAV, "all", Access::Write),
    (name::DAV, "write", Access::Write),
    (name::DAV, "write-content", Access::Write),
    (name::DAV, "write-properties", Access::None),
    (name::DAV, "bind", Access::Write),
    (name::DAV, "unbind", Access::Write),
    (name::DAV, "read", Access::Read),
    (name::DAV, "read-acl", Access::None),
    (name::DAV, "read-current-user-privilege-set", Access::None),
    (name::DAV, "unlock", Access::None),
    (name::CALDAV, "read-free-busy", Access::FreeBusy),
];

/// Replaces the grants of a calendar.
pub(super) async fn acl(request: &Request, resource: &Resource) -> Result<Response> {
    let calendar = match resource {
        Resource::Calendar(calendar) => calendar,
        resource if !resource.is_there() => return Err(Fault::not_found()),
        _ => return Err(Fault::not_here()),
    };
    let root = Element::parse(&request.body)?;
    if root.name != name::ACL || root.children.len() > ENTRIES_MAX {
        let detail = "an acl with at most 100 entries is needed";
        return Err(Fault::status(StatusCode::BAD_REQUEST, detail));
    }
    let mut wanted: Vec<(Whom, Access)> = Vec::new();
    for entry in root.all(name::ACE) {
        let access = granted(entry)?;
        for whom in principals(request, entry).await? {
            if access > Access::None {
                wanted.push((whom, access));
            }
        }
    }
    replace(request, calendar, wanted).await?;
    Ok(empty(StatusCode::OK, &[]))
}

fn refused(condition: &'static str, detail: &'static str) -> Fault {
    let condition = Name::new(name::DAV, condition);
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

/// What an entry opens.
fn granted(entry: &Element) -> Result<Access> {
    if entry.children.iter().any(|c| c.name.is(name::DAV, "deny")) {
        return Err(refused("grant-only", "entries grant; nothing is denied"));
    }
    let missing = || Fault::status(StatusCode::BAD_REQUEST, "an entry needs a grant");
    let grant = entry.child(&name::GRANT).ok_or_else(missing)?;
    let mut access = Access::None;
    for privilege in grant.all(name::PRIVILEGE).flat_map(|p| &p.children) {
        let known = OPENS
            .iter()
            .find(|(ns, local, _)| privilege.name.is(ns, local));
        let unknown = || refused("not-supported-privilege", "there is no such privilege");
        access = access.max(known.ok_or_else(unknown)?.2);
    }
    Ok(access)
}

/// To whom an entry opens it.
async fn principals(request: &Request, entry: &Element) -> Result<Vec<Whom>> {
    if entry
        .children
        .iter()
        .any(|c| c.name.is(name::DAV, "invert"))
    {
        return Err(refused(
            "no-invert",
            "entries are about those whom they name",
        ));
    }
    let missing = || Fault::status(StatusCode::BAD_REQUEST, "an entry needs a principal");
    let principal = entry.child(&name::PRINCIPAL).ok_or_else(missing)?;
    let everybody = [name::AUTHENTICATED, name::ALL];
    if principal
        .children
        .iter()
        .any(|c| everybody.contains(&c.name))
    {
        return Ok(vec![Whom::Everybody]);
    }
    let unknown = || refused("recognized-principal", "there is no such person");
    let href = principal.child(&name::HREF).ok_or_else(unknown)?;
    let path = path_of(href.trimmed()).ok_or_else(unknown)?;
    match Resource::at(request, path).await {
        // Who owns it has it all.
        Ok(Resource::Principal(user)) if user.id == request.user.id => Ok(Vec::new()),
        Ok(Resource::Principal(user)) => Ok(vec![Whom::Person(user.email)]),
        _ => Err(unknown()),
    }
}

/// Gives a calendar these grants and no others.
async fn replace(
    request: &Request,
    calendar: &CalendarView,
    wanted: Vec<(Whom, Access)>,
) -> Result<()> {
    let (hub, actor) = (&request.app.hub, &request.actor);
    for view in hub.shares(actor, calendar.id).await? {
        if !wanted.iter().any(|(whom, _)| *whom == view.share.whom) {
            hub.unshare(actor, calendar.id, view.share.id).await?;
        }
    }
    for (whom, access) in wanted {
        hub.share(actor, calendar.id, whom, access).await?;
    }
    Ok(())
}
