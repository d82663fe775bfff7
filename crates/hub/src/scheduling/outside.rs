//! People who are not of this hub: they are written to by mail (RFC 6047), if there is a mail server.

use calendar::{Event, Window};
use identity::Actor;
use jiff::{Timestamp, tz::TimeZone};
use protocols::{
    icalendar,
    itip::{self, Message, Method},
};
use storage::{
    Store, Tx,
    jobs::{self, Job},
    mail::{self, Letter, Mail, State},
    users::User,
};

use super::{Tag, letter, person};
use crate::{Hub, Result};

/// There is no way to reach them (RFC 6638 3.2.9, Table 1): there is no mail server.
pub const NO_SUPPORT: &str = "5.3";
/// Their address is none that anybody could be reached at.
pub const NO_ADDRESS: &str = "3.7";
/// It is on its way. Of what becomes of it nothing is heard, unless it fails.
const SENT: &str = "1.1";
/// It could not be delivered.
const FAILED: &str = "5.1";

impl Hub {
    /// Hands a message to somebody who is not of this hub; what became of it, as a status code. It is sent once this is committed.
    /// Of what is over nobody is told: who brings the calendar of ten years along invites nobody to it again.
    pub(super) async fn send_outside(
        &self,
        tx: &mut Tx,
        sender: Option<&User>,
        message: &Message,
    ) -> Result<Option<&'static str>> {
        if message.to.email().is_none() {
            return Ok(Some(NO_ADDRESS));
        }
        if !self.settings().mails {
            return Ok(Some(NO_SUPPORT));
        }
        let zone = sender.and_then(|user| TimeZone::get(&user.time_zone).ok());
        let name = sender.map_or("", |user| &*user.name);
        let letter = letter::of(message, name, &zone.unwrap_or(TimeZone::UTC));
        let now = self.clock().now();
        if message.method != Method::Reply && is_over(&letter.calendar, now) {
            return Ok(None);
        }
        mail::post(tx, self.ids().uuid(), &letter, now).await?;
        Ok(Some(match mail::state_of(tx, &letter).await? {
            Some(State::Refused | State::GivenUp) => FAILED,
            _ => SENT,
        }))
    }

    /// Notes what became of a message, and tells whoever wrote it where it failed (SCHEDULE-STATUS, RFC 6638 3.2.9).
    pub async fn mail_ended(
        &self,
        store: &Store,
        (job, mail): (&Job, &Mail),
        state: State,
    ) -> Result<()> {
        let mut tx = store.write().await?;
        // True whoever holds the job by now: what was sent was sent.
        let is_that = mail::end(&mut tx, mail, state, self.clock().now()).await?;
        jobs::done(&mut tx, job).await?;
        if is_that && matches!(state, State::Refused | State::GivenUp) {
            let actor = Actor::system(store.tenant());
            self.tell_of_failure(&mut tx, &actor, &mail.letter).await?;
        }
        self.commit(tx).await?;
        Ok(())
    }

    async fn tell_of_failure(&self, tx: &mut Tx, actor: &Actor, letter: &Letter) -> Result<()> {
        let (from, to) = (
            calendar::Address::new(&letter.from.address),
            calendar::Address::new(&letter.to.address),
        );
        let Some(user) = person(tx, &from).await? else {
            return Ok(());
        };
        for own in self.own_copies(tx, user.id, &letter.uid).await? {
            let organizes = itip::organizer(&own.tree).is_some_and(|p| p.0 == from);
            let whom = if organizes { "ATTENDEE" } else { "ORGANIZER" };
            let mut tree = own.tree.clone();
            itip::set_status(&mut tree, &to, whom, FAILED);
            if tree != own.tree {
                self.rewrite(tx, actor, own, &tree, Tag::Same).await?;
            }
        }
        Ok(())
    }
}

/// Whether nothing of what a text is about lies ahead any more.
fn is_over(text: &str, now: Timestamp) -> bool {
    let ahead = Window {
        from: now,
        ..Window::ALL
    };
    let lasts = |event: &Event| {
        if event.is_series() {
            event.occurrences(ahead, &TimeZone::UTC).next().is_some()
        } else {
            event.when.end_instant(&TimeZone::UTC) > now
        }
    };
    // What cannot be read is sent: somebody asked for it.
    icalendar::read(text).is_ok_and(|read| !read.value.is_empty() && !read.value.iter().any(lasts))
}
