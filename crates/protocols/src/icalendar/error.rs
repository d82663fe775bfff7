//! What can be wrong with an iCalendar text beyond repair.

/// Why a text could not be read. Says where and names the property, never shows content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes than [`super::parse::SIZE_MAX`].
    #[error("the calendar text has {size} bytes; at most {max} are read")]
    TooLarge {
        /// What it has.
        size: usize,
        /// What is read.
        max: usize,
    },
    /// An unfolded line longer than [`super::parse::LINE_MAX`].
    #[error("line {line}: longer than {max} bytes after unfolding")]
    LineTooLong {
        /// Where it begins.
        line: usize,
        /// What is read.
        max: usize,
    },
    /// Components nested deeper than [`super::parse::DEPTH_MAX`].
    #[error("line {line}: components nested deeper than {max} levels")]
    TooDeep {
        /// Where the first one too many begins.
        line: usize,
        /// What is read.
        max: usize,
    },
    /// More properties and components than [`super::parse::PROPERTIES_MAX`].
    #[error("line {line}: more than {max} properties and components")]
    TooMany {
        /// Where the first one too many is.
        line: usize,
        /// What is read.
        max: usize,
    },
    /// There is no component at all.
    #[error("this is not iCalendar: there is no BEGIN:VCALENDAR in it")]
    NotCalendar,
    /// The file ends before its calendar does.
    #[error("the file ends at line {line}, in the middle: END:VCALENDAR is missing")]
    CutOff {
        /// Its last line.
        line: usize,
    },
    /// A component lacks what it cannot do without.
    #[error("line {line}: {component} has no {property}")]
    Missing {
        /// Where the component begins.
        line: usize,
        /// Which component.
        component: String,
        /// What it lacks.
        property: &'static str,
    },
    /// An RRULE that is none.
    #[error("line {line}: {property}: {rule}")]
    Rule {
        /// Where it is.
        line: usize,
        /// RRULE or EXRULE.
        property: String,
        /// What is wrong with it.
        rule: calendar::BadRule,
    },
    /// A property whose value cannot be understood.
    #[error("line {line}: {property}: {problem}")]
    Value {
        /// Where it is.
        line: usize,
        /// Its name.
        property: String,
        /// What it should be.
        problem: &'static str,
    },
}
