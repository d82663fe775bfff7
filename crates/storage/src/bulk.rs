//! Statements for many rows at once. How many rows a statement has is one of a few numbers, so that each is prepared once.

use crate::{Result, session::Session, value::Value};

/// How many rows a statement may have, the most first.
const SIZES: [usize; 4] = [32, 8, 2, 1];

/// How many places a list in a condition may have, the fewest first.
const PLACES: [usize; 3] = [1, 8, 32];

/// A statement that stands in the sources for one row, in several sizes.
pub(crate) struct Bulk(Vec<(usize, String)>);

impl Bulk {
    /// The statement for many rows, from that for one, whose values stand after the word `VALUES`. `$1` is the tenant in each
    /// row; the other places are its own.
    pub fn new(one: &str) -> Self {
        let (head, rest) = one.split_once("VALUES (").unwrap_or((one, ""));
        let (row, tail) = rest.split_once(')').unwrap_or((rest, ""));
        let keyed = row.starts_with("$1,");
        let columns = row.split(',').count() - usize::from(keyed);
        let row = |row: usize| {
            let first = 2 + row * columns;
            let places = (first..first + columns).map(|place| format!("${place}"));
            let tenant = keyed.then(|| "$1".to_owned());
            let all: Vec<String> = tenant.into_iter().chain(places).collect();
            format!("({})", all.join(", "))
        };
        let statement = |size: usize| {
            let rows: Vec<String> = (0..size).map(row).collect();
            (size, format!("{head}VALUES {}{tail}", rows.join(", ")))
        };
        Self(SIZES.into_iter().map(statement).collect())
    }

    /// Runs it with these rows; how many it touched.
    pub async fn run(&'static self, session: &mut Session, rows: Vec<Vec<Value>>) -> Result<u64> {
        let (mut touched, mut left) = (0, rows.len());
        let mut values = rows.into_iter();
        for (size, statement) in &self.0 {
            while left >= *size {
                let some: Vec<Value> = values.by_ref().take(*size).flatten().collect();
                touched += session.run(statement, some).await?;
                left -= size;
            }
        }
        Ok(touched)
    }
}

/// A statement that stands in the sources with `IN ($n)` for one thing, in several sizes.
pub(crate) struct Listed(Vec<(usize, String)>);

impl Listed {
    /// The statement for any of a list, from that for one, which is the last of its places.
    pub fn new(one: &str) -> Self {
        let (head, rest) = one.split_once("IN ($").unwrap_or((one, ""));
        let (first, tail) = rest.split_once(')').unwrap_or((rest, ""));
        let first: usize = first.parse().unwrap_or(2);
        let statement = |size: usize| {
            let places: Vec<String> = (first..first + size).map(|n| format!("${n}")).collect();
            (size, format!("{head}IN ({}){tail}", places.join(", ")))
        };
        Self(PLACES.into_iter().map(statement).collect())
    }

    /// The statements that ask for all of `wanted`, each with the values of its list. Places that are left over ask for
    /// the last one again.
    pub fn asking<T: Clone + Into<Value>>(
        &'static self,
        wanted: &[T],
    ) -> Vec<(&'static str, Vec<Value>)> {
        let most = PLACES[PLACES.len() - 1];
        let ask = |some: &[T]| {
            let fits = |(size, _): &&(usize, String)| *size >= some.len();
            let (size, statement) = self.0.iter().find(fits)?;
            let again = some.last().into_iter().cycle();
            let values = some.iter().chain(again).take(*size);
            Some((
                statement.as_str(),
                values.cloned().map(Into::into).collect(),
            ))
        };
        wanted.chunks(most).filter_map(ask).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use sync::CopyId;
    use uuid::Uuid;

    use super::*;

    static INSERT: LazyLock<Bulk> =
        LazyLock::new(|| Bulk::new("insert into t VALUES ($1, $2, $3) returning a"));
    static QUERY: LazyLock<Listed> =
        LazyLock::new(|| Listed::new("select 1 where a = $2 and b IN ($3) order by a"));

    #[test]
    fn each_size_has_its_places() {
        let texts: Vec<(usize, &str)> = INSERT
            .0
            .iter()
            .map(|(size, text)| (*size, text.as_str()))
            .collect();
        assert_eq!(
            texts[2..],
            [
                (
                    2,
                    "insert into t VALUES ($1, $2, $3), ($1, $4, $5) returning a"
                ),
                (1, "insert into t VALUES ($1, $2, $3) returning a")
            ]
        );
        assert!(texts[0].1.ends_with("($1, $64, $65) returning a"));
    }

    #[test]
    fn a_list_is_asked_for_in_as_few_statements_as_possible_and_without_gaps() {
        let ids: Vec<CopyId> = (1..=37).map(|n| CopyId(Uuid::from_u128(n))).collect();
        let asked = QUERY.asking(&ids);
        let sizes: Vec<usize> = asked.iter().map(|(_, values)| values.len()).collect();
        assert_eq!(sizes, [32, 8]);
        assert_eq!(asked[1].1[4..], vec![Value::from(ids[36]); 4]);
        assert!(
            asked[1]
                .0
                .ends_with("b IN ($3, $4, $5, $6, $7, $8, $9, $10) order by a")
        );
        assert_eq!(QUERY.asking::<CopyId>(&[]), []);
    }
}
