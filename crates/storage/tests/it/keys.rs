//! The vault over a real database: tampering, moved rows, destroyed keys.

use kalends_storage::{Aad, Error, KeyRef, Tx, calendars, copies};
use sync::CalendarId;

use crate::fixture::{Fixture, a_copy, id};

both! {
    what_is_sealed_opens_in_its_row_only,
    a_destroyed_calendar_key_erases_the_calendar,
    a_deleted_calendar_stays_unreadable,
    a_destroyed_tenant_key_erases_everything,
    a_key_that_was_rolled_back_does_not_linger,
    two_nodes_make_one_key_for_a_calendar,
}

async fn open_text(tx: &mut Tx, aad: Aad, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    tx.open(aad, sealed).await.map(|plain| plain.to_vec())
}

async fn what_is_sealed_opens_in_its_row_only(f: Fixture) {
    let other = f.stores.create_tenant("Other").await.unwrap();
    let aad = Aad {
        table: "notes",
        row: id(),
    };
    let mut tx = f.store.write().await.unwrap();
    for key in [KeyRef::Tenant, KeyRef::Calendar(CalendarId(id()))] {
        let sealed = tx.seal(key, aad, b"secret").await.unwrap();
        assert_eq!(open_text(&mut tx, aad, &sealed).await.unwrap(), b"secret");

        let moved = Aad { row: id(), ..aad };
        let error = open_text(&mut tx, moved, &sealed).await.unwrap_err();
        assert!(
            matches!(error, Error::Tampered { table: "notes" }),
            "{error}"
        );
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(open_text(&mut tx, aad, &changed).await.is_err());
        let mut other_key = sealed.clone();
        other_key[0] ^= 1;
        assert!(open_text(&mut tx, aad, &other_key).await.is_err());
        assert!(open_text(&mut tx, aad, &sealed[..20]).await.is_err());
        assert!(open_text(&mut tx, aad, b"").await.is_err());

        let mut stranger = other.read().await.unwrap();
        assert!(open_text(&mut stranger, aad, &sealed).await.is_err());
    }
}

async fn a_destroyed_calendar_key_erases_the_calendar(f: Fixture) {
    let (lost, kept) = (f.calendar().await, f.calendar().await);
    let (in_lost, in_kept) = (a_copy(lost, "a"), a_copy(kept, "b"));
    let mut tx = f.store.write().await.unwrap();
    copies::insert(&mut tx, &in_lost).await.unwrap();
    copies::insert(&mut tx, &in_kept).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = f.store.write().await.unwrap();
    tx.destroy_key(KeyRef::Calendar(lost)).await.unwrap();
    let error = copies::insert(&mut tx, &a_copy(lost, "c"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::KeyDestroyed(_)),
        "from now on: {error}"
    );
    tx.rollback().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert!(
        copies::get(&mut tx, in_lost.copy.id).await.is_ok(),
        "rolled back"
    );
    drop(tx);

    let mut tx = f.store.write().await.unwrap();
    tx.destroy_key(KeyRef::Calendar(lost)).await.unwrap();
    tx.commit().await.unwrap();
    let reopened = f.again().await;
    for store in [&f.store, &reopened.of(f.store.tenant()).await.unwrap()] {
        let mut tx = store.read().await.unwrap();
        let error = copies::get(&mut tx, in_lost.copy.id).await.unwrap_err();
        assert!(matches!(error, Error::KeyDestroyed("calendar")), "{error}");
        assert!(
            copies::get(&mut tx, in_kept.copy.id)
                .await
                .unwrap()
                .is_some()
        );
        drop(tx);
        let mut tx = store.write().await.unwrap();
        let again = a_copy(lost, "c");
        let error = copies::insert(&mut tx, &again).await.unwrap_err();
        assert!(
            matches!(error, Error::KeyDestroyed(_)),
            "no key in its place: {error}"
        );
    }
}

async fn a_deleted_calendar_stays_unreadable(f: Fixture) {
    let calendar = f.calendar().await;
    let aad = Aad {
        table: "backup",
        row: id(),
    };
    let copy = a_copy(calendar, "a");
    let mut tx = f.store.write().await.unwrap();
    let sealed = tx
        .seal(KeyRef::Calendar(calendar), aad, b"secret")
        .await
        .unwrap();
    copies::insert(&mut tx, &copy).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    calendars::delete(&mut tx, calendar).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(copies::get(&mut tx, copy.copy.id).await.unwrap(), None);
    let error = open_text(&mut tx, aad, &sealed).await.unwrap_err();
    assert!(matches!(error, Error::KeyDestroyed("calendar")), "{error}");
}

async fn a_destroyed_tenant_key_erases_everything(f: Fixture) {
    let calendar = f.calendar().await;
    let other = f.stores.create_tenant("Other").await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.destroy_key(KeyRef::Tenant).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let error = calendars::get(&mut tx, calendar).await.unwrap_err();
    assert!(matches!(error, Error::KeyDestroyed("tenant")), "{error}");
    let again = f.again().await;
    let error = again.of(f.store.tenant()).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::KeyDestroyed("tenant")), "{error}");
    assert!(again.of(other.tenant()).await.is_ok(), "nobody else's");
}

async fn a_key_that_was_rolled_back_does_not_linger(f: Fixture) {
    let calendar = CalendarId(id());
    let aad = Aad {
        table: "notes",
        row: id(),
    };
    let mut tx = f.store.write().await.unwrap();
    tx.seal(KeyRef::Calendar(calendar), aad, b"lost")
        .await
        .unwrap();
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    let sealed = tx
        .seal(KeyRef::Calendar(calendar), aad, b"kept")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let reopened = f.again().await;
    let store = reopened.of(f.store.tenant()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(open_text(&mut tx, aad, &sealed).await.unwrap(), b"kept");
}

async fn two_nodes_make_one_key_for_a_calendar(f: Fixture) {
    let node = f.again().await;
    let other = node.of(f.store.tenant()).await.unwrap();
    let calendar = CalendarId(id());
    let aad = Aad {
        table: "notes",
        row: id(),
    };
    let seal = async |store: kalends_storage::Store| {
        let mut tx = store.write().await.unwrap();
        let sealed = tx
            .seal(KeyRef::Calendar(calendar), aad, b"x")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        sealed
    };
    let (a, b) = tokio::join!(seal(f.store.clone()), seal(other.clone()));
    assert_eq!(a[..16], b[..16], "one key");
    let mut tx = other.read().await.unwrap();
    assert_eq!(open_text(&mut tx, aad, &a).await.unwrap(), b"x");
}
