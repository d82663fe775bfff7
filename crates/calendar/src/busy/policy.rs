//! What takes up time and what does not, as a value.

use crate::{FreeBusy, Status};

/// Which events count as busy. The default is what calendar products do: all but free, cancelled, and working elsewhere.
///
/// ```
/// use kalends_calendar::busy::Policy;
/// // Birthdays and the like block nothing, whatever they say.
/// let meetings = Policy { all_day: false, ..Policy::default() };
/// assert!(meetings.tentative && !meetings.cancelled);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a decision of its own"
)]
pub struct Policy {
    /// Those that are not confirmed yet.
    pub tentative: bool,
    /// Those that were called off but are still shown.
    pub cancelled: bool,
    /// Those during which somebody works in another place.
    pub working_elsewhere: bool,
    /// Whole days (leave, a birthday). If false they never count, whatever they say of themselves.
    pub all_day: bool,
    /// Those that say that the time stays free (TRANSP:TRANSPARENT).
    pub free: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tentative: true,
            cancelled: false,
            working_elsewhere: false,
            all_day: true,
            free: false,
        }
    }
}

impl Policy {
    /// Whether an event with these properties counts.
    ///
    /// ```
    /// use kalends_calendar::{FreeBusy, Status, busy::Policy};
    /// let usual = Policy::default();
    /// assert!(usual.counts(Status::Tentative, FreeBusy::Busy, false));
    /// assert!(!usual.counts(Status::Confirmed, FreeBusy::Free, false));
    /// ```
    pub fn counts(self, status: Status, busy: FreeBusy, all_day: bool) -> bool {
        let by_status = match status {
            Status::Confirmed => true,
            Status::Tentative => self.tentative,
            Status::Cancelled => self.cancelled,
        };
        let by_busy = match busy {
            FreeBusy::Busy | FreeBusy::OutOfOffice => true,
            FreeBusy::Tentative => self.tentative,
            FreeBusy::WorkingElsewhere => self.working_elsewhere,
            FreeBusy::Free => self.free,
        };
        by_status && by_busy && (self.all_day || !all_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decision_decides() {
        let usual = Policy::default();
        let plain = |status, busy| usual.counts(status, busy, false);
        assert!(plain(Status::Confirmed, FreeBusy::Busy));
        assert!(plain(Status::Confirmed, FreeBusy::OutOfOffice));
        assert!(plain(Status::Tentative, FreeBusy::Busy));
        assert!(plain(Status::Confirmed, FreeBusy::Tentative));
        assert!(!plain(Status::Cancelled, FreeBusy::Busy));
        assert!(!plain(Status::Confirmed, FreeBusy::Free));
        assert!(!plain(Status::Confirmed, FreeBusy::WorkingElsewhere));
        assert!(usual.counts(Status::Confirmed, FreeBusy::Busy, true));
        let sure = Policy {
            tentative: false,
            all_day: false,
            ..usual
        };
        assert!(!sure.counts(Status::Tentative, FreeBusy::Busy, false));
        assert!(!sure.counts(Status::Confirmed, FreeBusy::Tentative, false));
        assert!(!sure.counts(Status::Confirmed, FreeBusy::Busy, true));
        let all = Policy {
            cancelled: true,
            working_elsewhere: true,
            free: true,
            ..usual
        };
        assert!(all.counts(Status::Cancelled, FreeBusy::Free, true));
        assert!(all.counts(Status::Cancelled, FreeBusy::WorkingElsewhere, true));
    }
}
