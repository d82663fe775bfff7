//! From Google's events to one event of the model.

use calendar::{Event, Loss, Mapped, Override, Patch, Place, RecurrenceId, When, Zone};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    DIALECT, Error, Event as Wire, availability, colors, conference, extended, people,
    recurrence::{self, Series},
    reminders, text, times,
};

const EXCEPTIONS_MAX: usize = 10_000;

/// One event from a master (or a single event) and the exceptions of its series, cancelled ones included.
///
/// `zone` is the calendar's, for events that do not say theirs.
pub fn read(master: &Wire, exceptions: &[Wire], zone: &Zone) -> Result<Mapped<Event>, Error> {
    if master.is_cancelled() {
        return Err(Error::Deleted);
    }
    if exceptions.len() > EXCEPTIONS_MAX {
        return Err(Error::TooMany {
            field: "exceptions",
            limit: EXCEPTIONS_MAX,
        });
    }
    let mut losses = Vec::new();
    let mut event = single(master, zone, &mut losses)?;
    let series_zone = series_zone(master, &event.when, zone);
    if let Some(lines) = &master.recurrence {
        let kept = recurrence::read(lines, &series_zone, &mut event, &mut losses)?;
        keep_lines(&mut event, Value::from(kept));
    }
    let lines = event
        .unknown
        .get(DIALECT)
        .and_then(|kept| kept.get("recurrence"));
    let lines = lines.cloned().unwrap_or_default();
    for exception in exceptions {
        let id = original_start(exception, &event.when, &series_zone)?;
        if exception.is_cancelled() {
            event.overrides.insert(id, Override::Excluded);
            continue;
        }
        let mut occurrence = single(exception, zone, &mut losses)?;
        keep_lines(&mut occurrence, lines.clone());
        add_exception(&mut event, id, &occurrence);
    }
    Ok(Mapped {
        value: event,
        losses: distinct(losses),
    })
}

/// Which occurrence of a series an exception is, by its `originalStartTime`. `when` is the series' first occurrence,
/// `zone` the calendar's.
pub fn original_start(exception: &Wire, when: &When, zone: &Zone) -> Result<RecurrenceId, Error> {
    let field = "originalStartTime";
    let original = exception.original_start_time.as_ref();
    let original = original.ok_or(Error::Missing { field })?;
    let zone = when.zone().unwrap_or(zone);
    let series = Series { when, zone };
    let day = original.date.as_deref().and_then(|day| day.parse().ok());
    if let Some(day) = day {
        return Ok(series.on_day(day));
    }
    let text = original.date_time.as_deref().unwrap_or_default();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(series.at(at));
    }
    let expected = "an RFC 3339 time or a day";
    let local = text
        .parse()
        .map_err(|_| Error::Malformed { field, expected })?;
    let own = original.time_zone.as_deref().and_then(Zone::iana);
    Ok(match own {
        Some(own) if !when.is_all_day() => series.at(own.to_instant(local)),
        _ => series.on(local),
    })
}

/// The zone in which Google expands the series: that of its start, also where the model has it floating.
fn series_zone(master: &Wire, when: &When, calendar: &Zone) -> Zone {
    let name = master
        .start
        .as_ref()
        .and_then(|start| start.time_zone.as_deref());
    let named = name.and_then(Zone::iana);
    when.zone()
        .cloned()
        .or(named)
        .unwrap_or_else(|| calendar.clone())
}

fn add_exception(event: &mut Event, id: RecurrenceId, occurrence: &Event) {
    let extra = matches!(event.overrides.get(&id), Some(Override::Patch(_)));
    let mut plain = event.clone();
    plain.overrides.clear();
    let Some(plain) = plain.occurrence(id) else {
        return;
    };
    let patch = Patch::between(&plain, occurrence);
    // An instance that was changed and changed back is an instance like any other.
    if extra || !patch.is_empty() {
        event.overrides.insert(id, Override::Patch(Box::new(patch)));
    } else {
        event.overrides.remove(&id);
    }
}

/// A master or an instance by itself.
fn single(wire: &Wire, zone: &Zone, losses: &mut Vec<Loss>) -> Result<Event, Error> {
    let uid = wire.i_cal_uid.as_ref().or(wire.id.as_ref());
    let uid = uid.ok_or(Error::Missing { field: "iCalUID" })?;
    let mut event = Event::new(uid.clone(), times::read(wire, zone, losses)?);
    event.title = wire.summary.clone().unwrap_or_default();
    event.text = text::read(wire.description.as_deref());
    let place = wire.location.as_deref().filter(|place| !place.is_empty());
    event.places = place.map(Place::named).into_iter().collect();
    event.virtual_places = conference::read(wire);
    availability::read(wire, &mut event);
    event.reminders = reminders::read(wire.reminders.as_ref());
    event.color = wire.color_id.as_deref().and_then(colors::read);
    event.categories = extended::get(wire, extended::CATEGORIES)
        .and_then(|list| serde_json::from_str(list).ok())
        .unwrap_or_default();
    event.priority = extended::get(wire, extended::PRIORITY)
        .and_then(|priority| priority.parse().ok())
        .filter(|priority| *priority <= 9)
        .unwrap_or_default();
    event.sequence = wire.sequence.unwrap_or_default();
    event.created = wire.created.as_deref().and_then(|at| at.parse().ok());
    event.updated = wire.updated.as_deref().and_then(|at| at.parse().ok());
    let mut rest = wire.clone();
    event.people = people::read(&mut rest)?;
    event.unknown.set(DIALECT, unmodelled(rest, &event));
    Ok(event)
}

/// What is left once everything that the model has, and everything that only the server says, is gone.
fn unmodelled(wire: Wire, event: &Event) -> Value {
    let rest = Wire {
        creator: wire.creator,
        organizer: wire.organizer,
        color_id: wire.color_id.filter(|_| event.color.is_none()),
        visibility: wire.visibility.filter(|visibility| visibility == "public"),
        attendees: wire.attendees,
        attendees_omitted: wire.attendees_omitted,
        extended_properties: extended::foreign(wire.extended_properties),
        hangout_link: wire.hangout_link,
        conference_data: wire
            .conference_data
            .filter(|data| !conference::is_plain(data, &event.virtual_places)),
        event_type: wire.event_type.filter(|kind| kind != "default"),
        rest: wire.rest,
        ..Wire::default()
    };
    serde_json::to_value(rest).unwrap_or_default()
}

/// Lines of the series that have to be kept; an exception has none of its own and takes its series'.
fn keep_lines(event: &mut Event, lines: Value) {
    let mut kept = event.unknown.get(DIALECT).cloned().unwrap_or_default();
    if lines.as_array().is_none_or(Vec::is_empty) {
        return;
    }
    if !kept.is_object() {
        kept = Value::Object(serde_json::Map::new());
    }
    kept["recurrence"] = lines;
    event.unknown.set(DIALECT, kept);
}

/// A hundred exceptions say the same once.
pub(super) fn distinct(losses: Vec<Loss>) -> Vec<Loss> {
    let mut said: Vec<Loss> = Vec::new();
    for loss in losses {
        if !said.contains(&loss) {
            said.push(loss);
        }
    }
    said
}
