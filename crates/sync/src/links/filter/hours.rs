//! Whether an event touches hours of the week.

use calendar::When;
use jiff::{
    ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{Day, Hours};

/// From here on every day of the week has come.
const WEEK_DAYS: u32 = 7;

impl Hours {
    /// Whether an occurrence touches these hours, as a clock in `zone` shows them.
    pub(super) fn meet(&self, when: &When, zone: &TimeZone) -> bool {
        match when {
            When::AllDay { start, days } => {
                dates(*start, (*days).min(WEEK_DAYS)).any(|day| self.on(day))
            }
            When::Timed { .. } => {
                let (start, end) = (when.start_instant(zone), when.end_instant(zone));
                let (start, end) = (zone.to_datetime(start), zone.to_datetime(end));
                // Hours that began on the day before may reach into its first day.
                let first = start.date().saturating_sub(1.day());
                dates(first, WEEK_DAYS + 2)
                    .take_while(|day| *day <= end.date())
                    .any(|day| self.on(day) && self.touch(day, start, end))
            }
        }
    }

    fn on(&self, day: Date) -> bool {
        self.days.contains(&Day::from(day.weekday()))
    }

    /// Whether the hours that begin on `day` overlap a stretch of time; one without length must lie in them.
    fn touch(&self, day: Date, start: DateTime, end: DateTime) -> bool {
        let last = if self.to > self.from {
            day
        } else {
            day.saturating_add(1.day())
        };
        let (open, close) = (day.to_datetime(self.from), last.to_datetime(self.to));
        start < close && (end > open || (start == end && start >= open))
    }
}

fn dates(first: Date, count: u32) -> impl Iterator<Item = Date> {
    (0..i64::from(count)).map(move |n| first.saturating_add(n.days()))
}
