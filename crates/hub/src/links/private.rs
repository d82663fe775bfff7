//! What turned private in the calendar in which it was made, and what turned public again.

use std::collections::BTreeSet;

use calendar::{Privacy, Unit};
use storage::{copies, linked, members};
use sync::{Linked, Member, links as rules};

use super::{change::has_original, flow::Flow};
use crate::Result;

impl Flow<'_> {
    /// Takes from the linked event what its origin has, if that is private and its calendar's mask does not tell so. Others who
    /// have made a copy of it by themselves keep it in the link.
    pub(super) async fn hide(
        &mut self,
        value: &mut Linked,
        member: &mut Member,
        row: &copies::Row,
    ) -> Result<BTreeSet<Unit>> {
        if rules::keeps_private(value, member, &row.copy)
            && !has_original(self.tx, value, Some(member)).await?
        {
            return Ok(rules::hide(value, member, &row.copy));
        }
        Ok(BTreeSet::new())
    }

    /// A copy that somebody had made has died. If it was the last, what stayed in the link for its sake goes, as in [`Flow::hide`].
    pub(super) async fn hide_at_last(&mut self, value: &mut Linked) -> Result<()> {
        let members = members::of_linked(self.tx, value.id).await?;
        let origin = members.into_iter().find(|m| m.copy == value.origin);
        let row = copies::get(self.tx, value.origin).await?;
        let (Some(mut member), Some(row)) = (origin, row) else {
            return Ok(());
        };
        if self.hide(value, &mut member, &row).await?.is_empty() {
            return Ok(());
        }
        members::update(self.tx, &member).await?;
        linked::update(self.tx, value).await?;
        self.outward(value, Some(row.copy.id)).await
    }

    /// An event may have turned public: what people have noted on its blocks flows in if nothing has come in its place.
    pub(super) async fn let_in(&mut self, value: &Linked, moved: &BTreeSet<Unit>) -> Result<()> {
        if !moved.contains(&Unit::Privacy) || value.value.privacy != Privacy::Public {
            return Ok(());
        }
        for member in members::of_linked(self.tx, value.id).await? {
            if let Some(mut row) = copies::get(self.tx, member.copy).await?
                && row.copy.alive
            {
                Box::pin(self.inward(&mut row, member)).await?;
            }
        }
        Ok(())
    }
}
