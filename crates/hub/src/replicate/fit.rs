//! Before a series is written: whether its provider can have it as it is there now. What somebody cancelled there meanwhile
//! may be something that cannot be brought back.

use calendar::Event;
use storage::{Tx, copies, linked, members};
use sync::{CauseKind, replication::Step};

use crate::{Hub, Result, links::flow::Flow};

impl Hub {
    /// Brings a series that its provider cannot have into a form that it can, by its links. Whether that changed its copy, so
    /// that the step is another one.
    pub(super) async fn refit(&self, tx: &mut Tx, row: &copies::Row, step: &Step) -> Result<bool> {
        let (previous, next): (Option<&Event>, &Event) = match step {
            Step::Create { body, .. } => (None, body),
            Step::Update { previous, body, .. } => (Some(previous), body),
            Step::Delete { .. } | Step::Look { .. } | Step::Nothing => return Ok(false),
        };
        if row.linked.is_none() || !next.is_series() {
            return Ok(false);
        }
        let calendar = row.copy.calendar;
        for member in members::of_copy(tx, row.copy.id).await? {
            let mut causes = row.copy.causes.values().chain(&row.copy.life_cause);
            let cause = causes.find(|cause| cause.link.is_some()).cloned();
            let config = || self.link_cause(CauseKind::Config, calendar, member.link);
            let cause = cause.unwrap_or_else(config);
            let mut flow = Flow::new(self, tx, "sync".to_owned(), cause);
            if flow.asked(calendar, previous, next).await?.is_whole() {
                return Ok(false);
            }
            if let Some(value) = linked::get_for_update(flow.tx, member.linked).await? {
                flow.outward(&value, None).await?;
                flow.cascade().await?;
            }
        }
        let now = copies::get(tx, row.copy.id).await?;
        Ok(now.is_none_or(|now| now.revision != row.revision))
    }
}
