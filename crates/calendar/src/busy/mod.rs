//! Busy time: when a calendar's owner cannot be booked.
//!
//! [`Policy`] says what takes up time, [`busy`] makes merged [`Intervals`] of events, [`Slots`] are the same as bits of
//! a quarter of an hour, for many calendars at once, and an [`Index`] keeps a calendar's occurrences ready.

mod index;
mod intervals;
mod policy;
mod slots;

pub use index::Index;
pub use intervals::{Interval, Intervals};
pub use policy::Policy;
pub use slots::{SLOT_SECONDS, Slots};

use jiff::tz::TimeZone;

use crate::{
    Event, Window,
    recurrence::spans::{Ahead, Asked, Clocks},
};

/// Stretches for which there is room from the beginning: more than most calendars have in a few weeks.
const SPANS: usize = 512;

/// The merged busy time of events in a window, cut off at its edges. `viewer` is the zone for days and floating times.
///
/// ```
/// use kalends_calendar::{Duration, Event, Rule, When, Window, busy::{Policy, busy}};
/// use jiff::tz::TimeZone;
/// let mut stand_up = Event::new("1@example.com", When::floating("2026-11-30T09:00".parse()?, Duration::minutes(30)));
/// stand_up.rules.push("FREQ=DAILY".parse::<Rule>()?);
/// let review = Event::new("2@example.com", When::floating("2026-12-01T09:15".parse()?, Duration::hours(1)));
/// let window = Window { from: "2026-11-30T00:00Z".parse()?, to: "2026-12-02T00:00Z".parse()? };
/// let busy = busy([&stand_up, &review], window, &TimeZone::UTC, Policy::default());
/// let shown: Vec<String> = busy.iter().map(|i| format!("{} to {}", i.from, i.to)).collect();
/// assert_eq!(shown, [
///     "2026-11-30T09:00:00Z to 2026-11-30T09:30:00Z",
///     "2026-12-01T09:00:00Z to 2026-12-01T10:15:00Z",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn busy<'e>(
    events: impl IntoIterator<Item = &'e Event>,
    window: Window,
    viewer: &TimeZone,
    policy: Policy,
) -> Intervals {
    let (from, to) = (window.from.as_second(), window.to.as_second());
    let (asked, mut clocks) = (Asked { from, to }, Clocks::new(viewer));
    let events = events.into_iter();
    let mut spans = Vec::with_capacity(SPANS);
    let mut add = |start: i64, end: i64| spans.push((start.max(from), end.min(to)));
    let mut left = Vec::with_capacity(events.size_hint().0.min(SPANS));
    for event in events {
        let ahead = Ahead::new(event, asked).filter(|_| may_count(event, policy));
        match ahead {
            Some(ahead) if event.is_series() => left.push(ahead),
            Some(ahead) => each_busy(&ahead, asked, &mut clocks, policy, &mut add),
            None => {}
        }
    }
    left.iter_mut().for_each(Ahead::look_at_rules);
    for ahead in left {
        each_busy(&ahead, asked, &mut clocks, policy, &mut add);
    }
    Intervals::merged(spans)
}

/// Whether anything of an event can take up time under a policy.
fn may_count(event: &Event, policy: Policy) -> bool {
    policy.counts(event.status, event.busy, event.when.is_all_day()) || !event.overrides.is_empty()
}

/// The stretches that an event takes up under a policy, in no order.
fn each_busy(
    ahead: &Ahead<'_>,
    asked: Asked,
    clocks: &mut Clocks,
    policy: Policy,
    mut found: impl FnMut(i64, i64),
) {
    let event = ahead.event;
    let plain = policy.counts(event.status, event.busy, event.when.is_all_day());
    ahead.each_span(asked, clocks, |start, end, patch| {
        let counts = patch.map_or(plain, |patch| {
            policy.counts(
                patch.status.unwrap_or(event.status),
                patch.busy.unwrap_or(event.busy),
                patch.when.as_ref().unwrap_or(&event.when).is_all_day(),
            )
        });
        if counts && start < end {
            found(start, end);
        }
    });
}
