//! A namespaced element tree with limits.
//!
//! No document types, no entities but the five of XML: bodies come from anybody.

use std::borrow::Cow;

use quick_xml::{
    XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
    name::ResolveResult,
    reader::NsReader,
};

use super::{
    Error,
    name::{APPLE, CALDAV, CALENDAR_SERVER, DAV, Name},
};

/// Bytes of one body: a listing of 200,000 objects.
pub const SIZE_MAX: usize = 64 << 20;
/// Elements inside elements.
pub const DEPTH_MAX: usize = 32;
/// Elements and attributes of one body; of one element inside the outermost where these are read one by one.
pub const ELEMENTS_MAX: usize = 500_000;

/// Prefixes that are declared on every root that we write.
const PREFIXES: [(&str, &str); 4] = [
    ("d", DAV),
    ("c", CALDAV),
    ("cs", CALENDAR_SERVER),
    ("a", APPLE),
];

/// An element. Its own text is kept apart from its children: DAV has no mixed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes without namespace declarations, by local name.
    pub attributes: Vec<(String, String)>,
    /// The elements inside, in order.
    pub children: Vec<Element>,
    /// Its text, decoded; that of all text nodes together.
    pub text: String,
}

impl Element {
    /// An empty element.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            children: Vec::new(),
            text: String::new(),
        }
    }

    /// An element with text.
    pub fn text(name: Name, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::new(name)
        }
    }

    /// An element with elements inside.
    pub fn parent(name: Name, children: impl IntoIterator<Item = Self>) -> Self {
        Self {
            children: children.into_iter().collect(),
            ..Self::new(name)
        }
    }

    /// Adds an element inside.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The value of an attribute.
    pub fn get(&self, attribute: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name == attribute)?;
        Some(&found.1)
    }

    /// The first element inside of this name.
    pub fn child(&self, name: &Name) -> Option<&Self> {
        self.children.iter().find(|c| c.name == *name)
    }

    /// All elements inside of this name.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// Its text without white space around.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.trimmed().is_empty()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// It is not well-formed XML in UTF-8, exceeds a limit, or has a document type or entities.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let keep = |root: &mut Self, child| {
            root.children.push(child);
            Ok(())
        };
        Reader::of(body)?.document(keep)
    }

    /// Reads a body whose outermost element may hold very many others: hands them over one by one, each with the outermost so far,
    /// instead of keeping them. Returns the outermost.
    ///
    /// # Errors
    /// As [`Element::parse`]; and what `each` returns.
    pub fn parse_each(
        body: &[u8],
        mut each: impl FnMut(&Self, Self) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut reader = Reader::of(body)?;
        reader.one_by_one = true;
        reader.document(|root, child| each(root, child))
    }

    /// Writes a body, with declaration.
    pub fn write(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        write_element(&mut out, self, true);
        out
    }
}

struct Reader<'i> {
    inner: NsReader<&'i [u8]>,
    open: Vec<Element>,
    count: usize,
    /// The limit is for each element inside the outermost.
    one_by_one: bool,
}

impl<'i> Reader<'i> {
    fn of(body: &'i [u8]) -> Result<Self, Error> {
        if body.len() > SIZE_MAX {
            return Err(Error::TooLarge {
                what: "too many bytes",
                max: SIZE_MAX,
            });
        }
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let text = std::str::from_utf8(body).map_err(|error| Error::NotXml {
            at: error.valid_up_to() as u64,
        })?;
        let mut inner = NsReader::from_str(text);
        inner.config_mut().expand_empty_elements = true;
        Ok(Self {
            inner,
            open: Vec::new(),
            count: 0,
            one_by_one: false,
        })
    }

    fn not_xml(&self) -> Error {
        Error::NotXml {
            at: self.inner.buffer_position(),
        }
    }

    /// `take` is given the outermost element and each one that ends right inside it.
    fn document(
        mut self,
        mut take: impl FnMut(&mut Element, Element) -> Result<(), Error>,
    ) -> Result<Element, Error> {
        loop {
            let event = self.inner.read_event().map_err(|_| self.not_xml())?;
            match event {
                Event::Start(start) => self.start(&start)?,
                Event::End(_) => {
                    let done = self.open.pop().ok_or_else(|| self.not_xml())?;
                    match self.open.as_mut_slice() {
                        [] => return Ok(done),
                        [root] => {
                            take(root, done)?;
                            self.count *= usize::from(!self.one_by_one);
                        }
                        [.., parent] => parent.children.push(done),
                    }
                }
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => Cow::Owned(c.to_string()),
                        Ok(None) => resolve_predefined_entity(&reference)
                            .map(Cow::Borrowed)
                            .ok_or(Error::Forbidden)?,
                        Err(_) => return Err(self.not_xml()),
                    };
                    self.text(&resolved);
                }
                Event::DocType(_) => return Err(Error::Forbidden),
                Event::Eof => return Err(self.not_xml()),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(top) = self.open.last_mut() {
            top.text.push_str(text);
        }
    }

    fn count(&mut self) -> Result<(), Error> {
        self.count += 1;
        if self.count > ELEMENTS_MAX {
            return Err(Error::TooLarge {
                what: "too many elements",
                max: ELEMENTS_MAX,
            });
        }
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        self.count()?;
        if self.open.len() >= DEPTH_MAX {
            return Err(Error::TooLarge {
                what: "too many levels",
                max: DEPTH_MAX,
            });
        }
        let (namespace, local) = self.inner.resolver().resolve_element(start.name());
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => known(namespace.0),
            ResolveResult::Unbound => Cow::Borrowed(""),
            ResolveResult::Unknown(_) => return Err(self.not_xml()),
        };
        let mut element = Element::new(Name {
            namespace,
            local: Cow::Owned(local.as_ref().to_owned()),
        });
        for attribute in start.attributes() {
            self.count()?;
            let attribute = attribute.map_err(|_| self.not_xml())?;
            let key: &str = attribute.key.as_ref();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| Error::Forbidden)?;
            // `xml:lang` means the same wherever it is; other prefixes are the document's own.
            let local = match key.split_once(':') {
                Some(("xml", _)) | None => key,
                Some((_, local)) => local,
            };
            let local = local.to_owned();
            element.attributes.push((local, value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }
}

/// A namespace that we know is not copied.
fn known(namespace: &str) -> Cow<'static, str> {
    PREFIXES
        .iter()
        .find(|(_, known)| *known == namespace)
        .map_or_else(
            || Cow::Owned(namespace.to_owned()),
            |(_, known)| Cow::Borrowed(*known),
        )
}

fn write_element(out: &mut String, element: &Element, root: bool) {
    let prefix = PREFIXES
        .iter()
        .find(|(_, namespace)| *namespace == element.name.namespace)
        .map(|(prefix, _)| *prefix);
    let tag = |out: &mut String| {
        // Where there is no prefix the namespace is declared on the spot; children declare theirs themselves.
        if let Some(prefix) = prefix {
            out.push_str(prefix);
            out.push(':');
        }
        out.push_str(&element.name.local);
    };
    out.push('<');
    tag(out);
    if root {
        for (prefix, namespace) in PREFIXES {
            attribute(out, &format!("xmlns:{prefix}"), namespace);
        }
    }
    if prefix.is_none() {
        attribute(out, "xmlns", &element.name.namespace);
    }
    for (name, value) in &element.attributes {
        attribute(out, name, value);
    }
    if element.children.is_empty() && element.text.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    escape(out, &element.text);
    for child in &element.children {
        write_element(out, child, false);
    }
    out.push_str("</");
    tag(out);
    out.push('>');
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

/// Escapes for text and attributes. A carriage return would be lost to line-end normalisation; control characters that
/// XML cannot have go.
fn escape(out: &mut String, text: &str) {
    // The last one begins what XML cannot have beyond ASCII, and a few characters beside it.
    let is_special = |byte: u8| match byte {
        b'\n' | b'\t' => false,
        b'&' | b'<' | b'>' | b'"' | 0x7f | 0xef => true,
        other => other < 0x20,
    };
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, other) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = other.chars();
        match chars.next().unwrap_or_default() {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c if c.is_ascii_control() => {}
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let element = Element::parent(
            super::super::name::PROP,
            [
                Element::text(super::super::name::DISPLAYNAME, "a<b>&\"\r\n😀 ש"),
                Element::text(Name::new("urn:x", "y"), "z").attribute("k", "1 \"2\" <3>"),
                Element::parent(
                    Name::new("", "none"),
                    [Element::new(Name::new(DAV, "inside"))],
                ),
            ],
        );
        assert_eq!(Element::parse(element.write().as_bytes()).unwrap(), element);
    }

    #[test]
    fn prefixes_do_not_matter() {
        let a = Element::parse(
            b"<?xml version='1.0'?><D:prop xmlns:D='DAV:'><D:href>/x</D:href></D:prop>",
        );
        let b = Element::parse(b"<prop xmlns='DAV:'><!-- x --><href><![CDATA[/x]]></href></prop>");
        assert_eq!(a.unwrap(), b.unwrap());
    }

    #[test]
    fn attacks_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>";
        assert_eq!(Element::parse(bomb.as_bytes()), Err(Error::Forbidden));
        assert_eq!(Element::parse(b"<a>&b;</a>"), Err(Error::Forbidden));
        assert_eq!(Element::parse(b"<a b='&c;'/>"), Err(Error::Forbidden));
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        assert!(matches!(
            Element::parse(deep.as_bytes()),
            Err(Error::TooLarge { .. })
        ));
        let wide = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
        assert!(matches!(
            Element::parse(wide.as_bytes()),
            Err(Error::TooLarge { .. })
        ));
        for bad in ["", "<a>", "<a></b>", "x", "<d:a/>", "\u{0}", "<a b/>"] {
            assert!(
                matches!(Element::parse(bad.as_bytes()), Err(Error::NotXml { .. })),
                "{bad}"
            );
        }
    }
}
