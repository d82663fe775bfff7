//! A page of changes is taken in at once. What cannot be taken in keeps nothing else from it.

use kalends_hub::{Mask, Role};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::world::{Database, World, event};

both! {
    an_event_that_cannot_be_taken_in_keeps_no_other_from_it,
    what_came_without_its_cursor_and_goes_again_is_missed,
}

const EVENTS: usize = 7;

/// Ruins what one linked event of this tenant is known to agree with.
async fn ruin_one(world: &World) {
    let tenant = world.store.tenant().0.simple().to_string();
    let url = &world.database.settings.url;
    let is_sqlite = url.starts_with("sqlite:");
    let tenant = if is_sqlite {
        format!("X'{tenant}'")
    } else {
        format!("'\\x{tenant}'::bytea")
    };
    let sql = AssertSqlSafe(format!(
        "UPDATE members SET content = substr(content, 1, 20) WHERE tenant = {tenant}
           AND linked = (SELECT linked FROM members WHERE tenant = {tenant} ORDER BY linked LIMIT 1)"
    ));
    let done = if is_sqlite {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        connection.execute(sql).await.unwrap().rows_affected()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute(sql).await.unwrap().rows_affected()
    };
    assert_eq!(done, 2);
}

/// Two calendars with the same events, one of which cannot be taken in any more.
async fn ruined(database: &Database) -> World {
    let world = World::new(database, 2).await;
    let all = [0, 1].map(|i| (i, Role::Both, Mask::everything()));
    world.link(&all).await;
    for n in 0..EVENTS {
        let (uid, title) = (format!("{n}@x"), format!("Visit {n}"));
        let visit = event(&uid, &title, "2026-11-24T09:00:00");
        world.models[0].put(&format!("e{n}"), visit);
    }
    world.settle().await;
    ruin_one(&world).await;
    for n in 0..EVENTS {
        world.models[0].edit(&format!("e{n}"), |e| e.title = "New".into());
    }
    world
}

async fn pull_in_vain(world: &World) {
    let pulled = world.hub.pull(&world.store, world.calendars[0]);
    let error = Box::pin(pulled).await.unwrap_err();
    let told = error.to_string();
    assert!(told.contains("sealed data in members"), "{told}");
}

async fn an_event_that_cannot_be_taken_in_keeps_no_other_from_it(database: Database) {
    let world = ruined(&database).await;
    for _ in 0..2 {
        pull_in_vain(&world).await;
    }
    world.push(1).await;
    let titles = world.titles(1);
    let new = titles.iter().filter(|title| *title == "New").count();
    assert_eq!(new, EVENTS - 1, "{titles:?}");
}

/// The cursor before tells nothing of it where cursors are brief.
async fn what_came_without_its_cursor_and_goes_again_is_missed(database: Database) {
    let world = ruined(&database).await;
    world.models[0].manners().brief = true;
    let late = event("late@x", "Late", "2026-11-24T09:00:00");
    world.models[0].put("late", late);
    pull_in_vain(&world).await;
    let there = async || {
        let titles = world.hub_titles(0).await;
        titles.iter().any(|title| title == "Late")
    };
    assert!(there().await);
    world.models[0].remove("late");
    world.models[0].manners().unlisted.insert("late".to_owned());
    pull_in_vain(&world).await;
    assert!(!there().await);
}
