//! An attendee writes or removes their copy: what is theirs to change, and what the organizer is told (RFC 6638 3.2.2).

use std::collections::BTreeSet;

use calendar::Address;
use jiff::Timestamp;

use super::{
    Plan, Refusal,
    change::{Difference, copied},
    message::Message,
    object::{Key, Object},
    organizer::once_each,
    party::{
        self, Agent, DECLINED, WAITING, address, agent, attendee, attendee_mut, drop_all,
        is_cancelled, organizer, parts, parts_mut, put, sequence, set_answer, set_sequence,
    },
    reply::Reply,
    view::PUBLIC,
};
use crate::icalendar::component::{Component, Property};

/// What becomes of a copy that an attendee has written in the place of what the organizer has sent.
///
/// # Errors
/// Something was changed that is the organizer's to say.
pub fn attend(
    old: &Component<'static>,
    new: Component<'static>,
    me: &Address,
    now: Timestamp,
) -> Result<Plan, Refusal> {
    let mut copy = Copy::of(old, new, me);
    copy.check_organizer()?;
    copy.check()?;
    copy.restore_overrides();
    let declined = copy.declined();
    let mut reply = Reply::new(&copy.old, me);
    for key in &declined {
        reply.decline(*key);
    }
    copy.answer(&mut reply);
    let (from, _) = organizer(old).ok_or_else(|| Refusal("ORGANIZER is missing".to_owned()))?;
    let messages: Vec<Message> = reply.message(&from, now).into_iter().collect();
    copy.settle();
    Ok(Plan {
        object: copy.new.tree,
        messages,
    })
}

/// What somebody answers to an organizer elsewhere: what they write is kept as it is.
pub fn answer(
    old: &Component<'static>,
    new: Component<'static>,
    me: &Address,
    now: Timestamp,
) -> Plan {
    let copy = Copy::of(old, new, me);
    let mut reply = Reply::new(&copy.old, me);
    for key in &copy.declined() {
        reply.decline(*key);
    }
    copy.answer(&mut reply);
    let by_server = organizer(&copy.new.tree).filter(|(_, agent)| *agent == Agent::Server);
    let message = by_server.and_then(|(from, _)| reply.message(&from, now));
    Plan {
        object: copy.new.tree,
        messages: message.into_iter().collect(),
    }
}

/// What the organizer is told when an attendee removes their copy: nothing if they had declined all of it, if it is called
/// off, or if the server does not do the telling.
pub fn leave(old: &Component<'static>, me: &Address, now: Timestamp) -> Option<Message> {
    let (from, agent) = organizer(old)?;
    if agent == Agent::Other {
        return None;
    }
    let object = Object::of(old.clone());
    let mut reply = Reply::new(&object, me);
    if let Some(master) = object.master()
        && open(master, me)
    {
        reply.say(master, DECLINED);
    }
    for (_, part) in object.overrides().filter(|(_, part)| open(part, me)) {
        reply.say(part, DECLINED);
    }
    reply.message(&from, now)
}

/// Whether somebody can still decline it.
fn open(part: &Component<'_>, me: &Address) -> bool {
    !is_cancelled(part) && party::answer(part, me).is_some_and(|said| said != DECLINED)
}

struct Copy<'a> {
    old: Object,
    new: Object,
    me: &'a Address,
}

impl<'a> Copy<'a> {
    /// Clients that name somebody twice mean them once.
    fn of(old: &Component<'static>, mut new: Component<'static>, me: &'a Address) -> Self {
        once_each(&mut new);
        Self {
            old: Object::of(old.clone()),
            new: Object::of(new),
            me,
        }
    }

    fn check_organizer(&self) -> Result<(), Refusal> {
        let refused = |text: &str| Err(Refusal(text.to_owned()));
        match (organizer(&self.old.tree), organizer(&self.new.tree)) {
            (Some((was, by)), Some((is, now_by))) => {
                if was != is {
                    return refused("ORGANIZER cannot be changed by an attendee");
                }
                if by != now_by {
                    return refused("SCHEDULE-AGENT of ORGANIZER cannot be changed");
                }
                Ok(())
            }
            _ => refused("ORGANIZER cannot be removed by an attendee"),
        }
    }

    /// The component that one of the copy was.
    fn was(&self, key: Option<Key>) -> Option<Component<'static>> {
        match key {
            None => self.old.master().cloned(),
            Some(key) => self.old.occurrence(key),
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        for part in parts(&self.new.tree) {
            let key = self.new.key(part);
            let Some(was) = self.was(key) else {
                if is_cancelled(part) {
                    continue;
                }
                let text = "RECURRENCE-ID: the organizer's event has no such occurrence";
                return Err(Refusal(text.to_owned()));
            };
            if attendee(&was, self.me).is_some() && attendee(part, self.me).is_none() {
                let text = format!("ATTENDEE: {} is missing", self.me);
                return Err(Refusal(text));
            }
            if is_cancelled(&was) {
                continue;
            }
            match copied((&self.old, &was), (&self.new, part)) {
                Difference::None if is_cancelled(part) => {
                    let text = "STATUS is the organizer's to change";
                    return Err(Refusal(text.to_owned()));
                }
                Difference::None => {}
                Difference::Time => {
                    let text = "when it happens is the organizer's to change";
                    return Err(Refusal(text.to_owned()));
                }
                Difference::Content => {
                    let text = "an attendee can change their answer, alarms, TRANSP and what is theirs alone";
                    return Err(Refusal(text.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// What the client has left out comes back, as long as there is a series: occurrences that differ, and the series itself.
    fn restore_overrides(&mut self) {
        if let (None, Some(master)) = (self.new.master(), self.old.master()) {
            self.new.tree.components.push(master.clone());
        }
        if self.new.master().is_none() {
            return;
        }
        let excluded = self.new.excluded();
        let mut back = Vec::new();
        for (key, part) in self.old.overrides() {
            if self.new.get(key).is_some() || excluded.contains(&key) {
                continue;
            }
            back.push(self.answered_like_all(key, part.clone()));
        }
        // What the organizer has taken out stays out.
        let gone = self.old.excluded();
        let mut out: BTreeSet<Key> = gone.difference(&excluded).copied().collect();
        out.retain(|key| self.new.get(*key).is_none());
        self.new.tree.components.extend(back);
        self.new.exclude(&out);
    }

    /// An occurrence that the client has not seen yet, since somebody else has made a difference there (RFC 6638 3.2.10): what is
    /// answered for all occurrences is answered for this one, if it was before.
    fn answered_like_all(&self, key: Key, mut part: Component<'static>) -> Component<'static> {
        let said = |part: Option<&Component<'static>>| party::answer(part?, self.me);
        let (was, is) = (said(self.old.master()), said(self.new.master()));
        // One that is another event is another question.
        let all = self.old.derived(key).filter(|_| !is_cancelled(&part));
        let is_alike = all
            .is_some_and(|all| copied((&self.old, &all), (&self.old, &part)) == Difference::None);
        if let (Some(was), Some(is)) = (was, is)
            && is_alike
            && said(Some(&part)) == Some(was)
            && let Some(own) = attendee_mut(&mut part, self.me)
        {
            set_answer(own, &is);
        }
        part
    }

    /// The occurrences that were taken out of the copy: so one declines them.
    fn declined(&self) -> BTreeSet<Key> {
        let mut gone: BTreeSet<Key> = if self.new.master().is_some() {
            let gone = self.new.excluded();
            gone.difference(&self.old.excluded()).copied().collect()
        } else {
            let left: BTreeSet<Key> = self.new.overrides().map(|o| o.0).collect();
            let all = self.old.overrides().map(|o| o.0);
            all.filter(|key| !left.contains(key)).collect()
        };
        gone.retain(|key| {
            let was = self.old.occurrence(*key);
            was.is_some_and(|was| open(&was, self.me))
        });
        gone
    }

    /// Adds the answers that have changed to a reply.
    fn answer(&self, reply: &mut Reply<'_>) {
        let said =
            |part: Option<&Component<'static>>| part.and_then(|part| party::answer(part, self.me));
        for part in parts(&self.new.tree) {
            let Some(now) = party::answer(part, self.me) else {
                continue;
            };
            let before = match self.new.key(part) {
                None => said(self.old.master()),
                Some(key) => match self.old.get(key) {
                    Some(was) => said(Some(was)),
                    // It was like all others, whose answer may have changed too.
                    None => said(self.new.master()).or_else(|| said(self.old.master())),
                },
            };
            if before.as_ref() != Some(&now) && !is_cancelled(part) {
                reply.say(part, &now);
            }
        }
    }

    /// Puts back what is not the attendee's to change: what others have answered, revision numbers.
    fn settle(&mut self) {
        let mut tree = std::mem::take(&mut self.new.tree);
        let reader = Object::of(tree.clone());
        for part in parts_mut(&mut tree) {
            let was = self.was(reader.key(part));
            let Some(was) = was else { continue };
            let mine = attendee(part, self.me).cloned();
            restore_times(part, &was);
            restore_people(part, &was, mine.as_ref());
            restore_public(part, &was);
            if was.property("SEQUENCE").is_some() || part.property("SEQUENCE").is_some() {
                set_sequence(part, sequence(&was));
            }
            if part.property("SEQUENCE").is_some_and(|p| p.value == "0")
                && was.property("SEQUENCE").is_none()
            {
                drop_all(part, &["SEQUENCE"]);
            }
            show(part, &was, self.me);
        }
        self.new = Object::of(tree);
    }
}

/// When it happens in the organizer's own words: clients say it in other zones.
fn restore_times(part: &mut Component<'static>, was: &Component<'static>) {
    const TIMES: [&str; 6] = ["DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE"];
    let said = |part: &Component<'static>| -> Vec<Property<'static>> {
        let own = part.properties.iter();
        own.filter(|p| TIMES.iter().any(|name| p.is(name)))
            .cloned()
            .collect()
    };
    let (now, before) = (said(part), said(was));
    if now.iter().all(|p| before.contains(p)) && now.len() == before.len() {
        return;
    }
    drop_all(part, &TIMES);
    part.properties.extend(before);
}

/// The people of a component as the organizer has them, but for the attendee.
fn restore_people(
    part: &mut Component<'static>,
    was: &Component<'static>,
    mine: Option<&Property<'static>>,
) {
    let people = |p: &Property<'_>| p.is("ATTENDEE") || p.is("ORGANIZER");
    let at = part.properties.iter().position(people);
    part.properties.retain(|p| !people(p));
    let restored = was
        .properties
        .iter()
        .filter(|p| people(p))
        .map(|p| match mine {
            Some(mine) if p.is("ATTENDEE") && address(p) == address(mine) => mine.clone(),
            _ => p.clone(),
        });
    let restored: Vec<_> = restored.collect();
    let at = at.unwrap_or(part.properties.len());
    part.properties.splice(at..at, restored);
    if let Some(mine) = mine
        && let Some(own) = attendee_mut(part, &address(mine))
        && agent(own) == Agent::Server
    {
        party::strip(own, &super::view::OURS);
    }
}

/// What is for all to read and no RFC knows comes back where a client has dropped what it does not know.
fn restore_public(part: &mut Component<'static>, was: &Component<'static>) {
    for name in PUBLIC {
        if part.property(name).is_none() {
            part.properties.extend(was.all(name).cloned());
        }
    }
}

/// What is accepted takes time, even if the client leaves TRANSP as it was set for what nobody has answered yet.
fn show(part: &mut Component<'static>, was: &Component<'static>, me: &Address) {
    let before = party::answer(was, me);
    let now = party::answer(part, me);
    let comes = |said: Option<&str>| matches!(said, Some("ACCEPTED" | "TENTATIVE"));
    let free = |part: &Component<'_>| {
        let said = part.property("TRANSP");
        said.is_some_and(|p| p.value.trim().eq_ignore_ascii_case("TRANSPARENT"))
    };
    if before.as_deref() == Some(WAITING) && comes(now.as_deref()) && free(was) && free(part) {
        put(part, Property::new("TRANSP", "OPAQUE"));
    }
}
