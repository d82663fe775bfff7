//! From what somebody writes into a calendar to the mail server: organizers, attendees, and mirrors, which mail nobody.

use std::sync::Arc;

use hub::{
    CalendarId, Filter, Hub, LinkMember, Mask, OnConflict, Precondition, Role,
    calendars::NewCalendar, events::Place, links::LinkEdit, scheduling::Scheduling,
};
use identity::{Actor, Identity, NewUser, SystemIds};
use protocols::icalendar;

use super::{Office, smtp::Manner};

/// A hub with Ada in it, in whose practice somebody from outside is invited.
struct Practice {
    office: Office,
    hub: Hub,
    ada: Actor,
    calendar: CalendarId,
}

fn meeting(organizer: &str, attendees: &[(&str, &str)], title: &str) -> String {
    let line = |(address, status): &(&str, &str)| {
        format!("ATTENDEE;PARTSTAT={status}:mailto:{address}\r\n")
    };
    let attendees = attendees.iter().map(line).collect::<Vec<_>>().concat();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20270115T080000Z\r\nDTSTART:20270120T090000Z\r\n\
         DTEND:20270120T093000Z\r\nSUMMARY:{title}\r\nORGANIZER:mailto:{organizer}\r\n{attendees}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

impl Practice {
    async fn new() -> Self {
        let office = Office::new().await;
        let (hub, clock) = (office.hub.clone(), office.clock.clone());
        let identity = Identity::new(office.store.clone(), clock, Arc::new(SystemIds));
        let new = NewUser {
            email: "ada@practice.example".into(),
            name: "Ada Lovelace".into(),
            time_zone: "Europe/Berlin".into(),
            ..NewUser::default()
        };
        let user = identity.create_user(new).await.unwrap();
        let ada = Actor::person(office.store.tenant(), user.id);
        let calendar = calendar(&hub, &ada, "Practice").await;
        Self {
            office,
            hub,
            ada,
            calendar,
        }
    }

    /// Writes it as a CalDAV client does.
    async fn put(&self, text: &str) {
        let before = self
            .hub
            .event_by_name(&self.ada, self.calendar, "m.ics")
            .await;
        let place = match before.unwrap() {
            Some(event) => Place::Of(event.id, Precondition::None),
            None => Place::New("m.ics".to_owned()),
        };
        let event = icalendar::read(text).unwrap().value.pop().unwrap();
        let how = Scheduling::ALL;
        let written = self
            .hub
            .write_event(&self.ada, self.calendar, place, (event, text), how);
        written.await.unwrap();
    }

    /// Sends what waits.
    async fn send(&self) {
        let post = self.office.post();
        while post.next().await.unwrap() {}
    }

    /// What the event says now.
    async fn text(&self) -> String {
        let event = self.hub.event_by_name(&self.ada, self.calendar, "m.ics");
        let event = event.await.unwrap().unwrap();
        let which = [(event.id, event.revision)];
        let texts = self.hub.texts(&self.ada, self.calendar, &which);
        texts.await.unwrap().remove(&event.id).unwrap().text
    }
}

async fn calendar(hub: &Hub, ada: &Actor, name: &str) -> CalendarId {
    let new = NewCalendar {
        name: name.to_owned(),
        ..NewCalendar::default()
    };
    hub.create_calendar(ada, new).await.unwrap().id
}

const ADA: &str = "ada@practice.example";
const BEN: &str = "ben@example.org";

#[tokio::test]
async fn who_is_invited_from_outside_gets_one_mail() {
    let practice = Practice::new().await;
    let text = meeting(ADA, &[(ADA, "ACCEPTED"), (BEN, "NEEDS-ACTION")], "Teeth");
    practice.put(&text).await;
    assert!(practice.text().await.contains("SCHEDULE-STATUS=1.1"));
    // The same once more, before and after it was sent.
    practice.put(&text).await;
    practice.send().await;
    practice.put(&text).await;
    practice.send().await;
    let taken = practice.office.smtp.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, ["RCPT TO:<ben@example.org>"]);
    for part in [
        "method=REQUEST",
        "Subject: Invitation: Teeth",
        "From: \"Ada Lovelace\" <ada@practice.example>",
        "Ada Lovelace invites you.",
        "When: Wednesday, 20 January 2027, 10:00 to 10:30 (Europe/Berlin)",
    ] {
        assert!(taken[0].data.contains(part), "{part}\n{}", taken[0].data);
    }
    practice.put(&text.replace("T090000Z", "T083000Z")).await;
    practice.send().await;
    assert_eq!(practice.office.smtp.taken().len(), 2, "it was moved");
}

#[tokio::test]
async fn of_what_is_over_nobody_is_told() {
    let practice = Practice::new().await;
    let text = meeting(ADA, &[(ADA, "ACCEPTED"), (BEN, "NEEDS-ACTION")], "Teeth");
    let past = text.replace("20270120", "20170120");
    practice.put(&past).await;
    assert!(!practice.text().await.contains("SCHEDULE-STATUS"));
    practice.send().await;
    assert_eq!(practice.office.smtp.taken().len(), 0);
    // What began then and goes on is another thing.
    practice
        .put(&past.replace("SUMMARY", "RRULE:FREQ=YEARLY\r\nSUMMARY"))
        .await;
    practice.send().await;
    assert_eq!(practice.office.smtp.taken().len(), 1);
}

#[tokio::test]
async fn an_answer_to_somebody_outside_is_one_mail() {
    let practice = Practice::new().await;
    let cleo = "cleo@example.com";
    practice
        .put(&meeting(cleo, &[(ADA, "NEEDS-ACTION")], "Wisdom"))
        .await;
    practice.send().await;
    assert_eq!(
        practice.office.smtp.taken().len(),
        0,
        "nothing was answered"
    );
    practice
        .put(&meeting(cleo, &[(ADA, "ACCEPTED")], "Wisdom"))
        .await;
    practice.send().await;
    let taken = practice.office.smtp.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, ["RCPT TO:<cleo@example.com>"]);
    for part in [
        "method=REPLY",
        "Subject: Accepted: Wisdom",
        "PARTSTAT=3DACCEPTED",
        "Auto-Submitted: auto-replied",
    ] {
        let there =
            taken[0].data.contains(part) || taken[0].data.contains(&part.replace("=3D", "="));
        assert!(there, "{part}\n{}", taken[0].data);
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_is_said_to_whoever_wrote_it() {
    let practice = Practice::new().await;
    practice
        .office
        .smtp
        .will([Manner::Recipient("550 5.1.1 no such user")]);
    practice
        .put(&meeting(
            ADA,
            &[(ADA, "ACCEPTED"), (BEN, "NEEDS-ACTION")],
            "Teeth",
        ))
        .await;
    assert!(practice.text().await.contains("SCHEDULE-STATUS=1.1"));
    practice.send().await;
    let text = practice.text().await;
    assert!(
        text.contains("SCHEDULE-STATUS=5.1") && !text.contains("=1.1"),
        "{text}"
    );
}

#[tokio::test]
async fn a_mirror_mails_nobody() {
    let practice = Practice::new().await;
    let other = calendar(&practice.hub, &practice.ada, "Reception").await;
    let member = |calendar| LinkMember {
        calendar,
        role: Role::Both,
        mask: Mask::everything(),
        filter: Filter::default(),
        away: false,
    };
    let edit = LinkEdit {
        name: "Link".to_owned(),
        pilot: false,
        allow_notify: true,
        on_conflict: OnConflict::Newest,
        members: vec![member(practice.calendar), member(other)],
    };
    practice.hub.create_link(&practice.ada, edit).await.unwrap();
    practice
        .put(&meeting(
            ADA,
            &[(ADA, "ACCEPTED"), (BEN, "NEEDS-ACTION")],
            "Teeth",
        ))
        .await;
    practice.send().await;
    let mirrors = practice
        .hub
        .events(&practice.ada, other, None, 10, false)
        .await
        .unwrap();
    assert_eq!(mirrors.len(), 1);
    assert!(mirrors[0].event.people.is_empty());
    assert_eq!(
        practice.office.smtp.taken().len(),
        1,
        "for the event itself"
    );
    // Somebody edits the mirror.
    let move_it = |event: &mut calendar::Event| {
        event.title = "Teeth and more".to_owned();
        Ok(())
    };
    let edited = practice
        .hub
        .edit_event(&practice.ada, mirrors[0].id, Precondition::None, move_it);
    edited.await.unwrap();
    practice.send().await;
    let taken = practice.office.smtp.taken();
    assert!(
        taken
            .iter()
            .all(|mail| mail.to == ["RCPT TO:<ben@example.org>"])
    );
    assert!(taken.len() <= 2, "at most once more, for the event itself");
}
