//! What faces tell of series that a provider cannot have.

use calendar::RecurrenceId;
use jiff::Timestamp;
use storage::{Tx, ahead, members};
use sync::{CalendarId, CauseKind, CopyId, LinkedId, Part};

use super::flow::Flow;
use crate::{EventView, Hub, Result};

/// A calendar in which a series is single events, since its provider cannot have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploded {
    /// The calendar.
    pub calendar: CalendarId,
    /// Why.
    pub reason: String,
    /// Occurrences that start from here on
    pub from: Timestamp,
    /// and before this are there, as far as they are not too many.
    pub to: Timestamp,
}

impl Hub {
    /// Tells of events which occurrence of a series each is, if it is but one, and where the event that it is of is exploded.
    pub(crate) async fn tell_series(&self, tx: &mut Tx, events: &mut [EventView]) -> Result<()> {
        let linked: Vec<LinkedId> = events.iter().filter_map(|event| event.linked).collect();
        if linked.len() >= ahead::FEW && tx.is_far() {
            ahead::of_linked(tx, &linked).await?;
        }
        for event in events {
            if let Some(linked) = event.linked {
                (event.occurrence, event.exploded) = self.told(tx, event.id, linked).await?;
            }
        }
        Ok(())
    }

    async fn told(
        &self,
        tx: &mut Tx,
        copy: CopyId,
        linked: LinkedId,
    ) -> Result<(Option<RecurrenceId>, Vec<Exploded>)> {
        let (mut occurrence, mut exploded) = (None, Vec::new());
        for member in members::of_linked(tx, linked).await? {
            if let Part::Occurrence(id) = member.part
                && member.copy == copy
            {
                occurrence = Some(id);
            }
            let Some(reason) = member.exploded else {
                continue;
            };
            let cause = self.link_cause(CauseKind::Config, member.calendar, member.link);
            let mut flow = Flow::new(self, tx, String::new(), cause);
            let zone = flow.zone_of(member.calendar).await?;
            let window = self.settings().explode.window(flow.now, &zone);
            exploded.push(Exploded {
                calendar: member.calendar,
                reason,
                from: window.from,
                to: window.to,
            });
        }
        Ok((occurrence, exploded))
    }
}
