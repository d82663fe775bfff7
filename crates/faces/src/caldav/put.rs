//! Writing objects: PUT (RFC 4791 5.3.2), and POST where the client lets us choose the name (RFC 5995).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use calendar::Event;
use hub::{CalendarView, ObjectContent, Precondition, events::Place};
use protocols::{
    caldav::{Element, Name, name},
    dialect::keep_others,
    icalendar::{
        self,
        component::Component,
        parse::{Flaw, Parsed},
    },
    zones::zone_named,
};

use super::{
    answer::{Fault, Result, empty},
    complete::completed,
    components,
    item::{Item, Kind, by_uid, find},
    object::{CONTENT_TYPE, RSCALES, mails, parts},
    request::Request,
    resource::{Resource, item_href},
    scheduling,
};

/// Media types of uploads: ours, and those that clients and tools send of themselves.
const TYPES: [&str; 5] = [
    "",
    "text/calendar",
    "text/plain",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
];

/// What a client uploads.
pub(super) struct Upload {
    what: What,
    /// Its text.
    text: String,
    /// The text is the client's own, to the octet.
    verbatim: bool,
}

enum What {
    Event(Box<Event>),
    Object { component: String, uid: String },
}

impl Upload {
    fn uid(&self) -> &str {
        match &self.what {
            What::Event(event) => &event.uid,
            What::Object { uid, .. } => uid,
        }
    }

    /// What an object is, to be written once more elsewhere.
    pub(super) fn of(item: &Item) -> Self {
        let what = match &item.kind {
            Kind::Event(event) => What::Event(Box::new(event.event.clone())),
            Kind::Object(object) => What::Object {
                component: object.component.clone(),
                uid: object.content.uid.clone(),
            },
        };
        Self {
            what,
            text: item.text().into_owned(),
            verbatim: true,
        }
    }
}

/// PUT.
pub(super) async fn put(request: &Request, resource: &Resource) -> Result<Response> {
    let (calendar, name) = match resource {
        Resource::Object(calendar, name) => (calendar, name),
        Resource::NoCalendar(_) | Resource::Nowhere => {
            let detail = "there is no such calendar";
            return Err(Fault::status(StatusCode::CONFLICT, detail));
        }
        _ => {
            let detail = "objects are put below calendars";
            return Err(Fault::status(StatusCode::FORBIDDEN, detail));
        }
    };
    let current = find(request, calendar, name).await?;
    let tag = current.as_ref().map(Item::etag);
    let conditions = request.check_conditions(tag.as_deref());
    let conditions = conditions.and_then(|()| scheduling::check_tag(request, current.as_ref()));
    if let Err(stale) = conditions {
        return match current.filter(|_| request.prefers("return=representation")) {
            // RFC 8144 3.2: what is there instead.
            Some(current) => {
                let status = StatusCode::PRECONDITION_FAILED;
                Ok(representation(request, calendar, &current, status))
            }
            None => Err(stale),
        };
    }
    let upload = read(request, calendar).await?;
    let status = match current {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::CREATED,
    };
    let sent = upload.verbatim.then(|| upload.text.clone());
    let written = write(request, calendar, name, upload, current).await?;
    Ok(answer(request, calendar, &written, (status, sent)))
}

/// POST to `;add-member`.
pub(super) async fn add_member(request: &Request, resource: &Resource) -> Result<Response> {
    let Resource::AddMember(calendar) = resource else {
        return Err(Fault::not_here());
    };
    let upload = read(request, calendar).await?;
    let name = format!("{}.ics", request.app.hub.ids().uuid());
    let made = (
        StatusCode::CREATED,
        upload.verbatim.then(|| upload.text.clone()),
    );
    let written = write(request, calendar, &name, upload, None).await?;
    let mut response = answer(request, calendar, &written, made);
    if let Ok(place) = HeaderValue::from_str(&item_href(request, calendar, &written)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Writes an upload under a name, in the place of what is there.
pub(super) async fn write(
    request: &Request,
    calendar: &CalendarView,
    name: &str,
    upload: Upload,
    current: Option<Item>,
) -> Result<Item> {
    check_uid(request, calendar, upload.uid(), current.as_ref()).await?;
    let hub = &request.app.hub;
    match upload.what {
        What::Event(event) => {
            let current = match current.map(|item| (item.unchanged(), item.kind)) {
                Some((unchanged, Kind::Event(current))) => Some((unchanged, current)),
                _ => None,
            };
            write_event(request, calendar, name, *event, &upload.text, current).await
        }
        What::Object { component, uid } => {
            let unchanged = current.map_or(Precondition::None, |item| item.unchanged());
            let content = ObjectContent {
                name: name.to_owned(),
                uid,
                text: upload.text,
            };
            let (new, how) = ((component, content), scheduling::how(request));
            let written = hub.write_object(&request.actor, calendar.id, unchanged, new, how);
            let written = Box::pin(written).await;
            Ok(Item::object(scheduling::told(request, written)?))
        }
    }
}

async fn write_event(
    request: &Request,
    calendar: &CalendarView,
    name: &str,
    mut event: Event,
    text: &str,
    current: Option<(Precondition, Box<hub::EventView>)>,
) -> Result<Item> {
    let mails = mails(&event);
    let place = match current {
        Some((unchanged, current)) => {
            keep_others(&mut event, &current.event, icalendar::DIALECT);
            Place::Of(current.id, unchanged)
        }
        None => Place::New(name.to_owned()),
    };
    let hub = &request.app.hub;
    let (new, how) = ((event, text), scheduling::how(request));
    let written = hub.write_event(&request.actor, calendar.id, place, new, how);
    let written = scheduling::told(request, Box::pin(written).await)?;
    request.app.would_mail(mails);
    let text = written.text.as_deref().unwrap_or(text);
    Ok(Item::event(written.view).saying(text))
}

/// The answer to a write: the new entity tag where what is there is what was sent (RFC 4791 5.3.4), and what is there where
/// that is preferred (RFC 8144 3).
fn answer(
    request: &Request,
    calendar: &CalendarView,
    written: &Item,
    (status, sent): (StatusCode, Option<String>),
) -> Response {
    if request.prefers("return=representation") {
        let status = if status == StatusCode::NO_CONTENT {
            StatusCode::OK
        } else {
            status
        };
        return representation(request, calendar, written, status);
    }
    let mut response = if sent.is_some_and(|sent| sent == written.text()) {
        empty(status, &[("etag", &written.etag())])
    } else {
        empty(status, &[])
    };
    scheduling::tell_tag(&mut response, written);
    response
}

fn representation(
    request: &Request,
    calendar: &CalendarView,
    item: &Item,
    status: StatusCode,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE.to_owned()),
        (header::ETAG, item.etag()),
        (header::CONTENT_LOCATION, item_href(request, calendar, item)),
    ];
    let mut response = (status, headers, item.text().into_owned()).into_response();
    scheduling::tell_tag(&mut response, item);
    response
}

fn refused(condition: Name, detail: impl Into<String>) -> Fault {
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

/// The one object of a body (RFC 4791 5.3.2.1).
pub(super) async fn read(request: &Request, calendar: &CalendarView) -> Result<Upload> {
    if calendar.inbox {
        let detail = "messages arrive here: nothing can be put here";
        return Err(Fault::status(StatusCode::FORBIDDEN, detail));
    }
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !TYPES.contains(&kind) {
        let detail = format!("{kind} is not kept here; text/calendar is");
        return Err(refused(name::SUPPORTED_CALENDAR_DATA, detail));
    }
    let body = &request.body[..];
    let parsed = icalendar::parse::parse(body)
        .map_err(|error| refused(name::VALID_CALENDAR_DATA, error.to_string()))?;
    check_lines(&parsed)?;
    let [tree] = &parsed.components[..] else {
        return Err(refused(
            name::VALID_CALENDAR_DATA,
            "one VCALENDAR is needed",
        ));
    };
    if !tree.is("VCALENDAR") {
        return Err(refused(name::VALID_CALENDAR_DATA, "a VCALENDAR is needed"));
    }
    let mut what = content(&parsed, tree, calendar)?;
    let repaired = parsed.repairs.iter().any(|r| r.flaw.touches_content());
    let completed = completed(tree, request.app.hub.clock().now());
    let completed = scheduling::by_mail(request, tree, completed).await?;
    if let Some(tree) = &completed {
        // People may go by other names now.
        let text = icalendar::write::write(tree);
        if let Ok(again) = icalendar::parse::parse(&text) {
            what = content(&again, tree, calendar)?;
        }
    }
    let text = std::str::from_utf8(body).ok();
    let text = text.filter(|_| !repaired && completed.is_none());
    let written = || icalendar::write::write(completed.as_ref().unwrap_or(tree));
    Ok(Upload {
        what,
        verbatim: text.is_some(),
        text: text.map_or_else(written, str::to_owned),
    })
}

/// Refuses a text whose lines are none: what they should say nobody knows.
pub(super) fn check_lines(parsed: &Parsed<'_>) -> Result<()> {
    let broken = |flaw: Flaw| {
        use Flaw::{Control, MissingEnd, NotAProperty, NotUtf8, StrayEnd};
        matches!(
            flaw,
            Control | MissingEnd | NotAProperty | NotUtf8 | StrayEnd
        )
    };
    match parsed.repairs.iter().find(|r| broken(r.flaw)) {
        Some(repair) => {
            let detail = format!("line {}: {}", repair.line, repair.flaw.describe().0);
            Err(refused(name::VALID_CALENDAR_DATA, detail))
        }
        None => Ok(()),
    }
}

fn content(parsed: &Parsed<'_>, tree: &Component<'_>, calendar: &CalendarView) -> Result<What> {
    let whole = |detail: &str| refused(name::VALID_CALENDAR_OBJECT_RESOURCE, detail);
    if tree.property("METHOD").is_some() {
        return Err(whole("METHOD is for messages, not for stored objects"));
    }
    let Some(first) = parts(tree).next() else {
        return Err(whole("there is nothing in it"));
    };
    if parts(tree).any(|part| !part.is(&first.name)) {
        return Err(whole("all components must be of one kind"));
    }
    let component = first.name.to_ascii_uppercase();
    if !components::held(calendar).contains(&component) {
        let detail = format!("{component} is not kept in this calendar");
        return Err(refused(name::SUPPORTED_CALENDAR_COMPONENT, detail));
    }
    check_zones(tree)?;
    check_scales(tree)?;
    if component != "VEVENT" {
        return object(tree, component);
    }
    let mut events = icalendar::read_parsed(parsed);
    match (events.pop(), events.is_empty()) {
        (Some(Ok(mapped)), true) => Ok(What::Event(Box::new(mapped.value))),
        (Some(Err(error)), true) => Err(refused(name::VALID_CALENDAR_DATA, error.to_string())),
        _ => Err(whole("one event, with one UID, is needed")),
    }
}

/// What is no event must have a UID, the same in all its parts.
fn object(tree: &Component<'_>, component: String) -> Result<What> {
    let uid = |part: &Component<'_>| part.property("UID").map(|uid| uid.value.trim().to_owned());
    let mut uids = parts(tree).map(uid);
    let first = uids.next().flatten().filter(|uid| !uid.is_empty());
    let first = first.ok_or_else(|| refused(name::VALID_CALENDAR_DATA, "UID is needed"))?;
    if uids.any(|uid| uid.as_ref() != Some(&first)) {
        let condition = name::VALID_CALENDAR_OBJECT_RESOURCE;
        return Err(refused(condition, "one UID is needed"));
    }
    Ok(What::Object {
        component,
        uid: first,
    })
}

/// A zone is either one that we know by its name (RFC 7809 3.1.3), or it comes along.
fn check_zones(tree: &Component<'_>) -> Result<()> {
    let comes_along = |tzid: &str| {
        let mut zones = tree.components.iter().filter(|c| c.is("VTIMEZONE"));
        zones.any(|c| c.property("TZID").is_some_and(|own| own.as_text() == tzid))
    };
    for property in parts(tree).flat_map(|part| &part.properties) {
        let Some(tzid) = property.parameter("TZID") else {
            continue;
        };
        if !comes_along(&tzid) && zone_named(&tzid).is_none() {
            let detail = format!(
                "line {}: {}: no zone {tzid}",
                property.line.0, property.name
            );
            return Err(refused(name::VALID_TIMEZONE, detail));
        }
    }
    Ok(())
}

/// Rules count by calendars that we know (RFC 7529 7).
fn check_scales(tree: &Component<'_>) -> Result<()> {
    let rules = parts(tree).flat_map(|part| part.all("RRULE"));
    for rule in rules {
        let mut parts = rule
            .value
            .split(';')
            .filter_map(|part| part.split_once('='));
        let scale = parts.find(|(name, _)| name.eq_ignore_ascii_case("RSCALE"));
        let known = |scale: &str| RSCALES.iter().any(|own| own.eq_ignore_ascii_case(scale));
        if let Some((_, scale)) = scale.filter(|(_, scale)| !known(scale)) {
            let detail = format!("line {}: no calendar {scale}", rule.line.0);
            return Err(refused(name::SUPPORTED_RSCALE, detail));
        }
    }
    Ok(())
}

/// RFC 4791 5.3.2.1: no two objects of a calendar have the same UID, and an object keeps its own.
async fn check_uid(
    request: &Request,
    calendar: &CalendarView,
    uid: &str,
    current: Option<&Item>,
) -> Result<()> {
    let conflict = |with: &Item| {
        let href = Element::text(name::HREF, item_href(request, calendar, with));
        let condition = Element::parent(name::NO_UID_CONFLICT, [href]);
        Fault::element(StatusCode::FORBIDDEN, condition)
    };
    if let Some(current) = current {
        return if current.uid() == uid {
            Ok(())
        } else {
            Err(conflict(current))
        };
    }
    match by_uid(request, calendar, uid).await? {
        Some(other) => Err(conflict(&other)),
        None => Ok(()),
    }
}
