//! Which components cannot be inside which: where one of them begins, the other should have been ended.

use super::component::Component;

/// Components of a calendar: none of them is ever inside another (RFC 5545 3.6, RFC 7953 3.1).
const BESIDE: [&str; 6] = [
    "VEVENT",
    "VTODO",
    "VJOURNAL",
    "VFREEBUSY",
    "VTIMEZONE",
    "VAVAILABILITY",
];

/// Components of those, never inside their like.
const WITHIN: [&str; 3] = ["VALARM", "STANDARD", "DAYLIGHT"];

/// What a component is to those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Calendar,
    Beside,
    Within,
    /// Not of the standard: it may hold anything.
    Strange,
}

impl Level {
    /// That of a component of this name.
    pub(super) fn of(name: &str) -> Self {
        if BESIDE.contains(&name) {
            Self::Beside
        } else if WITHIN.contains(&name) {
            Self::Within
        } else if name == "VCALENDAR" {
            Self::Calendar
        } else {
            Self::Strange
        }
    }

    /// Whether a component that begins says that one that is open should have been ended.
    fn excludes(self, name: &str, open: &Open) -> bool {
        match self {
            Self::Calendar => open.level != Self::Strange,
            Self::Beside => matches!(open.level, Self::Beside | Self::Within),
            Self::Within => open.component.name == name,
            Self::Strange => false,
        }
    }
}

/// A component that has not been ended yet.
#[derive(Debug)]
pub(super) struct Open<'t> {
    /// What is known of it.
    pub(super) component: Component<'t>,
    /// What it is.
    pub(super) level: Level,
    /// Where it begins in the text.
    pub(super) begun: usize,
    /// Lines before it that were not as they should be.
    pub(super) odd: usize,
}

/// The outermost of the open components that should have been ended before a component of this name begins. Components
/// that are not of the standard may hold anything.
pub(super) fn left_open(open: &[Open], level: Level, name: &str) -> Option<usize> {
    let strange = open.iter().rposition(|o| o.level == Level::Strange);
    let known = strange.map_or(0, |at| at + 1);
    let left_open = open[known..].iter().position(|o| level.excludes(name, o));
    left_open.map(|at| known + at)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::parse::{Flaw, parse};

    #[test]
    fn a_component_that_was_not_ended_does_not_swallow_the_next_one() {
        let parsed = parse(
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nBEGIN:VALARM\nEND:VTOOD\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nBEGIN:X-A\nBEGIN:X-A\nBEGIN:VCALENDAR\nEND:VCALENDAR\nEND:X-A\nEND:X-A\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
        )
        .unwrap();
        let [first, second] = &parsed.components[..] else {
            panic!("{parsed:?}");
        };
        let names: Vec<_> = first.components.iter().map(|c| &*c.name).collect();
        assert_eq!(names, ["VTODO", "VEVENT", "X-A"]);
        // What is not of the standard may hold anything.
        assert!(first.components[2].components[0].components[0].is("VCALENDAR"));
        assert!(second.components.is_empty());
        let flaws: Vec<_> = parsed.repairs.iter().map(|r| (r.line, r.flaw)).collect();
        assert_eq!(
            flaws,
            [
                (5, Flaw::StrayEnd),
                (6, Flaw::MissingEnd),
                (6, Flaw::MissingEnd),
                (15, Flaw::MissingEnd),
            ]
        );
    }
    #[test]
    fn a_name_ends_as_it_begins() {
        for name in ["X-A\u{a0}", "X-A \t"] {
            let text = format!("BEGIN:{name}\nEND:{name}\nBEGIN:X-B\nEND:X-B\n");
            let parsed = parse(&text).unwrap();
            assert_eq!((parsed.components.len(), parsed.repairs.len()), (2, 0));
        }
    }
}
