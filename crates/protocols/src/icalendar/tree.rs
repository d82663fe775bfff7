//! The tree of components as it grows, line by line. What is not as it should be is repaired, and each repair is noted.

use std::borrow::Cow;

use super::{
    Error,
    component::{Component, Place, Property, SourceLine, split},
    controls,
    lines::Line,
    nesting::{self, Level, Open},
    parse::{DEPTH_MAX, Flaw, PROPERTIES_MAX, Repair},
};

/// Properties of an event that room is made for beforehand.
const USUAL_MAX: usize = 64;

/// The tree as it grows. The first of the open components is the root, which is not part of the text.
pub(super) struct Tree<'t> {
    open: Vec<Open<'t>>,
    repairs: Vec<Repair>,
    count: usize,
    /// Whether properties may stand outside every component.
    fragment: bool,
    /// Whether control characters have to be looked for.
    controls: bool,
    /// How many properties the last event had: the next one has about as many.
    usual: usize,
    /// Where the line at hand begins and ends, folds and line end included.
    at: (usize, usize),
    /// Lines that were not as they should be, whether or not something had to be repaired.
    odd: usize,
}

impl Default for Tree<'_> {
    fn default() -> Self {
        Self {
            open: vec![Open {
                component: Component::default(),
                level: Level::Strange,
                begun: 0,
                odd: 0,
            }],
            repairs: Vec::new(),
            count: 0,
            fragment: false,
            controls: false,
            usual: 0,
            at: (0, 0),
            odd: 0,
        }
    }
}

impl<'t> Tree<'t> {
    /// That of a text. `controls` says that it has control characters, which have to be looked for.
    pub(super) fn of_text(controls: bool) -> Self {
        Self {
            controls,
            ..Self::default()
        }
    }

    /// That of lines without an outer component.
    pub(super) fn of_lines() -> Self {
        Self {
            fragment: true,
            ..Self::default()
        }
    }

    fn repair(&mut self, line: usize, flaw: Flaw) {
        self.odd += 1;
        self.repairs.push(Repair { line, flaw });
    }

    fn top(&mut self) -> &mut Component<'t> {
        let open = self.open.last_mut().expect("the root is never closed");
        &mut open.component
    }

    /// Takes the next line.
    #[inline]
    pub(super) fn line(&mut self, line: &Line<'t>) -> Result<(), Error> {
        self.at = line.place();
        if self.controls {
            return self.odd_line(line);
        }
        if let Some(text) = line.text() {
            return self.text(line.number, text);
        }
        if let Some(property) = line.folded_property() {
            self.count(line.number)?;
            return self.property(line.number, property);
        }
        self.odd_line(line)
    }

    /// A line that cannot be borrowed as it stands.
    fn odd_line(&mut self, line: &Line<'t>) -> Result<(), Error> {
        let mut text = String::from_utf8(line.unfolded()).unwrap_or_else(|error| {
            self.repair(line.number, Flaw::NotUtf8);
            error.as_bytes().iter().map(|b| char::from(*b)).collect()
        });
        if self.controls && text.contains(controls::is_one) {
            self.repair(line.number, Flaw::Control);
            text.retain(|c| !controls::is_one(c));
        }
        if split(&text).is_none() {
            self.odd += 1;
        }
        let read = Property::from_line(&text);
        let read = read.map(|(property, repaired)| (property.into_owned(), repaired));
        self.read(line.number, &text, read)
    }

    /// Takes the next line, which is not folded.
    #[inline]
    pub(super) fn text(&mut self, line: usize, text: &'t str) -> Result<(), Error> {
        if let Some((name, parameters, value)) = split(text) {
            self.count(line)?;
            return self.plain(line, name, parameters, value.into());
        }
        self.odd += 1;
        self.read(line, text, Property::from_line(text))
    }

    /// A line, and what could be read of it.
    fn read(
        &mut self,
        line: usize,
        text: &str,
        read: Option<(Property<'t>, bool)>,
    ) -> Result<(), Error> {
        let Some((property, repaired)) = read else {
            if text.trim().is_empty() {
                self.repair(line, Flaw::EmptyLine);
                return Ok(());
            }
            self.count(line)?;
            self.continuation(line, text);
            return Ok(());
        };
        self.count(line)?;
        if repaired {
            self.repair(line, Flaw::OpenQuote);
        }
        self.property(line, property)
    }

    fn count(&mut self, line: usize) -> Result<(), Error> {
        self.count += 1;
        if self.count > PROPERTIES_MAX {
            return Err(Error::TooMany {
                line,
                max: PROPERTIES_MAX,
            });
        }
        Ok(())
    }

    fn property(&mut self, line: usize, property: Property<'t>) -> Result<(), Error> {
        self.plain(line, property.name, property.parameters, property.value)
    }

    #[inline]
    fn plain(
        &mut self,
        line: usize,
        name: impl Into<Cow<'t, str>>,
        parameters: impl Into<Cow<'t, str>>,
        value: Cow<'t, str>,
    ) -> Result<(), Error> {
        let name = name.into();
        if name.eq_ignore_ascii_case("BEGIN") {
            return self.begin(line, value);
        }
        if name.eq_ignore_ascii_case("END") {
            self.end(line, &value);
            return Ok(());
        }
        if self.open.len() == 1 && !self.fragment {
            self.repair(line, Flaw::Outside);
            return Ok(());
        }
        self.top().properties.push(Property {
            name,
            parameters: parameters.into(),
            value,
            line: SourceLine(line),
        });
        Ok(())
    }

    fn begin(&mut self, line: usize, name: Cow<'t, str>) -> Result<(), Error> {
        let name = upper(name);
        let level = Level::of(&name);
        if let Some(at) = nesting::left_open(&self.open, level, &name) {
            while self.open.len() > at {
                self.repair(line, Flaw::MissingEnd);
                self.close();
            }
        }
        // One that stands alone is written inside a VCALENDAR, and has to be read again there.
        let outer = self.open.get(1);
        let alone = outer.is_some_and(|outer| outer.level != Level::Calendar);
        if self.open.len() + usize::from(alone) > DEPTH_MAX {
            return Err(Error::TooDeep {
                line,
                max: DEPTH_MAX,
            });
        }
        let mut component = Component::new(name);
        if component.is("VEVENT") {
            component.properties.reserve(self.usual);
        }
        component.line = SourceLine(line);
        let (begun, odd) = (self.at.0, self.odd);
        self.open.push(Open {
            component,
            level,
            begun,
            odd,
        });
        Ok(())
    }

    fn end(&mut self, line: usize, name: &str) {
        let name = name.trim_ascii();
        if self.open.len() > 1 && self.top().name == name {
            self.close();
            return;
        }
        let mut inner = self.open.iter().skip(1);
        let Some(depth) = inner.rposition(|open| open.component.is(name)) else {
            self.repair(line, Flaw::StrayEnd);
            return;
        };
        while self.open.len() > depth + 2 {
            self.repair(line, Flaw::MissingEnd);
            self.close();
        }
        self.close();
    }

    fn close(&mut self) {
        if self.open.len() > 1
            && let Some(open) = self.open.pop()
        {
            let mut done = open.component;
            if open.odd == self.odd {
                done.place = Place::of(open.begun, self.at.1);
            }
            if done.is("VEVENT") {
                self.usual = done.properties.len().min(USUAL_MAX);
            }
            self.top().components.push(done);
        }
    }

    /// Some writers put bare line ends into texts.
    fn continuation(&mut self, line: usize, text: &str) {
        let top = self.top();
        let follows = top.components.is_empty();
        if let Some(property) = top.properties.last_mut().filter(|_| follows) {
            let value = property.value.to_mut();
            value.push_str("\\n");
            value.push_str(text);
            self.repair(line, Flaw::Unfolded);
        } else {
            self.repair(line, Flaw::NotAProperty);
        }
    }

    /// The root, and what was repaired.
    pub(super) fn finish(mut self) -> (Component<'t>, Vec<Repair>) {
        while self.open.len() > 1 {
            self.repair(0, Flaw::MissingEnd);
            self.close();
        }
        let root = self.open.pop().map(|open| open.component);
        (root.unwrap_or_default(), self.repairs)
    }
}

/// In capitals and without spaces around, as it mostly came.
fn upper(name: Cow<'_, str>) -> Cow<'_, str> {
    let is_upper = |b: u8| !b.is_ascii_lowercase() && !b.is_ascii_whitespace();
    if name.bytes().all(is_upper) {
        return name;
    }
    name.trim_ascii().to_ascii_uppercase().into()
}
