//! The simulation itself: many lives are clean, a seed tells the same life each time, a failing life is told briefly, and
//! each law is missed when it is taken away.

mod lives;
mod mutants;
mod scope;
