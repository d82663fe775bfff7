//! Calendars that their owners have opened to others of the house.

use calendar::{FreeBusy, Privacy, Window};
use identity::{Actor, Identity, NewUser, SystemIds};
use kalends_hub::{
    Access, CalendarId, CopyId, Error, Precondition, Whom,
    calendars::{CalendarEdit, NewCalendar},
    events::NewEvent,
};
use std::sync::Arc;

use crate::world::{Database, World, event};

both! {
    without_a_grant_there_is_nothing,
    what_each_grant_opens,
    private_events_are_blocks_to_readers,
    the_end_of_a_grant_is_felt_at_once,
    who_may_share_and_with_whom,
}

/// A calendar of Ann's with an event, and Bob.
struct House {
    world: World,
    ann: Actor,
    bob: Actor,
    calendar: CalendarId,
    event: CopyId,
}

impl House {
    async fn new(database: &Database) -> Self {
        let world = World::empty(database, kalends_hub::Settings::default(), 0).await;
        let identity = Identity::new(
            world.store.clone(),
            world.clock.clone(),
            Arc::new(SystemIds),
        );
        let mut people = Vec::new();
        for name in ["ann", "bob"] {
            let new = NewUser {
                email: format!("{name}@example.com"),
                name: name.to_owned(),
                time_zone: "Etc/UTC".into(),
                ..NewUser::default()
            };
            let user = identity.create_user(new).await.unwrap();
            people.push(Actor::person(world.store.tenant(), user.id));
        }
        let bob = people.remove(1);
        let ann = people.remove(0);
        let new = NewCalendar {
            name: "Ann".into(),
            slug: Some("ann@example.com".into()),
            ..NewCalendar::default()
        };
        let calendar = world.hub.create_calendar(&ann, new).await.unwrap().id;
        let new = NewEvent {
            name: Some("visit".into()),
            event: event("v@x", "Visit", "2026-11-24T09:00:00"),
        };
        let made = world.hub.create_event(&ann, calendar, new).await.unwrap();
        Self {
            event: made.id,
            world,
            ann,
            bob,
            calendar,
        }
    }

    async fn opened(database: &Database, level: Access) -> Self {
        let house = Self::new(database).await;
        house.open(level).await;
        house
    }

    async fn open(&self, level: Access) {
        let whom = Whom::Person(" Bob@Example.com".into());
        let share = self.world.hub.share(&self.ann, self.calendar, whom, level);
        assert_eq!(share.await.unwrap().name.as_deref(), Some("bob"));
    }

    /// What Bob sees of the event.
    async fn title(&self) -> Result<String, Error> {
        let view = self.world.hub.event(&self.bob, self.event).await?;
        Ok(view.event.title)
    }

    async fn write(&self, who: &Actor, title: &str) -> Result<(), Error> {
        let edit = |e: &mut calendar::Event| {
            title.clone_into(&mut e.title);
            Ok(())
        };
        let hub = &self.world.hub;
        let edited = hub.edit_event(who, self.event, Precondition::None, edit);
        edited.await.map(|_| ())
    }
}

fn absent<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Forbidden(_)), "{error}");
}

async fn without_a_grant_there_is_nothing(database: Database) {
    let house = House::new(&database).await;
    let (hub, bob) = (&house.world.hub, &house.bob);
    let (id, window) = (house.calendar, Window::ALL);
    absent(hub.calendar(bob, id).await);
    absent(hub.calendar_by_slug(bob, "ann@example.com").await);
    absent(hub.event(bob, house.event).await);
    absent(hub.event_by_name(bob, id, "visit").await);
    absent(hub.events(bob, id, None, 10, true).await);
    absent(hub.events_in(bob, &[id], window).await);
    absent(hub.calendar_changes(bob, id, 0, 10).await);
    absent(hub.shares(bob, id).await);
    absent(hub.share(bob, id, Whom::Everybody, Access::Read).await);
    absent(house.write(bob, "Mine").await);
    absent(hub.delete_calendar(bob, id).await);
    assert_eq!(hub.calendars(bob).await.unwrap(), []);
    let open = Access::None;
    house.open(open).await;
    absent(hub.calendar(bob, id).await);
    assert_eq!(hub.calendars(bob).await.unwrap(), []);
}

async fn what_each_grant_opens(database: Database) {
    let house = House::opened(&database, Access::FreeBusy).await;
    let (hub, bob, id) = (&house.world.hub, &house.bob, house.calendar);
    for (level, title) in [
        (Access::FreeBusy, ""),
        (Access::Limited, "Visit"),
        (Access::Read, "Visit"),
    ] {
        house.open(level).await;
        let listed = hub.calendars(bob).await.unwrap().remove(0);
        assert_eq!((listed.id, listed.access), (id, level));
        assert!(listed.shared && listed.read_only);
        assert_eq!(house.title().await.unwrap(), title, "{level:?}");
        refused(house.write(bob, "Mine").await);
        refused(hub.delete_event(bob, house.event, Precondition::None).await);
        let new = NewEvent {
            name: None,
            event: event("n@x", "New", "2026-11-24T10:00:00"),
        };
        refused(hub.create_event(bob, id, new).await);
        refused(hub.shares(bob, id).await);
    }
    house.open(Access::FreeBusy).await;
    let busy = hub.events_in(bob, &[id], Window::ALL).await.unwrap();
    assert_eq!(busy.len(), 1);
    assert_eq!(busy[0].event.privacy, Privacy::Private);
    assert_eq!(busy[0].event.uid, "v@x");
    let free = |e: &mut calendar::Event| {
        e.busy = FreeBusy::Free;
        Ok(())
    };
    let edited = hub.edit_event(&house.ann, house.event, Precondition::None, free);
    edited.await.unwrap();
    let busy = hub.events_in(bob, &[id], Window::ALL).await.unwrap();
    assert_eq!(busy, [], "what takes no time is no busy time");
    house.open(Access::Write).await;
    house.write(bob, "Longer visit").await.unwrap();
    assert_eq!(house.title().await.unwrap(), "Longer visit");
    assert!(!hub.calendars(bob).await.unwrap()[0].read_only);
    let edit = || CalendarEdit {
        name: Some("Ours".into()),
        shown: Some(false),
        ..CalendarEdit::default()
    };
    refused(hub.update_calendar(bob, id, edit()).await);
    assert_eq!(hub.shares(bob, id).await.unwrap().len(), 1);
    refused(hub.share(bob, id, Whom::Everybody, Access::Read).await);
    house.open(Access::Owner).await;
    hub.update_calendar(bob, id, edit()).await.unwrap();
    let own = hub.calendar(&house.ann, id).await.unwrap();
    assert_eq!((own.name.as_str(), own.shown), ("Ours", true));
    refused(hub.delete_calendar(bob, id).await);
    let other = Whom::Person("carl@example.com".into());
    let outside = hub.share(bob, id, other, Access::Read).await.unwrap();
    assert_eq!(outside.name, None, "it is kept, and opens nothing");
}

async fn private_events_are_blocks_to_readers(database: Database) {
    let house = House::opened(&database, Access::Read).await;
    let hub = &house.world.hub;
    let hide = |e: &mut calendar::Event| {
        e.privacy = Privacy::Private;
        e.text.content = "Secret".into();
        Ok(())
    };
    let edited = hub.edit_event(&house.ann, house.event, Precondition::None, hide);
    let when = edited.await.unwrap().event.when;
    for level in [Access::Read, Access::Limited, Access::FreeBusy] {
        house.open(level).await;
        let seen = hub.event(&house.bob, house.event).await.unwrap().event;
        assert_eq!((seen.title.as_str(), &seen.when), ("", &when), "{level:?}");
        assert!(seen.text.is_empty());
        assert_eq!(seen.privacy, Privacy::Private);
    }
    house.open(Access::Write).await;
    let seen = hub.event(&house.bob, house.event).await.unwrap().event;
    assert_eq!(seen.title, "Visit");
    assert_eq!(seen.text.content, "Secret");
}

async fn the_end_of_a_grant_is_felt_at_once(database: Database) {
    let house = House::opened(&database, Access::Read).await;
    let (hub, bob, id) = (&house.world.hub, &house.bob, house.calendar);
    let position = hub.position(bob).await.unwrap();
    house.write(&house.ann, "Later").await.unwrap();
    let delta = hub.calendar_changes(bob, id, position, 10).await.unwrap();
    assert_eq!(delta.events[0].event.title, "Later");
    let (seen, _) = hub.changes(bob, position, 10).await.unwrap();
    assert_eq!(seen.len(), 1);
    let share = hub.shares(&house.ann, id).await.unwrap().remove(0).share;
    absent(hub.unshare(&house.ann, id, id.0).await);
    hub.unshare(&house.ann, id, share.id).await.unwrap();
    house.write(&house.ann, "Latest").await.unwrap();
    absent(hub.calendar_changes(bob, id, position, 10).await);
    absent(house.title().await);
    let (seen, _) = hub.changes(bob, position, 10).await.unwrap();
    let subjects: Vec<_> = seen.iter().map(|l| l.change.subject).collect();
    assert_eq!(subjects, [share.id], "only that the grant has ended");
    // Who is let see it again, and perhaps more of it, begins anew.
    house.open(Access::FreeBusy).await;
    let delta = hub.calendar_changes(bob, id, position, 10).await;
    assert!(matches!(delta, Err(Error::PositionUnknown)), "{delta:?}");
    hub.calendar_changes(&house.ann, id, position, 10)
        .await
        .unwrap();
}

async fn who_may_share_and_with_whom(database: Database) {
    let house = House::new(&database).await;
    let (hub, ann, bob, id) = (&house.world.hub, &house.ann, &house.bob, house.calendar);
    for (whom, level) in [
        (Whom::Person("nobody".into()), Access::Read),
        (Whom::Person("a b@example.com".into()), Access::Read),
        (Whom::Person("ANN@example.com".into()), Access::Read),
        (Whom::Everybody, Access::Write),
    ] {
        let error = hub.share(ann, id, whom, level).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    let read = Access::Read;
    hub.share(ann, id, Whom::Everybody, read).await.unwrap();
    assert_eq!(house.title().await.unwrap(), "Visit");
    assert_eq!(
        hub.calendars(bob).await.unwrap(),
        [],
        "open, but not theirs"
    );
    house.open(Access::FreeBusy).await;
    let listed = hub.calendars(bob).await.unwrap();
    assert_eq!(listed[0].access, Access::Read, "the most of both counts");
    let of = hub.calendar_of_person(bob, "ann@EXAMPLE.com", true).await;
    assert_eq!(of.unwrap().map(|calendar| calendar.id), Some(id));
    absent(hub.calendar_of_person(ann, "bob@example.com", true).await);
    let nobody = hub.calendar_of_person(bob, "x@example.com", false).await;
    assert_eq!(nobody.unwrap(), None);
    let of = hub.owner_of(bob, id).await.unwrap().unwrap();
    assert_eq!(of.email, "ann@example.com");
    let once = house.open(Access::Write).await;
    let all = hub.shares(ann, id).await.unwrap();
    assert_eq!((once, all.len()), ((), 2), "one grant for each of them");
    let mut reader = ann.clone();
    reader.scopes = Some(["calendar.read".to_owned()].into());
    refused(hub.share(&reader, id, Whom::Everybody, read).await);
}
