//! `calendarPermissions`: whom of the house a calendar is opened to
//! (<https://learn.microsoft.com/en-us/graph/api/resources/calendarpermission>). Nobody is told.
//!
//! `My Organization` is always there, as in Microsoft 365: it stands for everybody in the house.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hub::{Access, CalendarView, Whom, shares::ShareView};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{call::Call, fault::Fault, fields, ids, path::Which, view};

/// Permissions per page.
const PAGE: usize = 10;
/// What people can be granted.
const ROLES: [&str; 4] = ["freeBusyRead", "limitedRead", "read", "write"];
/// What everybody can be granted.
const ROLES_OF_ALL: [&str; 4] = ["none", "freeBusyRead", "limitedRead", "read"];
/// What the others in the house are called.
const ORGANIZATION: &str = "My Organization";

/// One of them.
struct Permission {
    id: Uuid,
    whom: Whom,
    access: Access,
    /// The person's name, if they are of the house.
    name: Option<String>,
}

impl Permission {
    fn of(view: ShareView) -> Self {
        let id = match view.share.whom {
            Whom::Person(_) => view.share.id,
            Whom::Everybody => Uuid::nil(),
        };
        Self {
            id,
            whom: view.share.whom,
            access: view.share.access,
            name: view.name,
        }
    }

    fn shown(&self) -> Value {
        let id = ids::of_permission(self.id);
        match &self.whom {
            Whom::Person(address) => json!({
                "id": id,
                "isRemovable": true,
                "isInsideOrganization": self.name.is_some(),
                "role": role(self.access),
                "allowedRoles": ROLES,
                "emailAddress": {"name": self.name.as_ref().unwrap_or(address), "address": address},
            }),
            Whom::Everybody => json!({
                "id": id,
                "isRemovable": false,
                "isInsideOrganization": true,
                "role": role(self.access),
                "allowedRoles": ROLES_OF_ALL,
                "emailAddress": {"name": ORGANIZATION},
            }),
        }
    }
}

fn role(access: Access) -> &'static str {
    match access {
        Access::None => "none",
        Access::FreeBusy => "freeBusyRead",
        Access::Limited => "limitedRead",
        Access::Read => "read",
        Access::Write => "write",
        // Graph has no word for somebody who shares a calendar in its owner's place.
        Access::Owner => "custom",
    }
}

/// The role that a client names.
fn named_role(sent: &Map<String, Value>) -> Result<Option<Access>, Fault> {
    match sent
        .get("role")
        .map(|role| role.as_str().unwrap_or_default())
    {
        None => Ok(None),
        Some("none") => Ok(Some(Access::None)),
        Some("freeBusyRead") => Ok(Some(Access::FreeBusy)),
        Some("limitedRead") => Ok(Some(Access::Limited)),
        Some("read") => Ok(Some(Access::Read)),
        Some("write") => Ok(Some(Access::Write)),
        Some("delegateWithoutPrivateEventAccess" | "delegateWithPrivateEventAccess" | "custom") => {
            Err(Fault::property(
                "role: there are no delegates here, as no meeting mail is sent",
            ))
        }
        Some(other) => Err(Fault::word(other)),
    }
}

/// All permissions of a calendar.
pub(super) async fn list(call: &Call, which: &Which) -> Result<Response, Fault> {
    let calendar = call.calendar(which).await?;
    let all = all(call, &calendar).await?;
    let items = all.iter().map(Permission::shown).collect();
    Ok(view::paged(call, items, &context(call, which), PAGE))
}

/// One permission.
pub(super) async fn get(call: &Call, which: &Which, id: &str) -> Result<Response, Fault> {
    let (_, permission) = found(call, which, id).await?;
    Ok(answer(call, which, StatusCode::OK, &permission))
}

/// What somebody may be let do with a calendar: people of the house, and anybody else the same, as nobody is mailed.
pub(super) async fn allowed(call: &Call, which: &Which, whom: &str) -> Result<Response, Fault> {
    call.calendar(which).await?;
    if !whom.contains('@') {
        return Err(Fault::parameter("User: a mail address is needed"));
    }
    let context = format!(
        "{}$metadata#Collection(microsoft.graph.calendarRoleType)",
        call.root
    );
    let body = json!({"@odata.context": context, "value": ROLES});
    Ok(Json(body).into_response())
}

/// Opens a calendar to somebody.
pub(super) async fn create(call: &Call, which: &Which) -> Result<Response, Fault> {
    let sent = call.object()?;
    let calendar = call.calendar(which).await?;
    let address = sent.get("emailAddress").map(|at| &at["address"]);
    let address = address.and_then(Value::as_str);
    let address = address.ok_or_else(|| Fault::property("emailAddress: an address is required"))?;
    let access = named_role(&sent)?.filter(|access| *access != Access::None);
    let access = access.ok_or_else(|| Fault::property("role: is required"))?;
    let made = granted(call, &calendar, Whom::Person(address.to_owned()), access).await?;
    Ok(answer(call, which, StatusCode::CREATED, &made))
}

/// Gives another role.
pub(super) async fn patch(call: &Call, which: &Which, id: &str) -> Result<Response, Fault> {
    let sent = call.object()?;
    let (calendar, permission) = found(call, which, id).await?;
    let access = named_role(&sent)?.unwrap_or(permission.access);
    let changed = granted(call, &calendar, permission.whom, access).await?;
    Ok(answer(call, which, StatusCode::OK, &changed))
}

/// Takes a permission away; not that of the organization.
pub(super) async fn delete(call: &Call, which: &Which, id: &str) -> Result<Response, Fault> {
    let (calendar, permission) = found(call, which, id).await?;
    if permission.whom == Whom::Everybody {
        return Err(Fault::bad(
            "This permission cannot be removed (isRemovable is false): give it the role none.",
        ));
    }
    let hub = &call.app.hub;
    hub.unshare(&call.actor, calendar.id, permission.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn granted(
    call: &Call,
    calendar: &CalendarView,
    whom: Whom,
    access: Access,
) -> Result<Permission, Fault> {
    let hub = &call.app.hub;
    let share = hub.share(&call.actor, calendar.id, whom, access).await?;
    Ok(Permission::of(share))
}

/// That of the organization first.
async fn all(call: &Call, calendar: &CalendarView) -> Result<Vec<Permission>, Fault> {
    let shares = call.app.hub.shares(&call.actor, calendar.id).await?;
    let mut all: Vec<Permission> = shares.into_iter().map(Permission::of).collect();
    if !all.iter().any(|one| one.whom == Whom::Everybody) {
        all.push(Permission {
            id: Uuid::nil(),
            whom: Whom::Everybody,
            access: Access::None,
            name: None,
        });
    }
    all.sort_by_key(|one| one.whom != Whom::Everybody);
    Ok(all)
}

async fn found(call: &Call, which: &Which, id: &str) -> Result<(CalendarView, Permission), Fault> {
    let id = ids::permission(id).ok_or_else(|| ids::unknown(id))?;
    let calendar = call.calendar(which).await?;
    let all = all(call, &calendar).await?;
    let found = all.into_iter().find(|one| one.id == id);
    Ok((calendar, found.ok_or_else(Fault::missing)?))
}

fn context(call: &Call, which: &Which) -> String {
    let calendar = match which {
        Which::Default => "calendar".to_owned(),
        Which::Id(id) => format!("calendars('{id}')"),
    };
    let owner = call.owner.id;
    format!(
        "{}$metadata#users('{owner}')/{calendar}/calendarPermissions",
        call.root
    )
}

fn answer(call: &Call, which: &Which, status: StatusCode, permission: &Permission) -> Response {
    let mut item = permission.shown();
    if let Value::Object(item) = &mut item {
        fields::shape(item, &call.query);
        let context = format!("{}/$entity", context(call, which));
        item.insert("@odata.context".to_owned(), json!(context));
    }
    let calendar = match which {
        Which::Default => "calendar".to_owned(),
        Which::Id(id) => format!("calendars/{id}"),
    };
    let id = ids::of_permission(permission.id);
    let location = format!("{}me/{calendar}/calendarPermissions/{id}", call.root);
    (status, [(header::LOCATION, location)], Json(item)).into_response()
}
