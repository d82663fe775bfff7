//! Escaping of TEXT values (RFC 5545 3.3.11) and of parameter values (RFC 5545 3.2, RFC 6868).

use std::borrow::Cow;

/// Escapes a text for a TEXT value. Line ends become `\n`; other control characters, which the RFC forbids, go.
pub fn escape(text: &str) -> Cow<'_, str> {
    if special(text.as_bytes()).is_none() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text);
    out.into()
}

/// Which bytes cannot stand in a TEXT value as they are.
const IS_SPECIAL: [bool; 256] = {
    let mut is_special = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let control = byte.is_ascii_control() && byte != b'\t';
        is_special[byte as usize] = control || matches!(byte, b'\\' | b';' | b',');
        byte += 1;
    }
    is_special
};

/// Where the first of them is.
fn special(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| IS_SPECIAL[usize::from(*byte)])
}

/// Appends an escaped text, as [`escape`] makes it.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = special(rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        match rest.as_bytes()[at] {
            b'\n' => out.push_str("\\n"),
            b'\r' if !after.starts_with('\n') => out.push_str("\\n"),
            c @ (b'\\' | b';' | b',') => {
                out.push('\\');
                out.push(char::from(c));
            }
            _ => {}
        }
        rest = after;
    }
    out.push_str(rest);
}

/// Undoes [`escape`]. A backslash before anything else stays: many writers forget to double it.
pub fn unescape(value: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', value.as_bytes()) else {
        return value.into();
    };
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut next = Some(first);
    while let Some(at) = next {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.as_bytes().first() {
            Some(b'n' | b'N') => out.push('\n'),
            Some(c @ (b'\\' | b';' | b',' | b':' | b'"')) => out.push(char::from(*c)),
            // The character after the backslash is looked at no more.
            _ => {
                out.push('\\');
                let length = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..length]);
                rest = &rest[length..];
                next = memchr::memchr(b'\\', rest.as_bytes());
                continue;
            }
        }
        rest = &rest[1..];
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    out.push_str(rest);
    out.into()
}

/// Without white space around it; there nearly never is any.
pub(super) fn trim(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) {
        text
    } else {
        text.trim()
    }
}

/// Splits a list of TEXT at its unescaped commas.
pub fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    value.split(move |c: char| {
        let comma = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        comma
    })
}

/// Encodes a parameter value (RFC 6868), with quotes where RFC 5545 3.2 wants them.
pub fn encode_parameter(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    push_parameter(&mut out, value);
    out
}

/// Appends a parameter value, as [`encode_parameter`] makes it.
pub(super) fn push_parameter(out: &mut String, value: &str) {
    let is_plain = |b: u8| b >= b' ' && !matches!(b, b'^' | b'"' | b':' | b';' | b',' | 0x7f);
    // Spaces around what is not quoted mean nothing.
    let padded = value.trim().len() < value.len();
    if !padded && value.bytes().all(is_plain) {
        out.push_str(value);
        return;
    }
    let quoted = padded || value.contains([':', ';', ',']);
    let quote = if quoted { "\"" } else { "" };
    out.push_str(quote);
    for c in value.chars() {
        match c {
            '^' => out.push_str("^^"),
            '\n' => out.push_str("^n"),
            '"' => out.push_str("^'"),
            '\t' => out.push('\t'),
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    out.push_str(quote);
}

/// The first of the values of a parameter as on the wire, unquoted and decoded.
pub fn first_value(raw: &str) -> Cow<'_, str> {
    let first = match memchr::memchr2(b',', b'"', raw.as_bytes()) {
        None => raw,
        Some(_) => split_unquoted(raw, b',').next().unwrap_or_default(),
    };
    decode_parameter(first)
}

/// Undoes [`encode_parameter`] for one value.
pub fn decode_parameter(raw: &str) -> Cow<'_, str> {
    let raw = trim(raw);
    let inner = raw
        .strip_prefix('"')
        .map_or(raw, |r| r.strip_suffix('"').unwrap_or(r));
    if !inner.contains('^') {
        return inner.into();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            (c, _) => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(decoded);
    }
    out.into()
}

/// Byte position of the first `wanted` outside double quotes.
pub fn find_unquoted(text: &str, wanted: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(wanted, b'"', &text.as_bytes()[from..])?;
        if text.as_bytes()[at] == wanted {
            return Some(at);
        }
        from = at + 2 + memchr::memchr(b'"', &text.as_bytes()[at + 1..])?;
    }
}

/// Splits at `separator` outside double quotes.
pub fn split_unquoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(at) = find_unquoted(text, separator) else {
            return Some(text);
        };
        rest = Some(&text[at + 1..]);
        Some(&text[..at])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back() {
        for text in ["a;b,c\\d\ne", "\\n", "\\\\,", "שלום 👩‍⚕️", " x ", "\tx"] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape(r"C:\temp\N"), "C:\\temp\n");
        assert_eq!(escape("a\r\nb\rc\u{7}"), "a\\nb\\nc");
    }

    #[test]
    fn lists_split_at_unescaped_commas() {
        let parts: Vec<_> = split_list(r"a\,b,c\\,d").map(unescape).collect();
        assert_eq!(parts, ["a,b", "c\\", "d"]);
    }

    #[test]
    fn parameters_come_back() {
        for value in ["Ada", "Ada \"the first\"; x", "a^b\nc", "^n", ""] {
            assert_eq!(decode_parameter(&encode_parameter(value)), value);
        }
        assert_eq!(encode_parameter("a:b"), "\"a:b\"");
    }
}
