//! Which resource an address is, and which address a resource has.

use hub::{Access, CalendarView};
use identity::User;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    answer::{Fault, Result},
    item::Item,
    privileges::NEED_PRIVILEGES,
    request::Request,
};

/// What is encoded in a path segment (RFC 3986 3.3).
pub(super) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

/// Where a host begins.
const HOST: &str = "/";

/// Where the face begins.
const ROOT: &str = "/caldav/";

/// The collection of the people.
pub(super) const PRINCIPALS: &str = "/caldav/principals/";

/// The collection of their calendar homes.
const HOMES: &str = "/caldav/calendars/";

/// Names in a home of what is no calendar.
const INBOX: &str = "inbox";
const OUTBOX: &str = "outbox";

/// What is added to the address of a calendar for those who let us choose a name (RFC 5995).
const ADD_MEMBER: &str = ";add-member";

/// Longest name of an object, in bytes.
const NAME_MAX: usize = 255;

/// What is at an address.
#[derive(Clone, Debug)]
pub(super) enum Resource {
    /// `/caldav/`, or `/` for those who know a host and nothing else.
    Root(&'static str),
    /// The collection of the people.
    Principals,
    /// A person.
    Principal(User),
    /// The collection of their homes.
    Homes,
    /// The collection of the person's calendars.
    Home,
    /// Where messages arrive (RFC 6638 2.2), with what is in it if anything ever was.
    Inbox(Option<Box<CalendarView>>),
    /// Where others are asked when they are busy (RFC 6638 2.1). Nothing is ever in it.
    Outbox,
    /// A calendar.
    Calendar(CalendarView),
    /// A calendar of somebody else of which it may be seen when it is busy, and nothing more (RFC 4791 6.1.1). What is in it
    /// cannot be named.
    BusyTime(CalendarView),
    /// An object, or the place for one.
    Object(CalendarView, String),
    /// The place of an object whose name we choose.
    AddMember(CalendarView),
    /// A calendar that is not there, by its name.
    NoCalendar(String),
    /// A place below a calendar that is not there.
    Nowhere,
}

impl Resource {
    /// The resource at a path.
    pub(super) async fn at(request: &Request, path: &str) -> Result<Self> {
        if path.trim_start_matches('/').is_empty() {
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
        match (kind, user) {
            (None, _) => return Ok(Self::Root(ROOT)),
            (Some("principals"), None) => return Ok(Self::Principals),
            (Some("calendars"), None) => return Ok(Self::Homes),
            _ => {}
        }
        let owner = person(request, user).await?;
        let own = owner.id == request.user.id;
        let rest = (names.next(), names.next(), names.next());
        match (kind, rest) {
            (Some("principals"), (None, ..)) => Ok(Self::Principal(owner)),
            (Some("calendars"), rest) if own => Self::in_home(request, rest).await,
            (Some("calendars"), (Some(slug), name, None)) => {
                Self::shared(request, &owner, slug, name).await
            }
            (Some("calendars"), _) => Err(forbidden()),
            _ => Err(Fault::not_found()),
        }
    }

    async fn in_home(
        request: &Request,
        names: (Option<&str>, Option<&str>, Option<&str>),
    ) -> Result<Self> {
        match names {
            (None, ..) => Ok(Self::Home),
            (Some(INBOX), None, _) => inbox(request).await,
            (Some(OUTBOX), None, _) => Ok(Self::Outbox),
            (Some(slug), None, _) => Ok(match named(request, slug).await? {
                Some(calendar) if calendar.inbox => Self::Inbox(Some(Box::new(calendar))),
                Some(calendar) => Self::of(calendar),
                None => Self::NoCalendar(slug.to_owned()),
            }),
            (Some(slug), Some(name), None) if name.len() <= NAME_MAX => {
                let calendar = named(request, slug).await?;
                Ok(match calendar {
                    // Also of what is not there: its name would tell whether it is.
                    Some(calendar) if calendar.access < Access::Read => return Err(forbidden()),
                    Some(calendar) if name == ADD_MEMBER => Self::AddMember(calendar),
                    Some(calendar) => Self::Object(calendar, name.to_owned()),
                    None => Self::Nowhere,
                })
            }
            _ => Err(Fault::not_found()),
        }
    }

    /// A calendar of somebody else, by its address in their home.
    async fn shared(
        request: &Request,
        owner: &User,
        name: &str,
        object: Option<&str>,
    ) -> Result<Self> {
        let found = by_slug(request, &slug(owner.id, name)).await?;
        let calendar = found.ok_or_else(forbidden)?;
        match object {
            None => Ok(Self::of(calendar)),
            Some(_) if calendar.access < Access::Read => Err(forbidden()),
            Some(object) => Ok(Self::Object(calendar, object.to_owned())),
        }
    }

    /// A calendar, as far as it may be seen.
    pub(super) fn of(calendar: CalendarView) -> Self {
        if calendar.access < Access::Read {
            Self::BusyTime(calendar)
        } else {
            Self::Calendar(calendar)
        }
    }

    /// Its address.
    pub(super) fn href(&self, request: &Request) -> String {
        match self {
            Self::Root(path) => (*path).to_owned(),
            Self::Principals => PRINCIPALS.to_owned(),
            Self::Principal(user) => principal(user),
            Self::Homes => HOMES.to_owned(),
            Self::Home | Self::Nowhere => home(request),
            Self::Inbox(_) => home(request) + INBOX + "/",
            Self::Outbox => home(request) + OUTBOX + "/",
            Self::Calendar(calendar) | Self::BusyTime(calendar) => {
                calendar_href(request, &calendar.slug)
            }
            Self::NoCalendar(slug) => calendar_href(request, slug),
            Self::Object(calendar, name) => calendar_href(request, &calendar.slug) + &encode(name),
            Self::AddMember(calendar) => calendar_href(request, &calendar.slug) + ADD_MEMBER,
        }
    }

    /// Whether there is something, without looking for objects.
    pub(super) fn is_there(&self) -> bool {
        !matches!(
            self,
            Self::NoCalendar(_) | Self::Nowhere | Self::AddMember(_)
        )
    }
}

/// The inbox of whoever asks.
pub(super) async fn inbox(request: &Request) -> Result<Resource> {
    let inbox = request.app.hub.inbox(&request.actor).await?;
    Ok(Resource::Inbox(inbox.map(Box::new)))
}

/// What belongs to somebody else (RFC 3744 7.1.1).
pub(super) fn forbidden() -> Fault {
    let detail = "this is another person's, and not shared with you";
    Fault::condition(axum::http::StatusCode::FORBIDDEN, NEED_PRIVILEGES, detail)
}

async fn person(request: &Request, id: Option<&str>) -> Result<User> {
    let id = id.unwrap_or_default();
    if id == request.user.id.to_string() {
        return Ok(request.user.clone());
    }
    let everybody = request.app.identity.users().await?.into_iter();
    let found = everybody.into_iter().find(|user| user.id.to_string() == id);
    found.ok_or_else(Fault::not_found)
}

/// The calendar with this name in the person's home.
async fn named(request: &Request, name: &str) -> Result<Option<CalendarView>> {
    let own = by_slug(request, &slug(request.user.id, name)).await?;
    match own {
        Some(own) => Ok(Some(own)),
        None => by_slug(request, name).await,
    }
}

async fn by_slug(request: &Request, slug: &str) -> Result<Option<CalendarView>> {
    match request.app.hub.calendar_by_slug(&request.actor, slug).await {
        Ok(calendar) => Ok(Some(calendar)),
        Err(hub::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn encode(name: &str) -> String {
    utf8_percent_encode(name, ENCODED).to_string()
}

/// The address of a person.
pub(super) fn principal(user: &User) -> String {
    format!("{PRINCIPALS}{}/", user.id)
}

/// The address of the collection of calendars.
pub(super) fn home(request: &Request) -> String {
    home_of(request.user.id)
}

/// The same of anybody.
pub(super) fn home_of(person: hub::UserId) -> String {
    format!("{HOMES}{person}/")
}

/// In whose calendar home a path is, if it is not that of whoever asks.
pub(super) fn home_of_another(request: &Request, path: &str) -> Option<hub::UserId> {
    let id = path.strip_prefix(HOMES)?.split('/').next()?;
    let id = hub::UserId(id.parse().ok()?);
    (id != request.user.id).then_some(id)
}

/// The slug of a calendar that a person makes here under a name: slugs are the tenant's, and each person has a calendar home.
pub fn slug(user: hub::UserId, name: &str) -> String {
    format!("{user}.{name}")
}

/// The address of a calendar.
pub(super) fn calendar_href(request: &Request, slug: &str) -> String {
    if let Some(other) = request.within
        && let Some(name) = slug.strip_prefix(&self::slug(other, ""))
    {
        return format!("{HOMES}{other}/{}/", encode(name));
    }
    let own = slug.strip_prefix(&self::slug(request.user.id, ""));
    format!("{}{}/", home(request), encode(own.unwrap_or(slug)))
}

/// The address of an object.
pub(super) fn item_href(request: &Request, calendar: &CalendarView, item: &Item) -> String {
    calendar_href(request, &calendar.slug) + &encode(&item.name())
}

/// The address of an object by its name and that of its calendar.
pub(super) fn calendar_object(request: &Request, slug: &str, name: &str) -> String {
    calendar_href(request, slug) + &encode(name)
}

/// The path of an address that a client wrote: a path, or a whole one.
pub(super) fn path_of(href: &str) -> Option<&str> {
    match href.split_once("://") {
        Some((_, rest)) => Some(&rest[rest.find('/')?..]),
        None => Some(href),
    }
}
