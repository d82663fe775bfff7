//! `calendar-data` as it is wanted (RFC 4791 9.6): whole, in parts, with each occurrence by itself, or with few overrides.

use axum::http::StatusCode;
use calendar::Window;
use jiff::{Timestamp, tz::TimeZone};
use protocols::{
    caldav::{Comp, Props, TimeRange, name},
    icalendar::{
        self,
        component::{Component, Property},
        value, write,
    },
};

use super::{
    super::{
        answer::{Fault, Result},
        item::Item,
        object::parts,
    },
    tasks, window,
};

/// Occurrences of one event that `expand` brings.
const EXPANDED_MAX: usize = 5_000;

/// What is wanted of each object of an answer.
pub(super) struct Wanted<'a> {
    pub(super) props: &'a Props,
    /// The zone in which days and floating times are seen.
    pub(super) zone: &'a TimeZone,
}

impl Wanted<'_> {
    /// The text of an object.
    pub(super) fn data(&self, item: &Item) -> Result<String> {
        let wanted = &self.props.calendar_data;
        if wanted.is_whole() {
            return Ok(item.text().into_owned());
        }
        let mut tree = match (wanted.expand, item.as_event()) {
            (Some(range), Some(event)) => {
                let window = both_ends(range)?;
                let expanded =
                    icalendar::expand(&event.event, window, self.zone, event.updated, EXPANDED_MAX);
                let mut expanded = expanded.ok_or_else(too_many)?;
                if parts(&item.tree()).any(|own| own.property("DURATION").is_some()) {
                    with_durations(&mut expanded);
                }
                expanded
            }
            (Some(range), None) => {
                both_ends(range)?;
                tasks::expanded(item.tree(), range, self.zone)
            }
            _ => item.tree(),
        };
        if let (Some(range), Some(event)) = (wanted.limit, item.as_event()) {
            limit(&mut tree, &event.event, both_ends(range)?, self.zone);
        }
        if let Some(range) = wanted.limit_free_busy {
            limit_free_busy(&mut tree, both_ends(range)?);
        }
        if let Some(comp) = wanted.comp.as_ref().filter(|comp| tree.is(&comp.name)) {
            tree = part(comp, tree);
        }
        Ok(write::write(&tree))
    }
}

/// How long events take in the place of when they end, for those who write it so themselves.
fn with_durations(tree: &mut Component<'_>) {
    for event in tree.components.iter_mut().filter(|c| c.is("VEVENT")) {
        let time = |name: &str| {
            let (local, is_utc) = value::date_time(&event.property(name)?.value)?;
            is_utc.then(|| value::utc(local))
        };
        let (Some(start), Some(end)) = (time("DTSTART"), time("DTEND")) else {
            continue;
        };
        let seconds = end.as_second() - start.as_second();
        if let Some(property) = event.properties.iter_mut().find(|p| p.is("DTEND")) {
            *property = Property::new("DURATION", value::write_signed_duration(seconds));
        }
    }
}

fn both_ends(range: TimeRange) -> Result<Window> {
    if range.start.is_none() || range.end.is_none() {
        let detail = "expand and limits need a start and an end";
        return Err(Fault::status(StatusCode::BAD_REQUEST, detail));
    }
    Ok(window(range))
}

fn too_many() -> Fault {
    let condition = name::NUMBER_OF_MATCHES_WITHIN_LIMITS;
    let detail = "too many occurrences: ask for less time";
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

/// The parts of a component that are named (RFC 4791 9.6.1). What says what it is comes along.
fn part<'t>(wanted: &Comp, component: Component<'t>) -> Component<'t> {
    let everything = wanted.props.is_empty() && wanted.comps.is_empty();
    let mut kept = Component::new(component.name.clone());
    let needed = |property: &Property<'_>| {
        let structure =
            component.is("VCALENDAR") && (property.is("VERSION") || property.is("PRODID"));
        structure || (component.is("VTIMEZONE") && property.is("TZID"))
    };
    for mut property in component.properties.iter().cloned() {
        let named = wanted.props.iter().find(|(name, _)| property.is(name));
        let all = wanted.all_props || (everything && !wanted.all_comps);
        if let Some((_, true)) = named {
            property.value = "".into();
        }
        if named.is_some() || all || needed(&property) {
            kept.properties.push(property);
        }
    }
    for inner in component.components {
        match wanted.comps.iter().find(|comp| inner.is(&comp.name)) {
            Some(comp) => kept.components.push(part(comp, inner)),
            None if wanted.all_comps || (everything && !wanted.all_props) => {
                kept.components.push(inner);
            }
            None => {}
        }
    }
    kept
}

/// Leaves the overrides that touch a window, where they are or where they would have been (RFC 4791 9.6.6).
fn limit(tree: &mut Component<'_>, event: &calendar::Event, window: Window, zone: &TimeZone) {
    let touched: Vec<_> = event
        .occurrences(window, zone)
        .filter_map(|o| o.id)
        .collect();
    let inside = |at: Timestamp| window.from <= at && at < window.to;
    tree.components.retain(|component| {
        let Some(id) = component.property("RECURRENCE-ID") else {
            return true;
        };
        let Some((local, is_utc)) = value::date_time(&id.value) else {
            return true;
        };
        let original = if is_utc {
            value::utc(local)
        } else {
            zone.to_ambiguous_timestamp(local)
                .compatible()
                .unwrap_or_default()
        };
        inside(original) || touched.iter().any(|id| id.0 == local)
    });
}

/// Leaves the periods of busy time that touch a window (RFC 4791 9.6.7).
fn limit_free_busy(tree: &mut Component<'_>, window: Window) {
    let touches = |period: &str| {
        value::utc_period(period).is_none_or(|(start, end)| start < window.to && window.from < end)
    };
    for component in tree.components.iter_mut().filter(|c| c.is("VFREEBUSY")) {
        for property in component.properties.iter_mut().filter(|p| p.is("FREEBUSY")) {
            let left: Vec<&str> = property.value.split(',').filter(|p| touches(p)).collect();
            property.value = left.join(",").into();
        }
        component
            .properties
            .retain(|p| !p.is("FREEBUSY") || !p.value.is_empty());
    }
}
