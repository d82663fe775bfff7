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
                    "comp-filter",
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
                Err(bad("comp-filter", "end is not after start"))
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
    /// One of the conditions suffices; else all must hold (`test="anyof"` of the calendar-query extension).
    pub any: bool,
    /// Conditions on its properties.
    pub props: Vec<PropFilter>,
    /// Conditions on components inside.
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
    /// One of the conditions suffices.
    pub any: bool,
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
    /// Where it must be found.
    pub kind: MatchType,
}

/// Where a text must be found (`match-type`, RFC 6352 10.5.4, which calendar-query's extension took over).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchType {
    /// Anywhere.
    #[default]
    Contains,
    /// It is all there is.
    Equals,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

impl MatchType {
    const WORDS: [(&'static str, Self); 4] = [
        ("contains", Self::Contains),
        ("equals", Self::Equals),
        ("starts-with", Self::StartsWith),
        ("ends-with", Self::EndsWith),
    ];

    fn matches(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::Contains => text.contains(wanted),
            Self::Equals => text == wanted,
            Self::StartsWith => text.starts_with(wanted),
            Self::EndsWith => text.ends_with(wanted),
        }
    }
}

/// Whether one of the conditions of a filter suffices.
fn any_of(element: &Element) -> Result<bool, Error> {
    match element.get("test") {
        None | Some("allof") => Ok(false),
        Some("anyof") => Ok(true),
        Some(_) => Err(bad("comp-filter", "test is allof or anyof")),
    }
}

fn with_test(element: Element, any: bool) -> Element {
    if any {
        element.attribute("test", "anyof")
    } else {
        element
    }
}

impl CompFilter {
    /// What must be there, without further conditions.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Refuses what RFC 4791 9.7 and 9.9 do not allow: components where they cannot be, and times of what has none.
    pub fn check(&self) -> Result<(), Error> {
        if self.name != "VCALENDAR" {
            return Err(bad("comp-filter", "the outermost one is that of VCALENDAR"));
        }
        self.check_inside()
    }

    fn check_inside(&self) -> Result<(), Error> {
        const TIMED: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VALARM"];
        const DATED: [&str; 9] = [
            "CREATED",
            "COMPLETED",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "DUE",
            "LAST-MODIFIED",
            "EXDATE",
            "RDATE",
        ];
        if self.time_range.is_some() && !TIMED.contains(&self.name.as_str()) {
            return Err(bad("comp-filter", "this component has no time"));
        }
        let untimed = |p: &&PropFilter| {
            let known = DATED.contains(&p.name.as_str()) || p.name == "RECURRENCE-ID";
            p.time_range.is_some() && !known && !p.name.starts_with("X-")
        };
        if self.props.iter().find(untimed).is_some() {
            return Err(bad("prop-filter", "this property has no time"));
        }
        for inner in &self.comps {
            let fits = match self.name.as_str() {
                "VCALENDAR" => !matches!(
                    inner.name.as_str(),
                    "VALARM" | "STANDARD" | "DAYLIGHT" | "VCALENDAR"
                ),
                "VEVENT" | "VTODO" => inner.name == "VALARM" || !inner.name.starts_with('V'),
                "VTIMEZONE" => matches!(inner.name.as_str(), "STANDARD" | "DAYLIGHT"),
                _ => !inner.name.starts_with('V'),
            };
            if !fits {
                return Err(bad(
                    "comp-filter",
                    "this component cannot be inside that one",
                ));
            }
            inner.check_inside()?;
        }
        Ok(())
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
            any: any_of(element)?,
            props: props.collect::<Result<_, _>>()?,
            comps: comps.collect::<Result<_, _>>()?,
        })
    }

    /// Writes a `comp-filter` element.
    pub fn write(&self) -> Element {
        let element = start(COMP_FILTER, &self.name, self.is_not_defined);
        let mut element = with_test(element, self.any);
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
            any: any_of(element)?,
            params: params.collect::<Result<_, _>>()?,
        })
    }

    fn write(&self) -> Element {
        let element = start(PROP_FILTER, &self.name, self.is_not_defined);
        let mut element = with_test(element, self.any);
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
        let kind = match element.get("match-type") {
            None => MatchType::Contains,
            Some(word) => {
                let mut words = MatchType::WORDS.iter();
                let found = words.find(|(known, _)| *known == word);
                found
                    .ok_or(bad("text-match", "there is no such match-type"))?
                    .1
            }
        };
        Ok(Self {
            text: element.text.clone(),
            negate: element.get("negate-condition") == Some("yes"),
            exact,
            kind,
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
        if self.kind != MatchType::Contains {
            let word = MatchType::WORDS.iter().find(|(_, kind)| *kind == self.kind);
            element = element.attribute("match-type", word.map_or("", |(word, _)| *word));
        }
        element
    }

    /// Whether a text satisfies it.
    pub fn matches(&self, text: &str) -> bool {
        let found = if self.exact {
            self.kind.matches(text, &self.text)
        } else {
            let (text, wanted) = (text.to_ascii_lowercase(), self.text.to_ascii_lowercase());
            self.kind.matches(&text, &wanted)
        };
        found != self.negate
    }
}
