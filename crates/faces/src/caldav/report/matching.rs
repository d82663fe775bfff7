//! Whether an event satisfies a filter (RFC 4791 9.7).

use hub::EventView;
use jiff::tz::TimeZone;
use protocols::{
    caldav::{CompFilter, ParamFilter, PropFilter, TimeRange},
    icalendar::{
        self,
        component::{Component, Property},
        value,
    },
};

use super::{alarms, window};

/// A filter, and the zone in which days and floating times meet it.
pub(super) struct Matching<'a> {
    pub(super) filter: &'a CompFilter,
    pub(super) zone: &'a TimeZone,
}

impl Matching<'_> {
    /// The filter on VEVENT, if there is one.
    fn events(&self) -> Option<&CompFilter> {
        self.filter.comps.iter().find(|c| c.name == "VEVENT")
    }

    /// Whether an event could satisfy it at all: everything here is a VCALENDAR of VEVENTs.
    pub(super) fn may_match_events(&self) -> bool {
        let others =
            |c: &CompFilter| c.name == "VEVENT" || c.name == "VTIMEZONE" || c.is_not_defined;
        self.filter.name == "VCALENDAR"
            && !self.filter.is_not_defined
            && self.filter.comps.iter().all(others)
            && !self.events().is_some_and(|c| c.is_not_defined)
    }

    /// The stretch of time in which an occurrence must be.
    pub(super) fn time_range(&self) -> Option<TimeRange> {
        self.events().and_then(|c| c.time_range)
    }

    /// Whether an event satisfies it.
    pub(super) fn matches(&self, event: &EventView) -> bool {
        if !self.filter.props.is_empty() {
            // Properties of the VCALENDAR, which are ours and no event's.
            let tree = icalendar::tree(&[&event.event], event.updated);
            if !self.filter.props.iter().all(|p| property_filter(p, &tree)) {
                return false;
            }
        }
        let Some(filter) = self.events() else {
            return true;
        };
        let in_time = filter.time_range.is_none_or(|range| {
            let mut occurrences = event.event.occurrences(window(range), self.zone);
            occurrences.next().is_some()
        });
        if !in_time {
            return false;
        }
        let mut inner = filter.comps.iter().filter(|c| c.name == "VALARM");
        if !inner.all(|c| {
            c.time_range
                .is_none_or(|range| alarms::ring(&event.event, window(range), self.zone))
        }) {
            return false;
        }
        if filter.props.is_empty() && filter.comps.is_empty() {
            return true;
        }
        let tree = icalendar::tree(&[&event.event], event.updated);
        let events = tree.components.iter().filter(|c| c.is("VEVENT"));
        events
            .into_iter()
            .any(|component| component_matches(filter, component))
    }
}

fn component_matches(filter: &CompFilter, component: &Component) -> bool {
    let properties = filter.props.iter().all(|p| property_filter(p, component));
    let components = filter.comps.iter().all(|inner| {
        let mut found = component
            .components
            .iter()
            .filter(|c| c.is(&inner.name))
            .peekable();
        if inner.is_not_defined {
            return found.peek().is_none();
        }
        // When an alarm goes off depends on the occurrence: `alarms` has looked.
        found.any(|c| component_matches(inner, c))
    });
    properties && components
}

fn property_filter(filter: &PropFilter, component: &Component) -> bool {
    let mut found = component.all(&filter.name).peekable();
    if filter.is_not_defined {
        return found.peek().is_none();
    }
    found.any(|property| property_matches(filter, property))
}

fn property_matches(filter: &PropFilter, property: &Property) -> bool {
    let text = filter
        .text_match
        .as_ref()
        .is_none_or(|m| m.matches(&property.as_text()));
    let time = filter.time_range.is_none_or(|range| {
        value::date_time(&property.value).is_some_and(|(local, _)| {
            let window = window(range);
            let at = value::utc(local);
            window.from <= at && at < window.to
        })
    });
    text && time && filter.params.iter().all(|p| parameter_filter(p, property))
}

fn parameter_filter(filter: &ParamFilter, property: &Property) -> bool {
    let Some(value) = property.parameter(&filter.name) else {
        return filter.is_not_defined;
    };
    !filter.is_not_defined && filter.text_match.as_ref().is_none_or(|m| m.matches(&value))
}
