//! What the filters of a link say about one of its events.
//!
//! What a person made in a calendar is judged by that calendar's filter as it is there; a mirror, by the linked event. A filter
//! makes and removes mirrors and nothing else.

use std::sync::Arc;

use calendar::{Address, Event, Participation, Status};
use jiff::tz::TimeZone;
use storage::{calendars, copies, links, members};
use sync::{CalendarId, CopyId, Linked, Member, links::filter::Context};

use super::{flow::Flow, whose};
use crate::Result;

/// Whose a calendar is, as far as filters ask.
pub(crate) struct Whose {
    pub(crate) zone: TimeZone,
    /// Under which addresses its owner is invited, the likeliest first.
    pub(crate) addresses: Vec<Address>,
}

impl Whose {
    /// How the owner has answered; `None` if they were not invited.
    pub(crate) fn answer(&self, event: &Event) -> Option<Participation> {
        let mut found = self.addresses.iter().filter_map(|a| event.people.get(a));
        let person = found.next()?;
        // Whoever invites comes, though no provider asks them.
        let own = person.organizer && person.participation == Participation::NeedsAction;
        Some(if own {
            Participation::Accepted
        } else {
            person.participation
        })
    }
}

/// What people have of a linked event.
pub(super) struct Sieve {
    /// Their living copies, the origin first.
    originals: Vec<copies::Row>,
    /// Whether any calendar lets it out.
    let_out: bool,
    /// Copies that their own calendars' filters stop, of an event that others let out.
    leaving: Vec<copies::Row>,
    /// How the owner of the calendar in which it was made has answered.
    answer: Option<Participation>,
}

impl Flow<'_> {
    /// Judges what people have of a linked event. A calendar whose filter stops its own copy has no part in an event that
    /// others have, too: its copy leaves `members`, and stays as it is.
    pub(super) async fn sieve(
        &mut self,
        link: &links::Link,
        value: &Linked,
        members: &mut Vec<Member>,
    ) -> Result<Sieve> {
        let mut sieve = self.judge(link, value, members).await?;
        for row in sieve.leaving.drain(..) {
            members.retain(|member| member.copy != row.copy.id);
            self.let_go(value, row).await?;
        }
        Ok(sieve)
    }

    async fn judge(
        &mut self,
        link: &links::Link,
        value: &Linked,
        members: &[Member],
    ) -> Result<Sieve> {
        let (mut passing, mut stopped) = (Vec::new(), Vec::new());
        for member in members {
            let Some(row) = copies::get(self.tx, member.copy).await? else {
                continue;
            };
            if row.projected || !row.copy.alive {
                continue;
            }
            let lets = match link.place(row.copy.calendar) {
                Some(place) => self.lets_out(place, &row.copy.local).await?,
                None => true,
            };
            if lets {
                passing.push(row);
            } else {
                stopped.push(row);
            }
        }
        let sends = |row: &copies::Row| {
            let place = link.place(row.copy.calendar);
            place.is_none_or(|place| place.role.sends())
        };
        let nobodys = passing.is_empty() && stopped.is_empty();
        let let_out = nobodys || passing.iter().any(sends);
        // The last one that has it keeps its place: when it passes again, its mirrors come back.
        let (mut originals, leaving) = if passing.is_empty() {
            (stopped, Vec::new())
        } else {
            (passing, stopped)
        };
        originals.sort_by_key(|row| row.copy.id != value.origin);
        let mut answer = None;
        for row in &originals {
            let whose = self.whose(row.copy.calendar).await?;
            answer = answer.or(whose.answer(&row.copy.local));
        }
        Ok(Sieve {
            originals,
            let_out,
            leaving,
            answer,
        })
    }

    /// Whether a calendar's filter lets an event pass that a person has there.
    pub(super) async fn lets_out(
        &mut self,
        place: &links::LinkMember,
        event: &Event,
    ) -> Result<bool> {
        if place.filter.is_open() {
            return Ok(true);
        }
        let whose = self.whose(place.calendar).await?;
        let context = Context {
            now: self.now,
            zone: &whose.zone,
            answer: whose.answer(event),
            invited: false,
        };
        Ok(place.filter.lets(event, &context))
    }

    /// Whether a mirror of a linked event may be in a calendar that receives.
    pub(super) async fn wants(
        &mut self,
        sieve: &Sieve,
        value: &Linked,
        place: &links::LinkMember,
    ) -> Result<bool> {
        if is_called_off(value) {
            return Ok(false);
        }
        if !sieve.let_out || place.filter.is_open() {
            return Ok(sieve.let_out);
        }
        for original in &sieve.originals {
            if self.has_own(place.calendar, original).await? {
                return Ok(false);
            }
        }
        let whose = self.whose(place.calendar).await?;
        let invited = sieve
            .originals
            .iter()
            .filter(|row| row.copy.calendar != place.calendar)
            .any(|row| {
                let people = &row.copy.local.people;
                whose.addresses.iter().any(|a| people.contains_key(a))
            });
        let context = Context {
            now: self.now,
            zone: &whose.zone,
            answer: sieve.answer,
            invited,
        };
        Ok(place.filter.lets(&value.value, &context))
    }

    /// Whether a person has an event in a calendar under the UID of `original`: one that the calendar's filter keeps out of
    /// the link. A mirror would double it.
    async fn has_own(&mut self, calendar: CalendarId, original: &copies::Row) -> Result<bool> {
        let uid = &original.copy.local.uid;
        if uid.is_empty() {
            return Ok(false);
        }
        let there = copies::by_uid(self.tx, calendar, uid).await?;
        Ok(there.iter().any(|row| {
            let other = row.copy.id != original.copy.id;
            other && row.copy.alive && !row.projected
        }))
    }

    /// A copy that a person made leaves a linked event.
    async fn let_go(&mut self, value: &Linked, mut row: copies::Row) -> Result<()> {
        members::delete(self.tx, value.id, row.copy.id).await?;
        let others = members::of_copy(self.tx, row.copy.id).await?;
        row.linked = others.first().map(|member| member.linked);
        self.belongs_elsewhere(&row);
        Ok(copies::update(self.tx, &mut row).await?)
    }

    /// The zone of a calendar's owner.
    pub(super) async fn zone_of(&mut self, calendar: CalendarId) -> Result<TimeZone> {
        Ok(self.whose(calendar).await?.zone.clone())
    }

    pub(crate) async fn whose(&mut self, calendar: CalendarId) -> Result<Arc<Whose>> {
        if let Some(known) = self.whose.get(&calendar) {
            return Ok(known.clone());
        }
        let row = calendars::get(self.tx, calendar).await?;
        let zone = row.as_ref().and_then(|row| row.time_zone.clone());
        let zone = zone.unwrap_or_else(|| self.hub.settings().time_zone.clone());
        let addresses = match row {
            Some(row) => whose::addresses(self.tx, &row).await?,
            None => Vec::new(),
        };
        let whose = Arc::new(Whose {
            zone: TimeZone::get(&zone).unwrap_or(TimeZone::UTC),
            addresses,
        });
        self.whose.insert(calendar, whose.clone());
        Ok(whose)
    }

    /// Whether what the filters say of a linked event differs from what is there.
    pub(super) async fn is_unsifted(&mut self, link: &links::Link, value: &Linked) -> Result<bool> {
        let members = members::of_linked(self.tx, value.id).await?;
        let sieve = self.judge(link, value, &members).await?;
        if !sieve.leaving.is_empty() {
            return Ok(true);
        }
        let own: Vec<CopyId> = sieve.originals.iter().map(|row| row.copy.id).collect();
        for place in &link.members {
            if !link.is_followed_by(place.calendar) || !place.role.receives() {
                continue;
            }
            let wanted = self.wants(&sieve, value, place).await?;
            let whole = members.iter().find(|m| m.is_whole_in(place.calendar));
            let differs = match whole {
                Some(member) if own.contains(&member.copy) => false,
                Some(member) => member.stopped == (wanted && member.exploded.is_none()),
                None => wanted,
            };
            if differs || (wanted && self.has_moved_on(value, place, &members).await?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether whoever invites has called a linked event off: nobody is kept busy by it, so it has no mirrors.
pub(super) fn is_called_off(value: &Linked) -> bool {
    value.value.status == Status::Cancelled
}
