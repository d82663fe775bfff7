//! The `If` header (RFC 4918 10.4): lists of what must hold of resources. One list that holds is enough.

use super::Error;

/// Lists of one header; a header is no longer than that anyhow.
const LISTS_MAX: usize = 100;

/// A list of conditions, and of which resource they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The resource, as it was written; that of the request if there is none.
    pub resource: Option<String>,
    /// All of them must hold.
    pub all: Vec<Condition>,
}

/// What must hold, or must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// It must not hold.
    pub not: bool,
    /// What.
    pub state: State,
}

/// A state in which a resource may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has this entity tag, quotation marks and all.
    Tag(String),
    /// It is in the state that this URI stands for: a lock token, or a sync token (RFC 6578 5).
    Token(String),
}

/// Reads the header.
///
/// ```
/// # use kalends_protocols::caldav::preconditions::parse;
/// let lists = parse("</a/> (<data:,1> [\"x\"]) (Not <urn:lock>)")?;
/// assert_eq!(lists.len(), 2);
/// assert_eq!(lists[1].resource.as_deref(), Some("/a/"));
/// assert!(lists[1].all[0].not);
/// # Ok::<(), kalends_protocols::caldav::Error>(())
/// ```
///
/// # Errors
/// It is not of the form that RFC 4918 10.4.2 has.
pub fn parse(header: &str) -> Result<Vec<Conditions>, Error> {
    let bad = Error::Element {
        element: "If",
        problem: "lists of conditions are needed, as (<token> [\"tag\"])",
    };
    read(header.trim()).ok_or(bad)
}

fn read(mut rest: &str) -> Option<Vec<Conditions>> {
    let (mut lists, mut resource, mut used) = (Vec::new(), None, true);
    while !rest.is_empty() {
        if let Some((uri, after)) = between(rest, '<', '>') {
            if !used || (resource.is_none() && !lists.is_empty()) {
                return None;
            }
            (resource, used, rest) = (Some(uri.to_owned()), false, after);
        } else {
            let (all, after) = list(rest.strip_prefix('(')?)?;
            let resource = resource.clone();
            lists.push(Conditions { resource, all });
            (used, rest) = (true, after);
        }
        rest = rest.trim_start();
    }
    (used && !lists.is_empty() && lists.len() <= LISTS_MAX).then_some(lists)
}

/// The conditions up to the end of a list.
fn list(mut rest: &str) -> Option<(Vec<Condition>, &str)> {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            return (!all.is_empty()).then_some((all, after));
        }
        let not = rest
            .get(..3)
            .is_some_and(|word| word.eq_ignore_ascii_case("not"));
        if not {
            rest = rest[3..].trim_start();
        }
        let (state, after) = if let Some((uri, after)) = between(rest, '<', '>') {
            (State::Token(uri.to_owned()), after)
        } else {
            let (tag, after) = between(rest, '[', ']')?;
            (State::Tag(tag.to_owned()), after)
        };
        all.push(Condition { not, state });
        rest = after;
    }
}

fn between(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let (inside, after) = text.strip_prefix(open)?.split_once(close)?;
    Some((inside.trim(), after))
}
