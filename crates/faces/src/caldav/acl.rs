//! ACL (RFC 3744 8.1): whom a calendar is shared with, and for what. What no entry grants is denied.

use axum::{http::StatusCode, response::Response};
use hub::{Access, Whom};
use protocols::caldav::{Element, Name, name};

use super::{
    answer::{Fault, Result, empty},
    request::Request,
    resource::{Resource, path_of},
};

/// Entries of one request.
const ENTRIES_MAX: usize = 100;

/// A privilege, by its namespace and name, and the least that opens it.
type Privilege = (&'static str, &'static str, Access);

/// What can be granted, and what a grant must open for it to be in it; [`Access::Owner`]: only who owns something has it.
const KNOWN: [Privilege; 12] = [
    (name::DAV, "all", Access::FreeBusy),
    (name::DAV, "read", Access::FreeBusy),
    (name::DAV, "write", Access::Write),
    (name::DAV, "write-content", Access::Write),
    (name::DAV, "write-properties", Access::Owner),
    (name::DAV, "bind", Access::Write),
    (name::DAV, "unbind", Access::Write),
    (name::DAV, "read-acl", Access::Owner),
    (name::DAV, "write-acl", Access::Owner),
    (name::DAV, "unlock", Access::Owner),
    (
        name::DAV,
        "read-current-user-privilege-set",
        Access::FreeBusy,
    ),
    (name::CALDAV, "read-free-busy", Access::FreeBusy),
];

/// Of whom an entry is.
enum Of {
    /// Who owns the calendar, and has it all.
    Owner,
    Others(Whom),
}

/// Replaces the grants of a calendar. What is granted in parts is granted as far as the hub has it as a whole, and never more.
pub(super) async fn acl(request: &Request, resource: &Resource) -> Result<Response> {
    let calendar = match resource {
        Resource::Calendar(calendar) => calendar,
        resource if !resource.is_there() => return Err(Fault::not_found()),
        _ => return Err(Fault::not_here()),
    };
    let root = Element::parse(&request.body)?;
    if root.name != name::ACL {
        let detail = "an acl is needed";
        return Err(Fault::status(StatusCode::BAD_REQUEST, detail));
    }
    if root.children.len() > ENTRIES_MAX {
        let detail = "at most 100 entries";
        return Err(refused("limited-number-of-aces", detail));
    }
    let (mut grants, mut denials): (Vec<(Whom, Access)>, Vec<_>) = Default::default();
    for entry in root.all(name::ACE) {
        let of = principal(request, entry).await?;
        let deny = Name::new(name::DAV, "deny");
        match (entry.child(&name::GRANT), entry.child(&deny), of) {
            (Some(grant), None, of) => {
                let level = level(&privileges(grant)?);
                if let Of::Others(whom) = of {
                    match grants.iter_mut().find(|(known, _)| *known == whom) {
                        Some((_, known)) => *known = level.max(*known),
                        None => grants.push((whom, level)),
                    }
                }
            }
            (None, Some(deny), Of::Others(whom)) => denials.push((whom, privileges(deny)?)),
            (None, Some(_), Of::Owner) => {
                let detail = "nothing is denied who owns it";
                return Err(refused("no-protected-ace-conflict", detail));
            }
            _ => {
                let detail = "an entry needs a grant or a deny";
                return Err(Fault::status(StatusCode::BAD_REQUEST, detail));
            }
        }
    }
    grants.retain(|(_, level)| *level > Access::None);
    check(&grants, &denials)?;
    let hub = &request.app.hub;
    hub.share_with(&request.actor, calendar.id, grants).await?;
    Ok(empty(StatusCode::OK, &[]))
}

fn refused(condition: &'static str, detail: &'static str) -> Fault {
    let condition = Name::new(name::DAV, condition);
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

/// The privileges that an entry names.
fn privileges(entry: &Element) -> Result<Vec<&'static Privilege>> {
    let named = entry.all(name::PRIVILEGE).flat_map(|p| &p.children);
    let known = named.map(|privilege| {
        let mut all = KNOWN.iter();
        let known = all.find(|(ns, local, _)| privilege.name.is(ns, local));
        known.ok_or_else(|| refused("not-supported-privilege", "there is no such privilege"))
    });
    known.collect()
}

/// What privileges open together.
fn level(privileges: &[&Privilege]) -> Access {
    let has = |name: &str| privileges.iter().any(|(_, local, _)| *local == name);
    let read = has("all") || has("read");
    let parts = ["write-content", "bind", "unbind"];
    let write = has("all") || has("write") || parts.into_iter().all(has);
    match (read, write) {
        (true, true) => Access::Write,
        (true, false) => Access::Read,
        _ if has("read-free-busy") => Access::FreeBusy,
        _ => Access::None,
    }
}

/// Refuses what cannot be kept. What nobody is granted is denied here: so a denial is kept where no grant opens what it denies.
fn check(grants: &[(Whom, Access)], denials: &[(Whom, Vec<&Privilege>)]) -> Result<()> {
    let everybody =
        |(whom, level): &(Whom, Access)| *whom == Whom::Everybody && *level > Access::Read;
    if grants.iter().any(everybody) {
        let detail = "everybody can be let see a calendar, not change it";
        return Err(refused("no-ace-conflict", detail));
    }
    for (whom, denied) in denials {
        let concerns = |granted: &Whom| {
            granted == whom || *granted == Whom::Everybody || *whom == Whom::Everybody
        };
        let opens = |level: Access| denied.iter().any(|(_, _, least)| level >= *least);
        if grants
            .iter()
            .any(|(to, level)| concerns(to) && opens(*level))
        {
            let detail = "what one entry grants cannot be denied by another: leave it out";
            return Err(refused("no-ace-conflict", detail));
        }
    }
    Ok(())
}

/// Of whom an entry is.
async fn principal(request: &Request, entry: &Element) -> Result<Of> {
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
        return Ok(Of::Others(Whom::Everybody));
    }
    let unknown = || refused("recognized-principal", "there is no such person");
    let href = principal.child(&name::HREF).ok_or_else(unknown)?;
    // Whoever is not here is named by their mail address, as `acl` names them.
    if let Some(address) = href.trimmed().strip_prefix("mailto:") {
        return Ok(if address.eq_ignore_ascii_case(&request.user.email) {
            Of::Owner
        } else {
            Of::Others(Whom::Person(address.to_lowercase()))
        });
    }
    let path = path_of(href.trimmed()).ok_or_else(unknown)?;
    match Resource::at(request, path).await {
        Ok(Resource::Principal(user)) if user.id == request.user.id => Ok(Of::Owner),
        Ok(Resource::Principal(user)) => Ok(Of::Others(Whom::Person(user.email))),
        _ => Err(unknown()),
    }
}
