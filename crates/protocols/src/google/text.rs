//! Google's description: one field that is HTML as soon as it looks like HTML.

use calendar::{Loss, Text};

/// Tags that Google's editor makes, and those that people paste.
const TAGS: [&str; 34] = [
    "a",
    "b",
    "blockquote",
    "body",
    "br",
    "code",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "html-blob",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "u",
    "ul",
];
const ENTITIES: [&str; 7] = [
    "&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;", "&#39;", "&apos;",
];

pub(super) fn read(description: Option<&str>) -> Text {
    let content = description.unwrap_or_default();
    if looks_like_html(content) {
        Text::html(content)
    } else {
        Text::plain(content)
    }
}

pub(super) fn write(text: &Text, losses: &mut Vec<Loss>) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let reason = "Google reads a text as HTML if it looks like HTML";
    match (text.html, looks_like_html(&text.content)) {
        (false, true) => {
            losses.push(Loss::new("description", reason, "escaped"));
            Some(escape(&text.content))
        }
        (true, false) => {
            losses.push(Loss::new("description", reason, "taken for plain text"));
            Some(text.content.clone())
        }
        _ => Some(text.content.clone()),
    }
}

fn looks_like_html(text: &str) -> bool {
    ENTITIES.iter().any(|entity| text.contains(entity))
        || text.split('<').skip(1).any(|after| {
            let after = after.strip_prefix('/').unwrap_or(after);
            let end = after
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(after.len());
            let (name, rest) = after.split_at(end);
            rest.contains('>') && TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
        })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_tags_and_entities_make_html() {
        for html in [
            "a<br>b",
            "<A HREF='x'>y</A>",
            "R&amp;D",
            "x</p >",
            "<html-blob>x",
        ] {
            assert!(read(Some(html)).html, "{html}");
        }
        for plain in [
            "",
            "1 < 2 > 0",
            "<ada@example.com>",
            "a & b",
            "<bravo>",
            "<b",
        ] {
            assert!(!read(Some(plain)).html, "{plain}");
        }
    }

    #[test]
    fn a_plain_text_that_looks_like_html_is_shown_as_it_is() {
        let mut losses = Vec::new();
        let written = write(&Text::plain("use <b>\nR&amp;D"), &mut losses);
        assert_eq!(written.as_deref(), Some("use &lt;b&gt;<br>R&amp;amp;D"));
        assert_eq!(losses.len(), 1);
    }
}
