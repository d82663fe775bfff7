//! Double bookings: events that take up the same time in calendars that are linked with each other.
//!
//! Whoever links two calendars says that time which is taken in one is taken in the other, so these are the calendars of one
//! person or thing. (Who owns a calendar says less: one account often holds the calendars of many.) Only what people have made
//! counts, not its mirrors; copies of one linked event and the same invitation in two calendars are one event.
//!
//! They are looked for at the end of the transaction of the change ([`Hub::commit`]), when all that follows along the links is
//! there; `storage::spans` keeps the time that each event takes up, so that nothing but what meets is looked at.

mod daily;
mod find;
mod read;
mod spans;

use storage::Tx;

pub use daily::OVERLAPS;
pub use read::{OverlapPage, OverlapView};

use crate::{Hub, Result};

impl Hub {
    /// Finds what overlaps now and did not before, and what does no more; then commits.
    pub(crate) async fn commit(&self, mut tx: Tx) -> Result<()> {
        Box::pin(self.find_overlaps(&mut tx)).await?;
        tx.commit().await?;
        Ok(())
    }
}
