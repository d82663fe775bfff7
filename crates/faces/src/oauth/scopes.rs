//! Scopes: what the vendor calls them, and what they mean here.

use identity::oauth::OFFLINE_ACCESS;

/// The scope that the hub asks for before anything is changed.
const WRITE: &str = "calendar.write";
/// The scope of those who only read.
const READ: &str = "calendar.read";
/// Ours, never the vendors'.
const OWN: [&str; 2] = [WRITE, READ];
/// Most scopes in a request.
pub(super) const SCOPES_MAX: usize = 64;

/// What a client may do: the vendor's words, our words, and whether there is a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scopes(Vec<String>);

impl Scopes {
    /// From the vendor's words. `offline`: a refresh token is wanted and due.
    pub fn new(vendors: Vec<String>, writes: bool, offline: bool) -> Self {
        let mut all = vendors;
        all.retain(|scope| scope != OFFLINE_ACCESS);
        all.push(READ.to_owned());
        if writes {
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

    /// The vendor's words, as answers name them.
    pub fn shown(&self) -> Vec<String> {
        let vendors = |s: &&String| !OWN.contains(&s.as_str()) && *s != OFFLINE_ACCESS;
        self.0.iter().filter(vendors).cloned().collect()
    }
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
            true,
            true,
        );
        assert_eq!(scopes.shown(), ["openid"]);
        assert_eq!(scopes.kept(), ["openid", READ, WRITE, OFFLINE_ACCESS]);
    }
}
