//! iTIP (RFC 5546): what organizers and attendees tell each other, and what that does to their copies.
//!
//! Everything here works on the text that somebody wrote, as a tree of components: what the event has no field for is passed
//! on like everything else. Pure: who is told, and how, is for others.
//!
//! | | |
//! |---|---|
//! | [`organize`], [`withdraw`] | an organizer wrote or removed an object: whom to tell what |
//! | [`attend`], [`leave`] | an attendee did; [`answer`] where the organizer is elsewhere |
//! | [`receive`] | a message arrived: what becomes of the copy |
//! | [`refresh`] | somebody else has answered: what the others shall see |

mod apply;
mod attendee;
mod change;
mod message;
mod object;
mod organizer;
mod party;
mod reply;
mod view;

pub use apply::{Received, receive};
pub use attendee::{answer, attend, leave};
pub use message::{Flaw, Message, Method, read};
pub use object::Object;
pub use organizer::{organize, organize_unread, refresh, withdraw};
pub use party::{
    Agent, attendees, normalise, organizer, organizers_differ, set_agent, set_status,
    spread_organizer, status_of, uid, unanswered,
};
pub use view::view;

use crate::icalendar::component::Component;

/// What follows from what somebody wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The object as it is kept: with revision numbers and answers as the server knows them.
    pub object: Component<'static>,
    /// Whom to tell what.
    pub messages: Vec<Message>,
}

/// Why what an attendee wrote is not taken (RFC 6638 3.2.4.4): what is the organizer's to say was changed. The text names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);
