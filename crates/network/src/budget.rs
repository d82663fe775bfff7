//! How much an account may ask of its provider.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::retry::RETRY_AFTER_MAX;

/// What an account may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests per minute in the long run; at least 1.
    pub per_minute: u32,
    /// Requests at once after a rest; at least 1.
    pub burst: u32,
    /// Requests under way at the same time; at least 1.
    pub concurrent: u32,
    /// The longest that [`Budget::acquire`] waits. Beyond it a worker does better to put its job back.
    pub patience: Duration,
}

/// The request budget of one account: a rate, a burst, a number at a time, and a hold that the provider
/// asked for. Share it with `Arc` among all who ask in the account's name.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

/// A token bucket in its virtual-time form (GCRA): instead of counting tokens it remembers when the
/// bucket will be full again. All whole numbers, and a clock set back cannot make it wait for long.
#[derive(Debug)]
struct State {
    full_at: Timestamp,
    hold_until: Timestamp,
    /// How often in a row the provider asked to be left alone.
    refusals: u32,
}

/// The right to send one request. The slot is free again when it is dropped: keep it until the reply is read.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    _slot: OwnedSemaphorePermit,
}

/// No permit now: come back after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the account's request budget allows nothing for {} ms", after.as_millis())]
pub struct Wait {
    /// How long to wait.
    pub after: Duration,
}

impl Budget {
    /// A full budget. Limits of 0 count as 1.
    pub fn new(limits: Limits) -> Self {
        let limits = Limits {
            per_minute: limits.per_minute.max(1),
            burst: limits.burst.max(1),
            concurrent: limits.concurrent.max(1),
            ..limits
        };
        Self {
            limits,
            slots: Arc::new(Semaphore::new(limits.concurrent as usize)),
            state: Mutex::new(State {
                full_at: Timestamp::MIN,
                hold_until: Timestamp::MIN,
                refusals: 0,
            }),
        }
    }

    /// Waits for a permit, first come first served, for as long as [`Limits::patience`]. A wait that is
    /// known to be longer is answered at once.
    pub async fn acquire(&self, clock: &dyn Clock) -> Result<Permit, Wait> {
        let give_up = Instant::now() + self.limits.patience;
        // A hold can outlast every request under way: no need to queue behind them first.
        let held = self.held(clock.now());
        if held > self.limits.patience {
            return Err(Wait { after: held });
        }
        let slot = tokio::time::timeout_at(give_up, self.slots.clone().acquire_owned()).await;
        let Ok(slot) = slot else {
            return Err(Wait {
                after: self.limits.patience.max(self.interval()),
            });
        };
        let slot = slot.expect("the semaphore is never closed");
        loop {
            let Err(wait) = self.take(clock.now()) else {
                return Ok(Permit { _slot: slot });
            };
            if wait.after > give_up.saturating_duration_since(Instant::now()) {
                return Err(wait);
            }
            tokio::time::sleep(wait.after).await;
        }
    }

    /// Nothing is sent before `until`, at most [`RETRY_AFTER_MAX`] from whenever it is asked. A hold is
    /// only ever prolonged: of two `Retry-After` the later one counts.
    pub fn hold_until(&self, until: Timestamp) {
        let mut state = self.state();
        state.hold_until = state.hold_until.max(until);
    }

    /// Notes that the provider asked to be left alone. Requests that were under way together count once: call it before
    /// [`Budget::hold_until`].
    pub fn refused(&self, now: Timestamp) {
        let mut state = self.state();
        if state.hold_until <= now {
            state.refusals = state.refusals.saturating_add(1);
        }
    }

    /// Notes a success. One that was under way when the provider asked to be left alone says nothing.
    pub fn served(&self, now: Timestamp) {
        let mut state = self.state();
        if state.hold_until <= now {
            state.refusals = 0;
        }
    }

    /// How often in a row the provider asked to be left alone: the `attempt` of [`advice`](crate::advice).
    pub fn refusals(&self) -> u32 {
        self.state().refusals
    }

    /// Takes one request out of the bucket, or says when there will be one.
    fn take(&self, now: Timestamp) -> Result<(), Wait> {
        let held = self.held(now);
        if !held.is_zero() {
            return Err(Wait { after: held });
        }
        let whole = self.interval() * self.limits.burst;
        let mut state = self.state();
        // Empty at worst: a clock that was set back leaves `full_at` in a far future.
        let full_at = state.full_at.clamp(now, later(now, whole));
        let full_after = later(full_at, self.interval());
        let wait = span(later(now, whole), full_after);
        if wait.is_zero() {
            state.full_at = full_after;
            Ok(())
        } else {
            Err(Wait { after: wait })
        }
    }

    fn held(&self, now: Timestamp) -> Duration {
        span(now, self.state().hold_until).min(RETRY_AFTER_MAX)
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(60) / self.limits.per_minute
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // No code that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}

/// From one moment to a later one; zero if it is not later.
fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A clock that goes with tokio's paused one.
    struct Paused(Instant);

    impl Clock for Paused {
        fn now(&self) -> Timestamp {
            later("2026-10-01T08:00:00Z".parse().unwrap(), self.0.elapsed())
        }
    }

    fn budget(per_minute: u32, burst: u32, concurrent: u32, patience: u64) -> Budget {
        Budget::new(Limits {
            per_minute,
            burst,
            concurrent,
            patience: Duration::from_secs(patience),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let (clock, budget) = (Paused(Instant::now()), budget(60, 3, 9, 100));
        let mut at = Vec::new();
        for _ in 0..6 {
            drop(budget.acquire(&clock).await.unwrap());
            at.push(clock.0.elapsed().as_secs());
        }
        assert_eq!(at, [0, 0, 0, 1, 2, 3]);
        tokio::time::sleep(Duration::from_secs(60)).await;
        for _ in 0..3 {
            drop(budget.acquire(&clock).await.unwrap());
        }
        assert_eq!(
            clock.0.elapsed().as_secs(),
            63,
            "a rest fills the bucket, but not above the burst"
        );
        drop(budget.acquire(&clock).await.unwrap());
        assert_eq!(clock.0.elapsed().as_secs(), 64);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_said_and_not_waited() {
        let (clock, budget) = (Paused(Instant::now()), budget(1, 1, 9, 5));
        drop(budget.acquire(&clock).await.unwrap());
        assert_eq!(
            budget.acquire(&clock).await.unwrap_err(),
            Wait {
                after: Duration::from_secs(60)
            }
        );
        assert_eq!(clock.0.elapsed(), Duration::ZERO);
    }

    #[test]
    fn refusals_count_in_a_row_and_once_for_those_under_way_together() {
        let budget = budget(60, 3, 9, 100);
        let start: Timestamp = "2026-10-01T08:00:00Z".parse().unwrap();
        let at = |seconds| later(start, Duration::from_secs(seconds));
        for (second, hold, wanted) in [(0, 1, 1), (0, 1, 1), (2, 4, 2), (5, 9, 3)] {
            budget.refused(at(second));
            budget.hold_until(at(hold));
            assert_eq!(budget.refusals(), wanted, "{second}");
        }
        budget.served(at(8));
        assert_eq!(budget.refusals(), 3, "it was sent before the hold");
        budget.served(at(9));
        assert_eq!(budget.refusals(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_waited_for_prolonged_only_and_bounded() {
        let (clock, budget) = (Paused(Instant::now()), budget(6000, 10, 9, 30));
        let after = |seconds| later(clock.now(), Duration::from_secs(seconds));
        budget.hold_until(after(20));
        budget.hold_until(after(10));
        drop(budget.acquire(&clock).await.unwrap());
        assert_eq!(clock.0.elapsed().as_secs(), 20);
        budget.hold_until(after(40));
        assert_eq!(
            budget.acquire(&clock).await.unwrap_err(),
            Wait {
                after: Duration::from_secs(40)
            }
        );
        budget.hold_until(after(1_000_000));
        assert_eq!(
            budget.acquire(&clock).await.unwrap_err(),
            Wait {
                after: RETRY_AFTER_MAX
            }
        );
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_at_a_time() {
        let (clock, budget) = (Paused(Instant::now()), budget(6000, 100, 2, 5));
        let one = budget.acquire(&clock).await.unwrap();
        let _two = budget.acquire(&clock).await.unwrap();
        assert_eq!(
            budget.acquire(&clock).await.unwrap_err(),
            Wait {
                after: Duration::from_secs(5)
            }
        );
        drop(one);
        assert!(budget.acquire(&clock).await.is_ok());
    }

    #[test]
    fn a_clock_set_back_costs_one_bucket_at_most() {
        let budget = budget(60, 2, 1, 0);
        let noon: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        assert!(budget.take(noon).is_ok());
        let yesterday = noon - SignedDuration::from_hours(24);
        assert_eq!(
            budget.take(yesterday),
            Err(Wait {
                after: Duration::from_secs(1)
            })
        );
        assert!(
            budget
                .take(later(yesterday, Duration::from_secs(86400)))
                .is_ok()
        );
    }
}
