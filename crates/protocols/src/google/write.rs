//! From one event of the model to Google's events.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Event, Loss, Mapped, Override, RecurrenceId, When, Zone};

use super::{
    DIALECT, Event as Wire, EventDateTime, availability, colors, conference, extended, people,
    read::distinct, recurrence, reminders, text, times, zones,
};

/// A master, or a single event, and the exceptions of its series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// Without id and etag. `iCalUID`, `sequence`, `created`, `updated` and `organizer` are there for whoever imports
    /// or shows it.
    pub master: Wire,
    /// What differs, by original start, each with its `originalStartTime`; occurrences that are taken out have the
    /// status `cancelled` and nothing else.
    pub exceptions: BTreeMap<RecurrenceId, Wire>,
}

/// How occurrences that are taken out are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusions {
    /// As EXDATE lines: for a series that is to be made, where there is no instance yet that could be cancelled.
    Lines,
    /// As cancelled exceptions, except those that came as EXDATE lines: for a series that is shown.
    Instances,
}

/// The event as Google has it. `zone` is the calendar's, for floating times.
pub fn write(event: &Event, zone: &Zone, exclusions: Exclusions) -> Mapped<Write> {
    let (event, mut losses) = zones::known(event, &[zone]);
    let event = &*event;
    let excluded = match exclusions {
        Exclusions::Lines => excluded(event),
        Exclusions::Instances => recurrence::excluded_by_line(event, zone),
    };
    let master = master(event, &excluded, zone, &mut losses);
    let mut exceptions = BTreeMap::new();
    if master.recurrence.is_some() {
        for (id, change) in &event.overrides {
            let is_plain_extra = matches!(change, Override::Patch(patch) if patch.is_empty());
            if excluded.contains(id) || is_plain_extra {
                continue;
            }
            let mut wire = match event.occurrence(*id) {
                Some(occurrence) => single(&occurrence, zone, &mut losses),
                None => cancelled(),
            };
            wire.original_start_time = Some(original_start_time(&event.when, *id, zone));
            exceptions.insert(*id, wire);
        }
    }
    Mapped {
        value: Write { master, exceptions },
        losses: distinct(losses),
    }
}

/// All occurrences that are taken out.
pub(super) fn excluded(event: &Event) -> BTreeSet<RecurrenceId> {
    let is_excluded = |change: &Override| *change == Override::Excluded;
    let ids = event
        .overrides
        .iter()
        .filter(|(_, change)| is_excluded(change));
    ids.map(|(id, _)| *id).collect()
}

/// The series or single event itself, with `excluded` as EXDATE lines.
pub(super) fn master(
    event: &Event,
    excluded: &BTreeSet<RecurrenceId>,
    zone: &Zone,
    losses: &mut Vec<Loss>,
) -> Wire {
    let mut wire = single(event, zone, losses);
    // What it loses has been said for the start.
    let own = event.when.zone().unwrap_or(zone);
    let shown = zones::write(own, zone, &mut Vec::new());
    wire.recurrence = recurrence::write(event, excluded, &shown, losses);
    if wire.recurrence.is_none() && !event.overrides.is_empty() {
        let mut lose = |fallback: &str| {
            let reason = "Google has no exceptions to an event that happens once";
            losses.push(Loss::new("recurrenceOverrides", reason, fallback));
        };
        let id = event.when.recurrence_id();
        match event.overrides.get(&id) {
            Some(Override::Excluded) => lose("shown"),
            Some(Override::Patch(_)) => lose("the event itself as its occurrence is"),
            None => lose("left out, as it takes out nothing"),
        }
        if let Some(only) = event.occurrence(id) {
            wire = single(&only, zone, losses);
        }
    }
    wire
}

/// One event or occurrence by itself.
pub(super) fn single(event: &Event, zone: &Zone, losses: &mut Vec<Loss>) -> Wire {
    let kept = event.unknown.get(DIALECT).cloned().unwrap_or_default();
    let mut wire: Wire = serde_json::from_value(kept).unwrap_or_default();
    wire.recurrence = None;
    wire.i_cal_uid = Some(event.uid.clone());
    wire.sequence = (event.sequence > 0).then_some(event.sequence);
    wire.created = event.created.map(|at| at.to_string());
    wire.updated = event.updated.map(|at| at.to_string());
    wire.summary = some(&event.title);
    wire.description = text::write(&event.text, losses);
    wire.location = location(event, losses);
    times::write(&event.when, zone, &mut wire, losses);
    conference::write(&event.virtual_places, &mut wire, losses);
    availability::write(event, &mut wire, losses);
    people::write(&event.people, &mut wire, losses);
    wire.reminders = Some(reminders::write(event.reminders.as_deref(), losses));
    if let Some(color) = &event.color {
        wire.color_id = colors::write(color, losses);
    }
    write_categories(event, &mut wire, losses);
    if event.unknown.dialects().any(|dialect| dialect != DIALECT) {
        let reason = "Google has no field for what another dialect kept";
        losses.push(Loss::new("other", reason, "left out"));
    }
    wire
}

/// A called-off instance.
pub(super) fn cancelled() -> Wire {
    Wire {
        status: Some("cancelled".to_owned()),
        ..Wire::default()
    }
}

/// The `originalStartTime` of an occurrence: where it would be by its series' rule. `when` is the series' first
/// occurrence, `zone` the calendar's.
pub fn original_start_time(when: &When, id: RecurrenceId, zone: &Zone) -> EventDateTime {
    if when.is_all_day() {
        return EventDateTime {
            date: Some(id.0.date().to_string()),
            ..EventDateTime::default()
        };
    }
    let zone = when.zone().unwrap_or(zone);
    times::date_time(zone.to_instant(id.0), zone)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn location(event: &Event, losses: &mut Vec<Loss>) -> Option<String> {
    let shown = event.places.iter().find(|place| !place.name.is_empty());
    let mut lose = |fallback: &str| {
        let reason = "Google has one place, as a line of text";
        losses.push(Loss::new("locations", reason, fallback));
    };
    match shown {
        None if event.places.is_empty() => {}
        None => lose("left out, as it has no name"),
        Some(_) if event.places.len() > 1 => lose("the first one that has a name"),
        Some(_) => {}
    }
    if shown.is_some_and(|place| place.coordinates.is_some()) {
        lose("without coordinates");
    }
    shown.map(|place| place.name.clone())
}

fn write_categories(event: &Event, wire: &mut Wire, losses: &mut Vec<Loss>) {
    if event.priority > 0 {
        extended::set(wire, extended::PRIORITY, event.priority.to_string());
        let reason = "Google has no priority";
        losses.push(Loss::new("priority", reason, "kept beside the event"));
    }
    if event.categories.is_empty() {
        return;
    }
    let list = serde_json::to_string(&event.categories).unwrap_or_default();
    let fits = list.chars().count() <= extended::VALUE_CHARS_MAX;
    let fallback = if fits {
        "kept beside the event"
    } else {
        "left out"
    };
    losses.push(Loss::new("keywords", "Google has no keywords", fallback));
    if fits {
        extended::set(wire, extended::CATEGORIES, list);
    }
}
