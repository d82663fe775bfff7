//! The present moment as a parameter.

use jiff::Timestamp;

/// Tells the time. The binary has one that reads the system clock; tests have one that they move.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}
