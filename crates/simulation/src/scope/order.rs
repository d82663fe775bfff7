//! In which order things happen is nobody's business where they do not meet. What happens at one calendar meets what
//! happens at another only along the link, and so it is enough to go on with one calendar alone (a persistent set) as long
//! as
//!
//! - nothing that can happen there next changes anything elsewhere, and
//! - nothing that can happen elsewhere meanwhile, whatever its order, reaches it.
//!
//! Every state in which nothing more happens is still come to.

use std::collections::HashMap;

use super::{
    digest,
    plan::{Left, Plan},
    step::{Next, steps},
};
use crate::world::World;

/// What was found out about calendars left to themselves.
pub(super) struct Order {
    /// Whether anything is left out.
    reduces: bool,
    /// Whether nothing of it reaches another, by its state and the accidents left.
    silent: HashMap<(u64, usize), bool>,
}

impl Order {
    pub(super) fn new(reduces: bool) -> Self {
        Self {
            reduces,
            silent: HashMap::new(),
        }
    }

    /// All that has to be tried next.
    pub(super) fn next(&mut self, world: &World, left: Left, plan: &Plan) -> Vec<Next> {
        let person = plan.next(left);
        let mut all = Vec::new();
        for place in 0..world.providers.len() {
            let steps = steps(world, left, plan, place);
            let works = |(step, _, after): &Next| step.is_work(left, *after);
            // Whatever a person does elsewhere may come along the link.
            if self.reduces
                && person.is_none_or(|site| site.place == place)
                && steps.iter().any(works)
                && steps.iter().all(|(_, after, _)| stays(place, world, after))
                && self.others_are_silent(place, world, left, plan)
            {
                return steps;
            }
            all.extend(steps);
        }
        all
    }

    fn others_are_silent(&mut self, place: usize, world: &World, left: Left, plan: &Plan) -> bool {
        let alone = Left {
            operations: 0,
            ..left
        };
        (0..world.providers.len())
            .filter(|other| *other != place)
            .all(|other| {
                let mut seen = HashMap::new();
                let silent = self.is_silent(other, world, alone, plan, &mut seen);
                if silent {
                    self.silent.extend(seen);
                }
                silent
            })
    }

    /// Whether a calendar that is left to itself reaches no other. Without anybody's doing; `seen` are the states on the way.
    fn is_silent(
        &mut self,
        place: usize,
        world: &World,
        left: Left,
        plan: &Plan,
        seen: &mut HashMap<(u64, usize), bool>,
    ) -> bool {
        let faults = if plan.fault == place { left.faults } else { 0 };
        let state = (digest::of_place(place, world), faults);
        if let Some(known) = self.silent.get(&state) {
            return *known;
        }
        if seen.insert(state, true).is_some() {
            return true;
        }
        let silent = steps(world, left, plan, place)
            .iter()
            .all(|(_, after, left)| {
                stays(place, world, after) && self.is_silent(place, after, *left, plan, seen)
            });
        if !silent {
            self.silent.insert(state, false);
        }
        silent
    }
}

/// Whether nothing but what belongs to this calendar changed.
fn stays(place: usize, before: &World, after: &World) -> bool {
    let (before, after) = (&before.hub, &after.hub);
    let elsewhere = |row: &usize| before.place(*row) != place;
    before.rows.len() == after.rows.len()
        && before.linked == after.linked
        && before.members == after.members
        && before.deferred.len() == after.deferred.len()
        && (0..before.rows.len())
            .filter(elsewhere)
            .all(|row| before.rows[row].copy == after.rows[row].copy)
}
