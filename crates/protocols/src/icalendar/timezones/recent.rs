//! VTIMEZONEs that a thread wrote last: the events of a calendar name the same few zones again and again.

use std::{cell::RefCell, rc::Rc};

use jiff::{Timestamp, tz::TimeZone};

use super::{super::component::Component, Changes, component};

/// VTIMEZONEs that a thread remembers.
const RECENT_MAX: usize = 64;

/// 3 January 1970: from then on, a zone without earlier changes is written the same way whatever the span.
const SETTLED: Timestamp = Timestamp::constant(2 * 86_400, 0);

/// A VTIMEZONE, and for which spans it is right.
struct Written {
    tzid: String,
    /// As it was then: a zone of another database is another zone.
    zone: TimeZone,
    /// From the first of these on and before the second, the span may begin.
    begins: (Timestamp, Timestamp),
    /// The same for its end.
    ends: (Timestamp, Timestamp),
    component: Rc<Component<'static>>,
}

thread_local! {
    static RECENT: RefCell<Vec<Written>> = const { RefCell::new(Vec::new()) };
}

/// The VTIMEZONE of a zone of the database under a name, right from `from` to `to` at least.
pub(super) fn named_component(
    tzid: &str,
    name: &str,
    from: Timestamp,
    to: Timestamp,
) -> Rc<Component<'static>> {
    let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
    RECENT.with_borrow_mut(|recent| {
        let known = recent.iter().find(|written| {
            let right = within(from, written.begins) && within(to, written.ends);
            right && written.tzid == tzid && written.zone == zone
        });
        if let Some(written) = known {
            return written.component.clone();
        }
        let changes = Changes::of(&zone, from, to);
        let described = changes.described(&zone, from);
        let new = Rc::new(component(tzid, &described, changes.next.is_some()));
        if let Some((begins, ends)) = spans(&changes, from, to) {
            if recent.len() >= RECENT_MAX {
                recent.remove(0);
            }
            recent.push(Written {
                tzid: tzid.to_owned(),
                zone,
                begins,
                ends,
                component: new.clone(),
            });
        }
        new
    })
}

type Span = (Timestamp, Timestamp);

/// Between what a span may begin and end to have the same changes as this one.
fn spans(changes: &Changes, from: Timestamp, to: Timestamp) -> Option<(Span, Span)> {
    let next = changes.next.unwrap_or(Timestamp::MAX);
    let begins = (
        changes.first.unwrap_or(SETTLED),
        changes.within.first().copied().unwrap_or(next),
    );
    let last = changes.within.last().copied();
    let ends = (last.unwrap_or(Timestamp::MIN), next);
    // Not where the number of changes was limited.
    (within(from, begins) && within(to, ends)).then_some((begins, ends))
}

fn within(at: Timestamp, (first, beyond): Span) -> bool {
    first <= at && at < beyond
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fresh(name: &str, from: Timestamp, to: Timestamp) -> Component<'static> {
        RECENT.take();
        (*named_component(name, name, from, to)).clone()
    }

    #[test]
    fn what_is_remembered_is_what_would_be_written() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for name in ["Europe/Berlin", "Etc/GMT+5", "Asia/Tokyo", "Africa/Cairo"] {
            let zone = TimeZone::get(name).unwrap();
            let changes: Vec<i64> = zone
                .following(at(-40_000_000))
                .take(6)
                .map(|t| t.timestamp().as_second())
                .collect();
            let near = changes.iter().flat_map(|t| [t - 1, *t, t + 1]);
            let instants: Vec<i64> = near
                .chain([-90_000_000, 0, 200_000, 1_767_225_600])
                .collect();
            let pairs = instants
                .iter()
                .flat_map(|a| instants.iter().map(move |b| (*a, *b)));
            let pairs: Vec<_> = pairs
                .filter(|(a, b)| a <= b)
                .map(|(a, b)| (at(a), at(b)))
                .collect();
            let expected: Vec<_> = pairs.iter().map(|(a, b)| fresh(name, *a, *b)).collect();
            RECENT.take();
            for ((from, to), expected) in pairs.iter().zip(&expected) {
                let found = named_component(name, name, *from, *to);
                assert_eq!(*found, *expected, "{name} {from} {to}");
            }
            let remembered = RECENT.with_borrow(Vec::len);
            assert!((1..pairs.len()).contains(&remembered), "{name}");
        }
    }
}
