//! Events as VEVENTs, and a whole calendar put together with every zone that it names.

use std::collections::BTreeMap;

use calendar::{Event, Mapped, Override};
use jiff::Timestamp;

use super::{
    apart,
    component::{Component, Property},
    content,
    kept::Kept,
    lost,
    out::Out,
    series,
    sourced::{Named, Origin},
    timezones, when,
};

/// Bytes of text that an event mostly needs no more of.
const USUAL: usize = 640;

/// Writes events as one VCALENDAR with every zone that they use. `now` becomes DTSTAMP.
pub fn write(events: &[&Event], now: Timestamp) -> Mapped<String> {
    Mapped {
        value: Calendar::of(events).text(now),
        losses: lost::losses(events),
    }
}

/// The tree of what [`write()`] writes, for callers that add something of their own.
pub fn tree<'e>(events: &[&'e Event], now: Timestamp) -> Component<'e> {
    Calendar::of(events).tree(now)
}

/// A VCALENDAR with nothing in it.
pub fn empty_calendar<'t>() -> Component<'t> {
    Component::new("VCALENDAR")
        .with(Property::new("VERSION", "2.0"))
        .with(Property::new("PRODID", "-//Kalends//Kalends//EN"))
        .with(Property::new("CALSCALE", "GREGORIAN"))
}

/// What is put together.
#[derive(Clone)]
pub(super) struct Calendar<'c> {
    /// What it says of itself.
    pub(super) properties: Vec<Property<'c>>,
    /// Its events, and where those that nobody touched are copied from.
    pub(super) events: Vec<(&'c Event, Option<&'c Origin>)>,
    /// Components that stand behind them as they are.
    pub(super) others: Vec<(&'c Component<'static>, Option<&'c Origin>)>,
    /// VTIMEZONEs as they came, of zones that what is copied or kept names.
    pub(super) zones: Vec<&'c Component<'static>>,
    /// TZIDs that what is copied names and that came without their VTIMEZONE.
    pub(super) bare: Vec<&'c str>,
}

impl<'c> Calendar<'c> {
    fn of(events: &[&'c Event]) -> Self {
        Self {
            properties: empty_calendar().properties,
            events: events.iter().map(|event| (*event, None)).collect(),
            others: Vec::new(),
            zones: Vec::new(),
            bare: Vec::new(),
        }
    }

    /// Adds the zones that what is copied names. Where they came with different rules under one name, nothing is copied.
    pub(super) fn copy_zones(&mut self) {
        let events = self.events.iter().filter_map(|(_, origin)| *origin);
        let others = self.others.iter().filter_map(|(_, origin)| *origin);
        let named = Named::by(events.chain(others));
        let zones = [&self.zones[..], &named.timezones].concat();
        if apart::agree(&zones) {
            self.zones = zones;
            self.bare = named.bare;
            return;
        }
        self.events
            .iter_mut()
            .for_each(|(_, origin)| *origin = None);
        self.others
            .iter_mut()
            .for_each(|(_, origin)| *origin = None);
    }

    /// Its text.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let mut body = Out::with_capacity(self.length());
        let mut out = Out::with_capacity(self.length() + 4096);
        out.begin("VCALENDAR");
        self.properties.iter().for_each(|p| out.property(p));
        self.put(&mut out, &mut body, now);
        out.append(&body.into_text().0);
        out.end("VCALENDAR");
        out.into_text().0
    }

    /// The same as a tree. Nothing can be copied into one.
    pub(super) fn tree(&self, now: Timestamp) -> Component<'c> {
        let (mut zones, mut body) = (Out::tree(), Out::tree());
        self.put(&mut zones, &mut body, now);
        let (mut components, _) = zones.into_components();
        components.extend(body.into_components().0);
        Component {
            properties: self.properties.clone(),
            components,
            ..Component::new("VCALENDAR")
        }
    }

    /// About how many bytes it has without its zones.
    fn length(&self) -> usize {
        let events = self.events.iter().map(|(_, origin)| *origin);
        let lengths = events.map(|origin| origin.map_or(USUAL, Origin::length));
        let others = self.others.iter().filter_map(|(_, origin)| *origin);
        lengths.chain(others.map(Origin::length)).sum()
    }

    /// Its components: the zones, and all else.
    fn put(&self, zones: &mut Out, body: &mut Out, now: Timestamp) {
        let renamed = apart::renamed(self);
        if renamed.is_empty() {
            self.body(body, now);
            return timezones::write(self, body.tzids(), now, zones);
        }
        let mut other: Calendar<'_> = self.clone();
        for (at, event) in &renamed {
            other.events[*at].0 = event;
        }
        other.body(body, now);
        timezones::write(&other, body.tzids(), now, zones);
    }

    fn body(&self, out: &mut Out, now: Timestamp) {
        self.properties.iter().for_each(|p| out.note_zones(p));
        self.bare.iter().for_each(|tzid| out.name_zone(tzid));
        for (event, origin) in &self.events {
            match origin {
                Some(origin) => origin.texts().for_each(|text| out.append(text)),
                None => write_event(event, now, out),
            }
        }
        for (other, origin) in &self.others {
            match origin {
                Some(origin) => origin.texts().for_each(|text| out.append(text)),
                None => out.component(other),
            }
        }
    }
}

fn write_event(event: &Event, now: Timestamp, out: &mut Out) {
    let kept = Kept::of(&event.unknown);
    let mut ids = kept.properties.iter();
    let id = ids.find(|p| p.is("RECURRENCE-ID")).cloned();
    // An orphan has no dates: each of its occurrences is a component.
    let orphan = id.is_some();
    let id = |out: &mut Out| id.iter().for_each(|id| out.property(id));
    let series = |out: &mut Out| series::write(event, orphan, out);
    write_single(event, kept, now, out, id, series);
    write_overrides(event, orphan, now, out);
}

/// Occurrences that differ from their series.
fn write_overrides(event: &Event, orphan: bool, now: Timestamp, out: &mut Out) {
    let wanted = |change: &Override| match change {
        Override::Excluded => false,
        Override::Patch(patch) => orphan || !patch.is_empty(),
    };
    if !event.overrides.values().any(wanted) {
        return;
    }
    let bare = without_overrides(event);
    for (id, change) in &event.overrides {
        let (Override::Patch(patch), true) = (change, wanted(change)) else {
            continue;
        };
        let Some(mut single) = bare.occurrence(*id) else {
            continue;
        };
        patch.apply(&mut single);
        let own = Kept::of(&patch.unknown);
        let kept_id = own.properties.iter().find(|p| p.is("RECURRENCE-ID"));
        let id = |out: &mut Out| match kept_id {
            Some(kept) => out.property(kept),
            None => out.start("RECURRENCE-ID").occurrence(id.0, &event.when),
        };
        let kept = Kept::of(&single.unknown);
        write_single(&single, kept, now, out, id, |_| {});
    }
}

/// The series itself: taking an occurrence out of it does not cost a copy of all overrides.
pub(super) fn without_overrides(event: &Event) -> Event {
    Event {
        overrides: BTreeMap::new(),
        ..event.clone()
    }
}

/// One VEVENT. `id` writes its RECURRENCE-ID, `series` its rules and dates, if it has any.
pub(super) fn write_single<'e>(
    event: &'e Event,
    mut kept: Kept<'e>,
    now: Timestamp,
    out: &mut Out,
    id: impl FnOnce(&mut Out),
    series: impl FnOnce(&mut Out),
) {
    out.begin("VEVENT");
    out.start("UID").text(&event.uid);
    out.start("DTSTAMP").utc(now);
    id(out);
    when::write(&event.when, out);
    out.start("SEQUENCE").number(event.sequence);
    for (name, at) in [("CREATED", event.created), ("LAST-MODIFIED", event.updated)] {
        if let Some(at) = at {
            out.start(name).utc(at);
        }
    }
    content::write(event, &mut kept, out);
    kept.write_properties(out);
    series(out);
    content::write_alarms(event, &mut kept, out);
    kept.write_components(out);
    out.end("VEVENT");
}
