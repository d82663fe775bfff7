//! REPORT bodies: calendar-query, calendar-multiget, free-busy-query (RFC 4791 7.8–7.10), sync-collection (RFC 6578).

use super::{
    CompFilter, Error, Name, Props, TimeRange,
    name::{
        CALENDAR_MULTIGET, CALENDAR_QUERY, COMP_FILTER, FILTER, FREE_BUSY_QUERY, HREF, LIMIT,
        NRESULTS, PROP, SYNC_COLLECTION, SYNC_LEVEL, SYNC_TOKEN, TIME_RANGE,
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
    root.child(&PROP)
        .map(Props::read)
        .transpose()
        .map(Option::unwrap_or_default)
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
                range: TimeRange::read(range)?,
            }));
        }
        Ok(Self::Other(root))
    }

    /// Writes the outermost element.
    pub fn write(&self) -> Element {
        match self {
            Self::CalendarQuery(query) => Element::new(CALENDAR_QUERY)
                .with(query.props.write())
                .with(Element::parent(FILTER, [query.filter.write()])),
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
            infinite: root
                .child(&SYNC_LEVEL)
                .is_some_and(|l| l.trimmed() == "infinite"),
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
