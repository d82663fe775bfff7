//! REPORT bodies: calendar-query, calendar-multiget, free-busy-query (RFC 4791 7.8–7.10), sync-collection (RFC 6578).

use super::{
    CompFilter, Error, Name, Props, Scope, TimeRange,
    name::{
        ALLPROP, CALENDAR_MULTIGET, CALENDAR_QUERY, COMP_FILTER, FILTER, FREE_BUSY_QUERY, HREF,
        LIMIT, NRESULTS, PROP, PROPNAME, SYNC_COLLECTION, SYNC_LEVEL, SYNC_TOKEN, TIME_RANGE,
        TIMEZONE, TIMEZONE_ID,
    },
    xml::Element,
};

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Objects that satisfy a filter.
    CalendarQuery(CalendarQuery),
    /// Objects by href.
    Multiget(Multiget),
    /// What changed since a token.
    SyncCollection(SyncCollection),
    /// Busy time.
    FreeBusyQuery(FreeBusyQuery),
    /// Some other report, as it came.
    Other(Element),
}

/// `calendar-query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarQuery {
    /// What to answer of each object.
    pub props: Props,
    /// Which objects; the filter's name is `VCALENDAR`.
    pub filter: CompFilter,
    /// The zone in which days and floating times are seen.
    pub zone: Option<QueryZone>,
}

/// The zone of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryZone {
    /// A VCALENDAR with one VTIMEZONE (`timezone`, RFC 4791 9.8).
    Text(String),
    /// Its name (`timezone-id`, RFC 7809 5.2).
    Id(String),
}

impl QueryZone {
    fn read(root: &Element) -> Option<Self> {
        let text = root.child(&TIMEZONE).map(|t| Self::Text(t.text.clone()));
        let id = root.child(&TIMEZONE_ID);
        text.or_else(|| id.map(|id| Self::Id(id.trimmed().to_owned())))
    }

    fn write(&self) -> Element {
        match self {
            Self::Text(text) => Element::text(TIMEZONE, text),
            Self::Id(id) => Element::text(TIMEZONE_ID, id),
        }
    }
}

/// `calendar-multiget`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multiget {
    /// What to answer of each object.
    pub props: Props,
    /// Which objects, as they were written.
    pub hrefs: Vec<String>,
}

/// `sync-collection`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncCollection {
    /// Where the last one ended; `None` for the first one.
    pub token: Option<String>,
    /// Whether collections below are wanted too (`infinite`).
    pub infinite: bool,
    /// At most so many.
    pub limit: Option<u32>,
    /// What to answer of each object.
    pub props: Props,
}

/// `free-busy-query`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeBusyQuery {
    /// The stretch of time asked for.
    pub range: TimeRange,
}

fn bad(element: &'static str, problem: &'static str) -> Error {
    Error::Element { element, problem }
}

fn props(root: &Element) -> Result<Props, Error> {
    let scope = |scope| Props {
        scope,
        ..Props::default()
    };
    match root.child(&PROP) {
        Some(prop) => Props::read(prop),
        None if root.child(&ALLPROP).is_some() => Ok(scope(Scope::All)),
        None if root.child(&PROPNAME).is_some() => Ok(scope(Scope::Names)),
        None => Ok(Props::default()),
    }
}

impl Report {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        Self::read(Element::parse(body)?)
    }

    /// Reads the outermost element.
    pub fn read(root: Element) -> Result<Self, Error> {
        let is = |name: Name| root.name == name;
        if is(CALENDAR_QUERY) {
            let filter = root.child(&FILTER).and_then(|f| f.child(&COMP_FILTER));
            let filter = filter.ok_or(bad(
                "calendar-query",
                "a filter with a comp-filter is needed",
            ))?;
            return Ok(Self::CalendarQuery(CalendarQuery {
                props: props(&root)?,
                filter: CompFilter::read(filter)?,
                zone: QueryZone::read(&root),
            }));
        }
        if is(CALENDAR_MULTIGET) {
            return Ok(Self::Multiget(Multiget {
                props: props(&root)?,
                hrefs: root.all(HREF).map(|h| h.trimmed().to_owned()).collect(),
            }));
        }
        if is(SYNC_COLLECTION) {
            return SyncCollection::read(&root).map(Self::SyncCollection);
        }
        if is(FREE_BUSY_QUERY) {
            let range = root.child(&TIME_RANGE);
            let range = range.ok_or(bad("free-busy-query", "a time-range is needed"))?;
            return Ok(Self::FreeBusyQuery(FreeBusyQuery {
                range: TimeRange::read(range).map_err(|_| {
                    bad(
                        "free-busy-query",
                        "a start and a later end in UTC are needed, such as 20261123T000000Z",
                    )
                })?,
            }));
        }
        Ok(Self::Other(root))
    }

    /// Writes the outermost element.
    pub fn write(&self) -> Element {
        match self {
            Self::CalendarQuery(query) => {
                let mut root = Element::new(CALENDAR_QUERY)
                    .with(query.props.write())
                    .with(Element::parent(FILTER, [query.filter.write()]));
                root.children
                    .extend(query.zone.as_ref().map(QueryZone::write));
                root
            }
            Self::Multiget(multiget) => {
                let hrefs = multiget.hrefs.iter().map(|h| Element::text(HREF, h));
                let mut root = Element::new(CALENDAR_MULTIGET).with(multiget.props.write());
                root.children.extend(hrefs);
                root
            }
            Self::SyncCollection(sync) => sync.write(),
            Self::FreeBusyQuery(query) => {
                Element::new(FREE_BUSY_QUERY).with(query.range.write(TIME_RANGE))
            }
            Self::Other(root) => root.clone(),
        }
    }
}

impl SyncCollection {
    fn read(root: &Element) -> Result<Self, Error> {
        let token = root.child(&SYNC_TOKEN).map(|t| t.trimmed().to_owned());
        let limit = root.child(&LIMIT).and_then(|l| l.child(&NRESULTS));
        let limit = limit.map(|n| n.trimmed().parse());
        Ok(Self {
            token: token.filter(|t| !t.is_empty()),
            // Old clients leave the level out and say Depth: 1 instead.
            infinite: match root.child(&SYNC_LEVEL).map(Element::trimmed) {
                None | Some("1") => false,
                // The drafts had the other word.
                Some("infinite" | "infinity") => true,
                Some(_) => return Err(bad("sync-level", "it is 1 or infinite")),
            },
            limit: limit
                .transpose()
                .map_err(|_| bad("nresults", "a positive number is needed"))?,
            props: props(root)?,
        })
    }

    fn write(&self) -> Element {
        let token = self.token.as_deref().unwrap_or_default();
        let level = if self.infinite { "infinite" } else { "1" };
        let mut root = Element::new(SYNC_COLLECTION)
            .with(Element::text(SYNC_TOKEN, token))
            .with(Element::text(SYNC_LEVEL, level));
        if let Some(limit) = self.limit {
            let results = Element::text(NRESULTS, limit.to_string());
            root.children.push(Element::parent(LIMIT, [results]));
        }
        root.with(self.props.write())
    }
}
