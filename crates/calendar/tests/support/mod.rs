//! What the tests and `examples/corpus` share: the definition of a rule, random rules, and the runner of the corpus.

pub mod cases;
pub mod definition;
pub mod random;
