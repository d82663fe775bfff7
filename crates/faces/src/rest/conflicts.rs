//! The conflict inbox: where two people changed the same thing, what each wrote, what stands, and deciding about it.

use axum::{Json, extract::State, http::StatusCode};
use calendar::{Event, Unit};
use hub::{ConflictState, ConflictView, Cursor, Keep, Origin, Stands, UnitView, WhichConflicts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    extract::{Body, Path, Query},
};
use crate::App;

/// Conflicts per page, unless fewer are asked for.
const PAGE: usize = 50;

/// Which conflicts.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// `open` (a person is asked) or `settled`; all without it.
    state: Option<String>,
    /// Only older ones: `next` of the page before, or a time (RFC 3339).
    before: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// Conflicts, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictPage)]
pub struct Page {
    items: Vec<Conflict>,
    /// `before` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Two people changed the same thing of an event, between two looks at its calendar.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    id: Uuid,
    event: Uuid,
    /// The calendar in which both met.
    calendar: Uuid,
    /// The link whose rule decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkName>,
    /// The event's title as it is now.
    title: String,
    /// When they met.
    at: String,
    /// `open` (a person is asked), `resolved`, `restored` (what lost was brought back), `confirmed` (a person wants it so).
    #[schema(value_type = String)]
    state: ConflictState,
    /// What decided: `newest`, `order` (no times that tell), `source`, `target` (copies there follow), `ask`, `met` (both had the event
    /// when they were linked), `projection` (something noted on a copy gave way).
    #[schema(value_type = String)]
    rule: Value,
    /// The same in a sentence.
    text: String,
    /// Whose value was kept: `ours` or `theirs`; not while a person is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    won: Option<&'static str>,
    /// Where the value came from that Kalends had.
    ours: Side,
    /// Where the value came from that the calendar's provider had.
    theirs: Side,
    /// Everything that either side changed: first what the conflict is about, then what was merged.
    units: Vec<ConflictUnit>,
    /// What `keep` of `decide` may be now.
    outcomes: Vec<&'static str>,
    /// Who decided last, if a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<String>,
    /// Whether what was decided last can be taken back.
    undoable: bool,
}

/// A link by its name.
#[derive(Serialize, ToSchema)]
pub struct LinkName {
    id: Uuid,
    name: String,
}

/// Who wrote a value, where and when.
#[derive(Serialize, ToSchema)]
#[schema(as = ConflictSide)]
pub struct Side {
    /// The calendar in which it was written, if one may know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Uuid>,
    /// When, as whoever took it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The person, if they wrote it through Kalends; providers tell nobody's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
}

/// One property on both sides. Values are those of RFC 8984, `null` where there is none; a start comes with its duration and zone.
#[derive(Serialize, ToSchema)]
pub struct ConflictUnit {
    /// The property of RFC 8984.
    unit: String,
    /// Whether this is what the conflict is about.
    clash: bool,
    /// What both started from.
    base: Value,
    ours: Value,
    theirs: Value,
    /// What the event has now.
    now: Value,
    /// Whose value that is: `ours`, `theirs`, `both` (they are the same), `other` (merged, or changed since), `asked` (each side has its
    /// own).
    stands: &'static str,
}

/// What is to stand.
#[derive(Deserialize, ToSchema)]
pub struct Decision {
    /// `ours` (what Kalends had), `theirs` (what the calendar's provider had), `merge` (of a question, both in one where that can be;
    /// else what was made of it is confirmed), or `loser` (what was not kept comes back).
    keep: String,
    /// The `state` that was read. If something else has become of the conflict since, nothing is decided, and the answer is 412.
    #[schema(value_type = Option<String>)]
    state: Option<ConflictState>,
}

impl From<ConflictView> for Conflict {
    fn from(view: ConflictView) -> Self {
        let row = &view.row;
        let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let side = |origin: Origin| Side {
            calendar: origin.calendar.map(|c| c.0),
            at: at(origin.at),
            who: origin.who,
        };
        let units = view.units.iter();
        let won = |remote: bool| if remote { "theirs" } else { "ours" };
        Self {
            id: row.id,
            event: row.copy.0,
            calendar: row.calendar.0,
            title: view
                .now
                .as_ref()
                .unwrap_or(&row.conflict.local)
                .title
                .clone(),
            at: row.at.to_string(),
            state: row.state,
            rule: json!(row.conflict.by),
            won: row.conflict.remote_won.map(won),
            units: units.map(|unit| shown(unit, &view)).collect(),
            outcomes: view.outcomes.iter().map(|keep| word(*keep)).collect(),
            decided_at: row.last.as_ref().map(|deed| deed.at.to_string()),
            link: view.link.map(|(id, name)| LinkName { id: id.0, name }),
            decided_by: view.decided_by,
            undoable: view.undoable,
            text: view.text,
            ours: side(view.ours),
            theirs: side(view.theirs),
        }
    }
}

fn shown(of: &UnitView, view: &ConflictView) -> ConflictUnit {
    let conflict = &view.row.conflict;
    ConflictUnit {
        unit: of.unit.property().to_owned(),
        clash: of.clash,
        base: value(&of.unit, &conflict.base),
        ours: value(&of.unit, &conflict.local),
        theirs: value(&of.unit, &conflict.remote),
        now: view
            .now
            .as_ref()
            .map_or(Value::Null, |now| value(&of.unit, now)),
        stands: match of.stands {
            Stands::Ours => "ours",
            Stands::Theirs => "theirs",
            Stands::Both => "both",
            Stands::Other => "other",
            Stands::Asked => "asked",
        },
    }
}

/// A unit's value by itself. Of all people or occurrences only the one that it is about.
fn value(unit: &Unit, event: &Event) -> Value {
    let mut alone = Event::new("", event.when.clone());
    unit.take(&mut alone, event);
    let json = protocols::jscalendar::to_json(&alone);
    if *unit == Unit::When {
        let parts = ["start", "duration", "timeZone", "showWithoutTime"];
        let parts = parts.into_iter();
        return parts
            .filter_map(|name| Some((name.to_owned(), json.get(name)?.clone())))
            .collect();
    }
    json.get(unit.property()).cloned().unwrap_or_default()
}

const KEEPS: [(&str, Keep); 4] = [
    ("ours", Keep::Local),
    ("theirs", Keep::Remote),
    ("merge", Keep::Merge),
    ("loser", Keep::Loser),
];

fn word(keep: Keep) -> &'static str {
    let found = KEEPS.iter().find(|(_, known)| *known == keep);
    found.map_or("", |(word, _)| word)
}

/// Where a page ended, as clients give it back: the time and the id of its last conflict.
pub(super) fn cursor(field: &str, text: &str) -> Result<Cursor, Problem> {
    let (at, id) = text.split_once('_').unwrap_or((text, ""));
    let id = if id.is_empty() {
        Ok(Uuid::nil())
    } else {
        id.parse()
    };
    match (at.parse(), id) {
        (Ok(at), Ok(id)) => Ok((at, id)),
        _ => Err(Problem::field(
            field,
            "is neither a time nor the next of a page",
        )),
    }
}

/// Where two people changed the same thing, newest first. What lost is kept for 90 days.
#[utoipa::path(get, path = "/api/v1/conflicts", params(Which),
    responses((status = 200, body = Page), (status = 400, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<Which>,
) -> Result<Json<Page>, Problem> {
    let which = match query.state.as_deref() {
        None => WhichConflicts::All,
        Some("open") => WhichConflicts::Open,
        Some("settled") => WhichConflicts::Settled,
        Some(_) => return Err(Problem::field("state", "open or settled")),
    };
    let before = query.before.as_deref();
    let before = before.map(|text| cursor("before", text)).transpose()?;
    let limit = query.limit.unwrap_or(PAGE);
    let page = app.hub.conflicts(&actor, which, before, limit).await?;
    Ok(Json(Page {
        items: page.items.into_iter().map(Into::into).collect(),
        next: page.next.map(|(at, id)| format!("{at}_{id}")),
    }))
}

/// One conflict.
#[utoipa::path(get, path = "/api/v1/conflicts/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, body = Conflict), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<Json<Conflict>, Problem> {
    Ok(Json(app.hub.conflict(&actor, id).await?.into()))
}

/// Decides about a conflict: answers a question, or decides otherwise than a rule did. What is kept goes everywhere, like an edit; the
/// other value stays in the conflict. 412 if a question is not open any more, or the conflict is not as it was read.
#[utoipa::path(post, path = "/api/v1/conflicts/{id}/decide", params(("id" = Uuid, Path)), request_body = Decision,
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn decide(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Body(form): Body<Decision>,
) -> Result<StatusCode, Problem> {
    let keep = KEEPS.iter().find(|(word, _)| *word == form.keep);
    let Some((_, keep)) = keep else {
        return Err(Problem::field("keep", "ours, theirs, merge or loser"));
    };
    let decided = app.hub.decide_conflict(&actor, id, *keep, form.state);
    decided.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back what was decided last, with what it did to the event. A question is asked again.
#[utoipa::path(post, path = "/api/v1/conflicts/{id}/undo", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn undo(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    Box::pin(app.hub.undo_conflict(&actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
