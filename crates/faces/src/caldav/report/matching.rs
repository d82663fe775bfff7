//! Whether an object satisfies a filter (RFC 4791 9.7).

use std::collections::BTreeSet;

use calendar::Override;
use jiff::{
    ToSpan as _,
    civil::{DateTime, Time},
    tz::TimeZone,
};
use protocols::{
    caldav::{CompFilter, ParamFilter, PropFilter, TimeRange},
    icalendar::{
        component::{Component, Property},
        value,
    },
    zones::zone_named,
};

use super::{super::item::Item, alarms, tasks, window};

/// Occurrences of one event of which it is looked to which component they belong.
const OCCURRENCES_MAX: usize = 5_000;

/// A filter, and the zone in which days and floating times meet it.
pub(super) struct Matching<'a> {
    pub(super) filter: &'a CompFilter,
    pub(super) zone: &'a TimeZone,
}

/// Which components of an event happen in a range.
struct Touched {
    /// The one without RECURRENCE-ID.
    master: bool,
    /// Overrides, by when they would have been in the zone of the event.
    overrides: BTreeSet<DateTime>,
    /// Those that do not touch it.
    elsewhere: BTreeSet<DateTime>,
}

impl Matching<'_> {
    /// The one filter inside, if there is no other and it needs nothing but events that happen in a range.
    fn only(&self) -> Option<&CompFilter> {
        match &self.filter.comps[..] {
            [only] if only.name == "VEVENT" && !only.is_not_defined => Some(only),
            _ => None,
        }
    }

    /// The stretch of time in which events must happen, if nothing but events can satisfy it.
    pub(super) fn only_events_in(&self) -> Option<TimeRange> {
        self.only().filter(|c| !c.any).and_then(|c| c.time_range)
    }

    /// Whether it looks at nothing but when events happen.
    pub(super) fn is_time_alone(&self) -> bool {
        let plain = |c: &CompFilter| c.props.is_empty() && c.comps.is_empty();
        self.filter.props.is_empty() && self.only().is_some_and(plain)
    }

    /// Whether it looks at more than when events happen.
    pub(super) fn reads_texts(&self) -> bool {
        let simple = |c: &CompFilter| {
            c.props.is_empty()
                && c.comps
                    .iter()
                    .all(|c| c.props.is_empty() && c.comps.is_empty())
        };
        !self.filter.props.is_empty() || !self.filter.comps.iter().all(simple)
    }

    /// Whether an object satisfies it.
    pub(super) fn matches(&self, item: &Item) -> bool {
        if self.filter.is_not_defined {
            return false;
        }
        // What does not happen then need not be read, and mostly nothing else is asked.
        let in_time = self.only().filter(|_| item.as_event().is_some());
        let in_time = in_time.filter(|c| !c.any);
        if let Some(range) = in_time.and_then(|c| c.time_range)
            && let Some(event) = item.as_event()
        {
            let mut occurrences = event.event.occurrences(window(range), self.zone);
            if occurrences.next().is_none() {
                return false;
            }
            if self.is_time_alone() {
                return true;
            }
        }
        self.conditions(self.filter, &item.tree(), item)
    }

    /// Whether the conditions of a filter hold in a component of its name.
    fn conditions(&self, filter: &CompFilter, component: &Component<'_>, item: &Item) -> bool {
        let props = filter.props.iter();
        let props = props.map(|p| property_filter(p, component, self.zone));
        let comps = filter.comps.iter().map(|c| self.inside(c, component, item));
        let mut all = props.chain(comps).peekable();
        if filter.any && all.peek().is_some() {
            all.any(|holds| holds)
        } else {
            all.all(|holds| holds)
        }
    }

    /// Whether a filter finds its component in another.
    fn inside(&self, filter: &CompFilter, parent: &Component<'_>, item: &Item) -> bool {
        let mut found = parent
            .components
            .iter()
            .filter(|c| c.is(&filter.name))
            .peekable();
        if filter.is_not_defined || found.peek().is_none() {
            return filter.is_not_defined == found.peek().is_none();
        }
        let touched = filter
            .time_range
            .and_then(|range| self.touched(filter, item, range));
        found.any(|component| {
            let in_time = filter.time_range.is_none_or(|range| match &touched {
                Some(touched) => touched.has(component),
                None => self.happens(component, parent, item, range),
            });
            in_time && self.conditions(filter, component, item)
        })
    }

    /// Which components of an event happen in a range.
    fn touched(&self, filter: &CompFilter, item: &Item, range: TimeRange) -> Option<Touched> {
        let event = item.as_event().filter(|_| filter.name == "VEVENT")?;
        let patched = event.event.overrides.iter();
        let patched = patched.filter(|(_, change)| matches!(change, Override::Patch(_)));
        let mut touched = Touched {
            master: false,
            overrides: BTreeSet::new(),
            elsewhere: patched.map(|(id, _)| id.0).collect(),
        };
        let occurrences = event.event.occurrences(window(range), self.zone);
        for occurrence in occurrences.take(OCCURRENCES_MAX) {
            match occurrence.id {
                Some(id) if touched.elsewhere.remove(&id.0) => {
                    touched.overrides.insert(id.0);
                }
                Some(id) if touched.overrides.contains(&id.0) => {}
                _ => touched.master = true,
            }
        }
        Some(touched)
    }

    /// Whether a component that is no event happens in a range.
    fn happens(
        &self,
        component: &Component<'_>,
        parent: &Component<'_>,
        item: &Item,
        range: TimeRange,
    ) -> bool {
        if !component.is("VALARM") {
            return tasks::happens(component, range, self.zone);
        }
        match item.as_event() {
            // When an alarm goes off depends on the occurrence.
            Some(event) => {
                alarms::ring(&event.event, window(range), self.zone)
                    || component.property("REPEAT").is_some()
                        && tasks::rings(component, parent, range, self.zone)
            }
            None => tasks::rings(component, parent, range, self.zone),
        }
    }
}

impl Touched {
    fn has(&self, component: &Component<'_>) -> bool {
        let Some(id) = component.property("RECURRENCE-ID") else {
            return self.master;
        };
        match value::date_time(&id.value) {
            Some((local, false)) if self.elsewhere.contains(&local) => false,
            Some((local, false)) if self.overrides.contains(&local) => true,
            // It is all there is of its series, or it is named in another form than the event has it.
            _ => self.master || !self.overrides.is_empty(),
        }
    }
}

fn property_filter(filter: &PropFilter, component: &Component<'_>, zone: &TimeZone) -> bool {
    let mut found = component.all(&filter.name).peekable();
    if filter.is_not_defined {
        return found.peek().is_none();
    }
    found.any(|property| property_matches(filter, property, zone))
}

/// Whether a time of a property is in a range: a day if any of it is (RFC 4791 9.9).
fn in_range(range: TimeRange, property: &Property<'_>, zone: &TimeZone) -> bool {
    let window = window(range);
    let named = property.parameter("TZID");
    let named = named.and_then(|tzid| zone_named(&tzid));
    let instant = |local: DateTime| match &named {
        Some(zone) => zone.to_instant(local),
        None => zone
            .to_ambiguous_timestamp(local)
            .compatible()
            .unwrap_or_default(),
    };
    property.as_list().any(|text| {
        if let Some(day) = value::date(text).filter(|_| !text.contains('T')) {
            let next = day.saturating_add(1.day());
            let start = instant(day.to_datetime(Time::midnight()));
            return start < window.to && window.from < instant(next.to_datetime(Time::midnight()));
        }
        value::date_time(text).is_some_and(|(local, is_utc)| {
            let at = if is_utc {
                value::utc(local)
            } else {
                instant(local)
            };
            window.from <= at && at < window.to
        })
    })
}

fn property_matches(filter: &PropFilter, property: &Property<'_>, zone: &TimeZone) -> bool {
    let text = filter.text_match.as_ref();
    let text = text.map(|m| m.matches(&property.as_text()));
    let time = filter
        .time_range
        .map(|range| in_range(range, property, zone));
    let params = filter.params.iter().map(|p| parameter_filter(p, property));
    let mut all = text.into_iter().chain(time).chain(params).peekable();
    if filter.any && all.peek().is_some() {
        all.any(|holds| holds)
    } else {
        all.all(|holds| holds)
    }
}

fn parameter_filter(filter: &ParamFilter, property: &Property<'_>) -> bool {
    let Some(value) = property.parameter(&filter.name) else {
        return filter.is_not_defined;
    };
    !filter.is_not_defined && filter.text_match.as_ref().is_none_or(|m| m.matches(&value))
}
