//! The properties of each kind of resource.

use hub::{CalendarView, EventView};
use jiff::{SignedDuration, Timestamp};
use protocols::{
    caldav::{COLLATIONS, Element, Name, name},
    icalendar,
};

use super::{
    BODY_MAX,
    object::{self, CALENDAR},
    request::Request,
    resource::{Resource, etag, home, principal},
};

/// The scope that writing needs.
const WRITE: &str = "calendar.write";

/// Sync tokens are URIs (RFC 6578 4); this is what they begin with.
pub(super) const TOKEN: &str = "urn:kalends:position:";

/// The sync token of a position in the change log.
pub(super) fn sync_token(position: i64) -> String {
    format!("{TOKEN}{position}")
}

/// What a property is asked of.
pub(super) enum Subject<'a> {
    /// Something that is no event.
    Resource(&'a Resource),
    /// An event of a calendar.
    Event(&'a CalendarView, &'a EventView),
}

/// Knows what does not change between the resources of one answer.
pub(super) struct Properties<'a> {
    pub(super) request: &'a Request,
    /// The newest position of the log.
    pub(super) position: i64,
}

fn href(name: Name, href: impl Into<String>) -> Element {
    Element::parent(name, [Element::text(name::HREF, href)])
}

fn dav(local: &'static str) -> Element {
    Element::new(Name::new(name::DAV, local))
}

impl Properties<'_> {
    /// The value of a property; `None` if this resource does not have it.
    pub(super) fn get(&self, subject: &Subject<'_>, name: &Name) -> Option<Element> {
        if let Some(common) = self.common(subject, name) {
            return Some(common);
        }
        match subject {
            Subject::Resource(Resource::Principal) => self.principal(name),
            Subject::Resource(Resource::Home) => {
                (*name == name::DISPLAYNAME).then(|| Element::text(name.clone(), "Calendars"))
            }
            Subject::Resource(Resource::Calendar(calendar)) => self.calendar(calendar, name),
            Subject::Event(_, event) => event_property(event, name),
            Subject::Resource(_) => None,
        }
    }

    fn common(&self, subject: &Subject<'_>, name: &Name) -> Option<Element> {
        let request = self.request;
        let is = |other: Name| *name == other;
        if is(name::CURRENT_USER_PRINCIPAL) || is(name::OWNER) {
            return Some(href(name.clone(), principal(request)));
        }
        if is(name::PRINCIPAL_COLLECTION_SET) {
            return Some(href(name.clone(), "/caldav/principals/"));
        }
        if is(name::RESOURCETYPE) {
            let kinds: &[Name] = match subject {
                Subject::Event(..) => &[],
                Subject::Resource(Resource::Calendar(_)) => &[name::COLLECTION, name::CALENDAR],
                Subject::Resource(Resource::Principal) => &[name::COLLECTION, name::PRINCIPAL],
                Subject::Resource(_) => &[name::COLLECTION],
            };
            let kinds = kinds.iter().cloned().map(Element::new);
            return Some(Element::parent(name.clone(), kinds));
        }
        if is(name::SUPPORTED_REPORT_SET) {
            return Some(reports(subject));
        }
        if is(name::CURRENT_USER_PRIVILEGE_SET) {
            return Some(self.privileges(subject));
        }
        None
    }

    /// Honest, because clients show calendars as read-only by it (RFC 3744 5.5).
    fn privileges(&self, subject: &Subject<'_>) -> Element {
        let place = match subject {
            Subject::Resource(Resource::Calendar(calendar)) => !calendar.read_only,
            Subject::Event(calendar, _) => !calendar.read_only,
            Subject::Resource(resource) => matches!(resource, Resource::Home),
        };
        let writable = place && self.request.actor.may(WRITE);
        let mut all = vec!["read", "read-current-user-privilege-set"];
        if writable {
            all.extend([
                "write",
                "write-content",
                "write-properties",
                "bind",
                "unbind",
            ]);
        }
        let mut privileges: Vec<Element> = all
            .into_iter()
            .map(|p| Element::parent(name::PRIVILEGE, [dav(p)]))
            .collect();
        let free_busy = Element::new(Name::new(name::CALDAV, "read-free-busy"));
        privileges.push(Element::parent(name::PRIVILEGE, [free_busy]));
        Element::parent(name::CURRENT_USER_PRIVILEGE_SET, privileges)
    }

    fn principal(&self, name: &Name) -> Option<Element> {
        let user = &self.request.user;
        let is = |other: Name| *name == other;
        if is(name::DISPLAYNAME) {
            let shown = if user.name.is_empty() {
                &user.email
            } else {
                &user.name
            };
            return Some(Element::text(name.clone(), shown));
        }
        if is(name::CALENDAR_HOME_SET) {
            return Some(href(name.clone(), home(self.request)));
        }
        if is(name::CALENDAR_USER_ADDRESS_SET) {
            return Some(href(name.clone(), format!("mailto:{}", user.email)));
        }
        if is(name::PRINCIPAL_URL) {
            return Some(href(name.clone(), principal(self.request)));
        }
        None
    }

    fn calendar(&self, calendar: &CalendarView, name: &Name) -> Option<Element> {
        let is = |other: Name| *name == other;
        let text = |text: String| Some(Element::text(name.clone(), text));
        if is(name::DISPLAYNAME) {
            return text(calendar.name.clone());
        }
        if is(name::CALENDAR_DESCRIPTION) {
            return text(calendar.description.clone()?);
        }
        if is(name::CALENDAR_COLOR) {
            // Apple's form has an alpha channel.
            return text(format!(
                "{}FF",
                calendar.color.clone()?.to_ascii_uppercase()
            ));
        }
        if is(name::CALENDAR_ORDER) {
            return text(calendar.sort.to_string());
        }
        if is(name::CALENDAR_TIMEZONE) {
            return text(time_zone(
                &calendar.time_zone,
                calendar.last_sync.unwrap_or_default(),
            ));
        }
        if is(name::SYNC_TOKEN) {
            return text(sync_token(self.position));
        }
        if is(name::GETCTAG) {
            return text(format!("\"{}\"", self.position));
        }
        if is(name::MAX_RESOURCE_SIZE) {
            return text(BODY_MAX.to_string());
        }
        if is(name::RESOURCE_ID) {
            return Some(href(name.clone(), format!("urn:uuid:{}", calendar.id)));
        }
        if is(name::SUPPORTED_CALENDAR_COMPONENT_SET) {
            let events = Element::new(name::COMP).attribute("name", "VEVENT");
            return Some(Element::parent(name.clone(), [events]));
        }
        if is(name::SUPPORTED_CALENDAR_DATA) {
            let data = Element::new(name::CALENDAR_DATA)
                .attribute("content-type", "text/calendar")
                .attribute("version", "2.0");
            return Some(Element::parent(name.clone(), [data]));
        }
        if is(name::SUPPORTED_COLLATION_SET) {
            let known = COLLATIONS.map(|c| Element::text(name::SUPPORTED_COLLATION, c));
            return Some(Element::parent(name.clone(), known));
        }
        if is(name::SCHEDULE_CALENDAR_TRANSP) {
            let opaque = Element::new(Name::new(name::CALDAV, "opaque"));
            return Some(Element::parent(name.clone(), [opaque]));
        }
        None
    }
}

fn event_property(event: &EventView, name: &Name) -> Option<Element> {
    let is = |other: Name| *name == other;
    let text = |text: String| Some(Element::text(name.clone(), text));
    if is(name::GETETAG) {
        return text(etag(event));
    }
    if is(name::GETCONTENTTYPE) {
        return text(CALENDAR.to_owned());
    }
    if is(name::GETLASTMODIFIED) {
        return text(object::http_date(event.updated));
    }
    if is(name::GETCONTENTLENGTH) {
        return text(object::text(event).len().to_string());
    }
    if is(name::RESOURCE_ID) {
        return Some(href(name.clone(), format!("urn:uuid:{}", event.id)));
    }
    None
}

fn reports(subject: &Subject<'_>) -> Element {
    let names: &[Name] = match subject {
        Subject::Resource(Resource::Calendar(_)) => &[
            name::CALENDAR_QUERY,
            name::CALENDAR_MULTIGET,
            name::SYNC_COLLECTION,
            name::FREE_BUSY_QUERY,
        ],
        _ => &[],
    };
    let supported = names.iter().map(|report| {
        let report = Element::parent(name::REPORT, [Element::new(report.clone())]);
        Element::parent(name::SUPPORTED_REPORT, [report])
    });
    Element::parent(name::SUPPORTED_REPORT_SET, supported)
}

/// A VCALENDAR with one VTIMEZONE (RFC 4791 5.2.2).
fn time_zone(name: &str, around: Timestamp) -> String {
    let years = SignedDuration::from_hours(24 * 366 * 5);
    let from = around.saturating_sub(years).unwrap_or(Timestamp::MIN);
    let to = around.saturating_add(years).unwrap_or(Timestamp::MAX);
    let mut calendar = icalendar::empty_calendar();
    calendar
        .components
        .push(icalendar::zone_component(name, from, to));
    icalendar::write::write(&calendar)
}

/// What `allprop` brings (RFC 4918 14.2: those of that RFC, and cheap).
pub(super) const ALL: [Name; 6] = [
    name::RESOURCETYPE,
    name::DISPLAYNAME,
    name::GETETAG,
    name::GETCONTENTTYPE,
    name::GETLASTMODIFIED,
    name::GETCONTENTLENGTH,
];

/// What `propname` names besides.
pub(super) const FURTHER: [Name; 20] = [
    name::CALENDAR_COLOR,
    name::CALENDAR_DESCRIPTION,
    name::CALENDAR_HOME_SET,
    name::CALENDAR_ORDER,
    name::CALENDAR_TIMEZONE,
    name::CALENDAR_USER_ADDRESS_SET,
    name::CURRENT_USER_PRINCIPAL,
    name::CURRENT_USER_PRIVILEGE_SET,
    name::GETCTAG,
    name::MAX_RESOURCE_SIZE,
    name::OWNER,
    name::PRINCIPAL_COLLECTION_SET,
    name::PRINCIPAL_URL,
    name::RESOURCE_ID,
    name::SCHEDULE_CALENDAR_TRANSP,
    name::SUPPORTED_CALENDAR_COMPONENT_SET,
    name::SUPPORTED_CALENDAR_DATA,
    name::SUPPORTED_COLLATION_SET,
    name::SUPPORTED_REPORT_SET,
    name::SYNC_TOKEN,
];
