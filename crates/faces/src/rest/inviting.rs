//! `sendSchedulingMessages`: whether people outside of the hub are written to, as JMAP for calendars has it
//! (`draft-ietf-jmap-calendars`, `CalendarEvent/set`). Without it nobody is.

use hub::{Precondition, events::Terms, scheduling::Scheduling};
use serde::Deserialize;
use utoipa::IntoParams;

/// Who is told of a change.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Inviting {
    /// Whether people outside of the hub are told by mail: guests of an invitation, of a change, or that it is called off; an
    /// organizer of an answer. People of the hub find it in their calendars either way.
    #[serde(default)]
    #[param(default = false)]
    send_scheduling_messages: bool,
}

impl Inviting {
    pub(super) fn how(self) -> Scheduling<'static> {
        if self.send_scheduling_messages {
            Scheduling::ALL
        } else {
            Scheduling::SILENT
        }
    }

    pub(super) fn terms(self, precondition: Precondition) -> Terms<'static> {
        let how = self.how();
        Terms { precondition, how }
    }
}
