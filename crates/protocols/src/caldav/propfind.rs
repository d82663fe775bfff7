//! PROPFIND bodies (RFC 4918 9.1, 14.20) and the `prop` part that reports share.

use super::{
    Error, Name, TimeRange,
    name::{
        ALLPROP, CALENDAR_DATA, EXPAND, INCLUDE, LIMIT_RECURRENCE_SET, PROP, PROPFIND, PROPNAME,
    },
    xml::Element,
};

/// Which properties a PROPFIND asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropFind {
    /// All that are cheap, and those named here besides. Also what an empty body means.
    All(Vec<Name>),
    /// Only the names of what is there.
    Names,
    /// These.
    Props(Props),
}

/// Which properties are asked for by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Props {
    /// Their names, `calendar-data` among them.
    pub names: Vec<Name>,
    /// What is wanted of `calendar-data`.
    pub calendar_data: CalendarData,
}

/// How `calendar-data` is wanted (RFC 4791 9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CalendarData {
    /// Each occurrence in this range as a component of its own, without rules.
    pub expand: Option<TimeRange>,
    /// Only overrides in this range.
    pub limit: Option<TimeRange>,
}

impl Props {
    /// These names.
    pub fn of(names: impl IntoIterator<Item = Name>) -> Self {
        Self {
            names: names.into_iter().collect(),
            calendar_data: CalendarData::default(),
        }
    }

    /// Reads a `prop` element.
    pub fn read(prop: &Element) -> Result<Self, Error> {
        let mut calendar_data = CalendarData::default();
        if let Some(data) = prop.child(&CALENDAR_DATA) {
            let range = |name| data.child(&name).map(TimeRange::read).transpose();
            calendar_data = CalendarData {
                expand: range(EXPAND)?,
                limit: range(LIMIT_RECURRENCE_SET)?,
            };
        }
        Ok(Self {
            names: prop.children.iter().map(|c| c.name.clone()).collect(),
            calendar_data,
        })
    }

    /// Writes a `prop` element.
    pub fn write(&self) -> Element {
        let children = self.names.iter().map(|name| {
            let mut element = Element::new(name.clone());
            if *name == CALENDAR_DATA {
                let data = self.calendar_data;
                let parts = [(EXPAND, data.expand), (LIMIT_RECURRENCE_SET, data.limit)];
                let parts = parts.into_iter().filter_map(|(n, r)| Some(r?.write(n)));
                element.children.extend(parts);
            }
            element
        });
        Element::parent(PROP, children)
    }
}

impl PropFind {
    /// Asks for these properties.
    pub fn props(names: impl IntoIterator<Item = Name>) -> Self {
        Self::Props(Props::of(names))
    }

    /// Reads a body; an empty one asks for all (RFC 4918 9.1).
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::All(Vec::new()));
        }
        Self::read(&Element::parse(body)?)
    }

    /// Reads the outermost element.
    pub fn read(root: &Element) -> Result<Self, Error> {
        if root.name != PROPFIND {
            return Err(Error::Root {
                found: root.name.local.to_string(),
                expected: "propfind",
            });
        }
        if let Some(prop) = root.child(&PROP) {
            return Props::read(prop).map(Self::Props);
        }
        if root.child(&PROPNAME).is_some() {
            return Ok(Self::Names);
        }
        let include = root.child(&INCLUDE).map(|i| &i.children[..]);
        let include = include.unwrap_or_default().iter();
        Ok(Self::All(include.map(|c| c.name.clone()).collect()))
    }

    /// Writes the outermost element.
    pub fn write(&self) -> Element {
        let root = Element::new(PROPFIND);
        match self {
            Self::Names => root.with(Element::new(PROPNAME)),
            Self::Props(props) => root.with(props.write()),
            Self::All(include) => {
                let root = root.with(Element::new(ALLPROP));
                if include.is_empty() {
                    return root;
                }
                let names = include.iter().cloned().map(Element::new);
                root.with(Element::parent(INCLUDE, names))
            }
        }
    }
}
