//! When to ask again, as pure functions of what was answered.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

/// The longest `Retry-After` that is believed. Whoever asks for a day is asked again every hour, which
/// harms nobody; a typing error on their side must not silence an account for years.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);
/// The first wait of the backoff; each further one doubles it.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest wait of the backoff.
const BACKOFF_MAX: Duration = Duration::from_secs(15 * 60);
/// So many times a worker repeats a request itself; after that the job goes back to the queue.
const RETRIES_IN_PLACE: u32 = 4;
/// The reasons by which a 403 is a quota and not a missing right: Google Calendar API, "Handle API errors".
const QUOTA_REASONS: &[&str] = &[
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarUsageLimitsExceeded",
];

/// What to do after a reply that is not a success.
///
/// It says *when* to ask again, not whether a write may simply be repeated: see [`leaves_doubt`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// This request failed by chance: repeat it after this time.
    Retry {
        /// How long to wait.
        after: Duration,
    },
    /// The server wants to be left alone: hold the account's [`Budget`](crate::Budget) for this time,
    /// and give the job back to the queue.
    Later {
        /// How long to wait.
        after: Duration,
    },
    /// The same request will have the same answer: it has to change, or somebody has to be told.
    GiveUp,
    /// The credential is not accepted: refresh it once, and if that does not help ask the person.
    Reauthorise,
}

/// What to do after this reply.
///
/// `reason` is the provider's own word for the error, where it has one (Google's `errors[].reason`).
/// `attempt` counts the failures so far, from 0. `jitter` is a random number in 0..1 that spreads
/// those who failed together.
pub fn advice(
    status: u16,
    reason: Option<&str>,
    headers: &HeaderMap,
    now: Timestamp,
    attempt: u32,
    jitter: f64,
) -> Advice {
    let told = retry_after(headers, now).map(|wait| wait + wait.mul_f64(0.1 * unit(jitter)));
    let later = || Advice::Later {
        after: told.unwrap_or_else(|| backoff(attempt, jitter)),
    };
    match status {
        401 => Advice::Reauthorise,
        429 => later(),
        403 if reason.is_some_and(|reason| QUOTA_REASONS.contains(&reason)) => later(),
        _ if !is_transient(status) => Advice::GiveUp,
        _ if told.is_some() || attempt >= RETRIES_IN_PLACE => later(),
        _ => Advice::Retry {
            after: backoff(attempt, jitter),
        },
    }
}

/// Whether a write that was answered so may have been executed all the same: the status comes from a
/// server that failed on the way, or from a gateway that lost the one behind it. Look before you retry.
pub fn leaves_doubt(status: u16) -> bool {
    is_transient(status) && status != 425
}

/// How long `Retry-After` asks to wait, at most [`RETRY_AFTER_MAX`]. RFC 9110 §10.2.3: seconds, or a date
/// in any of its three forms. A date that has passed is no wait; what cannot be read is `None`.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        Duration::try_from(http_date(text)?.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// A date of HTTP, RFC 9110 §5.6.7: IMF-fixdate, RFC 850 or asctime.
fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(at) = DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text)
    {
        return Some(at);
    }
    let read = |format: &str| civil::DateTime::strptime(format, text).ok();
    let utc = read("%A, %d-%b-%y %H:%M:%S GMT").or_else(|| read("%a %b %e %H:%M:%S %Y"))?;
    Some(utc.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Failures of the moment. 501, 505, 507 and the like say that the request itself will not do.
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 500 | 502 | 503 | 504 | 509 | 520..=530)
}

/// Doubles from [`BACKOFF_FIRST`] to [`BACKOFF_MAX`]; the second half of each wait is random.
fn backoff(attempt: u32, jitter: f64) -> Duration {
    let whole = BACKOFF_FIRST
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(BACKOFF_MAX);
    whole.mul_f64(0.5 + 0.5 * unit(jitter))
}

/// Holds a number to 0..=1; what is no number is 0.
fn unit(number: f64) -> f64 {
    if number.is_nan() {
        0.0
    } else {
        number.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn now() -> Timestamp {
        "1994-11-06T08:49:00Z".parse().unwrap()
    }

    fn after(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())])
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        for (value, wanted) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("86400", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 2094 08:00:00 GMT", Some(3600)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(
                retry_after(&after(value), now()),
                wanted.map(Duration::from_secs),
                "{value:?}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), now()), None);
    }

    #[test]
    fn advice_by_status_and_reason() {
        let none = HeaderMap::new();
        let ten = after("10");
        let retry = |seconds| Advice::Retry {
            after: SECOND * seconds,
        };
        let later = |seconds| Advice::Later {
            after: SECOND * seconds,
        };
        // With jitter 1 a backoff is whole; with 0 Retry-After is exact.
        for (status, reason, headers, attempt, jitter, wanted) in [
            (401, None, &none, 0, 1.0, Advice::Reauthorise),
            (429, None, &ten, 0, 0.0, later(10)),
            (429, None, &ten, 0, 1.0, later(11)),
            (429, None, &none, 3, 1.0, later(8)),
            (403, Some("rateLimitExceeded"), &none, 0, 1.0, later(1)),
            (403, Some("forbidden"), &none, 0, 1.0, Advice::GiveUp),
            (403, None, &ten, 0, 1.0, Advice::GiveUp),
            (503, None, &ten, 0, 0.0, later(10)),
            (503, None, &none, 0, 1.0, retry(1)),
            (500, None, &none, 2, 1.0, retry(4)),
            (502, None, &none, 4, 1.0, later(16)),
            (504, None, &none, u32::MAX, 1.0, later(900)),
            (404, None, &none, 0, 1.0, Advice::GiveUp),
            (412, None, &none, 0, 1.0, Advice::GiveUp),
            (507, None, &none, 0, 1.0, Advice::GiveUp),
        ] {
            assert_eq!(
                advice(status, reason, headers, now(), attempt, jitter),
                wanted,
                "{status} {reason:?} {attempt}"
            );
        }
    }

    #[test]
    fn jitter_spreads_and_is_held_to_its_range() {
        assert_eq!(backoff(1, 0.0), SECOND);
        assert_eq!(backoff(1, 0.5), SECOND.mul_f64(1.5));
        assert_eq!(backoff(1, 7.0), SECOND * 2);
        assert_eq!(backoff(1, f64::NAN), SECOND);
        assert!(leaves_doubt(502) && !leaves_doubt(429) && !leaves_doubt(412));
    }
}
