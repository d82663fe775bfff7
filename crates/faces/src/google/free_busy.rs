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

use super::{Fault, place::Place, signed::Signed};
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
        return Err(Fault::new(
            400,
            "tooManyCalendarsRequested",
            "Too many calendars requested.",
        ));
    }
    let zone = asked
        .time_zone
        .as_deref()
        .and_then(Zone::iana)
        .unwrap_or_else(Zone::utc);
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
