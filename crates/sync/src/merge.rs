//! Three-way merge of one unit. One function serves replication and linking.

use std::collections::BTreeSet;

use calendar::{Event, Override, Patch, Text, Unit};

use crate::loose;

/// How long a text may be to be merged line by line, in bytes.
const TEXT_MERGE_MAX: usize = 64 * 1024;

/// What becomes of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Neither side changed it, or both to the same value.
    Same,
    /// Only our side changed it.
    Ours,
    /// Only their side changed it.
    Theirs,
    /// Both changed it, in different parts; the event carries the merged value of this unit.
    Both(Box<Event>),
    /// Both changed it differently.
    Clash,
}

/// Merges `unit`, given what both sides started from. `our_base` and `their_base` are the two spellings of the same
/// beginning (see [`crate::Base`]).
pub fn unit(
    unit: &Unit,
    our_base: &Event,
    ours: &Event,
    their_base: &Event,
    theirs: &Event,
) -> Merge {
    let changed_ours = !unit.same(our_base, ours);
    let changed_theirs = !unit.same(their_base, theirs);
    match (changed_ours, changed_theirs) {
        (false, false) => Merge::Same,
        (true, false) => Merge::Ours,
        (false, true) => Merge::Theirs,
        (true, true) if unit.same(ours, theirs) => Merge::Same,
        (true, true) => inside(unit, our_base, ours, theirs),
    }
}

/// Two values of a unit that clash, in one, where that says something: both texts, ours first; of an occurrence what each
/// side changed, and ours where both changed the same.
pub fn both(unit: &Unit, base: &Event, ours: &Event, theirs: &Event) -> Option<Event> {
    let mut merged = ours.clone();
    match unit {
        Unit::Text => merged.text = both_texts(&base.text, &ours.text, &theirs.text)?,
        Unit::Override(id) => {
            let patch = |event: &Event| match event.overrides.get(id) {
                Some(Override::Patch(patch)) => Some((**patch).clone()),
                Some(Override::Excluded) => None,
                None => Some(Patch::default()),
            };
            let (both, _) = Patch::merge(&patch(base)?, &patch(ours)?, &patch(theirs)?);
            let both = Override::Patch(Box::new(both));
            merged.overrides.insert(*id, both);
        }
        _ => return None,
    }
    (!unit.same(&merged, ours) && !unit.same(&merged, theirs)).then_some(merged)
}

/// Both sides changed the unit: perhaps different parts of it.
fn inside(unit: &Unit, base: &Event, ours: &Event, theirs: &Event) -> Merge {
    let mut merged = ours.clone();
    match unit {
        Unit::Text => {
            let Some(text) = text(&base.text, &ours.text, &theirs.text) else {
                return Merge::Clash;
            };
            merged.text = text;
        }
        Unit::Override(id) => {
            let patch = |event: &Event| match event.overrides.get(id) {
                Some(Override::Patch(patch)) => Some((**patch).clone()),
                Some(Override::Excluded) => None,
                None => Some(Patch::default()),
            };
            match (patch(base), patch(ours), patch(theirs)) {
                // An edit beats the cancellation of the same occurrence (as events do: concurrent edit wins).
                (_, None, Some(edited)) | (_, Some(edited), None) if !edited.is_empty() => {
                    merged
                        .overrides
                        .insert(*id, Override::Patch(Box::new(edited)));
                }
                (Some(base), Some(ours), Some(theirs)) => {
                    let (both, clash) = Patch::merge(&base, &ours, &theirs);
                    if clash {
                        return Merge::Clash;
                    }
                    merged
                        .overrides
                        .insert(*id, Override::Patch(Box::new(both)));
                }
                _ => return Merge::Clash,
            }
        }
        Unit::Privacy => merged.privacy = ours.privacy.max(theirs.privacy),
        _ => return Merge::Clash,
    }
    Merge::Both(Box::new(merged))
}

/// Two edits of one text, in one: by lines, or one after the other where they clash.
pub fn texts(base: &Text, ours: &Text, theirs: &Text) -> Text {
    if ours == base {
        return theirs.clone();
    }
    let merged = || text(base, ours, theirs).or_else(|| both_texts(base, ours, theirs));
    let changed = theirs != base && theirs != ours;
    let merged = changed.then(merged).flatten();
    merged.unwrap_or_else(|| ours.clone())
}

/// Merges two edits of one text if they touch different lines.
fn text(base: &Text, ours: &Text, theirs: &Text) -> Option<Text> {
    let same_kind = base.html == ours.html && base.html == theirs.html;
    let longest = base
        .content
        .len()
        .max(ours.content.len())
        .max(theirs.content.len());
    if !same_kind || longest > TEXT_MERGE_MAX {
        return None;
    }
    let lines = |t: &Text| {
        t.content
            .split_inclusive('\n')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (base, ours_lines, theirs_lines) = (lines(base), lines(ours), lines(theirs));
    let (our_start, our_end) = changed_range(&base, &ours_lines);
    let (their_start, their_end) = changed_range(&base, &theirs_lines);
    let (first, second) =
        if our_end < their_start || (our_end == their_start && our_start < our_end) {
            (&ours_lines, &theirs_lines)
        } else if their_end < our_start || (their_end == our_start && their_start < their_end) {
            (&theirs_lines, &ours_lines)
        } else {
            return None;
        };
    // The first edit's text up to the end of its change, then the second's from there on.
    let (_, first_end) = changed_range(&base, first);
    let head = &first[..first.len() - (base.len() - first_end)];
    let tail = &second[first_end..];
    Some(Text {
        content: head.iter().chain(tail).map(String::as_str).collect(),
        html: ours.html,
    })
}

/// The lines that both have, and between them what each side made of the rest, ours first.
fn both_texts(base: &Text, ours: &Text, theirs: &Text) -> Option<Text> {
    let long = |text: &Text| text.content.len() > TEXT_MERGE_MAX;
    if ours.html != theirs.html || long(base) || long(ours) || long(theirs) {
        return None;
    }
    let lines = |t: &Text| {
        t.content
            .split_inclusive('\n')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (mut mine, base, theirs) = (lines(ours), lines(base), lines(theirs));
    let (our_start, our_end) = changed_range(&base, &mine);
    let (their_start, their_end) = changed_range(&base, &theirs);
    let (start, left) = (
        our_start.min(their_start),
        base.len() - our_end.max(their_end),
    );
    let end = mine.len() - left;
    if let Some(last) = mine[..end].last_mut()
        && !last.ends_with('\n')
    {
        last.push('\n');
    }
    mine.splice(end..end, theirs[start..theirs.len() - left].iter().cloned());
    Some(Text {
        content: mine.concat(),
        html: ours.html,
    })
}

/// A text without these lines, wherever they stand; without its markup where that would hide them. `None` if it has none of them.
pub fn without(text: &Text, lines: &BTreeSet<String>) -> Option<Text> {
    if lines.is_disjoint(&loose::lines(text)) {
        return None;
    }
    let plain = loose::plain(text);
    let stays = |line: &&str| !lines.contains(&loose::words(line));
    let left: String = plain.split_inclusive('\n').filter(stays).collect();
    Some(Text::plain(left))
}

/// The half-open range of base lines that `edited` changed: what is left after the common head and tail.
fn changed_range(base: &[String], edited: &[String]) -> (usize, usize) {
    let head = base.iter().zip(edited).take_while(|(a, b)| a == b).count();
    let room = base.len().min(edited.len()) - head;
    let tail = base
        .iter()
        .rev()
        .zip(edited.iter().rev())
        .take(room)
        .take_while(|(a, b)| a == b)
        .count();
    (head, base.len() - tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_of_different_lines_are_both_kept() {
        let base = Text::plain("a\nb\nc\nd\n");
        let ours = Text::plain("a\nB\nc\nd\n");
        let theirs = Text::plain("a\nb\nc\nd\ne\n");
        let both = Some(Text::plain("a\nB\nc\nd\ne\n"));
        assert_eq!(text(&base, &ours, &theirs), both);
        assert_eq!(text(&base, &theirs, &ours), both);
        assert_eq!(text(&base, &ours, &Text::plain("a\nX\nc\nd\n")), None);
        assert_eq!(text(&base, &Text::plain(""), &Text::plain("z\n")), None);
    }

    #[test]
    fn two_texts_that_clash_can_stand_one_after_the_other() {
        let both = |base, ours, theirs| {
            let [base, ours, theirs] = [base, ours, theirs].map(Text::plain);
            both_texts(&base, &ours, &theirs).map(|text| text.content)
        };
        let some = |text: &str| Some(text.to_owned());
        let found = both("a\nb\nc\n", "a\nB\nc\n", "a\nX\nY\nc\n");
        assert_eq!(found, some("a\nB\nX\nY\nc\n"));
        assert_eq!(both("a", "b", "c"), some("b\nc"));
        assert_eq!(both("", "b", "c\n"), some("b\nc\n"));
        assert_eq!(both("a\nb\n", "a\n", "a\nX\n"), some("a\nX\n"));
    }
}
