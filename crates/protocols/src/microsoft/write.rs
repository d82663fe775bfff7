//! From the event to Graph: what a new master gets, and what single instances get afterwards.

use calendar::{Event, Loss, Mapped, Override, RecurrenceId, Unit, When, Zone, unit};
use jiff::{Timestamp, civil::Date};

use super::{
    Error,
    fields::{self, Out, Scene},
    pending::Redo,
    property::Property,
    read::{Original, read},
    recurrence::{Pattern, Range, express},
    time,
    wire::{self, PatternedRecurrence, Rest},
};

/// A JSON object for a POST or PATCH.
pub type Fields = serde_json::Map<String, serde_json::Value>;

/// What the mapping cannot know by itself.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Zone in which floating times are written: that of the mailbox.
    pub zone: &'a Zone,
    /// Goes into the event as `kalendsStamp`.
    pub stamp: Option<&'a str>,
}

/// A new event: a POST, then changes of single instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Body of the POST. The caller adds `transactionId`.
    pub master: Fields,
    /// What to do to instances afterwards, in this order. Empty for single events.
    pub instances: Vec<Instance>,
}

/// A change of one instance of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Which one.
    pub id: RecurrenceId,
    /// When the pattern has it: midnight UTC for all-day series. For finding it among the instances.
    pub start: Timestamp,
    /// What to do.
    pub change: Change,
    /// What it shall be, and what it was.
    pub(super) redo: Redo,
    day: Option<Date>,
}

/// What to do to an instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// DELETE it. Already gone is as good.
    Cancel,
    /// PATCH it.
    Patch(Fields),
}

impl Instance {
    /// Whether an item of `/instances` is this one.
    pub fn is(&self, instance: &wire::Event) -> bool {
        match (Original::of(instance), self.day) {
            (Some(Original::Day(day)), Some(own)) => day == own,
            (Some(Original::Day(day)), None) => day == self.id.0.date(),
            (Some(original @ Original::Start(_)), Some(own)) => {
                original.recurrence_id(&When::all_day(own, 1)).0.date() == own
            }
            (Some(Original::Start(at)), None) => at == self.start,
            (None, _) => false,
        }
    }

    /// Whether somebody has changed this instance since its master was written: `found` is neither as it was nor as it
    /// shall be.
    pub fn is_overtaken(&self, master: &wire::Event, found: &wire::Event) -> bool {
        if found.kind == Some(wire::EventType::Occurrence) {
            return false;
        }
        let alone = wire::Event {
            exception_occurrences: None,
            cancelled_occurrences: None,
            ..master.clone()
        };
        // What cannot be read is not judged: a reader will tell.
        read(&alone, std::slice::from_ref(found), &[])
            .is_ok_and(|series| self.redo.is_overtaken(series.value.overrides.get(&self.id)))
    }
}

/// What to write for a new event. People are left out, and said to be.
///
/// # Errors
/// [`Error::CannotExpress`] if Graph cannot have its rule or one of its overrides.
pub fn write(event: &Event, options: Options<'_>) -> Result<Mapped<Write>, Error> {
    let (event, lost) = time::known(event, &[options.zone]);
    let event = &*event;
    let repeats = event.is_series();
    let scene = Scene {
        previous: None,
        next: event,
        viewer: options.zone,
        repeats,
    };
    let mut out = Out::default();
    out.losses.extend(lost);
    if event.sequence > 0 {
        let reason = "Graph does not tell how often an event was revised";
        out.lose("sequence", reason, "counted in Kalends");
    }
    for unit in unit::all([event]) {
        fields::write(&unit, &scene, &mut out)?;
    }
    if repeats {
        out.set("recurrence", &recurrence(event, options.zone)?);
    }
    if let Some(stamp) = options.stamp {
        out.property(Property::Stamp, stamp);
    }
    if !repeats && !event.excluded_rules.is_empty() {
        let reason = "no rule takes out an event that happens once";
        out.lose("recurrenceRules", reason, "shown");
    }
    let ids: Vec<RecurrenceId> = event.overrides.keys().copied().collect();
    let instances = instances(None, event, &ids, options.zone, &mut out.losses)?;
    out.note(&instances);
    let (master, losses) = out.finish();
    let value = Write { master, instances };
    Ok(Mapped {
        value,
        losses: distinct(losses),
    })
}

/// Pattern and range of a series.
pub(super) fn recurrence(event: &Event, viewer: &Zone) -> Result<PatternedRecurrence, Error> {
    let (pattern, range) = pattern(event)?;
    let zone = match &event.when {
        When::AllDay { .. } => Zone::utc(),
        when @ When::Timed { .. } => time::series_zone(when, viewer, true, &mut Vec::new())?,
    };
    let start = event.when.local_start();
    if zone.to_local(zone.to_instant(start)) != start {
        // Graph repeats the time that the clocks show then.
        let reason = "the clocks skip the time of its first occurrence";
        return Err(Error::cannot_express("start", reason));
    }
    let start = start.date();
    Ok(PatternedRecurrence {
        pattern: pattern.to_wire(),
        range: range.to_wire(start, time::wire_name(&zone)),
        rest: Rest::new(),
    })
}

/// Pattern and range, if the series has them.
pub(super) fn pattern(event: &Event) -> Result<(Pattern, Range), Error> {
    express(event).map_err(|reason| Error::cannot_express("recurrenceRules", reason))
}

/// What the occurrences `ids` of `next` get, cancellations first: an occurrence may be moved to a day that another one
/// has left. `previous` is the same series as it is there; `None` if its occurrences are all plain.
pub(super) fn instances(
    previous: Option<&Event>,
    next: &Event,
    ids: &[RecurrenceId],
    viewer: &Zone,
    losses: &mut Vec<Loss>,
) -> Result<Vec<Instance>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (pattern, range) = pattern(next)?;
    let first = next.when.local_start();
    let (mut cancelled, mut patched) = (Vec::new(), Vec::new());
    for id in ids {
        let generated =
            id.0.time() == first.time() && pattern.occurs_on(range, first.date(), id.0.date());
        let instance = |change| instance(*id, next, viewer, change);
        match next.overrides.get(id) {
            Some(Override::Excluded) if generated => cancelled.push(instance(Change::Cancel)),
            Some(Override::Patch(_)) if !generated => {
                let reason = "it has an extra occurrence that its rule does not generate";
                return Err(Error::cannot_express("recurrenceOverrides", reason));
            }
            Some(Override::Patch(_)) | None if generated => {
                stays_between_its_neighbours(next, *id, &pattern, range)?;
                let fields = occurrence(previous, next, *id, viewer, losses)?;
                if !fields.is_empty() {
                    patched.push(instance(Change::Patch(fields)));
                }
            }
            _ => {}
        }
    }
    cancelled.append(&mut patched);
    Ok(cancelled)
}

fn instance(id: RecurrenceId, next: &Event, viewer: &Zone, change: Change) -> Instance {
    let (zone, day) = match &next.when {
        When::AllDay { .. } => (&Zone::utc(), Some(id.0.date())),
        when @ When::Timed { .. } => (when.zone().unwrap_or(viewer), None),
    };
    let start = zone.to_instant(id.0);
    Instance {
        id,
        start,
        change,
        redo: Redo::between(None, next, id),
        day,
    }
}

/// The fields in which an occurrence differs from what is there once the master is written: Graph gives an exception
/// what changes at its master, in all that it did not have for itself.
fn occurrence(
    previous: Option<&Event>,
    next: &Event,
    id: RecurrenceId,
    viewer: &Zone,
    losses: &mut Vec<Loss>,
) -> Result<Fields, Error> {
    let plain = plain_occurrence(next, id);
    let before = previous.and_then(|previous| previous.occurrence(id));
    let (Some(there), Some(single)) = (before.as_ref().or(plain.as_ref()), next.occurrence(id))
    else {
        return Ok(Fields::new());
    };
    let mut units = unit::diff(there, &single);
    if let (Some(plain), Some(had)) = (
        &plain,
        previous.and_then(|previous| plain_occurrence(previous, id)),
    ) {
        let is_given = |unit: &Unit| unit.same(&had, there) && !unit.same(&had, plain);
        units.extend(unit::diff(plain, &single).into_iter().filter(is_given));
    }
    let scene = Scene {
        previous: Some(there),
        next: &single,
        viewer,
        repeats: false,
    };
    let mut out = Out::default();
    for unit in units {
        fields::write(&unit, &scene, &mut out)?;
    }
    let (fields, mut lost) = out.finish();
    losses.append(&mut lost);
    Ok(fields)
}

/// An occurrence as its series has it.
fn plain_occurrence(series: &Event, id: RecurrenceId) -> Option<Event> {
    let mut plain = series.clone();
    plain.overrides.clear();
    plain.occurrence(id)
}

/// Exchange refuses an occurrence that is moved to or past the day of its neighbour.
pub(super) fn stays_between_its_neighbours(
    next: &Event,
    id: RecurrenceId,
    pattern: &Pattern,
    range: Range,
) -> Result<(), Error> {
    let Some(Override::Patch(patch)) = next.overrides.get(&id) else {
        return Ok(());
    };
    let Some(when) = &patch.when else {
        return Ok(());
    };
    let (own, day) = (id.0.date(), when.local_start().date());
    if own == day {
        return Ok(());
    }
    let first = next.when.local_start();
    let taken = |date: &Date| {
        let id = RecurrenceId(date.to_datetime(first.time()));
        *date != own && !matches!(next.overrides.get(&id), Some(Override::Excluded))
    };
    let (from, to) = (own.min(day), own.max(day));
    let crossed = pattern
        .dates(first.date())
        .take_while(|date| *date <= to)
        .filter(|date| *date >= from)
        .filter(|date| pattern.occurs_on(range, first.date(), *date))
        .any(|date| taken(&date));
    if crossed {
        let reason = "an occurrence is moved to or past the day of its neighbour";
        return Err(Error::cannot_express("recurrenceOverrides", reason));
    }
    Ok(())
}

/// Each loss once.
pub(super) fn distinct(losses: Vec<Loss>) -> Vec<Loss> {
    let mut once: Vec<Loss> = Vec::new();
    for loss in losses {
        if !once.contains(&loss) {
            once.push(loss);
        }
    }
    once
}
