//! PROPFIND bodies (RFC 4918 9.1, 14.20) and the `prop` part that reports share.

use super::{
    Error, Name, TimeRange,
    name::{
        ALLCOMP, ALLPROP, CALENDAR_ALLPROP, CALENDAR_DATA, CALENDAR_PROP, COMP, EXPAND, INCLUDE,
        LIMIT_FREEBUSY_SET, LIMIT_RECURRENCE_SET, PROP, PROPFIND, PROPNAME,
    },
    xml::Element,
};

/// Which properties a PROPFIND asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each request, and most name properties"
)]
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
    /// Whether those that are named are meant, or all.
    pub scope: Scope,
}

/// Which properties a report asks for (RFC 4791 9.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Those that are named.
    #[default]
    Named,
    /// All (`allprop`).
    All,
    /// The names of what is there (`propname`).
    Names,
}

/// Which parts of a component are wanted (RFC 4791 9.6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comp {
    /// Its name, in capitals.
    pub name: String,
    /// All its properties.
    pub all_props: bool,
    /// These properties, in capitals; the flag says that their values are not wanted.
    pub props: Vec<(String, bool)>,
    /// All components inside.
    pub all_comps: bool,
    /// These components inside.
    pub comps: Vec<Comp>,
}

impl Comp {
    fn read(element: &Element) -> Result<Self, Error> {
        let name = |element: &Element| element.get("name").map(str::to_ascii_uppercase);
        let missing = Error::Element {
            element: "comp",
            problem: "a name is needed",
        };
        let props = element.all(CALENDAR_PROP).map(|prop| {
            let name = name(prop).ok_or(missing.clone())?;
            Ok((name, prop.get("novalue") == Some("yes")))
        });
        let comps = element.all(COMP).map(Self::read);
        Ok(Self {
            name: name(element).ok_or(missing.clone())?,
            all_props: element.child(&CALENDAR_ALLPROP).is_some(),
            props: props.collect::<Result<_, Error>>()?,
            all_comps: element.child(&ALLCOMP).is_some(),
            comps: comps.collect::<Result<_, _>>()?,
        })
    }

    fn write(&self) -> Element {
        let mut element = Element::new(COMP).attribute("name", &self.name);
        if self.all_props {
            element.children.push(Element::new(CALENDAR_ALLPROP));
        }
        for (name, no_value) in &self.props {
            let mut prop = Element::new(CALENDAR_PROP).attribute("name", name);
            if *no_value {
                prop = prop.attribute("novalue", "yes");
            }
            element.children.push(prop);
        }
        if self.all_comps {
            element.children.push(Element::new(ALLCOMP));
        }
        element.children.extend(self.comps.iter().map(Self::write));
        element
    }
}

/// How `calendar-data` is wanted (RFC 4791 9.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarData {
    /// Each occurrence in this range as a component of its own, without rules.
    pub expand: Option<TimeRange>,
    /// Only overrides in this range.
    pub limit: Option<TimeRange>,
    /// Only periods of busy time in this range.
    pub limit_free_busy: Option<TimeRange>,
    /// Only these parts.
    pub comp: Option<Comp>,
    /// A media type that is not ours, or another version than 2.0.
    pub foreign: bool,
}

impl CalendarData {
    /// Whether it is wanted as it is.
    pub fn is_whole(&self) -> bool {
        let parts = [self.expand, self.limit, self.limit_free_busy];
        parts.iter().all(Option::is_none) && self.comp.is_none() && !self.foreign
    }
}

impl Props {
    /// These names.
    pub fn of(names: impl IntoIterator<Item = Name>) -> Self {
        Self {
            names: names.into_iter().collect(),
            ..Self::default()
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
                limit_free_busy: range(LIMIT_FREEBUSY_SET)?,
                comp: data.child(&COMP).map(Comp::read).transpose()?,
                foreign: data
                    .get("content-type")
                    .is_some_and(|t| t != "text/calendar")
                    || data.get("version").is_some_and(|v| v != "2.0"),
            };
        }
        Ok(Self {
            names: prop.children.iter().map(|c| c.name.clone()).collect(),
            calendar_data,
            scope: Scope::Named,
        })
    }

    /// Writes a `prop` element.
    pub fn write(&self) -> Element {
        let children = self.names.iter().map(|name| {
            let mut element = Element::new(name.clone());
            if *name == CALENDAR_DATA {
                let data = &self.calendar_data;
                element.children.extend(data.comp.as_ref().map(Comp::write));
                let parts = [
                    (EXPAND, data.expand),
                    (LIMIT_RECURRENCE_SET, data.limit),
                    (LIMIT_FREEBUSY_SET, data.limit_free_busy),
                ];
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
        let asked = [PROP, PROPNAME, ALLPROP];
        let asked = root.children.iter().filter(|c| asked.contains(&c.name));
        if asked.count() != 1 {
            return Err(Error::Element {
                element: "propfind",
                problem: "one of prop, propname and allprop is needed",
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
