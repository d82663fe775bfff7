//! What faces tell of series that a provider cannot have.

use calendar::RecurrenceId;
use jiff::Timestamp;
use storage::{Tx, copies, members};
use sync::{CalendarId, CauseKind, Part};

use super::flow::Flow;
use crate::{Hub, Result};

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
    /// Which occurrence of a series a copy is, if it is but one, and where the event that it is of is exploded.
    pub(crate) async fn told(
        &self,
        tx: &mut Tx,
        row: &copies::Row,
    ) -> Result<(Option<RecurrenceId>, Vec<Exploded>)> {
        let (mut occurrence, mut exploded) = (None, Vec::new());
        let Some(linked) = row.linked else {
            return Ok((occurrence, exploded));
        };
        for member in members::of_linked(tx, linked).await? {
            if let Part::Occurrence(id) = member.part
                && member.copy == row.copy.id
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
