//! Identifiers: those that we may choose, and those of instances.

use calendar::{RecurrenceId, When, Zone};
use jiff::{
    civil::{Date, DateTime},
    tz::Offset,
};

/// Base32hex of the bytes in lower case without padding: an event id that Google accepts (5 to 1024 characters of
/// `a-v0-9`), the same for the same bytes. Give at least 4 bytes.
///
/// ```
/// use kalends_protocols::google::client_id;
/// assert_eq!(client_id(b"foobar"), "cpnmuoj1e8");
/// ```
pub fn client_id(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let block = u64::from_be_bytes(block);
        for digit in 0..(chunk.len() * 8).div_ceil(5) {
            let index = block >> (35 - 5 * digit) & 31;
            text.push(char::from(ALPHABET[usize::try_from(index).unwrap_or(0)]));
        }
    }
    text
}

/// The id of one instance: that of its master and its original start, `master_20261124T080000Z` or, in all-day series,
/// `master_20261124`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceId {
    /// The master's id, which may contain underscores itself.
    pub master: String,
    /// Original start: UTC, or midnight of the day.
    pub start: DateTime,
    /// Whether the series is all-day.
    pub all_day: bool,
}

impl InstanceId {
    /// The instance of a series whose first occurrence is `when`. `zone` is the calendar's, for floating times.
    pub fn of(master: &str, when: &When, id: RecurrenceId, zone: &Zone) -> Self {
        let all_day = when.is_all_day();
        let start = if all_day {
            id.0
        } else {
            Offset::UTC.to_datetime(when.zone().unwrap_or(zone).to_instant(id.0))
        };
        Self {
            master: master.to_owned(),
            start,
            all_day,
        }
    }

    /// Takes an id apart; `None` if it is not that of an instance.
    pub fn parse(id: &str) -> Option<Self> {
        let (master, suffix) = id.rsplit_once('_')?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let (start, all_day) = match suffix.strip_suffix('Z') {
            Some(time) if time.len() == 15 && digits(&time[..8]) => {
                (DateTime::strptime("%Y%m%dT%H%M%S", time).ok()?, false)
            }
            None if suffix.len() == 8 && digits(suffix) => {
                let date = Date::strptime("%Y%m%d", suffix).ok()?;
                (date.to_datetime(jiff::civil::Time::midnight()), true)
            }
            _ => return None,
        };
        (!master.is_empty()).then(|| Self {
            master: master.to_owned(),
            start,
            all_day,
        })
    }

    /// Which occurrence of its series it is.
    pub fn recurrence_id(&self, when: &When, zone: &Zone) -> RecurrenceId {
        if self.all_day {
            return RecurrenceId(self.start);
        }
        let at = Offset::UTC.to_timestamp(self.start).unwrap_or_default();
        RecurrenceId(when.zone().unwrap_or(zone).to_local(at))
    }
}

impl std::fmt::Display for InstanceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let format = if self.all_day {
            "%Y%m%d"
        } else {
            "%Y%m%dT%H%M%SZ"
        };
        write!(f, "{}_{}", self.master, self.start.strftime(format))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ids_that_we_choose_are_base32hex() {
        // RFC 4648 section 10, in lower case and without padding.
        for (bytes, id) in [
            ("", ""),
            ("f", "co"),
            ("fo", "cpng"),
            ("foo", "cpnmu"),
            ("foob", "cpnmuog"),
            ("fooba", "cpnmuoj1"),
            ("foobar", "cpnmuoj1e8"),
        ] {
            assert_eq!(client_id(bytes.as_bytes()), id);
        }
    }

    #[test]
    fn instances_are_named_by_their_original_start_in_utc() {
        let zone = Zone::iana("Europe/Berlin").unwrap();
        let start = "2026-11-24T09:00:00".parse().unwrap();
        let timed = When::zoned(start, zone.clone(), calendar::Duration::hours(1));
        let days = When::all_day(start.date(), 1);
        for (when, id, text) in [
            (&timed, "2026-11-24T09:00:00", "a_b_20261124T080000Z"),
            (&timed, "2026-07-01T09:00:00", "a_b_20260701T070000Z"),
            (&days, "2026-11-25T00:00:00", "a_b_20261125"),
        ] {
            let id = id.parse().unwrap();
            let instance = InstanceId::of("a_b", when, id, &zone);
            assert_eq!(instance.to_string(), text);
            assert_eq!(InstanceId::parse(text), Some(instance.clone()));
            assert_eq!(instance.recurrence_id(when, &zone), id);
        }
        // The second half of a split series is a master, not an instance.
        for id in [
            "abc",
            "abc_R20261101T090000",
            "_20261124",
            "a_2026112",
            "a_20261399",
        ] {
            assert_eq!(InstanceId::parse(id), None, "{id}");
        }
    }
}
