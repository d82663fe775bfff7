//! A feed whose ids do not last is digested whole: first it is said which event of the listing is which copy.

use std::collections::HashSet;

use sync::{
    Remote,
    replication::{Entry, rebind, rename},
};

use super::{Hub, place_of};
use crate::provider::Object;

impl Hub {
    /// Copies take the ids that their events have in a listing, and what is not there any more is gone. Returns how many took
    /// another one.
    pub(super) fn rebind(&mut self, place: usize, listed: &[Object]) -> usize {
        let entries: Vec<Entry<'_>> = listed
            .iter()
            .map(|object| Entry {
                id: &object.id,
                event: &object.body,
            })
            .collect();
        let (there, gone) = (self.known(place, true), self.known(place, false));
        let (of_there, of_gone) = rebind(&self.entries(&there), &self.entries(&gone), &entries);
        let lost = there.iter().zip(&of_there).filter(|(_, to)| to.is_none());
        for (row, _) in lost {
            let id = self.rows[*row].copy.remote.id().unwrap().to_owned();
            let nothing = self.observation(None, &id);
            self.observe(*row, &nothing);
        }
        let taken: HashSet<&str> = listed.iter().map(|object| object.id.as_str()).collect();
        let mut renamed = 0;
        for (row, to) in there.iter().zip(of_there).chain(gone.iter().zip(of_gone)) {
            let copy = &mut self.rows[*row].copy;
            let Some(to) = to.map(|to| &listed[to]) else {
                if copy.remote.id().is_some_and(|id| taken.contains(id)) {
                    // It is another event's id now.
                    copy.remote = Remote::Absent;
                }
                continue;
            };
            if copy.remote.id() != Some(&to.id) {
                let event = Entry {
                    id: &to.id,
                    event: &to.body,
                };
                rename(copy, &event, &to.version);
                renamed += 1;
            }
        }
        renamed
    }

    /// Copies of events that were there, or were gone, when last seen.
    fn known(&self, place: usize, there: bool) -> Vec<usize> {
        let rows = (0..self.rows.len()).filter(|row| {
            let row = &self.rows[*row];
            let remote = match &row.copy.remote {
                Remote::Live { .. } => there,
                Remote::Gone { .. } => !there && !row.projected,
                Remote::Absent => false,
            };
            place_of(row.copy.calendar) == place && remote && row.copy.base.is_some()
        });
        rows.collect()
    }

    fn entries(&self, rows: &[usize]) -> Vec<Entry<'_>> {
        let entries = rows.iter().map(|row| {
            let copy = &self.rows[*row].copy;
            Entry {
                id: copy.remote.id().unwrap(),
                event: &copy.base.as_ref().unwrap().remote,
            }
        });
        entries.collect()
    }
}
