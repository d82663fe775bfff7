//! The properties of each kind of resource: a table, and beside it what clients have set themselves.

use std::collections::HashMap;

use hub::{Access, CalendarId, CalendarView};
use protocols::caldav::{COLLATIONS, Element, Name, name};

pub(super) use super::subject::Subject;
use super::{
    BODY_MAX,
    answer::Result,
    components, dead,
    kinds::{component_set, kinds, reports, time_zone},
    object::{self, PEOPLE_MAX},
    privileges::{self, Granted},
    request::Request,
    resource::{PRINCIPALS, Resource, home_of, principal},
    scheduling::{self, Arrivals},
};

/// Sync tokens are URIs (RFC 6578 4); this is what they begin with. A `data` URI is nothing but what is in it.
pub(super) const TOKEN: &str = "data:,kalends-";

/// The sync token of a position in the change log.
pub(super) fn sync_token(position: i64) -> String {
    format!("{TOKEN}{position}")
}

/// Knows what does not change between the resources of one answer.
pub(super) struct Properties<'a> {
    pub(super) request: &'a Request,
    /// The newest position of the log.
    pub(super) position: i64,
    /// Where in the log the calendars last changed that are asked about.
    moved: HashMap<CalendarId, i64>,
    /// Whom those are shared with of which that is asked.
    shares: HashMap<CalendarId, Vec<Granted>>,
    /// Into which calendar invitations come, and which make somebody busy.
    arrivals: Option<Arrivals>,
}

/// One row of the table: a property, whether `allprop` brings it (RFC 4918 14.2), and its value where it has one.
struct Row {
    name: Name,
    common: bool,
    value: fn(&Properties<'_>, &Subject<'_>) -> Option<Element>,
}

const fn row(
    name: Name,
    common: bool,
    value: fn(&Properties<'_>, &Subject<'_>) -> Option<Element>,
) -> Row {
    Row {
        name,
        common,
        value,
    }
}

/// All live properties. None of them can be set but those that [`super::collection`] takes.
const TABLE: &[Row] = &[
    row(name::RESOURCETYPE, true, |_, s| Some(kinds(s))),
    row(name::DISPLAYNAME, true, |p, s| {
        Some(Element::text(name::DISPLAYNAME, display_name(p, s)?))
    }),
    row(name::GETETAG, true, |p, s| {
        Some(Element::text(name::GETETAG, p.etag(s)?))
    }),
    row(name::GETCONTENTTYPE, true, |_, s| {
        Some(Element::text(name::GETCONTENTTYPE, content_type(s)))
    }),
    row(name::GETLASTMODIFIED, true, |_, s| {
        let at = object::http_date(s.item()?.times().0);
        Some(Element::text(name::GETLASTMODIFIED, at))
    }),
    row(name::CREATIONDATE, true, |_, s| {
        let at = s.item()?.times().1;
        Some(Element::text(
            name::CREATIONDATE,
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ))
    }),
    row(name::GETCONTENTLENGTH, true, |_, s| {
        let length = s.item().map_or(0, |item| item.text().len());
        Some(Element::text(name::GETCONTENTLENGTH, length.to_string()))
    }),
    row(name::CURRENT_USER_PRINCIPAL, false, |p, _| {
        Some(href(
            name::CURRENT_USER_PRINCIPAL,
            principal(&p.request.user),
        ))
    }),
    row(name::OWNER, false, owner),
    row(name::PRINCIPAL_COLLECTION_SET, false, |_, _| {
        Some(href(name::PRINCIPAL_COLLECTION_SET, PRINCIPALS))
    }),
    row(name::SUPPORTED_REPORT_SET, false, |_, s| Some(reports(s))),
    row(name::CURRENT_USER_PRIVILEGE_SET, false, |p, s| {
        Some(privileges::current(p.request, s))
    }),
    row(name::SUPPORTED_PRIVILEGE_SET, false, |_, s| {
        Some(privileges::supported(s))
    }),
    row(name::ACL, false, |p, s| {
        let shares = s.place().and_then(|c| p.shares.get(&c.id));
        privileges::acl(p.request, s, shares.map_or(&[], Vec::as_slice))
    }),
    row(name::ACL_RESTRICTIONS, false, |_, _| {
        Some(privileges::restrictions())
    }),
    row(name::INHERITED_ACL_SET, false, |_, _| {
        Some(Element::new(name::INHERITED_ACL_SET))
    }),
    row(name::RESOURCE_ID, false, |_, s| {
        let id = match (s, s.calendar()) {
            (Subject::Item(_, item), _) => item.id(),
            (_, Some(calendar)) => calendar.id.0,
            (Subject::Resource(Resource::Principal(user)), _) => user.id.0,
            (Subject::Resource(_), None) => return None,
        };
        Some(href(name::RESOURCE_ID, format!("urn:uuid:{id}")))
    }),
    row(name::ADD_MEMBER, false, |p, s| {
        let place = Resource::AddMember(s.calendar()?.clone());
        Some(href(name::ADD_MEMBER, place.href(p.request)))
    }),
    row(name::SYNC_TOKEN, false, |p, s| {
        let synced = matches!(
            s.resource()?,
            Resource::Home | Resource::Inbox(_) | Resource::Calendar(_)
        );
        synced.then(|| Element::text(name::SYNC_TOKEN, sync_token(p.position)))
    }),
    row(name::GETCTAG, false, |p, s| {
        Some(Element::text(name::GETCTAG, p.tag(s)?))
    }),
    // People.
    row(name::PRINCIPAL_URL, false, |_, s| {
        Some(href(name::PRINCIPAL_URL, principal(person(s)?)))
    }),
    row(name::ALTERNATE_URI_SET, false, |_, s| {
        let user = person(s)?;
        Some(href(
            name::ALTERNATE_URI_SET,
            format!("mailto:{}", user.email),
        ))
    }),
    row(name::GROUP_MEMBER_SET, false, |_, s| {
        person(s).map(|_| Element::new(name::GROUP_MEMBER_SET))
    }),
    row(name::GROUP_MEMBERSHIP, false, |_, s| {
        person(s).map(|_| Element::new(name::GROUP_MEMBERSHIP))
    }),
    row(name::CALENDAR_USER_ADDRESS_SET, false, |_, s| {
        Some(scheduling::addresses(person(s)?))
    }),
    row(name::CALENDAR_USER_TYPE, false, |_, s| {
        person(s)?;
        Some(Element::text(name::CALENDAR_USER_TYPE, "INDIVIDUAL"))
    }),
    row(name::SCHEDULE_INBOX_URL, false, |p, s| {
        let own = person(s)?.id == p.request.user.id;
        let inbox = Resource::Inbox(None).href(p.request);
        own.then(|| href(name::SCHEDULE_INBOX_URL, inbox))
    }),
    row(name::SCHEDULE_OUTBOX_URL, false, |p, s| {
        let own = person(s)?.id == p.request.user.id;
        let outbox = Resource::Outbox.href(p.request);
        own.then(|| href(name::SCHEDULE_OUTBOX_URL, outbox))
    }),
    // Scheduling.
    row(name::SCHEDULE_DEFAULT_CALENDAR_URL, false, |p, s| {
        Some(p.arrivals(s)?.default_calendar(p.request))
    }),
    row(name::CALENDAR_FREE_BUSY_SET, false, |p, s| {
        Some(p.arrivals(s)?.free_busy_set(p.request))
    }),
    row(name::SCHEDULE_TAG, false, |_, s| {
        Some(Element::text(name::SCHEDULE_TAG, s.item()?.schedule_tag()?))
    }),
    row(name::CALENDAR_HOME_SET, false, |_, s| {
        Some(href(name::CALENDAR_HOME_SET, home_of(person(s)?.id)))
    }),
    // Calendars.
    row(name::CALENDAR_DESCRIPTION, false, |_, s| {
        let text = s.calendar()?.description.clone()?;
        Some(Element::text(name::CALENDAR_DESCRIPTION, text))
    }),
    row(name::CALENDAR_COLOR, false, |_, s| {
        // Apple's form has an alpha channel.
        let color = s.calendar()?.color.as_deref()?.to_ascii_uppercase();
        Some(Element::text(name::CALENDAR_COLOR, color + "FF"))
    }),
    row(name::CALENDAR_ORDER, false, |_, s| {
        let sort = s.calendar()?.sort.to_string();
        Some(Element::text(name::CALENDAR_ORDER, sort))
    }),
    row(name::CALENDAR_TIMEZONE, false, |_, s| {
        let calendar = s.calendar()?;
        let around = calendar.last_sync.unwrap_or_default();
        let zone = time_zone(&calendar.time_zone, around);
        Some(Element::text(name::CALENDAR_TIMEZONE, zone))
    }),
    row(name::CALENDAR_TIMEZONE_ID, false, |_, s| {
        let zone = s.calendar()?.time_zone.clone();
        Some(Element::text(name::CALENDAR_TIMEZONE_ID, zone))
    }),
    row(name::MAX_RESOURCE_SIZE, false, |_, s| {
        s.calendar()?;
        Some(Element::text(name::MAX_RESOURCE_SIZE, BODY_MAX.to_string()))
    }),
    row(name::MAX_ATTENDEES_PER_INSTANCE, false, |_, s| {
        s.calendar()?;
        let max = PEOPLE_MAX.to_string();
        Some(Element::text(name::MAX_ATTENDEES_PER_INSTANCE, max))
    }),
    row(name::SUPPORTED_CALENDAR_COMPONENT_SET, false, |_, s| {
        let held = if s.is_busy_time() {
            vec!["VFREEBUSY".to_owned()]
        } else {
            components::held(s.calendar()?)
        };
        Some(component_set(held.iter().map(String::as_str)))
    }),
    row(name::SUPPORTED_CALENDAR_COMPONENT_SETS, false, |_, s| {
        let sets = [["VEVENT"], ["VTODO"], ["VJOURNAL"]].map(component_set);
        let sets = Element::parent(name::SUPPORTED_CALENDAR_COMPONENT_SETS, sets);
        matches!(s.resource()?, Resource::Home).then_some(sets)
    }),
    row(name::SUPPORTED_CALENDAR_DATA, false, |_, s| {
        s.calendar()?;
        let data = Element::new(name::CALENDAR_DATA)
            .attribute("content-type", "text/calendar")
            .attribute("version", "2.0");
        Some(Element::parent(name::SUPPORTED_CALENDAR_DATA, [data]))
    }),
    row(name::SUPPORTED_COLLATION_SET, false, |_, s| {
        s.calendar()?;
        let known = COLLATIONS.map(|c| Element::text(name::SUPPORTED_COLLATION, c));
        Some(Element::parent(name::SUPPORTED_COLLATION_SET, known))
    }),
    row(name::SUPPORTED_RSCALE_SET, false, |_, s| {
        let shown = matches!(
            s.resource()?,
            Resource::Home | Resource::Inbox(_) | Resource::Calendar(_)
        );
        let known = object::RSCALES.iter();
        let known = known.map(|scale| Element::text(name::SUPPORTED_RSCALE, *scale));
        shown.then(|| Element::parent(name::SUPPORTED_RSCALE_SET, known))
    }),
    row(name::SCHEDULE_CALENDAR_TRANSP, false, |_, s| {
        s.calendar()?;
        let opaque = Element::new(Name::new(name::CALDAV, "opaque"));
        Some(Element::parent(name::SCHEDULE_CALENDAR_TRANSP, [opaque]))
    }),
];

/// Whether this is a property of ours.
pub(super) fn is_live(name: &Name) -> bool {
    TABLE.iter().any(|row| row.name == *name)
}

impl<'a> Properties<'a> {
    /// The properties as they are now.
    pub(super) async fn of(request: &'a Request) -> Result<Self> {
        Ok(Self {
            request,
            position: request.app.hub.position(&request.actor).await?,
            moved: HashMap::new(),
            shares: HashMap::new(),
            arrivals: None,
        })
    }

    /// Looks when calendars last changed, before they are asked about.
    pub(super) async fn know(&mut self, calendars: impl Iterator<Item = CalendarId>) -> Result<()> {
        for id in calendars {
            let hub = &self.request.app.hub;
            let at = hub.calendar_position(&self.request.actor, id).await?;
            self.moved.insert(id, at);
        }
        Ok(())
    }

    /// Looks whom calendars of their own are shared with, before that is asked.
    pub(super) async fn know_shares(&mut self, calendars: &[&CalendarView]) -> Result<()> {
        for calendar in calendars.iter().filter(|c| c.access >= Access::Owner) {
            let granted = privileges::grants(self.request, calendar.id).await?;
            self.shares.insert(calendar.id, granted);
        }
        Ok(())
    }

    /// Looks into which calendar invitations come, before an inbox is asked.
    pub(super) async fn know_default(&mut self) -> Result<()> {
        self.arrivals = Some(Arrivals::of(self.request).await?);
        Ok(())
    }

    fn arrivals(&self, subject: &Subject<'_>) -> Option<&Arrivals> {
        match subject.resource()? {
            Resource::Inbox(_) => self.arrivals.as_ref(),
            _ => None,
        }
    }

    /// The value of a property; `None` if this resource does not have it.
    pub(super) fn get(&self, subject: &Subject<'_>, name: &Name) -> Option<Element> {
        if !subject.tells(name) {
            return None;
        }
        let set = subject.calendar().and_then(|c| dead::get(c, name));
        set.or_else(|| {
            let row = TABLE.iter().find(|row| row.name == *name)?;
            (row.value)(self, subject)
        })
    }

    /// What `allprop` brings.
    pub(super) fn common(&self, subject: &Subject<'_>) -> Vec<Element> {
        self.those(subject, |row| row.common)
    }

    /// All there are.
    pub(super) fn all(&self, subject: &Subject<'_>) -> Vec<Element> {
        self.those(subject, |_| true)
    }

    fn those(&self, subject: &Subject<'_>, which: impl Fn(&Row) -> bool) -> Vec<Element> {
        let set = subject.calendar().map(dead::all).unwrap_or_default();
        let rows = TABLE.iter();
        let rows = rows.filter(|row| which(row) && subject.tells(&row.name));
        let live = rows.filter(|row| !set.iter().any(|own| own.name == row.name));
        let mut found: Vec<Element> = live.filter_map(|row| (row.value)(self, subject)).collect();
        found.extend(set);
        found
    }

    /// What changes whenever something in a collection does.
    pub(super) fn tag(&self, subject: &Subject<'_>) -> Option<String> {
        match subject.resource()? {
            Resource::Calendar(calendar) => {
                let at = self.moved.get(&calendar.id).unwrap_or(&self.position);
                Some(format!("\"c-{at}\""))
            }
            Resource::Home => Some(format!("\"h-{}\"", self.position)),
            Resource::Inbox(Some(inbox)) => {
                let at = self.moved.get(&inbox.id).unwrap_or(&self.position);
                Some(format!("\"i-{at}\""))
            }
            Resource::Inbox(None) | Resource::Outbox => Some("\"empty\"".to_owned()),
            _ => None,
        }
    }

    fn etag(&self, subject: &Subject<'_>) -> Option<String> {
        match subject {
            Subject::Item(_, item) => Some(item.etag()),
            Subject::Resource(_) => self.tag(subject),
        }
    }
}

/// An element with an href in it.
pub(super) fn href(name: Name, href: impl Into<String>) -> Element {
    Element::parent(name, [Element::text(name::HREF, href)])
}

fn person<'a>(subject: &Subject<'a>) -> Option<&'a identity::User> {
    match subject {
        Subject::Resource(Resource::Principal(user)) => Some(user),
        _ => None,
    }
}

/// What people call somebody.
pub(super) fn called(user: &identity::User) -> &str {
    if user.name.is_empty() {
        &user.email
    } else {
        &user.name
    }
}

fn display_name(properties: &Properties<'_>, subject: &Subject<'_>) -> Option<String> {
    Some(match subject.resource()? {
        Resource::Principal(user) => called(user).to_owned(),
        Resource::Home => "Calendars".to_owned(),
        Resource::Inbox(_) => "Inbox".to_owned(),
        Resource::Outbox => "Outbox".to_owned(),
        Resource::Calendar(calendar) | Resource::BusyTime(calendar) => calendar.name.clone(),
        Resource::Root(_) => called(&properties.request.user).to_owned(),
        _ => return None,
    })
}

fn content_type(subject: &Subject<'_>) -> String {
    match subject {
        Subject::Item(..) | Subject::Resource(Resource::Calendar(_)) => object::CONTENT_TYPE.into(),
        Subject::Resource(_) => "httpd/unix-directory".to_owned(),
    }
}

fn owner(properties: &Properties<'_>, subject: &Subject<'_>) -> Option<Element> {
    use Resource::{Homes, Principal, Principals, Root};
    let own = match (subject.place(), subject) {
        (Some(calendar), _) => calendar.owner,
        (None, Subject::Resource(Principal(user))) => Some(user.id),
        // These are nobody's.
        (None, Subject::Resource(Root(_) | Homes | Principals)) => return None,
        (None, _) => None,
    };
    let mut user = properties.request.user.clone();
    user.id = own.unwrap_or(user.id);
    Some(href(name::OWNER, principal(&user)))
}
