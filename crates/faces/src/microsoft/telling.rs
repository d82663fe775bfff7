//! Who is told of what is written: the real service asks nobody whether it shall.

use calendar::Address;
use hub::{EventView, Precondition, events::Terms, scheduling::Scheduling};

use super::{call::Call, etag, fault::Fault};

/// On what terms a request changes an event. What an organizer writes is told to all who are in it, unasked; of what others do to
/// their copies an organizer hears no more than the answer, and that by nobody's mail
/// (<https://learn.microsoft.com/en-us/graph/api/event-update>, …`/event-delete`).
pub(super) fn terms(call: &Call, event: &EventView, reply: bool) -> Result<Terms<'static>, Fault> {
    let how = if is_organizer(call, event) {
        Scheduling::ALL
    } else {
        Scheduling {
            reply,
            ..Scheduling::SILENT
        }
    };
    let precondition = etag::precondition(&call.headers)?;
    Ok(Terms { precondition, how })
}

/// On what terms an action changes an event that has a comment to send along, if it sends anything.
pub(super) fn saying(reply: bool, comment: Option<&str>) -> Terms<'_> {
    Terms {
        precondition: Precondition::None,
        how: Scheduling {
            reply,
            comment,
            ..Scheduling::ALL
        },
    }
}

/// Whether the owner of the mailbox invites to it.
pub(super) fn is_organizer(call: &Call, view: &EventView) -> bool {
    let mut organizers = view
        .event
        .people
        .iter()
        .filter(|(_, person)| person.organizer);
    let own = Address::new(&call.owner.email);
    organizers.next().is_none_or(|(address, _)| *address == own)
}
