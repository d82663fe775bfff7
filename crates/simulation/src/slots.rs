//! What people write into events: every edit puts a number that was never used before into one slot, so that the
//! number tells for ever what became of the edit.

use calendar::{
    Address, Duration, Event, Frequency, Override, Participation, Patch, Person, Place,
    RecurrenceId, Rule, Text, Unit, When,
};
use jiff::{Span, civil::DateTime};

/// A part of an event that people edit at one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The title.
    Title,
    /// One of three lines of the text.
    Line(usize),
    /// The start.
    When,
    /// The interval of a daily rule.
    Rule,
    /// The title of one of two occurrences.
    Occurrence(usize),
    /// The name of the place.
    Place,
    /// The colour, which belongs to its copy.
    Color,
    /// Somebody's answer, with a comment; it stays in its calendar.
    Answer,
    /// Whether others may see more than that the time is taken, of the event or of an occurrence. It has no number.
    Privacy,
}

/// What hides private events from others: time and repetition it shows.
pub fn is_veiled(slot: Slot) -> bool {
    match slot {
        Slot::When | Slot::Rule => false,
        Slot::Title
        | Slot::Line(_)
        | Slot::Occurrence(_)
        | Slot::Place
        | Slot::Color
        | Slot::Answer
        | Slot::Privacy => true,
    }
}

/// All that have a number.
pub const SLOTS: [Slot; 11] = [
    Slot::Title,
    Slot::Line(0),
    Slot::Line(1),
    Slot::Line(2),
    Slot::When,
    Slot::Rule,
    Slot::Occurrence(0),
    Slot::Occurrence(1),
    Slot::Place,
    Slot::Color,
    Slot::Answer,
];

const LINES: [&str; 3] = ["a=", "b=", "c="];

fn epoch() -> DateTime {
    "2026-11-23T00:00:00".parse().unwrap()
}

/// Whose answer it is.
fn guest() -> Address {
    Address::new("guest@example.com")
}

/// The occurrence that a slot is about.
pub fn occurrence(index: usize) -> RecurrenceId {
    let day = i64::try_from(index).unwrap();
    RecurrenceId(epoch().saturating_add(Span::new().days(day)))
}

impl Slot {
    /// The merge unit that it is in.
    pub fn unit(self) -> Unit {
        match self {
            Self::Title => Unit::Title,
            Self::Line(_) => Unit::Text,
            Self::When => Unit::When,
            Self::Rule => Unit::Rule,
            Self::Occurrence(index) => Unit::Override(occurrence(index)),
            Self::Place => Unit::Place,
            Self::Color => Unit::Color,
            Self::Answer => Unit::Person(guest()),
            Self::Privacy => Unit::Privacy,
        }
    }

    /// The number that the event has there.
    pub fn read(self, event: &Event) -> Option<u32> {
        match self {
            Self::Title => digits(&event.title),
            Self::Line(index) => {
                let (_, rest) = event.text.content.split_once(LINES[index])?;
                digits(rest)
            }
            Self::When => {
                let since = epoch().until(event.when.local_start()).unwrap();
                let minutes = since.total(jiff::Unit::Minute).unwrap();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "we put it there"
                )]
                Some(minutes as u32)
            }
            Self::Rule => event.rules.first().map(|rule| rule.interval),
            Self::Occurrence(index) => match event.overrides.get(&occurrence(index))? {
                Override::Patch(patch) => digits(patch.title.as_deref()?),
                Override::Excluded => None,
            },
            Self::Place => digits(&event.places.first()?.name),
            Self::Color => digits(event.color.as_deref()?),
            Self::Answer => digits(event.people.get(&guest())?.comment.as_deref()?),
            Self::Privacy => None,
        }
    }

    /// Puts a number there. An odd one leaves white space for providers to tidy up.
    pub fn write(self, event: &mut Event, number: u32) {
        self.put(event, number, "");
    }

    /// The same in other words, which tell the same number.
    pub fn write_disguised(self, event: &mut Event, number: u32) {
        self.put(event, number, "0");
    }

    fn put(self, event: &mut Event, number: u32, zero: &str) {
        let space = if number % 2 == 1 { "  " } else { "" };
        match self {
            Self::Title => event.title = format!("t{zero}{number}{space}"),
            Self::Line(index) => line(&mut event.text, index, &format!("{zero}{number}")),
            Self::When => event.when = when(number),
            Self::Rule => {
                event.rules = vec![Rule {
                    interval: number,
                    ..Rule::every(Frequency::Daily)
                }];
            }
            Self::Occurrence(index) => {
                let privacy = match event.overrides.get(&occurrence(index)) {
                    Some(Override::Patch(patch)) => patch.privacy,
                    _ => None,
                };
                let patch = Patch {
                    title: Some(format!("t{zero}{number}{space}")),
                    privacy,
                    ..Patch::default()
                };
                let entry = Override::Patch(Box::new(patch));
                event.overrides.insert(occurrence(index), entry);
            }
            Self::Place => event.places = vec![Place::named(format!("p{zero}{number}{space}"))],
            Self::Color => event.color = Some(format!("c{zero}{number}")),
            Self::Answer => {
                let participation = if number % 2 == 1 {
                    Participation::Accepted
                } else {
                    Participation::Declined
                };
                let answer = Person {
                    participation,
                    comment: Some(format!("n{zero}{number}")),
                    ..Person::default()
                };
                event.people.insert(guest(), answer);
            }
            Self::Privacy => unreachable!("it has no number"),
        }
    }
}

/// A start that tells a number.
pub fn when(number: u32) -> When {
    let start = epoch().saturating_add(Span::new().minutes(i64::from(number)));
    When::floating(start, Duration::minutes(30))
}

/// All numbers in an event, with their slots.
pub fn numbers(event: &Event) -> impl Iterator<Item = (Slot, u32)> + '_ {
    SLOTS
        .into_iter()
        .filter_map(|slot| Some((slot, slot.read(event)?)))
}

fn line(text: &mut Text, index: usize, number: &str) {
    let key = LINES[index];
    if let Some((head, rest)) = text.content.split_once(key) {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        text.content = format!("{head}{key}{number}{rest}");
    } else if text.content.is_empty() {
        let lines = LINES.map(|k| format!("{k}{}\n", if k == key { number } else { "0" }));
        text.content = lines.concat();
    }
}

fn digits(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}
