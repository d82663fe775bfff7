//! Making, changing and removing calendars: MKCALENDAR, PROPPATCH, DELETE (RFC 4791 5.3.1, RFC 5689, RFC 4918 9.2).

use axum::{http::StatusCode, response::Response as HttpResponse};
use hub::{
    Access, CalendarView,
    calendars::{CalendarEdit, NewCalendar},
};
use protocols::{
    caldav::{
        Element, Multistatus, Name, PropStat, PropertyUpdate, Response,
        multistatus::mkcol_response, name,
    },
    icalendar::parse,
    zones::zone_named,
};

use super::{
    answer::{Fault, Result, empty, multistatus, xml},
    components::{self, DIALECT},
    dead,
    properties::is_live,
    request::Request,
    resource::{self, Resource},
    scheduling,
};

/// Media type of what is neither.
const WEBDAV_COLLECTION: &str = "a collection that is no calendar cannot be kept here";

/// MKCALENDAR, and MKCOL with a calendar in it.
pub(super) async fn mkcalendar(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let refused = |condition: Name, detail: &str| {
        Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail))
    };
    let slug = match resource {
        Resource::NoCalendar(slug) => slug,
        Resource::Object(..) | Resource::Nowhere | Resource::AddMember(_) => {
            let condition = Name::new(name::CALDAV, "calendar-collection-location-ok");
            return refused(condition, "calendars are made in the calendar home");
        }
        _ => return refused(name::RESOURCE_MUST_BE_NULL, "it is there already"),
    };
    let update = PropertyUpdate::parse_mkcalendar(&request.body)?;
    if request.method == "MKCOL" && !update.set.iter().any(is_calendar) {
        let kind = update.set.iter().any(|p| p.name == name::RESOURCETYPE);
        if kind {
            return Ok(not_made(&update, &[name::RESOURCETYPE]));
        }
        return Err(Fault::status(StatusCode::FORBIDDEN, WEBDAV_COLLECTION));
    }
    let mut patch = Patch::default();
    for property in update.set.iter().filter(|p| p.name != name::RESOURCETYPE) {
        patch.set(property);
    }
    let held = patch.components.take();
    if held.as_ref().is_some_and(Vec::is_empty) {
        let condition = name::SUPPORTED_CALENDAR_COMPONENT;
        return refused(condition, "events, tasks and journals can be kept here");
    }
    if !patch.refused.is_empty() && request.method == "MKCOL" {
        return Ok(not_made(&update, &patch.refused));
    }
    if !patch.refused.is_empty() {
        return Ok(answer(request, resource, &update, &patch.refused));
    }
    // Whoever does not say what it is for may put anything there (RFC 4791 5.2.3).
    let held = held.unwrap_or_else(|| components::ANY.map(str::to_owned).into());
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    let mut kept = components::of(&held);
    if let Some(kept) = kept.get_mut(DIALECT).and_then(|kept| kept.as_object_mut()) {
        dead::keep(kept, &patch.dead);
    }
    let edit = patch.edit;
    let new = NewCalendar {
        name: edit.name.unwrap_or_else(|| slug.clone()),
        color: edit.color,
        time_zone: edit.time_zone,
        slug: Some(resource::slug(request.user.id, slug)),
        kept,
        ..NewCalendar::default()
    };
    let hub = &request.app.hub;
    let made = hub.create_calendar(&request.actor, new).await?;
    if edit.description.is_some() || edit.sort.is_some() {
        let rest = CalendarEdit {
            description: edit.description,
            sort: edit.sort,
            ..CalendarEdit::default()
        };
        hub.update_calendar(&request.actor, made.id, rest).await?;
    }
    Ok(empty(StatusCode::CREATED, &[("cache-control", "no-cache")]))
}

fn is_calendar(property: &Element) -> bool {
    property.name == name::RESOURCETYPE && property.child(&name::CALENDAR).is_some()
}

/// `#rrggbb` of what clients send, among it Apple's `#RRGGBBAA`.
fn color(text: &str) -> Option<String> {
    let hex = text.strip_prefix('#')?;
    let valid = matches!(hex.len(), 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| format!("#{}", hex[..6].to_ascii_lowercase()))
}

/// The IANA name of a VTIMEZONE.
pub(super) fn time_zone(text: &str) -> Option<String> {
    let parsed = parse::parse(text).ok()?;
    let [calendar] = &parsed.components[..] else {
        return None;
    };
    let [zone] = &calendar.components[..] else {
        return None;
    };
    let tzid = zone
        .property("TZID")
        .filter(|_| zone.is("VTIMEZONE"))?
        .as_text();
    Some(zone_named(&tzid)?.name().to_owned())
}

/// What a client wants a calendar to be.
#[derive(Default)]
struct Patch {
    edit: CalendarEdit,
    dead: Vec<Element>,
    components: Option<Vec<String>>,
    refused: Vec<Name>,
}

impl Patch {
    /// Takes one property; what cannot be changed, or not to this, is noted.
    fn set(&mut self, property: &Element) {
        if !self.take(property) {
            self.refused.push(property.name.clone());
        }
    }

    fn take(&mut self, property: &Element) -> bool {
        let text = property.trimmed();
        let (edit, is) = (&mut self.edit, |name: Name| property.name == name);
        if is(name::DISPLAYNAME) {
            edit.name = Some(text.to_owned());
            !text.is_empty()
        } else if is(name::CALENDAR_DESCRIPTION) {
            edit.description = Some(text.to_owned());
            true
        } else if is(name::CALENDAR_COLOR) {
            edit.color = color(text);
            edit.color.is_some()
        } else if is(name::CALENDAR_ORDER) {
            edit.sort = text.parse().ok();
            edit.sort.is_some()
        } else if is(name::CALENDAR_TIMEZONE) {
            edit.time_zone = time_zone(text);
            edit.time_zone.is_some()
        } else if is(name::CALENDAR_TIMEZONE_ID) {
            edit.time_zone = zone_named(text).map(|zone| zone.name().to_owned());
            edit.time_zone.is_some()
        } else if is(name::SUPPORTED_CALENDAR_COMPONENT_SET) {
            let names = property.all(name::COMP).filter_map(|c| c.get("name"));
            let names = names.map(str::to_ascii_uppercase);
            self.components = Some(names.filter(|n| components::is_kept(n)).collect());
            true
        } else if is(name::SCHEDULE_CALENDAR_TRANSP) {
            let known = ["opaque", "transparent"].map(|n| Name::new(name::CALDAV, n));
            let one = property.children.len() == 1;
            one && known.contains(&property.children[0].name) && dead::set(&mut self.dead, property)
        } else {
            !is_live(&property.name) && dead::set(&mut self.dead, property)
        }
    }

    fn remove(&mut self, property: &Name) {
        self.dead.retain(|own| own.name != *property);
        if *property == name::CALENDAR_DESCRIPTION {
            self.edit.description = Some(String::new());
        } else if *property == name::CALENDAR_TIMEZONE || *property == name::CALENDAR_TIMEZONE_ID {
            self.edit.time_zone = Some(String::new());
        } else if is_live(property) && *property != name::SCHEDULE_CALENDAR_TRANSP {
            self.refused.push(property.clone());
        }
    }
}

/// PROPPATCH: all or nothing (RFC 4918 9.2).
pub(super) async fn proppatch(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let update = PropertyUpdate::parse(&request.body)?;
    if !resource.is_there() {
        return Err(Fault::not_found());
    }
    if let Resource::Inbox(_) = resource {
        let refused = scheduling::update(request, &update).await?;
        return Ok(answer(request, resource, &update, &refused));
    }
    let Resource::Calendar(calendar) = resource else {
        // What these are is not for clients to say.
        let set = update.set.iter().map(|p| p.name.clone());
        let all: Vec<Name> = set.chain(update.remove.iter().cloned()).collect();
        return Ok(answer(request, resource, &update, &all));
    };
    let mut patch = Patch {
        dead: dead::all(calendar),
        ..Patch::default()
    };
    for property in &update.remove {
        patch.remove(property);
    }
    for property in &update.set {
        patch.set(property);
    }
    if patch.components.is_some() {
        patch.refused.push(name::SUPPORTED_CALENDAR_COMPONENT_SET);
    }
    let changed = patch.dead != dead::all(calendar);
    if changed && calendar.access < Access::Owner {
        // What somebody sets for themselves on another's calendar is not kept.
        let set = update.set.iter().map(|p| &p.name).filter(|n| !is_live(n));
        patch.refused.extend(set.cloned());
    }
    if patch.refused.is_empty() {
        if changed {
            dead::edit(calendar, &patch.dead, &mut patch.edit);
        }
        request
            .app
            .hub
            .update_calendar(&request.actor, calendar.id, patch.edit)
            .await?;
        if request.is_brief() {
            return Ok(empty(StatusCode::OK, &[]));
        }
    }
    Ok(answer(request, resource, &update, &patch.refused))
}

fn answer(
    request: &Request,
    resource: &Resource,
    update: &PropertyUpdate,
    refused: &[Name],
) -> HttpResponse {
    let response = Response {
        href: resource.href(request),
        propstats: propstats(update, refused),
        ..Response::default()
    };
    multistatus(&Multistatus {
        responses: vec![response],
        sync_token: None,
    })
}

/// Why MKCOL made nothing (RFC 5689 3).
fn not_made(update: &PropertyUpdate, refused: &[Name]) -> HttpResponse {
    let stats = propstats(update, refused);
    xml(StatusCode::FORBIDDEN, &mkcol_response(&stats))
}

/// What became of each property: nothing is done if one is refused.
pub(super) fn propstats(update: &PropertyUpdate, refused: &[Name]) -> Vec<PropStat> {
    let set = update.set.iter().map(|p| p.name.clone());
    let names: Vec<Name> = set.chain(update.remove.iter().cloned()).collect();
    let accepted = |name: &Name| !refused.contains(name);
    let (good, bad): (Vec<Name>, Vec<Name>) = names.into_iter().partition(accepted);
    let stat = |status, names: Vec<Name>| PropStat {
        status,
        props: names.into_iter().map(Element::new).collect(),
    };
    // 424: it would have been possible, but another one was not.
    let good_status = if bad.is_empty() { 200 } else { 424 };
    let stats = [stat(good_status, good), stat(403, bad)];
    stats.into_iter().filter(|s| !s.props.is_empty()).collect()
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
