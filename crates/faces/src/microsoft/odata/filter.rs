//! `$filter` (OData 4.01 URL conventions 5.1.1): comparisons, `and`, `or`, `not`, `any`, and the text functions that
//! mailboxes know, over the JSON of an item.

use std::cmp::Ordering;

use jiff::{Timestamp, civil::DateTime};
use serde_json::Value;

use crate::microsoft::fault::Fault;

/// Longest filter, in bytes.
const BYTES_MAX: usize = 8 * 1024;
/// Most values after `in`.
const CHOICES_MAX: usize = 200;
/// Deepest nesting.
const DEPTH_MAX: usize = 20;

/// A filter, read.
#[derive(Clone, Debug)]
pub(in crate::microsoft) enum Filter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    /// Path, operator, literal.
    Compare(String, String, Value),
    /// Function, path, literal.
    Text(String, String, String),
    /// Path of a collection, variable, condition on an element.
    Any(String, String, Box<Self>),
}

impl Filter {
    pub(in crate::microsoft) fn parse(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::option("Invalid filter clause");
        if text.len() > BYTES_MAX {
            return Err(bad());
        }
        let tokens = tokens(text).ok_or_else(bad)?;
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            depth: 0,
        };
        let filter = parser.or().ok_or_else(bad)?;
        if parser.at == tokens.len() {
            Ok(filter)
        } else {
            Err(bad())
        }
    }

    /// The properties of an item that it asks about.
    pub(in crate::microsoft) fn properties(&self) -> Vec<&str> {
        let root = |path| str::split(path, '/').next().unwrap_or_default();
        match self {
            Self::And(a, b) | Self::Or(a, b) => [a.properties(), b.properties()].concat(),
            Self::Not(a) => a.properties(),
            // What the condition of `any` asks about are properties of an element.
            Self::Compare(path, ..) | Self::Text(_, path, _) | Self::Any(path, ..) => {
                vec![root(path)]
            }
        }
    }

    /// Whether an item meets it.
    pub(in crate::microsoft) fn holds(&self, item: &Value) -> bool {
        match self {
            Self::And(a, b) => a.holds(item) && b.holds(item),
            Self::Or(a, b) => a.holds(item) || b.holds(item),
            Self::Not(a) => !a.holds(item),
            Self::Compare(path, operator, literal) => {
                let value = at(item, path);
                let order = compare(value, literal);
                match operator.as_str() {
                    "eq" => order == Some(Ordering::Equal),
                    "ne" => order != Some(Ordering::Equal),
                    "lt" => order == Some(Ordering::Less),
                    "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                    "gt" => order == Some(Ordering::Greater),
                    _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                }
            }
            Self::Text(function, path, part) => {
                let text = at(item, path).as_str().unwrap_or_default().to_lowercase();
                let part = part.to_lowercase();
                match function.as_str() {
                    "startswith" => text.starts_with(&part),
                    "endswith" => text.ends_with(&part),
                    _ => text.contains(&part),
                }
            }
            Self::Any(path, variable, condition) => {
                let elements = at(item, path).as_array().into_iter().flatten();
                let scoped = |element: &Value| serde_json::json!({ variable: element });
                elements
                    .map(scoped)
                    .any(|element| condition.holds(&element))
            }
        }
    }
}

/// The value at a path such as `start/dateTime`, names in any letter case.
pub(in crate::microsoft) fn at<'a>(item: &'a Value, path: &str) -> &'a Value {
    path.split('/').fold(item, |value, name| {
        let object = value.as_object();
        let found = object.and_then(|o| o.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map_or(&Value::Null, |(_, value)| value)
    })
}

/// How two values compare: moments as moments, whatever their digits; numbers, booleans and texts as such.
pub(in crate::microsoft) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => match (moment(a), moment(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(a.cmp(b)),
        },
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        _ => None,
    }
}

/// A moment; one without an offset is in UTC, as answers are.
fn moment(text: &str) -> Option<DateTime> {
    if text.len() < 10 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let utc = |at: Timestamp| jiff::tz::TimeZone::UTC.to_datetime(at);
    text.parse().map(utc).ok().or_else(|| text.parse().ok())
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Colon,
    Quoted(String),
    /// A name, path, number, keyword or moment.
    Word(String),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            ':' => tokens.push(Token::Colon),
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match chars.next()?.1 {
                        // A doubled quotation mark is one.
                        '\'' if chars.next_if(|(_, c)| *c == '\'').is_some() => quoted.push('\''),
                        '\'' => break,
                        c => quoted.push(c),
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            _ => {
                // A moment has colons in it; the colon of `any(x: …)` follows a name.
                let digit = c.is_ascii_digit();
                let more = |c: char| {
                    c.is_alphanumeric()
                        || matches!(c, '/' | '_' | '.' | '-' | '+' | '@' | '$')
                        || (digit && c == ':')
                };
                if !more(c) {
                    return None;
                }
                let mut end = start + c.len_utf8();
                while let Some((at, c)) = chars.next_if(|(_, c)| more(*c)) {
                    end = at + c.len_utf8();
                }
                tokens.push(Token::Word(text[start..end].to_owned()));
            }
        }
    }
    Some(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn expect(&mut self, token: &Token) -> Option<()> {
        (self.next().as_ref() == Some(token)).then_some(())
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is);
        is
    }

    fn or(&mut self) -> Option<Filter> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut left = self.and()?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Filter> {
        let mut left = self.primary()?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.primary()?));
        }
        Some(left)
    }

    fn primary(&mut self) -> Option<Filter> {
        if self.keyword("not") {
            self.depth += 1;
            let negated = (self.depth <= DEPTH_MAX).then(|| self.primary())??;
            self.depth -= 1;
            return Some(Filter::Not(Box::new(negated)));
        }
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            return Some(inner);
        }
        let word = self.word()?;
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            return self.function(&word);
        }
        let operator = self.word()?.to_ascii_lowercase();
        if operator == "in" {
            return self.one_of(&word);
        }
        matches!(operator.as_str(), "eq" | "ne" | "lt" | "le" | "gt" | "ge").then_some(())?;
        Some(Filter::Compare(word, operator, self.literal()?))
    }

    /// `subject in ('a', 'b')`.
    fn one_of(&mut self, path: &str) -> Option<Filter> {
        self.expect(&Token::Open)?;
        let mut all: Option<Filter> = None;
        for _ in 0..CHOICES_MAX {
            let is = Filter::Compare(path.to_owned(), "eq".to_owned(), self.literal()?);
            all = Some(match all {
                Some(others) => Filter::Or(Box::new(others), Box::new(is)),
                None => is,
            });
            match self.next()? {
                Token::Comma => {}
                Token::Close => return all,
                _ => return None,
            }
        }
        None
    }

    fn function(&mut self, word: &str) -> Option<Filter> {
        let lower = word.to_ascii_lowercase();
        if let Some(length) = lower.strip_suffix("/any").map(str::len) {
            let variable = self.word()?;
            self.expect(&Token::Colon)?;
            let condition = self.or()?;
            self.expect(&Token::Close)?;
            return Some(Filter::Any(
                word[..length].to_owned(),
                variable,
                Box::new(condition),
            ));
        }
        matches!(lower.as_str(), "startswith" | "endswith" | "contains").then_some(())?;
        let path = self.word()?;
        self.expect(&Token::Comma)?;
        let Token::Quoted(part) = self.next()? else {
            return None;
        };
        self.expect(&Token::Close)?;
        Some(Filter::Text(lower, path, part))
    }

    fn literal(&mut self) -> Option<Value> {
        match self.next()? {
            Token::Quoted(text) => Some(Value::String(text)),
            Token::Word(word) => Some(match word.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                number if number.parse::<f64>().is_ok() => serde_json::from_str(number).ok()?,
                _ => Value::String(word),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_of_real_clients() {
        let item = json!({
            "subject": "Ben's tooth", "isAllDay": false, "iCalUId": "04", "seriesMasterId": null, "reminderMinutesBeforeStart": 15,
            "start": {"dateTime": "2026-11-24T09:00:00.0000000"}, "createdDateTime": "2026-11-23T08:00:00Z",
            "singleValueExtendedProperties": [{"id": "String {g} Name a", "value": "1"}, {"id": "String {g} Name b", "value": "2"}]
        });
        for (filter, holds) in [
            ("start/dateTime ge '2026-11-24T09:00'", true),
            ("start/dateTime lt '2026-11-24T09:00:00Z'", false),
            (
                "Start/DateTime ge '2026-11-24' and start/dateTime lt '2026-11-25'",
                true,
            ),
            ("createdDateTime gt 2026-11-23T07:59:59Z", true),
            ("subject eq 'Ben''s tooth'", true),
            ("startswith(subject,'ben') and not (isAllDay eq true)", true),
            ("contains(subject, 'xx') or iCalUId eq '04'", true),
            ("seriesMasterId eq null", true),
            ("subject in ('x', 'Ben''s tooth')", true),
            ("reminderMinutesBeforeStart in (1,2)", false),
            ("reminderMinutesBeforeStart gt 20", false),
            (
                "singleValueExtendedProperties/Any(ep: ep/id eq 'String {g} Name b' and ep/value eq '2')",
                true,
            ),
            (
                "singleValueExtendedProperties/any(p:p/id eq 'String {g} Name b' and p/value eq '1')",
                false,
            ),
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap().holds(&item),
                holds,
                "{filter}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let deep = format!("{}a eq 1{}", "(".repeat(50), ")".repeat(50));
        for filter in [
            "",
            "subject",
            "subject eq",
            "a eq 1 b",
            "(a eq 1",
            "a ~ 1",
            "a eq 'open",
            "f(a,'b')",
            "a in ()",
            "a in ('b'",
            &deep,
        ] {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }
}
