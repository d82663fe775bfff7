//! Tier 1: what the real hub does in its transactions, without storage, around the real rules of `sync`.

mod away;
mod hiding;
mod linking;
mod looking;
mod moves;
mod reading;
mod rotation;
mod rows;
mod worker;

pub(crate) use looking::Known;
pub(crate) use reading::Page;
pub use rows::{Hub, Place, Row, calendar, index_of, place_of};
use rows::{LINK, along};
pub use worker::Worker;
pub(crate) use worker::{Flight, Stage};
