//! What is laid down before a search begins: where people do what they do, one after the other, and where the accidents
//! happen. All plans together are all that can happen; within one, what happens at one calendar is nobody else's business.

use sync::Role;

use crate::model::Place;

/// The clock of the start.
const CLOCK: i64 = 1_800_000_000;

/// How much may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Things that people do.
    pub operations: usize,
    /// Accidents.
    pub faults: usize,
}

/// Where a person does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub place: usize,
    /// In the hub; else at the provider.
    pub here: bool,
}

/// Where it happens.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    sites: Vec<Site>,
    /// The calendar whose accidents happen.
    pub fault: usize,
}

impl Plan {
    /// All of them.
    pub(super) fn all(of: &[Place], left: Left) -> Vec<Self> {
        let places = 0..of.len();
        let mut sites: Vec<Site> = Vec::new();
        for place in places.clone() {
            sites.push(Site { place, here: false });
            if of[place].role != Role::Source {
                sites.push(Site { place, here: true });
            }
        }
        let mut programs: Vec<Vec<Site>> = vec![Vec::new()];
        for _ in 0..left.operations {
            let longer = programs.iter().flat_map(|program| {
                sites.iter().map(|site| {
                    let mut program = program.clone();
                    program.push(*site);
                    program
                })
            });
            programs = longer.collect();
        }
        let faults = if left.faults > 0 { places } else { 0..1 };
        let plans = faults.flat_map(|fault| {
            programs.iter().map(move |sites| Self {
                sites: sites.clone(),
                fault,
            })
        });
        plans.collect()
    }

    /// Where a person does something next.
    pub(super) fn next(&self, left: Left) -> Option<Site> {
        let done = self.sites.len() - left.operations;
        self.sites.get(done).copied()
    }

    /// What time it is when so much is left.
    pub(super) fn time(&self, left: Left) -> i64 {
        let done = self.sites.len() - left.operations;
        CLOCK + i64::try_from(done).unwrap()
    }
}
