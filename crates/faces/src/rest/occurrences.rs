//! Occurrences in a range, expanded, and changes to single ones.

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use calendar::{Event, Occurrence, RecurrenceId, Window};
use hub::{CalendarId, CalendarView, CopyId, EventView, events::Scope};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Signed,
    events::{answer, patched},
    extract::{Body, Path, Query},
    guard::{etag, if_match},
    inviting::Inviting,
};
use crate::App;

/// Longest range, in days.
const RANGE_DAYS_MAX: i64 = 800;
/// Most occurrences in one answer.
const OCCURRENCES_MAX: usize = 20_000;

/// Which occurrences.
#[derive(Deserialize, IntoParams)]
pub struct Range {
    /// First instant (RFC 3339).
    #[param(value_type = String)]
    start: Timestamp,
    /// First instant after the range (RFC 3339).
    #[param(value_type = String)]
    end: Timestamp,
    /// Calendars; all selected ones if none is given. May be repeated.
    #[serde(default)]
    calendar: Vec<Uuid>,
    /// IANA zone in which days and floating times are looked at.
    tz: Option<String>,
    /// Linked copies once, with the others in `copies`.
    #[serde(default)]
    merge: bool,
}

/// Occurrences in a range.
#[derive(Serialize, ToSchema)]
pub struct Occurrences {
    occurrences: Vec<Shown>,
    /// Position of the change log that this answer stands for.
    position: i64,
}

/// One occurrence.
#[derive(Clone, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "properties of the wire format"
)]
#[serde(rename_all = "camelCase")]
#[schema(as = Occurrence)]
pub struct Shown {
    event: Uuid,
    calendar: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence_id: Option<String>,
    /// Local start.
    start: String,
    /// Local end, exclusive.
    end: String,
    time_zone: Option<String>,
    start_instant: String,
    end_instant: String,
    all_day: bool,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    status: Value,
    busy: Value,
    privacy: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    recurring: bool,
    /// It stands beside its series: the rule gives no such start, or none any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    extra: bool,
    etag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked: Option<Uuid>,
    masked: bool,
    pending: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    copies: Vec<CopyOf>,
}

/// Another copy of a linked event.
#[derive(Clone, Serialize, ToSchema)]
pub struct CopyOf {
    calendar: Uuid,
    event: Uuid,
}

/// Which occurrences a change is about.
#[derive(Deserialize, IntoParams)]
pub struct Scoped {
    /// `this` or `following`.
    scope: Option<String>,
}

impl Scoped {
    fn scope(&self) -> Result<Scope, Problem> {
        match self.scope.as_deref() {
            None | Some("this") => Ok(Scope::This),
            Some("following") => Ok(Scope::Following),
            Some(_) => Err(Problem::field("scope", "this or following")),
        }
    }
}

/// Occurrences of all calendars in a range, in order of their start.
#[utoipa::path(get, path = "/api/v1/occurrences", params(Range),
    responses((status = 200, body = Occurrences), (status = 400, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(range): Query<Range>,
) -> Result<Json<Occurrences>, Problem> {
    let length = range.end.duration_since(range.start);
    if length.is_negative() || length.as_hours() > RANGE_DAYS_MAX * 24 {
        return Err(Problem::field(
            "end",
            format!("after start, and at most {RANGE_DAYS_MAX} days later"),
        ));
    }
    let zone = range.tz.as_deref().unwrap_or("UTC");
    let zone = TimeZone::get(zone)
        .map_err(|_| Problem::field("tz", "an IANA name such as Europe/Berlin"))?;
    let position = app.hub.position(&actor).await?;
    let all = app.hub.calendars(&actor).await?;
    let wanted = |c: &&CalendarView| {
        if range.calendar.is_empty() {
            c.selected
        } else {
            range.calendar.contains(&c.id.0)
        }
    };
    let calendars: Vec<CalendarId> = all.iter().filter(wanted).map(|c| c.id).collect();
    let window = Window {
        from: range.start,
        to: range.end,
    };
    let events = app.hub.events_in(&actor, &calendars, window).await?;
    let mut found: Vec<(Timestamp, Shown)> = Vec::new();
    for view in &events {
        for occurrence in view.event.occurrences(window, &zone) {
            if found.len() == OCCURRENCES_MAX {
                return Err(Problem::field(
                    "end",
                    "too many occurrences: ask for a shorter range",
                ));
            }
            found.push((occurrence.start, shown(view, &occurrence)));
        }
    }
    found.sort_by_key(|(start, _)| *start);
    let mut occurrences: Vec<Shown> = found.into_iter().map(|(_, shown)| shown).collect();
    if range.merge {
        occurrences = merged(occurrences, &calendars);
    }
    Ok(Json(Occurrences {
        occurrences,
        position,
    }))
}

fn shown(view: &EventView, occurrence: &Occurrence) -> Shown {
    let single = occurrence.id.and_then(|id| view.event.occurrence(id));
    let event = single.as_ref().unwrap_or(&view.event);
    Shown {
        event: view.id.0,
        calendar: view.calendar.0,
        recurrence_id: occurrence.id.map(|id| id.to_string()),
        start: occurrence.when.local_start().to_string(),
        end: occurrence.when.local_end().to_string(),
        time_zone: occurrence.when.zone().map(|z| z.name().to_owned()),
        start_instant: occurrence.start.to_string(),
        end_instant: occurrence.end.to_string(),
        all_day: occurrence.when.is_all_day(),
        title: event.title.clone(),
        location: event.places.first().map(|p| p.name.clone()),
        status: word(event.status),
        busy: word(event.busy),
        privacy: word(event.privacy),
        color: event.color.clone(),
        recurring: view.event.is_series(),
        extra: occurrence.id.is_some_and(|id| is_extra(&view.event, id)),
        etag: etag(view.revision),
        linked: view.linked.map(|l| l.0),
        masked: view.projected && event.text.is_empty() && event.places.is_empty(),
        pending: view.pending,
        copies: Vec::new(),
    }
}

/// Whether an occurrence of a series has no place in its rule.
fn is_extra(event: &Event, id: RecurrenceId) -> bool {
    event.overrides.contains_key(&id) && !event.has_slot(id)
}

/// The JSCalendar word of a small value.
fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Each linked occurrence once: the copy in the calendar that comes first, with the others named.
fn merged(all: Vec<Shown>, order: &[CalendarId]) -> Vec<Shown> {
    let rank = |shown: &Shown| order.iter().position(|c| c.0 == shown.calendar);
    let mut first: HashMap<(Uuid, String), usize> = HashMap::new();
    let mut out: Vec<Shown> = Vec::new();
    for mut shown in all {
        let Some(linked) = shown.linked else {
            out.push(shown);
            continue;
        };
        match first.get(&(linked, shown.start_instant.clone())) {
            None => {
                first.insert((linked, shown.start_instant.clone()), out.len());
                out.push(shown);
            }
            Some(&at) => {
                if rank(&shown) < rank(&out[at]) {
                    std::mem::swap(&mut shown, &mut out[at]);
                    out[at].copies = std::mem::take(&mut shown.copies);
                }
                out[at].copies.push(CopyOf {
                    calendar: shown.calendar,
                    event: shown.event,
                });
            }
        }
    }
    out
}

/// Changes one occurrence, or it and all that follow. Needs `If-Match`.
#[utoipa::path(patch, path = "/api/v1/events/{id}/occurrences/{recurrence_id}",
    params(("id" = Uuid, Path), ("recurrence_id" = String, Path), Scoped, Inviting), request_body = Object,
    responses((status = 200, body = Object), (status = 412, body = Problem)))]
pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, recurrence_id)): Path<(Uuid, String)>,
    Query(scoped): Query<Scoped>,
    Query(inviting): Query<Inviting>,
    headers: HeaderMap,
    Body(form): Body<Map<String, Value>>,
) -> Result<Response, Problem> {
    let occurrence = parsed(&recurrence_id)?;
    let terms = inviting.terms(if_match(&headers)?);
    let edit = move |event: &mut calendar::Event| patched(event, &form);
    let scope = scoped.scope()?;
    let view = app
        .hub
        .edit_occurrence(&actor, CopyId(id), occurrence, scope, terms, edit)
        .await?;
    Ok(answer(&view))
}

/// Cancels one occurrence, or it and all that follow. Needs `If-Match`.
#[utoipa::path(delete, path = "/api/v1/events/{id}/occurrences/{recurrence_id}",
    params(("id" = Uuid, Path), ("recurrence_id" = String, Path), Scoped, Inviting),
    responses((status = 204), (status = 412, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, recurrence_id)): Path<(Uuid, String)>,
    Query(scoped): Query<Scoped>,
    Query(inviting): Query<Inviting>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let occurrence = parsed(&recurrence_id)?;
    let terms = inviting.terms(if_match(&headers)?);
    app.hub
        .delete_occurrence(&actor, CopyId(id), occurrence, scoped.scope()?, terms)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parsed(recurrence_id: &str) -> Result<RecurrenceId, Problem> {
    let bad = |_| {
        Problem::field(
            "recurrenceId",
            "a local date-time such as 2026-11-24T09:00:00",
        )
    };
    recurrence_id.parse().map_err(bad)
}
