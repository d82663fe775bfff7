//! Content lines on their way out: straight into a text, folded as they come (RFC 5545 3.1), or into a tree for callers
//! that add something of their own.

use std::borrow::Cow;

use calendar::{When, Zone};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

use super::{
    component::{Component, Property},
    text, value,
};

/// Octets of a line before it is folded.
pub(super) const WIDTH: usize = 75;

/// What is being written.
#[derive(Debug, Default)]
pub(super) struct Out {
    /// All lines so far; for a tree, the line at hand alone.
    text: String,
    /// Where the line at hand begins.
    begun: usize,
    /// Where its name ends.
    name_end: usize,
    /// Where its value begins.
    value_at: usize,
    /// A long line while it is folded.
    long: String,
    /// The open components of a tree, the outermost first: it is not part of what is written.
    tree: Option<Vec<Component<'static>>>,
    /// The TZIDs that were named, in order.
    tzids: Vec<String>,
}

impl Out {
    /// For a text of about so many bytes.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// For a tree.
    pub(super) fn tree() -> Self {
        Self {
            tree: Some(vec![Component::default()]),
            ..Self::default()
        }
    }

    /// The text, and what of TZIDs it names.
    pub(super) fn into_text(self) -> (String, Vec<String>) {
        (self.text, self.tzids)
    }

    /// The components, and what of TZIDs they name.
    pub(super) fn into_components(self) -> (Vec<Component<'static>>, Vec<String>) {
        let root = self.tree.and_then(|tree| tree.into_iter().next());
        (root.unwrap_or_default().components, self.tzids)
    }

    /// The TZIDs that were named so far, in order.
    pub(super) fn tzids(&self) -> &[String] {
        &self.tzids
    }

    /// Begins a component.
    pub(super) fn begin(&mut self, name: &str) {
        if let Some(open) = &mut self.tree {
            open.push(Component::new(name.to_owned()));
            return;
        }
        self.start("BEGIN").value(name);
    }

    /// Ends a component.
    pub(super) fn end(&mut self, name: &str) {
        let Some(open) = &mut self.tree else {
            self.start("END").value(name);
            return;
        };
        if let Some(done) = open.pop()
            && let Some(outer) = open.last_mut()
        {
            outer.components.push(done);
        }
    }

    /// A component as it is.
    pub(super) fn component(&mut self, component: &Component) {
        self.begin(&component.name);
        for property in &component.properties {
            self.property(property);
        }
        for inner in &component.components {
            self.component(inner);
        }
        self.end(&component.name);
    }

    /// A property as it is.
    pub(super) fn property(&mut self, property: &Property) {
        self.note_zones(property);
        if let Some(open) = self.tree.as_mut().and_then(|open| open.last_mut()) {
            open.properties.push(property.clone().into_owned());
            return;
        }
        self.start(&property.name);
        self.text.push_str(&property.parameters);
        self.value(&property.value);
    }

    /// Notes the zones that a property names.
    pub(super) fn note_zones(&mut self, property: &Property) {
        let parameters = property.parameters.as_bytes();
        if memchr::memchr2(b'Z', b'z', parameters).is_some() {
            for (_, raw) in property.parameters().filter(|(name, _)| is_tzid(name)) {
                self.name_zone(&text::decode_parameter(raw));
            }
        }
    }

    /// Begins a property. Parameters and then its value follow.
    pub(super) fn start(&mut self, name: &str) -> &mut Self {
        self.text.push_str(name);
        self.name_end = self.text.len();
        self
    }

    /// A parameter, quoted and encoded as RFC 6868 says where needed.
    pub(super) fn parameter(&mut self, name: &str, value: &str) -> &mut Self {
        for part in [";", name, "="] {
            self.text.push_str(part);
        }
        let at = self.text.len();
        text::push_parameter(&mut self.text, value);
        if name == "TZID" {
            let id = text::decode_parameter(&self.text[at..]);
            if !self.tzids.iter().any(|there| **there == *id) {
                let id = id.into_owned();
                self.name_zone(&id);
            }
        }
        self
    }

    /// A parameter whose value is already in the form of the wire.
    pub(super) fn raw_parameter(&mut self, name: &str, value: &str) -> &mut Self {
        for part in [";", name, "=", value] {
            self.text.push_str(part);
        }
        if is_tzid(name) {
            let id = text::decode_parameter(value).into_owned();
            self.name_zone(&id);
        }
        self
    }

    /// The zone of a civil time, unless the value says that it is UTC.
    pub(super) fn zone(&mut self, zone: Option<&Zone>) -> &mut Self {
        match zone.filter(|zone| !zone.is_utc()) {
            Some(zone) => self.parameter("TZID", zone.name()),
            None => self,
        }
    }

    /// The value as it is on the wire, and the end of the line.
    pub(super) fn value(&mut self, value: &str) {
        self.with(|text| text.push_str(value));
    }

    /// A TEXT value (RFC 5545 3.3.11).
    pub(super) fn text(&mut self, value: &str) {
        self.with(|text| text::push_escaped(text, value));
    }

    /// A number.
    pub(super) fn number(&mut self, number: u32) {
        self.with(|text| value::push_number(text, number));
    }

    /// A day, with the parameter that says so.
    pub(super) fn date(&mut self, date: Date) {
        self.raw_parameter("VALUE", "DATE");
        self.with(|text| value::push_date(text, date));
    }

    /// A civil time in the zone that was named.
    pub(super) fn local(&mut self, at: DateTime) {
        self.with(|text| value::push_local(text, at));
    }

    /// An instant.
    pub(super) fn utc(&mut self, at: Timestamp) {
        self.local_utc(Offset::UTC.to_datetime(at));
    }

    fn local_utc(&mut self, at: DateTime) {
        self.with(|text| {
            value::push_local(text, at);
            text.push('Z');
        });
    }

    /// A civil time with its zone, in UTC form for UTC.
    pub(super) fn moment(&mut self, local: DateTime, zone: Option<&Zone>) {
        match zone {
            Some(zone) if zone.is_utc() => self.local_utc(local),
            zone => self.zone(zone).local(local),
        }
    }

    /// What names one occurrence of a series that starts at `first`, in the series' own form.
    pub(super) fn occurrence(&mut self, id: DateTime, first: &When) {
        match first {
            When::AllDay { .. } => self.date(id.date()),
            When::Timed { zone, .. } => self.moment(id, zone.as_ref()),
        }
    }

    /// Whatever `write` writes as the value, and the end of the line.
    pub(super) fn with(&mut self, write: impl FnOnce(&mut String)) {
        self.text.push(':');
        self.value_at = self.text.len();
        write(&mut self.text);
        if let Some(open) = self.tree.as_mut().and_then(|open| open.last_mut()) {
            let parameters = &self.text[self.name_end..self.value_at - 1];
            let mut property = Property::new(
                self.text[..self.name_end].to_owned(),
                self.text[self.value_at..].to_owned(),
            );
            property.parameters = Cow::Owned(parameters.to_owned());
            open.properties.push(property);
            self.text.clear();
            return;
        }
        if self.text.len() - self.begun > WIDTH {
            self.fold();
        }
        self.text.push_str("\r\n");
        self.begun = self.text.len();
    }

    /// Folds the line at hand; no character is split.
    fn fold(&mut self) {
        self.long.clear();
        self.long.push_str(&self.text[self.begun..]);
        self.text.truncate(self.begun);
        let (mut rest, mut width) = (&*self.long, WIDTH);
        while rest.len() > width {
            let at = (1..=width)
                .rev()
                .find(|at| rest.is_char_boundary(*at))
                .unwrap_or(rest.len());
            self.text.push_str(&rest[..at]);
            self.text.push_str("\r\n ");
            rest = &rest[at..];
            // The space that marks a folded line counts.
            width = WIDTH - 1;
        }
        self.text.push_str(rest);
    }

    /// Notes a zone that is named.
    pub(super) fn name_zone(&mut self, id: &str) {
        if !id.is_empty() && self.tzids.iter().all(|there| there != id) {
            self.tzids.push(id.to_owned());
        }
    }

    /// Lines that were written before. The zones that they name are not noted.
    pub(super) fn append(&mut self, lines: &str) {
        self.text.push_str(lines);
        self.begun = self.text.len();
    }
}

fn is_tzid(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("TZID")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{super::parse::parse, *};

    #[test]
    fn a_tree_is_what_its_text_says() {
        let write = |out: &mut Out| {
            out.begin("VEVENT");
            out.start("SUMMARY")
                .parameter("LANGUAGE", "de;x")
                .raw_parameter("X", "1")
                .text(&"Zähne, ".repeat(30));
            out.start("DTSTART")
                .parameter("TZID", "Europe/Berlin")
                .local("2026-11-23T09:00".parse().unwrap());
            out.property(&Property::new("X-A", "b").with("TZID", "a:b"));
            out.start("SEQUENCE").number(1_234_567);
            out.component(&Component::new("VALARM").with(Property::new("ACTION", "AUDIO")));
            out.end("VEVENT");
        };
        let (mut text, mut tree) = (Out::default(), Out::tree());
        write(&mut text);
        write(&mut tree);
        let (text, named) = text.into_text();
        let (components, same) = tree.into_components();
        assert_eq!(parse(&text).unwrap().components, components);
        assert!(text.split("\r\n").all(|line| line.len() <= WIDTH));
        assert_eq!(named, ["Europe/Berlin", "a:b"]);
        assert_eq!(named, same);
    }
}
