//! From the generic tree to text (RFC 5545 3.1): CRLF, folded at 75 octets.

use super::component::Component;

/// Octets of a line before it is folded.
const WIDTH: usize = 75;

/// Writes a component and all inside it.
pub fn write(component: &Component) -> String {
    let mut out = String::new();
    for_each_line(component, &mut |line| fold(&mut out, &line));
    out
}

/// Calls `each` with every unfolded content line of a component.
pub(super) fn for_each_line(component: &Component, each: &mut impl FnMut(String)) {
    each(format!("BEGIN:{}", component.name));
    for property in &component.properties {
        each(property.content_line());
    }
    for inner in &component.components {
        for_each_line(inner, each);
    }
    each(format!("END:{}", component.name));
}

/// Appends a content line, folded; no character is split.
fn fold(out: &mut String, line: &str) {
    let mut rest = line;
    let mut width = WIDTH;
    while rest.len() > width {
        let at = (1..=width)
            .rev()
            .find(|at| rest.is_char_boundary(*at))
            .unwrap_or(rest.len());
        out.push_str(&rest[..at]);
        out.push_str("\r\n ");
        rest = &rest[at..];
        // The space that marks a folded line counts.
        width = WIDTH - 1;
    }
    out.push_str(rest);
    out.push_str("\r\n");
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{super::component::Property, *};

    #[test]
    fn folds_at_75_octets_between_characters_and_comes_back() {
        for unit in ["x", "ü", "€", "😀", "\u{200f}שלום "] {
            let c = Component::new("VEVENT").with(Property::new("SUMMARY", unit.repeat(200)));
            let text = write(&c);
            for line in text.split("\r\n") {
                assert!(line.len() <= 75, "{} octets", line.len());
            }
            assert!(text.ends_with("END:VEVENT\r\n"));
            assert_eq!(super::super::parse::parse(&text).unwrap().components, [c]);
        }
    }
}
