//! `acl`: whom of the house a calendar is opened to. Nobody is told, whatever `sendNotifications` says.
//!
//! `default` is everybody in the house, not the world. A rule for an address that nobody in the house has is kept and
//! opens nothing.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use hub::{Access, CalendarId, ChangeKind, Share, Whom};
use identity::Actor;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Fault,
    changes::{Body, fields, text},
    condition,
    place::Place,
    query::Query,
    signed::Signed,
    tokens,
};
use crate::App;

/// Rules of a page, if the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most rules of a page.
const PAGE_MAX: usize = 250;

/// A rule.
pub(super) struct Rule {
    /// The grant; `None`: that the calendar is its owner's.
    share: Option<Uuid>,
    whom: Whom,
    access: Access,
}

impl Rule {
    fn of(share: Share) -> Self {
        Self {
            share: Some(share.id),
            whom: share.whom,
            access: share.access,
        }
    }

    fn id(&self) -> String {
        match &self.whom {
            Whom::Person(address) => format!("user:{address}"),
            Whom::Everybody => "default".to_owned(),
        }
    }

    fn etag(&self) -> String {
        let (share, access) = (self.share.unwrap_or_default(), self.access as u8);
        format!("\"{}{access}\"", share.as_simple())
    }

    fn shown(&self) -> Value {
        let scope = match &self.whom {
            Whom::Person(address) => json!({"type": "user", "value": address}),
            Whom::Everybody => json!({"type": "default"}),
        };
        json!({
            "kind": "calendar#aclRule",
            "etag": self.etag(),
            "id": self.id(),
            "scope": scope,
            "role": role(self.access),
        })
    }
}

fn role(access: Access) -> &'static str {
    match access {
        Access::None => "none",
        Access::FreeBusy | Access::Limited => "freeBusyReader",
        Access::Read => "reader",
        Access::Write => "writer",
        Access::Owner => "owner",
    }
}

fn access(role: &str) -> Result<Access, Fault> {
    match role {
        "none" => Ok(Access::None),
        "freeBusyReader" => Ok(Access::FreeBusy),
        "reader" => Ok(Access::Read),
        "writer" => Ok(Access::Write),
        "owner" => Ok(Access::Owner),
        _ => Err(Fault::invalid("Invalid value for role.")),
    }
}

/// What the hub refuses here Google calls forbidden.
fn refused(error: hub::Error) -> Fault {
    match error {
        hub::Error::Forbidden(_) => Fault::new(403, "forbidden", "Forbidden"),
        error => error.into(),
    }
}

/// All rules of a calendar, its owner's first.
pub(super) async fn rules(app: &App, actor: &Actor, place: &Place) -> Result<Vec<Rule>, Fault> {
    let id = place.calendar.id;
    let shares = app.hub.shares(actor, id).await.map_err(refused)?;
    let owner = app.hub.owner_of(actor, id).await?;
    let owner = Rule {
        share: None,
        whom: Whom::Person(owner.map_or_else(|| place.email.clone(), |owner| owner.email)),
        access: Access::Owner,
    };
    let granted = shares.into_iter().map(|view| Rule::of(view.share));
    Ok(std::iter::once(owner).chain(granted).collect())
}

async fn named(app: &App, actor: &Actor, place: &Place, id: &str) -> Result<Rule, Fault> {
    let all = rules(app, actor, place).await?;
    let mut all = all.into_iter();
    let found = all.find(|rule| rule.id().eq_ignore_ascii_case(id));
    found.ok_or_else(Fault::not_found)
}

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
) -> Result<Json<Value>, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let deleted = query.flag("showDeleted")?;
    let start = tokens::begin(&app, &actor, &query).await?;
    let mut all = rules(&app, &actor, &place).await?;
    if let Some(token) = query.get("syncToken") {
        if deleted == Some(false) {
            return Err(Fault::sync_token_restricted());
        }
        let after = tokens::position(&app, token)?;
        unchanged(&app, &actor, place.calendar.id, after).await?;
        all.clear();
    }
    all.retain(|rule| rule.access != Access::None || deleted == Some(true));
    let cut = tokens::cut(&app, &query, start, all, (PAGE_DEFAULT, PAGE_MAX))?;
    let items: Vec<Value> = cut.items.iter().map(Rule::shown).collect();
    let mut answer = json!({
        "kind": "calendar#acl",
        "etag": format!("\"p{}\"", start.0),
        "items": items,
    });
    cut.go_on(&mut answer);
    Ok(Json(answer))
}

/// Refuses whoever missed a change of the rules: they read all of them again, as they are few.
async fn unchanged(
    app: &App,
    actor: &Actor,
    calendar: CalendarId,
    after: i64,
) -> Result<(), Fault> {
    tokens::follow(app, actor, after, |change| {
        if change.kind == ChangeKind::Grant && change.calendar == Some(calendar) {
            return Err(Fault::full_sync_required());
        }
        Ok(())
    })
    .await
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, rule)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let rule = named(&app, &actor, &place, &rule).await?;
    let etag = rule.etag();
    Ok(condition::unless_known(&headers, Some(&etag), rule.shown()))
}

pub(super) async fn insert(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    body: Body,
) -> Result<Json<Value>, Fault> {
    query.flag("sendNotifications")?;
    let fields = fields(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    let whom = scope(&fields)?.ok_or_else(|| Fault::required("Missing scope."))?;
    let level = granted(&fields)?.ok_or_else(|| Fault::required("Missing role."))?;
    grant(&app, &actor, &place, whom, level).await
}

pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, rule)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Fault> {
    query.flag("sendNotifications")?;
    let fields = fields(body)?;
    let place = Place::of(&app, &actor, &calendar).await?;
    let rule = named(&app, &actor, &place, &rule).await?;
    condition::matches(&headers, Some(&rule.etag()))?;
    if scope(&fields)?.is_some_and(|whom| !same(&whom, &rule.whom)) {
        return Err(Fault::invalid("The scope of a rule cannot be changed."));
    }
    let level = granted(&fields)?.unwrap_or(rule.access);
    grant(&app, &actor, &place, rule.whom, level).await
}

/// A rule has nothing that could be left out: what is not said stays.
pub(super) async fn update(
    app: State<App>,
    signed: Signed,
    path: Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Fault> {
    patch(app, signed, path, query, headers, body).await
}

pub(super) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, rule)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let place = Place::of(&app, &actor, &calendar).await?;
    let rule = named(&app, &actor, &place, &rule).await?;
    condition::matches(&headers, Some(&rule.etag()))?;
    is_anothers(&place, &rule.whom)?;
    let id = rule.share.ok_or_else(owners)?;
    let ended = app.hub.unshare(&actor, place.calendar.id, id).await;
    ended.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn grant(
    app: &App,
    actor: &Actor,
    place: &Place,
    whom: Whom,
    level: Access,
) -> Result<Json<Value>, Fault> {
    is_anothers(place, &whom)?;
    let owner = app.hub.owner_of(actor, place.calendar.id).await?;
    let owner = owner.map(|owner| Whom::Person(owner.email));
    if owner.is_some_and(|owner| same(&owner, &whom)) {
        return Err(owners());
    }
    let shared = app.hub.share(actor, place.calendar.id, whom, level).await;
    let view = shared.map_err(refused)?;
    Ok(Json(Rule::of(view.share).shown()))
}

/// Nobody changes what they may do themselves.
fn is_anothers(place: &Place, whom: &Whom) -> Result<(), Fault> {
    if same(whom, &Whom::Person(place.email.clone())) {
        let message = "Cannot change your own access level.";
        return Err(Fault::calendar(403, "cannotChangeOwnAcl", message));
    }
    Ok(())
}

/// That the calendar is its owner's stays.
fn owners() -> Fault {
    Fault::new(403, "forbidden", "Forbidden")
}

fn same(one: &Whom, other: &Whom) -> bool {
    match (one, other) {
        (Whom::Person(one), Whom::Person(other)) => one.trim().eq_ignore_ascii_case(other.trim()),
        (Whom::Everybody, Whom::Everybody) => true,
        _ => false,
    }
}

fn granted(fields: &Map<String, Value>) -> Result<Option<Access>, Fault> {
    let role = text(fields, "role")?.filter(|role| !role.is_empty());
    role.map(|role| access(&role)).transpose()
}

fn scope(fields: &Map<String, Value>) -> Result<Option<Whom>, Fault> {
    let scope = match fields.get("scope") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(scope)) => scope,
        Some(_) => return Err(Fault::invalid("Invalid value for scope.")),
    };
    let value = text(scope, "value")?.unwrap_or_default();
    match text(scope, "type")?.as_deref() {
        Some("user") if value.contains('@') => Ok(Some(Whom::Person(value))),
        Some("default") if value.is_empty() => Ok(Some(Whom::Everybody)),
        Some("group" | "domain") => Err(Fault::invalid(
            "Calendars are shared with people of this installation, or with all of them: scope.type user or default.",
        )),
        None | Some("") => Err(Fault::required("Missing scope type.")),
        _ => Err(Fault::invalid("Invalid scope value.")),
    }
}
