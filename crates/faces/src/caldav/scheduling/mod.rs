//! Scheduling (RFC 6638): what clients say of it in headers, how people are named, and what is refused. What follows from what
//! they write is the hub's.

mod arrivals;
pub(super) mod outbox;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use hub::scheduling::{Refusal, Scheduling};
use identity::User;
use protocols::{
    caldav::{Element, name},
    icalendar::component::{Component, Property},
    itip,
};

pub(super) use self::arrivals::{Arrivals, update};
use super::{
    answer::{Fault, Result},
    item::Item,
    request::Request,
    resource::{calendar_object, path_of, principal},
};

/// The tag that stays when only somebody's answer has come in (RFC 6638 3.2.10).
const SCHEDULE_TAG: HeaderName = HeaderName::from_static("schedule-tag");

/// How a client wants what it writes to be scheduled: `Schedule-Reply: F` tells nobody of an answer (RFC 6638 8.1).
pub(super) fn how(request: &Request) -> Scheduling<'static> {
    let said = request.header("schedule-reply").map(str::trim);
    Scheduling {
        reply: said != Some("F"),
        unread: request.header("if-schedule-tag-match").is_some(),
        ..Scheduling::ALL
    }
}

/// Checks `If-Schedule-Tag-Match` (RFC 6638 8.3).
pub(super) fn check_tag(request: &Request, current: Option<&Item>) -> Result<()> {
    let Some(wanted) = request.header("if-schedule-tag-match") else {
        return Ok(());
    };
    let tag = current.and_then(Item::schedule_tag);
    if tag.as_deref() == Some(wanted.trim()) {
        Ok(())
    } else {
        Err(Fault::precondition())
    }
}

/// Says the schedule tag of an object, if it has one (RFC 6638 8.2).
pub(super) fn tell_tag(response: &mut Response, item: &Item) {
    let tag = item.schedule_tag();
    if let Some(Ok(value)) = tag.map(|tag| HeaderValue::from_str(&tag)) {
        response.headers_mut().insert(SCHEDULE_TAG, value);
    }
}

/// The addresses by which somebody can be invited (RFC 6638 2.4.1).
pub(super) fn addresses(user: &User) -> Element {
    let all = [
        format!("mailto:{}", user.email),
        principal(user),
        format!("urn:uuid:{}", user.id),
    ];
    let all = all.map(|address| Element::text(name::HREF, address));
    Element::parent(name::CALENDAR_USER_ADDRESS_SET, all)
}

/// A calendar in which everybody of this hub goes by their mail address and their name, whatever a client calls them. Others
/// would not know the addresses that we have for them.
///
/// The tree is `completed` where that is there.
pub(super) async fn by_mail(
    request: &Request,
    tree: &Component<'_>,
    completed: Option<Component<'static>>,
) -> Result<Option<Component<'static>>> {
    let parts = tree.components.iter().filter(|c| !c.is("VTIMEZONE"));
    let mut people = parts
        .flat_map(|part| &part.properties)
        .filter(|p| p.is("ORGANIZER") || p.is("ATTENDEE"));
    let is_usual = |p: &Property<'_>| mail(&p.value).is_some() && p.parameter("CN").is_some();
    if people.all(is_usual) {
        return Ok(completed);
    }
    let users = request.app.identity.users().await?;
    let mut whole = completed.unwrap_or_else(|| tree.clone().into_owned());
    let before = whole.clone();
    itip::normalise(&mut whole, |property| {
        let user = users
            .iter()
            .find(|user| is_called(user, property.value.trim()));
        let Some(user) = user else { return };
        if mail(&property.value).is_none() {
            property.value = format!("mailto:{}", user.email).into();
        }
        if property.parameter("CN").is_none() && !user.name.is_empty() {
            *property = std::mem::take(property).with("CN", &user.name);
        }
    });
    Ok((whole != before || before != *tree).then_some(whole))
}

/// The address of a mail URI.
fn mail(value: &str) -> Option<&str> {
    let value = value.trim();
    let start = value.get(..7)?;
    start.eq_ignore_ascii_case("mailto:").then(|| &value[7..])
}

/// Whether an address is somebody's.
fn is_called(user: &User, address: &str) -> bool {
    if let Some(mail) = mail(address) {
        return mail.eq_ignore_ascii_case(&user.email);
    }
    let id = user.id.to_string();
    let urn = address
        .get(..9)
        .filter(|s| s.eq_ignore_ascii_case("urn:uuid:"));
    if urn.is_some() {
        return address[9..].eq_ignore_ascii_case(&id);
    }
    let path = path_of(address).unwrap_or_default();
    path.trim_end_matches('/') == principal(user).trim_end_matches('/')
}

/// What a write brought, or why it is refused. Of a meeting that is elsewhere it is said where (RFC 6638 3.2.4.1).
pub(super) fn told<T>(request: &Request, written: hub::Result<T>) -> Result<T> {
    written.map_err(|error| match error {
        hub::Error::Scheduling(Refusal::Elsewhere { slug, name: object }) => {
            let href = calendar_object(request, &slug, &object);
            let href = Element::text(name::HREF, href);
            let condition = Element::parent(name::UNIQUE_SCHEDULING_OBJECT, [href]);
            Fault::element(StatusCode::FORBIDDEN, condition)
        }
        error => error.into(),
    })
}
