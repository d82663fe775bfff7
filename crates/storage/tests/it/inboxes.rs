//! Inboxes: calendars that are in no list, one a person.

use jiff::Timestamp;
use kalends_storage::{
    Error,
    calendars::{self, Calendar},
    objects::{self, Content, Object},
    users,
};
use sync::UserId;

use crate::fixture::{Fixture, a_calendar, at, id};

both! {
    an_inbox_is_in_no_list_and_is_forgotten_in_time,
}

async fn an_inbox_is_in_no_list_and_is_forgotten_in_time(f: Fixture) {
    let user = UserId(id());
    let person = users::User {
        id: user,
        email: "ada@example.com".into(),
        name: "Ada".into(),
        time_zone: "UTC".into(),
        password: None,
        roles: Vec::new(),
        created: at(0),
    };
    let mut tx = f.store.write().await.unwrap();
    users::insert(&mut tx, &person).await.unwrap();
    let inbox = Calendar {
        owner: Some(user),
        inbox: true,
        ..a_calendar()
    };
    assert_eq!(calendars::inbox_of(&mut tx, user).await.unwrap(), None);
    calendars::insert(&mut tx, &inbox).await.unwrap();
    let found = calendars::inbox_of(&mut tx, user).await.unwrap();
    assert_eq!(found.as_ref(), Some(&inbox));
    assert_eq!(
        calendars::get(&mut tx, inbox.id).await.unwrap(),
        Some(inbox.clone())
    );
    assert_eq!(calendars::list(&mut tx).await.unwrap(), []);
    let message = |calendar, updated: Timestamp| Object {
        id: id(),
        calendar,
        component: "VEVENT".to_owned(),
        alive: true,
        revision: 1,
        created: updated,
        updated,
        content: Content {
            name: format!("{}.ics", id()),
            uid: "u".to_owned(),
            text: "METHOD:REQUEST".to_owned(),
        },
    };
    let other = a_calendar();
    calendars::insert(&mut tx, &other).await.unwrap();
    for calendar in [inbox.id, other.id] {
        for updated in [at(1), at(9)] {
            objects::insert(&mut tx, &message(calendar, updated))
                .await
                .unwrap();
        }
    }
    assert_eq!(objects::prune_inboxes(&mut tx, at(5)).await.unwrap(), 1);
    let left = objects::page(&mut tx, inbox.id, None, 9).await.unwrap();
    assert_eq!(left.len(), 1);
    let left = objects::page(&mut tx, other.id, None, 9).await.unwrap();
    assert_eq!(left.len(), 2, "what people keep is kept");
    let second = Calendar {
        slug: "second".into(),
        ..Calendar {
            id: sync::CalendarId(id()),
            ..inbox
        }
    };
    let refused = calendars::insert(&mut tx, &second).await.unwrap_err();
    assert!(matches!(refused, Error::Exists), "{refused:?}");
}
