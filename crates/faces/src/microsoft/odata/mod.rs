//! The parts of OData 4.01 that Graph's calendars use: query options and filters.

mod filter;
mod query;

pub(super) use filter::{at, compare};
pub(super) use query::Query;
