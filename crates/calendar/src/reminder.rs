//! Alarms (RFC 5545 3.6.6, RFC 8984 4.5.2).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One alarm of an event.
///
/// ```
/// use kalends_calendar::{Reminder, Trigger};
/// let mail = Reminder { trigger: Trigger::End(0), email: true };
/// assert_ne!(mail, Reminder::minutes_before(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reminder {
    /// When it goes off.
    pub trigger: Trigger,
    /// Whether it is a mail to oneself rather than a display.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub email: bool,
}

/// When an alarm goes off.
///
/// ```
/// use kalends_calendar::{Reminder, Trigger};
/// assert_eq!(Reminder::minutes_before(10).trigger, Trigger::Start(-600));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// Seconds relative to the start; negative is before.
    Start(i64),
    /// Seconds relative to the end; negative is before.
    End(i64),
    /// At an instant.
    At(Timestamp),
}

impl Reminder {
    /// A display so many minutes before the start.
    ///
    /// ```
    /// assert!(!kalends_calendar::Reminder::minutes_before(10).email);
    /// ```
    pub fn minutes_before(minutes: u32) -> Self {
        Self {
            trigger: Trigger::Start(-i64::from(minutes) * 60),
            email: false,
        }
    }
}
