//! Status, busy or free, privacy. Google shows confirmed or tentative, opaque or transparent; the shades between are
//! hints beside them.

use calendar::{Event, FreeBusy, Loss, Privacy, Status};

use super::{Event as Wire, extended};

const SHADES: [(FreeBusy, &str); 5] = [
    (FreeBusy::Busy, "busy"),
    (FreeBusy::Free, "free"),
    (FreeBusy::Tentative, "tentative"),
    (FreeBusy::OutOfOffice, "out-of-office"),
    (FreeBusy::WorkingElsewhere, "working-elsewhere"),
];

pub(super) fn read(wire: &Wire, event: &mut Event) {
    let transparent = is_transparent(wire);
    let called_off = transparent && extended::get(wire, extended::STATUS) == Some("cancelled");
    event.status = match wire.status.as_deref() {
        _ if called_off => Status::Cancelled,
        Some("tentative") => Status::Tentative,
        _ => Status::Confirmed,
    };
    let hint = extended::get(wire, extended::BUSY)
        .and_then(|name| SHADES.iter().find(|(_, known)| *known == name))
        .map(|(shade, _)| *shade)
        .filter(|shade| called_off || takes_no_time(*shade) == transparent);
    event.busy = hint.unwrap_or_else(|| shown(wire));
    event.privacy = match wire.visibility.as_deref() {
        None | Some("default" | "public") => Privacy::Public,
        Some("confidential") => Privacy::Secret,
        // A visibility that this version does not know is not made public.
        Some(_) => Privacy::Private,
    };
}

/// `wire` already has what was kept: its event type, and an explicit `public`.
pub(super) fn write(event: &Event, wire: &mut Wire, losses: &mut Vec<Loss>) {
    let called_off = event.status == Status::Cancelled;
    let tentative = event.status == Status::Tentative;
    wire.status = Some(if tentative { "tentative" } else { "confirmed" }.to_owned());
    let transparent = called_off || takes_no_time(event.busy);
    wire.transparency = Some(if transparent { "transparent" } else { "opaque" }.to_owned());
    if called_off {
        extended::set(wire, extended::STATUS, "cancelled");
        let reason = "Google deletes what is cancelled";
        losses.push(Loss::new("status", reason, "shown, and free"));
    }
    if shown(wire) != event.busy {
        if let Some((_, name)) = SHADES.iter().find(|(shade, _)| *shade == event.busy) {
            extended::set(wire, extended::BUSY, *name);
        }
        if !called_off {
            let reason = "Google shows busy or free";
            let fallback = wire.transparency.clone().unwrap_or_default();
            losses.push(Loss::new("freeBusyStatus", reason, fallback));
        }
    }
    wire.visibility = match event.privacy {
        Privacy::Public if wire.visibility.as_deref() == Some("public") => wire.visibility.take(),
        Privacy::Public => Some("default".to_owned()),
        Privacy::Private => Some("private".to_owned()),
        Privacy::Secret => Some("confidential".to_owned()),
    };
}

fn is_transparent(wire: &Wire) -> bool {
    wire.transparency.as_deref() == Some("transparent")
}

fn takes_no_time(busy: FreeBusy) -> bool {
    matches!(busy, FreeBusy::Free | FreeBusy::WorkingElsewhere)
}

/// What Google's own fields say.
fn shown(wire: &Wire) -> FreeBusy {
    match (wire.event_type.as_deref(), is_transparent(wire)) {
        (Some("outOfOffice"), false) => FreeBusy::OutOfOffice,
        (Some("workingLocation"), true) if !is_in_office(wire) => FreeBusy::WorkingElsewhere,
        (_, true) => FreeBusy::Free,
        (_, false) => FreeBusy::Busy,
    }
}

fn is_in_office(wire: &Wire) -> bool {
    let properties = wire.rest.get("workingLocationProperties");
    properties.and_then(|p| p.get("type")?.as_str()) == Some("officeLocation")
}
