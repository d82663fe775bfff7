//! The iCalendar in answers (RFC 5545 3.4, 3.6; RFC 4791 4.1, 5.2.2).

use std::collections::BTreeSet;

use protocols::icalendar::{
    component::{Component, Property},
    parse,
};

/// What is wrong with an object that is stored or computed.
pub fn calendar(text: &str) -> Vec<String> {
    let mut faults = Faults::default();
    faults.calendar(text);
    faults.0
}

/// What is wrong with a time zone.
pub fn zone(text: &str) -> Vec<String> {
    let mut faults = Faults::default();
    faults.zone(text);
    faults.0
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn expect(&mut self, holds: bool, rule: impl Into<String>) {
        if !holds {
            self.0.push(rule.into());
        }
    }

    fn calendar(&mut self, text: &str) {
        let Some(calendar) = self.one_calendar(text) else {
            return;
        };
        let mut uids = BTreeSet::new();
        let zones: BTreeSet<String> = named(&calendar, "VTIMEZONE", "TZID").collect();
        for component in calendar.components.iter().filter(|c| !c.is("VTIMEZONE")) {
            let needed: &[&str] = if component.is("VEVENT") {
                &["UID", "DTSTAMP", "DTSTART"]
            } else {
                &["DTSTAMP"]
            };
            for name in needed {
                let once = component.all(name).count() == 1;
                self.expect(
                    once,
                    format!("RFC 5545 3.6: {} without {name}", component.name),
                );
            }
            uids.extend(component.property("UID").map(Property::as_text));
            for property in &component.properties {
                if let Some(zone) = property.parameter("TZID") {
                    let known = zones.contains(zone.trim_matches('"'));
                    self.expect(known, format!("RFC 5545 3.2.19: no VTIMEZONE {zone}"));
                }
            }
        }
        self.expect(uids.len() <= 1, "RFC 4791 4.1: one UID an object");
        self.expect(
            calendar.property("METHOD").is_none(),
            "RFC 4791 4.1: no METHOD",
        );
    }

    fn zone(&mut self, text: &str) {
        if let Some(calendar) = self.one_calendar(text) {
            let one = calendar.components.len() == 1 && calendar.components[0].is("VTIMEZONE");
            self.expect(one, "RFC 4791 5.2.2: one VTIMEZONE and nothing else");
        }
    }

    fn one_calendar<'t>(&mut self, text: &'t str) -> Option<Component<'t>> {
        let lines = text.strip_suffix("\r\n").unwrap_or_default().split("\r\n");
        let fine = lines
            .clone()
            .all(|line| line.len() <= 75 && !line.contains('\n'));
        self.expect(
            fine && !text.is_empty(),
            "RFC 5545 3.1: lines of 75 octets end in CRLF",
        );
        let mut all = match parse::parse(text.as_bytes()) {
            Ok(parsed) => parsed.components,
            Err(error) => {
                self.0.push(error.to_string());
                return None;
            }
        };
        let calendar = all.pop().filter(|c| all.is_empty() && c.is("VCALENDAR"));
        self.expect(calendar.is_some(), "one VCALENDAR");
        for needed in ["PRODID", "VERSION"] {
            let there = calendar
                .as_ref()
                .is_some_and(|c| c.all(needed).count() == 1);
            self.expect(there, format!("RFC 5545 3.6: no {needed}"));
        }
        calendar
    }
}

fn named(calendar: &Component, kind: &str, property: &str) -> impl Iterator<Item = String> {
    let components = calendar.components.iter().filter(move |c| c.is(kind));
    components.filter_map(move |c| Some(c.property(property)?.as_text()))
}
