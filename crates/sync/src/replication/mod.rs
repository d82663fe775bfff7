//! A copy and its provider: plan what to write, digest what was seen and what was answered.

mod echo;
mod ended;
mod hold;
mod landed;
mod look;
mod observe;
mod pilot;
mod plan;
mod reply;
mod rotated;
mod settle;
mod slotless;
mod surplus;

pub use hold::{decide, hold_again};
pub use look::{is_answered, looked, sought};
pub use observe::{Digest, Standing, is_known, observe};
pub use pilot::{Forgotten, forget};
pub use plan::{Step, body, plan, plan_without, sent_without};
pub use reply::{Reply, Settled, reply};
pub use rotated::{Entry, rebind, rename};
pub use surplus::{hand_over, is_second};
