//! VEVENTs to events: one UID, its overrides inside, is one [`Event`].

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};

use calendar::{Event, Loss, Mapped, Override, Patch, Window};
use jiff::tz::TimeZone;

use super::{
    Error,
    component::{Component, Property},
    compose::without_overrides,
    content,
    kept::{self, DIALECT, Keeping},
    names::{Name, Table},
    parse::{self, Parsed},
    series,
    text::{trim, unescape},
    value,
    vtimezone::Zones,
    when,
};

/// Reads all events of a text.
///
/// # Errors
/// The text is not iCalendar, or an event in it cannot be understood; use [`read_each`] where the others shall go on.
pub fn read(text: impl AsRef<[u8]>) -> Result<Mapped<Vec<Event>>, Error> {
    let parsed = parse::parse(text.as_ref())?;
    let mut all = Mapped::whole(Vec::new());
    all.losses = repairs(&parsed);
    for each in read_parsed(&parsed) {
        let Mapped { value, losses } = each?;
        all.value.push(value);
        all.losses.extend(losses);
    }
    Ok(all)
}

/// Reads all events of a text, each with its own result: one that cannot be understood does not keep the others away.
///
/// # Errors
/// The text as a whole is not iCalendar.
pub fn read_each(text: impl AsRef<[u8]>) -> Result<Vec<Result<Mapped<Event>, Error>>, Error> {
    Ok(read_parsed(&parse::parse(text.as_ref())?))
}

/// An event that was read, or why it could not be, with its UID.
pub type Named = (String, Result<Mapped<Event>, Error>);

/// The same, with the UID of each: what cannot be understood has a name all the same.
///
/// # Errors
/// The text as a whole is not iCalendar.
pub fn read_named(text: impl AsRef<[u8]>) -> Result<Vec<Named>, Error> {
    let parsed = parse::parse(text.as_ref())?;
    let mut results = Vec::new();
    for calendar in &parsed.components {
        let zones = Zones::of(calendar);
        let read = read_inner(&calendar.components, &zones);
        results.extend(read.map(|(group, event)| (group.uid.into_owned(), event)));
    }
    Ok(results)
}

/// Repairs by which something may have got lost.
pub(super) fn repairs(parsed: &Parsed) -> Vec<Loss> {
    parsed
        .repairs
        .iter()
        .filter(|repair| repair.flaw.touches_content())
        .map(|repair| {
            let (reason, fallback) = repair.flaw.describe();
            Loss::new("other", format!("line {}: {reason}", repair.line), fallback)
        })
        .collect()
}

/// Reads the events of a parsed text, in the order of their first appearance.
pub fn read_parsed(parsed: &Parsed) -> Vec<Result<Mapped<Event>, Error>> {
    let mut results = Vec::new();
    for calendar in &parsed.components {
        let zones = Zones::of(calendar);
        // A text may also be a bare VEVENT.
        let inner = if calendar.is("VEVENT") {
            std::slice::from_ref(calendar)
        } else {
            &calendar.components
        };
        let read = read_inner(inner, &zones);
        results.reserve(read.size_hint().0);
        results.extend(read.map(|(_, event)| event));
    }
    results
}

/// Reads the one event of a calendar; `None` if it cannot be understood.
pub(crate) fn read_tree(calendar: &Component) -> Option<Event> {
    let zones = Zones::of(calendar);
    let (_, event) = read_inner(&calendar.components, &zones).next()?;
    Some(event.ok()?.value)
}

/// Reads the VEVENTs among the components of a calendar: each event with the components that it was made of.
pub(super) fn read_inner<'a, 't>(
    components: &'a [Component<'t>],
    zones: &Zones,
) -> impl Iterator<Item = (Group<'a, 't>, Result<Mapped<Event>, Error>)> {
    by_uid(components).into_iter().map(move |group| {
        let event = read_group(&group, zones);
        (group, event)
    })
}

/// Components of one UID, never none. Nearly all stand alone.
pub(super) struct Group<'a, 't> {
    uid: Cow<'a, str>,
    first: Table<'a, 't>,
    others: Vec<Table<'a, 't>>,
}

impl<'a, 't> Group<'a, 't> {
    fn tables(&self) -> impl Iterator<Item = &Table<'a, 't>> + Clone {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// What it was made of.
    pub(super) fn components(&self) -> impl Iterator<Item = &'a Component<'t>> {
        self.tables().map(|table| table.component)
    }
}

fn by_uid<'a, 't>(components: &'a [Component<'t>]) -> Vec<Group<'a, 't>> {
    let count = components.len();
    let mut groups: Vec<Group<'a, 't>> = Vec::with_capacity(count);
    let mut index = HashMap::with_capacity(count);
    for component in components.iter().filter(|c| c.is("VEVENT")) {
        let table = Table::of(component);
        let uid = table.get(Name::Uid).map(|p| trimmed(unescape(&p.value)));
        let uid = uid
            .filter(|uid| !uid.is_empty())
            .unwrap_or_else(|| made_up_uid(component).into());
        match index.entry(uid) {
            Entry::Occupied(entry) => {
                let group: &mut Group = &mut groups[*entry.get()];
                group.others.push(table);
            }
            Entry::Vacant(entry) => {
                groups.push(Group {
                    uid: entry.key().clone(),
                    first: table,
                    others: Vec::new(),
                });
                entry.insert(groups.len() - 1);
            }
        }
    }
    groups
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => trim(text).into(),
        Cow::Owned(text) => trim(&text).to_owned().into(),
    }
}

/// A UID for an event that has none: the same for the same content, so that reading again finds the same event.
fn made_up_uid(component: &Component) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let stamp = |p: &&Property| !p.is("DTSTAMP") && !p.is("LAST-MODIFIED");
    for property in component.properties.iter().filter(stamp) {
        for byte in property.content_line().bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}@no-uid.kalends.dev")
}

fn read_group(group: &Group<'_, '_>, zones: &Zones) -> Result<Mapped<Event>, Error> {
    let mut losses = Vec::new();
    let masters = group
        .tables()
        .filter(|t| t.get(Name::RecurrenceId).is_none());
    // Some feeds hold old versions beside the current one.
    let master = masters.clone().max_by_key(|t| sequence(t));
    if masters.count() > 1 {
        losses.push(Loss::new(
            "uid",
            "several events have this UID",
            "the one with the highest sequence",
        ));
    }
    // Whoever is invited to single occurrences only gets no master: then the first of them stands for it.
    let orphaned = master.is_none();
    let main = master.unwrap_or(&group.first);
    let mut event = read_single(main, &group.uid, orphaned, zones, &mut losses)?;
    series::read(main, &mut event, zones, &mut losses)?;
    let others = group.tables().filter(|t| !std::ptr::eq(*t, main));
    let mut overrides = others
        .filter_map(|t| Some((t, t.get(Name::RecurrenceId)?)))
        .peekable();
    if overrides.peek().is_some() {
        let mut series = without_overrides(&event);
        if orphaned {
            // What names one occurrence is not of the others.
            let lines = kept::without_id(&event.unknown);
            series.unknown.set(DIALECT, lines);
        }
        let mut seen = HashMap::new();
        for (table, id) in overrides {
            let at = value::moment(id, &id.value, zones)?.local_in(&event.when);
            if let Some(before) = seen.insert(at, sequence(table)) {
                losses.push(Loss::new(
                    "recurrenceOverrides",
                    "an occurrence is there twice",
                    "the one with the highest sequence",
                ));
                if before > sequence(table) {
                    seen.insert(at, before);
                    continue;
                }
            }
            read_override(table, id, &series, &mut event, zones, &mut losses)?;
        }
    }
    // A first occurrence that differs in nothing is no override. Without a series it is one more occurrence.
    let first = event.when.recurrence_id();
    if !orphaned && matches!(event.overrides.get(&first), Some(Override::Patch(p)) if p.is_empty())
    {
        event.overrides.remove(&first);
    }
    losses.extend(zones.losses());
    Ok(Mapped {
        value: event,
        losses,
    })
}

fn sequence(table: &Table) -> u32 {
    table
        .get(Name::Sequence)
        .and_then(|p| p.value.trim().parse().ok())
        .unwrap_or(0)
}

/// A component by itself, without recurrence. `keep_id` keeps its RECURRENCE-ID as it came.
fn read_single(
    table: &Table,
    uid: &str,
    keep_id: bool,
    zones: &Zones,
    losses: &mut Vec<Loss>,
) -> Result<Event, Error> {
    let mut event = Event::new(uid, when::read(table, zones, losses)?);
    let mut kept = Keeping::of(table);
    content::read(table, &mut event, &mut kept, losses);
    if keep_id {
        kept.properties.extend(table.get(Name::RecurrenceId));
    }
    event.unknown.set(DIALECT, kept.lines());
    Ok(event)
}

fn read_override(
    table: &Table,
    id: &Property,
    series: &Event,
    event: &mut Event,
    zones: &Zones,
    losses: &mut Vec<Loss>,
) -> Result<(), Error> {
    let ranged = id.parameter("RANGE").is_some();
    let mut single = read_single(table, &event.uid, ranged, zones, losses)?;
    let id = value::moment(id, &id.value, zones)?
        .local_in(&event.when)
        .into();
    let Some(plain) = series.occurrence(id) else {
        return Ok(());
    };
    let mut when = [Name::DtStart, Name::DtEnd, Name::Duration].into_iter();
    if when.all(|name| table.get(name).is_none()) {
        single.when = plain.when.clone();
    }
    let own = single.unknown.get(DIALECT).cloned().unwrap_or_default();
    single.unknown = plain.unknown.clone();
    if let Some(lines) = kept::of_occurrence(own, &plain.unknown) {
        single.unknown.set(DIALECT, lines);
    }
    if ranged && !apply_to_following(&single, &plain, series, event) {
        losses.push(Loss::new(
            "recurrenceOverrides",
            "a change to this and all following occurrences of a series without an end",
            "it is kept and applied to this occurrence only",
        ));
    }
    let patch = Patch::between(&plain, &single);
    // Revision marks are of the whole series in the model.
    event.sequence = event.sequence.max(single.sequence);
    event.updated = event.updated.max(single.updated);
    event.overrides.insert(id, Override::Patch(Box::new(patch)));
    Ok(())
}

/// Occurrences that follow one that is changed with all that follow.
const FOLLOWING_MAX: usize = 1_000;

/// What differs on an occurrence differs on all that follow (RFC 5545 3.2.13), as far as nothing else is said of them: they are as
/// much later or earlier as it is. False, and nothing is done, if there is no end of them.
fn apply_to_following(single: &Event, plain: &Event, series: &Event, event: &mut Event) -> bool {
    let first = plain.when.recurrence_id();
    let shift = single.when.recurrence_id().0.duration_since(first.0);
    let after = Window {
        from: plain.when.start_instant(&TimeZone::UTC),
        ..Window::ALL
    };
    let all = series.occurrences(after, &TimeZone::UTC);
    let following: Vec<_> = all
        .filter_map(|occurrence| occurrence.id)
        .filter(|id| *id > first)
        .take(FOLLOWING_MAX + 1)
        .collect();
    if following.len() > FOLLOWING_MAX {
        return false;
    }
    for id in following {
        let (Some(plain), Ok(start)) = (series.occurrence(id), id.0.checked_add(shift)) else {
            continue;
        };
        let mut changed = single.clone();
        changed.when = single.when.starting_at(start.into());
        let own = kept::without_id(&single.unknown);
        changed.unknown = plain.unknown.clone();
        if let Some(lines) = kept::of_occurrence(own, &plain.unknown) {
            changed.unknown.set(DIALECT, lines);
        }
        let patch = Patch::between(&plain, &changed);
        let entry = event.overrides.entry(id);
        entry.or_insert_with(|| Override::Patch(Box::new(patch)));
    }
    true
}
