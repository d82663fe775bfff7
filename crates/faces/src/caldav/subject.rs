//! What a property is asked of, and how much of it is told.

use hub::CalendarView;
use protocols::caldav::{Name, name};

use super::{item::Item, resource::Resource};

/// Properties of a calendar of which one may see when it is busy, and nothing more. None of them changes with what is in it.
/// It says that it holds free-busy information alone: clients do not ask such a calendar for its events.
const OF_BUSY_TIME: [Name; 15] = [
    name::RESOURCETYPE,
    name::DISPLAYNAME,
    name::CURRENT_USER_PRINCIPAL,
    name::OWNER,
    name::PRINCIPAL_COLLECTION_SET,
    name::SUPPORTED_REPORT_SET,
    name::CURRENT_USER_PRIVILEGE_SET,
    name::SUPPORTED_PRIVILEGE_SET,
    name::ACL_RESTRICTIONS,
    name::INHERITED_ACL_SET,
    name::RESOURCE_ID,
    name::CALENDAR_COLOR,
    name::CALENDAR_TIMEZONE,
    name::CALENDAR_TIMEZONE_ID,
    name::SUPPORTED_CALENDAR_COMPONENT_SET,
];

/// What a property is asked of.
pub(super) enum Subject<'a> {
    /// Something that is no object.
    Resource(&'a Resource),
    /// An object of a calendar.
    Item(&'a CalendarView, &'a Item),
}

impl<'a> Subject<'a> {
    /// The calendar that it is.
    pub(super) fn calendar(&self) -> Option<&'a CalendarView> {
        match self {
            Self::Resource(Resource::Calendar(calendar) | Resource::BusyTime(calendar)) => {
                Some(calendar)
            }
            _ => None,
        }
    }

    /// The calendar that it is, or is in.
    pub(super) fn place(&self) -> Option<&'a CalendarView> {
        match self {
            Self::Item(calendar, _) => Some(calendar),
            Self::Resource(_) => self.calendar(),
        }
    }

    pub(super) fn item(&self) -> Option<&'a Item> {
        match self {
            Self::Item(_, item) => Some(item),
            Self::Resource(_) => None,
        }
    }

    pub(super) fn resource(&self) -> Option<&'a Resource> {
        match self {
            Self::Resource(resource) => Some(resource),
            Self::Item(..) => None,
        }
    }

    /// Whether only its busy time may be seen.
    pub(super) fn is_busy_time(&self) -> bool {
        matches!(self, Self::Resource(Resource::BusyTime(_)))
    }

    /// Whether a property is told of it, if it has it.
    pub(super) fn tells(&self, name: &Name) -> bool {
        !self.is_busy_time() || OF_BUSY_TIME.contains(name)
    }
}
