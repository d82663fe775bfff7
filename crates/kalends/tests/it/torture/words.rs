//! What people write: each edit puts a number that was never used before into one slot, so that the number tells for ever
//! what became of it. In a text it stands as `torture e5 n12` (event 5, number 12), as a start it is so many minutes
//! after a day.

use jiff::{Timestamp, ToSpan};

/// Begins every text that people write here, and occurs nowhere else.
pub const WORD: &str = "torture";

/// A part of an event that people edit at one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    Title,
    Place,
    Text,
    /// Of single events; a series stays where it is.
    Start,
    /// The title of the occurrence that is planned for a moment.
    Occurrence(Timestamp),
}

/// A title, which says which event it is.
pub fn title(mark: u32, number: u32) -> String {
    format!("{WORD} e{mark} n{number}")
}

/// A place or a description.
pub fn text(number: u32) -> String {
    format!("{WORD} n{number}")
}

/// The event that a title is of.
pub fn mark(title: &str) -> Option<u32> {
    let (_, rest) = title.split_once(&format!("{WORD} e"))?;
    digits(rest)
}

/// All numbers in a text.
pub fn numbers(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.split(WORD).skip(1).filter_map(|rest| {
        let mut words = rest.split_whitespace();
        let mut word = words.next()?;
        if word.starts_with('e') {
            word = words.next()?;
        }
        digits(word.strip_prefix('n')?)
    })
}

/// The number of a text that has one.
pub fn number(text: &str) -> Option<u32> {
    numbers(text).next()
}

/// The start that tells a number.
pub fn start(epoch: Timestamp, number: u32) -> Timestamp {
    epoch + i64::from(number).minutes()
}

/// The number that a start tells.
pub fn number_of_start(epoch: Timestamp, start: Timestamp) -> Option<u32> {
    let minutes = start.duration_since(epoch).as_secs() / 60;
    u32::try_from(minutes).ok()
}

fn digits(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}
