//! Whether two values are the same but for what providers do to them: spaces, line ends, HTML, truncation, the
//! spelling of a length. Used only where exact equality cannot be had: after an unknown outcome (R5), and when
//! calendars that already hold the same events are linked for the first time (L8).

use std::{borrow::Cow, collections::BTreeSet};

use calendar::{Event, Override, Patch, Rule, Text, Unit, Until};
use jiff::tz::TimeZone;

/// A text cut off by a provider counts as the same from this length on, in characters.
const TRUNCATED_MIN: usize = 200;

/// Whether both have loosely the same value for `unit`.
pub fn same(unit: &Unit, a: &Event, b: &Event) -> bool {
    if unit.same(a, b) {
        return true;
    }
    match unit {
        Unit::Title => words(&a.title) == words(&b.title),
        Unit::Text => same_text(&a.text, &b.text),
        Unit::Place => {
            let names = |e: &Event| e.places.iter().map(|p| words(&p.name)).collect::<Vec<_>>();
            names(a) == names(b)
        }
        Unit::When => {
            a.when.is_all_day() == b.when.is_all_day()
                && a.when.local_start() == b.when.local_start()
                && a.when.local_end() == b.when.local_end()
                && a.when.start_instant(&TimeZone::UTC) == b.when.start_instant(&TimeZone::UTC)
        }
        Unit::Override(id) => match (a.overrides.get(id), b.overrides.get(id)) {
            (Some(Override::Patch(_)), Some(theirs @ Override::Patch(_))) => {
                // Both on top of the same series: an edit of the series is not an edit of its occurrences.
                let mut other = a.clone();
                other.overrides.insert(*id, theirs.clone());
                match (a.occurrence(*id), other.occurrence(*id)) {
                    (Some(a), Some(b)) => [
                        Unit::Title,
                        Unit::Text,
                        Unit::Place,
                        Unit::When,
                        Unit::Status,
                    ]
                    .iter()
                    .all(|unit| same(unit, &a, &b)),
                    _ => false,
                }
            }
            (None, Some(Override::Patch(patch))) | (Some(Override::Patch(patch)), None) => {
                nothing(patch)
            }
            _ => false,
        },
        Unit::Rule => a.excluded_rules == b.excluded_rules && same_rules(&a.rules, &b.rules),
        Unit::Reminders => {
            a.reminders.as_deref().unwrap_or_default() == b.reminders.as_deref().unwrap_or_default()
        }
        // What a provider adds to an event on its own is never ours.
        Unit::Unknown(_) | Unit::Color => true,
        _ => false,
    }
}

/// Some providers know the last day of a series only, not the moment.
fn same_rules(a: &[Rule], b: &[Rule]) -> bool {
    let day = |rule: &Rule| match rule.until {
        Some(Until::Date(date)) => Some(date),
        Some(Until::Local(local)) => Some(local.date()),
        Some(Until::Utc(at)) => Some(at.to_zoned(TimeZone::UTC).date()),
        None => None,
    };
    let bare = |rule: &Rule| Rule {
        until: None,
        ..rule.clone()
    };
    let near = |a: &Rule, b: &Rule| match (day(a), day(b)) {
        // The zone of a UTC moment may put it on the next day.
        (Some(a), Some(b)) => a.until(b).is_ok_and(|span| span.get_days().abs() <= 1),
        (a, b) => a == b,
    };
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| bare(a) == bare(b) && near(a, b))
}

fn nothing(patch: &Patch) -> bool {
    let mut bare = patch.clone();
    bare.unknown = calendar::Unknown::new();
    bare.is_empty()
}

fn same_text(a: &Text, b: &Text) -> bool {
    let (a, b) = (canonical(a), canonical(b));
    let (short, long) = if a.len() <= b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    short == long || (short.chars().count() >= TRUNCATED_MIN && long.starts_with(short.as_str()))
}

/// The words of a text without markup.
pub fn canonical(text: &Text) -> String {
    words(&plain(text))
}

/// The lines of a text that say anything, without markup.
pub fn lines(text: &Text) -> BTreeSet<String> {
    let plain = plain(text);
    let lines = plain.lines().map(words);
    lines.filter(|line| !line.is_empty()).collect()
}

/// A text with only these of its lines, without markup.
pub(crate) fn only(text: &Text, keep: &BTreeSet<String>) -> Text {
    let plain = plain(text);
    let kept = plain.lines().filter(|line| keep.contains(&words(line)));
    Text::plain(kept.collect::<Vec<_>>().join("\n"))
}

pub(crate) fn plain(text: &Text) -> Cow<'_, str> {
    if !text.html && !text.content.contains('<') {
        return Cow::Borrowed(&text.content);
    }
    let mut plain = String::with_capacity(text.content.len());
    let mut rest = text.content.as_str();
    while let Some(start) = rest.find('<') {
        plain.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else {
            rest = "";
            break;
        };
        let tag = rest[start + 1..start + end].trim_end_matches('/').trim();
        plain.push(if ends_a_line(tag) { '\n' } else { ' ' });
        rest = &rest[start + end + 1..];
    }
    plain.push_str(rest);
    let plain = plain
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    Cow::Owned(plain)
}

/// Whether what comes after a tag is on another line.
fn ends_a_line(tag: &str) -> bool {
    ["br", "/p", "/div", "/li", "/tr"].contains(&tag.to_ascii_lowercase().as_str())
}

pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
