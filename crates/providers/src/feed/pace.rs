//! How often a feed is asked: as its publisher says (RFC 7986 5.7, `X-PUBLISHED-TTL`, RFC 9111 5.2.2.1), within limits.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Where nobody says anything. Most answers are «not changed», which cost little.
pub(super) const POLL: Duration = Duration::from_mins(15);
/// Nobody is asked more often, whatever they say…
const LEAST: Duration = Duration::from_mins(5);
/// …nor more rarely.
const MOST: Duration = Duration::from_hours(24);

/// A pace that was told, within the limits.
pub(super) fn held(seconds: u64) -> Duration {
    Duration::from_secs(seconds).clamp(LEAST, MOST)
}

/// How soon to ask again: what the calendar says of itself counts before what its server says of files.
pub(super) fn seconds(calendar: Option<u64>, server: Option<u64>) -> u64 {
    calendar.or(server).unwrap_or(POLL.as_secs())
}

/// A duration of iCalendar (RFC 5545 3.3.6) in seconds. `None`: it is none, or not longer than nothing.
pub(super) fn duration(text: &str) -> Option<u64> {
    let span: Span = text.trim().parse().ok()?;
    let whole = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    u64::try_from(whole.as_secs()).ok().filter(|s| *s > 0)
}

/// How long an answer is fresh, by its `Cache-Control`. One that must not be kept says nothing of how often it changes.
pub(super) fn fresh(cache_control: &str) -> Option<u64> {
    let mut directives = cache_control.split(',').map(str::trim);
    let age = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let value = value.trim_matches('"');
        name.eq_ignore_ascii_case("max-age")
            .then(|| value.parse().ok())?
    });
    age.filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_publisher_says_counts_within_limits() {
        assert_eq!(duration("PT12H"), Some(43_200));
        assert_eq!(duration("P1W"), Some(604_800));
        assert_eq!(duration("P1DT1H"), Some(90_000));
        for nothing in ["", "PT0S", "-PT1H", "daily"] {
            assert_eq!(duration(nothing), None, "{nothing}");
        }
        assert_eq!(fresh("public, Max-Age=\"600\""), Some(600));
        assert_eq!(
            fresh("no-cache, no-store, max-age=0, must-revalidate"),
            None
        );
        assert_eq!(fresh("s-maxage=5"), None);
        for (calendar, server, wanted) in [
            (None, None, 900),
            (Some(43_200), Some(600), 43_200),
            (None, Some(600), 600),
            (Some(1), None, 300),
            (Some(604_800), None, 86_400),
        ] {
            assert_eq!(held(seconds(calendar, server)).as_secs(), wanted);
        }
    }
}
