//! Escaping of TEXT values (RFC 5545 3.3.11) and of parameter values (RFC 5545 3.2, RFC 6868).

/// Escapes a text for a TEXT value. Line ends become `\n`; other control characters, which the RFC forbids, go.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push_str("\\n");
                }
            }
            '\t' => out.push('\t'),
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Undoes [`escape`]. A backslash before anything else stays: many writers forget to double it.
pub fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(c @ ('\\' | ';' | ',' | ':' | '"')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
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
    if out.contains([':', ';', ',']) {
        out.insert(0, '"');
        out.push('"');
    }
    out
}

/// Undoes [`encode_parameter`] for one value.
pub fn decode_parameter(raw: &str) -> String {
    let raw = raw.trim();
    let inner = raw
        .strip_prefix('"')
        .map_or(raw, |r| r.strip_suffix('"').unwrap_or(r));
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
    out
}

/// Byte position of the first `wanted` outside double quotes.
pub fn find_unquoted(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        if c == '"' {
            quoted = !quoted;
        }
        (c == wanted && !quoted).then_some(at)
    })
}

/// Splits at `separator` outside double quotes.
pub fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        if c == '"' {
            quoted = !quoted;
        }
        c == separator && !quoted
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
