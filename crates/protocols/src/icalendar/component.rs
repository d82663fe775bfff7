//! The generic tree of an iCalendar text: components, properties, parameters (RFC 5545 3.1, 3.6).
//!
//! Parameters and values stay as they came, so that writing what nobody touched is a copy.

use super::text;

/// A component: `BEGIN:name` … `END:name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// Its name, in capitals.
    pub name: String,
    /// Its properties, in order.
    pub properties: Vec<Property>,
    /// The components inside, in order.
    pub components: Vec<Component>,
    /// Line of the source where it begins, counted from 1; 0 if it was made here.
    pub line: SourceLine,
}

/// A line of the source; all of them are equal, so that trees compare by what they say.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceLine(pub usize);

impl PartialEq for SourceLine {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SourceLine {}

impl Component {
    /// An empty component.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Whether it has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Its first property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|p| p.is(name))
    }

    /// All its properties of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |p| p.is(name))
    }

    /// Adds a property.
    #[must_use]
    pub fn with(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }
}

/// A content line: `name;parameters:value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// Its name as it came.
    pub name: String,
    /// Its parameters as they came, each with its leading `;`.
    pub parameters: String,
    /// Its value as it came, escapes included.
    pub value: String,
    /// Line of the source where it begins, counted from 1; 0 if it was made here.
    pub line: SourceLine,
}

impl Property {
    /// A property whose value needs no escaping.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// A property with a TEXT value (RFC 5545 3.3.11), escaped here.
    pub fn text(name: &str, value: &str) -> Self {
        Self::new(name, text::escape(value))
    }

    /// Adds a parameter, quoted and encoded as RFC 6868 says where needed.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.push(';');
        self.parameters.push_str(name);
        self.parameters.push('=');
        self.parameters.push_str(&text::encode_parameter(value));
        self
    }

    /// Adds a parameter whose value is already in the form of the wire.
    #[must_use]
    pub fn with_raw(mut self, name: &str, value: &str) -> Self {
        for part in [";", name, "=", value] {
            self.parameters.push_str(part);
        }
        self
    }

    /// Whether it has this name, in any letter case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Its parameters: name and value as on the wire.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        text::split_unquoted(&self.parameters, ';')
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').unwrap_or((part, "")))
    }

    /// The first value of a parameter, unquoted and decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, raw) = self
            .parameters()
            .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))?;
        let first = text::split_unquoted(raw, ',').next().unwrap_or_default();
        Some(text::decode_parameter(first))
    }

    /// Its value as TEXT, unescaped.
    pub fn as_text(&self) -> String {
        text::unescape(&self.value)
    }

    /// Its value as a list of TEXT.
    pub fn as_texts(&self) -> Vec<String> {
        text::split_list(&self.value).map(text::unescape).collect()
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
        [&self.name, self.parameters.as_str(), ":", &self.value].concat()
    }

    /// Reads an unfolded line. `None` if no name can be found. The flag says that quotes were unbalanced.
    pub fn from_line(line: &str) -> Option<(Self, bool)> {
        let name_end = line.find([':', ';'])?;
        let name = line[..name_end].trim_end();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let rest = &line[name_end..];
        let (colon, repaired) = match text::find_unquoted(rest, ':') {
            Some(at) => (at, false),
            None => (rest.find(':')?, true),
        };
        let property = Self {
            name: name.to_owned(),
            parameters: rest[..colon].to_owned(),
            value: rest[colon + 1..].to_owned(),
            line: SourceLine::default(),
        };
        Some((property, repaired))
    }
}
