//! What a client's text lacks to be iCalendar as RFC 5545 has it, and others need: zones that it only names (RFC 7809), a
//! DTSTAMP, who wrote it.

use std::{borrow::Cow, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};
use protocols::{
    icalendar::{
        self,
        component::{Component, Property},
        value,
    },
    zones::zone_named,
};

use super::object::parts;

/// How far into the future zones are written out, in hours.
const AHEAD_HOURS: i64 = 24 * 366 * 10;

/// The same with what it lacks; `None` if it lacks nothing.
pub(super) fn completed(tree: &Component<'_>, now: Timestamp) -> Option<Component<'static>> {
    let mut whole = tree.clone().into_owned();
    let mut lacked = false;
    for property in icalendar::empty_calendar().properties {
        let needed = property.is("VERSION") || property.is("PRODID");
        if needed && whole.property(&property.name).is_none() {
            whole.properties.push(property.into_owned());
            lacked = true;
        }
    }
    for part in whole.components.iter_mut().filter(|c| !c.is("VTIMEZONE")) {
        if part.property("DTSTAMP").is_none() {
            part.properties
                .push(Property::new("DTSTAMP", value::write_utc(now)));
            lacked = true;
        }
    }
    let zones = missing_zones(tree, now);
    lacked |= !zones.is_empty();
    whole.components.splice(0..0, zones);
    lacked.then_some(whole)
}

/// The zones that are named and do not come along.
fn missing_zones(tree: &Component<'_>, now: Timestamp) -> Vec<Component<'static>> {
    let there = tree.components.iter().filter(|c| c.is("VTIMEZONE"));
    let there = there
        .filter_map(|c| c.property("TZID"))
        .map(Property::as_text);
    let there: BTreeSet<String> = there.collect();
    let inside = parts(tree).flat_map(|part| part.components.iter().chain([part]));
    let named = inside.flat_map(|c| &c.properties);
    let named = named
        .filter_map(|p| p.parameter("TZID"))
        .map(Cow::into_owned);
    let named: BTreeSet<String> = named.collect();
    let until = SignedDuration::from_hours(AHEAD_HOURS);
    let until = now.saturating_add(until).unwrap_or(now);
    let write = |tzid: &String| {
        let zone = zone_named(tzid)?;
        let mut written = icalendar::zone_component(zone.name(), Timestamp::UNIX_EPOCH, until);
        let own = written.properties.iter_mut().find(|p| p.is("TZID"))?;
        *own = Property::text("TZID", tzid).into_owned();
        Some(written)
    };
    named.difference(&there).filter_map(write).collect()
}
