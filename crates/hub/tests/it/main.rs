//! The hub over model providers: pull, link, push, and what must hold afterwards. PostgreSQL is the one that
//! `KALENDS_TEST_POSTGRES` names; without it those tests say that they are skipped, or fail if `KALENDS_REQUIRE_ALL` is set.
#![expect(clippy::unwrap_used, reason = "tests")]

/// Runs each story on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::world::Database::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = crate::world::Database::postgres() {
                    super::$name(database).await;
                }
            })+
        }
    };
}

mod accounts;
mod apart;
mod catalogue;
mod changing;
mod channels;
mod conflicts;
mod dice;
mod disconnect;
mod exploded;
mod filters;
mod held;
mod inbox;
mod leaving;
mod links;
mod long;
mod model;
mod moves;
mod overlaps;
mod parked;
mod pilot;
mod preview;
mod restore;
mod restored;
mod revived;
mod rotation;
mod runs;
mod sharing;
mod silence;
mod splits;
mod sweep;
mod together;
mod why;
mod worker;
mod world;
