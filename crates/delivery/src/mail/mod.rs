//! Invitations by mail to people outside of the hub, and their answers' way to organizers there (iMIP, RFC 6047).
//!
//! What is to be sent waits in the database (`storage::mail`): whoever changes an event asks for its messages in the same
//! transaction. [`Post`] takes them from there, one at a time.
//!
//! **What is guaranteed.** A message that was asked for is tried until a mail server takes it, refuses it for good, or three
//! days have passed. Each try is written down before it begins. A process that is killed between the server's «250» and the note
//! of it sends that message once more, with the same Message-ID, by which mail programs and servers know it for the same; and
//! since tries are counted before they are made and the pauses grow, even a process that is killed each time sends no more than
//! [`ATTEMPTS_MAX`] of them.

mod message;
mod post;
mod send;

pub use message::{Composed, Speaker, Unfit, compose};
pub use post::{ATTEMPTS_MAX, Post};
pub use send::{Failure, Security, Server, ServerSettings};
