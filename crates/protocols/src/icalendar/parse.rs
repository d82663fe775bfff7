//! From text to the generic tree (RFC 5545 3.1). Lenient: what can be repaired is, and each repair is reported.

use std::borrow::Cow;

pub use super::flaw::{Flaw, Repair};
use super::{Error, component::Component, controls, forms, lines::for_each_line, old, tree::Tree};

/// Bytes of one text.
pub const SIZE_MAX: usize = 16 << 20;
/// Bytes of one unfolded line.
pub const LINE_MAX: usize = 1 << 20;
/// Components inside components.
pub const DEPTH_MAX: usize = 8;
/// Properties and components of one text.
pub const PROPERTIES_MAX: usize = 100_000;

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
    Ok(parse_where_it_stands(text.as_ref())?.0)
}

/// The same, and the text in which the components say where they stand; none if it had to be rewritten.
pub(super) fn parse_where_it_stands(bytes: &[u8]) -> Result<(Parsed<'_>, Option<&[u8]>), Error> {
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
        let text = match proper {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        };
        return Ok((parsed, text));
    }
    let mut parsed = owned(&old::rewritten(&proper))?;
    parsed.components.iter_mut().for_each(old::renew);
    let flaw = Flaw::OldVersion;
    parsed.repairs.insert(0, Repair { line: 1, flaw });
    Ok((parsed, None))
}

/// Reads a text in the form of RFC 5545.
fn read(bytes: &[u8]) -> Result<Parsed<'_>, Error> {
    let mut tree = Tree::of_text(controls::any(bytes));
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
    let mut tree = Tree::of_lines();
    for line in lines.filter(|line| !line.is_empty()) {
        tree.text(0, line)?;
    }
    Ok(tree.finish().0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{super::component::Property, *};

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
