//! Names of elements and properties, with their namespaces.

use std::{borrow::Cow, fmt};

/// WebDAV (RFC 4918).
pub const DAV: &str = "DAV:";
/// CalDAV (RFC 4791).
pub const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// Extensions that Apple's first server introduced (`getctag`).
pub const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";
/// Properties of Apple's clients (`calendar-color`).
pub const APPLE: &str = "http://apple.com/ns/ical/";

/// A name in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The namespace; empty for none.
    pub namespace: Cow<'static, str>,
    /// The local name.
    pub local: Cow<'static, str>,
}

impl Name {
    /// A name in a namespace.
    pub const fn new(namespace: &'static str, local: &'static str) -> Self {
        Self {
            namespace: Cow::Borrowed(namespace),
            local: Cow::Borrowed(local),
        }
    }

    /// Whether both parts are these.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace == namespace && self.local == local
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

macro_rules! names {
    ($($namespace:ident { $($name:ident = $local:literal,)* })*) => {
        $($(
            #[doc = concat!("`", $local, "` in [`", stringify!($namespace), "`].")]
            pub const $name: Name = Name::new($namespace, $local);
        )*)*
    };
}

names! {
    DAV {
        ABSTRACT = "abstract",
        ACE = "ace",
        ACL = "acl",
        ACL_PRINCIPAL_PROP_SET = "acl-principal-prop-set",
        ACL_RESTRICTIONS = "acl-restrictions",
        ADD_MEMBER = "add-member",
        ALL = "all",
        ALLPROP = "allprop",
        ALTERNATE_URI_SET = "alternate-URI-set",
        APPLY_TO_PRINCIPAL_COLLECTION_SET = "apply-to-principal-collection-set",
        AUTHENTICATED = "authenticated",
        CANNOT_MODIFY_PROTECTED_PROPERTY = "cannot-modify-protected-property",
        COLLECTION = "collection",
        CREATIONDATE = "creationdate",
        CURRENT_USER_PRINCIPAL = "current-user-principal",
        CURRENT_USER_PRIVILEGE_SET = "current-user-privilege-set",
        DESCRIPTION = "description",
        DISPLAYNAME = "displayname",
        ERROR = "error",
        EXPAND_PROPERTY = "expand-property",
        GRANT = "grant",
        GROUP_MEMBERSHIP = "group-membership",
        GROUP_MEMBER_SET = "group-member-set",
        GETCONTENTLENGTH = "getcontentlength",
        GETCONTENTTYPE = "getcontenttype",
        GETETAG = "getetag",
        GETLASTMODIFIED = "getlastmodified",
        HREF = "href",
        INCLUDE = "include",
        INHERITED_ACL_SET = "inherited-acl-set",
        LIMIT = "limit",
        MATCH = "match",
        MKCOL_RESPONSE = "mkcol-response",
        MULTISTATUS = "multistatus",
        NRESULTS = "nresults",
        NUMBER_OF_MATCHES_WITHIN_LIMITS = "number-of-matches-within-limits",
        OWNER = "owner",
        PRINCIPAL = "principal",
        PRINCIPAL_MATCH = "principal-match",
        PRINCIPAL_PROPERTY = "principal-property",
        PRINCIPAL_PROPERTY_SEARCH = "principal-property-search",
        PRINCIPAL_SEARCH_PROPERTY = "principal-search-property",
        PRINCIPAL_SEARCH_PROPERTY_SET = "principal-search-property-set",
        PRINCIPAL_COLLECTION_SET = "principal-collection-set",
        PRINCIPAL_URL = "principal-URL",
        PRIVILEGE = "privilege",
        PROP = "prop",
        PROPERTY = "property",
        PROPERTY_SEARCH = "property-search",
        PROPERTYUPDATE = "propertyupdate",
        PROTECTED = "protected",
        PROPFIND_FINITE_DEPTH = "propfind-finite-depth",
        PROPFIND = "propfind",
        PROPNAME = "propname",
        PROPSTAT = "propstat",
        REMOVE = "remove",
        REPORT = "report",
        RESOURCE_ID = "resource-id",
        RESOURCETYPE = "resourcetype",
        RESPONSE = "response",
        RESOURCE_MUST_BE_NULL = "resource-must-be-null",
        SELF = "self",
        SET = "set",
        STATUS = "status",
        SUPPORTED_PRIVILEGE = "supported-privilege",
        SUPPORTED_PRIVILEGE_SET = "supported-privilege-set",
        SUPPORTED_REPORT = "supported-report",
        SUPPORTED_REPORT_SET = "supported-report-set",
        SYNC_COLLECTION = "sync-collection",
        SYNC_LEVEL = "sync-level",
        SYNC_TOKEN = "sync-token",
        VALID_RESOURCETYPE = "valid-resourcetype",
        VALID_SYNC_TOKEN = "valid-sync-token",
    }
    CALDAV {
        CALENDAR = "calendar",
        CALENDAR_DATA = "calendar-data",
        CALENDAR_DESCRIPTION = "calendar-description",
        CALENDAR_HOME_SET = "calendar-home-set",
        CALENDAR_MULTIGET = "calendar-multiget",
        CALENDAR_QUERY = "calendar-query",
        ALLCOMP = "allcomp",
        CALENDAR_TIMEZONE = "calendar-timezone",
        CALENDAR_TIMEZONE_ID = "calendar-timezone-id",
        CALENDAR_USER_ADDRESS_SET = "calendar-user-address-set",
        COMP = "comp",
        CALENDAR_ALLPROP = "allprop",
        CALENDAR_PROP = "prop",
        COMP_FILTER = "comp-filter",
        EXPAND = "expand",
        FILTER = "filter",
        FREE_BUSY_QUERY = "free-busy-query",
        LIMIT_FREEBUSY_SET = "limit-freebusy-set",
        MAX_ATTENDEES_PER_INSTANCE = "max-attendees-per-instance",
        MAX_DATE_TIME = "max-date-time",
        MIN_DATE_TIME = "min-date-time",
        NO_UID_CONFLICT = "no-uid-conflict",
        IS_NOT_DEFINED = "is-not-defined",
        LIMIT_RECURRENCE_SET = "limit-recurrence-set",
        MAX_RESOURCE_SIZE = "max-resource-size",
        MKCALENDAR = "mkcalendar",
        PARAM_FILTER = "param-filter",
        PROP_FILTER = "prop-filter",
        ALLOWED_ATTENDEE_CHANGE = "allowed-attendee-scheduling-object-change",
        ALLOWED_ORGANIZER_CHANGE = "allowed-organizer-scheduling-object-change",
        CALENDAR_FREE_BUSY_SET = "calendar-free-busy-set",
        CALENDAR_USER_TYPE = "calendar-user-type",
        RECIPIENT = "recipient",
        REQUEST_STATUS = "request-status",
        SAME_ORGANIZER = "same-organizer-in-all-components",
        SCHEDULED = "response",
        SCHEDULE_INBOX_URL = "schedule-inbox-URL",
        SCHEDULE_OUTBOX_URL = "schedule-outbox-URL",
        SCHEDULE_RESPONSE = "schedule-response",
        SCHEDULE_TAG = "schedule-tag",
        UNIQUE_SCHEDULING_OBJECT = "unique-scheduling-object-resource",
        SCHEDULE_DEFAULT_CALENDAR_URL = "schedule-default-calendar-URL",
        SCHEDULE_INBOX = "schedule-inbox",
        SCHEDULE_OUTBOX = "schedule-outbox",
        SCHEDULE_CALENDAR_TRANSP = "schedule-calendar-transp",
        SUPPORTED_CALENDAR_COMPONENT_SET = "supported-calendar-component-set",
        SUPPORTED_CALENDAR_COMPONENT = "supported-calendar-component",
        SUPPORTED_CALENDAR_COMPONENT_SETS = "supported-calendar-component-sets",
        SUPPORTED_RSCALE = "supported-rscale",
        SUPPORTED_RSCALE_SET = "supported-rscale-set",
        TIMEZONE = "timezone",
        TIMEZONE_ID = "timezone-id",
        VALID_CALENDAR_DATA = "valid-calendar-data",
        VALID_CALENDAR_OBJECT_RESOURCE = "valid-calendar-object-resource",
        VALID_TIMEZONE = "valid-timezone",
        SUPPORTED_CALENDAR_DATA = "supported-calendar-data",
        SUPPORTED_COLLATION = "supported-collation",
        SUPPORTED_COLLATION_SET = "supported-collation-set",
        TEXT_MATCH = "text-match",
        TIME_RANGE = "time-range",
        VALID_FILTER = "valid-filter",
    }
    CALENDAR_SERVER {
        GETCTAG = "getctag",
        SOURCE = "source",
        SUBSCRIBED = "subscribed",
    }
    APPLE {
        CALENDAR_COLOR = "calendar-color",
        CALENDAR_ORDER = "calendar-order",
    }
}
