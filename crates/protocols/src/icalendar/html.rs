//! Plain text of an HTML text, for clients that show no HTML.

/// The text of an HTML fragment: tags taken out, blocks and breaks as line ends, common entities decoded.
pub fn to_plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        push_text(&mut out, &rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('<') {
            tag(&mut out, rest)
        } else {
            entity(&mut out, rest)
        };
        rest = &rest[taken..];
    }
    push_text(&mut out, rest);
    out.trim().to_owned()
}

/// White space in HTML is one space.
fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_ascii_whitespace() {
            if !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
}

fn tag(out: &mut String, rest: &str) -> usize {
    let name: String = rest[1..]
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    if rest.starts_with("<!--") {
        return rest.find("-->").map_or(rest.len(), |at| at + 3);
    }
    let end = rest.find('>').map_or(rest.len(), |at| at + 1);
    if matches!(name.as_str(), "style" | "script" | "head" | "title") && !rest.starts_with("</") {
        let close = format!("</{name}");
        let at = rest
            .as_bytes()
            .windows(close.len())
            .position(|w| w.eq_ignore_ascii_case(close.as_bytes()));
        return at
            .and_then(|at| Some(at + rest[at..].find('>')? + 1))
            .unwrap_or(rest.len());
    }
    let closing = rest.starts_with("</");
    let breaks = name == "br" || (closing && matches!(name.as_str(), "p" | "div" | "li" | "tr"));
    if breaks {
        out.push('\n');
    } else if name == "li" {
        out.push_str("- ");
    }
    end
}

fn entity(out: &mut String, rest: &str) -> usize {
    let end = rest.bytes().take(12).position(|b| b == b';');
    let decoded = end.and_then(|end| match &rest[1..end] {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        code => {
            let code = code.strip_prefix('#')?;
            let n = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(n)
        }
    });
    if let (Some(c), Some(end)) = (decoded, end) {
        out.push(c);
        return end + 1;
    }
    out.push('&');
    1
}

/// Whether two texts say the same but for white space.
pub fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace()
        .flat_map(str::chars)
        .eq(b.split_whitespace().flat_map(str::chars))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        let html = "<html><head><style>p{}</style></head><body><p>Dear&nbsp;Ada,</p>\r\n<ul><li>a &lt; b</li></ul>x<br/>&#x1F600; &copy</body></html>";
        assert_eq!(to_plain(html), "Dear Ada,\n- a < b\nx\n😀 &copy");
        assert_eq!(to_plain("a <"), "a");
        assert!(same_words("a  b\nc", "ab c"));
        assert!(!same_words("a", "b"));
    }
}
