//! The pages of conformance that list every operation, parameter and field: they list all that is published and nothing else,
//! and the tests that they name are there.

use std::{collections::BTreeSet, fs, path::Path};

/// Where the tests are that a page may name.
const TESTS: [&str; 4] = [
    "crates/faces/tests/it",
    "crates/sandbox/tests/it",
    "crates/sandbox/tests/it/clients",
    "crates/kalends/tests/it",
];

/// A row of a table: the names in its first two cells, and its last cell.
struct Row {
    of: Vec<String>,
    names: Vec<String>,
    shown: String,
}

/// A page of conformance.
pub struct Page {
    file: &'static str,
    rows: Vec<Row>,
}

/// A row is about the thing itself, not about a part of it.
const ITSELF: &str = "";

impl Page {
    pub fn read(file: &'static str) -> Self {
        let text = fs::read_to_string(root().join("docs/conformance").join(file)).unwrap();
        let rows = text.lines().filter_map(row).collect();
        Self { file, rows }
    }

    /// Compares what it lists with what is published: pairs of an operation and a parameter, or of a resource and a field.
    pub fn lists(&self, published: &BTreeSet<(String, String)>) {
        let mut listed = BTreeSet::new();
        for row in &self.rows {
            for of in &row.of {
                let whole = row.names.is_empty().then(|| ITSELF.to_owned());
                for name in row.names.iter().cloned().chain(whole) {
                    let new = listed.insert((of.clone(), name.clone()));
                    assert!(new, "{}: {of} {name} is there twice", self.file);
                }
            }
        }
        let missing: Vec<_> = published.difference(&listed).collect();
        assert!(missing.is_empty(), "{} lacks {missing:#?}", self.file);
        let unknown: Vec<_> = listed.difference(published).collect();
        assert!(unknown.is_empty(), "{} knows {unknown:#?}", self.file);
    }

    /// Looks for the tests that it names, as in `google_fields.py: limits`.
    pub fn names_tests(&self) {
        for row in &self.rows {
            let shown = ticked(&row.shown);
            assert!(
                !shown.is_empty() || row.shown == "—",
                "{}: no test at {:?} {:?}",
                self.file,
                row.of,
                row.names
            );
            for shown in shown {
                let (file, test) = shown.split_once(": ").unwrap_or((&shown, ""));
                let texts: Vec<_> = TESTS
                    .iter()
                    .filter_map(|place| fs::read_to_string(root().join(place).join(file)).ok())
                    .collect();
                let found = texts.iter().any(|text| {
                    test.is_empty()
                        || text.contains(&format!("fn {test}("))
                        || text.contains(&format!("def {test}("))
                });
                assert!(found, "{}: there is no {shown}", self.file);
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A row whose first cell names something.
fn row(line: &str) -> Option<Row> {
    let cells: Vec<_> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .collect();
    let (first, second) = (cells.first()?, cells.get(1)?);
    let of = ticked(first);
    let shown = cells.last()?.trim().to_owned();
    (cells.len() == 4 && !of.is_empty()).then(|| Row {
        of,
        names: ticked(second),
        shown,
    })
}

/// What stands between backticks.
fn ticked(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_row_is_read() {
    let line = "| `a`, `b` | `c.d` | read | `x.py: y` |";
    let read = row(line).unwrap();
    assert_eq!((read.of, read.names), (ticked("`a`,`b`"), ticked("`c.d`")));
    assert_eq!(read.shown, "`x.py: y`");
    assert!(row("|---|---|---|---|").is_none());
    assert!(row("| Operation | Parameter | State | Shown by |").is_none());
}
