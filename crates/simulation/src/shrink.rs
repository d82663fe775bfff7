//! A failing life told with as few steps as possible.

use crate::life::{Life, Violation};

/// Leaves out steps as long as the same invariant still fails (delta debugging: halves first, then smaller and smaller
/// pieces). `fails` lives a life.
pub fn shrink(life: &Life, fails: impl Fn(&Life) -> Option<Violation>) -> Life {
    let Some(first) = fails(life) else {
        return life.clone();
    };
    let mut best = life.clone();
    let mut piece = best.steps.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < best.steps.len() {
            let mut without = best.clone();
            without.steps.drain(at..(at + piece).min(best.steps.len()));
            if fails(&without).is_some_and(|v| v.invariant == first.invariant) {
                best = without;
                shorter = true;
            } else {
                at += piece;
            }
        }
        if !shorter {
            piece /= 2;
        }
    }
    best
}
