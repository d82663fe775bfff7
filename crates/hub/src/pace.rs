//! How soon a calendar is read again where nothing says that it has changed.

use std::time::Duration;

use jiff::Timestamp;
use providers::Traits;

/// Where something has just happened, more is likely to come.
const LIVELY: Duration = Duration::from_mins(10);
/// Where nothing has happened for so long, it can wait.
const QUIET: Duration = Duration::from_hours(24);
/// How much more rarely a quiet calendar is read.
const QUIET_FACTOR: u32 = 2;
/// How much more rarely a calendar with working notifications is read all the same: a lost one is found soon.
const WATCHED_FACTOR: u32 = 3;
/// The longest that a lost notification may go unnoticed, unless the provider's own pace is slower.
const LOST_MAX: Duration = Duration::from_mins(5);

/// How long to wait until the next read: the provider's own pace, shorter after something happened, longer where
/// nothing does, and never longer than `most`.
pub(crate) fn pause(
    traits: &Traits,
    most: Option<Duration>,
    moved: Option<Timestamp>,
    now: Timestamp,
    watched: bool,
) -> Duration {
    let idle = moved.and_then(|moved| Duration::try_from(now.duration_since(moved)).ok());
    let pace = match idle {
        Some(idle) if idle < LIVELY => traits.hurry.min(traits.poll),
        Some(idle) if idle < QUIET => traits.poll,
        _ => traits.poll * QUIET_FACTOR,
    };
    let pace = if watched {
        (pace * WATCHED_FACTOR).min(LOST_MAX.max(pace))
    } else {
        pace
    };
    most.map_or(pace, |most| pace.min(most))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TRAITS: Traits = Traits {
        push: true,
        poll: Duration::from_secs(60),
        hurry: Duration::from_secs(15),
        concurrency: 1,
        quiet: true,
        in_parts: false,
    };

    #[test]
    fn faster_after_something_happened_slower_where_nothing_does_never_slower_than_configured() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let just = Some("2026-11-28T11:59:00Z".parse().unwrap());
        let today = Some("2026-11-28T03:00:00Z".parse().unwrap());
        let long_ago = Some("2026-11-20T12:00:00Z".parse().unwrap());
        for (moved, watched, most, wanted) in [
            (just, false, None, 15),
            (today, false, None, 60),
            (long_ago, false, None, 120),
            (None, false, None, 120),
            (just, true, None, 45),
            (long_ago, true, None, 300),
            (long_ago, false, Some(90), 90),
            (long_ago, true, Some(90), 90),
            (today, false, Some(90), 60),
            (just, false, Some(5), 5),
        ] {
            let most = most.map(Duration::from_secs);
            let got = pause(&TRAITS, most, moved, now, watched);
            assert_eq!(
                got,
                Duration::from_secs(wanted),
                "{moved:?} {watched} {most:?}"
            );
        }
    }
}
