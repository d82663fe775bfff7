//! Finding a person in what is kept, and taking them out of it. What is kept is looked at as JSON, so that nothing is passed
//! over because nobody thought of it: an address in a note is found like one among the guests.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// What stands where the address was in a text.
const ERASED: &str = "erased";
/// Who a row is: changing these makes it another one. They are the names that programs gave to events.
const IDENTITY: [&str; 3] = ["uid", "id", "remote_id"];
/// Kept as a provider said it, in its own form.
const FREE: &str = "unknown";

/// Somebody, known by their mail address.
pub(super) struct Person {
    address: String,
    /// As it stands in web addresses.
    escaped: String,
}

impl Person {
    /// Whoever has this mail address.
    pub(super) fn new(address: &str) -> Result<Self> {
        let address = address.trim().to_ascii_lowercase();
        let address = address.strip_prefix("mailto:").unwrap_or(&address);
        let is_one =
            |c: char| c == '@' || c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        match address.split_once('@') {
            Some((name, domain))
                if !name.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && address.chars().all(is_one) =>
            {
                Ok(Self {
                    address: address.to_owned(),
                    escaped: address.replace('@', "%40"),
                })
            }
            _ => Err(Error::invalid(
                "address",
                "this is no mail address: give one like ann@example.com",
            )),
        }
    }

    /// The address.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Whether they may be in a JSON text; said quickly, and never too seldom.
    pub(super) fn may_be_in(&self, json: &[u8]) -> bool {
        let text = String::from_utf8_lossy(json).to_ascii_lowercase();
        text.contains(&self.address) || text.contains(&self.escaped)
    }

    /// Whether a text has the address in it, and not only one that it is a part of.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.find(&text.to_ascii_lowercase(), 0).is_some()
    }

    /// Takes them out of one of our own values; in how many places they were.
    pub(super) fn take_out(&self, value: &mut Value) -> usize {
        match value {
            Value::String(text) if self.is_in(text) => {
                *text = self.replaced(text);
                1
            }
            Value::Array(all) => all.iter_mut().map(|one| self.take_out(one)).sum(),
            Value::Object(all) => {
                // Guests, by address.
                let gone = self.drop_keys(all);
                let within = all.iter_mut().map(|(key, one)| match key.as_str() {
                    FREE => self.take_out_freely(one),
                    key if IDENTITY.contains(&key) && one.is_string() => 0,
                    _ => self.take_out(one),
                });
                gone + within.sum::<usize>()
            }
            _ => 0,
        }
    }

    /// Takes the lines that mention them out of an iCalendar text, however these are folded.
    pub(super) fn take_out_lines(&self, value: &mut Value) -> usize {
        let Value::String(text) = value else {
            return 0;
        };
        let unfolded = ["\r\n ", "\r\n\t", "\n ", "\n\t"];
        let unfolded = unfolded
            .iter()
            .fold(text.clone(), |text, fold| text.replace(fold, ""));
        let (gone, left): (Vec<&str>, Vec<&str>) = unfolded
            .split_inclusive('\n')
            .partition(|line| self.is_in(line));
        if !gone.is_empty() {
            *text = left.concat();
        }
        gone.len()
    }

    /// Takes them out of what may have any form: whatever is about them goes whole, with the name beside the address.
    pub(super) fn take_out_freely(&self, value: &mut Value) -> usize {
        if self.is_about(value) {
            *value = Value::Null;
            return 1;
        }
        match value {
            Value::Array(all) => {
                let before = all.len();
                all.retain(|one| !self.is_about(one));
                let about = before - all.len();
                let within = all.iter_mut().map(|one| self.take_out_freely(one));
                about + within.sum::<usize>()
            }
            Value::Object(all) => {
                let (gone, before) = (self.drop_keys(all), all.len());
                all.retain(|_, one| !self.is_about(one));
                let about = before - all.len();
                let within = all.values_mut().map(|one| self.take_out_freely(one));
                gone + about + within.sum::<usize>()
            }
            _ => 0,
        }
    }

    fn drop_keys(&self, all: &mut Map<String, Value>) -> usize {
        let before = all.len();
        all.retain(|key, _| !self.is_in(key));
        before - all.len()
    }

    /// Whether it is a text with the address, or what describes them: it has the address as one of its properties.
    fn is_about(&self, value: &Value) -> bool {
        let is_theirs = |text: &str| {
            let text = text.trim().to_ascii_lowercase();
            text.strip_prefix("mailto:").unwrap_or(&text) == self.address
        };
        match value {
            Value::String(text) => self.is_in(text),
            Value::Object(all) => all.values().any(|one| one.as_str().is_some_and(is_theirs)),
            _ => false,
        }
    }

    fn replaced(&self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let (mut out, mut from) = (String::with_capacity(text.len()), 0);
        while let Some((start, end)) = self.find(&lower, from) {
            out.push_str(&text[from..start]);
            out.push_str(ERASED);
            from = end;
        }
        out + &text[from..]
    }

    /// Where the address stands by itself in a text in lower case, from a byte on.
    fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let needles = [&self.address, &self.escaped];
        let found = needles.iter().filter_map(|needle| {
            let all = text[from..].match_indices(needle.as_str());
            let mut all = all.map(|(at, found)| (from + at, from + at + found.len()));
            all.find(|(start, end)| stands_alone(text, *start, *end))
        });
        found.min()
    }
}

/// Whether nothing before and after makes another address of it.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&text[..start], &text[end..]);
    let escaped = before.len() >= 3 && before.as_bytes()[before.len() - 3] == b'%';
    let before = before.chars().next_back();
    let goes_on = |c: char| c.is_alphanumeric() || "-_".contains(c);
    let begins = escaped || before.is_none_or(|c| !goes_on(c) && !".+".contains(c));
    let mut after = after.chars();
    let ends = match after.next() {
        Some('.') => after.next().is_none_or(|c| !goes_on(c)),
        Some(c) => !goes_on(c),
        None => true,
    };
    begins && ends
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_found_by_itself_and_not_as_a_part_of_another() {
        let ann = Person::new(" MAILTO:Ann@Example.com ").unwrap();
        for (text, is_in) in [
            ("Ask Ann@example.com.", true),
            ("ANN@EXAMPLE.COM", true),
            ("https://x.example/?who=mailto%3Aann%40example.com&x", true),
            ("<ann@example.com>, bob@example.com", true),
            ("joann@example.com", false),
            ("j.ann@example.com", false),
            ("ann@example.com.au", false),
            ("ann@example.community", false),
            ("ann+list@example.com", false),
            ("ann at example.com", false),
        ] {
            assert_eq!(ann.is_in(text), is_in, "{text}");
        }
        let twice = "joann@example.com, Ann@example.com; ann@example.com";
        assert_eq!(ann.replaced(twice), "joann@example.com, erased; erased");
        for wrong in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a b@x.example",
            "a@b@x.example",
        ] {
            assert!(Person::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_person_goes_with_their_name_and_nobody_else_does() {
        let ann = Person::new("ann@example.com").unwrap();
        let mut event = json!({
            "uid": "ann@example.com",
            "title": "Call ann@example.com",
            "people": { "mailto:ann@example.com": { "name": "Ann" }, "mailto:bob@example.com": { "name": "Bob" } },
            "overrides": { "2026-11-24T09:00:00": { "people": { "mailto:ann@example.com": {} } } },
            "unknown": {
                "google": { "creator": { "id": "7", "email": "Ann@example.com", "displayName": "Ann" }, "kind": "x" },
                "icalendar": ["X-FROM;CN=Ann:mailto:ann@example.com", "X-MOOD:good"],
            },
        });
        assert_eq!(ann.take_out(&mut event), 5);
        let left = json!({
            "uid": "ann@example.com",
            "title": "Call erased",
            "people": { "mailto:bob@example.com": { "name": "Bob" } },
            "overrides": { "2026-11-24T09:00:00": { "people": {} } },
            "unknown": { "google": { "kind": "x" }, "icalendar": ["X-MOOD:good"] },
        });
        assert_eq!(event, left);
        assert_eq!(ann.take_out(&mut event), 0);
    }
}
