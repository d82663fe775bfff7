//! Every statement of the crate is prepared on both databases, and the two schemas are the same.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, SqlSafeStr as _};

use crate::fixture::Fixture;

/// One statement and where it stands.
struct Statement {
    place: String,
    name: String,
    sql: String,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// All string literals in the sources that are statements. No statement may be put together from pieces: then this
/// would not see it, and neither would a reader. One for many rows stands there as that for one.
fn statements() -> Vec<Statement> {
    let mut files = Vec::new();
    rust_files(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut files,
    );
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("const ") {
            let Some((head, rest)) = text[at..].split_once('=') else {
                continue;
            };
            let Some(name) = head.strip_suffix(": &str ") else {
                continue;
            };
            let Some(sql) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            let sql = sql.split('"').next().unwrap_or_default().trim();
            let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
            if verbs.iter().any(|verb| sql.starts_with(verb)) {
                found.push(Statement {
                    place: file.file_name().unwrap().to_string_lossy().into_owned(),
                    name: name.trim_start_matches("const ").to_owned(),
                    sql: sql.to_owned(),
                });
            }
        }
    }
    found
}

#[test]
fn every_statement_is_a_constant() {
    let verbs = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "WITH "];
    let mut files = Vec::new();
    rust_files(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut files,
    );
    let mut literals = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for verb in verbs {
            for (at, _) in text.match_indices(verb) {
                literals += usize::from(text[..at].trim_end().ends_with('"'));
            }
        }
    }
    assert_eq!(
        literals,
        statements().len(),
        "a statement is not `const NAME: &str = \"…\"`"
    );
    assert!(literals > 100, "only {literals}: the search is broken");
}

#[tokio::test]
async fn all_are_prepared_on_sqlite() {
    let f = Fixture::sqlite().await;
    let mut connection = sqlx::SqliteConnection::connect(&f.settings.url)
        .await
        .unwrap();
    for s in statements() {
        if s.name.ends_with("_POSTGRES") {
            continue;
        }
        let sql = AssertSqlSafe(s.sql).into_sql_str();
        if let Err(error) = connection.prepare(sql).await {
            panic!("{} {}: {error}", s.place, s.name);
        }
    }
}

#[tokio::test]
async fn all_are_prepared_on_postgres() {
    let Some(f) = Fixture::postgres().await else {
        return;
    };
    let mut connection = sqlx::PgConnection::connect(&f.settings.url).await.unwrap();
    for s in statements() {
        // Without their values it is not known of what types rows are; `gathered.rs` runs these.
        if s.name.ends_with("_SQLITE") || s.sql.contains("(VALUES") {
            continue;
        }
        let sql = AssertSqlSafe(s.sql).into_sql_str();
        if let Err(error) = connection.prepare(sql).await {
            panic!("{} {}: {error}", s.place, s.name);
        }
    }
}

/// Asks SQLite how it would go about a statement.
struct Planner {
    connection: sqlx::SqliteConnection,
    _fixture: Fixture,
}

impl Planner {
    async fn new() -> Self {
        let fixture = Fixture::sqlite().await;
        let connection = sqlx::SqliteConnection::connect(&fixture.settings.url);
        Self {
            connection: connection.await.unwrap(),
            _fixture: fixture,
        }
    }

    async fn plan(&mut self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(sql).fetch_all(&mut self.connection).await;
        rows.unwrap().iter().map(|row| row.get("detail")).collect()
    }
}

/// What may read all rows that a tenant has in a table.
const READS_ALL: [&str; 37] = [
    // There are few rows: one for each person, account, calendar, link, share, app, sign-in or double booking.
    "api_tokens.rs OF_USER",
    "app_passwords.rs OF_USER",
    "calendars.rs LIST",
    "clients.rs LIST",
    "connections.rs LIST",
    "held.rs COUNTS",
    "links.rs LIST",
    "overlaps.rs PASSED",
    "sessions.rs DELETE_OF_USER",
    "shares.rs LIST",
    "shares.rs OPEN_TO",
    "tokens.rs DELETE_ACCESS",
    "users.rs LIST",
    // The first of an order, or the few that a partial index has.
    "changes.rs FIRST_SINCE",
    "changes.rs OLDEST",
    "objects.rs PRUNE_INBOXES",
    "runs.rs LATEST",
    "timers.rs NEXT",
    // Once a day.
    "codes.rs PRUNE",
    "conflicts.rs PRUNE",
    "edits.rs PRUNE",
    "enclosures.rs PRUNE",
    "intents.rs PRUNE",
    "mail.rs PRUNE",
    "mail.rs WAITING_BEFORE",
    "objects.rs PRUNE",
    "one_time.rs PRUNE",
    "sessions.rs PRUNE",
    "spans.rs PRUNE",
    "tokens.rs PRUNE",
    // Somebody or something goes, a clock was set, or a file is looked at as a whole.
    "calendars.rs DELETE",
    "inspect.rs APPLIED",
    "jobs.rs BRING_FORWARD",
    "jobs.rs BRING_ON",
    "jobs.rs LEFT_BEHIND",
    "keys.rs DESTROY_TENANT",
    "users.rs DELETE",
];

/// Whether a line of a plan reads all rows that a tenant has in a table: SQLite has no statistics, takes a tenant to have ten
/// rows, and reads them all rather than sort what another index finds. What is given with the statement is scanned too.
fn reads_all(line: &str) -> bool {
    let given = ["SCAN v", "SCAN found", "SCAN CONSTANT ROW"];
    let scans = line.starts_with("SCAN ") && !given.contains(&line);
    (scans || line.ends_with("(tenant=?)")) && !line.contains(" tenants ")
}

#[tokio::test]
async fn nothing_reads_all_that_a_tenant_has_unless_it_may() {
    let mut file = Planner::new().await;
    let mut found = Vec::new();
    for s in statements() {
        if s.name.ends_with("_POSTGRES") || s.name == "HAS_SQLITE" {
            continue;
        }
        let plan = file.plan(&s.sql).await;
        if plan.iter().any(|line| reads_all(line)) {
            found.push(format!("{} {}", s.place, s.name));
        }
    }
    found.sort_unstable();
    let mut may = READS_ALL;
    may.sort_unstable();
    assert_eq!(found, may);
}

#[tokio::test]
async fn what_meets_is_found_by_index() {
    let mut file = Planner::new().await;
    let found = statements().into_iter().find(|s| s.name == "MEETINGS");
    let plan = file.plan(&found.unwrap().sql).await;
    let by_time = plan.iter().any(|line| {
        line.starts_with("SEARCH theirs USING INDEX spans_by_time") && line.contains("start_at>?")
    });
    let scans = plan.iter().any(|line| line.starts_with("SCAN"));
    assert!(by_time && !scans, "{plan:#?}");
}

#[tokio::test]
async fn what_a_provider_tells_of_is_found_by_index() {
    let mut file = Planner::new().await;
    let names = ["BY_REMOTE", "WRITTEN_SINCE"];
    let all = statements().into_iter();
    let of_copies = |s: &Statement| s.sql.contains("copies") && names.contains(&s.name.as_str());
    let asked: Vec<Statement> = all.filter(of_copies).collect();
    assert_eq!(asked.len(), 3);
    for Statement { name, sql, .. } in asked {
        let plan = file.plan(&sql).await;
        let index = match name.as_str() {
            "BY_REMOTE" => "copies_by_remote (calendar=? AND tenant=? AND remote_hash=?)",
            _ => "intents_written (calendar=? AND tenant=? AND closed_at>?)",
        };
        assert!(
            plan.iter().any(|line| line.contains(index)),
            "{name} {plan:#?}"
        );
        // The copies of what was written: each by its id, not all of the calendar for each.
        let by_id = |line: &String| line.starts_with("SEARCH c ") && line.contains("AND id=?)");
        assert!(
            name == "BY_REMOTE" || plan.iter().any(by_id),
            "{name} {plan:#?}"
        );
    }
}

#[tokio::test]
async fn a_window_is_looked_up_by_both_ends() {
    let mut file = Planner::new().await;
    let names = ["IN", "IN_BY_ID"];
    let all = statements().into_iter();
    for s in all.filter(|s| names.contains(&s.name.as_str())) {
        let plan = file.plan(&s.sql).await;
        for (index, ends) in [
            ("copies_of_days", "start_at>? AND start_at<?"),
            ("copies_of_weeks", "start_at>? AND start_at<?"),
            ("copies_of_months", "start_at>? AND start_at<?"),
            ("copies_of_years", "start_at<?"),
        ] {
            let by_both = |line: &String| line.contains(index) && line.contains(ends);
            assert!(plan.iter().any(by_both), "{} {index} {plan:#?}", s.name);
        }
        // What is found is sorted, which is told as a scan of it.
        let scans = |line: &&String| line.contains("SCAN copies");
        assert_eq!(plan.iter().find(scans), None, "{plan:#?}");
    }
}

#[test]
fn every_statement_names_the_tenant() {
    // Of the schema itself nothing belongs to anybody.
    let of_tenants = |s: &Statement| !s.sql.contains("_sqlx_migrations");
    for s in statements().into_iter().filter(of_tenants) {
        assert!(s.sql.contains("tenant"), "{} {}", s.place, s.name);
        assert!(s.sql.contains("$1"), "{} {}", s.place, s.name);
    }
}

/// PostgreSQL reads all that a tenant or calendar has where it believes that it has nothing, as it does of a new one.
#[tokio::test]
async fn postgres_has_no_statistics_of_tenants_and_calendars() {
    let Some(f) = Fixture::postgres().await else {
        return;
    };
    let mut connection = sqlx::PgConnection::connect(&f.settings.url).await.unwrap();
    let columns = "SELECT attrelid::regclass::text || '.' || attname AS name, COALESCE(attstattarget, -1) = 0 AS without
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE attname IN ('tenant', 'calendar') AND relkind = 'r' AND relnamespace = current_schema()::regnamespace";
    let rows = sqlx::query(columns).fetch_all(&mut connection).await;
    let rows = rows.unwrap();
    assert!(rows.len() > 30, "{}", rows.len());
    for row in rows {
        let name: String = row.get("name");
        assert!(row.get::<bool, _>("without"), "{name}");
    }
}

#[test]
fn the_two_schemas_are_the_same() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files = 0;
    for entry in std::fs::read_dir(format!("{folder}/postgres")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let read = |d: &str| std::fs::read_to_string(format!("{folder}/{d}/{name}")).unwrap();
        let postgres = read("postgres").replace("BYTEA", "BLOB");
        let both = postgres.split("\n-- PostgreSQL only.").next();
        assert_eq!(both, Some(read("sqlite").as_str()), "{name}");
        files += 1;
    }
    assert_eq!(
        files,
        std::fs::read_dir(format!("{folder}/sqlite"))
            .unwrap()
            .count()
    );
}
