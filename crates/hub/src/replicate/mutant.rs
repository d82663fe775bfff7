//! How writes would be without a law. In a program without the feature `mutants` every law holds, and nothing is left of this.

use std::borrow::Cow;

use storage::{Store, intents};
use sync::{Intent, Law, Stamp, Version, law::holds};
use uuid::Uuid;

use super::Work;
use crate::{Hub, Result};

/// After which copy, in which generation, an event is named that is to be made, where we may choose.
pub(super) fn chosen(copy: Uuid, generation: u32, stamp: Stamp) -> (Uuid, u32) {
    let name = if holds(Law::IdsAreChosen) {
        copy
    } else {
        stamp.0
    };
    let generation = if holds(Law::GenerationInId) {
        generation
    } else {
        0
    };
    (name, generation)
}

/// On which version a write is conditional: on any, if the law does not hold.
pub(super) fn condition(version: &Version, law: Law) -> Cow<'_, Version> {
    if holds(law) {
        return Cow::Borrowed(version);
    }
    Cow::Owned(Version {
        tag: "*".to_owned(),
        order: version.order,
    })
}

impl Hub {
    /// An intent that is only told once its write was answered.
    pub(super) async fn intend_late(
        &self,
        store: &Store,
        work: &Work,
        intent: &Intent,
    ) -> Result<()> {
        let mut tx = store.write().await?;
        intents::insert(&mut tx, intent, work.id()).await?;
        self.commit(tx).await
    }
}
