//! Events as clients see them.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use calendar::RecurrenceId;
use hub::EventView;
use jiff::Timestamp;
use protocols::google::{
    Event as Wire, Exclusions, InstanceId, Principal, original_start_time, write,
};

use super::place::{Place, event_id};

/// One event: the master, or a single event, and the exceptions of its series.
pub(super) struct Rendered {
    /// The master.
    pub(super) master: Wire,
    /// Its exceptions, the cancelled ones included.
    pub(super) exceptions: BTreeMap<RecurrenceId, Wire>,
}

/// A living event with its exceptions.
pub(super) fn event(place: &Place, view: &EventView) -> Rendered {
    let id = event_id(view);
    let written = write(&view.event, &place.zone, Exclusions::Instances).value;
    let exceptions = written.exceptions.into_iter();
    let exceptions = exceptions
        .map(|(occurrence, wire)| (occurrence, instance_of(place, view, &id, occurrence, wire)));
    Rendered {
        exceptions: exceptions.collect(),
        master: complete(place, view, id, written.master),
    }
}

/// An event by itself, dead or alive.
pub(super) fn master(place: &Place, view: &EventView) -> Wire {
    if view.alive {
        event(place, view).master
    } else {
        gone(view, event_id(view))
    }
}

/// An occurrence as an instance; a cancelled one if it is taken out, or its series is gone.
pub(super) fn instance(place: &Place, view: &EventView, occurrence: RecurrenceId) -> Wire {
    let id = event_id(view);
    let wire = match view.event.occurrence(occurrence).filter(|_| view.alive) {
        Some(single) => write(&single, &place.zone, Exclusions::Lines).value.master,
        None => Wire {
            status: Some("cancelled".to_owned()),
            ..Wire::default()
        },
    };
    instance_of(place, view, &id, occurrence, wire)
}

fn instance_of(
    place: &Place,
    view: &EventView,
    series: &str,
    occurrence: RecurrenceId,
    wire: Wire,
) -> Wire {
    let when = &view.event.when;
    let id = InstanceId::of(series, when, occurrence, &place.zone).to_string();
    let mut wire = if wire.is_cancelled() {
        gone(view, id)
    } else {
        complete(place, view, id, wire)
    };
    wire.recurring_event_id = Some(series.to_owned());
    wire.original_start_time = Some(original_start_time(when, occurrence, &place.zone));
    wire
}

/// Adds what only the server says.
fn complete(place: &Place, view: &EventView, id: String, wire: Wire) -> Wire {
    let Place {
        calendar, email, ..
    } = place;
    let own = || Principal {
        email: Some(calendar.slug.clone()),
        display_name: Some(calendar.name.clone()).filter(|_| calendar.slug != *email),
        is_self: Some(true),
        ..Principal::default()
    };
    let creator = || Principal {
        email: Some(email.clone()),
        is_self: (*email == calendar.slug).then_some(true),
        ..Principal::default()
    };
    let mut wire = Wire {
        kind: Some("calendar#event".to_owned()),
        etag: Some(etag(view)),
        html_link: Some(link(&id, &calendar.slug)),
        id: Some(id),
        created: Some(time(view.created)),
        updated: Some(time(view.updated)),
        sequence: wire.sequence.or(Some(0)),
        creator: wire.creator.or_else(|| Some(creator())),
        organizer: wire.organizer.or_else(|| Some(own())),
        event_type: wire.event_type.or_else(|| Some("default".to_owned())),
        // What is not said is the default, and Google leaves it out.
        visibility: wire.visibility.filter(|visibility| visibility != "default"),
        transparency: wire
            .transparency
            .filter(|transparency| transparency != "opaque"),
        ..wire
    };
    let organizer = wire.organizer.as_ref().and_then(|who| who.email.clone());
    for attendee in wire.attendees.iter_mut().flatten() {
        let is_self = attendee
            .email
            .as_ref()
            .is_some_and(|other| other.eq_ignore_ascii_case(email));
        attendee.is_self = is_self.then_some(true);
        let organizes = attendee
            .email
            .as_ref()
            .zip(organizer.as_ref())
            .is_some_and(|(guest, organizer)| guest.eq_ignore_ascii_case(organizer));
        attendee.organizer = organizes.then_some(true);
    }
    wire
}

/// An instance that is none any more.
pub(super) fn gone_instance(place: &Place, view: &EventView, occurrence: RecurrenceId) -> Wire {
    let id = event_id(view);
    let cancelled = Wire {
        status: Some("cancelled".to_owned()),
        ..Wire::default()
    };
    instance_of(place, view, &id, occurrence, cancelled)
}

/// A deleted event, or a called-off instance.
fn gone(view: &EventView, id: String) -> Wire {
    Wire {
        kind: Some("calendar#event".to_owned()),
        etag: Some(etag(view)),
        id: Some(id),
        status: Some("cancelled".to_owned()),
        updated: Some(time(view.updated)),
        ..Wire::default()
    }
}

/// The entity tag of an event and all its instances: its revision, and whose, because an id may be used again.
pub(super) fn etag(view: &EventView) -> String {
    let copy = view.id.0.as_u128() & 0xffff_ffff;
    format!("\"{}{copy:010}\"", view.revision)
}

/// Where Google's app would show an event: its id and its calendar's, with short names for Google's own hosts.
fn link(id: &str, calendar: &str) -> String {
    let hosts = [("@group.calendar.google.com", "@g"), ("@gmail.com", "@m")];
    let short = hosts.iter().find_map(|(host, short)| {
        let name = calendar.strip_suffix(host)?;
        Some(format!("{name}{short}"))
    });
    let short = short.as_deref().unwrap_or(calendar);
    let eid = BASE64_URL_SAFE_NO_PAD.encode(format!("{id} {short}"));
    format!("https://www.google.com/calendar/event?eid={eid}")
}

/// Google's form of an instant.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
