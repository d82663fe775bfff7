//! Status, free or busy, and who may see it.
//!
//! Graph has one word for status and business, `showAs`. The model's two are in `kalendsState` as long as they go with
//! the word that is there.

use calendar::{Event, FreeBusy, Privacy, Status};

use super::{
    fields::Out,
    property::Property,
    wire::{self, Sensitivity, ShowAs},
};

/// The word for a status and a free/busy state.
pub(super) fn show_as(status: Status, busy: FreeBusy) -> ShowAs {
    match (status, busy) {
        (Status::Cancelled, _) | (_, FreeBusy::Free) => ShowAs::Free,
        (_, FreeBusy::OutOfOffice) => ShowAs::Oof,
        (_, FreeBusy::WorkingElsewhere) => ShowAs::WorkingElsewhere,
        (Status::Tentative, _) | (_, FreeBusy::Tentative) => ShowAs::Tentative,
        (Status::Confirmed, FreeBusy::Busy) => ShowAs::Busy,
    }
}

/// Reads both into `event`. Without a hint a tentative event is tentative in both: that is what the other calendars
/// understand.
pub(super) fn read(wire: &wire::Event, event: &mut Event) {
    if let Some(shown) = &wire.show_as {
        let (status, busy) = match shown {
            ShowAs::Free => (Status::Confirmed, FreeBusy::Free),
            ShowAs::Tentative => (Status::Tentative, FreeBusy::Tentative),
            ShowAs::Oof => (Status::Confirmed, FreeBusy::OutOfOffice),
            ShowAs::WorkingElsewhere => (Status::Confirmed, FreeBusy::WorkingElsewhere),
            ShowAs::Busy | ShowAs::Unknown | ShowAs::Other(_) => {
                (Status::Confirmed, FreeBusy::Busy)
            }
        };
        let hint = Property::State.of(wire).and_then(parse);
        (event.status, event.busy) = hint
            .filter(|(status, busy)| show_as(*status, *busy) == *shown)
            .unwrap_or((status, busy));
    }
    if wire.is_cancelled == Some(true) {
        event.status = Status::Cancelled;
    }
}

/// Writes both.
pub(super) fn write(event: &Event, out: &mut Out) {
    out.set("showAs", &show_as(event.status, event.busy));
    out.property(Property::State, hint(event.status, event.busy));
    if event.status == Status::Cancelled {
        let reason = "only the organizer's cancellation, which mails everybody, sets it";
        out.lose("status", reason, "shown as free");
        if event.busy != FreeBusy::Free {
            out.lose("freeBusyStatus", reason, "shown as free");
        }
    }
}

fn hint(status: Status, busy: FreeBusy) -> String {
    let status = match status {
        Status::Confirmed => "confirmed",
        Status::Tentative => "tentative",
        Status::Cancelled => "cancelled",
    };
    let busy = match busy {
        FreeBusy::Busy => "busy",
        FreeBusy::Free => "free",
        FreeBusy::Tentative => "tentative",
        FreeBusy::OutOfOffice => "out-of-office",
        FreeBusy::WorkingElsewhere => "working-elsewhere",
    };
    format!("{status} {busy}")
}

fn parse(hint: &str) -> Option<(Status, FreeBusy)> {
    let (status, busy) = hint.split_once(' ')?;
    let status = match status {
        "confirmed" => Status::Confirmed,
        "tentative" => Status::Tentative,
        "cancelled" => Status::Cancelled,
        _ => return None,
    };
    let busy = match busy {
        "busy" => FreeBusy::Busy,
        "free" => FreeBusy::Free,
        "tentative" => FreeBusy::Tentative,
        "out-of-office" => FreeBusy::OutOfOffice,
        "working-elsewhere" => FreeBusy::WorkingElsewhere,
        _ => return None,
    };
    Some((status, busy))
}

/// Reads who may see it. `personal` asks others for discretion; reading it as private is the safe side.
pub(super) fn read_privacy(wire: &wire::Event, event: &mut Event) {
    if let Some(sensitivity) = &wire.sensitivity {
        event.privacy = match sensitivity {
            Sensitivity::Normal => Privacy::Public,
            Sensitivity::Confidential => Privacy::Secret,
            Sensitivity::Personal | Sensitivity::Private | Sensitivity::Other(_) => {
                Privacy::Private
            }
        };
    }
}

/// The word for who may see it.
pub(super) fn sensitivity(privacy: Privacy) -> Sensitivity {
    match privacy {
        Privacy::Public => Sensitivity::Normal,
        Privacy::Private => Sensitivity::Private,
        Privacy::Secret => Sensitivity::Confidential,
    }
}

/// Writes who may see it.
pub(super) fn write_privacy(privacy: Privacy, out: &mut Out) {
    out.set("sensitivity", &sensitivity(privacy));
}
