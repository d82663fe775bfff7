//! What can happen in a state, and how it happens.

use sync::{
    Operation,
    replication::{Step as Planned, plan},
};

use super::plan::{Left, Plan, Site};
use crate::{
    model::Stage,
    rng::{Rng, Script},
    world::{World, say},
};

/// Something that happens at one calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    // A person, at the provider or in the hub.
    EditThere,
    CreateThere,
    DeleteThere,
    RestoreThere,
    EditHere,
    CreateHere,
    DeleteHere,
    // The worker.
    Read,
    Commit,
    Push(usize),
    Advance,
    // What nobody does.
    Late,
    Crash,
    LoseCursor,
}

impl Deed {
    fn is_there(self) -> bool {
        use Deed::{CreateThere, DeleteThere, EditThere, RestoreThere};
        matches!(self, EditThere | CreateThere | DeleteThere | RestoreThere)
    }

    fn is_here(self) -> bool {
        matches!(self, Self::EditHere | Self::CreateHere | Self::DeleteHere)
    }

    /// Whether a person does it.
    fn is_operation(self) -> bool {
        self.is_there() || self.is_here()
    }
}

/// One step of an exploration: what happens where, and how each choice in it is made.
#[derive(Clone, Debug)]
pub(super) struct Step {
    deed: Deed,
    place: usize,
    choices: Vec<usize>,
}

/// What comes of a step.
pub(super) type Next = (Step, World, Left);

/// All that can happen next at one calendar.
pub(super) fn steps(world: &World, left: Left, plan: &Plan, place: usize) -> Vec<Next> {
    let branches = |deed| Branches {
        world,
        left,
        plan,
        deed,
        place,
        next: Some(Vec::new()),
    };
    let deeds = deeds(world, left, plan, place).into_iter();
    deeds.flat_map(branches).collect()
}

/// One deed, with each of the choices that are made in it.
struct Branches<'w> {
    world: &'w World,
    left: Left,
    plan: &'w Plan,
    deed: Deed,
    place: usize,
    next: Option<Vec<usize>>,
}

impl Iterator for Branches<'_> {
    type Item = Next;

    fn next(&mut self) -> Option<Self::Item> {
        let mut step = Step {
            deed: self.deed,
            place: self.place,
            choices: self.next.take()?,
        };
        let mut world = self.world.clone();
        let left = step.happen(&mut world, self.left, self.plan);
        if let Some(script) = world.rng.script() {
            self.next = script.next();
            step.choices = script.choices().to_vec();
        }
        Some((step, world, left))
    }
}

impl Step {
    /// Makes it happen; what is left then.
    pub(super) fn happen(&self, world: &mut World, mut left: Left, plan: &Plan) -> Left {
        let place = self.place;
        if matches!(self.deed, Deed::Crash | Deed::LoseCursor) {
            left.faults -= 1;
        }
        let accidents = if plan.fault == place { left.faults } else { 0 };
        world.rng = Rng::told(Script::of(self.choices.clone(), accidents));
        world.hub.catch_up();
        if self.deed.is_operation() {
            left.operations -= 1;
            world.set_clock(plan.time(left));
        } else {
            // A provider's clock ticks when somebody does something there.
            let objects = world.providers[place].objects.values();
            let last = objects.map(|object| object.modified.as_second()).max();
            world.set_clock(last.unwrap_or(0));
        }
        match self.deed {
            Deed::EditThere => world.edit_there(place),
            Deed::CreateThere => world.create_there(place),
            Deed::DeleteThere => world.delete_there(place),
            Deed::RestoreThere => world.restore_there(place),
            Deed::EditHere => world.edit_here(place),
            Deed::CreateHere => world.create_here(place),
            Deed::DeleteHere => world.delete_here(place),
            Deed::Read => world.fetch(place),
            Deed::Commit => commit(world, place),
            Deed::Push(row) => drop(world.push_row(row)),
            Deed::Advance => world.advance(place),
            Deed::Late => world.deliver_late(place),
            Deed::Crash => world.crash(place),
            Deed::LoseCursor => {
                say!(world, "{place}: cursor invalid");
                world.hub.cursors[place] = None;
            }
        }
        if plan.fault == place {
            left.faults = world.rng.script().map_or(0, |script| script.accidents);
        }
        left
    }

    /// Whether it can happen.
    pub(super) fn is_possible(&self, world: &World, left: Left, plan: &Plan) -> bool {
        deeds(world, left, plan, self.place).contains(&self.deed)
    }

    /// Whether it is work: neither a person's doing nor an accident that need not happen.
    pub(super) fn is_work(&self, before: Left, after: Left) -> bool {
        before == after && !self.deed.is_operation()
    }
}

/// Commits half a page, or all of it where the first half has nothing in it and nobody could tell.
fn commit(world: &mut World, place: usize) {
    let page = world.workers[place].page.as_ref();
    let empty = page.is_some_and(|page| page.objects.len() < 2 && !page.half);
    let told = creates(world, place);
    world.commit_page(place);
    if empty && !told {
        world.commit_page(place);
    }
}

/// Whether a create is under way, whose answer means something else once the feed was read.
fn creates(world: &World, place: usize) -> bool {
    let (intents, feed) = (&world.hub.intents, world.hub.feeds[place]);
    world.workers[place].flights.iter().any(|flight| {
        matches!(flight.stage, Stage::Ready(_) | Stage::Replied(_))
            && intents.iter().any(|intent| {
                intent.stamp == flight.stamp
                    && intent.operation == Operation::Create
                    && intent.feed == feed
            })
    })
}

/// Whether nothing more happens by itself.
pub(super) fn is_at_rest(world: &World) -> bool {
    (0..world.providers.len()).all(|place| work(world, place).is_empty())
}

/// What happens at one calendar by itself.
fn work(world: &World, place: usize) -> Vec<Deed> {
    let (provider, worker) = (&world.providers[place], &world.workers[place]);
    let mut work: Vec<Deed> = pushes(world, place).map(Deed::Push).collect();
    let others = [
        (worker.page.is_some(), Deed::Commit),
        (!worker.flights.is_empty(), Deed::Advance),
        (reads(world, place), Deed::Read),
        (!provider.late.is_empty(), Deed::Late),
    ];
    work.extend(others.iter().filter(|(can, _)| *can).map(|(_, deed)| *deed));
    work
}

/// What a person can do at one calendar.
fn operations(world: &World, site: Site) -> Vec<Deed> {
    let place = site.place;
    let objects = || world.providers[place].objects.values();
    let rows = world.hub.rows.iter().enumerate();
    let mut rows = rows.filter(|(row, _)| world.hub.place(*row) == place);
    let here = rows.any(|(_, row)| row.copy.alive);
    let live = objects().any(|object| object.live);
    let dead = objects().any(|object| !object.live);
    let all = [
        (live, Deed::EditThere),
        (live, Deed::DeleteThere),
        (true, Deed::CreateThere),
        (dead, Deed::RestoreThere),
        (here, Deed::EditHere),
        (here, Deed::DeleteHere),
        (true, Deed::CreateHere),
    ];
    let all = all
        .iter()
        .filter(|(can, deed)| *can && deed.is_here() == site.here);
    all.map(|(_, deed)| *deed).collect()
}

fn deeds(world: &World, left: Left, plan: &Plan, place: usize) -> Vec<Deed> {
    let mut deeds = work(world, place);
    if let Some(site) = plan.next(left).filter(|site| site.place == place) {
        deeds.extend(operations(world, site));
    }
    if left.faults > 0 && plan.fault == place {
        if !world.is_at_rest_at(place) {
            deeds.push(Deed::Crash);
        }
        if world.hub.cursors[place].is_some() {
            deeds.push(Deed::LoseCursor);
        }
    }
    deeds
}

/// Copies that wait for their worker.
fn pushes(world: &World, place: usize) -> impl Iterator<Item = usize> {
    let blocked = !world.providers[place].is_ordered() && world.workers[place].page.is_some();
    (0..world.hub.rows.len()).filter(move |row| {
        !blocked
            && world.hub.place(*row) == place
            && world.is_idle(*row)
            && plan(&world.hub.rows[*row].copy, &world.hub.unfinished(*row)) != Planned::Nothing
    })
}

/// Whether there is anything to read. To read that there is nothing matters to whom has a write under way (R4).
fn reads(world: &World, place: usize) -> bool {
    let (provider, worker) = (&world.providers[place], &world.workers[place]);
    let news = world.hub.cursors[place] != Some(provider.position);
    let blocked = !provider.is_ordered() && !worker.flights.is_empty();
    worker.page.is_none() && !blocked && (news || creates(world, place))
}
