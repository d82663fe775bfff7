//! The longer text. HTML comes back whatever was written; what was plain is read as plain again.
//!
//! An event with an online meeting has the meeting's block in its body: whoever replaces the body must keep it, or
//! the meeting is disabled.

use calendar::{Event, Text};

use super::{
    fields::{Out, Scene},
    html, places,
    wire::{self, Body, BodyType},
};

/// How Teams separates its block from the text: a line of these.
const SEPARATOR: &str = "________________";

/// Reads it into `event`.
pub(super) fn read(wire: &wire::Event, event: &mut Event) {
    let Some(body) = &wire.body else { return };
    let content = body.content.clone().unwrap_or_default();
    event.text = match body.content_type {
        Some(BodyType::Html) if html::is_plain(&content) => {
            Text::plain(html::canonical_text(&content))
        }
        Some(BodyType::Html) => Text::html(content),
        _ => Text::plain(content.replace("\r\n", "\n").trim_end()),
    };
}

/// A text as a body.
pub(super) fn body(text: &Text) -> Body {
    let kind = if text.html {
        BodyType::Html
    } else {
        BodyType::Text
    };
    Body {
        content_type: Some(kind),
        content: Some(text.content.clone()),
        ..Body::default()
    }
}

/// Writes it.
pub(super) fn write(scene: &Scene<'_>, out: &mut Out) {
    let text = &scene.next.text;
    if !text.html && html::canonical_text(&html::escape(&text.content)) != html::canonical(text) {
        let reason = "texts are HTML there, which joins white space";
        out.lose("description", reason, "single spaces");
    }
    let meeting = scene.previous.and_then(|before| {
        let join = places::join_url(before)?;
        (before.text.html && !(text.html && text.content.contains(join))).then_some((before, join))
    });
    let Some((before, join)) = meeting else {
        out.set("body", &body(text));
        return;
    };
    match block(&before.text.content, join) {
        Some(block) => {
            let own = without_block(text, block);
            let content = format!("<html><body><div>{own}</div><br>{block}</body></html>");
            out.set("body", &body(&Text::html(content)));
        }
        None => out.lose(
            "description",
            "the text holds the block of an online meeting, which must stay",
            "the text as it was",
        ),
    }
}

/// The block of the meeting: from the tag before the separating line to the end of the body.
fn block<'a>(html: &'a str, join: &str) -> Option<&'a str> {
    let link = html.find(join).or_else(|| html.find(&html::escape(join)))?;
    let separator = html[..link].rfind(SEPARATOR)?;
    let line = html[..separator].trim_end_matches('_').len();
    let start = html[..line].rfind('<')?;
    let end = html.rfind("</body>").unwrap_or(html.len());
    (start < end).then(|| &html[start..end])
}

/// The new text as HTML, without the lines of the block, which other calendars show as part of the text.
fn without_block(text: &Text, block: &str) -> String {
    let all = html::canonical(text);
    let block = html::canonical_text(block);
    let own = all.strip_suffix(block.as_str()).unwrap_or(&all).trim_end();
    if text.html && own.len() == all.trim_end().len() {
        return text.content.clone();
    }
    html::escape(own)
}
