//! Making, changing and removing calendars: MKCALENDAR, PROPPATCH, DELETE (RFC 4791 5.3.1, RFC 4918 9.2).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{
    CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use protocols::{
    caldav::{Element, Multistatus, Name, PropStat, PropertyUpdate, Response, name},
    icalendar::parse,
    zones::zone_named,
};

use super::{
    answer::{Fault, Result, empty, multistatus},
    request::Request,
    resource::Resource,
};

/// MKCALENDAR, and MKCOL with a calendar in it. What else a client wants to set is not kept; it will ask.
pub(super) async fn mkcalendar(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let slug = match resource {
        Resource::NoCalendar(slug) => slug,
        Resource::Calendar(_) => {
            let condition = Name::new(name::DAV, "resource-must-be-null");
            return Err(Fault::condition(
                StatusCode::FORBIDDEN,
                condition,
                "it is there already",
            ));
        }
        _ => {
            let condition = Name::new(name::CALDAV, "calendar-collection-location-ok");
            let detail = "calendars are made in the calendar home";
            return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
        }
    };
    let update = PropertyUpdate::parse_mkcalendar(&request.body)?;
    let value = |name: Name| update.set.iter().find(|p| p.name == name);
    if value(name::SUPPORTED_CALENDAR_COMPONENT_SET).is_some_and(|set| !has_events(set)) {
        let condition = Name::new(name::CALDAV, "supported-calendar-component");
        let detail = "calendars here hold events";
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    let text = |name: Name| value(name).map(Element::trimmed).filter(|t| !t.is_empty());
    let new = NewCalendar {
        name: text(name::DISPLAYNAME).unwrap_or(slug).to_owned(),
        color: text(name::CALENDAR_COLOR).and_then(color),
        time_zone: text(name::CALENDAR_TIMEZONE).and_then(time_zone),
        slug: Some(slug.clone()),
        ..NewCalendar::default()
    };
    request.app.hub.create_calendar(&request.actor, new).await?;
    Ok(empty(StatusCode::CREATED, &[("cache-control", "no-cache")]))
}

fn has_events(set: &Element) -> bool {
    set.all(name::COMP)
        .filter_map(|c| c.get("name"))
        .any(|n| n.eq_ignore_ascii_case("VEVENT"))
}

/// `#rrggbb` of what clients send, among it Apple's `#RRGGBBAA`.
fn color(text: &str) -> Option<String> {
    let hex = text.strip_prefix('#')?;
    let valid = matches!(hex.len(), 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| format!("#{}", hex[..6].to_ascii_lowercase()))
}

/// The IANA name of a VTIMEZONE.
fn time_zone(text: &str) -> Option<String> {
    let parsed = parse::parse(text).ok()?;
    let mut zones = parsed.components.iter().flat_map(|c| &c.components);
    let tzid = zones.find_map(|c| c.property("TZID"))?.as_text();
    Some(zone_named(&tzid)?.name().to_owned())
}

/// PROPPATCH: all or nothing (RFC 4918 9.2).
pub(super) async fn proppatch(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let update = PropertyUpdate::parse(&request.body)?;
    let calendar = match resource {
        Resource::Calendar(calendar) => calendar,
        Resource::NoCalendar(_) | Resource::Nowhere => return Err(Fault::not_found()),
        _ => return Ok(answer(request, resource, &update, |_| false)),
    };
    let mut edit = CalendarEdit::default();
    let mut refused: Vec<Name> = update.remove.clone();
    for property in &update.set {
        if !take(property, &mut edit) {
            refused.push(property.name.clone());
        }
    }
    if refused.is_empty() {
        request
            .app
            .hub
            .update_calendar(&request.actor, calendar.id, edit)
            .await?;
    }
    Ok(answer(request, resource, &update, |name| {
        !refused.contains(name)
    }))
}

/// Takes one property into an edit; false if it cannot be changed, or not to this.
fn take(property: &Element, edit: &mut CalendarEdit) -> bool {
    let text = property.trimmed();
    if property.name == name::DISPLAYNAME && !text.is_empty() {
        edit.name = Some(text.to_owned());
    } else if property.name == name::CALENDAR_DESCRIPTION {
        edit.description = Some(text.to_owned());
    } else if let (true, Some(color)) = (property.name == name::CALENDAR_COLOR, color(text)) {
        edit.color = Some(color);
    } else if let (true, Ok(order)) = (property.name == name::CALENDAR_ORDER, text.parse()) {
        edit.sort = Some(order);
    } else {
        return false;
    }
    true
}

fn answer(
    request: &Request,
    resource: &Resource,
    update: &PropertyUpdate,
    accepted: impl Fn(&Name) -> bool,
) -> HttpResponse {
    let set = update.set.iter().map(|p| p.name.clone());
    let names: Vec<Name> = set.chain(update.remove.iter().cloned()).collect();
    let (good, bad): (Vec<Name>, Vec<Name>) = names.into_iter().partition(accepted);
    let stat = |status, names: Vec<Name>| PropStat {
        status,
        props: names.into_iter().map(Element::new).collect(),
    };
    // 424: it would have been possible, but another one was not.
    let good_status = if bad.is_empty() { 200 } else { 424 };
    let stats = [stat(good_status, good), stat(403, bad)];
    let response = Response {
        href: resource.href(request),
        propstats: stats.into_iter().filter(|s| !s.props.is_empty()).collect(),
        ..Response::default()
    };
    multistatus(&Multistatus {
        responses: vec![response],
        sync_token: None,
    })
}

/// DELETE of a calendar.
pub(super) async fn remove(request: &Request, calendar: &CalendarView) -> Result<HttpResponse> {
    request
        .app
        .hub
        .delete_calendar(&request.actor, calendar.id)
        .await?;
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}
