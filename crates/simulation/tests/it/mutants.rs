//! The laws, each taken away.

use kalends_simulation::mutants;
use sync::Law;

#[test]
fn without_any_one_law_what_goes_well_still_goes_well() {
    // The mask of this law is what lets a title pass.
    for law in Law::ALL.iter().filter(|law| **law != Law::CoveredStays) {
        assert!(mutants::is_happy(*law), "{}", law.name());
    }
}
