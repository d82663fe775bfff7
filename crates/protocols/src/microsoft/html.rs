//! Texts as Exchange keeps them: HTML, whatever was written. What was plain is recognised and read as plain again, so
//! that a text does not turn into markup on its way through a mailbox.

use std::borrow::Cow;

use calendar::Text;

/// What a text says, whoever wrapped it how: the lines without markup, without spaces at their ends and without empty
/// lines around them. Two texts that differ only in what Exchange does to HTML have the same canonical text.
pub fn canonical(text: &Text) -> String {
    if text.html {
        canonical_text(&text.content)
    } else {
        tidy(text.content.lines().map(str::to_owned).collect())
    }
}

/// The canonical text of HTML.
///
/// ```
/// use kalends_protocols::microsoft::html::canonical_text;
/// let html = "<html><head><style>p {}</style></head><body><p>Bring&nbsp;the <b>keys</b></p>\r\n<p>A &lt; B</p></body></html>";
/// assert_eq!(canonical_text(html), "Bring the keys\nA < B");
/// ```
pub fn canonical_text(html: &str) -> String {
    let mut lines = Lines::default();
    let mut hidden = None::<&str>;
    for token in Tokens(html) {
        if let Some(hiding) = hidden {
            if matches!(token, Token::Close(name) if name.eq_ignore_ascii_case(hiding)) {
                hidden = None;
            }
            continue;
        }
        match token {
            Token::Text(text) => lines.text(text),
            Token::Open { name, .. } if is_one_of(name, &["style", "script", "title"]) => {
                hidden = Some(name);
            }
            Token::Open { name, .. } if is_one_of(name, &["br"]) => lines.end(),
            Token::Open { name, .. } | Token::Close(name) if is_one_of(name, &BLOCKS) => {
                lines.block();
            }
            _ => {}
        }
    }
    lines.finish()
}

/// Whether HTML says nothing that plain text could not say: only the wrapping that mail servers add.
pub fn is_plain(html: &str) -> bool {
    Tokens(html).all(|token| match token {
        Token::Open { name, attributes } => {
            is_one_of(name, &WRAPPING) && (is_one_of(name, &["meta"]) || harmless(attributes))
        }
        _ => true,
    })
}

/// Plain text as HTML.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            html.push_str("<br>\n");
        }
        let mut before = ' ';
        for c in line.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                // A space after a space would not be seen.
                ' ' if before == ' ' => html.push_str("&nbsp;"),
                _ => html.push(c),
            }
            before = c;
        }
    }
    html
}

const BLOCKS: [&str; 16] = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
];

const WRAPPING: [&str; 11] = [
    "html", "head", "meta", "style", "title", "body", "div", "p", "br", "span", "font",
];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

/// Attributes that do not change what a text says or stresses: fonts, sizes and margins are the server's taste.
fn harmless(attributes: &str) -> bool {
    let lower = attributes.to_ascii_lowercase();
    let (mut rest, mut fine) = (lower.as_str(), true);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            _ => after.split_once(' ').unwrap_or((after, "")),
        };
        fine &= match name.trim() {
            "style" => value.split(';').all(|declaration| {
                let property = declaration.split(':').next().unwrap_or_default().trim();
                property.is_empty()
                    || ["font-size", "font-family", "margin", "padding"]
                        .iter()
                        .any(|p| property.starts_with(p))
            }),
            "class" | "lang" | "dir" | "size" | "face" | "id" => true,
            name => name.starts_with("xmlns"),
        };
        rest = next;
    }
    fine
}

/// Lines under construction, with HTML's rules for white space.
#[derive(Default)]
struct Lines {
    done: Vec<String>,
    line: String,
    space: bool,
}

impl Lines {
    fn text(&mut self, raw: &str) {
        for c in decode(raw).chars() {
            if c.is_ascii_whitespace() {
                self.space = !self.line.is_empty();
                continue;
            }
            if std::mem::take(&mut self.space) {
                self.line.push(' ');
            }
            self.line.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.space = false;
    }

    fn block(&mut self) {
        if !self.line.is_empty() {
            self.end();
        }
    }

    fn finish(mut self) -> String {
        self.end();
        tidy(self.done)
    }
}

fn tidy(mut lines: Vec<String>) -> String {
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    match (first, last) {
        (Some(first), Some(last)) => lines[first..=last].join("\n"),
        _ => String::new(),
    }
}

/// The references that mail servers write; others stay as they are.
fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let (mut text, mut rest) = (String::with_capacity(raw.len()), raw);
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest[1..]
            .split_once(';')
            .filter(|(name, _)| name.len() <= 10);
        let known = reference.and_then(|(name, after)| Some((character(name)?, after)));
        let (c, after) = known.unwrap_or(('&', &rest[1..]));
        text.push(c);
        rest = after;
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "euro" => '€',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            return char::from_u32(code);
        }
    })
}

enum Token<'a> {
    Text(&'a str),
    Open { name: &'a str, attributes: &'a str },
    Close(&'a str),
    Other,
}

/// HTML, cut at its tags. Made for comparing texts, not for showing them: nothing is closed or repaired.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.0;
        if rest.is_empty() {
            return None;
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.0 = comment.split_once("-->").map_or("", |(_, after)| after);
            return Some(Token::Other);
        }
        let is_tag = |text: &str| {
            text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        };
        if rest.starts_with('<') && is_tag(rest) {
            let (tag, after) = rest[1..].split_once('>').unwrap_or((&rest[1..], ""));
            self.0 = after;
            return Some(token(tag));
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(at, c)| *c == '<' && is_tag(&rest[*at..]))
            .map_or(rest.len(), |(at, _)| at);
        self.0 = &rest[end..];
        Some(Token::Text(&rest[..end]))
    }
}

fn token(tag: &str) -> Token<'_> {
    if let Some(name) = tag.strip_prefix('/') {
        return Token::Close(name.trim());
    }
    if tag.starts_with(['!', '?']) {
        return Token::Other;
    }
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let end = tag
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(tag.len());
    Token::Open {
        name: &tag[..end],
        attributes: &tag[end..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Exchange makes of a plain text.
    const WRAPPED: &str = "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\
        <meta name=\"Generator\" content=\"Microsoft Exchange Server\">\r\n<!-- converted from text -->\
        <style><!-- .EmailQuote { margin-left: 1pt; } --></style></head>\r\n<body>\r\n<font size=\"2\">\
        <span style=\"font-size:11pt;\"><div class=\"PlainText\">Bring the keys<br>\r\n<br>\r\n5 &lt; 6 &amp; 7 &nbsp;x\
        </div></span></font>\r\n</body>\r\n</html>\r\n";

    #[test]
    fn a_wrapped_plain_text_is_plain_and_says_the_same() {
        assert!(is_plain(WRAPPED));
        let written = Text::plain("Bring the keys\r\n\r\n5 < 6 & 7  x\n");
        assert_eq!(canonical(&Text::html(WRAPPED)), canonical(&written));
        assert_eq!(canonical_text(WRAPPED), "Bring the keys\n\n5 < 6 & 7  x");
    }

    #[test]
    fn stress_links_and_tables_are_not_plain() {
        for html in [
            "<p><b>x</b></p>",
            "<a href=\"https://example.com\">x</a>",
            "<span style=\"color:red\">x</span>",
            "<table><tr><td>x</td></tr></table>",
            "<p onclick=\"x\">x</p>",
        ] {
            assert!(!is_plain(html), "{html}");
        }
    }

    #[test]
    fn broken_html_and_odd_text_do_no_harm() {
        for (html, text) in [
            ("", ""),
            ("a < b", "a < b"),
            ("a <b", "a"),
            ("<", "<"),
            ("é<br>è", "é\nè"),
            ("&unknown; &#128512;&#x41;&", "&unknown; 😀A&"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("<!-- never closed", ""),
            ("<style>never closed", ""),
        ] {
            assert_eq!(canonical_text(html), text, "{html}");
        }
    }

    #[test]
    fn escaping_is_undone_by_reading() {
        let text = "  1 <  2 & <b>\n\nschluß";
        assert_eq!(canonical_text(&escape(text)), text);
        assert!(is_plain(&escape(text)));
    }
}
