//! What people did, and whether anything of it was lost (I2).

use std::collections::BTreeSet;

use calendar::Event;

use crate::slots::{Slot, numbers};

/// One edit of one slot.
pub struct Edit {
    pub number: u32,
    pub slot: Slot,
    /// What the person saw there and wrote over.
    pub replaced: Option<u32>,
    pub place: usize,
    /// It belongs to its copy alone: it may go with it.
    pub own: bool,
    /// It was made on a target in a unit that the projection owns: it stays only until the projection changes.
    pub passing: bool,
}

#[derive(Default)]
pub struct Ledger {
    pub edits: Vec<Edit>,
    /// Numbers that a person saw and deleted.
    deleted: BTreeSet<u32>,
    /// Whether any event was deleted: what belongs to a copy alone may have gone with it.
    pub deletions: bool,
    /// Slots that were hidden from somebody who deleted an event: what was in them may have gone with it.
    pub deleted_unseen: BTreeSet<Slot>,
    /// Marks of events that a person may have doubled by restoring an old incarnation.
    pub restored: BTreeSet<String>,
    next: u32,
}

impl Ledger {
    /// A number that was never used.
    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A new mark for a new event.
    pub fn mark(&mut self) -> String {
        format!("e{}", self.number())
    }

    pub fn deleted(&mut self, body: &Event) {
        self.deleted.extend(numbers(body).map(|(_, number)| number));
        self.deletions = true;
    }

    /// What was written last, if it is something that can be found again.
    pub fn last_edit(&self) -> Option<(Slot, u32)> {
        let edit = self.edits.last()?;
        (!edit.passing && edit.number == self.next).then_some((edit.slot, edit.number))
    }

    /// Where a number was written.
    pub fn author(&self, number: u32) -> Option<usize> {
        let edit = self.edits.iter().find(|e| e.number == number)?;
        Some(edit.place)
    }

    /// The first edit that is neither there nor replaced by somebody who saw it, nor deleted by somebody who saw it,
    /// nor kept as the loser of a conflict.
    pub fn first_lost(&self, alive: &BTreeSet<u32>, losers: &BTreeSet<u32>) -> Option<&Edit> {
        self.edits.iter().find(|edit| {
            let replaced = || self.edits.iter().any(|e| e.replaced == Some(edit.number));
            !(edit.passing
                || (edit.own && self.deletions)
                || self.deleted_unseen.contains(&edit.slot)
                || alive.contains(&edit.number)
                || losers.contains(&edit.number)
                || self.deleted.contains(&edit.number)
                || replaced())
        })
    }
}
