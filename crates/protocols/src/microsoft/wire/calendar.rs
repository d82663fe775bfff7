//! `calendar`.

use serde::{Deserialize, Serialize};

use super::{
    EmailAddress, Rest,
    words::{boolean, words},
};

words! {
    /// `calendarColor`.
    CalendarColor {
        /// The client chooses.
        Auto = "auto",
        /// Light blue.
        LightBlue = "lightBlue",
        /// Light green.
        LightGreen = "lightGreen",
        /// Light orange.
        LightOrange = "lightOrange",
        /// Light gray.
        LightGray = "lightGray",
        /// Light yellow.
        LightYellow = "lightYellow",
        /// Light teal.
        LightTeal = "lightTeal",
        /// Light pink.
        LightPink = "lightPink",
        /// Light brown.
        LightBrown = "lightBrown",
        /// Light red.
        LightRed = "lightRed",
    }
}

/// `calendar`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Case-sensitive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A colour of the palette.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<CalendarColor>,
    /// A colour of one's own, `#rrggbb`; empty without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex_color: Option<String>,
    /// Whether it is the mailbox's own calendar.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "boolean"
    )]
    pub is_default_calendar: Option<bool>,
    /// Version of the calendar's properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_key: Option<String>,
    /// May it be shared by this user?
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "boolean"
    )]
    pub can_share: Option<bool>,
    /// May this user see private items?
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "boolean"
    )]
    pub can_view_private_items: Option<bool>,
    /// May this user write?
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "boolean"
    )]
    pub can_edit: Option<bool>,
    /// Who owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<EmailAddress>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}
