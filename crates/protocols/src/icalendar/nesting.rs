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

fn is_standard(name: &str) -> bool {
    name == "VCALENDAR" || BESIDE.contains(&name) || WITHIN.contains(&name)
}

/// Whether a component that begins says that one that is open should have been ended.
fn excludes(begins: &str, open: &str) -> bool {
    if begins == "VCALENDAR" {
        is_standard(open)
    } else if BESIDE.contains(&begins) {
        BESIDE.contains(&open) || WITHIN.contains(&open)
    } else {
        begins == open && WITHIN.contains(&begins)
    }
}

/// The outermost of the open components that should have been ended before a component of this name begins. Components
/// that are not of the standard may hold anything.
pub(super) fn left_open(open: &[Component], begins: &str) -> Option<usize> {
    let strange = open.iter().rposition(|c| !is_standard(&c.name));
    let known = strange.map_or(0, |at| at + 1);
    let left_open = open[known..].iter().position(|c| excludes(begins, &c.name));
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
}
