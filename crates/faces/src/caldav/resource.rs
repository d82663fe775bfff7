//! Which resource an address is, and which address a resource has.

use hub::{Access, CalendarView, CopyId, EventView};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use uuid::Uuid;

use super::{
    answer::{Fault, Result},
    request::Request,
};

/// What is encoded in a path segment (RFC 3986 3.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

/// Where a host begins.
const HOST: &str = "/";

/// Where the face begins.
const ROOT: &str = "/caldav/";

/// Longest name of an object, in bytes.
const NAME_MAX: usize = 255;

/// What is at an address.
#[derive(Clone, Debug)]
pub(super) enum Resource {
    /// `/caldav/`, or `/` for those who know a host and nothing else.
    Root(&'static str),
    /// The person.
    Principal,
    /// The collection of the person's calendars.
    Home,
    /// A calendar.
    Calendar(CalendarView),
    /// An event, or the place for one.
    Object(CalendarView, String),
    /// A calendar that is not there, by its name.
    NoCalendar(String),
    /// A place below a calendar that is not there.
    Nowhere,
}

impl Resource {
    /// The resource at a path.
    pub(super) async fn at(request: &Request, path: &str) -> Result<Self> {
        if path == HOST {
            return Ok(Self::Root(HOST));
        }
        let path = path.strip_prefix(ROOT).ok_or_else(Fault::not_found)?;
        let names: Option<Vec<String>> = path
            .split('/')
            .filter(|s| !s.is_empty())
            .map(|s| Some(percent_decode_str(s).decode_utf8().ok()?.into_owned()))
            .collect();
        let names = names.ok_or_else(Fault::not_found)?;
        let mut names = names.iter().map(String::as_str);
        let kind = names.next();
        let user = names.next();
        let own = user == Some(&request.user.id.to_string());
        match (kind, own, names.next(), names.next(), names.next()) {
            (None, ..) => Ok(Self::Root(ROOT)),
            (Some("principals"), true, None, ..) => Ok(Self::Principal),
            (Some("calendars"), true, None, ..) => Ok(Self::Home),
            (Some("calendars"), true, Some(slug), None, _) => {
                Ok(match readable(request, slug).await? {
                    Some(calendar) => Self::Calendar(calendar),
                    None => Self::NoCalendar(slug.to_owned()),
                })
            }
            (Some("calendars"), true, Some(slug), Some(name), None) if name.len() <= NAME_MAX => {
                let calendar = readable(request, slug).await?;
                Ok(calendar.map_or(Self::Nowhere, |c| Self::Object(c, name.to_owned())))
            }
            _ => Err(Fault::not_found()),
        }
    }

    /// Its address.
    pub(super) fn href(&self, request: &Request) -> String {
        match self {
            Self::Root(path) => (*path).to_owned(),
            Self::Principal => principal(request),
            Self::Home | Self::Nowhere => home(request),
            Self::Calendar(calendar) => calendar_href(request, &calendar.slug),
            Self::NoCalendar(slug) => calendar_href(request, slug),
            Self::Object(calendar, name) => calendar_href(request, &calendar.slug) + &encode(name),
        }
    }
}

/// The calendar with this name in URLs, if the person may see its events. Where they may only see when it is busy there is
/// nothing to be had here.
async fn readable(request: &Request, slug: &str) -> Result<Option<CalendarView>> {
    match request.app.hub.calendar_by_slug(&request.actor, slug).await {
        Ok(calendar) => Ok(Some(calendar).filter(|c| c.access >= Access::Read)),
        Err(hub::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn encode(name: &str) -> String {
    utf8_percent_encode(name, ENCODED).to_string()
}

/// The address of the person.
pub(super) fn principal(request: &Request) -> String {
    format!("/caldav/principals/{}/", request.user.id)
}

/// The address of the collection of calendars.
pub(super) fn home(request: &Request) -> String {
    format!("/caldav/calendars/{}/", request.user.id)
}

/// The address of a calendar.
pub(super) fn calendar_href(request: &Request, slug: &str) -> String {
    format!("{}{}/", home(request), encode(slug))
}

/// The address of an event.
pub(super) fn event_href(request: &Request, calendar: &CalendarView, event: &EventView) -> String {
    calendar_href(request, &calendar.slug) + &encode(&object_name(event))
}

/// The name of an event's object: what a client chose, or its id.
pub(super) fn object_name(event: &EventView) -> String {
    event
        .name
        .clone()
        .unwrap_or_else(|| format!("{}.ics", event.id))
}

/// The entity tag of an event. The id is in it because a name can be used again.
pub(super) fn etag(event: &EventView) -> String {
    format!("\"{}-{}\"", event.id.0.as_simple(), event.revision)
}

/// The living event that an object's name stands for.
pub(super) async fn find(
    request: &Request,
    calendar: &CalendarView,
    name: &str,
) -> Result<Option<EventView>> {
    let hub = &request.app.hub;
    let named = hub.event_by_name(&request.actor, calendar.id, name).await?;
    if let Some(event) = named {
        return Ok(Some(event).filter(|event| event.alive));
    }
    let id = name
        .strip_suffix(".ics")
        .and_then(|id| id.parse::<Uuid>().ok());
    let Some(id) = id else {
        return Ok(None);
    };
    match hub.event(&request.actor, CopyId(id)).await {
        Ok(event) => {
            let here = event.alive && event.name.is_none() && event.calendar == calendar.id;
            Ok(Some(event).filter(|_| here))
        }
        Err(hub::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
