//! To whom calendars are opened.

use kalends_storage::{
    Error, calendars,
    shares::{self, Access, Share, Whom},
    users,
};
use sync::UserId;

use crate::fixture::{Fixture, at, id};

both! {
    a_grant_counts_for_whoever_has_the_address,
}

fn person(address: &str) -> users::User {
    users::User {
        id: UserId(id()),
        email: address.into(),
        name: "Ann".into(),
        time_zone: "Etc/UTC".into(),
        password: None,
        roles: Vec::new(),
        created: at(1),
    }
}

async fn a_grant_counts_for_whoever_has_the_address(f: Fixture) {
    let calendar = f.calendar().await;
    let share = |whom, access, created| Share {
        id: id(),
        calendar,
        whom,
        access,
        created: at(created),
    };
    let (ann, bob) = (person("ann@example.com"), person("bob@example.com"));
    let to_ann = share(Whom::Person("Ann@Example.com".into()), Access::Write, 2);
    let to_all = share(Whom::Everybody, Access::FreeBusy, 3);
    let mut tx = f.store.write().await.unwrap();
    users::insert(&mut tx, &bob).await.unwrap();
    shares::insert(&mut tx, &to_ann).await.unwrap();
    shares::insert(&mut tx, &to_all).await.unwrap();
    let mine = async |tx: &mut _, who: &users::User| {
        let open = shares::open_to(tx, who.id).await.unwrap();
        (shares::access(tx, calendar, who.id).await.unwrap(), open)
    };
    let everybodys = (calendar, Access::FreeBusy, true);
    let (access, open) = mine(&mut tx, &bob).await;
    assert_eq!((access, open), (Access::FreeBusy, vec![everybodys]));
    // Ann comes later.
    users::insert(&mut tx, &ann).await.unwrap();
    let (access, open) = mine(&mut tx, &ann).await;
    assert_eq!(access, Access::Write);
    assert!(open.len() == 2 && open.contains(&(calendar, Access::Write, false)));
    let all = shares::of_calendar(&mut tx, calendar).await.unwrap();
    assert_eq!(all, [to_ann.clone(), to_all.clone()]);
    assert_eq!(shares::list(&mut tx).await.unwrap(), all);
    assert!(
        shares::update(&mut tx, to_ann.id, Access::Read)
            .await
            .unwrap()
    );
    assert_eq!(mine(&mut tx, &ann).await.0, Access::Read);
    assert!(shares::delete(&mut tx, to_all.id).await.unwrap());
    assert!(!shares::delete(&mut tx, to_all.id).await.unwrap());
    assert_eq!(mine(&mut tx, &bob).await, (Access::None, Vec::new()));
    tx.commit().await.unwrap();
    // One grant for each of them, however the address is written.
    let mut tx = f.store.write().await.unwrap();
    let again = share(Whom::Person("ANN@example.com".into()), Access::Owner, 4);
    let error = shares::insert(&mut tx, &again).await.unwrap_err();
    assert!(matches!(error, Error::Exists), "{error}");
    drop(tx);
    let mut tx = f.store.write().await.unwrap();
    calendars::delete(&mut tx, calendar).await.unwrap();
    let left = shares::of_calendar(&mut tx, calendar).await.unwrap();
    assert_eq!(left, [], "they go with the calendar");
}
