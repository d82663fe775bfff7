//! From rules to instants: which occurrences an event has in a window.
//!
//! [`Compiled`] expands one rule over civil time: `days` turns its day parts into masks of the days of a year,
//! `times` its time parts into seconds of the day, and a `page` is one year of both. COUNT is answered by
//! counting bits, a window by turning to its year. The zone enters at the very end, in `occurrences`.

mod asked;
mod backwards;
mod budget;
pub(crate) mod civil;
mod compiled;
mod cycle;
mod days;
mod earlier;
mod instances;
mod mask;
mod occurrences;
mod page;
mod parts;
mod questions;
mod regular;
mod same;
mod scale;
mod scaled;
pub(crate) mod spans;
mod split;
mod times;

pub use backwards::Backwards;
pub use compiled::Compiled;
pub use earlier::OccurrencesBefore;
pub use instances::Instances;
pub use occurrences::{Occurrence, Occurrences, Window};
pub use questions::Last;
pub use same::Equality;
pub(crate) use split::explicit;
