//! WebDAV and CalDAV bodies: requests and multistatus answers, both read and written (RFC 4918, 4791, 6578, 3744).
//!
//! [`xml`] is a namespaced tree with limits; everything else gives its elements meaning. The same types serve the
//! connector, which writes requests and reads answers, and the server face, which does the reverse.

mod error;
pub mod filter;
pub mod multistatus;
pub mod name;
pub mod preconditions;
pub mod propfind;
pub mod proppatch;
pub mod report;
pub mod xml;

pub use error::Error;
pub use filter::{
    COLLATIONS, CompFilter, MatchType, ParamFilter, PropFilter, TextMatch, TimeRange,
};
pub use multistatus::{Multistatus, PropStat, Response};
pub use name::Name;
pub use propfind::{CalendarData, Comp, PropFind, Props, Scope};
pub use proppatch::PropertyUpdate;
pub use report::{CalendarQuery, FreeBusyQuery, Multiget, QueryZone, Report, SyncCollection};
pub use xml::Element;
