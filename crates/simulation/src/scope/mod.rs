//! All that can happen in a small scope: a few calendars, a few things that people do, one accident, and every order of
//! all of it. States that are the same are entered once.
//!
//! The world is the same as in a life; what chance decides there is told by a script here (`rng::Script`). An
//! accident is a request that is lost, or executed late, or whose reply is lost; a read that is answered by a server that
//! lags behind; a program that throws a stamp away; a worker that crashes; a cursor that is not valid any more.

mod digest;
mod order;
mod plan;
mod search;
mod start;
mod step;
mod tell;

pub use plan::Left;
pub use search::{Found, Orders, Report, explore};
pub use start::Start;
