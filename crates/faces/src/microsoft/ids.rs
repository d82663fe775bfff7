//! Ids in Graph's manner: opaque, long, case-sensitive, with `-`, `_` and `=` in them.

use base64::{Engine, prelude::BASE64_URL_SAFE};
use calendar::RecurrenceId;
use hub::{CalendarId, CopyId};
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::fault::Fault;

/// As all ids of a mailbox begin.
const PREFIX: &str = "AAMkAG";
/// What an id names.
const CALENDAR: u8 = 1;
const EVENT: u8 = 2;
const INSTANCE: u8 = 3;
const FILE: u8 = 4;
const PERMISSION: u8 = 5;

/// What an event's id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventId {
    /// A single event or a master.
    Whole(CopyId),
    /// An occurrence of a series, as the pattern has it or not.
    Instance(CopyId, RecurrenceId),
}

impl EventId {
    /// The event of which it is, or is an occurrence.
    pub(super) fn copy(self) -> CopyId {
        match self {
            Self::Whole(copy) | Self::Instance(copy, _) => copy,
        }
    }

    /// On the wire.
    pub(super) fn encode(self) -> String {
        match self {
            Self::Whole(copy) => encode(EVENT, copy.0, &[]),
            Self::Instance(copy, id) => {
                let second = TimeZone::UTC
                    .to_ambiguous_timestamp(id.0)
                    .compatible()
                    .map_or(0, Timestamp::as_second);
                encode(INSTANCE, copy.0, &second.to_be_bytes())
            }
        }
    }

    /// Off the wire. `None`: no id that we ever gave out.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let (kind, id, rest) = decode(text)?;
        match kind {
            EVENT if rest.is_empty() => Some(Self::Whole(CopyId(id))),
            INSTANCE => {
                let second = i64::from_be_bytes(rest.try_into().ok()?);
                let at = Timestamp::from_second(second).ok()?;
                let local = TimeZone::UTC.to_datetime(at);
                Some(Self::Instance(CopyId(id), RecurrenceId(local)))
            }
            _ => None,
        }
    }
}

/// The id by which clients know an event.
#[must_use]
pub fn event_id(copy: CopyId) -> String {
    EventId::Whole(copy).encode()
}

/// Why an id names nothing.
pub(super) fn unknown(text: &str) -> Fault {
    let digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    if text.starts_with("AAMk") && text.chars().all(digit) {
        Fault::missing()
    } else {
        Fault::malformed_id()
    }
}

/// A calendar's id on the wire.
pub(super) fn of_calendar(id: CalendarId) -> String {
    encode(CALENDAR, id.0, &[])
}

/// A calendar's id off the wire.
pub(super) fn calendar(text: &str) -> Option<CalendarId> {
    let (kind, id, rest) = decode(text)?;
    (kind == CALENDAR && rest.is_empty()).then_some(CalendarId(id))
}

/// A file's id on the wire.
pub(super) fn of_file(id: Uuid) -> String {
    encode(FILE, id, &[])
}

/// A file's id off the wire.
pub(super) fn file(text: &str) -> Option<Uuid> {
    let (kind, id, rest) = decode(text)?;
    (kind == FILE && rest.is_empty()).then_some(id)
}

/// A permission's id on the wire.
pub(super) fn of_permission(id: Uuid) -> String {
    encode(PERMISSION, id, &[])
}

/// A permission's id off the wire.
pub(super) fn permission(text: &str) -> Option<Uuid> {
    let (kind, id, rest) = decode(text)?;
    (kind == PERMISSION && rest.is_empty()).then_some(id)
}

fn encode(kind: u8, id: Uuid, rest: &[u8]) -> String {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(rest);
    format!("{PREFIX}{}", BASE64_URL_SAFE.encode(bytes))
}

fn decode(text: &str) -> Option<(u8, Uuid, Vec<u8>)> {
    let bytes = BASE64_URL_SAFE.decode(text.strip_prefix(PREFIX)?).ok()?;
    let (kind, rest) = bytes.split_first()?;
    let (id, rest) = rest.split_at_checked(16)?;
    Some((*kind, Uuid::from_slice(id).ok()?, rest.to_vec()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_and_letter_case_counts() {
        let copy = CopyId(Uuid::from_u128(0x0199_3a6f_0000_7000_8000_00c0_ffee_cafe));
        let occurrence = "2026-11-30T09:00:00".parse().unwrap();
        for id in [EventId::Whole(copy), EventId::Instance(copy, occurrence)] {
            let text = id.encode();
            assert_eq!(EventId::decode(&text), Some(id));
            assert_ne!(EventId::decode(&text.to_lowercase()), Some(id));
        }
        let calendar_ = CalendarId(copy.0);
        assert_eq!(calendar(&of_calendar(calendar_)), Some(calendar_));
        assert_eq!(EventId::decode(&of_calendar(calendar_)), None);
        for text in ["", "AAMkAG", "AAMkAG!!", "AAMkAGAA=="] {
            assert_eq!(EventId::decode(text), None, "{text}");
        }
    }
}
