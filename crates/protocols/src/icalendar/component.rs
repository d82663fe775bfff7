//! The generic tree of an iCalendar text: components, properties, parameters (RFC 5545 3.1, 3.6).
//!
//! Parameters and values stay as they came, so that writing what nobody touched is a copy. What was read borrows from the
//! text; what is made here owns its parts (`Component<'static>`).

use std::{borrow::Cow, ops::Range};

use super::text;

/// A component: `BEGIN:name` … `END:name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component<'t> {
    /// Its name, in capitals.
    pub name: Cow<'t, str>,
    /// Its properties, in order.
    pub properties: Vec<Property<'t>>,
    /// The components inside, in order.
    pub components: Vec<Component<'t>>,
    /// Line of the source where it begins, counted from 1; 0 if it was made here.
    pub line: SourceLine,
    /// Where it stands in the text, if it does so as it should.
    pub(super) place: Place,
}

/// The bytes of a text that are a component, from its BEGIN to the line end of its END; none if something in it was
/// repaired, or if it was made here. All of them are equal, as [`SourceLine`]s are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    begun: u32,
    end: u32,
}

impl Place {
    /// From one byte to before another one.
    pub(super) fn of(begun: usize, end: usize) -> Self {
        match (u32::try_from(begun), u32::try_from(end)) {
            (Ok(begun), Ok(end)) => Self { begun, end },
            _ => Self::default(),
        }
    }

    /// The same as a range.
    pub(super) fn range(self) -> Option<Range<usize>> {
        (self.begun < self.end).then_some(self.begun as usize..self.end as usize)
    }
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

/// A line of the source; all of them are equal, so that trees compare by what they say.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceLine(pub usize);

impl PartialEq for SourceLine {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SourceLine {}

impl<'t> Component<'t> {
    /// An empty component.
    pub fn new(name: impl Into<Cow<'t, str>>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Whether it has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Its first property of this name.
    pub fn property(&self, name: &str) -> Option<&Property<'t>> {
        self.properties.iter().find(|p| p.is(name))
    }

    /// All its properties of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property<'t>> {
        self.properties.iter().filter(move |p| p.is(name))
    }

    /// Adds a property.
    #[must_use]
    pub fn with(mut self, property: Property<'t>) -> Self {
        self.properties.push(property);
        self
    }
}

impl Component<'_> {
    /// The same with parts of its own.
    pub fn into_owned(self) -> Component<'static> {
        Component {
            name: self.name.into_owned().into(),
            properties: self
                .properties
                .into_iter()
                .map(Property::into_owned)
                .collect(),
            components: self
                .components
                .into_iter()
                .map(Component::into_owned)
                .collect(),
            line: self.line,
            // It has left its text.
            place: Place::default(),
        }
    }
}

/// A content line: `name;parameters:value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property<'t> {
    /// Its name as it came.
    pub name: Cow<'t, str>,
    /// Its parameters as they came, each with its leading `;`.
    pub parameters: Cow<'t, str>,
    /// Its value as it came, escapes included.
    pub value: Cow<'t, str>,
    /// Line of the source where it begins, counted from 1; 0 if it was made here.
    pub line: SourceLine,
}

/// The name, the parameters and the value of a line in which nothing needs repair.
#[inline]
pub(super) fn split(line: &str) -> Option<(&str, &str, &str)> {
    let bytes = line.as_bytes();
    let name_end = bytes.iter().position(|b| !IS_NAME[usize::from(*b)])?;
    let colon = match bytes[name_end] {
        b':' => name_end,
        b';' => name_end + text::find_unquoted(&line[name_end..], b':')?,
        _ => return None,
    };
    let parts = (
        &line[..name_end],
        &line[name_end..colon],
        &line[colon + 1..],
    );
    (name_end > 0).then_some(parts)
}

/// Which bytes a name can hold: besides those of the RFC, some that are seen.
const IS_NAME: [bool; 256] = {
    let mut is_name = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        is_name[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    is_name
};

impl<'t> Property<'t> {
    /// A property whose value needs no escaping.
    pub fn new(name: impl Into<Cow<'t, str>>, value: impl Into<Cow<'t, str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// A property with a TEXT value (RFC 5545 3.3.11), escaped here.
    pub fn text(name: impl Into<Cow<'t, str>>, value: &'t str) -> Self {
        Self::new(name, text::escape(value))
    }

    /// Adds a parameter, quoted and encoded as RFC 6868 says where needed.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let parameters = self.parameters.to_mut();
        for part in [";", name, "=", &text::encode_parameter(value)] {
            parameters.push_str(part);
        }
        self
    }

    /// Adds a parameter whose value is already in the form of the wire.
    #[must_use]
    pub fn with_raw(mut self, name: &str, value: &str) -> Self {
        let parameters = self.parameters.to_mut();
        for part in [";", name, "=", value] {
            parameters.push_str(part);
        }
        self
    }

    /// Whether it has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Its parameters: name and value as on the wire.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        text::split_unquoted(&self.parameters, b';')
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').unwrap_or((part, "")))
    }

    /// The first value of a parameter, unquoted and decoded.
    pub fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        if self.parameters.is_empty() {
            return None;
        }
        let (_, raw) = self
            .parameters()
            .find(|(n, _)| text::trim(n).eq_ignore_ascii_case(name))?;
        Some(text::first_value(raw))
    }

    /// Its value as TEXT, unescaped.
    pub fn as_text(&self) -> String {
        text::unescape(&self.value).into_owned()
    }

    /// Its value as a list of TEXT.
    pub fn as_texts(&self) -> impl Iterator<Item = String> {
        text::split_list(&self.value).map(|text| text::unescape(text).into_owned())
    }

    /// Its value as a list whose elements hold no commas (dates, numbers).
    pub fn as_list(&self) -> impl Iterator<Item = &str> {
        self.value
            .split(',')
            .map(str::trim)
            .filter(|v| !v.is_empty())
    }

    /// The whole line, unfolded, without line end.
    pub fn content_line(&self) -> String {
        let length = self.name.len() + self.parameters.len() + self.value.len() + 1;
        let mut line = String::with_capacity(length);
        for part in [&*self.name, &*self.parameters, ":", &*self.value] {
            line.push_str(part);
        }
        line
    }

    /// The same with parts of its own.
    pub fn into_owned(self) -> Property<'static> {
        Property {
            name: self.name.into_owned().into(),
            parameters: self.parameters.into_owned().into(),
            value: self.value.into_owned().into(),
            line: self.line,
        }
    }

    /// Reads an unfolded line. `None` if no name can be found. The flag says that quotes were unbalanced.
    pub fn from_line(line: &'t str) -> Option<(Self, bool)> {
        if let Some((name, parameters, value)) = split(line) {
            let mut property = Self::new(name, value);
            property.parameters = parameters.into();
            return Some((property, false));
        }
        let bytes = line.as_bytes();
        let mut name_end = bytes.iter().position(|b| !IS_NAME[usize::from(*b)])?;
        let name = &line[..name_end];
        if name.is_empty() {
            return None;
        }
        if !matches!(bytes[name_end], b':' | b';') {
            // Nothing but spaces may come before what ends the name.
            let spaces = &line[name_end..];
            let length = spaces.find([':', ';'])?;
            if !spaces[..length].trim_end().is_empty() {
                return None;
            }
            name_end += length;
        }
        let rest = &line[name_end..];
        let (colon, repaired) = match text::find_unquoted(rest, b':') {
            Some(at) => (at, false),
            None => (rest.find(':')?, true),
        };
        let (mut parameters, mut value) = (Cow::from(&rest[..colon]), &rest[colon + 1..]);
        if repaired {
            // Either the quote that should end it stands behind the value, or it is nowhere.
            if let Some(inner) = value.strip_suffix('"') {
                value = inner;
                parameters.to_mut().push('"');
            } else if let Some(quote) = parameters.rfind('"') {
                parameters.to_mut().remove(quote);
            }
        }
        let property = Self {
            name: name.into(),
            parameters,
            value: value.into(),
            line: SourceLine::default(),
        };
        Some((property, repaired))
    }
}
