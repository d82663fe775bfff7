//! The page of losses has all of them.

use crate::trips::losses::LOSSES;

const PAGE: &str = include_str!("../../../../../docs/conformance/losses.md");
const TESTS: [&str; 2] = [include_str!("series.rs"), include_str!("content.rs")];

#[test]
fn the_page_names_every_loss_that_is_said_and_every_test_of_a_row() {
    for (format, property, reason) in LOSSES {
        let row = |line: &&str| line.contains(&format!("| {format} | `{property}` | {reason} |"));
        assert!(
            PAGE.lines().any(|line| row(&line)),
            "| {format} | `{property}` | {reason} |"
        );
    }
    for tests in TESTS {
        let named = tests.split("fn loss_").skip(1);
        for name in named.filter_map(|rest| rest.split('(').next()) {
            assert!(PAGE.contains(&format!("`loss_{name}`")), "loss_{name}");
        }
    }
}
