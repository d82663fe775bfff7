//! Multistatus answers (RFC 4918 13, RFC 6578 3.2).

use super::{
    Error, Name,
    name::{
        ERROR, HREF, MKCOL_RESPONSE, MULTISTATUS, PROP, PROPSTAT, RESOURCETYPE, RESPONSE, STATUS,
        SYNC_TOKEN, VALID_RESOURCETYPE,
    },
    xml::Element,
};

/// A multistatus body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multistatus {
    /// One per resource.
    pub responses: Vec<Response>,
    /// Where the next sync-collection begins.
    pub sync_token: Option<String>,
}

/// What is said of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Which resource, as it was written.
    pub href: String,
    /// The status of the whole resource, where there are no properties.
    pub status: Option<u16>,
    /// Properties by status.
    pub propstats: Vec<PropStat>,
    /// Names of violated preconditions.
    pub errors: Vec<Name>,
}

/// Properties that share a status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropStat {
    /// Their status.
    pub status: u16,
    /// The properties; empty elements where the status is not 200.
    pub props: Vec<Element>,
}

impl Response {
    /// A status for a whole resource.
    pub fn status(href: impl Into<String>, status: u16) -> Self {
        Self {
            href: href.into(),
            status: Some(status),
            ..Self::default()
        }
    }

    /// Properties that were found, and names of those that were not.
    pub fn props(
        href: impl Into<String>,
        found: Vec<Element>,
        missing: impl IntoIterator<Item = Name>,
    ) -> Self {
        let missing: Vec<Element> = missing.into_iter().map(Element::new).collect();
        let mut propstats = Vec::new();
        // A response needs one propstat at least, even if nothing was asked for.
        if !found.is_empty() || missing.is_empty() {
            propstats.push(PropStat {
                status: 200,
                props: found,
            });
        }
        if !missing.is_empty() {
            propstats.push(PropStat {
                status: 404,
                props: missing,
            });
        }
        Self {
            href: href.into(),
            propstats,
            ..Self::default()
        }
    }

    /// Writes the `response` element.
    pub fn write(&self) -> Element {
        write_response(self)
    }

    /// A property that was found.
    pub fn prop(&self, name: &Name) -> Option<&Element> {
        self.propstats
            .iter()
            .filter(|stat| (200..300).contains(&stat.status))
            .flat_map(|stat| &stat.props)
            .find(|prop| prop.name == *name)
    }

    /// The text of a property that was found and is not empty.
    pub fn text(&self, name: &Name) -> Option<&str> {
        self.prop(name)
            .map(Element::trimmed)
            .filter(|t| !t.is_empty())
    }

    /// The first href inside a property that was found.
    pub fn href_of(&self, name: &Name) -> Option<&str> {
        self.prop(name)?.child(&HREF).map(Element::trimmed)
    }

    /// Whether the resource is not there.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }
}

impl Multistatus {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut responses = Vec::new();
        let sync_token = Self::parse_each(body, |response| responses.push(response))?;
        Ok(Self {
            responses,
            sync_token,
        })
    }

    /// Reads a body that may tell of very many resources, and keeps nothing but where the next sync-collection begins.
    pub fn parse_each(
        body: &[u8],
        mut each: impl FnMut(Response),
    ) -> Result<Option<String>, Error> {
        let mut sync_token = None;
        let root = Element::parse_each(body, |root, child| {
            is_multistatus(root)?;
            if child.name == SYNC_TOKEN {
                let token = child.trimmed();
                sync_token = sync_token
                    .take()
                    .or((!token.is_empty()).then(|| token.to_owned()));
            } else if child.name == RESPONSE {
                read_response(child, &mut each)?;
            }
            Ok(())
        })?;
        is_multistatus(&root)?;
        Ok(sync_token)
    }

    /// Writes the outermost element.
    pub fn write(&self) -> Element {
        let mut root = Element::parent(MULTISTATUS, self.responses.iter().map(write_response));
        root.children.extend(
            self.sync_token
                .as_ref()
                .map(|t| Element::text(SYNC_TOKEN, t)),
        );
        root
    }
}

fn is_multistatus(root: &Element) -> Result<(), Error> {
    if root.name == MULTISTATUS {
        return Ok(());
    }
    Err(Error::Root {
        found: root.name.local.to_string(),
        expected: "multistatus",
    })
}

/// One `response` may name several resources that share a status.
fn read_response(mut element: Element, each: &mut impl FnMut(Response)) -> Result<(), Error> {
    let hrefs: Vec<String> = element.all(HREF).map(|h| h.trimmed().to_owned()).collect();
    let mut hrefs = hrefs.into_iter();
    let first = hrefs.next().ok_or(Error::Element {
        element: "response",
        problem: "an href is needed",
    })?;
    let status = element.child(&STATUS).and_then(code);
    let errors = element
        .child(&ERROR)
        .map(|e| e.children.iter().map(|c| c.name.clone()).collect());
    let stats = element.children.iter_mut().filter(|c| c.name == PROPSTAT);
    let propstats = stats.map(|stat| PropStat {
        status: stat.child(&STATUS).and_then(code).unwrap_or(200),
        props: stat
            .children
            .iter_mut()
            .find(|child| child.name == PROP)
            .map(|prop| std::mem::take(&mut prop.children))
            .unwrap_or_default(),
    });
    each(Response {
        href: first,
        status,
        propstats: propstats.collect(),
        errors: errors.unwrap_or_default(),
    });
    for href in hrefs {
        each(Response {
            href,
            status,
            ..Response::default()
        });
    }
    Ok(())
}

/// The code of `HTTP/1.1 404 Not Found`.
fn code(status: &Element) -> Option<u16> {
    status.trimmed().split_whitespace().nth(1)?.parse().ok()
}

fn status_line(code: u16) -> Element {
    let reason = match code {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        424 => "Failed Dependency",
        507 => "Insufficient Storage",
        _ => "Status",
    };
    Element::text(STATUS, format!("HTTP/1.1 {code} {reason}"))
}

fn write_response(response: &Response) -> Element {
    let mut element = Element::new(RESPONSE).with(Element::text(HREF, &response.href));
    element.children.extend(response.status.map(status_line));
    element
        .children
        .extend(response.propstats.iter().map(write_propstat));
    if !response.errors.is_empty() {
        let errors = response.errors.iter().cloned().map(Element::new);
        element.children.push(Element::parent(ERROR, errors));
    }
    element
}

fn write_propstat(stat: &PropStat) -> Element {
    let prop = Element::parent(PROP, stat.props.iter().cloned());
    Element::parent(PROPSTAT, [prop, status_line(stat.status)])
}

/// Why a MKCOL made nothing (RFC 5689 3): the properties that could not be set, and with them all others.
pub fn mkcol_response(propstats: &[PropStat]) -> Element {
    let stats = propstats.iter().map(|stat| {
        let mut written = write_propstat(stat);
        let kind = stat.props.iter().any(|prop| prop.name == RESOURCETYPE);
        if kind && stat.status == 403 {
            written
                .children
                .push(error_body([Element::new(VALID_RESOURCETYPE)]));
        }
        written
    });
    Element::parent(MKCOL_RESPONSE, stats)
}

/// The body of an error answer that names violated preconditions (RFC 4918 16).
pub fn error_body(conditions: impl IntoIterator<Item = Element>) -> Element {
    Element::parent(ERROR, conditions)
}

/// Whether an error body names a precondition; any body will do.
pub fn names_condition(body: &[u8], condition: &Name) -> bool {
    Element::parse(body).is_ok_and(|root| root.name == ERROR && root.child(condition).is_some())
}
