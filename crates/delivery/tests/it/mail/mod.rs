//! Invitations by mail.

mod invites;
mod message;
mod post;
mod server;
mod smtp;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use hub::Hub;
use identity::{Clock, SystemIds};
use jiff::Timestamp;
use kalends_delivery::mail::{Post, Security, Server, ServerSettings, Speaker};
use providers::NoProviders;
use storage::{
    MasterKey, Store, Stores,
    mail::{self, Letter, Mail, Party, State},
};
use uuid::Uuid;

use self::smtp::Smtp;

/// A clock that the test moves.
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A store with messages in it, and a mail server for them.
struct Office {
    hub: Hub,
    store: Store,
    clock: Arc<Hands>,
    smtp: Smtp,
}

const FROM: &str = "The practice <calendar@practice.example>";

fn speaker() -> Speaker {
    Speaker::new(FROM, &[]).unwrap()
}

fn on(smtp: &Smtp) -> ServerSettings {
    ServerSettings {
        host: "127.0.0.1".to_owned(),
        port: smtp.port,
        security: Security::Nothing,
        credentials: None,
        root_ca: None,
    }
}

impl Office {
    async fn on(settings: storage::Settings) -> Self {
        let stores = Stores::open(settings, MasterKey::new([7; 32]));
        let stores = stores.await.unwrap();
        let store = stores.create_tenant("test").await.unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000)));
        let settings = hub::Settings {
            mails: true,
            ..hub::Settings::default()
        };
        let nobody = Arc::new(NoProviders);
        let ids = Arc::new(SystemIds);
        Self {
            hub: Hub::new(stores, nobody, clock.clone(), ids, settings),
            store,
            clock,
            smtp: Smtp::start(None).await,
        }
    }

    async fn new() -> Self {
        Self::on(storage::Settings::new("sqlite::memory:")).await
    }

    /// A node that sends.
    fn post(&self) -> Post {
        let server = Server::new(on(&self.smtp), &speaker()).unwrap();
        let (hub, store) = (self.hub.clone(), self.store.clone());
        Post::new(hub, store, (server, speaker()), &SystemIds)
    }

    fn forward(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Asks for a message.
    async fn want(&self, letter: &Letter) -> Uuid {
        let mut tx = self.store.write().await.unwrap();
        let posted = mail::post(
            &mut tx,
            identity::Ids::uuid(&SystemIds),
            letter,
            self.clock.now(),
        );
        let posted = posted.await.unwrap();
        tx.commit().await.unwrap();
        posted.unwrap()
    }

    async fn mail(&self, id: Uuid) -> Mail {
        let mut tx = self.store.read().await.unwrap();
        mail::get(&mut tx, id).await.unwrap().unwrap()
    }

    async fn state(&self, id: Uuid) -> State {
        self.mail(id).await.state
    }
}

fn party(name: &str, address: &str) -> Party {
    Party {
        address: address.to_owned(),
        name: name.to_owned(),
    }
}

fn invitation() -> Letter {
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u@practice.example\r\n\
                    DTSTAMP:20270115T080000Z\r\nDTSTART:20270120T090000Z\r\nDTEND:20270120T093000Z\r\nSEQUENCE:1\r\nSUMMARY:Zähne putzen\r\n\
                    ORGANIZER;CN=Ada:mailto:ada@practice.example\r\nATTENDEE;CN=Ben;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@example.org\r\n\
                    END:VEVENT\r\nEND:VCALENDAR\r\n";
    Letter {
        method: "REQUEST".to_owned(),
        uid: "u@practice.example".to_owned(),
        sequence: 1,
        from: party("Ada Lovelace", "ada@practice.example"),
        to: party("Ben", "ben@example.org"),
        subject: "Invitation: Zähne putzen".to_owned(),
        text: "Ada Lovelace invites you.\r\n.\r\nOn Wednesday, 10:00 to 10:30.\r\n".to_owned(),
        calendar: calendar.to_owned(),
        ..Letter::default()
    }
}
