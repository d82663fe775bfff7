//! What people did, and whether anything of it was lost (I2).

use std::collections::BTreeSet;

use calendar::Event;

use crate::slots::{Slot, is_veiled, numbers};

/// One edit of one slot.
#[derive(Clone, Debug, Hash)]
pub struct Edit {
    pub number: u32,
    pub slot: Slot,
    /// What the person saw there and wrote over.
    pub replaced: Option<u32>,
    pub place: usize,
    /// The mark of the event, where the person could see it.
    pub mark: Option<String>,
    /// The calendars were not linked yet.
    pub early: bool,
    /// It belongs to its copy alone: it may go with it.
    pub own: bool,
    /// It was made on a target in a unit that the projection owns: it stays only until the projection changes.
    pub passing: bool,
}

/// A deletion by a person.
#[derive(Clone, Debug, Hash)]
pub struct Deletion {
    pub place: usize,
    /// The mark of the event, where the person could see it.
    pub mark: Option<String>,
    /// The numbers that were seen then.
    pub seen: BTreeSet<u32>,
    /// A write of unknown outcome had made or changed it, and nothing will tell whether it did before this deletion.
    pub unseen: Option<Unseen>,
}

/// Why nothing can tell us that an event was deleted that we made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unseen {
    /// Several creates of unknown outcome under an id that can be used again: the person deleted the one that had landed.
    Again,
    /// One create of unknown outcome had landed, and nobody was told of it before the person deleted it.
    Untold,
    /// An update of unknown outcome had landed: the person saw it, and we take it for an edit that they did not know of (R8).
    Updated,
}

#[derive(Clone, Debug, Default, Hash)]
pub struct Ledger {
    pub edits: Vec<Edit>,
    pub deletes: Vec<Deletion>,
    /// Numbers that a person saw and deleted.
    deleted: BTreeSet<u32>,
    /// Whether any event was deleted: what belongs to a copy alone may have gone with it.
    pub deletions: bool,
    /// Two-way places at which somebody deleted an event: what was hidden there may have gone with it.
    pub deleted_at: BTreeSet<usize>,
    /// The same for single occurrences.
    pub cancelled_at: BTreeSet<usize>,
    /// Numbers that somebody at a place saw in what they wrote anew: theirs, too, from then on.
    pub rewritten: BTreeSet<(usize, u32)>,
    /// Somebody copied an event before we knew that it is ours: the copy may be taken for it.
    pub mistaken: bool,
    /// Somebody moved or restored what their calendar does not show the mark of: which event that is the ledger does not know.
    pub blind: bool,
    /// Marks of events of ours of which a program threw away our stamp.
    pub unmarked: BTreeSet<String>,
    /// Numbers that somebody took along to another calendar.
    pub carried: BTreeSet<(u32, usize)>,
    /// Marks of events that somebody moved to another calendar.
    pub moved: BTreeSet<String>,
    /// Marks of events that a person may have doubled by restoring an old incarnation.
    pub restored: BTreeSet<String>,
    /// Marks of events of a feed that are other events for everybody who reads it: they have other ids, and other contents as well.
    pub replaced: BTreeSet<String>,
    /// Marks of events of a feed of which there is one that a person would call the same: one may be taken for the other.
    pub alike: BTreeSet<String>,
    /// Marks of events that somebody deleted while a calendar's window still hid the same event there: that one is another then.
    pub apart: BTreeSet<String>,
    /// Who turned what private or public: the number of the edit, where, and whether it was in the hub.
    pub turned: Vec<(u32, usize, bool)>,
    /// Marks of events that were private at any time; `None` stands for all, where the mark could not be seen.
    pub veiled: BTreeSet<Option<String>>,
    /// What a person kept at a place when asked, and the value that they saw beside it.
    pub chosen: BTreeSet<(usize, u32, u32)>,
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

    pub fn deleted(&mut self, place: usize, body: &Event, unseen: Option<Unseen>) {
        let seen: BTreeSet<u32> = numbers(body).map(|(_, number)| number).collect();
        self.deleted.extend(&seen);
        self.deletes.push(Deletion {
            place,
            mark: body.categories.first().cloned(),
            seen,
            unseen,
        });
        self.deletions = true;
    }

    /// What was written last, if it is something that can be found again.
    pub fn last_edit(&self) -> Option<(Slot, u32)> {
        let edit = self.edits.last()?;
        (!edit.passing && edit.number == self.next).then_some((edit.slot, edit.number))
    }

    /// Whether the event of an edit was private at any time, so that others may not have seen the edit.
    pub fn was_veiled(&self, edit: &Edit) -> bool {
        let known = match &edit.mark {
            Some(_) => self.veiled.contains(&edit.mark) || self.veiled.contains(&None),
            None => !self.veiled.is_empty(),
        };
        known && is_veiled(edit.slot)
    }

    /// Where a number was written.
    pub fn author(&self, number: u32) -> Option<usize> {
        let edit = self.edits.iter().find(|e| e.number == number)?;
        Some(edit.place)
    }

    /// Whether somebody saw this number, or what was written over it, and deleted its event.
    pub fn was_deleted(&self, number: u32) -> bool {
        let mut later = self.edits.iter();
        self.deleted.contains(&number)
            || later.any(|e| e.replaced == Some(number) && self.was_deleted(e.number))
    }

    /// Whether somebody saw this number in an occurrence, cancelled that or made it as the others, and somebody deleted an
    /// event there: whoever did both left no number that could tell.
    pub fn was_cancelled(&self, edit: &Edit) -> bool {
        let mut later = self.edits.iter();
        let cancelled =
            |e: &Edit| e.passing && e.place == edit.place && matches!(e.slot, Slot::Occurrence(_));
        self.deleted_at.contains(&edit.place)
            && later.any(|e| e.replaced == Some(edit.number) && cancelled(e))
    }

    /// Whether somebody deleted the event with this mark, or one whose mark they could not see.
    pub fn is_deleted(&self, mark: &str) -> bool {
        let mut marks = self.deletes.iter().map(|deletion| deletion.mark.as_deref());
        marks.any(|there| there.is_none_or(|there| there == mark))
    }

    /// Whether somebody made an edit of the event that whoever deleted it did not see.
    pub fn is_opposed(&self, deletion: &Deletion) -> bool {
        self.edits.iter().any(|edit| {
            (edit.mark.is_none() || edit.mark == deletion.mark) && !self.was_seen(edit, deletion)
        })
    }

    fn was_seen(&self, edit: &Edit, deletion: &Deletion) -> bool {
        deletion.seen.contains(&edit.number)
            || self
                .edits
                .iter()
                .any(|next| next.replaced == Some(edit.number) && self.was_seen(next, deletion))
    }

    /// The edit that wrote over a number, if it flows.
    pub fn written_over(&self, slot: Slot, number: u32) -> Option<&Edit> {
        self.edits.iter().find(|edit| {
            edit.slot == slot
                && edit.replaced == Some(number)
                && !edit.passing
                && !edit.own
                && !edit.early
        })
    }

    /// The first edit that is neither there nor replaced by somebody who saw it, nor deleted by somebody who saw it,
    /// nor kept as the loser of a conflict. What is `hidden` from others goes with its copy.
    pub fn first_lost(
        &self,
        alive: &BTreeSet<u32>,
        losers: &BTreeSet<u32>,
        hidden: impl Fn(usize, &Edit) -> bool,
    ) -> Option<&Edit> {
        let hidden_there = |edit: &Edit| {
            let mut carried = self.carried.iter();
            carried.any(|(number, to)| *number == edit.number && hidden(*to, edit))
        };
        self.edits.iter().find(|edit| {
            let replaced = || self.edits.iter().any(|e| e.replaced == Some(edit.number));
            !(edit.passing
                || (self.deletions && (edit.own || hidden(edit.place, edit) || hidden_there(edit)))
                || self.deleted_at.iter().any(|at| hidden(*at, edit))
                || (matches!(edit.slot, Slot::Occurrence(_))
                    && self.cancelled_at.iter().any(|at| hidden(*at, edit)))
                || alive.contains(&edit.number)
                || losers.contains(&edit.number)
                || self.deleted.contains(&edit.number)
                || replaced())
        })
    }
}
