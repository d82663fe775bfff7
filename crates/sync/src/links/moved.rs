//! A move between two calendars of a link: the event turns up in one of them and goes from the other. Providers tell of the
//! two halves in either order.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Copy, Member,
    law::{Law, holds},
};

/// How long after an event turned up in its new calendar a deletion in the old one counts as the other half of a move.
const MOVE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What the deletion of a member's copy is, seen beside another member's copy of the same event, which is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A deletion (L3).
    Not,
    /// The event lives on in the other calendar; the one that it left gets a mirror.
    LivesOn,
    /// It went to a calendar that lets nothing out: there it is an event of its own from now on, and the linked one dies.
    OutOfTheLink,
}

/// Tells which it is. `there` has a copy that a person made, under the UID of the one that is gone.
pub fn moved(left: &Member, there: &Member, now: Timestamp) -> Moved {
    let late = |since: Timestamp| now.duration_since(since) < MOVE_MAX;
    let both = left.copy != there.copy && left.attached && there.attached;
    if !both || !there.since.is_some_and(late) || !holds(Law::MovesAreNoDeletions) {
        Moved::Not
    } else if there.role.sends() {
        Moved::LivesOn
    } else {
        Moved::OutOfTheLink
    }
}

/// The copy that was moved away leaves its link. What came along the link and was not written yet is not its own: should
/// somebody bring it back, it may not be shown that any more.
pub fn leave(copy: &mut Copy) {
    let pending = copy.pending();
    let Some(base) = &copy.base else { return };
    for unit in pending {
        let cause = copy.causes.get(&unit);
        if cause.is_some_and(|cause| cause.from != copy.calendar) {
            unit.take(&mut copy.local, &base.local);
        }
    }
    copy.tidy();
}
