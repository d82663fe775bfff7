//! `calendarList`: list, get, insert, patch, update, delete.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use hub::{CalendarId, CalendarView, ChangeKind, calendars::CalendarEdit};
use identity::Actor;
use protocols::google::{CalendarList, CalendarListEntry};
use serde_json::{Map, Value};

use super::{
    Fault,
    calendars::{calendar_of, entry_of, is_primary, role, secondary, shown},
    changes::{Body, fields, flag, text},
    colors, condition,
    entry::Kept,
    place::{Place, email, primary},
    query::Query,
    signed::Signed,
    tokens,
};
use crate::App;

/// Entries of a page, if the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most entries of a page.
const PAGE_MAX: usize = 250;
/// What people may do with a calendar, the least first.
const ROLES: [&str; 5] = [
    "freeBusyReader",
    "reader",
    "writerWithoutPrivateAccess",
    "writer",
    "owner",
];

pub(super) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
) -> Result<Json<CalendarList>, Fault> {
    let least = least(&query)?;
    let changed = match query.get("syncToken") {
        Some(token) => {
            let refused = |name| Ok::<_, Fault>(query.flag(name)? == Some(false));
            if least.is_some() || refused("showHidden")? || refused("showDeleted")? {
                return Err(Fault::sync_token_restricted());
            }
            let after = tokens::position(&app, token)?;
            Some(changed(&app, &actor, after).await?)
        }
        None => None,
    };
    let start = tokens::begin(&app, &actor, &query).await?;
    let hidden = query.flag("showHidden")? == Some(true);
    let all = entries(&app, &actor, changed.as_ref(), hidden, least).await?;
    let cut = tokens::cut(&app, &query, start, all, (PAGE_DEFAULT, PAGE_MAX))?;
    Ok(Json(CalendarList {
        kind: Some("calendar#calendarList".to_owned()),
        etag: Some(format!("\"p{}\"", start.0)),
        next_sync_token: cut.next_sync,
        next_page_token: cut.next_page,
        items: cut.items,
    }))
}

/// The least that the person must be allowed to do with a calendar.
pub(super) fn least(query: &Query) -> Result<Option<usize>, Fault> {
    let place = |name: &str| {
        let place = ROLES.iter().position(|role| *role == name);
        place.ok_or_else(|| Fault::parameter("minAccessRole", "Invalid value for minAccessRole."))
    };
    query.get("minAccessRole").map(place).transpose()
}

/// The entries of a list: all, or those of `changed` with what has gone from it.
async fn entries(
    app: &App,
    actor: &Actor,
    changed: Option<&BTreeSet<CalendarId>>,
    hidden: bool,
    least: Option<usize>,
) -> Result<Vec<CalendarListEntry>, Fault> {
    let calendars = app.hub.calendars(actor).await?;
    let email = email(app, actor).await?;
    let own = primary(&calendars, &email).map(|calendar| calendar.id);
    let entry = |calendar: &CalendarView| shown(calendar, own == Some(calendar.id));
    let Some(changed) = changed else {
        let wanted = calendars.iter().filter(|calendar| {
            let kept = Kept::of(calendar);
            let may = ROLES.iter().position(|name| *name == role(calendar));
            !kept.off_the_list() && (hidden || !kept.hidden()) && may >= least
        });
        return Ok(wanted.map(entry).collect());
    };
    let there = calendars
        .iter()
        .filter(|calendar| changed.contains(&calendar.id));
    let mut all: Vec<CalendarListEntry> = there
        .map(|calendar| {
            if Kept::of(calendar).off_the_list() {
                gone(calendar.slug.clone())
            } else {
                entry(calendar)
            }
        })
        .collect();
    let known: BTreeSet<CalendarId> = calendars.iter().map(|calendar| calendar.id).collect();
    all.extend(changed.difference(&known).map(|id| gone(secondary(*id))));
    Ok(all)
}

fn gone(id: String) -> CalendarListEntry {
    CalendarListEntry {
        kind: Some("calendar#calendarListEntry".to_owned()),
        etag: Some("\"0\"".to_owned()),
        id: Some(id),
        deleted: Some(true),
        ..CalendarListEntry::default()
    }
}

/// The calendars about which anything changed, rather than about their events.
async fn changed(app: &App, actor: &Actor, after: i64) -> Result<BTreeSet<CalendarId>, Fault> {
    let mut found = BTreeSet::new();
    tokens::follow(app, actor, after, |change| {
        match change.kind {
            ChangeKind::Calendar => found.extend([CalendarId(change.subject)]),
            // What was on the list may be none of theirs any more, and its id is not theirs to know.
            ChangeKind::Grant if change.removed => return Err(Fault::full_sync_required()),
            ChangeKind::Grant => found.extend(change.calendar),
            _ => {}
        }
        Ok(())
    })
    .await?;
    Ok(found)
}

/// The calendar that is on the person's list.
async fn listed(app: &App, actor: &Actor, calendar: &str) -> Result<Place, Fault> {
    let place = Place::of(app, actor, calendar).await?;
    if Kept::of(&place.calendar).off_the_list() {
        return Err(Fault::not_found());
    }
    Ok(place)
}

pub(super) async fn get(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let place = listed(&app, &actor, &calendar).await?;
    let entry = entry_of(&app, &actor, &place, &place.calendar).await?;
    let etag = entry.etag.clone();
    Ok(condition::unless_known(&headers, etag.as_ref(), entry))
}

pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<CalendarListEntry>, Fault> {
    let place = listed(&app, &actor, &calendar).await?;
    condition::matches(&headers, calendar_of(&place.calendar).etag.as_ref())?;
    change(&app, &actor, &place, &query, &fields(body)?, false).await
}

pub(super) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<CalendarListEntry>, Fault> {
    let place = listed(&app, &actor, &calendar).await?;
    condition::matches(&headers, calendar_of(&place.calendar).etag.as_ref())?;
    change(&app, &actor, &place, &query, &fields(body)?, true).await
}

/// `whole`: what is not named goes away.
async fn change(
    app: &App,
    actor: &Actor,
    place: &Place,
    query: &Query,
    fields: &Map<String, Value>,
    whole: bool,
) -> Result<Json<CalendarListEntry>, Fault> {
    let mut kept = Kept::of(&place.calendar);
    let by_value = query.flag("colorRgbFormat")? == Some(true);
    let color = if by_value {
        kept.texts(fields, &["foregroundColor"], false)?;
        text(fields, "backgroundColor")?
    } else {
        let id = text(fields, "colorId")?.filter(|id| !id.is_empty());
        let unknown = || Fault::invalid("Invalid calendar color id.");
        let color = id.map(|id| colors::of_calendar(&id).ok_or_else(unknown));
        let color = color.transpose()?;
        if color.is_some() {
            kept.set("foregroundColor", None);
        }
        color
    };
    kept.texts(fields, &["summaryOverride"], whole)?;
    kept.set_reminders(fields)?;
    kept.set_notifications(fields)?;
    if let Some(hidden) = flag(fields, "hidden")? {
        kept.set("hidden", hidden.then_some(true.into()));
    }
    kept.set("offTheList", None);
    // What is hidden is not shown, either.
    let selected = flag(fields, "selected")?;
    let shown = if kept.hidden() { Some(false) } else { selected };
    let edit = CalendarEdit {
        color,
        shown,
        ..kept.edit()
    };
    let view = app.hub.update_calendar(actor, place.calendar.id, edit);
    let view = view.await?;
    Ok(Json(entry_of(app, actor, place, &view).await?))
}

/// A calendar that the person may see is on the list already, unless they have taken it off.
pub(super) async fn insert(
    State(app): State<App>,
    Signed(actor): Signed,
    query: Query,
    body: Body,
) -> Result<Json<CalendarListEntry>, Fault> {
    let fields = fields(body)?;
    let id = text(&fields, "id")?.ok_or_else(|| Fault::required("Required"))?;
    let place = Place::of(&app, &actor, &id).await?;
    change(&app, &actor, &place, &query, &fields, false).await
}

/// Takes a calendar off the list. It stays, and so do its events.
pub(super) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Fault> {
    let place = listed(&app, &actor, &calendar).await?;
    if is_primary(&app, &actor, &place).await? {
        let reason = "cannotChangeOwnPrimarySubscription";
        let message = "Cannot remove your own primary calendar from the list.";
        return Err(Fault::calendar(400, reason, message));
    }
    let mut kept = Kept::of(&place.calendar);
    kept.set("offTheList", Some(true.into()));
    let id = place.calendar.id;
    app.hub.update_calendar(&actor, id, kept.edit()).await?;
    Ok(StatusCode::NO_CONTENT)
}
