//! What kind of resource something is, what it holds and which reports it answers.

use jiff::{SignedDuration, Timestamp};
use protocols::{
    caldav::{Element, Name, name},
    icalendar,
};

use super::{properties::Subject, resource::Resource};

/// `resourcetype`.
pub(super) fn kinds(subject: &Subject<'_>) -> Element {
    let kinds: &[Name] = match subject {
        Subject::Item(..) => &[],
        Subject::Resource(resource) => match resource {
            Resource::Calendar(_) | Resource::BusyTime(_) => &[name::COLLECTION, name::CALENDAR],
            Resource::Principal(_) => &[name::COLLECTION, name::PRINCIPAL],
            Resource::Inbox(_) => &[name::COLLECTION, name::SCHEDULE_INBOX],
            Resource::Outbox => &[name::COLLECTION, name::SCHEDULE_OUTBOX],
            _ => &[name::COLLECTION],
        },
    };
    Element::parent(name::RESOURCETYPE, kinds.iter().cloned().map(Element::new))
}

/// `supported-calendar-component-set` of these.
pub(super) fn component_set<'c>(names: impl IntoIterator<Item = &'c str>) -> Element {
    let comp = |name| Element::new(name::COMP).attribute("name", name);
    let comps = names.into_iter().map(comp);
    Element::parent(name::SUPPORTED_CALENDAR_COMPONENT_SET, comps)
}

/// `supported-report-set` (RFC 3253 3.1.5).
pub(super) fn reports(subject: &Subject<'_>) -> Element {
    const PEOPLE: [Name; 4] = [
        name::ACL_PRINCIPAL_PROP_SET,
        name::PRINCIPAL_MATCH,
        name::PRINCIPAL_PROPERTY_SEARCH,
        name::EXPAND_PROPERTY,
    ];
    const OBJECTS: [Name; 3] = [
        name::CALENDAR_QUERY,
        name::CALENDAR_MULTIGET,
        name::FREE_BUSY_QUERY,
    ];
    let own: &[Name] = match subject {
        Subject::Resource(Resource::BusyTime(_)) => &OBJECTS[2..],
        Subject::Resource(Resource::Calendar(_) | Resource::Home) => &OBJECTS,
        Subject::Item(..) | Subject::Resource(Resource::Inbox(_)) => &OBJECTS[..2],
        Subject::Resource(Resource::Principals) => &[name::PRINCIPAL_SEARCH_PROPERTY_SET],
        Subject::Resource(_) => &[],
    };
    let synced = matches!(
        subject,
        Subject::Resource(Resource::Calendar(_) | Resource::Home | Resource::Inbox(_))
    );
    let sync = synced.then_some(name::SYNC_COLLECTION);
    let people = PEOPLE.into_iter().filter(|_| !subject.is_busy_time());
    let all = own.iter().cloned().chain(sync).chain(people);
    let supported = all.map(|report| {
        let report = Element::parent(name::REPORT, [Element::new(report)]);
        Element::parent(name::SUPPORTED_REPORT, [report])
    });
    Element::parent(name::SUPPORTED_REPORT_SET, supported)
}

/// A VCALENDAR with one VTIMEZONE (RFC 4791 5.2.2).
pub(super) fn time_zone(name: &str, around: Timestamp) -> String {
    let years = SignedDuration::from_hours(24 * 366 * 5);
    let from = around.saturating_sub(years).unwrap_or(Timestamp::MIN);
    let to = around.saturating_add(years).unwrap_or(Timestamp::MAX);
    let mut calendar = icalendar::empty_calendar();
    calendar
        .components
        .push(icalendar::zone_component(name, from, to));
    icalendar::write::write(&calendar)
}
