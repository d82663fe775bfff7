//! Filters of calendar-query (RFC 4791 9.7–9.9).

use jiff::Timestamp;

use super::{
    Error, Name,
    name::{COMP_FILTER, IS_NOT_DEFINED, PARAM_FILTER, PROP_FILTER, TEXT_MATCH, TIME_RANGE},
    xml::Element,
};
use crate::icalendar::value;

/// How texts are compared (RFC 4791 7.5): ASCII letter case does not count, as by default; each octet counts.
pub const COLLATIONS: [&str; 2] = ["i;ascii-casemap", "i;octet"];

/// A half-open stretch of time; an end that is missing is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// First instant inside.
    pub start: Option<Timestamp>,
    /// First instant after it.
    pub end: Option<Timestamp>,
}

impl TimeRange {
    /// Between two instants.
    pub fn between(start: Timestamp, end: Timestamp) -> Self {
        Self {
            start: Some(start),
            end: Some(end),
        }
    }

    /// Reads the attributes of a `time-range` or `expand` element.
    pub fn read(element: &Element) -> Result<Self, Error> {
        let instant = |name| match element.get(name) {
            None => Ok(None),
            Some(text) => match value::date_time(text.trim()) {
                Some((local, true)) => Ok(Some(value::utc(local))),
                _ => Err(bad(
                    "time-range",
                    "start and end are times in UTC such as 20261123T000000Z",
                )),
            },
        };
        let range = Self {
            start: instant("start")?,
            end: instant("end")?,
        };
        match (range.start, range.end) {
            (None, None) => Err(bad("time-range", "start, end or both are needed")),
            (Some(start), Some(end)) if end <= start => {
                Err(bad("time-range", "end is not after start"))
            }
            _ => Ok(range),
        }
    }

    /// Writes it under a name.
    pub fn write(self, name: Name) -> Element {
        let mut element = Element::new(name);
        for (name, at) in [("start", self.start), ("end", self.end)] {
            if let Some(at) = at {
                element = element.attribute(name, value::write_utc(at));
            }
        }
        element
    }
}

fn bad(element: &'static str, problem: &'static str) -> Error {
    Error::Element { element, problem }
}

/// Conditions on components.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompFilter {
    /// `VCALENDAR`, `VEVENT` and so on.
    pub name: String,
    /// It must not be there; the rest is empty then.
    pub is_not_defined: bool,
    /// It must happen in this range.
    pub time_range: Option<TimeRange>,
    /// Conditions on its properties, all of which must hold.
    pub props: Vec<PropFilter>,
    /// Conditions on components inside, all of which must hold.
    pub comps: Vec<CompFilter>,
}

/// Conditions on a property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropFilter {
    /// Its name.
    pub name: String,
    /// It must not be there.
    pub is_not_defined: bool,
    /// Its time must be in this range.
    pub time_range: Option<TimeRange>,
    /// Its value must contain this.
    pub text_match: Option<TextMatch>,
    /// Conditions on its parameters.
    pub params: Vec<ParamFilter>,
}

/// Conditions on a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParamFilter {
    /// Its name.
    pub name: String,
    /// It must not be there.
    pub is_not_defined: bool,
    /// Its value must contain this.
    pub text_match: Option<TextMatch>,
}

/// A text to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMatch {
    /// What must be contained.
    pub text: String,
    /// It must not be contained.
    pub negate: bool,
    /// Letter case counts (`i;octet`); by default ASCII case does not.
    pub exact: bool,
}

impl CompFilter {
    /// What must be there, without further conditions.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Events in a range: what every server understands.
    pub fn events(time_range: Option<TimeRange>) -> Self {
        Self {
            comps: vec![Self {
                time_range,
                ..Self::named("VEVENT")
            }],
            ..Self::named("VCALENDAR")
        }
    }

    /// Reads a `comp-filter` element.
    pub fn read(element: &Element) -> Result<Self, Error> {
        let name = element
            .get("name")
            .ok_or(bad("comp-filter", "a name is needed"))?;
        let comps = element.all(COMP_FILTER).map(Self::read);
        let props = element.all(PROP_FILTER).map(PropFilter::read);
        Ok(Self {
            name: name.to_ascii_uppercase(),
            is_not_defined: element.child(&IS_NOT_DEFINED).is_some(),
            time_range: time_range(element)?,
            props: props.collect::<Result<_, _>>()?,
            comps: comps.collect::<Result<_, _>>()?,
        })
    }

    /// Writes a `comp-filter` element.
    pub fn write(&self) -> Element {
        let mut element = start(COMP_FILTER, &self.name, self.is_not_defined);
        element
            .children
            .extend(self.time_range.map(|r| r.write(TIME_RANGE)));
        element
            .children
            .extend(self.props.iter().map(PropFilter::write));
        element.children.extend(self.comps.iter().map(Self::write));
        element
    }
}

fn time_range(element: &Element) -> Result<Option<TimeRange>, Error> {
    element.child(&TIME_RANGE).map(TimeRange::read).transpose()
}

fn text_match(element: &Element) -> Result<Option<TextMatch>, Error> {
    element.child(&TEXT_MATCH).map(TextMatch::read).transpose()
}

fn start(name: Name, value: &str, is_not_defined: bool) -> Element {
    let mut element = Element::new(name).attribute("name", value);
    if is_not_defined {
        element.children.push(Element::new(IS_NOT_DEFINED));
    }
    element
}

impl PropFilter {
    fn read(element: &Element) -> Result<Self, Error> {
        let name = element
            .get("name")
            .ok_or(bad("prop-filter", "a name is needed"))?;
        let params = element.all(PARAM_FILTER).map(ParamFilter::read);
        Ok(Self {
            name: name.to_ascii_uppercase(),
            is_not_defined: element.child(&IS_NOT_DEFINED).is_some(),
            time_range: time_range(element)?,
            text_match: text_match(element)?,
            params: params.collect::<Result<_, _>>()?,
        })
    }

    fn write(&self) -> Element {
        let mut element = start(PROP_FILTER, &self.name, self.is_not_defined);
        element
            .children
            .extend(self.time_range.map(|r| r.write(TIME_RANGE)));
        element
            .children
            .extend(self.text_match.as_ref().map(TextMatch::write));
        element
            .children
            .extend(self.params.iter().map(ParamFilter::write));
        element
    }
}

impl ParamFilter {
    fn read(element: &Element) -> Result<Self, Error> {
        let name = element
            .get("name")
            .ok_or(bad("param-filter", "a name is needed"))?;
        Ok(Self {
            name: name.to_ascii_uppercase(),
            is_not_defined: element.child(&IS_NOT_DEFINED).is_some(),
            text_match: text_match(element)?,
        })
    }

    fn write(&self) -> Element {
        let mut element = start(PARAM_FILTER, &self.name, self.is_not_defined);
        element
            .children
            .extend(self.text_match.as_ref().map(TextMatch::write));
        element
    }
}

impl TextMatch {
    fn read(element: &Element) -> Result<Self, Error> {
        let exact = match element.get("collation") {
            None | Some("default") => false,
            Some(name) if name == COLLATIONS[0] => false,
            Some(name) if name == COLLATIONS[1] => true,
            Some(name) => {
                return Err(Error::Collation {
                    name: name.to_owned(),
                });
            }
        };
        Ok(Self {
            text: element.text.clone(),
            negate: element.get("negate-condition") == Some("yes"),
            exact,
        })
    }

    fn write(&self) -> Element {
        let mut element = Element::text(TEXT_MATCH, &self.text);
        if self.negate {
            element = element.attribute("negate-condition", "yes");
        }
        if self.exact {
            element = element.attribute("collation", COLLATIONS[1]);
        }
        element
    }

    /// Whether a text satisfies it.
    pub fn matches(&self, text: &str) -> bool {
        let contained = if self.exact {
            text.contains(&self.text)
        } else {
            text.to_ascii_lowercase()
                .contains(&self.text.to_ascii_lowercase())
        };
        contained != self.negate
    }
}
