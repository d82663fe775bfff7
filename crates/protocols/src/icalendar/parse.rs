//! From text to the generic tree (RFC 5545 3.1). Lenient: what can be repaired is, and each repair is reported.

use std::borrow::Cow;

pub use super::flaw::{Flaw, Repair};
use super::{
    Error,
    component::{Component, Property, SourceLine, split},
    controls, forms,
    lines::{Line, for_each_line},
    nesting::{self, Level, Open},
    old,
};

/// Bytes of one text.
pub const SIZE_MAX: usize = 16 << 20;
/// Bytes of one unfolded line.
pub const LINE_MAX: usize = 1 << 20;
/// Components inside components.
pub const DEPTH_MAX: usize = 8;
/// Properties and components of one text.
pub const PROPERTIES_MAX: usize = 100_000;

/// Properties of an event that room is made for beforehand.
const USUAL_MAX: usize = 64;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed<'t> {
    /// The outermost components, normally one VCALENDAR.
    pub components: Vec<Component<'t>>,
    /// What was not as the RFC wants it.
    pub repairs: Vec<Repair>,
}

/// Reads a text. Bytes, because a fold may come between the bytes of one character.
///
/// # Errors
/// A limit is exceeded, or there is no component in it.
pub fn parse<T: AsRef<[u8]> + ?Sized>(text: &T) -> Result<Parsed<'_>, Error> {
    let bytes = text.as_ref();
    if bytes.len() > SIZE_MAX {
        return Err(Error::TooLarge {
            size: bytes.len(),
            max: SIZE_MAX,
        });
    }
    let (parsed, proper) = match forms::proper(bytes) {
        Cow::Borrowed(bytes) => (read(bytes)?, Cow::Borrowed(bytes)),
        Cow::Owned(bytes) => (owned(&bytes)?, Cow::Owned(bytes)),
    };
    if !parsed.components.iter().any(old::is_old) {
        return Ok(parsed);
    }
    let mut parsed = owned(&old::rewritten(&proper))?;
    parsed.components.iter_mut().for_each(old::renew);
    let flaw = Flaw::OldVersion;
    parsed.repairs.insert(0, Repair { line: 1, flaw });
    Ok(parsed)
}

/// Reads a text in the form of RFC 5545.
fn read(bytes: &[u8]) -> Result<Parsed<'_>, Error> {
    let mut tree = Tree {
        controls: controls::any(bytes),
        ..Tree::default()
    };
    for_each_line(bytes, |line| tree.line(line))?;
    let (root, repairs) = tree.finish();
    if root.components.is_empty() {
        return Err(Error::NotCalendar);
    }
    Ok(Parsed {
        components: root.components,
        repairs,
    })
}

/// Reads a text that had to be rewritten first.
fn owned<'t>(text: &[u8]) -> Result<Parsed<'t>, Error> {
    let parsed = read(text)?;
    let components = parsed.components.into_iter();
    Ok(Parsed {
        components: components.map(Component::into_owned).collect(),
        repairs: parsed.repairs,
    })
}

/// Reads unfolded lines without an outer component. What a kept list of lines holds.
pub(super) fn parse_lines<'t>(
    lines: impl Iterator<Item = &'t str>,
) -> Result<Component<'t>, Error> {
    let mut tree = Tree {
        fragment: true,
        ..Tree::default()
    };
    for line in lines.filter(|line| !line.is_empty()) {
        tree.text(0, line)?;
    }
    Ok(tree.finish().0)
}

/// The tree as it grows. The first of the open components is the root, which is not part of the text.
struct Tree<'t> {
    open: Vec<Open<'t>>,
    repairs: Vec<Repair>,
    count: usize,
    /// Whether properties may stand outside every component.
    fragment: bool,
    /// Whether control characters have to be looked for.
    controls: bool,
    /// How many properties the last event had: the next one has about as many.
    usual: usize,
}

impl Default for Tree<'_> {
    fn default() -> Self {
        Self {
            open: vec![Open {
                component: Component::default(),
                level: Level::Strange,
            }],
            repairs: Vec::new(),
            count: 0,
            fragment: false,
            controls: false,
            usual: 0,
        }
    }
}

impl<'t> Tree<'t> {
    fn repair(&mut self, line: usize, flaw: Flaw) {
        self.repairs.push(Repair { line, flaw });
    }

    fn top(&mut self) -> &mut Component<'t> {
        let open = self.open.last_mut().expect("the root is never closed");
        &mut open.component
    }

    #[inline]
    fn line(&mut self, line: &Line<'t>) -> Result<(), Error> {
        if self.controls {
            return self.odd_line(line);
        }
        if let Some(text) = line.text() {
            return self.text(line.number, text);
        }
        if let Some(property) = line.folded_property() {
            self.count(line.number)?;
            return self.property(line.number, property);
        }
        self.odd_line(line)
    }

    /// A line that cannot be borrowed as it stands.
    fn odd_line(&mut self, line: &Line<'t>) -> Result<(), Error> {
        let mut text = String::from_utf8(line.unfolded()).unwrap_or_else(|error| {
            self.repair(line.number, Flaw::NotUtf8);
            error.as_bytes().iter().map(|b| char::from(*b)).collect()
        });
        if self.controls && text.contains(controls::is_one) {
            self.repair(line.number, Flaw::Control);
            text.retain(|c| !controls::is_one(c));
        }
        let read = Property::from_line(&text);
        let read = read.map(|(property, repaired)| (property.into_owned(), repaired));
        self.read(line.number, &text, read)
    }

    #[inline]
    fn text(&mut self, line: usize, text: &'t str) -> Result<(), Error> {
        if let Some((name, parameters, value)) = split(text) {
            self.count(line)?;
            return self.plain(line, name, parameters, value.into());
        }
        self.read(line, text, Property::from_line(text))
    }

    /// A line, and what could be read of it.
    fn read(
        &mut self,
        line: usize,
        text: &str,
        read: Option<(Property<'t>, bool)>,
    ) -> Result<(), Error> {
        let Some((property, repaired)) = read else {
            if text.trim().is_empty() {
                self.repair(line, Flaw::EmptyLine);
                return Ok(());
            }
            self.count(line)?;
            self.continuation(line, text);
            return Ok(());
        };
        self.count(line)?;
        if repaired {
            self.repair(line, Flaw::OpenQuote);
        }
        self.property(line, property)
    }

    fn count(&mut self, line: usize) -> Result<(), Error> {
        self.count += 1;
        if self.count > PROPERTIES_MAX {
            return Err(Error::TooMany {
                line,
                max: PROPERTIES_MAX,
            });
        }
        Ok(())
    }

    fn property(&mut self, line: usize, property: Property<'t>) -> Result<(), Error> {
        self.plain(line, property.name, property.parameters, property.value)
    }

    #[inline]
    fn plain(
        &mut self,
        line: usize,
        name: impl Into<Cow<'t, str>>,
        parameters: impl Into<Cow<'t, str>>,
        value: Cow<'t, str>,
    ) -> Result<(), Error> {
        let name = name.into();
        if name.eq_ignore_ascii_case("BEGIN") {
            return self.begin(line, value);
        }
        if name.eq_ignore_ascii_case("END") {
            self.end(line, &value);
            return Ok(());
        }
        if self.open.len() == 1 && !self.fragment {
            self.repair(line, Flaw::Outside);
            return Ok(());
        }
        self.top().properties.push(Property {
            name,
            parameters: parameters.into(),
            value,
            line: SourceLine(line),
        });
        Ok(())
    }

    fn begin(&mut self, line: usize, name: Cow<'t, str>) -> Result<(), Error> {
        let name = upper(name);
        let level = Level::of(&name);
        if let Some(at) = nesting::left_open(&self.open, level, &name) {
            while self.open.len() > at {
                self.repair(line, Flaw::MissingEnd);
                self.close();
            }
        }
        // One that stands alone is written inside a VCALENDAR, and has to be read again there.
        let outer = self.open.get(1);
        let alone = outer.is_some_and(|outer| outer.level != Level::Calendar);
        if self.open.len() + usize::from(alone) > DEPTH_MAX {
            return Err(Error::TooDeep {
                line,
                max: DEPTH_MAX,
            });
        }
        let mut component = Component::new(name);
        if component.is("VEVENT") {
            component.properties.reserve(self.usual);
        }
        component.line = SourceLine(line);
        self.open.push(Open { component, level });
        Ok(())
    }

    fn end(&mut self, line: usize, name: &str) {
        let name = name.trim();
        if self.open.len() > 1 && self.top().name == name {
            self.close();
            return;
        }
        let mut inner = self.open.iter().skip(1);
        let Some(depth) = inner.rposition(|open| open.component.is(name)) else {
            self.repair(line, Flaw::StrayEnd);
            return;
        };
        while self.open.len() > depth + 2 {
            self.repair(line, Flaw::MissingEnd);
            self.close();
        }
        self.close();
    }

    fn close(&mut self) {
        if self.open.len() > 1
            && let Some(Open {
                component: done, ..
            }) = self.open.pop()
        {
            if done.is("VEVENT") {
                self.usual = done.properties.len().min(USUAL_MAX);
            }
            self.top().components.push(done);
        }
    }

    /// Some writers put bare line ends into texts.
    fn continuation(&mut self, line: usize, text: &str) {
        let top = self.top();
        let follows = top.components.is_empty();
        if let Some(property) = top.properties.last_mut().filter(|_| follows) {
            let value = property.value.to_mut();
            value.push_str("\\n");
            value.push_str(text);
            self.repair(line, Flaw::Unfolded);
        } else {
            self.repair(line, Flaw::NotAProperty);
        }
    }

    fn finish(mut self) -> (Component<'t>, Vec<Repair>) {
        while self.open.len() > 1 {
            self.repair(0, Flaw::MissingEnd);
            self.close();
        }
        let root = self.open.pop().map(|open| open.component);
        (root.unwrap_or_default(), self.repairs)
    }
}

/// In capitals and without spaces around, as it mostly came.
fn upper(name: Cow<'_, str>) -> Cow<'_, str> {
    let is_upper = |b: u8| !b.is_ascii_lowercase() && !b.is_ascii_whitespace();
    if name.bytes().all(is_upper) {
        return name;
    }
    name.trim().to_ascii_uppercase().into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn first<T: AsRef<[u8]> + ?Sized>(text: &T) -> Component<'_> {
        parse(text).unwrap().components.remove(0)
    }

    #[test]
    fn unfolds_also_between_the_bytes_of_a_character() {
        let smile = "😀".as_bytes();
        let mut text = b"BEGIN:VEVENT\r\nSUMMARY:a".to_vec();
        text.extend_from_slice(&smile[..2]);
        text.extend_from_slice(b"\r\n ");
        text.extend_from_slice(&smile[2..]);
        text.extend_from_slice(b"\r\n\tb\r\nEND:VEVENT\r\n");
        assert_eq!(first(&text).property("summary").unwrap().value, "a😀b");
    }

    #[test]
    fn parameters_with_quotes_and_colons() {
        let c = first("BEGIN:V\nATTENDEE;CN=\"a;b:c, d\";X=1,\"2:3\":mailto:x\nEND:V");
        let p = &c.properties[0];
        assert_eq!(p.parameter("cn").unwrap(), "a;b:c, d");
        assert_eq!(p.value, "mailto:x");
        assert_eq!(p.parameters().nth(1), Some(("X", "1,\"2:3\"")));
        assert_eq!(
            p.content_line(),
            "ATTENDEE;CN=\"a;b:c, d\";X=1,\"2:3\":mailto:x"
        );
    }

    #[test]
    fn flaws_are_repaired_and_reported() {
        let parsed = parse(
            "\u{feff}BEGIN:VCALENDAR\n\nBEGIN:VEVENT\nDESCRIPTION:one\ntwo words\nEND:VALARM\nX;A=\"b:c\nEND:VCALENDAR\n",
        )
        .unwrap();
        let flaws: Vec<_> = parsed.repairs.iter().map(|r| (r.line, r.flaw)).collect();
        assert_eq!(
            flaws,
            [
                (2, Flaw::EmptyLine),
                (5, Flaw::Unfolded),
                (6, Flaw::StrayEnd),
                (7, Flaw::OpenQuote),
                (8, Flaw::MissingEnd),
            ]
        );
        let event = &parsed.components[0].components[0];
        assert_eq!(event.properties[0].as_text(), "one\ntwo words");
        assert_eq!(event.properties[1].value, "c");
    }

    #[test]
    fn a_quote_that_does_not_end_is_ended_or_goes() {
        let c = first("BEGIN:V\nA;TZID=\"x y:20261123\"\nB;P=\"x:y\nEND:V");
        let lines: Vec<_> = c.properties.iter().map(Property::content_line).collect();
        assert_eq!(lines, ["A;TZID=\"x y\":20261123", "B;P=x:y"]);
    }

    #[test]
    fn control_characters_go_and_a_lone_cr_ends_a_line_only_where_nothing_else_does() {
        let parsed = parse("BEGIN:V\r\nSUMMARY:a\u{7}\tb\rc\u{7f}\r\nEND:V\r\n").unwrap();
        assert_eq!(parsed.components[0].properties[0].value, "a\tbc");
        let flaws: Vec<_> = parsed.repairs.iter().map(|r| (r.line, r.flaw)).collect();
        assert_eq!(flaws, [(2, Flaw::Control)]);
        let parsed = parse("BEGIN:V\rSUMMARY:a\r b\rEND:V\r").unwrap();
        assert_eq!(parsed.components[0].properties[0].value, "ab");
        assert_eq!(parsed.repairs, []);
    }

    #[test]
    fn latin_1_is_read() {
        let c = first(b"BEGIN:V\r\nSUMMARY:Z\xFCrich\r\nEND:V");
        assert_eq!(c.properties[0].value, "Zürich");
    }

    #[test]
    fn limits_hold() {
        let inside =
            |outer: &str, depth| format!("BEGIN:{outer}\n{}", "BEGIN:A\n".repeat(depth - 1));
        let deep = inside("VCALENDAR", DEPTH_MAX + 1);
        assert!(matches!(parse(&deep), Err(Error::TooDeep { line: 9, .. })));
        assert!(parse(&inside("VCALENDAR", DEPTH_MAX)).is_ok());
        assert!(parse(&inside("VEVENT", DEPTH_MAX)).is_err());
        assert!(parse(&inside("VEVENT", DEPTH_MAX - 1)).is_ok());
        let long = format!("BEGIN:A\nX:{}\n", "x".repeat(LINE_MAX));
        assert!(matches!(
            parse(&long),
            Err(Error::LineTooLong { line: 2, .. })
        ));
        let many = format!("BEGIN:A\n{}", "X:1\n".repeat(PROPERTIES_MAX));
        assert!(matches!(parse(&many), Err(Error::TooMany { .. })));
        assert!(matches!(
            parse(&vec![b'x'; SIZE_MAX + 1]),
            Err(Error::TooLarge { .. })
        ));
        assert_eq!(parse("hello: world"), Err(Error::NotCalendar));
        assert_eq!(parse(""), Err(Error::NotCalendar));
    }
}
