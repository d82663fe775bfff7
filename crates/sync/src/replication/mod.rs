//! A copy and its provider: plan what to write, digest what was seen and what was answered.

mod echo;
mod hold;
mod look;
mod observe;
mod plan;
mod reply;
mod settle;
mod surplus;

pub use hold::{decide, hold_again};
pub use look::looked;
pub use observe::{Digest, Standing, is_known, observe};
pub use plan::{Step, plan};
pub use reply::{Reply, Settled, reply};
pub use surplus::hand_over;
