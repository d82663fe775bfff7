//! The local copy of an event and what is known of its remote counterpart.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Event, RecurrenceId, Unit, unit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CalendarId, ChangeId, CopyId, LinkId, Stamp,
    law::{Law, holds},
    loose,
    own::Own,
};

/// One event in one calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Its identity for ever.
    pub id: CopyId,
    /// The calendar that it is in.
    pub calendar: CalendarId,
    /// Our value.
    pub local: Event,
    /// Grows with every change of the local value or of its liveness: the local entity tag.
    #[serde(default)]
    pub edition: i64,
    /// Whether it exists as far as we are concerned.
    pub alive: bool,
    /// What the provider has.
    pub remote: Remote,
    /// How often it was made anew at the provider; part of deterministic remote ids.
    pub generation: u32,
    /// What both sides last agreed on; `None` before the first contact.
    pub base: Option<Base>,
    /// What the provider has, while some unit of it waits for a person's decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Event>,
    /// Why each unit that still has to be written differs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "pairs")]
    pub causes: BTreeMap<Unit, Cause>,
    /// Why the copy died or came to life, while that still has to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life_cause: Option<Cause>,
    /// The stamp of our last confirmed write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// A write is due even if nothing differs: the copy was revived over a delete that may still arrive (R7).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rewrite: bool,
    /// The provider refuses this value, and why; nothing is sent until the value changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<String>,
    /// The copy in the same calendar that stands for the event, if this one is a second object of it that has to go: whatever
    /// is edited on this one is the other's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<CopyId>,
    /// Lines that a link has taken from the text, while the provider may still have them: they do not come back with what
    /// somebody writes there beside them (R6).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub taken: BTreeSet<String>,
    /// The text as this very calendar has it, while that waits to be written and a link has written into it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
}

/// What the provider has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Remote {
    /// Never seen there.
    Absent,
    /// It is there.
    Live {
        /// The provider's id or href.
        id: String,
        /// Its version when last seen.
        version: Version,
    },
    /// It was there.
    Gone {
        /// The id it had.
        id: String,
        /// The last version that was seen of it, if it was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
}

impl Remote {
    /// The provider's id, past or present.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Live { id, .. } | Self::Gone { id, .. } => Some(id),
        }
    }
}

/// A provider's version of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The entity tag, exactly as the provider wrote it; what `If-Match` gets.
    pub tag: String,
    /// A number that grows with every version, where the provider has one (its modification time, say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
}

impl Version {
    /// The version of what was stored and has not been read since: no provider has it, so that whatever is found is another.
    pub fn unread() -> Self {
        Self {
            tag: String::new(),
            order: None,
        }
    }

    /// Whether it is [`Version::unread`].
    pub fn is_unread(&self) -> bool {
        self.tag.is_empty()
    }

    /// Whether `self` is certainly older than `other`.
    pub fn is_older_than(&self, other: &Self) -> bool {
        matches!((self.order, other.order), (Some(a), Some(b)) if a < b)
    }
}

/// What both sides last agreed on, as a pair: providers rewrite what they are given, and that is not an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The body that the provider returned.
    pub remote: Event,
    /// Our copy at the moment of sending.
    pub local: Event,
}

impl Base {
    /// Occurrences that are an override on one side only, and the provider has taken them into its rule, or out of it. Whoever
    /// changes the rule, or one of them, changes all of this.
    pub(crate) fn folded(&self) -> impl Iterator<Item = Unit> {
        self.one_sided().filter(|unit| self.is_folded(unit))
    }

    /// Whether the unit is one of them.
    fn is_folded(&self, unit: &Unit) -> bool {
        // Under the same rule there is nothing to take anywhere: one side has only put it in other words.
        !Unit::Rule.same(&self.local, &self.remote)
            && matches!(unit, Unit::Override(id) if self.is_one_sided(id))
    }

    /// Occurrences of which one side had no need to say anything: a patch, say, of which a mask leaves nothing.
    pub(crate) fn one_sided(&self) -> impl Iterator<Item = Unit> {
        let ids = [&self.local, &self.remote].map(|event| event.overrides.keys());
        let one = ids.into_iter().flatten().filter(|id| self.is_one_sided(id));
        one.map(|id| Unit::Override(*id))
    }

    fn is_one_sided(&self, id: &RecurrenceId) -> bool {
        self.local.overrides.contains_key(id) != self.remote.overrides.contains_key(id)
    }
}

/// Why a unit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What kind of reason.
    pub kind: CauseKind,
    /// The calendar in which it began.
    pub from: CalendarId,
    /// The link along which it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// All links along which it came, in the order of its way; `link` is the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<LinkId>,
    /// The change that started it.
    pub change: ChangeId,
    /// When the provider in which it began says that it happened; decides between writers, never by our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
}

/// What kind of reason a change has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// Somebody edited another copy, and it flowed here.
    Flow,
    /// Somebody edited this copy through the hub.
    Edit,
    /// Somebody took back many edits at once, without looking at each.
    Undo,
    /// A link, mask or setting changed; not an edit.
    Config,
}

impl Cause {
    /// Whether it came along one of these links.
    pub fn came_along(&self, links: &BTreeSet<LinkId>) -> bool {
        self.link
            .iter()
            .chain(&self.via)
            .any(|id| links.contains(id))
    }

    /// Whether it counts as an edit when it meets a deletion (R8).
    pub fn is_edit(&self) -> bool {
        self.kind != CauseKind::Config || !holds(Law::ConfigIsNoEdit)
    }
}

impl Copy {
    /// A copy that was made here and that the provider does not know yet.
    pub fn made_here(id: CopyId, calendar: CalendarId, local: Event) -> Self {
        Self {
            id,
            calendar,
            local,
            edition: 1,
            alive: true,
            remote: Remote::Absent,
            generation: 0,
            base: None,
            held: None,
            causes: BTreeMap::new(),
            life_cause: None,
            stamp: None,
            rewrite: false,
            parked: None,
            heir: None,
            taken: BTreeSet::new(),
            own: None,
        }
    }

    /// A copy of an event that was made at the provider.
    pub fn made_there(
        id: CopyId,
        calendar: CalendarId,
        remote_id: String,
        version: Version,
        body: Event,
    ) -> Self {
        Self {
            remote: Remote::Live {
                id: remote_id,
                version,
            },
            base: Some(Base {
                remote: body.clone(),
                local: body.clone(),
            }),
            ..Self::made_here(id, calendar, body)
        }
    }

    /// The units in which our value differs from what was last sent or taken.
    pub fn pending(&self) -> BTreeSet<Unit> {
        match &self.base {
            Some(base) => unit::diff(&self.local, &base.local),
            None => unit::all([&self.local]),
        }
    }

    /// Whether a unit of what the provider has waits to be written.
    pub(crate) fn waits(&self, unit: &Unit) -> bool {
        let base = self.base.as_ref();
        base.is_some_and(|base| !unit.same(&self.local, &base.local))
    }

    /// Whether an edit waits to be written that would be lost if the copy died now (R8).
    pub fn has_pending_edit(&self) -> bool {
        self.pending()
            .iter()
            .any(|unit| !unit.is_local() && self.causes.get(unit).is_some_and(Cause::is_edit))
    }

    /// Changes one unit of the local value, noting why.
    pub fn set(&mut self, unit: &Unit, from: &Event, cause: &Cause) {
        if *unit == Unit::Text {
            self.write_text(from, cause);
        } else {
            self.put(unit, from, cause);
        }
    }

    pub(crate) fn put(&mut self, unit: &Unit, from: &Event, cause: &Cause) {
        if !unit.same(&self.local, from) {
            unit.take(&mut self.local, from);
            self.causes.insert(unit.clone(), cause.clone());
            self.parked = None;
            if *unit == Unit::Text && !self.taken.is_empty() {
                let lines = loose::lines(&self.local.text);
                self.taken.retain(|line| !lines.contains(line));
            }
            if let Some(base) = &mut self.base
                && !base.is_folded(unit)
                && unit.same(&self.local, &base.remote)
                && holds(Law::SameWaitsForNothing)
            {
                // Back to what the provider has: there is nothing to write, and nothing that a deletion would lose.
                unit.take(&mut base.local, &self.local);
                self.causes.remove(unit);
            }
        }
    }

    /// The same for what comes along a link.
    pub fn bring(&mut self, unit: &Unit, from: &Event, cause: &Cause) {
        let text = (*unit == Unit::Text).then(|| loose::lines(&self.local.text));
        if text.is_some() {
            self.note_own();
        }
        self.put(unit, from, cause);
        if let Some(mut gone) = text {
            let lines = loose::lines(&self.local.text);
            gone.retain(|line| !lines.contains(line));
            self.taken.append(&mut gone);
        }
    }

    /// Whether a unit that waits to be written came along a link. What started it may have been in this very calendar.
    pub(crate) fn came_along(&self, unit: &Unit) -> bool {
        let along = |cause: &Cause| {
            (cause.link.is_some() && holds(Law::AlongIsAlong))
                || cause.from != self.calendar
                || cause.kind == CauseKind::Config
        };
        self.causes.get(unit).is_some_and(along)
    }

    /// A unit has this value, and what waited to be written of it is as it `was` before.
    pub(crate) fn put_back(&mut self, unit: &Unit, value: &Event, was: &Self) {
        unit.take(&mut self.local, value);
        if let (Some(base), Some(before)) = (&mut self.base, &was.base) {
            unit.take(&mut base.local, &before.local);
        }
        self.causes.remove(unit);
        let cause = was.causes.get(unit).cloned();
        self.causes.extend(cause.map(|cause| (unit.clone(), cause)));
        if *unit == Unit::Text {
            self.taken.clone_from(&was.taken);
            self.own.clone_from(&was.own);
        }
        self.tidy();
    }

    /// A write is known to have been carried out; the base tells what the provider has since. Of what was taken from the text only
    /// what it has still matters.
    pub(crate) fn confirm(&mut self, stamp: Stamp) {
        self.stamp = Some(stamp);
        self.rewrite = false;
        if self.alive {
            self.life_cause = None;
        }
        self.own_is_written();
        if self.taken.is_empty() {
            return;
        }
        let there = self.base.as_ref().map(|base| &base.remote).into_iter();
        let there: BTreeSet<String> = there
            .chain(&self.held)
            .flat_map(|event| loose::lines(&event.text))
            .collect();
        self.taken.retain(|line| there.contains(line));
    }

    /// Forgets the causes of units that no longer wait to be written. What is as the provider has it waits for nothing,
    /// whatever it was when it was sent.
    pub(crate) fn tidy(&mut self) {
        let mut pending = self.pending();
        if let Some(base) = &mut self.base {
            pending.retain(|unit| {
                let there = holds(Law::SameWaitsForNothing)
                    && !base.is_folded(unit)
                    && unit.same(&self.local, &base.remote);
                if there {
                    unit.take(&mut base.local, &self.local);
                }
                !there
            });
        }
        self.causes.retain(|unit, _| pending.contains(unit));
        if !pending.contains(&Unit::Text) {
            self.own = None;
        }
    }
}

/// Serde for maps whose keys are not strings: as a list of pairs.
pub(crate) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(d: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Ord + Deserialize<'de>,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::<(K, V)>::deserialize(d).map(|pairs| pairs.into_iter().collect())
    }
}
