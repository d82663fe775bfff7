//! Whom Ada meets: Cleo, who is of the house, and Dan, who is not. What becomes of what a face writes for her.

use calendar::{Address, Duration, Event, Participation, Person, Role, Status, When, Zone};
use hub::{
    CalendarId, CopyId, EventView, Hub, Precondition, calendars::NewCalendar, events::NewEvent,
};
use identity::{Actor, Identity, NewUser};
use jiff::Timestamp;
use storage::{
    Store, jobs,
    mail::{self, MAIL},
};
use uuid::Uuid;

pub const ADA: &str = "ada@example.com";
pub const CLEO: &str = "cleo@example.com";
pub const DAN: &str = "dan@elsewhere.example";

/// Cleo's side of it, and the letters that wait for the mail server.
pub struct House {
    hub: Hub,
    store: Store,
    cleo: Actor,
    calendar: CalendarId,
}

impl House {
    pub async fn new(hub: &Hub, identity: &Identity, store: &Store) -> Self {
        let new = NewUser {
            email: CLEO.into(),
            name: "Cleo".into(),
            time_zone: "Europe/Berlin".into(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let cleo = Actor::person(store.tenant(), user.id);
        let new = NewCalendar {
            name: "Cleo's".into(),
            ..NewCalendar::default()
        };
        let calendar = hub.create_calendar(&cleo, new).await.unwrap().id;
        Self {
            hub: hub.clone(),
            store: store.clone(),
            cleo,
            calendar,
        }
    }

    /// Cleo's only event.
    pub async fn copy(&self) -> EventView {
        let mut all = self.copies().await;
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    pub async fn copies(&self) -> Vec<EventView> {
        let all = self.hub.events(&self.cleo, self.calendar, None, 9, false);
        all.await.unwrap()
    }

    /// What somebody has answered, as Cleo's event has it.
    pub async fn answer_of(&self, who: &str) -> Participation {
        self.copy().await.event.people[&Address::new(who)].participation
    }

    /// Cleo says whether she comes.
    pub async fn answer(&self, answer: Participation) {
        let edit = |event: &mut Event| {
            let own = event.people.get_mut(&Address::new(CLEO)).unwrap();
            own.participation = answer;
            Ok(())
        };
        let id = self.copy().await.id;
        let edited = self
            .hub
            .edit_event(&self.cleo, id, Precondition::None, edit);
        edited.await.unwrap();
    }

    /// Cleo invites Ada, and asks nobody to be written to; her own event.
    pub async fn invite(&self) -> CopyId {
        let zone = Zone::iana("Europe/Berlin").unwrap();
        let start = jiff::civil::date(2036, 11, 24).at(9, 0, 0, 0);
        let mut event = Event::new("", When::zoned(start, zone, Duration::minutes(60)));
        "Cleo's round".clone_into(&mut event.title);
        let guest = Person {
            role: Some(Role::Required),
            ..Person::default()
        };
        event.people.insert(Address::new(ADA), guest);
        let new = NewEvent { name: None, event };
        let made = self.hub.create_event(&self.cleo, self.calendar, new);
        made.await.unwrap().id
    }

    /// Cleo's event is there and called off.
    pub async fn is_called_off(&self) -> bool {
        self.copy().await.event.status == Status::Cancelled
    }

    /// What has been put out for the mail server since the last time: method and receiver.
    pub async fn letters(&self) -> Vec<String> {
        let mut letters = Vec::new();
        let (owner, now) = (Uuid::from_u128(1), Timestamp::MAX);
        while let Some(job) = jobs::claim(&self.store, &[MAIL], owner, now, 60)
            .await
            .unwrap()
        {
            let mut tx = self.store.write().await.unwrap();
            let letter = mail::get(&mut tx, job.subject).await.unwrap();
            let letter = letter.unwrap().letter;
            letters.push(format!("{} {}", letter.method, letter.to.address));
            jobs::done(&mut tx, &job).await.unwrap();
            tx.commit().await.unwrap();
        }
        letters.sort();
        letters
    }

    /// The messages that have ever arrived in Cleo's inbox, by what they say of METHOD and COMMENT.
    pub async fn messages(&self) -> Vec<String> {
        let Some(inbox) = self.hub.inbox(&self.cleo).await.unwrap() else {
            return Vec::new();
        };
        let all = self.hub.objects(&self.cleo, inbox.id, None, 99).await;
        let told = |text: &str| {
            let lines = text.lines().filter_map(|line| line.split_once(':'));
            let said = lines.filter(|(name, _)| ["METHOD", "COMMENT"].contains(name));
            let said: Vec<&str> = said.map(|(_, value)| value).collect();
            said.join(" ")
        };
        let mut all: Vec<String> = all
            .unwrap()
            .iter()
            .map(|object| told(&object.content.text))
            .collect();
        all.sort();
        all
    }
}
