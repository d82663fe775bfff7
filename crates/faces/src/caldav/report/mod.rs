//! REPORT (RFC 3253 3.6).

mod alarms;
pub(super) mod busy;
mod data;
mod expand;
mod free_busy;
mod home;
mod matching;
mod multiget;
mod people;
mod query;
mod sync;
mod tasks;
mod told;

use axum::{http::StatusCode, response::Response as HttpResponse};
use calendar::Window;
use hub::CalendarView;
use jiff::Timestamp;
use protocols::caldav::{
    Element, Name, PropFind, PropStat, Props, Report, Response, Scope, TimeRange, name,
};

use super::{
    answer::{Fault, Result},
    item::Item,
    properties::{Properties, Subject},
    propfind::{IN_TEXTS, by_name, calendars, response},
    request::{Depth, Request},
    resource::{Resource, forbidden, item_href},
};
use data::Wanted;
pub(super) use query::own_zone;

/// REPORT on any resource.
pub(super) async fn report(request: &Request, resource: &Resource) -> Result<HttpResponse> {
    let report = Report::parse(&request.body)?;
    if !resource.is_there() {
        return Err(Fault::not_found());
    }
    let busy_time = matches!(resource, Resource::BusyTime(_));
    if busy_time && !matches!(report, Report::FreeBusyQuery(_)) {
        return Err(forbidden());
    }
    match report {
        Report::CalendarQuery(query) => query::query(request, resource, &query).await,
        Report::Multiget(multiget) => multiget::multiget(request, resource, &multiget).await,
        Report::SyncCollection(sync) => sync::sync(request, resource, &sync).await,
        Report::FreeBusyQuery(query) => free_busy::free_busy(request, resource, query.range).await,
        Report::Other(root) if root.name == name::EXPAND_PROPERTY => {
            expand::expand(request, resource, &root).await
        }
        Report::Other(root) => people::report(request, resource, &root).await,
    }
}

/// RFC 3253 3.6.
fn unsupported() -> Fault {
    let condition = Name::new(name::DAV, "supported-report");
    Fault::condition(
        StatusCode::FORBIDDEN,
        condition,
        "this report is not supported here",
    )
}

/// Refuses any depth but 0 in reports that have no other (RFC 3744 9).
fn only_depth_0(request: &Request) -> Result<()> {
    if matches!(request.header("depth").map(str::trim), None | Some("0")) {
        return Ok(());
    }
    let detail = "this report is about one resource: Depth: 0";
    Err(Fault::status(StatusCode::BAD_REQUEST, detail))
}

/// The calendars that a report on a resource is about, by its depth, and the one object if it is about that alone.
async fn targets<'r>(
    request: &Request,
    resource: &'r Resource,
) -> Result<(Vec<CalendarView>, Option<&'r str>)> {
    Ok(match resource {
        Resource::Calendar(calendar) => (vec![calendar.clone()], None),
        Resource::Object(calendar, name) => (vec![calendar.clone()], Some(name)),
        Resource::Home if matches!(request.depth_of_report(), Depth::Zero) => (Vec::new(), None),
        Resource::Home => (calendars(request).await?, None),
        Resource::Inbox(inbox) => (inbox.iter().map(|c| (**c).clone()).collect(), None),
        Resource::Outbox => (Vec::new(), None),
        _ => return Err(unsupported()),
    })
}

/// A range with open ends as a window.
fn window(range: TimeRange) -> Window {
    Window {
        from: range.start.unwrap_or(Timestamp::MIN),
        to: range.end.unwrap_or(Timestamp::MAX),
    }
}

/// Refuses forms of calendar data that we do not have.
fn check(props: &Props) -> Result<()> {
    if props.calendar_data.foreign {
        let condition = name::SUPPORTED_CALENDAR_DATA;
        let detail = "text/calendar in version 2.0 is what there is";
        return Err(Fault::condition(StatusCode::FORBIDDEN, condition, detail));
    }
    Ok(())
}

/// Whether the texts of objects are needed for an answer.
fn needs_texts(props: &Props) -> bool {
    let texts = |name: &Name| *name == name::CALENDAR_DATA || IN_TEXTS.contains(name);
    props.scope != Scope::Named || props.names.iter().any(texts)
}

/// One object in an answer.
fn item_response(
    properties: &Properties<'_>,
    calendar: &CalendarView,
    item: &Item,
    wanted: &Wanted<'_>,
) -> Result<Response> {
    let request = properties.request;
    let href = item_href(request, calendar, item);
    let subject = Subject::Item(calendar, item);
    let props = wanted.props;
    match props.scope {
        Scope::Named => {}
        Scope::All => {
            return Ok(response(
                properties,
                href,
                &subject,
                &PropFind::All(Vec::new()),
            ));
        }
        Scope::Names => return Ok(response(properties, href, &subject, &PropFind::Names)),
    }
    let plain: Vec<Name> = props
        .names
        .iter()
        .filter(|n| **n != name::CALENDAR_DATA)
        .cloned()
        .collect();
    let mut response = by_name(properties, href, &subject, &plain);
    if plain.len() < props.names.len() {
        let data = Element::text(name::CALENDAR_DATA, wanted.data(item)?);
        let stats = &mut response.propstats;
        if let Some(stat) = stats.first_mut().filter(|stat| stat.status == 200) {
            stat.props.push(data);
        } else {
            let props = vec![data];
            stats.insert(0, PropStat { status: 200, props });
        }
    }
    Ok(response)
}
