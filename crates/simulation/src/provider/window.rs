//! A listing that covers a window of time only, as Graph's `calendarView/delta` does (`providers/src/microsoft/changes.rs`):
//! a round names what changed in the window, bare, and says `@removed` of what is not in it any more, whether that was deleted
//! or only moved out. What changes outside of the window is not heard of. When the window has moved on, all begins anew.

use calendar::Event;

use super::{Object, Provider};
use crate::slots::Slot;

/// The hours of the model's day. It goes round: numbers only grow, and events shall come in as well as fall out.
const DAY: u32 = 100;
/// Two numbers that follow each other are far apart in time.
const APART: u32 = 37;

/// What listings cover.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    from: u32,
    hours: u32,
    /// When it was last moved; what was read before that is of no use for another round.
    moved: u64,
}

impl Window {
    pub fn new(hours: u32) -> Self {
        Self {
            from: 0,
            hours,
            moved: 0,
        }
    }

    fn holds(&self, event: &Event) -> bool {
        // A series goes on through every window.
        let hour = Slot::When.read(event).unwrap_or_default() * APART % DAY;
        !event.rules.is_empty() || (hour + DAY - self.from) % DAY < self.hours
    }
}

/// What a round of a listing names.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// What is there, or certainly is not.
    pub objects: Vec<Object>,
    /// What is in a window's listing no more. The listing says no more than that of any event: they are yet to be read.
    pub removed: Vec<String>,
}

impl Provider {
    /// What changed since `cursor`, or everything.
    pub fn round(&self, cursor: Option<u64>) -> Round {
        let mut round = Round {
            objects: self.changes(cursor),
            removed: Vec::new(),
        };
        if self.window.is_some() {
            round.objects.retain(|object| self.is_in_view(object));
            let left = |object: &&Object| match (cursor, object.left) {
                (Some(cursor), Some(left)) => {
                    let untold = self.brief && !object.live && !object.was_there(cursor);
                    left > cursor && !self.is_in_view(object) && !untold
                }
                _ => false,
            };
            let left = self.objects.values().filter(left);
            round.removed = left.map(|object| object.id.clone()).collect();
        }
        round
    }

    /// Whether a round may begin at a cursor: its window is still the one that is wanted.
    pub fn serves(&self, cursor: u64) -> bool {
        !self.is_feed() && self.window.is_none_or(|window| cursor >= window.moved)
    }

    /// Time goes on, and the window with it.
    pub fn slide(&mut self, hours: u32) {
        if let Some(window) = &mut self.window {
            self.position += 1;
            window.from = (window.from + hours) % DAY;
            window.moved = self.position;
        }
    }

    /// All is in the window from now on.
    pub fn widen(&mut self) {
        self.slide(0);
        if let Some(window) = &mut self.window {
            window.hours = DAY;
        }
    }

    /// Whether listings show an event.
    fn is_in_view(&self, object: &Object) -> bool {
        let holds = |window: Window| window.holds(&object.body);
        object.live && self.window.is_none_or(holds)
    }

    /// When what was there before `now` fell out of view, if it did and `now` is not in view either.
    pub(super) fn left(&self, before: Option<&Object>, now: Option<&Event>) -> Option<u64> {
        let window = self.window?;
        let before = before?;
        if now.is_some_and(|event| window.holds(event)) {
            return None;
        }
        if self.is_in_view(before) {
            Some(self.position)
        } else {
            before.left
        }
    }
}
