//! Opening a database: again, with the wrong key, at a place that is none.

use kalends_storage::{Error, MasterKey, Settings, Stores, meta};
use sync::TenantId;

use crate::fixture::{Fixture, id, master};

both! {
    opened_again_it_is_the_same,
    the_wrong_master_key_is_refused,
    an_unknown_tenant_is_an_error,
    row_75_an_older_program_refuses_a_newer_schema,
}

async fn opened_again_it_is_the_same(f: Fixture) {
    let calendar = f.calendar().await;
    let again = f.again().await;
    assert_eq!(again.tenants().await.unwrap(), [f.store.tenant()]);
    let store = again.of(f.store.tenant()).await.unwrap();
    assert_eq!(store.name(), "Practice");
    assert_eq!(store.hash("uid", "a"), f.store.hash("uid", "a"));
    let mut tx = store.read().await.unwrap();
    let found = kalends_storage::calendars::get(&mut tx, calendar)
        .await
        .unwrap();
    assert_eq!(found.unwrap().name, "Practice");
    drop(tx);
    again.close().await;
    Stores::migrate(&f.settings)
        .await
        .expect("there is nothing left to do");
}

async fn the_wrong_master_key_is_refused(f: Fixture) {
    let wrong = Stores::open(f.settings.clone(), MasterKey::new([43; 32])).await;
    let error = wrong.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::WrongMasterKey), "{error}");
    assert!(error.to_string().contains("KALENDS_MASTER_KEY"));
}

async fn an_unknown_tenant_is_an_error(f: Fixture) {
    let unknown = TenantId(id());
    let error = f.stores.of(unknown).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::UnknownTenant(tenant) if tenant == unknown));
    let known = f.store.tenant();
    let twin = f.stores.create_tenant_as(known, "Twin").await;
    assert!(matches!(twin.map(|_| ()).unwrap_err(), Error::Exists));
    assert_eq!(f.stores.of(known).await.unwrap().name(), "Practice");
}

#[tokio::test]
async fn a_bad_place_is_named() {
    let open = async |url: &str| {
        let stores = Stores::open(Settings::new(url), master()).await;
        stores.map(|_| ()).unwrap_err()
    };
    assert!(matches!(open("mysql://nowhere").await, Error::Url));
    assert!(matches!(
        open("sqlite:/no/such/folder/x.db").await,
        Error::Open(_)
    ));
    let refused = open("postgres://nobody@127.0.0.1:1/none").await;
    assert!(
        refused.to_string().contains("Check that it runs"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_vanishing_database_has_readers_beside_its_writer() {
    let stores = Stores::open(Settings::new("sqlite::memory:"), master())
        .await
        .unwrap();
    let store = stores.create_tenant("T").await.unwrap();
    let mut writer = store.write().await.unwrap();
    meta::set(&mut writer, "x", "1").await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(meta::get(&mut reader, "x").await.unwrap(), None);
    writer.commit().await.unwrap();
    let other = Stores::open(Settings::new("sqlite::memory:"), master())
        .await
        .unwrap();
    assert_eq!(other.tenants().await.unwrap(), [], "each has its own");
}

async fn row_75_an_older_program_refuses_a_newer_schema(f: Fixture) {
    let calendar = f.calendar().await;
    let version = "version, description, installed_on, success, checksum, execution_time";
    f.run_sql(&format!(
        "INSERT INTO _sqlx_migrations ({version})
         SELECT 99999999, 'later', installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1"
    ))
    .await;
    let refused = Stores::open(f.settings.clone(), master()).await;
    let refused = refused.map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("newer version"), "{refused}");
    // It has touched nothing: the newer program, or this one after the restore of the schema, goes on.
    f.run_sql("DELETE FROM _sqlx_migrations WHERE version = 99999999")
        .await;
    let again = f.again().await;
    let store = again.of(f.store.tenant()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let found = kalends_storage::calendars::get(&mut tx, calendar);
    assert!(found.await.unwrap().is_some());
}
