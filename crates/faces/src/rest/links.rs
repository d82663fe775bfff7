//! Links between calendars.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use calendar::Unit;
use hub::{
    CalendarId, LinkId, LinkMember, LinkState, Mask, MaskKind, OnConflict, Role,
    links::{LinkChange, LinkEdit, LinkView, PlannedOperation, Preview},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Signed,
    connections::Mirrors,
    extract::{Body, Path, Query},
    filters::FilterForm,
    once::{Made, Making},
};
use crate::App;

/// Most rows of a preview.
const ITEMS_MAX: usize = 200;
/// The fields that a mask of kind `fields` can name: RFC 8984 property names.
const FIELDS: [Unit; 6] = [
    Unit::Title,
    Unit::Place,
    Unit::Conference,
    Unit::Text,
    Unit::Privacy,
    Unit::Categories,
];

/// A link to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = NewLink)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    name: String,
    /// Who wins when the same thing is changed in two calendars: `newest` (the newer change; unless something else is said),
    /// `source` (the calendar that comes first: sources, then the others as they are listed) or `ask` (neither, until a
    /// person decides). Every losing value is kept as a conflict.
    on_conflict: Option<String>,
    /// Pilot mode: everything is worked out and can be seen, nothing is written to providers. `…/waiting` lists what would be.
    #[serde(default)]
    pilot: bool,
    /// What comes along it is written also where the provider then notifies the participants of an event. Unless it is allowed,
    /// such writes are held: `GET /api/v1/held` lists them.
    #[serde(default)]
    allow_notify: bool,
    members: Vec<MemberForm>,
}

/// What is to be changed about a link; what is not named stays.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = LinkChange)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    name: Option<String>,
    /// `active` or `paused`. While it is paused nothing flows; afterwards what was changed meanwhile is merged.
    state: Option<String>,
    /// `newest`, `source` or `ask`.
    on_conflict: Option<String>,
    /// `false` makes a pilot live: what `…/waiting` lists is written. `true` stops that.
    pilot: Option<bool>,
    /// Whether what comes along it may make a provider notify the participants of an event. `true` also sends what is held.
    allow_notify: Option<bool>,
    /// All calendars. One that was not in the link joins, one that is not named any more goes for good.
    members: Option<Vec<MemberForm>>,
}

/// A link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    id: Uuid,
    name: String,
    members: Vec<MemberForm>,
    /// `active` or `paused`.
    state: String,
    /// `newest`, `source` or `ask`.
    on_conflict: String,
    /// Nothing is written to providers; what would be is listed by `…/waiting`.
    pilot: bool,
    /// What comes along it may make a provider notify the participants of an event.
    allow_notify: bool,
    /// How many events it keeps in step.
    events: i64,
    /// How many of its copies are not written to their providers yet, or are refused by them; of a pilot, also those that it
    /// would write. After a mask was changed nothing
    /// that it hides is left anywhere once this is 0.
    waiting: i64,
}

/// A calendar in a link.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = LinkMember)]
pub struct MemberForm {
    calendar: Uuid,
    /// `source`, `target` or `both`.
    role: String,
    #[serde(default)]
    mask: MaskForm,
    #[serde(default, skip_serializing_if = "FilterForm::is_open")]
    filter: FilterForm,
    /// It has left the link for a while: its copies stay as they are, and when it comes back what was changed meanwhile is
    /// merged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    away: bool,
}

/// What may be seen in a calendar of a link.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Mask)]
pub struct MaskForm {
    /// `everything`, `busy` or `fields`.
    #[serde(default = "everything")]
    kind: String,
    /// With `fields`: any of title, locations, virtualLocations, description, privacy, keywords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
    /// Title of events whose own title is covered.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Show private events like all others instead of as a block.
    #[serde(default)]
    show_private: bool,
    /// Mark mirrors in this calendar as private, whatever the original is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    private: bool,
}

/// What making or changing a link would do.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkPreview)]
pub struct PreviewShown {
    creates: usize,
    updates: usize,
    deletes: usize,
    merges: usize,
    items: Vec<Item>,
}

/// One event that would be made, changed or removed.
#[derive(Serialize, ToSchema)]
#[schema(as = Planned)]
pub struct Item {
    calendar: Uuid,
    /// `create`, `update` or `delete`.
    operation: String,
    title: String,
    start: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Uuid>,
}

fn everything() -> String {
    "everything".to_owned()
}

impl Edit {
    fn read(self) -> Result<LinkEdit, Problem> {
        Ok(LinkEdit {
            name: self.name,
            on_conflict: on_conflict(self.on_conflict.as_deref())?.unwrap_or_default(),
            pilot: self.pilot,
            allow_notify: self.allow_notify,
            members: members(self.members)?,
        })
    }
}

impl Change {
    fn read(self, mirrors: &Mirrors) -> Result<LinkChange, Problem> {
        let state = match self.state.as_deref() {
            None => None,
            Some("active") => Some(LinkState::Active),
            Some("paused") => Some(LinkState::Paused),
            Some(_) => return Err(Problem::field("state", "active or paused")),
        };
        Ok(LinkChange {
            name: self.name,
            state,
            on_conflict: on_conflict(self.on_conflict.as_deref())?,
            pilot: self.pilot,
            allow_notify: self.allow_notify,
            members: self.members.map(members).transpose()?,
            kept: mirrors.kept()?,
        })
    }
}

fn on_conflict(word: Option<&str>) -> Result<Option<OnConflict>, Problem> {
    Ok(Some(match word {
        None => return Ok(None),
        Some("newest") => OnConflict::Newest,
        Some("source") => OnConflict::Source,
        Some("ask") => OnConflict::Ask,
        Some(_) => return Err(Problem::field("onConflict", "newest, source or ask")),
    }))
}

fn members(forms: Vec<MemberForm>) -> Result<Vec<LinkMember>, Problem> {
    forms
        .into_iter()
        .enumerate()
        .map(|(index, form)| form.read(index))
        .collect()
}

impl MemberForm {
    fn read(self, index: usize) -> Result<LinkMember, Problem> {
        let role = match self.role.as_str() {
            "source" => Role::Source,
            "target" => Role::Target,
            "both" => Role::Both,
            _ => {
                return Err(Problem::field(
                    format!("members[{index}].role"),
                    "source, target or both",
                ));
            }
        };
        let kind = match self.mask.kind.as_str() {
            "" | "everything" => MaskKind::Everything,
            "busy" => MaskKind::Busy,
            "fields" => MaskKind::Fields(fields(&self.mask.fields, index)?),
            _ => {
                return Err(Problem::field(
                    format!("members[{index}].mask.kind"),
                    "everything, busy or fields",
                ));
            }
        };
        let mask = Mask {
            kind,
            title: self.mask.title,
            show_private: self.mask.show_private,
            private: self.mask.private,
        };
        Ok(LinkMember {
            calendar: CalendarId(self.calendar),
            role,
            mask,
            filter: self.filter.read(index)?,
            away: self.away,
        })
    }

    fn show(member: &LinkMember) -> Self {
        let role = match member.role {
            Role::Source => "source",
            Role::Target => "target",
            Role::Both => "both",
        };
        let (kind, fields) = match &member.mask.kind {
            MaskKind::Everything => ("everything", Vec::new()),
            MaskKind::Busy => ("busy", Vec::new()),
            MaskKind::Fields(units) => (
                "fields",
                units.iter().map(|u| u.property().to_owned()).collect(),
            ),
        };
        let mask = MaskForm {
            kind: kind.to_owned(),
            fields,
            title: member.mask.title.clone(),
            show_private: member.mask.show_private,
            private: member.mask.private,
        };
        Self {
            calendar: member.calendar.0,
            role: role.to_owned(),
            mask,
            filter: FilterForm::show(&member.filter),
            away: member.away,
        }
    }
}

fn fields(names: &[String], index: usize) -> Result<BTreeSet<Unit>, Problem> {
    let find = |name: &String| FIELDS.iter().find(|unit| unit.property() == name).cloned();
    let bad = || {
        let known: Vec<&str> = FIELDS.iter().map(Unit::property).collect();
        Problem::field(
            format!("members[{index}].mask.fields"),
            format!("any of {}", known.join(", ")),
        )
    };
    names
        .iter()
        .map(|name| find(name).ok_or_else(bad))
        .collect()
}

fn show(view: &LinkView) -> Link {
    let link = &view.link;
    let on_conflict = match link.on_conflict {
        OnConflict::Newest => "newest",
        OnConflict::Source => "source",
        OnConflict::Ask => "ask",
    };
    Link {
        id: link.id.0,
        name: link.name.clone(),
        members: link.members.iter().map(MemberForm::show).collect(),
        state: if link.is_active() { "active" } else { "paused" }.to_owned(),
        on_conflict: on_conflict.to_owned(),
        pilot: link.pilot,
        allow_notify: link.allow_notify,
        events: view.events,
        waiting: view.waiting,
    }
}

fn show_preview(preview: &Preview) -> PreviewShown {
    let count = |operation| {
        let planned = preview.planned.iter();
        planned.filter(|p| p.operation == operation).count()
    };
    let items = preview.planned.iter().take(ITEMS_MAX).map(|planned| Item {
        calendar: planned.calendar.0,
        operation: match planned.operation {
            PlannedOperation::Create => "create",
            PlannedOperation::Update => "update",
            PlannedOperation::Delete => "delete",
        }
        .to_owned(),
        title: planned.title.clone(),
        start: planned.when.local_start().to_string(),
        from: planned.from.map(|c| c.0),
    });
    PreviewShown {
        creates: count(PlannedOperation::Create),
        updates: count(PlannedOperation::Update),
        deletes: count(PlannedOperation::Delete),
        merges: preview.merges,
        items: items.collect(),
    }
}

/// All links.
#[utoipa::path(get, path = "/api/v1/links", responses((status = 200, body = [Link])))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
) -> Result<Json<Vec<Link>>, Problem> {
    let all = app.hub.links(&actor).await?;
    Ok(Json(all.iter().map(show).collect()))
}

/// What making this link would do: the work itself, not committed.
#[utoipa::path(post, path = "/api/v1/links/preview", request_body = Edit,
    responses((status = 200, body = PreviewShown), (status = 400, body = Problem)))]
pub(super) async fn preview(
    State(app): State<App>,
    Signed(actor): Signed,
    Body(form): Body<Edit>,
) -> Result<Json<PreviewShown>, Problem> {
    let preview = app.hub.preview_link(&actor, form.read()?).await?;
    Ok(Json(show_preview(&preview)))
}

/// Changes a link, and brings its calendars in step with what it is now.
#[utoipa::path(patch, path = "/api/v1/links/{id}", params(("id" = Uuid, Path), Mirrors), request_body = Change,
    responses((status = 200, body = Link), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(mirrors): Query<Mirrors>,
    Body(form): Body<Change>,
) -> Result<Json<Link>, Problem> {
    let change = form.read(&mirrors)?;
    let view = app.hub.change_link(&actor, LinkId(id), change).await?;
    Ok(Json(show(&view)))
}

/// What changing a link would do: the work itself, not committed.
#[utoipa::path(post, path = "/api/v1/links/{id}/preview", params(("id" = Uuid, Path), Mirrors), request_body = Change,
    responses((status = 200, body = PreviewShown), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn preview_change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(mirrors): Query<Mirrors>,
    Body(form): Body<Change>,
) -> Result<Json<PreviewShown>, Problem> {
    let change = form.read(&mirrors)?;
    let preview = app.hub.preview_change(&actor, LinkId(id), change).await?;
    Ok(Json(show_preview(&preview)))
}

/// What a pilot would write if it were live, with the calendar from which each comes. Of any other link, nothing.
#[utoipa::path(get, path = "/api/v1/links/{id}/waiting", params(("id" = Uuid, Path)),
    responses((status = 200, body = PreviewShown), (status = 404, body = Problem)))]
pub(super) async fn waiting(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<PreviewShown>, Problem> {
    let shown = app.hub.shown_by(&actor, LinkId(id)).await?;
    Ok(Json(show_preview(&shown)))
}

/// Makes a link and brings its calendars in step.
#[utoipa::path(post, path = "/api/v1/links", request_body = Edit,
    responses((status = 201, body = Link), (status = 400, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    making: Making<Edit>,
) -> Result<Response, Problem> {
    let edit = making.form.read()?;
    let answer = |view: &LinkView| Made::plain(&show(view)).kept();
    let made = app
        .hub
        .create_link_once(&actor, edit, making.key.as_ref(), answer)
        .await?;
    Made::given(&made)
}

/// Removes a link.
#[utoipa::path(delete, path = "/api/v1/links/{id}", params(("id" = Uuid, Path), Mirrors), responses((status = 204)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(mirrors): Query<Mirrors>,
) -> Result<StatusCode, Problem> {
    app.hub
        .delete_link(&actor, LinkId(id), mirrors.kept()?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
