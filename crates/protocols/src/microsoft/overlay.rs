//! The properties that a Graph event names, laid over an event.

use calendar::{Event, Mapped, Zone};

use super::{Error, body, categories, people, places, reminders, state, time, unknown, wire};

/// Who wrote the JSON.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    /// A client of Graph: times are meant in the zone that stands beside them, read-only properties do not count, and
    /// extended properties are kept whatever they mean, as the service keeps them.
    Client,
    /// The service: times are in the zone that was asked for, and the event's own zone stands apart.
    Server,
    /// The service, about an exception of a series, which may not name everything that it has.
    Exception {
        /// The zone in which the series recurs.
        zone: Option<&'a Zone>,
    },
}

impl<'a> Side<'a> {
    pub(super) fn series_zone(self) -> Option<&'a Zone> {
        match self {
            Self::Exception { zone } => zone,
            Self::Client | Self::Server => None,
        }
    }
}

/// `base` with everything that `wire` names. What it does not name stays: a stub changes nothing but the time.
/// Recurrence and overrides are not looked at; see [`super::read()`].
///
/// # Errors
/// [`Error::Malformed`] if start or end cannot be read.
pub fn overlay(base: &Event, wire: &wire::Event, side: Side<'_>) -> Result<Mapped<Event>, Error> {
    let mut event = base.clone();
    let mut losses = Vec::new();
    let (own, sent) = (without_read_only(wire), wire);
    let wire = match side {
        Side::Client => &own,
        Side::Server | Side::Exception { .. } => wire,
    };
    if let Some(when) = time::read(wire, &base.when, side, &mut losses)? {
        event.when = when;
    }
    if let Some(subject) = &wire.subject {
        event.title.clone_from(subject);
    }
    body::read(wire, &mut event);
    places::read(wire, &mut event);
    state::read(wire, &mut event);
    state::read_privacy(wire, &mut event);
    categories::read(wire, &mut event);
    reminders::read(wire, &mut event);
    people::read(wire, &mut event, &mut losses);
    if matches!(side, Side::Client) || !wire.is_stub() {
        unknown::read(sent, &mut event, side);
    }
    event.created = wire.created_date_time.or(event.created);
    event.updated = wire.last_modified_date_time.or(event.updated);
    Ok(Mapped {
        value: event,
        losses,
    })
}

/// What a client says about these, Graph ignores.
fn without_read_only(wire: &wire::Event) -> wire::Event {
    wire::Event {
        is_cancelled: None,
        organizer: None,
        online_meeting: None,
        created_date_time: None,
        last_modified_date_time: None,
        single_value_extended_properties: None,
        ..wire.clone()
    }
}
