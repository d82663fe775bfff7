//! L8: calendars that meet in a link may hold the same events already.

use std::collections::{HashMap, HashSet};

use calendar::Event;
use identity::Actor;
use storage::{Tx, copies, linked, links, members};
use sync::{CalendarId, CauseKind, CopyId, Law, LinkedId, law::holds, links::content_key};

use super::{flow::Flow, manage::events_of, project::was_mirror};
use crate::{Hub, Result};

/// How many events are read at once.
const PAGE: usize = 500;

/// By what the linked events of a link are recognised.
#[derive(Default)]
struct Known {
    by_uid: HashMap<String, Vec<LinkedId>>,
    by_content: HashMap<String, Vec<(LinkedId, CalendarId)>>,
}

impl Known {
    fn add(&mut self, id: LinkedId, calendar: CalendarId, event: &Event) {
        self.add_uid(id, event.uid.clone());
        let same = self.by_content.entry(content_key(event)).or_default();
        same.push((id, calendar));
    }

    fn add_uid(&mut self, id: LinkedId, uid: String) {
        if !uid.is_empty() {
            self.by_uid.entry(uid).or_default().push(id);
        }
    }

    /// The linked event that has a copy of this event in another calendar, and whether that is certain. Each event of a
    /// calendar matches at most one of the others by its content.
    fn find(&mut self, calendar: CalendarId, event: &Event) -> Option<(LinkedId, bool)> {
        if !holds(Law::MeetByKey) {
            return None;
        }
        let others = self.by_content.get_mut(&content_key(event));
        if let Some(ids) = self.by_uid.get(&event.uid) {
            // A calendar may have one UID twice: then it is that of the same content.
            let mut alike = others.iter().flat_map(|others| others.iter());
            let alike = alike.find(|(id, _)| ids.contains(id));
            return alike
                .map(|(id, _)| id)
                .or(ids.first())
                .map(|id| (*id, true));
        }
        let others = others?;
        let at = others.iter().position(|(_, c)| *c != calendar)?;
        Some((others.remove(at).0, false))
    }
}

impl Hub {
    /// Brings the events of calendars that are new to a link, or come back to it, into the link; how many of them were
    /// recognised. Sources first, then in the order given. Every event becomes an origin or joins one before anything is
    /// projected (by [`Hub::project_all`]), so that a projection never meets the event that it should have matched.
    pub(super) async fn meet(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
        arrived: &[CalendarId],
        kind: CauseKind,
    ) -> Result<usize> {
        let (mut merges, mut whose) = (0, HashMap::new());
        let is_back = kind == CauseKind::Flow;
        let mut known = known(tx, link).await?;
        // What was a mirror, another installation's or one of a link that is gone, comes last: it joins what it mirrors.
        let ranked = link.by_rank();
        let own = ranked.iter().map(|place| (place, false));
        for (place, mirrors) in own.chain(ranked.iter().map(|place| (place, true))) {
            if !arrived.contains(&place.calendar) || !link.is_followed_by(place.calendar) {
                continue;
            }
            let mut rows = strangers(tx, link, place.calendar).await?;
            rows.retain(|row| was_mirror(row) == mirrors);
            // Whoever copied an event has its content twice: the UID says which of the two is the one that others have.
            rows.sort_by_key(|row| !known.by_uid.contains_key(&row.copy.local.uid));
            for mut row in rows {
                let cause = self.link_cause(kind, place.calendar, link.id);
                let mut flow = Flow::new(self, tx, actor.log_name(), cause);
                flow.whose = std::mem::take(&mut whose);
                let passes = flow.lets_out(place, &row.copy.local).await?;
                if !passes {
                    whose = flow.whose;
                    continue;
                }
                let there = Arrival {
                    link,
                    place,
                    arrived,
                    is_back,
                };
                merges += usize::from(flow.meets(&mut row, &there, &mut known).await?);
                whose = flow.whose;
            }
        }
        Ok(merges)
    }

    /// Brings every linked event of a link to all its calendars.
    pub(super) async fn project_all(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        link: &links::Link,
        kind: CauseKind,
    ) -> Result<()> {
        let mut whose = HashMap::new();
        for id in events_of(tx, link.id).await? {
            let Some(value) = linked::get(tx, id).await? else {
                continue;
            };
            let Some(origin) = copies::get(tx, value.origin).await? else {
                continue;
            };
            let cause = self.link_cause(kind, origin.copy.calendar, link.id);
            let mut flow = Flow::new(self, tx, actor.log_name(), cause);
            flow.whose = whose;
            flow.outward(&value, None).await?;
            flow.cascade().await?;
            whose = flow.whose;
        }
        Ok(())
    }
}

/// Where calendars meet.
struct Arrival<'a> {
    link: &'a links::Link,
    place: &'a links::LinkMember,
    arrived: &'a [CalendarId],
    is_back: bool,
}

impl Flow<'_> {
    /// One event of a calendar that has arrived joins what is known, or begins a linked event. Whether it was recognised.
    async fn meets(
        &mut self,
        row: &mut copies::Row,
        there: &Arrival<'_>,
        known: &mut Known,
    ) -> Result<bool> {
        let Arrival {
            link,
            place,
            arrived,
            is_back,
        } = *there;
        let mut matched = known.find(place.calendar, &row.copy.local);
        if matched.is_none() && was_mirror(row) {
            matched = self.mirrored(link, place, &row.copy.local).await?;
            if matched.is_none() && self.was_occurrence(link, place, &row.copy.local).await? {
                // Not an event of its own: it is taken up where its series cannot be had.
                return Ok(false);
            }
        }
        let mut recognised = None;
        if let Some((id, certain)) = matched
            && let Some(mut value) = linked::get(self.tx, id).await?
            && self.makes_room(row, &value, place, certain).await?
        {
            // What turned up while its calendar was away may have been moved there.
            let since = is_back.then_some(self.now);
            self.join(&mut value, row, place, since).await?;
            recognised = Some(id);
        } else if is_back {
            recognised = self.follows_there(row, link, place).await?;
        }
        let id = match recognised {
            Some(id) => Some(id),
            None => self.begin(row, link, place).await?,
        };
        let Some(id) = id else { return Ok(false) };
        if recognised.is_none() {
            self.join_there(id, row, link, arrived).await?;
        }
        self.cascade().await?;
        known.add(id, place.calendar, &row.copy.local);
        Ok(recognised.is_some())
    }

    /// What a calendar has that was here before, a target say, and that belonged to no linked event: it joins the one that has
    /// begun with `row`.
    async fn join_there(
        &mut self,
        id: LinkedId,
        row: &copies::Row,
        link: &links::Link,
        arrived: &[CalendarId],
    ) -> Result<()> {
        let was_here = |place: &links::LinkMember| !arrived.contains(&place.calendar);
        if !link.members.iter().any(was_here) {
            return Ok(());
        }
        let mut twins = self.twins(row, link).await?;
        twins.retain(|(place, _)| was_here(place));
        match linked::get(self.tx, id).await? {
            Some(mut value) => self.join_twins(&mut value, row.copy.id, twins).await,
            None => Ok(()),
        }
    }

    /// The linked event of which what was a mirror still looks like the projection.
    async fn mirrored(
        &mut self,
        link: &links::Link,
        place: &links::LinkMember,
        mirror: &Event,
    ) -> Result<Option<(LinkedId, bool)>> {
        let wanted = content_key(mirror);
        for id in events_of(self.tx, link.id).await? {
            let Some(value) = linked::get(self.tx, id).await? else {
                continue;
            };
            if !value.alive || content_key(&place.mask.project(&value.value)) != wanted {
                continue;
            }
            let members = members::of_linked(self.tx, id).await?;
            if members.iter().all(|m| m.calendar != place.calendar) {
                return Ok(Some((id, false)));
            }
        }
        Ok(None)
    }
}

/// What a link knows already: the copies that people have, or had, of its living events.
async fn known(tx: &mut Tx, link: &links::Link) -> Result<Known> {
    let mut known = Known::default();
    let mut gone = Vec::new();
    for member in members::of_link(tx, link.id).await? {
        let Some(row) = copies::get(tx, member.copy).await? else {
            continue;
        };
        if row.copy.alive && !row.projected {
            known.add(member.linked, member.calendar, &row.copy.local);
        } else if !row.projected {
            gone.push((member.linked, row.copy.local.uid));
        }
    }
    // A copy that has died while its event lives on may be the old one of an event that was moved. Living ones come first.
    for (id, uid) in gone {
        if linked::get(tx, id).await?.is_some_and(|value| value.alive) {
            known.add_uid(id, uid);
        }
    }
    Ok(known)
}

/// The living events of a calendar that no link made and that this link does not know.
pub(super) async fn strangers(
    tx: &mut Tx,
    link: &links::Link,
    calendar: CalendarId,
) -> Result<Vec<copies::Row>> {
    let here = members::of_link_calendar(tx, link.id, calendar).await?;
    let mine: HashSet<CopyId> = here.iter().map(|m| m.copy).collect();
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = copies::page(tx, calendar, after, PAGE, false).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = Some(last.copy.id);
        // A projected copy is never promoted to an origin (L8).
        let made = |row: &copies::Row| !row.projected || !holds(Law::MirrorsDoNotOriginate);
        let stranger = |row: &copies::Row| made(row) && !mine.contains(&row.copy.id);
        all.extend(page.into_iter().filter(stranger));
    }
}
