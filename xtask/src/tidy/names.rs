//! No HTTP status and no provider's name in the rooms that are to work with any provider. Comments and tests may.

use super::finding::{Finding, Rule};
use super::is_rust;
use super::rules::{NEUTRAL, PROVIDERS};
use super::tokens::{Kind, Token, production, tokens};

/// Whether the rule is for this file.
pub fn concerns(path: &str) -> bool {
    is_rust(path)
        && NEUTRAL
            .iter()
            .any(|room| path.starts_with(&format!("crates/{room}/src/")))
}

/// Finds HTTP types, and providers in identifiers and string literals.
pub fn check(path: &str, source: &str) -> Vec<Finding> {
    let tokens = production(&tokens(source));
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let finding = |subject: &str, message: String| Finding {
            rule: Rule::Name,
            path: path.to_owned(),
            line: token.line,
            subject: subject.to_owned(),
            message,
        };
        if is_http(token, &tokens[at + 1..]) {
            let message = "no HTTP here: the faces and the providers translate it".to_owned();
            findings.push(finding("http", message));
        }
        if token.kind != Kind::Sign
            && let Some(provider) = provider(&token.text)
        {
            let message = format!("\"{}\" names {provider}: no provider here", token.text);
            findings.push(finding(provider, message));
        }
    }
    findings
}

fn is_http(token: &Token, after: &[Token]) -> bool {
    let path = after.len() > 1 && after[0].is(":") && after[1].is(":");
    token.is("StatusCode") || (token.is("http") && path)
}

/// The provider that an identifier or a text names as a word of its own: `GoogleEvent`, `CALDAV_URL` and `iCloud` do,
/// `paragraph` does not.
fn provider(text: &str) -> Option<&'static str> {
    text.split(|c: char| !c.is_alphanumeric())
        .find_map(|chunk| {
            let words = words(chunk);
            // A name may be spread over words (`CalDav`), so every run of words is tried.
            (0..words.len()).find_map(|from| {
                (from..words.len()).find_map(|to| {
                    let run = words[from..=to].concat();
                    PROVIDERS.iter().find(|name| **name == run).copied()
                })
            })
        })
}

/// The words of a camel-case chunk in small letters.
fn words(chunk: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_capital = true;
    for c in chunk.chars() {
        match words.last_mut() {
            Some(word) if after_capital || !c.is_uppercase() => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        after_capital = c.is_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects(source: &str) -> Vec<String> {
        let findings = check("crates/hub/src/a.rs", source);
        findings
            .into_iter()
            .map(|finding| finding.subject)
            .collect()
    }

    #[test]
    fn a_provider_is_found_in_identifiers_and_strings() {
        assert_eq!(subjects("struct GoogleEvent;"), ["google"]);
        assert_eq!(subjects("let a = from_microsoft(x);"), ["microsoft"]);
        assert_eq!(
            subjects("const CALDAV_URL: u8 = 0; struct CalDavUrl;"),
            ["caldav", "caldav"]
        );
        assert_eq!(subjects("let a = \"https://graph.example/\";"), ["graph"]);
        assert_eq!(subjects("let a = \"an iCloud account\";"), ["icloud"]);
    }

    #[test]
    fn a_provider_in_a_comment_a_test_or_a_longer_word_is_not() {
        assert_eq!(subjects("// as Google does\nfn paragraph() {}"), [""; 0]);
        assert_eq!(
            subjects("#[cfg(test)] mod tests { fn google() {} }"),
            [""; 0]
        );
    }

    #[test]
    fn http_is_found() {
        assert_eq!(subjects("let a = StatusCode::OK;"), ["http"]);
        assert_eq!(subjects("use http::Method;"), ["http"]);
        assert_eq!(subjects("let a = \"http://127.0.0.1\";"), [""; 0]);
    }

    #[test]
    fn only_neutral_rooms_are_concerned() {
        assert!(concerns("crates/sync/src/links.rs"));
        assert!(!concerns("crates/providers/src/google.rs"));
        assert!(!concerns("crates/hub/tests/it/main.rs"));
    }
}
