//! Events as VEVENTs, and a whole calendar put together with every zone that it names.

use std::collections::BTreeMap;

use calendar::{Event, Mapped, Override};
use jiff::Timestamp;

use super::{
    component::{Component, Property},
    content,
    kept::Kept,
    out::Out,
    series, timezones, when,
};

/// Bytes of text that an event mostly needs no more of.
const USUAL: usize = 640;

/// Writes events as one VCALENDAR with every zone that they use. `now` becomes DTSTAMP.
pub fn write(events: &[&Event], now: Timestamp) -> Mapped<String> {
    Mapped::whole(Calendar::of(events).text(now))
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
pub(super) struct Calendar<'c> {
    /// What it says of itself.
    pub(super) properties: Vec<Property<'c>>,
    /// Its events.
    pub(super) events: Vec<&'c Event>,
    /// Components that stand behind them as they are.
    pub(super) others: Vec<&'c Component<'static>>,
    /// VTIMEZONEs of zones that those name and nothing else explains.
    pub(super) zones: Vec<&'c Component<'static>>,
}

impl<'c> Calendar<'c> {
    fn of(events: &[&'c Event]) -> Self {
        Self {
            properties: empty_calendar().properties,
            events: events.to_vec(),
            others: Vec::new(),
            zones: Vec::new(),
        }
    }

    /// Its text.
    pub(super) fn text(&self, now: Timestamp) -> String {
        let mut body = Out::with_capacity(self.events.len() * USUAL);
        self.body(&mut body, now);
        let (body, tzids) = body.into_text();
        let mut out = Out::with_capacity(body.len() + 4096);
        out.begin("VCALENDAR");
        self.properties.iter().for_each(|p| out.property(p));
        timezones::write(self, &tzids, now, &mut out);
        out.append(&body);
        out.end("VCALENDAR");
        out.into_text().0
    }

    /// The same as a tree.
    pub(super) fn tree(&self, now: Timestamp) -> Component<'c> {
        let mut body = Out::tree();
        self.body(&mut body, now);
        let (body, tzids) = body.into_components();
        let mut out = Out::tree();
        timezones::write(self, &tzids, now, &mut out);
        let (mut components, _) = out.into_components();
        components.extend(body);
        Component {
            properties: self.properties.clone(),
            components,
            ..Component::new("VCALENDAR")
        }
    }

    fn body(&self, out: &mut Out, now: Timestamp) {
        self.properties.iter().for_each(|p| out.note_zones(p));
        for event in &self.events {
            write_event(event, now, out);
        }
        self.others.iter().for_each(|other| out.component(other));
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
