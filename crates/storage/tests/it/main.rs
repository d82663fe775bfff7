//! Storage on both databases. PostgreSQL is the one that `KALENDS_TEST_POSTGRES` names; without it those tests say that
//! they are skipped, or fail if `KALENDS_REQUIRE_ALL` is set.
#![expect(clippy::unwrap_used, reason = "tests")]

/// Runs each story on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::fixture::Fixture::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(fixture) = crate::fixture::Fixture::postgres().await {
                    super::$name(fixture).await;
                }
            })+
        }
    };
}

mod budget;
mod commits;
mod file;
mod fixture;
mod gathered;
mod inboxes;
mod keys;
mod known;
mod locks;
mod mail;
mod objects;
mod opening;
mod people;
mod planted;
mod published;
mod rows;
mod runs;
mod shares;
mod statements;
mod traces;
mod windows;
