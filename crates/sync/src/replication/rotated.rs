//! Calendars whose ids do not last. The feed of a booking system makes new UIDs for the same bookings whenever it is fetched, or
//! counts its events, so that all get other numbers once one is gone. It can only be read whole: what of it is which copy of ours is
//! told by what it holds, and by its id only where nothing else tells.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use calendar::{Event, Unit, unit};

use crate::{
    Copy, Remote, Version,
    law::{Law, holds},
    links::content_key,
    loose,
};

/// Of groups with more pairs than this, whose events a person would all call the same, the first is taken for the first.
const PAIRS_MAX: usize = 4096;

/// An event under its id.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The provider's id.
    pub id: &'a str,
    /// What it holds; of a copy, what the provider had last.
    pub event: &'a Event,
}

/// Which event of a whole listing each known one is, by index: first of those that were there when last seen, then of those that
/// were gone. Whoever is told nothing is gone, whatever is under its id now; and what nobody is, is new.
///
/// One event is one copy at most. What is the same to the letter comes first, then what a person would call the same (times,
/// repetition, title), the most similar first; of equals one is as good as another. An id tells only that something there was
/// edited, as long as it is at the same time or has the same title, and of what was gone nothing: it may be another event's now.
pub fn rebind(
    there: &[Entry<'_>],
    gone: &[Entry<'_>],
    listed: &[Entry<'_>],
) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut free = vec![true; listed.len()];
    let there = bind(there, listed, &mut free, true);
    let by_id = !holds(Law::ReusedIdsTellNothing);
    let gone = bind(gone, listed, &mut free, by_id);
    (there, gone)
}

/// The copy is of this event from now on, which had another id. `version` is the one that it has there.
pub fn rename(copy: &mut Copy, to: &Entry<'_>, version: &Version) {
    let base = copy.base.as_mut().map(|base| &mut base.remote);
    let same = base
        .as_ref()
        .is_some_and(|base| unit::diff(base, to.event).is_empty());
    if let Some(base) = base {
        base.uid.clone_from(&to.event.uid);
    }
    match &mut copy.remote {
        Remote::Live { id, version: known } => {
            to.id.clone_into(id);
            // Versions of two ids tell nothing of each other: what is not the same is yet to be read.
            *known = if same {
                version.clone()
            } else {
                Version::unread()
            };
        }
        Remote::Gone { id, .. } => to.id.clone_into(id),
        Remote::Absent => {}
    }
}

/// One round: which of the `listed` that are `free` each known event is.
fn bind(
    known: &[Entry<'_>],
    listed: &[Entry<'_>],
    free: &mut [bool],
    by_id: bool,
) -> Vec<Option<usize>> {
    let mut round = Round {
        known: in_order(known, listed),
        listed: in_order(listed, known),
        bound: vec![None; known.len()],
        free,
    };
    if holds(Law::RotatedIsTheSame) {
        let bare = |entry: &Entry<'_>| bare(entry.event);
        let (was, is): (Vec<Event>, Vec<Event>) = (
            known.iter().map(bare).collect(),
            listed.iter().map(bare).collect(),
        );
        round.pair(|k| (known[k].id, &was[k]), |l| (listed[l].id, &is[l]));
        round.pair(|k| &was[k], |l| &is[l]);
        let key = |entry: &Entry<'_>| content_key(entry.event);
        let was: Vec<String> = known.iter().map(key).collect();
        let is: Vec<String> = listed.iter().map(key).collect();
        round.pair(|k| (known[k].id, &was[k]), |l| (listed[l].id, &is[l]));
        round.pair_similar(known, listed, (&was, &is));
    }
    if by_id {
        round.pair_by_id(known, listed);
    }
    round.bound
}

/// What is compared to the letter: not what only names the event, and when it was last touched.
fn bare(event: &Event) -> Event {
    Event {
        uid: String::new(),
        sequence: 0,
        created: None,
        updated: None,
        ..event.clone()
    }
}

/// The order in which events are asked: those whose id the other side does not know come first.
fn in_order(of: &[Entry<'_>], others: &[Entry<'_>]) -> Vec<usize> {
    let ids: HashSet<&str> = others.iter().map(|entry| entry.id).collect();
    let mut order: Vec<usize> = (0..of.len()).collect();
    order.sort_by_key(|index| ids.contains(of[*index].id));
    order
}

struct Round<'f> {
    known: Vec<usize>,
    listed: Vec<usize>,
    bound: Vec<Option<usize>>,
    free: &'f mut [bool],
}

impl Round<'_> {
    /// Binds, one to one, what is equal by something.
    fn pair<K: std::hash::Hash + Eq>(&mut self, was: impl Fn(usize) -> K, is: impl Fn(usize) -> K) {
        let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
        for l in self.listed.iter().copied().filter(|l| self.free[*l]) {
            places.entry(is(l)).or_default().push_back(l);
        }
        for k in &self.known {
            if self.bound[*k].is_none()
                && let Some(l) = places.get_mut(&was(*k)).and_then(VecDeque::pop_front)
            {
                self.bound[*k] = Some(l);
                self.free[l] = false;
            }
        }
    }

    /// Binds what has the same id, if it may be the same event.
    fn pair_by_id(&mut self, known: &[Entry<'_>], listed: &[Entry<'_>]) {
        let free = self.listed.iter().filter(|l| self.free[**l]);
        let ids: HashMap<&str, usize> = free.map(|l| (listed[*l].id, *l)).collect();
        for k in &self.known {
            let (was, to) = (known[*k].event, ids.get(known[*k].id));
            let Some(l) = to.copied().filter(|_| self.bound[*k].is_none()) else {
                continue;
            };
            let is = listed[l].event;
            let edited = Unit::When.same(was, is) || loose::same(&Unit::Title, was, is);
            if self.free[l] && (edited || !holds(Law::ReusedIdsTellNothing)) {
                self.bound[*k] = Some(l);
                self.free[l] = false;
            }
        }
    }

    /// Binds, one to one, what a person would call the same: what differs in the fewest units first.
    fn pair_similar(
        &mut self,
        known: &[Entry<'_>],
        listed: &[Entry<'_>],
        (was, is): (&[String], &[String]),
    ) {
        let mut groups: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for k in self.known.iter().filter(|k| self.bound[**k].is_none()) {
            groups.entry(&was[*k]).or_default().0.push(*k);
        }
        for l in self.listed.iter().filter(|l| self.free[**l]) {
            if let Some((_, places)) = groups.get_mut(is[*l].as_str()) {
                places.push(*l);
            }
        }
        for (ours, places) in groups.into_values() {
            let mut pairs: Vec<(usize, usize)> = Vec::new();
            if ours.len() * places.len() > PAIRS_MAX {
                pairs.extend(ours.into_iter().zip(places));
            } else {
                for k in ours {
                    pairs.extend(places.iter().map(|l| (k, *l)));
                }
                pairs.sort_by_cached_key(|(k, l)| {
                    unit::diff(known[*k].event, listed[*l].event).len()
                });
            }
            for (k, l) in pairs {
                if self.bound[k].is_none() && self.free[l] {
                    self.bound[k] = Some(l);
                    self.free[l] = false;
                }
            }
        }
    }
}
