//! `freebusy.query`.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use calendar::{Event, FreeBusy, Status, Window, Zone};
use identity::Actor;
use jiff::{Timestamp, tz::TimeZone};
use protocols::google::{
    FailureItem, FreeBusyCalendar, FreeBusyRequest, FreeBusyResponse, TimePeriod,
};

use super::{Fault, check::is_zone, place::Place, signed::Signed};
use crate::App;

/// Most calendars in one question.
const CALENDARS_MAX: usize = 50;

pub(super) async fn query(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Result<Json<FreeBusyRequest>, JsonRejection>,
) -> Result<Json<FreeBusyResponse>, Fault> {
    let Json(asked) = body.map_err(|_| Fault::new(400, "parseError", "Parse Error"))?;
    let time = |text: &str| {
        if text.is_empty() {
            return Err(Fault::required("Missing time range."));
        }
        let bad = |_| Fault::new(400, "badRequest", "Bad Request");
        text.parse::<Timestamp>().map_err(bad)
    };
    let window = Window {
        from: time(&asked.time_min)?,
        to: time(&asked.time_max)?,
    };
    if window.from >= window.to {
        return Err(Fault::time_range_empty());
    }
    if asked.items.len() > CALENDARS_MAX {
        return Err(too_many());
    }
    let limits = [
        ("calendarExpansionMax", asked.calendar_expansion_max, 50),
        ("groupExpansionMax", asked.group_expansion_max, 100),
    ];
    for (name, said, most) in limits {
        if said.is_some_and(|said| !(1..=most).contains(&said)) {
            let message = format!("Invalid value for {name}: 1 to {most} is needed.");
            return Err(Fault::invalid(message));
        }
    }
    if asked.items.iter().any(|item| item.id.is_empty()) {
        return Err(Fault::required("Missing calendar id."));
    }
    let most = asked.calendar_expansion_max.unwrap_or(50);
    if i64::try_from(asked.items.len()).is_ok_and(|count| count > most) {
        return Err(too_many());
    }
    let named = asked.time_zone.as_deref().filter(|name| !name.is_empty());
    if named.is_some_and(|name| !is_zone(name)) {
        return Err(Fault::invalid("Invalid time zone."));
    }
    let zone = named.and_then(Zone::iana).unwrap_or_else(Zone::utc);
    let zone = TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC);
    let mut calendars = BTreeMap::new();
    for item in asked.items {
        let answer = match busy(&app, &actor, &item.id, window).await {
            Ok(busy) => FreeBusyCalendar {
                busy: busy
                    .into_iter()
                    .map(|period| shown(period, &zone))
                    .collect(),
                errors: Vec::new(),
            },
            Err(_) => not_found(),
        };
        calendars.insert(item.id, answer);
    }
    Ok(Json(FreeBusyResponse {
        kind: "calendar#freeBusy".to_owned(),
        time_min: super::render::time(window.from),
        time_max: super::render::time(window.to),
        calendars,
    }))
}

fn too_many() -> Fault {
    let message = "Too many calendars requested.";
    Fault::new(400, "tooManyCalendarsRequested", message)
}

/// An unknown calendar is an error inside a successful answer.
fn not_found() -> FreeBusyCalendar {
    FreeBusyCalendar {
        busy: Vec::new(),
        errors: vec![FailureItem {
            domain: "global".to_owned(),
            reason: "notFound".to_owned(),
            ..FailureItem::default()
        }],
    }
}

/// The busy stretches in a window, joined where they touch.
async fn busy(
    app: &App,
    actor: &Actor,
    id: &str,
    window: Window,
) -> Result<Vec<(Timestamp, Timestamp)>, Fault> {
    let place = Place::of(app, actor, id).await?;
    let viewer = place.viewer();
    let views = app
        .hub
        .events_in(actor, &[place.calendar.id], window)
        .await?;
    let mut periods: Vec<(Timestamp, Timestamp)> = Vec::new();
    for view in &views {
        let occurrences = view.event.occurrences(window, &viewer);
        let busy = occurrences.filter(|o| takes_time(&view.event, o.id));
        periods.extend(busy.map(|o| (o.start.max(window.from), o.end.min(window.to))));
    }
    periods.sort_unstable();
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in periods.into_iter().filter(|(start, end)| start < end) {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    Ok(joined)
}

fn takes_time(event: &Event, id: Option<calendar::RecurrenceId>) -> bool {
    let occurrence = id.and_then(|id| event.occurrence(id));
    let event = occurrence.as_ref().unwrap_or(event);
    event.status != Status::Cancelled
        && !matches!(event.busy, FreeBusy::Free | FreeBusy::WorkingElsewhere)
}

fn shown((start, end): (Timestamp, Timestamp), zone: &TimeZone) -> TimePeriod {
    let show = |at: Timestamp| {
        let offset = zone.to_offset(at);
        if offset.is_zero() {
            at.to_string()
        } else {
            at.display_with_offset(offset).to_string()
        }
    };
    TimePeriod {
        start: show(start),
        end: show(end),
    }
}
