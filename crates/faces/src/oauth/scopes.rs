//! Scopes: what the vendor calls them, and what they mean here.

use identity::oauth::{Client, OFFLINE_ACCESS};

use crate::auth::{READ, WRITE};

/// Ours, never the vendors'.
const OWN: [&str; 2] = [WRITE, READ];
/// Most scopes in a request.
pub(super) const SCOPES_MAX: usize = 64;

/// What a client may do: the vendor's words, our words, and whether there is a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    /// From the vendor's words. `offline`: a refresh token is wanted and due.
    pub fn new(vendors: Vec<String>, access: Access, offline: bool) -> Self {
        let mut all = vendors;
        all.retain(|scope| scope != OFFLINE_ACCESS);
        if access >= Access::Reads {
            all.push(READ.to_owned());
        }
        if access == Access::Writes {
            all.push(WRITE.to_owned());
        }
        if offline {
            all.push(OFFLINE_ACCESS.to_owned());
        }
        Self(all)
    }

    /// From what was granted earlier.
    pub fn granted(all: Vec<String>) -> Self {
        Self(all)
    }

    /// What is kept with the tokens.
    pub fn kept(self) -> Vec<String> {
        self.0
    }

    /// Whether this is granted.
    pub fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// What that lets a program do with a person's events, in plain words.
    pub fn plainly(&self) -> Option<&'static str> {
        if self.has(WRITE) {
            Some("See, change and delete all events of all your calendars")
        } else if self.has(READ) {
            Some("See all events of all your calendars")
        } else {
            None
        }
    }

    /// The vendor's words, as answers name them.
    pub fn shown(&self) -> Vec<String> {
        let vendors = |s: &&String| !OWN.contains(&s.as_str()) && *s != OFFLINE_ACCESS;
        self.0.iter().filter(vendors).cloned().collect()
    }
}

/// What a vendor's scopes let a program do with events, at faces that have no words of their own for it (CalDAV, REST).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// Nothing.
    None,
    /// See them.
    Reads,
    /// See and change them.
    Writes,
}

impl Access {
    /// What these scopes give together, each by itself as `of` says.
    pub fn all(scopes: &[String], of: impl Fn(&str) -> Self) -> Self {
        let each = scopes.iter().map(|scope| of(scope));
        each.max().unwrap_or(Self::None)
    }
}

/// Whether a client may ask for these at all. It is registered for scopes of the vendor, for ours, or for everything.
pub(super) fn registered(client: &Client, scopes: &Scopes, changes: impl Fn(&str) -> bool) -> bool {
    let has = |word: &str| client.scopes.iter().any(|scope| scope == word);
    let ours = |scope: &str| match scope {
        "openid" | "email" | "profile" => true,
        scope if changes(scope) => has(WRITE),
        _ => has(READ) || has(WRITE),
    };
    let shown = scopes.shown();
    client.scopes.is_empty() || shown.iter().all(|scope| has(scope) || ours(scope))
}

/// Splits a `scope` parameter; `None` if it is malformed (RFC 6749 3.3), has too many, or uses a word of ours.
pub(super) fn split(text: &str) -> Option<Vec<String>> {
    let all: Vec<String> = text
        .split(' ')
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect();
    let well_formed = |s: &String| {
        s.bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    let fine = !all.is_empty()
        && all.len() <= SCOPES_MAX
        && all
            .iter()
            .all(|s| well_formed(s) && !OWN.contains(&s.as_str()));
    fine.then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_asks_for_our_own_words() {
        assert_eq!(
            split("openid  email"),
            Some(vec!["openid".to_owned(), "email".to_owned()])
        );
        assert_eq!(split("openid calendar.write"), None);
        assert_eq!(split("a\"b"), None);
        assert_eq!(split(" "), None);
    }

    #[test]
    fn our_own_words_are_not_shown() {
        let scopes = Scopes::new(
            vec!["openid".to_owned(), OFFLINE_ACCESS.to_owned()],
            Access::Writes,
            true,
        );
        assert_eq!(scopes.shown(), ["openid"]);
        assert_eq!(scopes.kept(), ["openid", READ, WRITE, OFFLINE_ACCESS]);
    }

    #[test]
    fn a_client_asks_for_no_more_than_it_is_registered_for() {
        let client = |scopes: &[&str]| Client {
            id: "c".to_owned(),
            secret_hash: None,
            name: "C".to_owned(),
            redirect_uris: Vec::new(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            created: jiff::Timestamp::UNIX_EPOCH,
        };
        let asks = |registered_for: &[&str], scopes: &[&str]| {
            let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            let changes = |scope: &str| scope == "all";
            registered(&client(registered_for), &Scopes::granted(scopes), changes)
        };
        for (registered_for, scopes, may) in [
            (&[][..], &["all", "some"][..], true),
            (&["some"], &["some"], true),
            (&["some"], &["some", "all"], false),
            (&["some"], &["openid", "some"], true),
            (&[READ], &["openid", "some"], true),
            (&[READ], &["all"], false),
            (&[WRITE], &["all", "some"], true),
        ] {
            assert_eq!(
                asks(registered_for, scopes),
                may,
                "{registered_for:?} {scopes:?}"
            );
        }
    }
}
