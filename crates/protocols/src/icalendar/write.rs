//! From the generic tree to text (RFC 5545 3.1): CRLF, folded at 75 octets.

use super::{component::Component, out::Out};

/// Writes a component and all inside it.
pub fn write(component: &Component) -> String {
    let mut out = Out::default();
    out.component(component);
    out.into_text().0
}

/// Calls `each` with every unfolded content line of a component.
pub(super) fn for_each_line(component: &Component, each: &mut impl FnMut(String)) {
    each(["BEGIN:", &component.name].concat());
    for property in &component.properties {
        each(property.content_line());
    }
    for inner in &component.components {
        for_each_line(inner, each);
    }
    each(["END:", &component.name].concat());
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
