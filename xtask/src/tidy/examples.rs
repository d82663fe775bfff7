//! Each public item of a crate that others may want to use has an example in its documentation.

use super::finding::{Finding, Rule};
use super::rules::EXEMPLARY;

/// Public items of a file without an example.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    if !EXEMPLARY.iter().any(|folder| path.starts_with(folder)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let (mut shown, mut in_attribute) = (false, false);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        if line.starts_with("///") {
            shown |= line.contains("```");
        } else if in_attribute || line.starts_with("#[") {
            in_attribute = !line.ends_with(']');
        } else {
            if let Some(name) = public_item(line).filter(|_| !shown) {
                findings.push(Finding {
                    rule: Rule::Example,
                    path: path.to_owned(),
                    line: number,
                    subject: name.to_owned(),
                    message: format!("{name} has no example: show in a few lines how it is used"),
                });
            }
            shown = false;
        }
    }
    findings
}

/// The name of what a line declares for all the world.
fn public_item(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ")?;
    let kinds = [
        "const fn ",
        "fn ",
        "struct ",
        "enum ",
        "trait ",
        "type ",
        "const ",
    ];
    let name = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "/// One.\n///\n/// ```\n/// one();\n/// ```\n";

    fn found(text: &str) -> Vec<String> {
        let path = format!("{}a.rs", EXEMPLARY[0]);
        let findings = check(&path, text).into_iter();
        findings.map(|finding| finding.subject).collect()
    }

    #[test]
    fn an_item_without_an_example_is_found_and_one_with_an_example_is_not() {
        let attributes = "#[derive(\n    Debug,\n)]\n#[must_use]\n";
        for item in [
            "pub fn one() {}",
            "pub const fn one() {}",
            "pub struct one;",
        ] {
            assert_eq!(found(&format!("/// One.\n{attributes}{item}\n")), ["one"]);
            assert!(found(&format!("{SHOWN}{attributes}{item}\n")).is_empty());
        }
        let second = format!("{SHOWN}pub enum One {{}}\n\n/// Two.\npub const TWO: u8 = 2;\n");
        assert_eq!(found(&second), ["TWO"]);
    }

    #[test]
    fn what_is_not_public_needs_none() {
        let text =
            "pub(crate) fn a() {}\nfn b() {}\npub mod c;\npub use d::E;\n    pub field: u8,\n";
        assert!(found(text).is_empty());
        assert!(found("#[cfg(test)]\npub fn a() {}\n").is_empty());
        assert!(check("crates/hub/src/a.rs", "pub fn a() {}\n").is_empty());
    }
}
