//! From Graph to the event: a master, its exceptions and its cancelled occurrences become one.

use calendar::{Duration, Event, Loss, Mapped, Override, RecurrenceId, When, Zone};
use jiff::{
    Span, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    Error, Side, overlay,
    property::Property,
    recurrence::{Pattern, Range},
    state::show_as,
    wire,
};
use crate::zones::zone_named;

/// Where the pattern has an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Original {
    /// `originalStart`.
    Start(Timestamp),
    /// The day, in the zone of the series: the end of an `OID.…` id.
    Day(Date),
}

impl Original {
    /// The day of an occurrence id, `OID.<master id>.2026-11-24`.
    pub fn of_occurrence_id(id: &str) -> Option<Self> {
        let day = id.rsplit('.').next()?;
        day.get(..10)?.parse().ok().map(Self::Day)
    }

    /// Of an occurrence or exception. An occurrence that nobody moved is where it is.
    pub fn of(instance: &wire::Event) -> Option<Self> {
        let day = instance
            .occurrence_id
            .as_deref()
            .and_then(Self::of_occurrence_id);
        let start = instance.original_start.map(Self::Start);
        let as_it_is = || {
            let start = instance.start.as_ref()?;
            super::time::instant(start, "start.dateTime")
                .ok()
                .map(Self::Start)
        };
        day.or(start).or_else(as_it_is)
    }

    /// The recurrence id of that occurrence in a series that starts at `when`.
    pub fn recurrence_id(self, when: &When) -> RecurrenceId {
        let time = when.local_start().time();
        let local = match self {
            Self::Day(day) => day.to_datetime(time),
            Self::Start(at) if when.is_all_day() => {
                nearest_midnight(at).to_datetime(Time::midnight())
            }
            Self::Start(at) => {
                let zone = when.zone().cloned().unwrap_or_else(Zone::utc);
                let local = zone.to_local(at);
                let nominal = local.date().to_datetime(time);
                // A clock that jumps over the time of a series moves the occurrence, not its name.
                if zone.to_instant(nominal) == at {
                    nominal
                } else {
                    local
                }
            }
        };
        RecurrenceId(local)
    }
}

/// The day whose midnight is meant, in UTC or in a mailbox zone up to twelve hours away.
fn nearest_midnight(at: Timestamp) -> Date {
    let noon = at.saturating_add(Span::new().hours(12)).unwrap_or(at);
    TimeZone::UTC.to_datetime(noon).date()
}

/// One event of a master (or single event), those of its occurrences that differ, and those that were taken out.
/// What the master brings itself (`exceptionOccurrences`, `cancelledOccurrences`) counts too.
///
/// # Errors
/// [`Error::Malformed`] names the property that cannot be read; nothing of the event is used then.
pub fn read(
    master: &wire::Event,
    exceptions: &[wire::Event],
    cancelled: &[Original],
) -> Result<Mapped<Event>, Error> {
    let start = master
        .start
        .as_ref()
        .ok_or(Error::malformed("start", "is missing"))?;
    let first = super::time::instant(start, "start.dateTime")?;
    let uid = master.ical_uid.clone().filter(|uid| !uid.is_empty());
    let uid = uid.or_else(|| master.id.clone()).unwrap_or_default();
    let first = TimeZone::UTC.to_datetime(first);
    let blank = When::zoned(first, Zone::utc(), Duration::default());
    let Mapped {
        value: mut event,
        mut losses,
    } = overlay(&Event::new(uid, blank), master, Side::Server)?;
    let Some(recurrence) = &master.recurrence else {
        return Ok(Mapped {
            value: event,
            losses,
        });
    };
    let mut rule = Pattern::from_wire(&recurrence.pattern)?.to_rule();
    let zoned = floating_as_zoned(&event.when, recurrence);
    Range::from_wire(&recurrence.range)?.apply(&mut rule, &event.when);
    event.rules = vec![rule];

    let own = master.exception_occurrences.iter().flatten();
    let mut overrides = Vec::new();
    for exception in own.chain(exceptions) {
        let original = Original::of(exception).ok_or(Error::malformed(
            "originalStart",
            "of an exception is missing",
        ))?;
        let id = original.recurrence_id(&zoned);
        overrides.push((
            id,
            exception_of(&event, zoned.zone(), id, exception, &mut losses)?,
        ));
    }
    for (id, single) in overrides {
        event.set_occurrence(id, &single);
        // Touched once, and now as the series has it.
        event
            .overrides
            .retain(|_, what| !matches!(what, Override::Patch(p) if p.is_empty()));
    }
    let named = master.cancelled_occurrences.iter().flatten();
    let named = named.filter_map(|id| Original::of_occurrence_id(id));
    for original in named.chain(cancelled.iter().copied()) {
        event
            .overrides
            .insert(original.recurrence_id(&zoned), Override::Excluded);
    }
    losses.dedup();
    Ok(Mapped {
        value: event,
        losses,
    })
}

/// A floating series recurs in some zone there; originals are instants in it.
fn floating_as_zoned(when: &When, recurrence: &wire::PatternedRecurrence) -> When {
    let name = recurrence.range.recurrence_time_zone.as_deref();
    match when {
        When::Timed {
            zone: None,
            start,
            duration,
            ..
        } => {
            let zone = name.and_then(zone_named).unwrap_or_else(Zone::utc);
            When::zoned(*start, zone, *duration)
        }
        other => other.clone(),
    }
}

fn exception_of(
    series: &Event,
    zone: Option<&Zone>,
    id: RecurrenceId,
    exception: &wire::Event,
    losses: &mut Vec<Loss>,
) -> Result<Event, Error> {
    let mut plain = series.clone();
    plain.overrides.clear();
    let plain = plain.occurrence(id).unwrap_or(plain);
    let mut single = overlay(&plain, exception, Side::Exception { zone })?;
    losses.append(&mut single.losses);
    let mut single = single.value;
    inherit(&plain, exception, zone, &mut single);
    Ok(single)
}

/// An exception without our extended properties (they are not expanded on it, or it was made in Outlook) means its
/// series' exact zone and states where Graph's own words agree with them.
fn inherit(plain: &Event, exception: &wire::Event, zone: Option<&Zone>, single: &mut Event) {
    let silent = |property: Property| property.of(exception).is_none();
    if silent(Property::Zone)
        && let When::Timed { zone: None, .. } = plain.when
        && let When::Timed { zone, .. } = &mut single.when
    {
        *zone = None;
    }
    if silent(Property::State) && exception.is_cancelled != Some(true) {
        let says = |status, busy| exception.show_as == Some(show_as(status, busy));
        if says(plain.status, plain.busy) {
            single.busy = plain.busy;
        }
        if says(plain.status, single.busy) {
            single.status = plain.status;
        }
    }
    if silent(Property::Priority)
        && exception.importance == Some(super::categories::importance(plain.priority))
    {
        single.priority = plain.priority;
    }
    // Where the clocks skip the time of the series, it is the time that they show then.
    let shown = |when: &When| {
        let (local, own) = (when.local_start(), when.zone().or(zone));
        own.filter(|_| !when.is_all_day())
            .map_or(local, |own| own.to_local(own.to_instant(local)))
    };
    let is_plain = single.when.local_start() == plain.when.local_start()
        && same_length(&single.when, &plain.when);
    let is_shown_then = single.when.zone() == plain.when.zone()
        && single.when.duration() == plain.when.duration()
        && shown(&single.when) == shown(&plain.when);
    if is_plain || is_shown_then {
        single.when = plain.when.clone();
    }
}

fn same_length(a: &When, b: &When) -> bool {
    a.is_all_day() == b.is_all_day()
        && a.end_instant(&TimeZone::UTC) == b.end_instant(&TimeZone::UTC)
}
