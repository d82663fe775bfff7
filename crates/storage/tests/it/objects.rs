//! Calendar objects that are no events: they come back as they went in, and are found by what they are looked up by.

use kalends_storage::{
    Error, calendars,
    objects::{self, Content, Object},
    traces::{self, Kept},
};

use crate::fixture::{Fixture, at, id};

both! {
    objects_by_everything,
}

async fn objects_by_everything(f: Fixture) {
    let calendar = f.calendar().await;
    let mut tx = f.store.write().await.unwrap();
    let mut task = Object {
        id: id(),
        calendar,
        component: "VTODO".to_owned(),
        alive: true,
        revision: 1,
        created: at(1),
        updated: at(2),
        content: Content {
            name: "a.ics".to_owned(),
            uid: "u".to_owned(),
            text: "BEGIN:VCALENDAR".to_owned(),
        },
    };
    objects::insert(&mut tx, &task).await.unwrap();
    let found = objects::get(&mut tx, task.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&task));
    let found = objects::by_name(&mut tx, calendar, "a.ics").await.unwrap();
    assert_eq!(found.as_ref(), Some(&task));
    let found = objects::by_uid(&mut tx, "u").await.unwrap();
    assert_eq!(found, [task.clone()]);
    let found = objects::page(&mut tx, calendar, None, 9).await.unwrap();
    assert_eq!(found, [task.clone()]);
    let found = objects::page(&mut tx, calendar, Some(task.id), 9).await;
    assert_eq!(found.unwrap(), []);
    let (traced, _) = traces::page(&mut tx, Kept::Objects, None, 9).await.unwrap();
    assert_eq!(traced.len(), 1);

    let mut stale = task.clone();
    "END:VCALENDAR".clone_into(&mut task.content.text);
    objects::update(&mut tx, &mut task).await.unwrap();
    assert_eq!(task.revision, 2);
    let refused = objects::update(&mut tx, &mut stale).await.unwrap_err();
    assert!(matches!(refused, Error::Stale("object")));

    // What is gone has no name any more, and is forgotten some time later.
    (task.alive, task.updated) = (false, at(5));
    objects::update(&mut tx, &mut task).await.unwrap();
    let found = objects::by_name(&mut tx, calendar, "a.ics").await.unwrap();
    assert_eq!(found, None);
    assert_eq!(objects::by_uid(&mut tx, "u").await.unwrap(), []);
    let next = Object {
        id: id(),
        alive: true,
        ..task.clone()
    };
    objects::insert(&mut tx, &next).await.unwrap();
    assert_eq!(objects::prune(&mut tx, at(5)).await.unwrap(), 0);
    assert_eq!(objects::prune(&mut tx, at(6)).await.unwrap(), 1);
    calendars::delete(&mut tx, calendar).await.unwrap();
    let gone = objects::get(&mut tx, next.id).await.unwrap();
    assert_eq!(gone, None, "it goes with its calendar");
}
