//! Somebody else of the house, with a calendar of an event that is public and one that is private.

use calendar::{Duration, Event, Privacy, When, Zone};
use hub::{Access, CalendarId, CopyId, Hub, Whom, calendars::NewCalendar, events::NewEvent};
use identity::{Actor, Identity, NewUser};
use storage::Store;

pub struct Other {
    hub: Hub,
    pub actor: Actor,
    pub calendar: CalendarId,
    pub visit: CopyId,
}

impl Other {
    /// Cleo, who has opened nothing to anybody.
    pub async fn new(hub: &Hub, identity: &Identity, store: &Store) -> Self {
        let new = NewUser {
            email: "cleo@example.com".into(),
            name: "Cleo".into(),
            time_zone: "Europe/Berlin".into(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let actor = Actor::person(store.tenant(), user.id);
        let new = NewCalendar {
            name: "Cleo's".into(),
            time_zone: Some("Europe/Berlin".into()),
            slug: Some("cleo@example.com".into()),
            ..NewCalendar::default()
        };
        let calendar = hub.create_calendar(&actor, new).await.unwrap().id;
        let mut other = Self {
            hub: hub.clone(),
            actor,
            calendar,
            visit: CopyId(uuid::Uuid::nil()),
        };
        other.visit = other.add("Visit", 9, Privacy::Public).await;
        other.add("Doctor", 11, Privacy::Private).await;
        other
    }

    async fn add(&self, title: &str, hour: i8, privacy: Privacy) -> CopyId {
        let zone = Zone::iana("Europe/Berlin").unwrap();
        let start = jiff::civil::date(2026, 11, 24).at(hour, 0, 0, 0);
        let when = When::zoned(start, zone, Duration::minutes(60));
        let mut event = Event::new(format!("{title}@x"), when);
        event.title = title.to_owned();
        event.privacy = privacy;
        let new = NewEvent { name: None, event };
        let made = self.hub.create_event(&self.actor, self.calendar, new).await;
        made.unwrap().id
    }

    /// Lets Ada do this.
    pub async fn open(&self, level: Access) {
        let whom = Whom::Person("ada@example.com".into());
        let shared = self.hub.share(&self.actor, self.calendar, whom, level);
        shared.await.unwrap();
    }

    /// Lets Ada do nothing any more.
    pub async fn close(&self) {
        let all = self.hub.shares(&self.actor, self.calendar).await.unwrap();
        for view in all {
            let ended = self.hub.unshare(&self.actor, self.calendar, view.share.id);
            ended.await.unwrap();
        }
    }
}
