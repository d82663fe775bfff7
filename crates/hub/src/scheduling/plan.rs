//! Who somebody is in what they write, and what follows from it (RFC 6638 3.1, 3.2).

use calendar::Address;
use protocols::{
    icalendar::component::Component,
    itip::{self, Agent},
};
use storage::{Tx, calendars, users};
use sync::CalendarId;

use super::{Ready, Refusal, Role, Scheduling, address, own::Own, person, read_tree};
use crate::{Error, Hub, Result};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Scheduling(refusal)
    }
}

fn organizer_may_not(text: &str) -> Error {
    Refusal::Organizer(text.to_owned()).into()
}

fn attendee_may_not(text: &str) -> Error {
    Refusal::Attendee(text.to_owned()).into()
}

/// What somebody writes into a calendar of theirs.
struct Written<'a> {
    me: &'a Address,
    old: Option<Component<'static>>,
    new: Component<'static>,
}

impl Hub {
    pub(super) async fn plan(
        &self,
        tx: &mut Tx,
        calendar: CalendarId,
        before: Option<Own>,
        (text, how): (&str, Scheduling<'_>),
    ) -> Result<Option<Ready>> {
        let Some(me) = scheduler(tx, calendar).await? else {
            return Ok(None);
        };
        let Some(new) = read_tree(text) else {
            return Ok(None);
        };
        let there = before.as_ref().map(Own::id);
        let old = before.map(|own| own.tree);
        if old.as_ref().and_then(itip::organizer).is_none() && itip::organizer(&new).is_none() {
            return Ok(None);
        }
        self.check_unique(tx, &me, there, &new).await?;
        self.plan_trees(tx, &me, (old, new), how).await
    }

    /// The same for somebody who writes `new` in the place of `old`.
    pub(super) async fn plan_trees(
        &self,
        tx: &mut Tx,
        me: &users::User,
        (old, new): (Option<Component<'static>>, Component<'static>),
        how: Scheduling<'_>,
    ) -> Result<Option<Ready>> {
        let was = old.as_ref().and_then(itip::organizer);
        let is = itip::organizer(&new);
        if itip::organizers_differ(&new) {
            return Err(Refusal::Organizers.into());
        }
        let own = address(me);
        let written = Written { me: &own, old, new };
        let mine = |party: &Option<(Address, Agent)>| party.as_ref().is_some_and(|p| p.0 == own);
        if mine(&was) || was.is_none() && mine(&is) {
            return self.plan_organizer(written, is.map(|p| p.0), how.unread);
        }
        match was {
            Some(was) => self.plan_answer(tx, written, was).await,
            None => self.plan_attendee(tx, written).await,
        }
    }

    /// No two objects of one person have the same UID, if it is between people (RFC 6638 3.2.4.1).
    async fn check_unique(
        &self,
        tx: &mut Tx,
        me: &users::User,
        there: Option<uuid::Uuid>,
        new: &Component<'static>,
    ) -> Result<()> {
        let uid = itip::uid(new).unwrap_or_default();
        let others = self.own_copies(tx, me.id, &uid).await?;
        if let Some(other) = others.iter().find(|own| Some(own.id()) != there) {
            let calendar = calendars::get(tx, other.calendar()).await?;
            let slug = calendar.map(|c| c.slug).unwrap_or_default();
            let name = other.name();
            return Err(Refusal::Elsewhere { slug, name }.into());
        }
        Ok(())
    }

    /// The organizer writes.
    fn plan_organizer(
        &self,
        written: Written<'_>,
        is: Option<Address>,
        unread: bool,
    ) -> Result<Option<Ready>> {
        let Written { me, old, mut new } = written;
        let now = self.clock().now();
        itip::spread_organizer(&mut new);
        match is {
            None if !itip::attendees(&new).is_empty() => Err(organizer_may_not(
                "ORGANIZER is missing: take the attendees out as well, or put it back",
            )),
            None => Ok(old.map(|old| Ready {
                role: Role::Organizer,
                tree: new,
                messages: itip::withdraw(&old, me, now),
            })),
            Some(is) if is != *me => Err(organizer_may_not(
                "ORGANIZER cannot be changed to somebody else",
            )),
            Some(_) => {
                if old.is_none() && itip::Object::of(new.clone()).master().is_none() {
                    let text = "RECURRENCE-ID: the event itself is missing, of which this is an occurrence";
                    return Err(organizer_may_not(text));
                }
                let organize = if unread {
                    itip::organize_unread
                } else {
                    itip::organize
                };
                let plan = organize(old.as_ref(), new, me, now);
                Ok(Some(Ready {
                    role: Role::Organizer,
                    tree: plan.object,
                    messages: plan.messages,
                }))
            }
        }
    }

    /// An attendee writes in the place of what they have.
    async fn plan_answer(
        &self,
        tx: &mut Tx,
        written: Written<'_>,
        (organizer, agent): (Address, Agent),
    ) -> Result<Option<Ready>> {
        let Written { me, old, new } = written;
        let is = itip::organizer(&new);
        let by_server = is.as_ref().is_none_or(|(_, agent)| *agent == Agent::Server);
        if agent == Agent::Other && !by_server {
            return Ok(None);
        }
        let of_hub = person(tx, &organizer).await?.is_some();
        if agent == Agent::Other && of_hub {
            return Err(attendee_may_not(
                "SCHEDULE-AGENT of ORGANIZER cannot be changed",
            ));
        }
        let old = old.unwrap_or_default();
        self.plan_reply(me, (old, new), of_hub)
    }

    /// An attendee writes what they did not have.
    async fn plan_attendee(&self, tx: &mut Tx, written: Written<'_>) -> Result<Option<Ready>> {
        let Written { me, new, .. } = written;
        let Some((organizer, Agent::Server)) = itip::organizer(&new) else {
            return Ok(None);
        };
        let Some(user) = person(tx, &organizer).await? else {
            let mut asked = new.clone();
            itip::unanswered(&mut asked, me);
            return self.plan_reply(me, (asked, new), false);
        };
        let uid = itip::uid(&new).unwrap_or_default();
        let theirs = self.own_copies(tx, user.id, &uid).await?;
        let invited = theirs
            .iter()
            .filter(|own| itip::organizer(&own.tree).is_some_and(|p| p.0 == organizer))
            .find_map(|own| itip::view(&own.tree, me));
        match invited {
            Some(old) => self.plan_reply(me, (old, new), true),
            None if itip::attendees(&new).contains(me) => Err(attendee_may_not(
                "ORGANIZER: they have not invited you to this",
            )),
            None => {
                // Somebody else's meeting, kept for information: nobody is told anything of it.
                let mut tree = new;
                itip::set_agent(&mut tree, "NONE");
                Ok(Some(Ready {
                    role: Role::Attendee,
                    tree,
                    messages: Vec::new(),
                }))
            }
        }
    }

    /// Whoever organizes something elsewhere is not asked whether it may be changed: the changes come by mail, through the
    /// client that writes this.
    fn plan_reply(
        &self,
        me: &Address,
        (old, new): (Component<'static>, Component<'static>),
        of_hub: bool,
    ) -> Result<Option<Ready>> {
        let now = self.clock().now();
        let plan = if of_hub {
            itip::attend(&old, new, me, now)
                .map_err(|itip::Refusal(text)| Refusal::Attendee(text))?
        } else {
            itip::answer(&old, new, me, now)
        };
        Ok(Some(Ready {
            role: Role::Attendee,
            tree: plan.object,
            messages: plan.messages,
        }))
    }

    /// What is said when somebody removes this.
    pub(super) async fn plan_farewell(
        &self,
        tx: &mut Tx,
        gone: &Own,
    ) -> Result<Vec<itip::Message>> {
        let Some(me) = scheduler(tx, gone.calendar()).await? else {
            return Ok(Vec::new());
        };
        let (me, now) = (address(&me), self.clock().now());
        Ok(match itip::organizer(&gone.tree) {
            None => Vec::new(),
            Some((organizer, _)) if organizer == me => itip::withdraw(&gone.tree, &me, now),
            Some(_) => itip::leave(&gone.tree, &me, now).into_iter().collect(),
        })
    }
}

/// Whoever schedules with a calendar: its owner, if it is kept here.
pub(super) async fn scheduler(tx: &mut Tx, calendar: CalendarId) -> Result<Option<users::User>> {
    let row = calendars::get(tx, calendar).await?;
    match row.filter(|row| row.connection.is_none() && !row.inbox) {
        Some(calendars::Calendar {
            owner: Some(owner), ..
        }) => Ok(users::get(tx, owner).await?),
        _ => Ok(None),
    }
}
