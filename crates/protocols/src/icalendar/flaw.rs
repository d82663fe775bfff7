//! What was not as the RFC wants it, and what was done about it.

/// Something that was not as the RFC wants it and was read nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Where, counted from 1.
    pub line: usize,
    /// What it was.
    pub flaw: Flaw,
}

/// The kinds of flaws that are repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// An empty line; skipped.
    EmptyLine,
    /// Not UTF-8; read as ISO 8859-1.
    NotUtf8,
    /// A control character, which no line may hold; left out.
    Control,
    /// A line that is no property; taken as the next line of the value before it.
    Unfolded,
    /// A line that is no property, with no value before it; left out.
    NotAProperty,
    /// A property outside every component; left out.
    Outside,
    /// A quote that does not end; read as if it were not one.
    OpenQuote,
    /// An END without its BEGIN; skipped.
    StrayEnd,
    /// vCalendar 1.0; read as if it were iCalendar.
    OldVersion,
    /// A component that was not ended; ended where its parent ends, or where one begins that cannot be inside it.
    MissingEnd,
}

impl Flaw {
    /// Whether content may have been lost or changed by the repair.
    pub fn touches_content(self) -> bool {
        !matches!(self, Self::EmptyLine | Self::StrayEnd)
    }

    /// What was wrong and what was done, for people.
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::EmptyLine => ("an empty line", "skipped"),
            Self::NotUtf8 => ("not UTF-8", "read as ISO 8859-1"),
            Self::Control => ("a control character", "left out"),
            Self::Unfolded => (
                "a line without a name",
                "taken as part of the value before it",
            ),
            Self::NotAProperty => ("a line that is no property", "left out"),
            Self::Outside => ("a property outside every component", "left out"),
            Self::OpenQuote => ("a quote that does not end", "read as if it were not one"),
            Self::OldVersion => (
                "vCalendar 1.0, the form before iCalendar",
                "its quoted texts, lists and rules are read as iCalendar has them",
            ),
            Self::StrayEnd => ("an END without its BEGIN", "skipped"),
            Self::MissingEnd => (
                "a component that was not ended",
                "ended where its parent ends or the next one begins",
            ),
        }
    }
}
