//! Unmodelled properties of several dialects on one event.

use calendar::{Event, Override, Unknown};

/// Gives `new`, which was read from dialect `own`, what the other dialects keep in `old`: a client sees and changes only
/// its own.
pub fn keep_others(new: &mut Event, old: &Event, own: &str) {
    keep(&mut new.unknown, &old.unknown, own);
    for (id, change) in &mut new.overrides {
        if let (Override::Patch(new), Some(Override::Patch(old))) = (change, old.overrides.get(id))
        {
            keep(&mut new.unknown, &old.unknown, own);
        }
    }
}

fn keep(new: &mut Unknown, old: &Unknown, own: &str) {
    for dialect in old.dialects().filter(|d| *d != own) {
        if let Some(value) = old.get(dialect) {
            new.set(dialect, value.clone());
        }
    }
}
