//! What is unusual about some worlds. It is drawn from streams of its own: a life without any of it is what it was before
//! there was any of it.

use super::{
    World,
    feeds::{TURNS, Turn},
    say,
};
use crate::{
    provider::{Kind, Window},
    rng::{Rng, mix},
    slots::Slot,
};

/// Distinguishes the streams of chance from those of the life itself. Of the lives in `tests/it/caught.txt` that were there before,
/// this number makes none odd.
const WORLD: u64 = 9_934;
const STEP: u64 = 7;
/// Nor does this one make brief those of them that have high seeds, nor those in `lives.rs` that had failed before it.
const BRIEF: u64 = 7_754_042;

/// Ids that a provider makes of its position sort in the order in which they were made.
const POSITION: u64 = 100;

/// A month and more goes by when a window moves on: nobody takes what happened before for half of something that happens after.
const MONTH: u64 = 10_000;

/// What there is of it.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// Calendars whose listings cover a window.
    windows: Vec<usize>,
    /// Feeds whose ids do not last.
    pub(super) feeds: Vec<usize>,
    /// People turn events private, and public again.
    pub(crate) veils: bool,
    /// Leases are lost.
    pub(super) leases: bool,
}

/// Something unusual that happens.
#[derive(Clone, Copy)]
enum Odd {
    /// A window moves on.
    Slide(usize),
    /// A person puts an event to another time, perhaps out of the window or into it.
    PutOff(usize),
    /// The publisher of a feed does something.
    Turn(usize, Turn),
    /// Another worker takes a calendar over.
    TakeOver(usize),
    /// Who had it before goes on.
    GoOn,
}

impl World {
    /// Draws what is unusual here.
    pub(super) fn make_odd(&mut self, seed: u64) {
        self.make_brief(seed);
        let mut rng = Rng::new(mix(seed, WORLD));
        if !rng.chance(40) {
            return;
        }
        for place in 0..self.providers.len() {
            self.providers[place].position = POSITION;
            if self.providers[place].kind == Kind::Graph && rng.chance(70) {
                let hours = u32::try_from(40 + 10 * rng.below(5)).unwrap();
                self.providers[place].window = Some(Window::new(hours));
                say!(self, "{place}: its listings cover {hours} hours");
                self.odd.windows.push(place);
            }
        }
    }

    /// Servers that make out what changed by comparing then and now do not know what came and went between.
    fn make_brief(&mut self, seed: u64) {
        let mut rng = Rng::new(mix(seed, BRIEF));
        if !rng.chance(25) {
            return;
        }
        for (place, provider) in self.providers.iter_mut().enumerate() {
            provider.brief = provider.kind != Kind::Google && rng.chance(70);
            if provider.brief {
                say!(self, "{place}: its cursors are brief");
            }
        }
    }

    /// Whether an event is in a calendar of which no listing has told yet, because it was not in its window: whatever is done to
    /// it there, or elsewhere, is done before the two have met.
    pub(crate) fn is_unmet(&self, mark: Option<&String>) -> bool {
        self.odd.windows.iter().any(|place| {
            let mut same = self.providers[*place].objects.values().filter(|object| {
                object.live && mark.is_none_or(|mark| object.body.categories.contains(mark))
            });
            same.any(|object| object.stamp.is_none() && !self.is_known(*place, &object.id))
        })
    }

    /// Rests, perhaps, with the windows as they are; then they move on until all is in them.
    pub(crate) fn widen(&mut self) -> Result<(), String> {
        let rests = !self.odd.windows.is_empty() && self.rng.chance(60);
        if rests {
            for place in 0..self.providers.len() {
                self.give_access(place);
            }
            self.rest()?;
        }
        for provider in &mut self.providers {
            provider.widen();
        }
        Ok(())
    }

    /// Something of it may happen before a step.
    pub(crate) fn odd_step(&mut self, step: u64) {
        let mut happens: Vec<Odd> = Vec::new();
        for place in &self.odd.windows {
            happens.extend([Odd::Slide(*place), Odd::PutOff(*place), Odd::PutOff(*place)]);
        }
        self.note_replaced();
        for place in &self.odd.feeds {
            happens.extend(TURNS.map(|turn| Odd::Turn(*place, turn)));
        }
        if self.odd.leases && self.other.is_none() {
            happens.extend((0..self.providers.len()).map(Odd::TakeOver));
            happens.extend([Odd::GoOn; 3]);
        }
        if happens.is_empty() {
            return;
        }
        self.rng = Rng::new(mix(step, STEP));
        let percent = if self.odd.leases { 25 } else { 14 };
        if !self.rng.chance(percent) {
            return;
        }
        match self.rng.pick(&happens).unwrap() {
            Odd::Slide(place) => {
                let hours = u32::try_from(5 + self.rng.below(30)).unwrap();
                say!(self, "{place}: the window moves on by {hours} hours");
                self.providers[place].slide(hours);
                self.hub.moment += MONTH;
            }
            Odd::Turn(place, turn) => self.turn(place, turn),
            Odd::TakeOver(place) => self.take_over(place),
            Odd::GoOn => self.go_on(),
            Odd::PutOff(place) => {
                let all = std::mem::replace(&mut self.slots, &[Slot::When]);
                self.edit_there(place);
                self.slots = all;
            }
        }
        self.tick(200);
    }
}
