//! What people did, and whether anything of it was lost (I2).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::words::Slot;

/// One edit of one slot.
pub struct Edit {
    pub mark: u32,
    pub slot: Slot,
    /// What the person saw there and wrote over.
    saw: Option<u32>,
    /// Who made it.
    pub by: &'static str,
    /// When.
    at: Timestamp,
    /// Whether it was answered. A hub that was killed in its midst may have it or not.
    pub sure: bool,
}

/// That somebody deleted an event.
pub struct Death {
    pub mark: u32,
    pub by: &'static str,
    pub at: Timestamp,
}

#[derive(Default)]
pub struct Ledger {
    pub edits: BTreeMap<u32, Edit>,
    /// Numbers that a person saw and deleted.
    deleted: BTreeSet<u32>,
    /// Events that somebody deleted, and who.
    deaths: BTreeMap<u32, (&'static str, Timestamp)>,
    /// Events that a person brought back: an old incarnation may be there beside a new one.
    pub restored: BTreeSet<u32>,
    /// Occurrences that were cancelled, which no number tells: of which event, and what was seen.
    cancelled: Vec<(u32, Slot, Option<u32>)>,
    /// Numbers that are kept as what lost a conflict.
    pub losers: BTreeSet<u32>,
    next: u32,
    /// Everything that was done.
    pub deeds: u32,
}

impl Ledger {
    /// A number that was never used.
    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Notes an edit. `saw` is the number that the person had before them.
    pub fn edited(
        &mut self,
        number: u32,
        (mark, slot): (u32, Slot),
        saw: Option<u32>,
        by: &'static str,
    ) {
        let edit = Edit {
            mark,
            slot,
            saw,
            by,
            at: now(),
            sure: true,
        };
        self.edits.insert(number, edit);
    }

    /// Notes that an edit was not answered.
    pub fn unsure(&mut self, number: u32) {
        if let Some(edit) = self.edits.get_mut(&number) {
            edit.sure = false;
        }
    }

    /// Notes that somebody deleted an event of which they saw these numbers.
    pub fn deleted(&mut self, mark: u32, saw: impl IntoIterator<Item = u32>, by: &'static str) {
        self.deleted.extend(saw);
        self.deaths.insert(mark, (by, now()));
    }

    /// The same of a deletion that was not answered: it may have come to pass or not.
    pub fn maybe_deleted(&mut self, saw: impl IntoIterator<Item = u32>) {
        self.deleted.extend(saw);
    }

    /// Notes that somebody cancelled an occurrence, of which they saw this number.
    pub fn cancelled(&mut self, mark: u32, slot: Slot, saw: Option<u32>) {
        self.cancelled.push((mark, slot, saw));
    }

    /// Edits that are neither there nor replaced by somebody who saw them, nor deleted by somebody who saw them, nor kept
    /// as the losers of conflicts.
    pub fn lost(&self, alive: &BTreeSet<u32>) -> Vec<String> {
        let gone = |number: &u32| {
            !(alive.contains(number) || self.losers.contains(number) || self.is_known(*number))
        };
        let lost = self.edits.iter();
        let lost = lost.filter(|(number, edit)| edit.sure && gone(number));
        lost.map(|(number, edit)| {
            format!(
                "I2: n{number}, the {:?} of e{} by {} (over {:?}), is lost",
                edit.slot, edit.mark, edit.by, edit.saw
            )
        })
        .collect()
    }

    /// Whether somebody saw a number and deleted it, or wrote over it. An occurrence may show the title of its series,
    /// which stays where it is.
    fn is_known(&self, number: u32) -> bool {
        let there = |slot: &Slot| self.edits.get(&number).is_some_and(|e| e.slot == *slot);
        let replaced = |e: &Edit| e.saw == Some(number) && there(&e.slot);
        let cancelled =
            |(_, slot, saw): &(u32, Slot, Option<u32>)| *saw == Some(number) && there(slot);
        self.deleted.contains(&number)
            || self.edits.values().any(replaced)
            || self.cancelled.iter().any(cancelled)
    }

    /// Events that are there although whoever deleted them had seen all that was ever written into them.
    pub fn came_back(&self, marks: &BTreeSet<u32>) -> Vec<Death> {
        let knew_all = |mark: u32| {
            let mut edits = self.edits.iter().filter(|(_, edit)| edit.mark == mark);
            edits.all(|(number, _)| self.is_known(*number))
        };
        let back = self.deaths.iter().filter(|(mark, _)| {
            marks.contains(mark)
                && !self.restored.contains(mark)
                && self.cancelled.iter().all(|(of, ..)| of != *mark)
                && knew_all(**mark)
        });
        back.map(|(mark, (by, at))| Death {
            mark: *mark,
            by,
            at: *at,
        })
        .collect()
    }

    /// What is there at rest although somebody deleted it is there by right from now on: an edit of which they did not know
    /// kept it, and whoever sees that edit later makes it no less so.
    pub fn live_on(&mut self, marks: &BTreeSet<u32>) {
        self.deaths.retain(|mark, _| !marks.contains(mark));
    }

    /// All of it, to be read.
    pub fn told(&self) -> String {
        let edit = |(number, edit): (&u32, &Edit)| {
            let Edit {
                mark,
                slot,
                saw,
                by,
                at,
                sure,
            } = edit;
            format!(
                "{at} n{number}, the {slot:?} of e{mark} by {by} over {saw:?}, answered: {sure}"
            )
        };
        let mut lines: Vec<String> = self.edits.iter().map(edit).collect();
        let deaths = self.deaths.iter();
        lines.extend(deaths.map(|(mark, (by, at))| format!("e{mark} deleted by {by} at {at}")));
        let cancelled = self.cancelled.iter();
        lines.extend(
            cancelled.map(|(mark, slot, saw)| format!("e{mark} cancelled: {slot:?} {saw:?}")),
        );
        lines.push(format!("deleted {:?}", self.deleted));
        lines.push(format!("restored {:?}", self.restored));
        lines.push(format!("losers {:?}", self.losers));
        lines.join("\n")
    }
}

fn now() -> Timestamp {
    identity::Clock::now(&identity::SystemClock)
}
