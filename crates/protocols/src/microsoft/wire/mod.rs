//! The JSON of Graph v1.0, as types. Unknown properties are kept in `rest`; words that the schema does not list are
//! kept as they came. Input is read leniently (any letter case, booleans as text) because real clients write so.

mod calendar;
mod collection;
mod event;
mod fault;
mod recurrence;
mod subscription;
mod values;
mod words;

pub use calendar::{Calendar, CalendarColor};
pub use collection::Collection;
pub use event::{Event, ExtendedProperty, OnlineMeeting, Removed};
pub use fault::{Fault, FaultBody, InnerError};
pub use recurrence::{
    DayOfWeek, PatternType, PatternedRecurrence, RangeType, RecurrencePattern, RecurrenceRange,
    WeekIndex,
};
pub use subscription::{
    ChangeNotification, ChangeNotificationCollection, LifecycleEvent, ResourceData, Subscription,
};
pub use values::{
    Attendee, AttendeeType, Body, BodyType, Coordinates, DateTimeTimeZone, EmailAddress, EventType,
    Importance, Location, Recipient, Response, ResponseStatus, Sensitivity, ShowAs,
};

/// Properties without a field of their own, in the order in which they came.
pub type Rest = serde_json::Map<String, serde_json::Value>;
