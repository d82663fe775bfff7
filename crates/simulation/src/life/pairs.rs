//! I5, exactly: a life is lived a second time, in which what is hidden from one of its calendars is said in other words of the
//! same kind. What that calendar is sent must be the same, byte by byte (noninterference).

use std::panic::{AssertUnwindSafe, catch_unwind};

use calendar::{Unit, unit};

use super::{Life, Violation};
use crate::{
    provider::Write,
    rng::{Rng, mix},
    world::{Watch, World},
};

/// Distinguishes its stream of chance.
const STREAM: u64 = 31;
/// One life in so many is lived twice.
const SHARE: usize = 4;

impl Life {
    /// Which calendar of this life is watched, if it is lived twice: one that is written.
    pub(super) fn watched(&self, world: &World) -> Option<usize> {
        let mut rng = Rng::new(mix(self.seed, STREAM));
        // The events of feeds are matched by what they hold: other words are other events there.
        let fed = (0..world.providers.len()).any(|place| world.is_feed(place));
        if fed || rng.below(SHARE) > 0 {
            return None;
        }
        let places = world.hub.places.iter().enumerate();
        let receive = places.filter(|(_, place)| place.role.receives());
        let receive: Vec<usize> = receive.map(|(place, _)| place).collect();
        rng.pick(&receive)
    }

    /// Whether a calendar can tell this life, which was lived in `world`, from one in which something else is hidden from it.
    pub(super) fn interferes(&self, world: &World) -> Option<Violation> {
        let watch = world.watch.as_ref()?;
        let hidden = world.hidden_from_watch();
        if hidden.is_empty() {
            return None;
        }
        let mut again = World::new(self.seed, false);
        again.disguised = hidden;
        again.watch(watch.place());
        // What does not hold was told of the first life.
        let _ = catch_unwind(AssertUnwindSafe(|| self.pass(&mut again)));
        let told = differs(watch, again.watch.as_ref()?)?;
        let place = watch.place();
        Some(Violation::new(&format!(
            "I5: {place} is sent what tells it of what is hidden from it: {told}"
        )))
    }

    /// The same for a life that may have failed for another reason: whether any of its calendars can tell.
    pub fn interference(&self) -> Option<Violation> {
        let places = World::new(self.seed, false).providers.len();
        (0..places).find_map(|place| {
            let mut world = World::new(self.seed, false);
            world.watch(place);
            let _ = catch_unwind(AssertUnwindSafe(|| self.pass(&mut world)));
            self.interferes(&world)
        })
    }
}

/// The first of what a calendar was sent that is not the same in two lives.
fn differs(one: &Watch, other: &Watch) -> Option<String> {
    let (one, other) = (&one.sent, &other.sent);
    let both = one.iter().zip(other);
    if let Some((at, (write, instead))) = both.enumerate().find(|(_, (a, b))| a != b) {
        let what = body(write)
            .zip(body(instead))
            .map(|(a, b)| unit::diff(a, b));
        return Some(format!("write {at}, {}", named(what)));
    }
    (one.len() != other.len()).then(|| format!("{} and {} writes", one.len(), other.len()))
}

fn body(write: &Write) -> Option<&calendar::Event> {
    match write {
        Write::Create { body, .. } | Write::Update { body, .. } => Some(body),
        Write::Delete { .. } => None,
    }
}

fn named(units: Option<std::collections::BTreeSet<Unit>>) -> String {
    match units {
        Some(units) if !units.is_empty() => format!("{units:?}"),
        _ => "which is another one".to_owned(),
    }
}
